"""Cases of accountability: seats, leavers, territories, quotas, first quarters."""

from __future__ import annotations

from orchestration.demo_company.clock import STORY_QUARTERS, day, quarter_label
from orchestration.demo_company.people import Leave, Ramp, Transfer
from orchestration.demo_company.story import Case, Planter


def case_22_partial_quarters(p: Planter) -> Case:
    """Hired inside a quarter, a whole quarter on leave, promoted to manager."""
    hired = p.new_rep(hired="2026-06-15")
    hired.ramps.append(Ramp(day("2026-06-15"), day("2026-07-31"), 0.5))
    away = p.new_rep()
    away.leaves.append(Leave(day("2026-02-01"), day("2026-04-30"), "Parental leave"))
    promoted = p.new_rep()
    promoted.seat_to = day("2026-03-13")
    promoted.titles.append((day("2026-03-16"), "Regional Director, New Verticals"))
    head = p.org.of_kind("leader")[1]
    promoted.managers.append((day("2026-03-16"), head.number))
    won = p.deal(
        p.prospect("Canyonlea Apparel", hired), hired, "2026-07-08 10:00", 42_000, "2026-07-30"
    )
    p.win(won, "2026-07-30 11:00")
    return Case(
        22,
        "Hired inside a quarter, on leave, promoted",
        (hired.user_id, away.user_id, promoted.user_id),
        "Targets are scaled by days in seat and ramp; FY2027-Q1 of the second rep is not_measured "
        "(target 0, attainment empty); the third has a seat until 2026-03-13.",
        "accountability",
    )


def case_23_orphaned_deals(p: Planter) -> Case:
    """Deals of a rep who left, of a queue and of an integration user."""
    leaver = p.new_rep()
    leaver.left_on = leaver.seat_to = day("2026-04-10")
    queue, robot = p.org.of_kind("queue")[0], p.org.of_kind("integration")[0]
    forgotten = p.deal(
        p.prospect("Meadowfirth Seeds", leaver), leaver, "2026-02-10 10:00", 38_000, "2026-06-24"
    )
    p.win(forgotten, "2026-06-24 15:00")
    queued = p.deal(
        p.prospect("Meadowfirth Water", leaver), queue, "2026-05-21 10:00", 22_000, "2026-10-21"
    )
    automatic = p.deal(
        p.prospect("Meadowfirth Solar", leaver), robot, "2026-06-18 10:00", 19_000, "2026-10-28"
    )
    return Case(
        23,
        "Rep leaves; queue and integration users own deals",
        (leaver.user_id, *(p.deal_id(deal) for deal in (forgotten, queued, automatic))),
        "The deals stay in the totals, in the inactive or unassigned bucket of their manager.",
        "accountability",
    )


def case_25_territories(p: Planter) -> Case:
    """A rep moves to another territory in the middle of a quarter."""
    rep = p.new_rep()
    managers = p.org.of_kind("manager")
    other = managers[1 % len(managers)]
    moved_on = day("2026-06-01")
    rep.roles.append((moved_on, other.roles[0][1] + 1))
    rep.managers.append((moved_on, other.number))
    rep.transfers.append(Transfer(moved_on, f"To {p.org.teams[other.team].name}"))
    before = p.deal(
        p.prospect("Ridgeholm Tools", rep), rep, "2026-05-07 10:00", 51_000, "2026-07-17"
    )
    p.win(before, "2026-07-17 15:00")
    after = p.deal(
        p.prospect("Ridgeholm Foods", rep), rep, "2026-06-25 10:00", 46_000, "2026-10-14"
    )
    return Case(
        25,
        "Territory realigned inside a quarter",
        (rep.user_id, p.deal_id(before), p.deal_id(after)),
        "Pipeline of May stays stamped with the old team, pipeline of June and the booking of July "
        "with the new one; no territory object is among the feeds yet.",
        "accountability",
    )


def case_46_quota_in_euro(p: Planter) -> Case:
    """A rep whose bookings quota is written in euro."""
    rep = p.new_rep()
    rep.country = rep.holidays_country = "DE"
    rep.currency = rep.quota_currency = "EUR"
    for quarter in STORY_QUARTERS:
        for metric, target in (("bookings", 115_000.0), ("pipeline_created", 460_000.0)):
            p.quota_targets[(rep.number, quarter_label(quarter), metric)] = (target, "EUR")
    company = p.company("Tannhof Verpackung", "tannhof.de", country="DE", legal_form="GmbH")
    deal = p.deal(p.account(company, rep), rep, "2026-05-04 10:00", 92_000, "2026-07-23")
    p.win(deal, "2026-07-23 15:00")
    return Case(
        46,
        "Quota in the rep's own currency",
        (rep.user_id, p.deal_id(deal)),
        "115,000 EUR are 125,000 USD at the plan rate of 0.92; attainment compares like with like.",
        "accountability",
    )


def case_48_first_quarter(p: Planter) -> Case:
    """A rep whose seat is two weeks old."""
    rep = p.new_rep(hired="2026-08-10")
    return Case(
        48,
        "First quarter, no history",
        (rep.user_id,),
        "insufficient_history instead of 0 %; the target is scaled from 2026-08-10 on.",
        "accountability",
    )
