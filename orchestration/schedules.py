"""When a refresh starts by itself: days of the company, the close of a quarter, a new file.

Plain functions; the schedules and sensors themselves are in `defs`.
"""

from __future__ import annotations

import csv
import hashlib
import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from orchestration.errors import CosellError
from orchestration.release import current_release
from orchestration.settings import Home, load_company, load_settings

if TYPE_CHECKING:
    import dagster as dg

REFRESH_JOB = "refresh"

_CRON_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


@dataclass(frozen=True)
class CompanyDays:
    """The company's time zone and the first day of its week."""

    time_zone: str
    week_starts_on: str

    @property
    def first_day_of_week(self) -> str:
        """The first day of the week as cron counts days (0 = Sunday)."""
        return str(_CRON_DAYS.index(self.week_starts_on))

    @property
    def other_days_of_week(self) -> str:
        """All other days, as a list for cron."""
        return ",".join(
            str(number) for number, day in enumerate(_CRON_DAYS) if day != self.week_starts_on
        )

    def day_of(self, moment: datetime) -> date:
        """The day that it is in the company at a moment."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()


def company_days() -> CompanyDays:
    """Days of the company whose home is chosen; UTC and Monday before there is one."""
    try:
        company = load_company(load_settings().home)
    except CosellError:
        return CompanyDays(time_zone="UTC", week_starts_on="monday")
    return CompanyDays(time_zone=company.time_zone, week_starts_on=company.week_starts_on)


def refresh_request(as_of: date | None, reason: str, run_key: str | None = None) -> dg.RunRequest:
    """A run of the refresh as of a day (default: the newest landed one), with why it runs."""
    import dagster as dg

    landing = {"config": {"as_of": as_of.isoformat()}} if as_of else {}
    return dg.RunRequest(
        job_name=REFRESH_JOB,
        run_key=run_key or (f"{reason} {as_of}" if as_of else None),
        run_config={"ops": {"landing": landing}} if landing else {},
        tags={"cosell/reason": reason},
    )


def fetch_quietly(home: Home) -> list[str]:
    """Fetch what is new in the file shares; the sentences of what could not be fetched."""
    if not home.share_files.is_dir():
        return []
    from orchestration.file_shares import fetch_shares

    return [each.message for each in fetch_shares(home) if each.status == "refused"]


def inbox_state(home: Home, settled_seconds: float) -> str | None:
    """A digest of the names, sizes and times of the files in the inbox.

    None for an empty inbox, and while a file is younger than `settled_seconds`.
    """
    lines = []
    newest = 0.0
    for path in sorted(home.inbox.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            found = path.stat()
            newest = max(newest, found.st_mtime)
            lines.append(f"{home.relative(path)} {found.st_size} {found.st_mtime_ns}")
    if not lines or time.time() - newest < settled_seconds:
        return None
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def quarter_closing_on(home: Home, day: date) -> str | None:
    """The fiscal quarter that the policy freezes on a day, None for none.

    Read from the current release's calendar, which knows quarters and business days.
    """
    import duckdb

    release = current_release(home)
    if release is None:
        return None
    with duckdb.connect() as connection:
        found = connection.execute(
            """
            with calendar as (select * from read_parquet(?)),
            ended as (
                select fiscal_quarter, quarter_ends_on from calendar
                where quarter_ends_on < ?
                group by all
                order by quarter_ends_on desc
                limit 1
            )
            select ended.fiscal_quarter, ended.quarter_ends_on,
                count(*) filter (where calendar.is_business_day) as business_days_count,
                bool_or(calendar.is_business_day and calendar.day_on = ?) as is_business_day
            from ended
            inner join calendar
                on calendar.day_on > ended.quarter_ends_on and calendar.day_on <= ?
            group by all
            """,
            [str(release.table_file("core.dim_fiscal_days")), day, day, day],
        ).fetchone()
    if found is None:
        return None
    quarter, ends_on, business_days_count, is_business_day = found
    if is_business_day and business_days_count == business_days_to_close(home, ends_on):
        return str(quarter)
    return None


def business_days_to_close(home: Home, quarter_ends_on: date) -> int | None:
    """After how many business days the policy in force at its end freezes a quarter."""
    file = home.policies / "quarter_close.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [
            row
            for row in csv.DictReader(opened)
            if row["effective_from"] <= quarter_ends_on.isoformat()
        ]
    newest = max(rows, key=lambda row: row["effective_from"], default=None)
    return int(newest["business_days_after_quarter_end"]) if newest else None
