"""Cases of the CRM: merges, conversions, group and recurring activities, managers, stages."""

from __future__ import annotations

from functools import partial

from orchestration.demo_company import touches as t
from orchestration.demo_company.clock import as_date, day
from orchestration.demo_company.identifiers import CONTACT, LEAD, salesforce_id
from orchestration.demo_company.opportunities import INFLUENCED, SOURCED
from orchestration.demo_company.story import Case, Planter


def case_08_merged_accounts(p: Planter) -> Case:
    """A into B, B into C; deals and touches still name A."""
    rep, partner = p.rep(7), p.partner("largest")
    company = p.company("Heronbury Insurance", "heronbury-insurance.com")
    first, second, survivor = (p.account(company, rep) for _ in range(3))
    deal = p.deal(first, rep, "2025-11-17 10:00", 92_500, "2026-03-27")
    p.plan(deal, SOURCED, partner, t.REFERRAL)
    p.touch(partner, first, t.REFERRAL, "2025-11-06 13:00", about=deal, owner=rep)
    p.change_account(first, "2026-03-10 14:00", deleted=1, master=second)
    p.move_deal(deal, "2026-03-10 14:00", second)
    p.win(deal, "2026-03-27 15:30")
    p.change_account(survivor, "2026-03-27 20:20", type=0)
    p.change_account(second, "2026-05-19 14:00", deleted=1, master=survivor)
    p.move_deal(deal, "2026-05-19 14:00", survivor)
    p.record(partner, company, hands_back=first)
    return Case(
        8,
        "Account merge, twice over",
        (*(p.account_id(a) for a in (first, second, survivor)), p.deal_id(deal)),
        "Everything of A and B belongs to C; one deal, sourced by the referral that names A; the "
        "partner's row that hands back A's id matches C.",
        "crm",
    )


def case_09_merge_undone(p: Planter) -> Case:
    """Two companies merged by mistake and taken apart again."""
    rep = p.rep(8)
    wrong = p.account(p.company("Otterford Hotels", "otterford-hotels.com"), rep)
    kept = p.account(p.company("Otterford Homes", "otterford-homes.com"), rep)
    deal = p.deal(wrong, rep, "2025-12-09 11:00", 39_000, "2026-03-19")
    p.change_account(wrong, "2026-01-13 10:00", deleted=1, master=kept)
    p.move_deal(deal, "2026-01-13 10:00", kept)
    p.change_account(wrong, "2026-02-17 10:00", deleted=0, master=-1)
    p.move_deal(deal, "2026-02-17 10:00", wrong)
    p.close(deal, "2026-03-19 15:00", won=False)
    return Case(
        9,
        "Account un-merged again",
        (p.account_id(wrong), p.account_id(kept), p.deal_id(deal)),
        "Both accounts survive and the deal belongs to the first; between 2026-01-13 and "
        "2026-02-17 it belonged to the second.",
        "crm",
    )


def case_17_touch_on_lead_and_contact(p: Planter) -> Case:
    """An introduction logged on a lead before there was a deal; a contact that changed company."""
    rep, partner = p.rep(9), p.partner("largest")
    account = p.prospect("Claymarsh Clinics", rep)
    lead = p.lead(account, "2026-04-20 09:15")
    deal = p.deal(account, rep, "2026-05-06 10:45", 55_000, "2026-09-30")
    p.plan(deal, SOURCED, partner, t.INTRO)
    p.leads[-1] |= {"opportunity": deal, "converted": p.deals[-1]["created_at"]}
    p.activity(
        -1,
        rep,
        "2026-04-27 14:00",
        "Partner Intro",
        "Intro on the lead",
        is_event=False,
        partner=partner,
        who=salesforce_id(LEAD, lead),
    )
    p.touch(
        partner, account, t.INTRO, "2026-04-27 14:00", about=deal, owner=rep, channel=t.ELSEWHERE
    )
    former = p.prospect("Heathgrove Textiles", rep)
    later = p.prospect("Heathgrove Apparel", rep)
    contact = p.contact(former, "2025-03-04 10:00")
    p.move_contact(contact, later, "2026-02-10 10:00")
    p.activity(
        former,
        rep,
        "2025-11-12 15:00",
        "Partner Meeting",
        "Meeting with partner and buyer",
        partner=partner,
        who=salesforce_id(CONTACT, contact),
    )
    p.touch(partner, former, t.MEETING, "2025-11-12 15:00", owner=rep, channel=t.ELSEWHERE)
    return Case(
        17,
        "Touch on a lead that was converted; contact that moved company",
        (salesforce_id(LEAD, lead), p.deal_id(deal), salesforce_id(CONTACT, contact)),
        "The intro follows the lead to its deal, which is sourced; the meeting stays with the "
        "account where the contact worked on that day.",
        "crm",
    )


def case_19_group_meeting(p: Planter) -> Case:
    """Four people from our side in one meeting: five event rows."""
    rep, partner = p.rep(10), p.partner("customer")
    account = p.prospect("Quartzbay Chemicals", rep)
    deal = p.deal(account, rep, "2026-05-12 09:40", 47_000, "2026-09-11")
    p.plan(deal, INFLUENCED, partner, t.JOINT_CALL)
    when, subject = "2026-06-17 10:00", "Joint call with four of us"
    for attendee in (rep, *(p.rep(11 + colleague) for colleague in range(4))):
        p.activity(
            account,
            attendee,
            when,
            "Joint Call",
            subject,
            deal=deal,
            partner=partner,
            minutes=60,
            is_group=True,
            is_child=attendee is not rep,
        )
    p.touch(partner, account, t.JOINT_CALL, when, deal=deal, owner=rep, channel=t.ELSEWHERE)
    return Case(
        19,
        "Group meeting with four attendees",
        (p.deal_id(deal),),
        "Five event rows, one joint call, credited to the organiser.",
        "crm",
    )


def case_20_inflated_activity(p: Planter) -> Case:
    """A series' master, a sequence step, a cancelled call, one of no length: no conversation."""
    rep, partner = p.rep(15), p.partner("largest")
    account = p.prospect("Emberthorpe Games", rep)
    deal = p.deal(account, rep, "2026-05-18 10:00", None, "2026-10-16")
    log = partial(p.activity, account, rep, deal=deal, partner=partner)
    log("2026-06-01 09:00", "Joint Call", "Series: weekly partner call", is_recurrence=True)
    log(
        "2026-06-03 08:00",
        "Partner Email",
        "Email: sequence step 2",
        is_event=False,
        subtype="Cadence",
    )
    log("2026-06-08 11:00", "Joint Call", "Canceled: joint call", is_deleted=True, show_as="Free")
    log("2026-06-09 11:00", "Joint Call", "Joint call (placeholder)", minutes=0)
    return Case(
        20,
        "Recurrence master, automated sequence, cancelled and empty events",
        (p.deal_id(deal),),
        "None of the four activities is a touch; the deal stays direct.",
        "crm",
    )


def case_24_managers(p: Planter) -> Case:
    """A manager change inside a quarter, a skip level, and a cycle that lasted one export."""
    head = p.org.of_kind("leader")[1]
    managers = p.org.of_kind("manager")
    rep = p.new_rep()
    rep.managers.append((day("2026-06-08"), managers[-1].number))
    skip = p.new_rep("Strategic Account Executive")
    skip.managers.append((day("2025-09-01"), head.number))
    boss = p.org.new_person(p.random, "manager", "Director, Strategic Deals", day("2022-05-02"))
    boss.case = "24"
    boss.managers.append((boss.hired_on, head.number))
    boss.roles.append((boss.hired_on, managers[0].roles[0][1]))
    member = p.new_rep()
    member.managers.append((day("2024-01-08"), boss.number))
    week = int(p.landings[-8])
    boss.managers.append((week - 3, member.number))
    boss.managers.append((week + 2, head.number))
    account = p.prospect("Flintgarth Motors", rep)
    deal = p.deal(account, rep, "2026-05-20 10:00", 61_000, "2026-07-10")
    p.win(deal, "2026-07-10 15:00")
    return Case(
        24,
        "Manager change, role tree against people line, cycle, skip level",
        (rep.user_id, skip.user_id, boss.user_id, member.user_id, p.deal_id(deal)),
        "Pipeline counts for the manager of May, bookings for the manager of July (the role tree "
        f"never moved); the cycle exported on {as_date(week)} is broken without a loop.",
        "crm",
    )


def case_27_pushed_again_and_again(p: Planter) -> Case:
    """A deal whose close date crosses three quarter ends."""
    rep = p.rep(16)
    account = p.prospect("Mistleigh Power", rep)
    deal = p.deal(account, rep, "2025-10-06 10:00", 120_000, "2025-12-19")
    for when, to in (
        ("2025-12-17 17:00", "2026-01-30"),
        ("2026-01-28 17:00", "2026-04-24"),
        ("2026-04-22 17:00", "2026-07-24"),
        ("2026-07-22 17:00", "2026-10-23"),
    ):
        p.push(deal, when, to)
    return Case(
        27,
        "Close date pushed over quarter ends",
        (p.deal_id(deal),),
        "Pipeline is created once, in FY2026-Q3; the push count is four.",
        "crm",
    )


def case_28_renamed_stage(p: Planter) -> Case:
    """A stage had another name until October 2025, and one old deal still carries it."""
    rep = p.rep(17)
    account = p.prospect("Slatehurst Cement", rep)
    deal = p.deal(account, rep, "2025-07-14 10:00", 33_000, "2026-03-06")
    p.stage(deal, "2025-08-12 11:00", 4)
    return Case(
        28,
        "Stage renamed",
        (p.deal_id(deal),),
        "'Technical Evaluation' is stage 4 like 'Value Proposition'; the deal is open in stage 4.",
        "crm",
    )
