"""Cases of the feeds: one touch in several systems, partners that change, our data shown back."""

from __future__ import annotations

from functools import partial

from orchestration.demo_company import touches as t
from orchestration.demo_company.accounts import DIRECT_CUSTOMER, DUNS_NONE, SITE_NONE
from orchestration.demo_company.opportunities import INFLUENCED, SOURCED
from orchestration.demo_company.partners import PROSPECT as PARTNER_PROSPECT
from orchestration.demo_company.partners import delivery_days
from orchestration.demo_company.story import Case, Planter


def case_21_same_touch_three_systems(p: Planter) -> Case:
    """One joint call, reported by two platforms and logged in the CRM."""
    rep, partner = p.rep(3), p.partner("largest")
    account = p.prospect("Larchgate Optics", rep)
    deal = p.deal(account, rep, "2026-05-04 10:20", 73_000, "2026-09-25")
    p.plan(deal, INFLUENCED, partner, t.JOINT_CALL)
    report = partial(p.touch, partner, account, t.JOINT_CALL, deal=deal, owner=rep)
    report("2026-06-10 14:00", system=3)
    report("2026-06-10 14:05", system=4)
    report("2026-06-10 14:00", channel=t.EVENT)
    return Case(
        21,
        "Same real touch in Crossbeam, PartnerTap and CRM",
        (p.deal_id(deal),),
        "Three reports, one joint call; influenced once, all three kept as evidence links.",
        "feeds",
    )


def case_29_partner_acquired_and_customer(p: Planter) -> Case:
    """One partner is acquired mid-story; another one also buys from us."""
    rep, old, new = p.rep(4), p.partner("acquired"), p.partner("successor")
    company = p.company("Wrenmark Leasing", "wrenmark-leasing.com")
    account = p.account(company, rep)
    deal = p.deal(account, rep, "2026-01-20 15:00", 64_000, "2026-04-17")
    p.plan(deal, SOURCED, old, t.INTRO)
    p.touch(old, account, t.INTRO, "2026-01-12 11:00", deal=None, about=deal, owner=rep)
    p.win(deal, "2026-04-17 15:10")
    before = [p.record(old, company)] if len(delivery_days(old, p.landings)) else []
    after = p.record(new, company, enters="2026-02-01")
    buyer = p.partner("customer")
    organisation = p.partner_accounts[buyer.number]
    customer = p.account(
        int(str(p.accounts[organisation - p.base_accounts]["company"])),
        rep,
        DIRECT_CUSTOMER,
        "2024-02-05 10:00",
        duns=DUNS_NONE,
    )
    return Case(
        29,
        "Partner acquired; partner that is also a customer",
        (
            p.deal_id(deal),
            p.account_id(organisation),
            p.account_id(customer),
            *before,
            after,
        ),
        "The deal keeps its sourced credit under the acquired partner's id, which leads to its "
        "successor; the organisation account is on no target list, its customer account is ours.",
        "feeds",
    )


def case_30_partner_leaves(p: Planter) -> Case:
    """A partner off-boards: its list ends, its credit stays."""
    rep, partner = p.rep(5), p.partner("departed")
    company = p.company("Bramblecroft Tools", "bramblecroft-tools.com")
    account = p.account(company, rep)
    deal = p.deal(account, rep, "2026-02-23 09:30", 88_000, "2026-04-24")
    p.plan(deal, SOURCED, partner, t.REGISTRATION)
    p.registration(
        partner, account, "2026-02-06 10:00", "2026-02-10 15:00", t.CLOSED, deal, "2026-02-24 09:00"
    )
    p.win(deal, "2026-04-24 17:00")
    listed = p.record(partner, company)
    return Case(
        30,
        "Partner off-boards",
        (p.deal_id(deal), listed),
        "Sourced credit and ledger rows remain; no segment, route or contact comes from the list "
        "after 2026-05-15.",
        "feeds",
    )


def case_35_own_upload_shown_back(p: Planter) -> Case:
    """A partner's row that is nothing but our own upload returned."""
    rep, partner = p.rep(6), p.partner("largest")
    company = p.company("Frostwell Diagnostics", "frostwell-diagnostics.com")
    account = p.account(company, rep, site=SITE_NONE, duns=DUNS_NONE)
    deal = p.deal(account, rep, "2026-06-02 10:00", 31_000, "2026-10-09")
    back = p.record(
        partner,
        company,
        PARTNER_PROSPECT,
        site=SITE_NONE,
        duns=DUNS_NONE,
        hands_back=account,
        enters="2026-06-08",
        since=None,
    )
    p.touch(
        partner,
        account,
        t.LIST_DOWNLOAD,
        "2026-06-09 09:00",
        deal=deal,
        owner=rep,
    )
    return Case(
        35,
        "Our own upload shown back as partner evidence",
        (p.deal_id(deal), back),
        "Found by our own id; the row and the list download are no evidence, the deal is direct.",
        "feeds",
    )
