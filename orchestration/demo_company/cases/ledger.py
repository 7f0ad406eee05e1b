"""Cases of the official ledger: owners, partners, currencies, reversals, windows and locks."""

from __future__ import annotations

from orchestration.demo_company import touches as t
from orchestration.demo_company.accounts import DIRECT_CUSTOMER
from orchestration.demo_company.clock import day
from orchestration.demo_company.identifiers import CONVERSION_RATE, salesforce_id
from orchestration.demo_company.money import GBP
from orchestration.demo_company.opportunities import (
    EXPANSION,
    INFLUENCED,
    RENEWAL,
    SOURCED,
)
from orchestration.demo_company.splits import OVERLAY, REVENUE
from orchestration.demo_company.story import Case, Planter, RestatedRate


def case_01_owner_changes(p: Planter) -> Case:
    """Created by one rep, handed over inside the quarter, won by the other."""
    first, second = p.rep(18), p.rep(19)
    account = p.prospect("Anvilworth Tools", first)
    deal = p.deal(account, first, "2026-05-11 10:00", 84_000, "2026-07-15")
    p.hand_over(deal, "2026-06-15 11:00", second)
    p.win(deal, "2026-07-15 15:20")
    return Case(
        1,
        "Owner changes inside the quarter",
        (p.deal_id(deal), first.user_id, second.user_id),
        "Pipeline is credited to the first rep, bookings to the second.",
        "ledger",
    )


def case_02_three_partners(p: Planter) -> Case:
    """Three partners know the account, two took part, one of them is primary."""
    rep = p.rep(20)
    first, second, third = p.partner("customer"), p.partner("largest"), p.partner("delta")
    company = p.company("Castlepool Savings Bank", "castlepool-bank.com")
    account = p.account(company, rep)
    deal = p.deal(account, rep, "2026-04-07 10:00", 150_000, "2026-07-22")
    p.plan(deal, INFLUENCED, first, t.JOINT_CALL, t.BY_EARLIEST)
    p.touch(first, account, t.JOINT_CALL, "2026-04-21 10:00", deal=deal, owner=rep)
    p.touch(second, account, t.VALIDATION, "2026-05-12 10:00", deal=deal, owner=rep)
    p.win(deal, "2026-07-22 16:00")
    records = [p.record(partner, company) for partner in (first, second, third)]
    return Case(
        2,
        "Same account mapped by three partners",
        (p.deal_id(deal), p.account_id(account), *records),
        "One primary (the earliest qualifying touch), the amount once; three partners are counted "
        "in the non-additive view only.",
        "ledger",
    )


def case_04_currencies(p: Planter) -> Case:
    """A won deal in euro, an open one in yen, and a rate that is restated later."""
    rep = p.rep(21)
    german = p.company("Kronfeld Optik", "kronfeld-optik.de", country="DE", legal_form="AG")
    won = p.deal(p.account(german, rep), rep, "2026-01-12 10:00", 70_000, "2026-03-18")
    p.win(won, "2026-03-18 15:00")
    japanese = p.company("Hoshikawa Foods", "hoshikawa.co.jp", country="JP", legal_form="K.K.")
    still_open = p.deal(p.account(japanese, rep), rep, "2026-06-03 10:00", 8_400_000, "2026-11-20")
    month = 1  # February 2023, in which no deal closed
    p.restated_rates.append(RestatedRate(day("2026-08-10"), GBP, month, 801_000))
    return Case(
        4,
        "Several currencies, a restated rate",
        (p.deal_id(won), p.deal_id(still_open), salesforce_id(CONVERSION_RATE, month * 10 + GBP)),
        "The won deal at March 2026's rate of the euro, the open one at the plan rate of the yen; "
        "the restated rate of February 2023 moves no closed amount.",
        "ledger",
    )


def case_06_reopened(p: Planter) -> Case:
    """Won, reopened two months later, won again for less."""
    rep = p.rep(22)
    account = p.prospect("Shieldcombe Health", rep)
    deal = p.deal(account, rep, "2025-12-01 10:00", 90_000, "2026-07-20")
    p.win(deal, "2026-03-20 15:00")
    p.reopen(deal, "2026-05-12 10:00", 7, "2026-07-20")
    p.amount(deal, "2026-07-13 10:00", 84_000)
    p.close(deal, "2026-07-20 16:30")
    return Case(
        6,
        "Won, reopened, won again",
        (p.deal_id(deal),),
        "Booked in FY2027-Q1, reversed when reopened, booked again in FY2027-Q2; net 84,000 in "
        "FY2027-Q2, nothing left in FY2027-Q1.",
        "ledger",
    )


def case_07_deleted_and_reduced(p: Planter) -> Case:
    """A won deal is deleted after its quarter closed; another is credited in part."""
    rep = p.rep(23)
    gone = p.deal(p.prospect("Bannerfen Water", rep), rep, "2025-12-15 10:00", 52_000, "2026-03-26")
    p.win(gone, "2026-03-26 14:00")
    p.delete_deal(gone, "2026-06-09 15:00")
    less = p.deal(
        p.prospect("Clovermere Tools", rep), rep, "2026-05-05 10:00", 60_000, "2026-07-21"
    )
    p.win(less, "2026-07-21 14:00")
    p.amount(less, "2026-08-12 10:00", 45_000)
    return Case(
        7,
        "Won deal deleted, won amount reduced",
        (p.deal_id(gone), p.deal_id(less)),
        "Negative postings in the quarter of the change, linked to FY2027-Q1 and FY2027-Q2; net 0 "
        "and 45,000.",
        "ledger",
    )


def case_14_after_the_close(p: Planter) -> Case:
    """A joint call two weeks after the deal was won."""
    rep, partner = p.rep(24), p.partner("largest")
    account = p.prospect("Topazfield Resorts", rep)
    deal = p.deal(account, rep, "2026-03-23 10:00", 44_000, "2026-05-20")
    p.win(deal, "2026-05-20 15:00")
    p.touch(partner, account, t.JOINT_CALL, "2026-06-03 10:00", deal=deal, owner=rep)
    return Case(
        14,
        "Partner touch after the close",
        (p.deal_id(deal),),
        "Direct; the call is listed as post_close_touch.",
        "ledger",
    )


def case_15_back_dated(p: Planter) -> Case:
    """An introduction dated into the window and entered five weeks after creation."""
    rep, partner = p.rep(25), p.partner("largest")
    account = p.prospect("Pearlstead Learning", rep)
    deal = p.deal(account, rep, "2026-03-02 10:00", 67_000, "2026-06-26")
    p.touch(
        partner,
        account,
        t.INTRO,
        "2026-02-20 11:00",
        "2026-04-06 17:00",
        deal=deal,
        owner=rep,
        channel=t.TASK,
    )
    p.close(deal, "2026-06-26 14:00", won=False)
    p.template_row(
        "attribution_overrides",
        "2026-04-20",
        override_id="OVR-0001",
        opportunity_id=p.deal_id(deal),
        attribution_class="sourced",
        partner_id=partner.partner_id,
        reason="The intro really happened in February",
        requested_by=rep.email,
        requested_at="2026-04-14T14:00:00Z",
        approved_by=rep.email,
        approved_at="2026-04-14T14:05:00Z",
        expires_on="2026-12-31",
    )
    return Case(
        15,
        "Back-dated activity, and an override approved by its requester",
        (p.deal_id(deal),),
        "Recorded after the lock: direct. The override is rejected, requester and approver are "
        "the same person.",
        "ledger",
    )


def case_16_late_for_a_frozen_quarter(p: Planter) -> Case:
    """A call of July that is logged in time, but after July's quarter was closed."""
    rep, partner = p.rep(26), p.partner("customer")
    account = p.prospect("Gatehall Packaging", rep)
    deal = p.deal(account, rep, "2026-06-22 10:00", 71_000, "2026-10-30")
    p.plan(deal, INFLUENCED, partner, t.JOINT_CALL)
    p.touch(
        partner,
        account,
        t.JOINT_CALL,
        "2026-07-30 10:00",
        "2026-08-12 09:30",
        deal=deal,
        owner=rep,
    )
    return Case(
        16,
        "Late activity for a frozen quarter",
        (p.deal_id(deal),),
        "Moves from direct to influenced with postings in FY2027-Q3 and origin FY2027-Q2; what was "
        "frozen on 2026-08-05 stays as it was.",
        "ledger",
    )


def case_18_two_deals_one_intro(p: Planter) -> Case:
    """One introduction, two deals in the same week."""
    rep, partner = p.rep(27), p.partner("largest")
    account = p.prospect("Compassholm Freight", rep)
    first = p.deal(account, rep, "2026-06-09 10:00", 40_000, "2026-09-18")
    p.plan(first, SOURCED, partner, t.INTRO)
    second = p.deal(account, rep, "2026-06-11 10:00", 25_000, "2026-09-25", product=2)
    p.touch(partner, account, t.INTRO, "2026-06-02 11:00", about=first, owner=rep)
    return Case(
        18,
        "Touch before two deals of one week",
        (p.deal_id(first), p.deal_id(second)),
        "The nearest deal after the intro is sourced, the other is direct.",
        "ledger",
    )


def case_26_split_deal(p: Planter) -> Case:
    """An overlay above 100 % beside the owner's revenue split; a renewal that two reps share."""
    rep, other, partner = p.rep(28), p.rep(29), p.partner("largest")
    account = p.prospect("Hammerlea Construction", rep)
    deal = p.deal(account, rep, "2026-05-06 10:00", 110_000, "2026-07-29")
    p.split(deal, rep, REVENUE, 100, "2026-05-06 10:05")
    for helper, percentage in ((other, 80), (p.rep(30), 60)):
        p.split(deal, helper, OVERLAY, percentage, "2026-06-04 11:00")
    p.activity(account, other, "2026-06-04 10:00", "Meeting", "Overlay agreed", deal=deal)
    p.role(deal, partner, 2, "2026-05-20 10:00", is_primary=False)
    p.win(deal, "2026-07-29 15:00")
    renewal = p.deal(account, rep, "2026-08-04 10:00", 30_000, "2026-11-20", type=RENEWAL)
    p.split(renewal, rep, REVENUE, 60, "2026-08-04 10:05")
    p.split(renewal, other, REVENUE, 40, "2026-08-04 10:05")
    return Case(
        26,
        "Split deal and overlay",
        (p.deal_id(deal), p.deal_id(renewal), rep.user_id, other.user_id),
        "All splits of the first deal make 240 %; only the validated revenue split of 100 % adds "
        "up, the overlay of 140 % is a measure of its own. The renewal is shared 60 to 40. The "
        "implementation partner's role alone is no evidence: direct.",
        "ledger",
    )


def case_36_odd_amounts(p: Planter) -> Case:
    """Nothing, empty, negative, and a renewal that a partner registered."""
    rep, partner = p.rep(30), p.partner("customer")
    zero = p.deal(p.prospect("Rainmoor Studios", rep), rep, "2026-05-12 10:00", 0, "2026-06-30")
    p.win(zero, "2026-06-30 15:00")
    empty = p.deal(p.prospect("Rainmoor Farms", rep), rep, "2026-05-14 10:00", None, "2026-10-02")
    company = p.company("Mooncroft Networks", "mooncroft-networks.com")
    customer = p.account(company, rep, DIRECT_CUSTOMER, "2023-06-05 10:00")
    smaller = p.deal(customer, rep, "2026-05-19 10:00", -12_000, "2026-07-08", type=EXPANSION)
    p.close(smaller, "2026-07-08 14:00")
    renewal = p.deal(customer, rep, "2026-06-16 10:00", 80_000, "2026-07-30", type=RENEWAL)
    p.plan(renewal, SOURCED, partner, t.REGISTRATION)
    p.registration(
        partner,
        customer,
        "2026-06-01 10:00",
        "2026-06-04 15:00",
        t.CLOSED,
        renewal,
        "2026-06-17 09:00",
    )
    p.close(renewal, "2026-07-30 15:00")
    return Case(
        36,
        "Zero, empty and negative amounts; sourced renewal",
        tuple(p.deal_id(deal) for deal in (zero, empty, smaller, renewal)),
        "The empty amount counts as a deal and not as money; the contraction lowers bookings; the "
        "renewal is sourced and flagged, it counts for no target.",
        "ledger",
    )


def case_37_duplicate_deals(p: Planter) -> Case:
    """The distributor's deal and our own for one purchase."""
    rep, partner = p.rep(31), p.partner("largest")
    account = p.prospect("Lanternbay Motors", rep)
    registered = p.deal(account, rep, "2026-05-26 10:00", 96_000, "2026-09-15")
    p.plan(registered, SOURCED, partner, t.REGISTRATION)
    p.registration(
        partner,
        account,
        "2026-05-12 10:00",
        "2026-05-18 15:00",
        t.APPROVED,
        registered,
        "2026-05-27 09:00",
    )
    own = p.deal(account, rep, "2026-06-03 10:00", 98_000, "2026-09-30")
    return Case(
        37,
        "Two deals for one purchase",
        (p.deal_id(registered), p.deal_id(own)),
        "Both count until a person decides; the pair is proposed for review (same account and "
        "product, amounts within 5 %, close dates within 30 days).",
        "ledger",
    )


def case_38_two_registrations(p: Planter) -> Case:
    """Two partners register the same deal; a third one's approval had run out."""
    rep = p.rep(32)
    first, second, third = p.partner("customer"), p.partner("largest"), p.partner("departed")
    account = p.prospect("Beaconhurst Pharma", rep)
    deal = p.deal(account, rep, "2026-05-18 10:00", 132_000, "2026-09-29")
    p.plan(deal, SOURCED, first, t.REGISTRATION, t.BY_REGISTRATION)
    p.registration(
        third,
        account,
        "2026-01-12 10:00",
        "2026-01-20 15:00",
        t.EXPIRED,
        deal,
        "2026-05-19 08:00",
        "2026-04-20",
    )
    p.registration(
        first, account, "2026-04-28 10:00", "2026-05-04 15:00", t.APPROVED, deal, "2026-05-19 09:00"
    )
    p.registration(
        second,
        account,
        "2026-04-27 10:00",
        "2026-05-08 15:00",
        t.APPROVED,
        deal,
        "2026-05-19 10:00",
    )
    return Case(
        38,
        "Two partners register the same deal",
        (p.deal_id(deal),),
        "The first approved wins (approved, not submitted); the second is listed as a conflict, "
        "the expired one earns nothing.",
        "ledger",
    )
