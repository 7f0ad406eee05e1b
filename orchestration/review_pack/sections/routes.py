"""Routed accounts: what came of the newest list whose working week is over, and who is left."""

from __future__ import annotations

from datetime import date

from orchestration.review_pack.document import Cell, Column, EvidenceList, Section, Table
from orchestration.review_pack.team import Row, Team
from orchestration.review_pack.wording import NOTHING, day_text, percent, plain

TABLES = ("account_mapping.fct_route_outcomes", "account_mapping.fct_weekly_routes")
SHOWN_PER_REP = 3
NEWEST_DUE = """
select max(week_starts_on) as week_starts_on
from account_mapping.fct_route_outcomes
where touch_due_on < $day and list_contains($reps, rep_id)
"""
ROUTED = """
select
    outcomes.route_id,
    outcomes.rep_id,
    outcomes.account_id,
    coalesce(accounts.account_name, outcomes.account_id) as account,
    coalesce(partners.partner_name, outcomes.partner_id) as partner,
    outcomes.rank,
    outcomes.score,
    outcomes.touch_due_on,
    case when outcomes.touched_on <= $day then outcomes.touched_on end as touched_on,
    coalesce(outcomes.is_touched_in_time, false) as is_touched_in_time,
    coalesce(outcomes.conversation_on <= $day, false) as has_conversation,
    routes.first_listed_on,
    routes.suggested_next_step
from account_mapping.fct_route_outcomes as outcomes
inner join account_mapping.fct_weekly_routes as routes
    on outcomes.route_id = routes.route_id
left join core.dim_accounts as accounts
    on outcomes.account_id = accounts.account_id
left join core.dim_partners as partners
    on outcomes.partner_id = partners.partner_id
where outcomes.week_starts_on = $list and list_contains($reps, outcomes.rep_id)
order by outcomes.rank, outcomes.route_id
"""


def section(team: Team) -> Section | None:
    """Per rep: routed, touched in time, not touched; and the first of those not touched."""
    if not team.has(*TABLES, "core.dim_accounts"):
        return None
    title = "Routed accounts not touched"
    week, routed = newest_due_list(team)
    if week is None:
        return Section("routes", title, f"No list had run its working week by {team.week.day}.")
    evidence = EvidenceList("routes")
    per_rep = [_rep_row(team, rep.rep_id, routed, evidence) for rep in team.reps]
    listed = [
        _untouched_row(team, row)
        for rep in team.reps
        for row in _untouched(routed, rep.rep_id)[:SHOWN_PER_REP]
    ]
    return Section(
        anchor="routes",
        title=title,
        lead=(
            f"The list of the week of {week}, the newest whose working week is over: does the "
            "seller act on it inside a working week?"
        ),
        tables=[
            Table(
                f"The list of {week} by rep",
                [
                    Column("Rep"),
                    *(
                        Column(each, "number")
                        for each in ("Routed", "Touched in time", "Not touched")
                    ),
                    *(Column(each, "number") for each in ("Share in time", "Conversations")),
                ],
                [row for row in per_rep if row],
            ),
            Table(
                f"Not touched: the first {SHOWN_PER_REP} of each rep",
                [
                    *(Column(each) for each in ("Account", "Rep", "Partner")),
                    *(
                        Column("Score", "number"),
                        Column("On the list since", "day"),
                        Column("Next step"),
                    ),
                ],
                listed,
            ),
        ],
        notes=[] if listed else ["Every routed account was touched."],
        evidence=evidence.listed,
    )


def newest_due_list(team: Team) -> tuple[date | None, list[Row]]:
    """The first day of the newest list that had its working week, and the team's rows of it."""
    week = team.rows(NEWEST_DUE)[0]["week_starts_on"]
    return week, team.rows(ROUTED, list=week) if week else []


def _untouched(routed: list[Row], rep_id: str) -> list[Row]:
    return [row for row in routed if row["rep_id"] == rep_id and row["touched_on"] is None]


def _rep_row(
    team: Team, rep_id: str, routed: list[Row], evidence: EvidenceList
) -> list[Cell] | None:
    rows = [row for row in routed if row["rep_id"] == rep_id]
    if not rows:
        return None
    in_time = [row for row in rows if row["is_touched_in_time"]]
    groups = (
        ("routed", rows),
        ("touched in time", in_time),
        ("not touched", _untouched(routed, rep_id)),
        ("conversations", [row for row in rows if row["has_conversation"]]),
    )
    name = team.name_of(rep_id)
    cells = [
        evidence.cell(
            f"{len(found):,}",
            f"{name}: {what}",
            [f"{row['route_id']} ({row['account_id']})" for row in found],
        )
        for what, found in groups
    ]
    return [Cell(name), *cells[:3], Cell(percent(len(in_time) / len(rows))), cells[3]]


def _untouched_row(team: Team, row: Row) -> list[Cell]:
    return [
        Cell(row["account"], detail=row["account_id"]),
        Cell(team.name_of(row["rep_id"])),
        Cell(row["partner"]),
        Cell(NOTHING if row["score"] is None else plain(round(row["score"], 1))),
        Cell(day_text(row["first_listed_on"])),
        Cell(row["suggested_next_step"] or NOTHING),
    ]
