"""Open partner opportunities by stage, and each of them."""

from __future__ import annotations

from decimal import Decimal

from orchestration.pages import money
from orchestration.review_pack.charts import grouped_bars
from orchestration.review_pack.document import Cell, Chart, Column, EvidenceList, Section, Table
from orchestration.review_pack.team import Row, Team
from orchestration.review_pack.wording import NOTHING, day_text

TABLE = "attribution.fct_attributed_opportunities"
OPEN = f"""
select
    deals.opportunity_id,
    coalesce(deals.opportunity_name, deals.opportunity_id) as deal,
    coalesce(accounts.account_name, deals.account_id) as account,
    deals.owner_rep_id,
    deals.attribution_class,
    coalesce(partners.partner_name, deals.partner_id) as partner,
    coalesce(deals.stage_name, '(no stage)') as stage,
    deals.stage_number,
    deals.amount_company_currency as amount,
    deals.close_on,
    deals.created_on
from {TABLE} as deals
left join core.dim_partners as partners
    on deals.partner_id = partners.partner_id
left join core.dim_accounts as accounts
    on deals.account_id = accounts.account_id
where not deals.is_closed and not deals.is_deleted and deals.exclusion is null
    and deals.attribution_class in ('sourced', 'influenced')
    and list_contains($reps, deals.owner_rep_id)
order by deals.stage_number desc nulls last, stage, amount desc nulls last, deals.opportunity_id
"""
NONE = Decimal("0.00")
CLASSES = ("sourced", "influenced")


def section(team: Team) -> Section | None:
    """What stands open today, whoever was credited at its creation: the owner works on it."""
    if not team.has(TABLE, "core.dim_accounts"):
        return None
    deals = open_deals(team)
    evidence = EvidenceList("open-deals")
    told = "" if team.week.is_newest else f", not on {team.week.day}"
    if not deals:
        return Section("open-deals", "Open partner opportunities by stage", "None is open.")
    return Section(
        anchor="open-deals",
        title="Open partner opportunities by stage",
        lead=f"As they stand on {team.release.as_of}{told}, with the rep who owns them today.",
        charts=[_chart(deals)],
        tables=[_by_stage(team, deals, evidence), _listed(team, deals)],
        evidence=evidence.listed,
    )


def open_deals(team: Team) -> list[Row]:
    """The open opportunities that a partner sourced or influenced, the latest stage first."""
    return team.rows(OPEN)


def _stages(deals: list[Row]) -> list[str]:
    return list(dict.fromkeys(deal["stage"] for deal in deals))


def _chart(deals: list[Row]) -> Chart:
    bars = [
        (stage, kind, sum(d["stage"] == stage and d["attribution_class"] == kind for d in deals))
        for stage in _stages(deals)
        for kind in CLASSES
    ]
    return grouped_bars(
        "Open partner opportunities", [each for each in bars if each[2]], is_money=False
    )


def _by_stage(team: Team, deals: list[Row], evidence: EvidenceList) -> Table:
    rows = []
    for stage in _stages(deals):
        row = [Cell(stage)]
        for kind in CLASSES:
            here = [d for d in deals if d["stage"] == stage and d["attribution_class"] == kind]
            ids = [deal["opportunity_id"] for deal in here]
            summed = sum((deal["amount"] or NONE for deal in here), NONE)
            amounts = [f"{d['opportunity_id']} {d['amount'] or 0:,.2f}" for d in here]
            row.append(evidence.cell(f"{len(here):,}", f"{stage}: {kind}", ids))
            row.append(evidence.cell(money(summed), f"{stage}: {kind}, {team.currency}", amounts))
        rows.append(row)
    columns = [Column("Stage")]
    for kind in CLASSES:
        columns += [
            Column(kind.capitalize(), "number"),
            Column(f"{kind.capitalize()} amount", "number"),
        ]
    return Table(f"By stage, amounts in {team.currency}", columns, rows)


def _listed(team: Team, deals: list[Row]) -> Table:
    rows = [
        [
            Cell(deal["deal"], detail=deal["opportunity_id"]),
            Cell(team.name_of(deal["owner_rep_id"])),
            Cell(deal["partner"] or NOTHING),
            Cell(deal["attribution_class"]),
            Cell(deal["stage"]),
            Cell(NOTHING if deal["amount"] is None else money(deal["amount"])),
            Cell(
                day_text(deal["close_on"]),
                tone="bad" if _is_past(team, deal) else None,
                detail="in the past" if _is_past(team, deal) else "",
            ),
        ]
        for deal in deals
    ]
    columns = [
        *(Column(title) for title in ("Opportunity", "Rep", "Partner", "Class", "Stage")),
        Column(f"Amount, {team.currency}", "number"),
        Column("Close date", "day"),
    ]
    return Table("Each of them, the latest stage first", columns, rows)


def _is_past(team: Team, deal: Row) -> bool:
    return deal["close_on"] is not None and deal["close_on"] < team.release.as_of
