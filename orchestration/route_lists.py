"""The list of one rep and week, as it is published: read here, laid out by `route_pages`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orchestration.answers import open_release
from orchestration.errors import RoutingError
from orchestration.known_names import Known, find_known
from orchestration.release.release_folder import current_release_id

if TYPE_CHECKING:
    import duckdb

    from orchestration.settings import Home

ROUTES = "account_mapping.fct_weekly_routes"
REPS = """
    select rep_id, coalesce(rep_name, rep_id), email from core.dim_reps order by rep_id
"""
WEEKS = f"select distinct week_starts_on from {ROUTES} order by week_starts_on"
LIST = f"""
    select
        routes.rank,
        accounts.account_name,
        routes.account_id,
        partners.partner_name,
        routes.cell,
        routes.score,
        routes.relationship_depth_points,
        routes.in_market_points,
        routes.icp_fit_points,
        routes.strategic_importance_points,
        routes.reason,
        routes.partner_seller_name,
        routes.suggested_next_step,
        routes.change_reason
    from {ROUTES} as routes
    left join core.dim_accounts as accounts
        on routes.account_id = accounts.account_id
    left join core.dim_partners as partners
        on routes.partner_id = partners.partner_id
    where routes.rep_id = ? and routes.week_starts_on = ?
    order by routes.rank
"""
LEAVERS = """
    select coalesce(accounts.account_name, leavers.account_id), leavers.left_reason
    from account_mapping.fct_route_leavers as leavers
    left join core.dim_accounts as accounts
        on leavers.account_id = accounts.account_id
    where leavers.rep_id = ? and leavers.week_starts_on = ?
    order by leavers.previous_rank, leavers.route_id
"""
WHY_NO_LIST = """
    select status_reason from account_mapping.rpt_route_coverage
    where rep_id = ? and week_starts_on = ?
"""


@dataclass(frozen=True)
class ListedAccount:
    """One row of a list: what to do, with whom, and what the score rests on (points of 100)."""

    rank: int
    account_name: str | None
    account_id: str
    partner_name: str | None
    cell: str | None
    score: Decimal | None
    relationship_depth_points: Decimal | None
    in_market_points: Decimal | None
    icp_fit_points: Decimal | None
    strategic_importance_points: Decimal | None
    reason: str | None
    partner_seller_name: str | None
    suggested_next_step: str | None
    change_reason: str | None


@dataclass(frozen=True)
class RepList:
    """The list of one rep and week; without rows, `why_empty` says why."""

    rep_id: str
    rep_name: str
    week_starts_on: date
    rows: list[ListedAccount]
    left: list[tuple[str, str]]
    why_empty: str | None


def rep_list(home: Home, rep: str, week: date | None = None) -> RepList:
    """Return the list of a rep, named by id, e-mail or name, in the current release.

    `week` is any day of the week; the newest week without it. Raises RoutingError where the rep
    or the week is not there, with those that are.
    """
    if current_release_id(home) is None:
        raise RoutingError(
            f"{home.root} has no release yet, so there are no lists: run `cosell refresh` first."
        )
    with open_release(home.current_release / "cosell.duckdb") as release:
        rep_id, rep_name = _found_rep(release, rep)
        week_starts_on = _found_week(release, week)
        rows = [
            ListedAccount(*row)
            for row in release.execute(LIST, [rep_id, week_starts_on]).fetchall()
        ]
        return RepList(
            rep_id,
            rep_name,
            week_starts_on,
            rows,
            left=release.execute(LEAVERS, [rep_id, week_starts_on]).fetchall(),
            why_empty=None if rows else _why_empty(release, rep_id, week_starts_on),
        )


def _found_rep(release: duckdb.DuckDBPyConnection, rep: str) -> tuple[str, str]:
    reps = [Known(*row) for row in release.execute(REPS).fetchall()]
    found = find_known(rep, reps, "rep", RoutingError)
    return found.identifier, found.name


def _found_week(release: duckdb.DuckDBPyConnection, week: date | None) -> date:
    weeks: list[date] = [found for (found,) in release.execute(WEEKS).fetchall()]
    if not weeks:
        raise RoutingError("No week has a list yet: the first refresh of a week makes them.")
    if week is None:
        return weeks[-1]
    for starts_on in reversed(weeks):
        if 0 <= (week - starts_on).days < 7:
            return starts_on
    listed = ", ".join(str(starts_on) for starts_on in weeks[-6:])
    raise RoutingError(f"No list was made in the week of {week}; the newest weeks are {listed}.")


def _why_empty(release: duckdb.DuckDBPyConnection, rep_id: str, week: date) -> str:
    found: Any = release.execute(WHY_NO_LIST, [rep_id, week]).fetchone()
    return str(found[0]) if found else "nobody was on a list of this rep in that week"
