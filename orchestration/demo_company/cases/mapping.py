"""Cases of account mapping: populations, stale warmth, coverage, lists, mega accounts, intent."""

from __future__ import annotations

from orchestration.demo_company.accounts import DIRECT_CUSTOMER, DUNS_NONE, SITE_NONE
from orchestration.demo_company.clock import as_date
from orchestration.demo_company.partners import CUSTOMER, FORMER_CUSTOMER
from orchestration.demo_company.partners import PROSPECT as PARTNER_PROSPECT
from orchestration.demo_company.story import Case, Planter

_ALIKE = 55  # more than a weekly list has room for


def case_03_several_populations(p: Planter) -> Case:
    """The partner has the company among its customers and among its prospects."""
    partner = p.partner("largest")
    company = p.company("Goldmere Beverages", "goldmere-beverages.com")
    account = p.account(company, type=DIRECT_CUSTOMER)
    records = [p.record(partner, company, state) for state in (CUSTOMER, PARTNER_PROSPECT)]
    return Case(
        3,
        "Record in several populations",
        (p.account_id(account), *records),
        "One row for the pair: shared_customer (customer before prospect); both rows are kept "
        "below it.",
        "mapping",
    )


def case_32_stale_customer(p: Planter) -> Case:
    """A customer since 2012, and one that has left meanwhile."""
    partner = p.partner("largest")
    old = p.company("Nightridge Glass", "nightridge-glass.com")
    old_account = p.account(old)
    stale = p.record(partner, old, since="2012-03-01")
    left = p.company("Nightridge Plastics", "nightridge-plastics.com")
    left_account = p.account(left)
    changed = p.record(
        partner, left, since="2019-09-01", changes="2026-03-02", next_state=FORMER_CUSTOMER
    )
    return Case(
        32,
        "Partner's customer of long ago, partner's customer that left",
        (p.account_id(old_account), stale, p.account_id(left_account), changed),
        "The first is a customer whose relationship depth has decayed; the second is a former "
        "customer since 2026-03: shared_prospect, no longer warm.",
        "mapping",
    )


def case_33_counts_only(p: Planter) -> Case:
    """A partner that shares counts alone."""
    partner = p.partner("counts_only")
    account = p.prospect("Stillbrook Dental")
    return Case(
        33,
        "Counts-only partner",
        (p.account_id(account), partner.partner_id),
        "unknown_coverage with this partner; its metrics are empty, not zero.",
        "mapping",
    )


def case_34_overlap_after_the_deal(p: Planter) -> Case:
    """The partner's row appears only after our deal was opened."""
    rep, partner = p.rep(33), p.partner("largest")
    company = p.company("Harvestgate Telecom", "harvestgate-telecom.com")
    account = p.account(company, rep)
    deal = p.deal(account, rep, "2026-03-16 11:00", 59_000, "2026-09-24")
    record = p.record(partner, company, enters="2026-06-01", since="2026-05-20")
    return Case(
        34,
        "Overlap appears after the deal opened",
        (p.deal_id(deal), record),
        "When the deal was created the partner's state was absent; today it is a customer. Direct, "
        "and covered at most.",
        "mapping",
    )


def case_40_equal_accounts(p: Planter) -> Case:
    """More equal accounts than a list has room for: the list must not flicker."""
    rep, partner = p.rep(34), p.partner("largest")
    accounts = []
    for number in range(_ALIKE):
        company = p.company(f"Twinbrook {number + 1} Systems", f"twinbrook-{number + 1}.com")
        accounts.append(p.account(company, rep))
        p.record(partner, company, since="2023-01-01")
    return Case(
        40,
        "Weekly list that must stay steady",
        (rep.user_id, *(p.account_id(account) for account in accounts)),
        f"{_ALIKE} prospects that differ in nothing but their name: ties are broken the same way "
        "every week and nobody leaves without a stated reason.",
        "mapping",
    )


def case_41_mega_account(p: Planter) -> Case:
    """One account that every partner has."""
    company = p.company("Grandhaven Retail", "grandhaven-retail.com", employees=180_000, trade=54)
    account = p.account(company, p.rep(35))
    records = [p.record(partner, company) for partner in p.partners if partner.delivers_rows]
    p.template_row(
        "priority_overrides",
        "2026-07-20",
        account_id=p.account_id(account),
        strategic_importance="0.9",
        author="sales.operations@northwindmetrics.com",
        reason="Board-level relationship",
        expires_on="2026-12-31",
    )
    return Case(
        41,
        "Account that every partner overlaps with",
        (p.account_id(account), *records),
        "Once per list at most, diminishing returns for each further partner, cooled down after "
        "an outcome.",
        "mapping",
    )


def case_42_intent_of_one_company(p: Planter) -> Case:
    """Three accounts of one company, one surge."""
    company = p.company("Orchardvale Energy", "orchardvale-energy.com")
    accounts = [p.account(company, duns=DUNS_NONE) for _ in range(2)]
    accounts.append(p.account(company, site=SITE_NONE))
    for landing in p.landings[-4:]:
        p.template_row(
            "intent_signals",
            as_date(int(landing)).isoformat(),
            provider="bombora",
            domain="orchardvale-energy.com",
            company_name="Orchardvale Energy",
            topic="partner analytics",
            score=84,
            stage=None,
            signal_week_start=as_date(int(landing) - 7).isoformat(),
            country="US",
        )
    return Case(
        42,
        "Intent of one company that is three accounts",
        tuple(p.account_id(account) for account in accounts),
        "One surge: the accounts that inherit it are marked inherited_from_company.",
        "mapping",
    )
