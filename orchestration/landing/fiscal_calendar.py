"""The fiscal calendar: generated from the first month of the year, or read from a file of periods.

A fiscal year is named after the calendar year in which it ends; a quarter is `FY2027-Q1`. Custom
calendars (4-4-5, 53 weeks) come as a file, and a gap or an overlap in it is refused (case 5).
"""

from __future__ import annotations

import csv
import datetime
import itertools
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.settings import CompanySettings, Home

FIRST_FISCAL_YEAR = 1998
LAST_FISCAL_YEAR = 2045
_COLUMNS = ("fiscal_year", "quarter_number", "starts_on", "ends_on")


@dataclass(frozen=True)
class FiscalQuarter:
    """One quarter; both days belong to it."""

    fiscal_year: int
    quarter_number: int
    starts_on: datetime.date
    ends_on: datetime.date

    @property
    def name(self) -> str:
        """`FY2027-Q1`."""
        return f"FY{self.fiscal_year}-Q{self.quarter_number}"

    def as_row(self) -> tuple[str, ...]:
        """The columns of the landed table."""
        return (
            self.name,
            str(self.fiscal_year),
            str(self.quarter_number),
            self.starts_on.isoformat(),
            self.ends_on.isoformat(),
        )


def fiscal_quarters(home: Home, company: CompanySettings) -> list[tuple[str, ...]]:
    """Rows of `settings.fiscal_quarters`; raises ConfigurationError for an unusable calendar."""
    if company.fiscal_calendar is not None:
        label = home.relative(company.fiscal_calendar)
        quarters = read_fiscal_calendar(company.fiscal_calendar, label)
    else:
        quarters = generated_quarters(company.fiscal_year_start_month or 1)
    return [quarter.as_row() for quarter in quarters]


def generated_quarters(start_month: int) -> list[FiscalQuarter]:
    """Quarters of three calendar months each, from FIRST_FISCAL_YEAR to LAST_FISCAL_YEAR."""
    quarters = []
    for fiscal_year in range(FIRST_FISCAL_YEAR, LAST_FISCAL_YEAR + 1):
        first_year = fiscal_year if start_month == 1 else fiscal_year - 1
        for number in range(1, 5):
            starts_on = _month_start(first_year, start_month + 3 * (number - 1))
            next_start = _month_start(first_year, start_month + 3 * number)
            ends_on = next_start - datetime.timedelta(days=1)
            quarters.append(FiscalQuarter(fiscal_year, number, starts_on, ends_on))
    return quarters


def _month_start(year: int, month: int) -> datetime.date:
    """First day of a month; months beyond 12 belong to the years after."""
    return datetime.date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def read_fiscal_calendar(path: Path, label: str) -> list[FiscalQuarter]:
    """The quarters of a file of periods, in order and without gaps."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in _COLUMNS if name not in (reader.fieldnames or [])]
            if missing:
                raise ConfigurationError(
                    f"{label} has no column {missing[0]}: give it the columns "
                    f"{', '.join(_COLUMNS)}."
                )
            quarters = [_quarter(label, number, row) for number, row in enumerate(reader, start=1)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"{label} cannot be read ({error}): save it as CSV.") from None
    quarters.sort(key=lambda quarter: quarter.starts_on)
    _refuse_holes(label, quarters)
    return quarters


def _quarter(label: str, number: int, row: dict[str, str]) -> FiscalQuarter:
    try:
        quarter = FiscalQuarter(
            fiscal_year=int(row["fiscal_year"]),
            quarter_number=int(row["quarter_number"]),
            starts_on=datetime.date.fromisoformat(row["starts_on"].strip()),
            ends_on=datetime.date.fromisoformat(row["ends_on"].strip()),
        )
    except (TypeError, ValueError, AttributeError):
        raise ConfigurationError(
            f"{label}, row {number}: fiscal_year and quarter_number must be whole numbers, "
            "starts_on and ends_on days such as 2026-02-01: correct the row."
        ) from None
    if quarter.ends_on < quarter.starts_on or not 1 <= quarter.quarter_number <= 4:
        raise ConfigurationError(
            f"{label}, row {number}: {quarter.name} from {quarter.starts_on} to {quarter.ends_on} "
            "is no quarter: number it 1 to 4 and end it after its start."
        )
    return quarter


def _refuse_holes(label: str, quarters: list[FiscalQuarter]) -> None:
    if not quarters:
        raise ConfigurationError(f"{label} has no rows: add one row per fiscal quarter.")
    names = [quarter.name for quarter in quarters]
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"{label} has {name} more than once: remove the surplus rows.")
    for before, after in itertools.pairwise(quarters):
        expected = before.ends_on + datetime.timedelta(days=1)
        if after.starts_on > expected:
            raise ConfigurationError(
                f"{label} has a gap between {before.name} (ends {before.ends_on}) and {after.name} "
                f"(starts {after.starts_on}): start it on {expected}."
            )
        if after.starts_on < expected:
            raise ConfigurationError(
                f"{label} has an overlap of {before.name} (ends {before.ends_on}) and {after.name} "
                f"(starts {after.starts_on}): start it on {expected}."
            )
        if (after.fiscal_year, after.quarter_number) != _next_quarter(before):
            year, number = _next_quarter(before)
            raise ConfigurationError(
                f"{label}: {after.name} follows {before.name}: number it FY{year}-Q{number}, or "
                "add the quarters between."
            )


def _next_quarter(quarter: FiscalQuarter) -> tuple[int, int]:
    if quarter.quarter_number == 4:
        return quarter.fiscal_year + 1, 1
    return quarter.fiscal_year, quarter.quarter_number + 1
