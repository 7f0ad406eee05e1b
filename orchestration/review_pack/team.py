"""Whose page it is, of which week, and who is in the team: read from the current release.

A team is everybody below a manager, at any depth, on the day that the page tells about, who has
expectations or a figure with a partner in the quarter (case 24: the hierarchy as of that day).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb

from orchestration.answers import open_release
from orchestration.errors import ReleaseError
from orchestration.known_names import Known, find_known
from orchestration.release import Release, current_release
from orchestration.settings import Home, load_company

Row = dict[str, Any]

REQUIRED = (
    *("core.dim_reps", "core.dim_partners", "core.dim_fiscal_days", "core.dim_reporting_lines"),
    *("accountability.fct_ae_quarters", "attribution.fct_rep_partner_records"),
)
WEEK_OF_A_DAY = """
select week_starts_on, fiscal_quarter, quarter_starts_on, quarter_ends_on
from core.dim_fiscal_days
where day_on = $day
"""
# Everybody on whom a figure of the quarter stands, below each manager of that day.
TEAMS = """
with

measured as (
    select rep_id from accountability.fct_ae_quarters where fiscal_quarter = $quarter
    union
    select rep_id from attribution.fct_rep_partner_records
    where fiscal_quarter = $quarter and partner_id is not null and rep_id is not null
)

select
    lines.manager_id,
    coalesce(managers.rep_name, lines.manager_id) as manager_name,
    managers.email as manager_email,
    lines.rep_id,
    coalesce(reps.rep_name, lines.rep_id) as rep_name,
    coalesce(reps.is_in_seat, false) as is_in_seat,
    min(lines.depth) as depth
from core.dim_reporting_lines as lines
inner join measured
    on lines.rep_id = measured.rep_id
left join core.dim_reps as managers
    on lines.manager_id = managers.rep_id
left join core.dim_reps as reps
    on lines.rep_id = reps.rep_id
where lines.observed_from <= $day
    and (lines.observed_to is null or $day < lines.observed_to)
    and lines.rep_id <> lines.manager_id
group by all
order by manager_name, lines.manager_id, rep_name, lines.rep_id
"""


@dataclass(frozen=True)
class Rep:
    """One person of a team; depth 1 reports to the manager directly."""

    rep_id: str
    name: str
    is_in_seat: bool
    depth: int


@dataclass(frozen=True)
class ReviewWeek:
    """The week of a review.

    day: up to which the page tells: the release's own day in its week, else the week's last day.
    is_newest: whether that is the release's day, so that what stands today may be shown.
    """

    starts_on: date
    day: date
    fiscal_quarter: str
    quarter_starts_on: date
    quarter_ends_on: date
    is_newest: bool

    @property
    def since(self) -> date:
        """The day a week before: what came after it has changed since the last review."""
        return self.day - timedelta(days=7)


@dataclass(frozen=True)
class Team:
    """One manager's people, and the release that tells about them."""

    connection: duckdb.DuckDBPyConnection
    release: Release
    company: str
    currency: str
    tables: frozenset[str]
    week: ReviewWeek
    manager: Known
    reps: tuple[Rep, ...]

    def has(self, *tables: str) -> bool:
        """Whether the release holds these tables."""
        return self.tables.issuperset(tables)

    def rows(self, query: str, **more: object) -> list[Row]:
        """What a query finds; it may name $reps, $quarter, $day, $since and $week."""
        given = {
            "reps": [rep.rep_id for rep in self.reps],
            "quarter": self.week.fiscal_quarter,
            "day": self.week.day,
            "since": self.week.since,
            "week": self.week.starts_on,
            **more,
        }
        named = {name: value for name, value in given.items() if f"${name}" in query}
        found = self.connection.execute(query, named).to_arrow_table().to_pylist()
        return [dict(row) for row in found]

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a table of the release."""
        described = self.connection.execute(f"describe {table}").fetchall()
        return frozenset(str(name) for name, *_ in described)

    def name_of(self, rep_id: str | None) -> str:
        """The rep's name, or the id where the name is not known."""
        return next((rep.name for rep in self.reps if rep.rep_id == rep_id), rep_id or "(nobody)")


@contextmanager
def open_teams(home: Home, week: date | None = None) -> Iterator[list[Team]]:
    """Every manager's team in the week of a day (default: that of the release), by name.

    Raises ReleaseError where there is no release, a table is missing or the week is not told.
    """
    release = current_release(home)
    if release is None:
        raise ReleaseError(f"There is no release in {home.root}: run `cosell refresh` first.")
    company = load_company(home)
    with open_release(release.database) as connection:
        tables = _tables(connection)
        if missing := [table for table in REQUIRED if table not in tables]:
            raise ReleaseError(
                f"Release {release.release_id} has no {', '.join(missing)}: run `cosell refresh` "
                "to publish one that has."
            )
        found = _week(connection, release, week)
        teams: dict[Known, list[Rep]] = {}
        rows = connection.execute(TEAMS, {"quarter": found.fiscal_quarter, "day": found.day})
        for manager_id, name, email, *rep in rows.fetchall():
            teams.setdefault(Known(manager_id, name, email), []).append(Rep(*rep))
        if not teams:
            raise ReleaseError(
                f"Nobody had a team in the week of {found.starts_on}: the CRM names no managers on "
                "that day, or no rep has expectations; see core.dim_reporting_lines."
            )
        yield [
            Team(
                connection, release, company.name, company.currency, tables, found, who, tuple(reps)
            )
            for who, reps in teams.items()
        ]


def team_of(teams: list[Team], manager: str) -> Team:
    """The team of a manager named by id, e-mail or name; raises ReleaseError."""
    known = [team.manager for team in teams]
    return teams[known.index(find_known(manager, known, "manager", ReleaseError))]


def _tables(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    rows = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
    ).fetchall()
    return frozenset(str(name) for (name,) in rows)


def _week(
    connection: duckdb.DuckDBPyConnection, release: Release, asked: date | None
) -> ReviewWeek:
    newest = connection.execute(WEEK_OF_A_DAY, {"day": release.as_of}).fetchone()
    if newest is None:
        raise ReleaseError(
            f"Release {release.release_id} has no fiscal calendar for {release.as_of}: look at "
            "core.dim_fiscal_days."
        )
    if asked is None or newest[0] <= asked < newest[0] + timedelta(days=7):
        return _review_week(newest, release.as_of, is_newest=True)
    found = connection.execute(WEEK_OF_A_DAY, {"day": asked}).fetchone()
    if found is None or asked > release.as_of:
        raise ReleaseError(
            f"--week {asked} cannot be told: release {release.release_id} is as of "
            f"{release.as_of}; name a day of that week or of an earlier one."
        )
    last_day = found[0] + timedelta(days=6)
    last = connection.execute(WEEK_OF_A_DAY, {"day": last_day}).fetchone() or found
    return _review_week(last, last_day, is_newest=False)


def _review_week(row: tuple[Any, ...], day: date, *, is_newest: bool) -> ReviewWeek:
    starts_on, quarter, quarter_starts_on, quarter_ends_on = row
    return ReviewWeek(starts_on, day, quarter, quarter_starts_on, quarter_ends_on, is_newest)
