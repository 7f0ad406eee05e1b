"""Exact money: hundredths as integers, rates as millionths, half-up division.

Rates are units of a currency per one unit of the company currency: company = amount / rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from orchestration.demo_company.clock import Days
from orchestration.demo_company.random_streams import stream

CURRENCIES = ("USD", "EUR", "GBP", "JPY", "CAD")
USD, EUR, GBP, JPY, CAD = range(len(CURRENCIES))
CURRENCY_INDEX = {code: index for index, code in enumerate(CURRENCIES)}
MICRO = 1_000_000

# The plan rates of policy `plan_rates`, in millionths.
PLAN_RATES = np.array([1_000_000, 920_000, 790_000, 150_000_000, 1_360_000], np.int64)
FIRST_RATE_MONTH = "2023-01"
LAST_RATE_MONTH = "2026-12"  # treasury publishes the plan year ahead, so that pushed dates resolve


@dataclass(frozen=True)
class ConversionRates:
    """Monthly dated rates: `micro[currency, month]`, month 0 = FIRST_RATE_MONTH."""

    micro: npt.NDArray[np.int64]

    def at(self, currencies: npt.NDArray[np.int8], days: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """The rate in force for each currency on each day, in millionths."""
        return self.micro[currencies, month_numbers(days)]

    @property
    def months(self) -> int:
        """How many months there are rates for."""
        return int(self.micro.shape[1])


def month_numbers(days: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Months since FIRST_RATE_MONTH."""
    months = np.asarray(days, np.int64).astype("datetime64[D]").astype("datetime64[M]")
    return months.astype(np.int64) - int(np.datetime64(FIRST_RATE_MONTH, "M").astype(np.int64))


def month_first_day(number: int) -> int:
    """The first day of a month counted from FIRST_RATE_MONTH."""
    month = np.datetime64(FIRST_RATE_MONTH, "M") + np.timedelta64(int(number), "M")
    return int(month.astype("datetime64[D]").astype(np.int64))


def conversion_rates(seed: int) -> ConversionRates:
    """Rates that wander around the plan rates month by month."""
    random = stream(seed, "rates")
    count = int(month_numbers([month_day(LAST_RATE_MONTH)])[0]) + 1
    steps = random.normal(0, 0.011, (len(CURRENCIES), count)).cumsum(axis=1)
    rates = np.rint(PLAN_RATES[:, None] * np.exp(np.clip(steps, -0.12, 0.12)) / 100) * 100
    rates[USD] = MICRO
    return ConversionRates(rates.astype(np.int64))


def month_day(text: str) -> int:
    """The first day of `YYYY-MM`."""
    return int(np.datetime64(text, "M").astype("datetime64[D]").astype(np.int64))


def converted(cents: npt.NDArray[np.int64], rates: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Hundredths in the company currency, halves away from zero."""
    size = np.abs(cents) * MICRO
    rounded = (2 * size + rates) // (2 * rates)
    return np.where(cents < 0, -rounded, rounded)


def rounded_amounts(
    cents: npt.NDArray[np.float64], currencies: npt.NDArray[np.int8]
) -> npt.NDArray[np.int64]:
    """Amounts as people enter them: whole hundreds, whole ten thousands of yen."""
    step = np.where(currencies == JPY, 1_000_000, 10_000)
    return (np.maximum(np.rint(cents / step), 1) * step).astype(np.int64)


def company_cents(
    cents: npt.NDArray[np.int64],
    currencies: npt.NDArray[np.int8],
    is_closed: npt.NDArray[np.bool_],
    close_on: Days,
    rates: ConversionRates,
) -> npt.NDArray[np.int64]:
    """Company currency at the dated rate of the close date (closed) or the plan rate (open)."""
    dated = rates.at(currencies, np.where(is_closed, close_on, month_first_day(0)))
    return converted(cents, np.where(is_closed, dated, PLAN_RATES[currencies]))
