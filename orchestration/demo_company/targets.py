"""What each rep is asked to do per fiscal quarter, and how much of the quarter was in seat."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import holidays
import numpy as np
import numpy.typing as npt
import pandas as pd

from orchestration.demo_company.accounts import last_states
from orchestration.demo_company.clock import (
    NEVER,
    STORY_QUARTERS,
    as_date,
    quarter_first_day,
    quarter_label,
    quarter_last_day,
)
from orchestration.demo_company.money import CURRENCY_INDEX, PLAN_RATES, USD, converted
from orchestration.demo_company.opportunities import EXCLUSIONS, NULL_AMOUNT, WON
from orchestration.demo_company.people import Person
from orchestration.demo_company.story import Story

COMPANY_COUNTRY = "US"
METRICS = (
    "partner_sourced_opportunities",
    "partner_touches",
    "joint_calls",
    "co_sell_opportunities",
    "pipeline_created",
    "bookings",
)
MONEY_METRICS = ("pipeline_created", "bookings")
_COUNT_TARGETS = {
    "partner_sourced_opportunities": 2,
    "partner_touches": 10,
    "joint_calls": 4,
    "co_sell_opportunities": 3,
}


def targets(story: Story) -> pd.DataFrame:
    """One row per rep, quarter and metric: rep, quarter, metric, cents (hundredths), currency.

    `currency` is an index into CURRENCIES, -1 for metrics that are no money.
    """
    pipeline, bookings = _usual_money(story)
    rows = []
    for person in story.org.reps:
        for quarter in STORY_QUARTERS:
            first, last = quarter_first_day(quarter), quarter_last_day(quarter)
            if person.seat_from > last or person.seat_to < first:
                continue
            for metric in METRICS:
                money = {"pipeline_created": pipeline, "bookings": bookings}.get(metric)
                if money is None:
                    cents, currency = _COUNT_TARGETS[metric] * 100, -1
                else:
                    cents = round(money * person.target_scale / 500_000) * 500_000
                    currency = USD
                key = (person.number, quarter_label(quarter), metric)
                if key in story.quota_targets:
                    amount, code = story.quota_targets[key]
                    cents, currency = round(amount * 100), CURRENCY_INDEX[code]
                rows.append((person.number, quarter, metric, cents, currency))
    return pd.DataFrame(rows, columns=["rep", "quarter", "metric", "cents", "currency"])


def bookings_quotas(story: Story) -> pd.DataFrame:
    """The targets that the CRM holds as quotas too: rep, quarter, cents, currency."""
    asked = targets(story)
    return asked[asked["metric"] == "bookings"].drop(columns="metric").reset_index(drop=True)


def _usual_money(story: Story) -> tuple[float, float]:
    """Pipeline and bookings that a seat makes in a quarter, in hundredths of USD."""
    final = last_states(story.deal_states, "opportunity")
    deals = story.deals
    counted = np.array([name is None for name in EXCLUSIONS])[deals.type]
    inside = deals.created_on >= quarter_first_day(STORY_QUARTERS[0])
    amount = np.maximum(final["amount"].to_numpy(), NULL_AMOUNT)
    amount = np.where((amount == NULL_AMOUNT) | ~counted | ~inside, 0, amount)
    usd = converted(amount, PLAN_RATES[deals.currency])
    seats = max(len(story.org.random_reps), 1) * (len(STORY_QUARTERS) - 0.75) * 0.93
    return float(usd.sum()) / seats, float(usd[deals.outcome == WON].sum()) / seats


def target_in_company_currency(cents: int, currency: int) -> int:
    """A quota in hundredths of the company currency, at the plan rate (case 46)."""
    rate = PLAN_RATES[max(currency, USD)]
    return int(converted(np.array([cents], np.int64), np.array([rate]))[0])


@dataclass(frozen=True)
class SeatShare:
    """How much of a quarter counts for a rep: `weight` of `business_days`, exactly."""

    weight: Fraction
    business_days: int


class BusinessDays:
    """Business days of quarters by country: Monday to Friday without public holidays."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], npt.NDArray[np.int64]] = {}

    def of(self, country: str, quarter: int) -> npt.NDArray[np.int64]:
        """The day numbers of the business days."""
        key = (country, quarter)
        if key not in self._known:
            days = np.arange(quarter_first_day(quarter), quarter_last_day(quarter) + 1)
            years = {as_date(int(days[0])).year, as_date(int(days[-1])).year}
            closed = holidays.country_holidays(country, years=years)
            is_open = [
                as_date(int(d)).weekday() < 5 and as_date(int(d)) not in closed for d in days
            ]
            self._known[key] = days[np.array(is_open)]
        return self._known[key]

    def share(self, person: Person, quarter: int) -> SeatShare:
        """In seat x ramp x not on leave, summed over the business days of the quarter."""
        days = self.of(person.holidays_country or COMPANY_COUNTRY, quarter)
        in_seat = (days >= person.seat_from) & (
            (days <= person.seat_to) | (person.seat_to == NEVER)
        )
        for leave in person.leaves:
            in_seat &= ~((days >= leave.starts_on) & (days <= leave.ends_on))
        weight = Fraction(int(in_seat.sum()))
        for ramp in person.ramps:
            ramped = in_seat & (days >= ramp.starts_on) & (days <= ramp.ends_on)
            less = 1 - Fraction(str(ramp.factor))
            weight -= less * int(ramped.sum())
        return SeatShare(weight, len(days))
