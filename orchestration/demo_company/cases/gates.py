"""Cases of gates and confidentiality: partial lists, two partners' secrets, changed policies."""

from __future__ import annotations

from orchestration.demo_company import touches as t
from orchestration.demo_company.opportunities import SOURCED, STRATEGIC
from orchestration.demo_company.story import Case, Planter


def case_31_delta_is_no_full_list(p: Planter) -> Case:
    """A partner that sends changes only: what is missing is unchanged."""
    partner = p.partner("delta")
    company = p.company("Riverhall Logistics", "riverhall-logistics.com")
    account = p.account(company)
    record = p.record(partner, company)
    return Case(
        31,
        "Delta read as a full list",
        (p.account_id(account), record),
        "The row came with the partner's first file in February 2026 and in none since; it is "
        "still their customer (mode delta).",
        "gates",
    )


def case_45_two_partners_secrets(p: Planter) -> Case:
    """Two partners know the same account and must not learn of each other."""
    first, second = p.partner("largest"), p.partner("customer")
    company = p.company("Velvetford Capital", "velvetford-capital.com")
    account = p.account(company)
    records = [p.record(partner, company) for partner in (first, second)]
    return Case(
        45,
        "Confidentiality between partners",
        (p.account_id(account), *records),
        "Each value carries its partner's id; nothing of one reaches a row or file meant for the "
        "other.",
        "gates",
    )


def case_47_policy_changed(p: Planter) -> Case:
    """The lock for strategic deals became a month in the middle of a quarter."""
    rep, partner = p.rep(36), p.partner("largest")
    account = p.prospect("Summitcourt Aerospace", rep)
    deal = p.deal(account, rep, "2026-06-23 10:00", 240_000, "2026-12-11", type=STRATEGIC)
    p.plan(deal, SOURCED, partner, t.INTRO)
    p.touch(
        *(partner, account, t.INTRO, "2026-06-10 10:00", "2026-07-13 11:00"), deal=deal, owner=rep
    )
    return Case(
        47,
        "Policy changed inside a quarter",
        (p.deal_id(deal),),
        "Recorded 20 days after creation: sourced by the policy row of 2026-06-15 for strategic "
        "deals; under the general lock of 14 days it would be direct.",
        "gates",
    )
