"""Plans with the two partners that are there throughout: kept, adjusted, and such as do not count.

People fill in a sheet: each file is the whole list so far, reviews are added. Nothing is random.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from orchestration.demo_company.clock import FINAL_LANDING, as_date, day
from orchestration.demo_company.partners import Partner

_SOURCED = ("M1", "theirs", "partner_sourced_opportunities", 6)
_INTROS = ("M2", "ours", "intros_given", 8)
_CALLS = ("M3", "joint", "joint_calls", 10)
_FRIENDSHIP = ("M4", "joint", "closer friendship", 1)


@dataclass(frozen=True)
class PlanMetric:
    """What one side promised, as the sheet of one day says it. `due_on`: day number."""

    metric_id: str
    side: str
    metric: str
    target: int
    due_on: int


@dataclass(frozen=True)
class Review:
    """One look at the plan by both sides; without `adjustment` nothing was changed."""

    on: int
    adjustment: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Change:
    """A target that the sheets say from a day on. `counts`: a review logged it."""

    metric_id: str
    target: int
    from_on: int
    counts: bool


@dataclass(frozen=True)
class Plan:
    """A plan as it ends up; `why_not` is what keeps it from counting. Days are day numbers."""

    plan_id: str
    partner: Partner
    starts_on: int
    ends_on: int
    metrics: tuple[PlanMetric, ...]
    agreed_by_partner_on: int | None
    reviews: tuple[Review, ...] = ()
    changes: tuple[Change, ...] = ()
    why_not: str | None = None
    sheet_from: int = field(default=0)

    @property
    def agreed_by_us_on(self) -> int:
        """We sign ten days before the plan begins."""
        return self.starts_on - 10

    def metrics_on(self, on: int) -> list[PlanMetric]:
        """The promises as the sheet of a day says them."""
        said = {metric.metric_id: metric for metric in self.metrics}
        for change in self.changes:
            if change.from_on <= on:
                said[change.metric_id] = replace(said[change.metric_id], target=change.target)
        return list(said.values())

    def agreed_target(self, metric: PlanMetric) -> int:
        """The target that counts in the end."""
        counted = [c.target for c in self.changes if c.metric_id == metric.metric_id and c.counts]
        return counted[-1] if counted else metric.target


def plans(partners: list[Partner]) -> list[Plan]:
    """Every plan of the story, in the order of their first day."""
    first, second = partners[0], partners[1]
    found = []
    for number, (starts, ends) in enumerate(
        (("2026-02-01", "2026-04-30"), ("2026-05-01", "2026-07-31"), ("2026-08-01", "2026-10-29"))
    ):
        for partner in (first, second):
            found.append(_quarterly(f"PLAN-{number + 1}{partner.number}", partner, starts, ends))
    joint = found[2]
    found[2] = replace(
        joint,
        reviews=(
            Review(day("2026-05-29"), "Joint calls from 10 to 8", "A seller of the partner left"),
            Review(day("2026-06-26")),
            Review(day("2026-07-24")),
        ),
        changes=(Change("M3", 8, day("2026-06-01"), counts=True),),
    )
    # The goal was moved in the sheet, and no review says so.
    found[3] = replace(found[3], changes=(Change("M1", 1, day("2026-07-06"), counts=False),))
    neglected = _plan("PLAN-LATE", second, "2026-07-06", "2026-10-03", (_SOURCED, _INTROS))
    return [
        *found,
        replace(neglected, reviews=()),
        _plan(
            "PLAN-ONE-SIDED", first, "2026-06-01", "2026-08-29", (_SOURCED,), why_not="one-sided"
        ),
        replace(
            _plan("PLAN-UNAGREED", second, "2026-06-15", "2026-09-12", (_SOURCED, _INTROS)),
            agreed_by_partner_on=None,
            why_not="not agreed by both sides",
        ),
        _plan(
            "PLAN-VAGUE",
            first,
            "2026-07-01",
            "2026-09-28",
            (_INTROS, _FRIENDSHIP),
            why_not="a metric that no fact measures",
        ),
        _plan(
            "PLAN-HALF-YEAR",
            second,
            "2026-03-01",
            "2026-08-31",
            (_SOURCED, _INTROS),
            why_not="not ninety days",
        ),
    ]


def _quarterly(plan_id: str, partner: Partner, starts: str, ends: str) -> Plan:
    plan = _plan(plan_id, partner, starts, ends, (_SOURCED, _INTROS, _CALLS))
    days = [plan.starts_on + 28 * number for number in (1, 2, 3)]
    return replace(plan, reviews=tuple(Review(on) for on in days if on <= FINAL_LANDING - 7))


def _plan(
    plan_id: str,
    partner: Partner,
    starts: str,
    ends: str,
    promised: tuple[tuple[str, str, str, int], ...],
    why_not: str | None = None,
) -> Plan:
    starts_on, ends_on = day(starts), day(ends)
    return Plan(
        plan_id=plan_id,
        partner=partner,
        starts_on=starts_on,
        ends_on=ends_on,
        metrics=tuple(PlanMetric(*row, due_on=ends_on) for row in promised),
        agreed_by_partner_on=starts_on - 3,
        why_not=why_not,
        sheet_from=starts_on - 14,
    )


def sheet_days(story_plans: list[Plan]) -> list[int]:
    """Days on which somebody changed the sheets: drafts, agreements, changes."""
    days = {plan.sheet_from for plan in story_plans} | {plan.starts_on for plan in story_plans}
    days |= {change.from_on for plan in story_plans for change in plan.changes}
    return sorted(on for on in days if on <= FINAL_LANDING)


def iso(on: int | None) -> str | None:
    """A day number as a sheet writes it."""
    return None if on is None else as_date(on).isoformat()
