"""The story's calendar: days, moments, fiscal quarters and the Mondays on which files land.

Days are int (days since 1970-01-01) in the company's time zone; moments are int64 (seconds since
1970-01-01 UTC). All functions take and give numpy arrays as well as plain numbers.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from orchestration.demo_company.sizes import DemoSize

Days = npt.NDArray[np.int32]
Moments = npt.NDArray[np.int64]

COMPANY_ZONE = "America/New_York"
FISCAL_YEAR_START_MONTH = 2
SECONDS_PER_DAY = 86_400
NEVER = np.int32(2**30)  # a day that does not come; keeps comparisons free of NULL


def day(text: str) -> int:
    """The day number of an ISO date."""
    return int(np.datetime64(text, "D").astype(np.int64))


def as_date(day_number: int) -> date:
    """The calendar date of a day number."""
    return date(1970, 1, 1) + timedelta(days=int(day_number))


OLDEST_DAY = day("2024-02-05")  # the oldest opportunity
STORY_START = day("2025-02-01")
FIRST_LANDING = day("2025-02-10")
FINAL_LANDING = day("2026-08-24")
EXPORT_HOUR = 5  # exports are taken on Mondays at five, company time


def _transitions() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """UTC seconds at which New York changes its clocks, and the offsets that hold from then."""
    moments, offsets = [], []
    for year in range(2000, 2041):
        march = date(year, 3, 1)
        second_sunday = march + timedelta(days=(6 - march.weekday()) % 7 + 7)
        november = date(year, 11, 1)
        first_sunday = november + timedelta(days=(6 - november.weekday()) % 7)
        moments.append(day(second_sunday.isoformat()) * SECONDS_PER_DAY + 7 * 3600)
        offsets.append(-4 * 3600)
        moments.append(day(first_sunday.isoformat()) * SECONDS_PER_DAY + 6 * 3600)
        offsets.append(-5 * 3600)
    return np.array(moments, np.int64), np.array(offsets, np.int64)


_TRANSITIONS, _OFFSETS = _transitions()


def utc_offset(moments: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Seconds to add to a UTC moment to read the company's wall clock."""
    return _OFFSETS[np.searchsorted(_TRANSITIONS, np.asarray(moments, np.int64), "right") - 1]


def local_day(moments: npt.ArrayLike) -> Days:
    """The company's calendar day of a UTC moment."""
    values = np.asarray(moments, np.int64)
    return ((values + utc_offset(values)) // SECONDS_PER_DAY).astype(np.int32)


def moment(days: npt.ArrayLike, second_of_day: npt.ArrayLike) -> Moments:
    """The UTC moment of a wall-clock time in the company's zone (not for 1:00-3:00 at changes)."""
    wall = np.asarray(days, np.int64) * SECONDS_PER_DAY + np.asarray(second_of_day, np.int64)
    return wall - utc_offset(wall + 5 * 3600)


def moment_of(text: str) -> int:
    """The UTC moment of `YYYY-MM-DD HH:MM` on the company's wall clock."""
    day_text, clock_text = text.split(" ")
    hours, minutes = clock_text.split(":")
    return int(moment(day(day_text), int(hours) * 3600 + int(minutes) * 60))


FINAL_EXPORT = int(moment(FINAL_LANDING, EXPORT_HOUR * 3600))


def quarter_ordinals(days: npt.ArrayLike) -> npt.NDArray[np.int32]:
    """A running number of the fiscal quarter of each day (year x 4 + quarter - 1)."""
    months = np.asarray(days, np.int64).astype("datetime64[D]").astype("datetime64[M]")
    fiscal_months = months.astype(np.int64) - (FISCAL_YEAR_START_MONTH - 1)
    fiscal_year = 1970 + fiscal_months // 12 + 1
    return (fiscal_year * 4 + (fiscal_months % 12) // 3).astype(np.int32)


def quarter_label(ordinal: int) -> str:
    """`FY2027-Q1` for a running quarter number."""
    return f"FY{int(ordinal) // 4}-Q{int(ordinal) % 4 + 1}"


def quarter_ordinal(label: str) -> int:
    """The running number of `FY2027-Q1`."""
    return int(label[2:6]) * 4 + int(label[-1]) - 1


def quarter_first_day(ordinal: int) -> int:
    """The first day of a quarter."""
    fiscal_months = (ordinal // 4 - 1971) * 12 + (ordinal % 4) * 3
    months = np.datetime64(fiscal_months + FISCAL_YEAR_START_MONTH - 1, "M")
    return int(months.astype("datetime64[D]").astype(np.int64))


def quarter_last_day(ordinal: int) -> int:
    """The last day of a quarter."""
    return quarter_first_day(ordinal + 1) - 1


STORY_QUARTERS = tuple(
    range(quarter_ordinal("FY2026-Q1"), quarter_ordinal("FY2027-Q3") + 1)
)  # the last one has only begun


def landing_days(size: DemoSize) -> Days:
    """The Mondays on which files land, oldest first; the last seven are always weekly."""
    mondays = np.arange(FIRST_LANDING, FINAL_LANDING + 1, 7, dtype=np.int32)
    if size.weekly_landings is not None:
        return mondays[-size.weekly_landings :]
    keep = np.arange(len(mondays)) % size.every_nth_monday == 0
    keep[-7:] = True
    return np.asarray(mondays[keep], np.int32)


def export_moments(landings: Days) -> Moments:
    """The moment at which each landing's files were exported."""
    return moment(landings, EXPORT_HOUR * 3600)


def on_weekday(days: npt.ArrayLike) -> Days:
    """Saturdays and Sundays moved back to Friday (day 0 was a Thursday)."""
    values = np.asarray(days, np.int32)
    weekday = (values + 3) % 7  # Monday is 0
    return (values - np.maximum(weekday - 4, 0)).astype(np.int32)
