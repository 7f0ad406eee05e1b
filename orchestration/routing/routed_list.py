"""The list of one week, read from the current release into tables that the targets ask.

`routed` has one row per rep, account and partner of the week. Left out of it, with a reason in
`left_out`: rows of a partner that has left (case 30), and rows that had expired on the release's
own day. There is no clock here: the release's `as_of` is today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from orchestration.errors import RoutingError
from orchestration.release import Release, current_release
from orchestration.settings import Home

_ROUTES = "account_mapping.fct_weekly_routes"
_TABLES = {
    "routes": _ROUTES,
    "accounts": "core.dim_accounts",
    "partners": "core.dim_partners",
    "reps": "core.dim_reps",
    "segments": "account_mapping.fct_account_segments",
}

_ALL_ROWS = """
create or replace temp table routed_rows as
select
    routes.route_id,
    routes.week_starts_on,
    routes.expires_on,
    routes.rep_id,
    coalesce(reps.rep_name, routes.rep_id) as rep_name,
    lower(reps.email) as rep_email,
    reps.is_active as rep_is_active,
    routes.account_id,
    coalesce(accounts.account_name, routes.account_id) as account_name,
    accounts.website,
    accounts.country,
    accounts.city,
    accounts.industry,
    routes.partner_id,
    coalesce(partners.partner_name, routes.partner_id) as partner_name,
    routes.rank,
    routes.previous_rank,
    routes.score,
    routes.cell,
    routes.roll_up,
    routes.reason,
    routes.partner_seller_name,
    routes.suggested_next_step,
    routes.change_reason,
    case
        when partners.partner_id is null then 'the partner is not in the partner master'
        when not partners.is_active then 'the partner has left'
        when routes.expires_on < ? then 'the row has expired'
    end as left_out_because
from release_routes as routes
left join release_accounts as accounts on routes.account_id = accounts.account_id
left join release_partners as partners on routes.partner_id = partners.partner_id
left join release_reps as reps on routes.rep_id = reps.rep_id
where routes.week_starts_on = ?
"""


@dataclass(frozen=True)
class RoutedList:
    """One week's list, in the tables `routed` and `left_out` of the connection.

    left_out: reason -> how many rows are not delivered because of it.
    """

    connection: duckdb.DuckDBPyConnection
    release: Release
    week: date
    rows: int
    reps: int
    left_out: dict[str, int]

    def partner_names(self) -> dict[str, str]:
        """Every partner that the company knows, id -> name, those that have left included."""
        return dict(
            self.connection.execute(
                "select partner_id, coalesce(partner_name, partner_id) from release_partners "
                "order by partner_id"
            ).fetchall()
        )


def read_routed_list(
    home: Home, connection: duckdb.DuckDBPyConnection, week: date | None
) -> RoutedList:
    """Read the list of the week that a day is in (default: the newest) from the current release.

    Raises RoutingError where there is no release, no list, or none of that week.
    """
    release = current_release(home)
    if release is None:
        raise RoutingError(f"There is no release in {home.root}: run `cosell refresh` first.")
    for name, table in _TABLES.items():
        file = str(release.table_file(table)).replace("'", "''")
        connection.execute(
            f"create or replace temp view release_{name} as select * from read_parquet('{file}')"
        )
    chosen = _chosen_week(connection, release, week)
    connection.execute(_ALL_ROWS, [release.as_of, chosen])
    connection.execute(
        "create or replace temp view routed as "
        "select * from routed_rows where left_out_because is null"
    )
    connection.execute(
        "create or replace temp view left_out as "
        "select * from routed_rows where left_out_because is not null"
    )
    rows, reps = connection.execute(
        "select count(*), count(distinct rep_id) from routed"
    ).fetchall()[0]
    left_out = connection.execute(
        "select left_out_because, count(*) from left_out group by all order by all"
    ).fetchall()
    return RoutedList(connection, release, chosen, rows, reps, dict(left_out))


def _chosen_week(
    connection: duckdb.DuckDBPyConnection, release: Release, week: date | None
) -> date:
    weeks: list[date] = [
        each
        for (each,) in connection.execute(
            "select distinct week_starts_on from release_routes order by week_starts_on"
        ).fetchall()
    ]
    if not weeks and week is None:
        # Every partner of the lists may have left: their flags stand, and are to be cleared.
        flagged: date | None = connection.execute(
            "select max(week_starts_on) from standing where kind = 'set'"
        ).fetchall()[0][0]
        if flagged is not None:
            return flagged
    if not weeks:
        raise RoutingError(
            f"Release {release.release_id} has no weekly lists: they begin once accounts and "
            "partners' lists are landed; look at `cosell status`."
        )
    if week is None:
        return weeks[-1]
    found = [each for each in weeks if each <= week < each + timedelta(days=7)]
    if not found:
        newest = ", ".join(str(each) for each in weeks[-4:])
        raise RoutingError(
            f"--week {week}: there is no list of that week in release {release.release_id}; the "
            f"newest begin on {newest}."
        )
    return found[-1]
