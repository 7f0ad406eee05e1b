"""Cases of the foundation: fiscal calendars and time zones."""

from __future__ import annotations

from orchestration.demo_company.story import Case, Planter


def case_05_fiscal_boundaries(p: Planter) -> Case:
    """Late in the evening of a quarter's last day it is tomorrow in UTC, not in the company."""
    rep = p.rep(1)
    account = p.prospect("Sablewick Foods", rep)
    created = p.deal(account, rep, "2026-04-30 23:30", 41_000, "2026-09-18")
    other = p.prospect("Thornmere Paper", rep)
    won = p.deal(other, rep, "2026-02-17 11:00", 58_300, "2026-04-30")
    p.win(won, "2026-04-30 19:40")
    return Case(
        5,
        "Fiscal year from February, last evening of a quarter",
        (p.deal_id(created), p.deal_id(won)),
        "The first deal is created in FY2027-Q1 though UTC says May; the second is booked in "
        "FY2027-Q1; a calendar quarter would be wrong for both.",
        "foundation",
    )


def case_39_time_zones(p: Planter) -> Case:
    """Creation is a UTC moment, the close date is a plain date; both belong to company days."""
    rep = p.rep(2)
    account = p.prospect("Ivorycombe Media", rep)
    before_change = p.deal(account, rep, "2025-10-31 23:45", 27_500, "2026-01-23")
    p.close(before_change, "2026-01-23 16:00", won=False)
    other = p.prospect("Duskholt Travel", rep)
    last_evening = p.deal(other, rep, "2026-07-31 22:15", 36_000, "2026-10-30")
    return Case(
        39,
        "Time zones and daylight saving",
        (p.deal_id(before_change), p.deal_id(last_evening)),
        "Created in FY2026-Q3 and FY2027-Q2 (company days 2025-10-31 and 2026-07-31), though both "
        "moments lie in the next month in UTC.",
        "foundation",
    )
