"""Support owed and given: nobody is measured on lists and introductions that never came."""

from __future__ import annotations

from orchestration.review_pack.document import Cell, Column, EvidenceList, Section, Table
from orchestration.review_pack.sections.routes import newest_due_list
from orchestration.review_pack.team import Row, Team
from orchestration.review_pack.wording import NOTHING, percent, share_of, words

TABLES = (
    *("account_mapping.rpt_route_coverage", "account_mapping.fct_route_outcomes"),
    *("account_mapping.fct_weekly_routes", "core.dim_accounts"),
)
COVERAGE = """
select * from account_mapping.rpt_route_coverage
where list_contains($reps, rep_id)
"""
ON_THE_LIST = """
select routes.rep_id, routes.route_id
from account_mapping.fct_weekly_routes as routes
inner join account_mapping.rpt_route_coverage as coverage
    on routes.rep_id = coverage.rep_id
    and routes.week_starts_on = coverage.week_starts_on
where list_contains($reps, routes.rep_id)
order by routes.rank, routes.route_id
"""
NAMED_SELLERS = """
select rep_id, route_id, partner_seller_name, sellers_spoke_on, had_sellers_spoken_before
from account_mapping.fct_route_outcomes
where week_starts_on = $list and list_contains($reps, rep_id) and partner_seller_name is not null
order by route_id
"""
LEDGER_TABLE = "accountability.fct_rep_support"
LEDGER = f"""
select * from {LEDGER_TABLE}
where fiscal_quarter = $quarter and list_contains($reps, rep_id)
"""
# Asked and given, as the ledger of support counts them.
LEDGER_PAIRS = (
    ("Introductions", "intros_given_count", "intros_asked_count"),
    ("Enablement", "enablement_given_count", "enablement_asked_count"),
    ("Overlap data", "overlap_data_given_count", "overlap_data_asked_count"),
)


def section(team: Team) -> Section | None:
    """Per rep: what was asked and given, overlap known, list given, sellers named."""
    if not team.has(*TABLES):
        return None
    evidence = EvidenceList("support")
    week, _ = newest_due_list(team)
    coverage = {row["rep_id"]: row for row in team.rows(COVERAGE)}
    listed = team.rows(ON_THE_LIST)
    sellers = team.rows(NAMED_SELLERS, list=week) if week else []
    columns = [
        Column("Rep"),
        *(Column(each, "number") for each in ("Accounts", "With overlap", "On this week's list")),
        Column("Partner sellers named", "number"),
    ]
    rows = [
        [
            Cell(rep.name),
            *_coverage(coverage[rep.rep_id], rep.name, evidence),
            _counted(listed, rep.rep_id, "route_id", f"{rep.name}: on this week's list", evidence),
            _counted(sellers, rep.rep_id, "route_id", f"{rep.name}: sellers named", evidence),
        ]
        for rep in team.reps
        if rep.rep_id in coverage
    ]
    return Section(
        anchor="support",
        title="Support owed and given",
        lead=(
            f"Overlap and lists as of {team.release.as_of}; sellers of partners named on the list "
            f"of {week or NOTHING}. A target without support is the partnerships side's gap."
        ),
        tables=[
            each
            for each in (_ledger(team, evidence), Table("What each rep was given", columns, rows))
            if each.rows
        ],
        notes=[] if rows else ["No rep of the team sells, owns accounts or has a list."],
        evidence=evidence.listed,
    )


def _coverage(row: Row, name: str, evidence: EvidenceList) -> list[Cell]:
    """Accounts and those with overlap; why there is no list stands beside what is too little."""
    ids = [f"coverage_id {row['coverage_id']}"]
    reason = "" if row["status"] == "listed" else str(row["status_reason"])
    figures = (("accounts_count", "accounts", ""), ("listable_accounts_count", "overlap", reason))
    return [
        evidence.cell(f"{row[column]:,}", f"{name}: {what}", ids, "bad" if detail else None, detail)
        for column, what, detail in figures
    ]


def _counted(rows: list[Row], rep_id: str, column: str, label: str, evidence: EvidenceList) -> Cell:
    found = [str(row[column]) for row in rows if row["rep_id"] == rep_id]
    return evidence.cell(f"{len(found):,}", label, found)


def _ledger(team: Team, evidence: EvidenceList) -> Table:
    """What was asked for and given in the quarter, and what the guard makes of it."""
    found = {row["rep_id"]: row for row in team.rows(LEDGER)} if team.has(LEDGER_TABLE) else {}
    rows = []
    for rep in team.reps:
        row = found.get(rep.rep_id)
        if row is None:
            continue
        ids = [f"rep_support_id {row['rep_support_id']}"]
        pairs = [
            evidence.cell(
                share_of(row[given], row[asked]) if row[asked] else "none asked",
                f"{rep.name}: {title.lower()}",
                ids,
            )
            for title, given, asked in LEDGER_PAIRS
        ]
        is_gap = row["support_status"] == "support_gap"
        status = Cell(
            words(row["support_status"]),
            tone="bad" if is_gap else "good",
            detail=words(row["support_gaps"]) if row["support_gaps"] else "",
        )
        rows.append([Cell(rep.name), *pairs, Cell(percent(row["overlap_coverage_share"])), status])
    columns = [
        Column("Rep"),
        *(Column(f"{title}, given of asked", "number") for title, _, _ in LEDGER_PAIRS),
        Column("Accounts with overlap", "number"),
        Column("Support"),
    ]
    return Table(f"Asked and given in {team.week.fiscal_quarter}", columns, rows)
