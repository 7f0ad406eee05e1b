"""How figures and codes of the tables read in a review pack."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from orchestration.pages import money
from orchestration.review_pack.document import Tone

NOTHING = "–"
_STEERING = re.compile("[\x00-\x1f\x7f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")

METRICS = {
    "partner_sourced_opportunities": "Partner-sourced opportunities",
    "co_sell_opportunities": "Co-sell opportunities",
    "partner_touches": "Partner touches",
    "joint_calls": "Joint calls",
    "pipeline_created": "Pipeline created",
    "bookings": "Bookings",
    "worked_routes_share": "Worked share of routed accounts",
    "process_adherence": "Process adherence",
    "stage_conversion": "Stage conversion",
}
MONEY_METRICS = ("pipeline_created", "bookings")
SHARE_METRICS = ("worked_routes_share", "process_adherence", "stage_conversion")
TONES: dict[str, Tone] = {
    "met": "good",
    "ahead": "good",
    "on_track": "good",
    "at_risk": "watch",
    "off_track": "bad",
    "missed": "bad",
}


def words(code: str | None) -> str:
    """A code of a table as a person would say it: `off_track` is off track."""
    return (code or NOTHING).replace("_", " ")


def metric_name(metric: str) -> str:
    """The name of a metric; one that is new is called by its code."""
    return METRICS.get(metric, words(metric).capitalize())


def amount_of(metric: str, value: Decimal | None) -> str:
    """A value of a metric: money to the cent, shares in per cent, counts without their zeros."""
    if value is None:
        return NOTHING
    if metric in SHARE_METRICS:
        return f"{plain(100 * value)}\u00a0%"
    return money(value) if metric in MONEY_METRICS else plain(value)


def plain(value: Decimal | int) -> str:
    """A number without trailing zeros: 2.50 is 2.5, 2.00 is 2."""
    text = f"{Decimal(value) + 0:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Decimal | float | None) -> str:
    """A share of 1 as whole per cent."""
    return NOTHING if share is None else f"{round(100 * share)}\u00a0%"


def share_of(part: int, whole: int) -> str:
    """`3 of 8`; what cannot be measured is a dash."""
    return f"{part:,} of {whole:,}" if whole else NOTHING


def day_text(day: date | None) -> str:
    """A day in ISO 8601, the same in every country."""
    return NOTHING if day is None else day.isoformat()


def unsteered(text: str) -> str:
    """A text of others without what would steer a reader: controls, line breaks, turned writing."""
    return _STEERING.sub(" ", text).strip()
