"""Bounds beyond which a value is a typing error: read from `config/policy/plausibility.csv`."""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from orchestration.errors import ConfigurationError
from orchestration.landing.rewriting import Bounds
from orchestration.settings import Home


@dataclass(frozen=True)
class PlausibilityRow:
    """One row of the policy; it holds from `effective_from` on."""

    effective_from: datetime.date
    minimum_date: datetime.date
    maximum_years_ahead: int
    maximum_amount: Decimal


def read_plausibility(home: Home) -> list[PlausibilityRow]:
    """The rows of the policy, earliest first; raises ConfigurationError naming file and row."""
    path = home.policies / "plausibility.csv"
    label = home.relative(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = [
                _row(label, number, values)
                for number, values in enumerate(csv.DictReader(stream), start=1)
            ]
    except FileNotFoundError:
        raise ConfigurationError(
            f"{label} does not exist: run `cosell init` to write the default policies."
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(
            f"{label} cannot be read ({error}): save it as CSV in UTF-8."
        ) from None
    if not rows:
        raise ConfigurationError(f"{label} has no rows: add one row with the bounds.")
    return sorted(rows, key=lambda row: row.effective_from)


def _row(label: str, number: int, values: dict[str, str]) -> PlausibilityRow:
    try:
        return PlausibilityRow(
            effective_from=datetime.date.fromisoformat(values["effective_from"]),
            minimum_date=datetime.date.fromisoformat(values["minimum_date"]),
            maximum_years_ahead=int(values["maximum_years_ahead"]),
            maximum_amount=Decimal(values["maximum_amount"]),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation):
        raise ConfigurationError(
            f"{label}, row {number}: effective_from and minimum_date must be days (1970-01-01), "
            "maximum_years_ahead and maximum_amount numbers: correct the row."
        ) from None


def plausible_bounds(rows: list[PlausibilityRow], as_of: datetime.date) -> Bounds:
    """The bounds of the row that holds on `as_of`; the first row holds for all days before."""
    holding = [row for row in rows if row.effective_from <= as_of] or rows[:1]
    row = holding[-1]
    last_year = min(as_of.year + row.maximum_years_ahead, datetime.MAXYEAR)
    # The 29th of February has no counterpart in most years.
    day = 28 if (as_of.month, as_of.day) == (2, 29) else as_of.day
    return Bounds(
        first_day=row.minimum_date,
        last_day=datetime.date(last_year, as_of.month, day),
        largest_amount=format(row.maximum_amount, "f"),
    )
