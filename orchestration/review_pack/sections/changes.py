"""What changed since last week: what we knew of the partner deals then and now, and new touches."""

from __future__ import annotations

from orchestration.review_pack.document import Cell, Column, EvidenceList, Section, Table, Tone
from orchestration.review_pack.sections.targets import WEEKS
from orchestration.review_pack.team import Row, Team
from orchestration.review_pack.wording import (
    NOTHING,
    TONES,
    amount_of,
    day_text,
    metric_name,
    words,
)

TABLES = ("core.fct_opportunity_observations", "attribution.fct_attributed_opportunities")
STATE_TONES: dict[str, Tone] = {"won": "good", "lost": "bad"}
# One observation holds on each day; before the first landing nothing was known.
DEALS_THEN_AND_NOW = """
with

now as (
    select * from core.fct_opportunity_observations
    where observed_on <= $day and (observed_until_on is null or $day < observed_until_on)
),

before as (
    select * from core.fct_opportunity_observations
    where observed_on <= $since and (observed_until_on is null or $since < observed_until_on)
)

select
    now.opportunity_id,
    coalesce(deals.opportunity_name, now.opportunity_id) as deal,
    deals.attribution_class,
    coalesce(partners.partner_name, deals.partner_id) as partner,
    deals.currency,
    coalesce(now.owner_rep_id, before.owner_rep_id) as rep_id,
    coalesce(before.state, 'unknown') as state_before,
    now.state as state_now,
    before.stage_name as stage_before,
    now.stage_name as stage_now,
    before.amount as amount_before,
    now.amount as amount_now,
    before.close_on as close_before,
    now.close_on as close_now
from now
left join before
    on now.opportunity_id = before.opportunity_id
inner join attribution.fct_attributed_opportunities as deals
    on now.opportunity_id = deals.opportunity_id
left join core.dim_partners as partners
    on deals.partner_id = partners.partner_id
where deals.attribution_class in ('sourced', 'influenced') and deals.exclusion is null
    and list_contains($reps, coalesce(now.owner_rep_id, before.owner_rep_id))
order by deal, now.opportunity_id
"""
NEW_TOUCHES = """
select touches.rep_id, touches.touch_id, touches.touch_type, touches.occurred_on,
    coalesce(partners.partner_name, touches.partner_id) as partner
from attribution.fct_rep_partner_records as records
inner join attribution.fct_partner_touches as touches
    on records.record_id = touches.touch_id
left join core.dim_partners as partners
    on touches.partner_id = partners.partner_id
where records.figure = 'partner_touches'
    and $since < touches.occurred_on and touches.occurred_on <= $day
    and list_contains($reps, touches.rep_id)
order by touches.occurred_on, touches.touch_id
"""


def section(team: Team) -> Section | None:
    """Deals that opened, moved, closed; touches; and statuses of targets that turned."""
    if not team.has(*TABLES, "attribution.fct_partner_touches"):
        return None
    evidence = EvidenceList("changes")
    deals = [change for row in team.rows(DEALS_THEN_AND_NOW) for change in _changes(team, row)]
    touches = _touches(team, evidence)
    turned = _turned(team)
    tables = [
        Table(
            "Partner opportunities",
            [Column(title) for title in ("Opportunity", "Rep", "Partner", "What", "Before", "Now")],
            deals,
        ),
        Table(
            "New touches",
            [Column("Rep"), Column("Partner"), Column("Touches", "number"), Column("Kinds")],
            touches,
        ),
        Table(
            "Targets whose status turned",
            [Column(title) for title in ("Rep", "Target", "Before", "Now")],
            turned,
        ),
    ]
    quiet = [f"No change: {table.caption.lower()}." for table in tables if not table.rows]
    return Section(
        anchor="changes",
        title="What changed since last week",
        lead=f"After {team.week.since} and up to {team.week.day}, by what the CRM had told us.",
        tables=[table for table in tables if table.rows],
        notes=quiet,
        evidence=evidence.listed,
    )


def _changes(team: Team, row: Row) -> list[list[Cell]]:
    """One line per thing that is otherwise than a week before."""
    found: list[tuple[str, str, str]] = []
    if row["state_before"] == "unknown" and row["state_now"] != "unknown":
        found.append(("new", NOTHING, f"{row['state_now']}, {row['stage_now'] or 'no stage'}"))
    elif row["state_before"] != row["state_now"]:
        found.append(("state", words(row["state_before"]), words(row["state_now"])))
    elif row["state_now"] == "open":
        if row["stage_before"] != row["stage_now"]:
            found.append(("stage", row["stage_before"] or NOTHING, row["stage_now"] or NOTHING))
        if row["amount_before"] != row["amount_now"]:
            found.append(("amount", _money(row, "amount_before"), _money(row, "amount_now")))
        if row["close_before"] != row["close_now"]:
            days = (day_text(row["close_before"]), day_text(row["close_now"]))
            found.append(("close date", *days))
    tone = STATE_TONES.get(row["state_now"])
    return [
        [
            Cell(row["deal"], detail=row["opportunity_id"]),
            Cell(team.name_of(row["rep_id"])),
            Cell(row["partner"] or NOTHING, detail=row["attribution_class"]),
            Cell(what),
            Cell(before),
            Cell(now, tone=tone),
        ]
        for what, before, now in found
    ]


def _money(row: Row, name: str) -> str:
    value = row[name]
    return NOTHING if value is None else f"{value:,.2f} {row['currency'] or ''}".strip()


def _touches(team: Team, evidence: EvidenceList) -> list[list[Cell]]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in team.rows(NEW_TOUCHES):
        groups.setdefault((row["rep_id"], row["partner"]), []).append(row)
    lines = []
    for (rep_id, partner), found in sorted(groups.items(), key=lambda each: -len(each[1])):
        name = team.name_of(rep_id)
        ids = [
            f"{row['touch_id']} ({words(row['touch_type'])}, {row['occurred_on']})" for row in found
        ]
        kinds = ", ".join(sorted({words(row["touch_type"]) for row in found}))
        cell = evidence.cell(f"{len(found):,}", f"{name}, {partner}: new touches", ids)
        lines.append([Cell(name), Cell(partner), cell, Cell(kinds)])
    return lines


def _turned(team: Team) -> list[list[Cell]]:
    """Statuses of the last week that was told which the week before did not have."""
    if not team.has("accountability.fct_ae_weeks"):
        return []
    told: dict[tuple[str, str], list[Row]] = {}
    for row in team.rows(WEEKS):
        told.setdefault((row["rep_id"], row["metric"]), []).append(row)
    pairs = [rows[-2:] for rows in told.values() if len(rows) > 1]
    return [
        [
            Cell(team.name_of(now["rep_id"])),
            Cell(metric_name(now["metric"]), detail=f"ae_week_id {now['ae_week_id']}"),
            Cell(words(before["status"]), tone=TONES.get(before["status"]), detail=_at(before)),
            Cell(words(now["status"]), tone=TONES.get(now["status"]), detail=_at(now)),
        ]
        for before, now in pairs
        if before["status"] != now["status"]
    ]


def _at(row: Row) -> str:
    done, fair = (amount_of(row["metric"], row[each]) for each in ("actual", "fair_target"))
    return f"{done} of {fair} on {row['through_on']}"
