"""What surrounds the deals: partner organisations, test deals, intent, strategic importance.

Small in every size; planted like the cases, but nobody's case.
"""

from __future__ import annotations

import numpy as np

from orchestration.demo_company import touches as t
from orchestration.demo_company.accounts import DIRECT_CUSTOMER, PARTNER, Accounts
from orchestration.demo_company.clock import FINAL_LANDING, STORY_START, as_date, on_weekday
from orchestration.demo_company.companies import Companies
from orchestration.demo_company.opportunities import INFLUENCED, INTERNAL, TEST
from orchestration.demo_company.story import Planter

_INTENT_WEEKS = 8
_MOST_COMPANIES = 400


def plant_surroundings(p: Planter, accounts: Accounts, companies: Companies) -> None:
    """Plant everything of this module."""
    _partner_organisations(p)
    _test_and_internal_deals(p)
    _intent_signals(p, accounts, companies)
    _strategic_accounts(p, accounts)


def _partner_organisations(p: Planter) -> None:
    """Each partner is an account in the CRM too; activities and roles point at it."""
    for partner in p.partners:
        country = "DE" if "GmbH" in partner.name else "US"
        brand = partner.name.replace(" GmbH", "")
        form = "GmbH" if country == "DE" else "Inc."
        company = p.company(brand, partner.domain, country=country, legal_form=form)
        p.partner_accounts.append(p.account(company, p.rep(0), PARTNER, "2023-01-16 10:00"))


def _test_and_internal_deals(p: Planter) -> None:
    """Records that are no deals; some even carry a partner's touch, and all are flagged."""
    partner = p.partner("largest")
    sandbox = p.account(
        p.company("Northwind Sandbox", "sandbox.northwindmetrics.com"), p.rep(0), DIRECT_CUSTOMER
    )
    office = p.account(
        p.company("Northwind Internal", "internal.northwindmetrics.com"), p.rep(0), DIRECT_CUSTOMER
    )
    for number in range(24):
        owner = p.rep(number)
        span = FINAL_LANDING - 70 - STORY_START
        on = int(on_weekday([STORY_START + 30 + int(p.random.integers(0, span - 30))])[0])
        created, closes = as_date(on), as_date(int(on_weekday([on + 28])[0]))
        account, kind = (office, INTERNAL) if number % 4 == 3 else (sandbox, TEST)
        amount = 1_000 * (number + 1)
        deal = p.deal(account, owner, f"{created} 10:15", amount, f"{closes}", type=kind)
        if number % 5 == 0:
            middle = as_date(int(on_weekday([on + 12])[0]))
            p.plan(deal, INFLUENCED, partner, t.JOINT_CALL)
            p.touch(partner, account, t.JOINT_CALL, f"{middle} 11:00", deal=deal, owner=owner)
        if number % 3:
            p.close(deal, f"{closes} 16:00", won=number % 2 == 0)


def _intent_signals(p: Planter, accounts: Accounts, companies: Companies) -> None:
    """One provider's weekly surges, for a twelfth of the companies, in the last weeks."""
    count = min(max(len(accounts) // 12, 8), _MOST_COMPANIES)
    chosen = np.sort(p.random.choice(np.unique(accounts.company), count, replace=False))
    domains = companies.domains(chosen).to_pylist()
    names = companies.brands(chosen).to_pylist()
    countries = companies.countries(chosen, "iso").to_pylist()
    topics = ("usage analytics", "revenue forecasting", "executive dashboards", "planning software")
    for landing in p.landings[-_INTENT_WEEKS:]:
        scores = p.random.integers(45, 97, count)
        for row in np.flatnonzero(p.random.random(count) < 0.7):
            p.template_row(
                "intent_signals",
                as_date(int(landing)).isoformat(),
                provider="bombora",
                domain=domains[row],
                company_name=names[row],
                topic=topics[int(row) % len(topics)],
                score=int(scores[row]),
                stage=None,
                signal_week_start=as_date(int(landing) - 7).isoformat(),
                country=countries[row],
            )


def _strategic_accounts(p: Planter, accounts: Accounts) -> None:
    """Accounts that leadership named, with an author, a reason and an expiry."""
    count = min(max(len(accounts) // 80, 3), 250)
    alive = np.flatnonzero(accounts.merged_into < 0)
    for account in np.sort(p.random.choice(alive, count, replace=False)):
        p.template_row(
            "priority_overrides",
            "2026-02-02",
            account_id=p.account_id(int(account)),
            strategic_importance=("0.4", "0.6", "0.8", "1.0")[int(account) % 4],
            author="sales.operations@northwindmetrics.com",
            reason="Named account of the fiscal year",
            expires_on=("2026-06-30", "2027-01-31")[int(account) % 2],
        )
