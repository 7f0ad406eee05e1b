"""Support owed and given: nobody is measured on lists and introductions that never came."""

from __future__ import annotations

from orchestration.review_pack.document import Cell, Column, EvidenceList, Section, Table
from orchestration.review_pack.sections.routes import newest_due_list
from orchestration.review_pack.team import Row, Team
from orchestration.review_pack.wording import NOTHING, words

TABLES = ("account_mapping.rpt_route_coverage", "account_mapping.fct_route_outcomes")
COVERAGE = """
select * from account_mapping.rpt_route_coverage
where list_contains($reps, rep_id)
"""
NAMED_SELLERS = """
select rep_id, route_id, partner_seller_name, sellers_spoke_on, had_sellers_spoken_before
from account_mapping.fct_route_outcomes
where week_starts_on = $list and list_contains($reps, rep_id) and partner_seller_name is not null
order by route_id
"""
INTROS = """
select rep_id, record_id from attribution.fct_rep_partner_records
where figure = 'partner_touches' and touch_type in ('intro', 'exec_intro', 'referral')
    and fiscal_quarter = $quarter and list_contains($reps, rep_id)
order by record_id
"""
STATUS = """
select rep_id, support_status, min(ae_quarter_id) as ae_quarter_id
from accountability.fct_ae_quarters
where fiscal_quarter = $quarter and list_contains($reps, rep_id) and support_status is not null
group by rep_id, support_status
"""


def section(team: Team) -> Section | None:
    """Per rep: overlap known, list given, sellers named, introductions; and what the guard says."""
    if not team.has(*TABLES):
        return None
    evidence = EvidenceList("support")
    week, _ = newest_due_list(team)
    coverage = {row["rep_id"]: row for row in team.rows(COVERAGE)}
    sellers = team.rows(NAMED_SELLERS, list=week) if week else []
    intros = team.rows(INTROS)
    status = _status(team)
    columns = [
        Column("Rep"),
        *(Column(each, "number") for each in ("Accounts", "With overlap", "On this week's list")),
        Column("Partner sellers named", "number"),
        Column(f"Introductions, {team.week.fiscal_quarter}", "number"),
        *([Column("Support")] if status else []),
    ]
    rows = [
        [
            Cell(rep.name),
            *_coverage(coverage.get(rep.rep_id)),
            _counted(sellers, rep.rep_id, "route_id", f"{rep.name}: sellers named", evidence),
            _counted(intros, rep.rep_id, "record_id", f"{rep.name}: introductions", evidence),
            *([_status_cell(status.get(rep.rep_id, []), rep.name, evidence)] if status else []),
        ]
        for rep in team.reps
        if rep.rep_id in coverage
    ]
    without = [
        f"{row['rep_name']}: {row['status_reason']}."
        for row in coverage.values()
        if row["status"] != "listed"
    ]
    return Section(
        anchor="support",
        title="Support owed and given",
        lead=(
            f"Overlap and lists as of {team.release.as_of}; sellers of partners named on the list "
            f"of {week or NOTHING}. A target without support is the partnerships side's gap."
        ),
        tables=[Table("What each rep was given", columns, rows)] if rows else [],
        notes=without if rows else ["No rep of the team sells, owns accounts or has a list."],
        evidence=evidence.listed,
    )


def _coverage(row: Row | None) -> list[Cell]:
    if row is None:
        return [Cell(NOTHING)] * 3
    listed = Cell(f"{row['routed_count']:,}")
    if row["status"] != "listed":
        listed = Cell(f"{row['routed_count']:,}", tone="bad", detail=row["status_reason"])
    return [
        Cell(f"{row['accounts_count']:,}", detail=""),
        Cell(f"{row['listable_accounts_count']:,}"),
        listed,
    ]


def _counted(rows: list[Row], rep_id: str, column: str, label: str, evidence: EvidenceList) -> Cell:
    found = [str(row[column]) for row in rows if row["rep_id"] == rep_id]
    return evidence.cell(f"{len(found):,}", label, found)


def _status(team: Team) -> dict[str, list[Row]]:
    """What the guard says of each rep, where the release has it."""
    if "support_status" not in team.columns("accountability.fct_ae_quarters"):
        return {}
    found: dict[str, list[Row]] = {}
    for row in team.rows(STATUS):
        found.setdefault(row["rep_id"], []).append(row)
    return found


def _status_cell(rows: list[Row], name: str, evidence: EvidenceList) -> Cell:
    if not rows:
        return Cell(NOTHING)
    told = ", ".join(sorted({words(row["support_status"]) for row in rows}))
    is_gap = any("gap" in row["support_status"] for row in rows)
    ids = [f"ae_quarter_id {row['ae_quarter_id']}" for row in rows]
    return evidence.cell(told, f"{name}: support", ids, "bad" if is_gap else None)
