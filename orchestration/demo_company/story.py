"""The whole story in one place: the random population and what the cases plant into it.

`tell` makes the random population, lets every case plant its own companies, accounts, deals,
touches and people (none of them touches the random population), and settles all of it. Writers
and truth read a settled story and change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from orchestration.demo_company import touches as t
from orchestration.demo_company.accounts import (
    DUNS_RIGHT,
    NAME_REGISTERED,
    PROSPECT,
    SITE_WWW,
    Accounts,
    account_event,
    account_states,
    creation_events,
    random_accounts,
    survivors,
)
from orchestration.demo_company.activities import (
    OrdinaryActivities,
    activity_rows,
    ordinary_activities,
    partner_activities,
    random_contacts,
    random_leads,
)
from orchestration.demo_company.clock import (
    NEVER,
    Days,
    Moments,
    day,
    export_moments,
    landing_days,
    local_day,
    moment_of,
)
from orchestration.demo_company.companies import Companies, PlantedCompany, random_companies
from orchestration.demo_company.identifiers import (
    ACCOUNT,
    OPPORTUNITY,
    salesforce_id,
)
from orchestration.demo_company.money import CURRENCY_INDEX, ConversionRates, conversion_rates
from orchestration.demo_company.names import COUNTRIES
from orchestration.demo_company.opportunities import (
    AMOUNT,
    CLOSE,
    CREATED,
    DELETE,
    DIRECT,
    LOST,
    LOST_STAGE,
    NEW_BUSINESS,
    NULL_AMOUNT,
    OPEN,
    OWNER,
    PUSH,
    REOPEN,
    REPARENT,
    STAGE,
    WON,
    WON_STAGE,
    Opportunities,
    opportunity_event,
    opportunity_states,
    owner_history,
    random_opportunities,
)
from orchestration.demo_company.partner_lists import (
    known_by_partner,
    partner_pool,
    random_records,
    record_ids,
    record_rows,
)
from orchestration.demo_company.partners import CUSTOMER, Partner, partners_of, with_role
from orchestration.demo_company.people import Organisation, Person, organisation
from orchestration.demo_company.random_streams import Random, stream
from orchestration.demo_company.sizes import DemoSize

Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class Case:
    """One labelled case: where its records are and what the right answer is."""

    number: int
    title: str
    where: tuple[str, ...]
    expected: str
    decided_by: str


@dataclass(frozen=True)
class RestatedRate:
    """A dated rate that is exported again with another value."""

    landing: int
    currency: int
    month: int
    micro: int


@dataclass
class Story:
    """Everything that is true in the demo company."""

    seed: int
    size: DemoSize
    landings: Days
    exports: Moments
    companies: Companies
    org: Organisation
    partners: list[Partner]
    partner_accounts: list[int]  # the CRM account of each partner organisation
    accounts: Accounts
    deals: Opportunities
    partner_story: t.PartnerStory
    records: pd.DataFrame
    leads: pd.DataFrame
    contacts: pd.DataFrame
    ordinary: OrdinaryActivities
    rates: ConversionRates
    extra_activities: pd.DataFrame
    account_states: pd.DataFrame
    survivors: npt.NDArray[np.int64]
    deal_states: pd.DataFrame
    cases: list[Case]
    template_rows: dict[str, list[dict[str, object]]]
    quota_targets: dict[tuple[int, str, str], tuple[float, str]]
    findable: dict[tuple[int, int], str]
    accepted: set[tuple[int, int]]
    restated_rates: list[RestatedRate]
    splits: pd.DataFrame  # what cases planted; `splits.all_splits` adds the random population's


@dataclass
class Planter:
    """Adds what a case needs. Moments are written `YYYY-MM-DD HH:MM` on the company's clock."""

    random: Random
    size: DemoSize
    landings: Days
    companies: Companies
    org: Organisation
    partners: list[Partner]
    base_accounts: int
    base_deals: int
    base_records: int
    base_leads: int
    base_contacts: int
    partner_accounts: list[int] = field(default_factory=list)
    accounts: list[dict[str, object]] = field(default_factory=list)
    account_events: list[pd.DataFrame] = field(default_factory=list)
    deals: list[dict[str, object]] = field(default_factory=list)
    deal_events: list[pd.DataFrame] = field(default_factory=list)
    touches: list[pd.DataFrame] = field(default_factory=list)
    registrations: list[pd.DataFrame] = field(default_factory=list)
    roles: list[pd.DataFrame] = field(default_factory=list)
    records: list[pd.DataFrame] = field(default_factory=list)
    leads: list[dict[str, object]] = field(default_factory=list)
    contacts: list[dict[str, object]] = field(default_factory=list)
    activities: list[pd.DataFrame] = field(default_factory=list)
    activity_count: int = 0
    template_rows: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    quota_targets: dict[tuple[int, str, str], tuple[float, str]] = field(default_factory=dict)
    findable: dict[tuple[int, int], str] = field(default_factory=dict)
    accepted: set[tuple[int, int]] = field(default_factory=set)
    restated_rates: list[RestatedRate] = field(default_factory=list)
    splits: list[dict[str, int]] = field(default_factory=list)
    case: int = 0

    # who is there ---------------------------------------------------------------------------

    def partner(self, role: str) -> Partner:
        """The partner that plays a role."""
        return with_role(self.partners, role)

    def other_partner(self, *not_these: Partner) -> Partner:
        """An active partner with a whole list, other than these."""
        return next(
            p
            for p in self.partners
            if p.is_active and p.coverage == "full_list" and p not in not_these
        )

    def rep(self, position: int = 0) -> Person:
        """A random rep who is there from the first day to the last, without leave."""
        steady = [
            p
            for p in self.org.random_reps
            if p.left_on == NEVER
            and p.hired_on < day("2024-01-01")
            and not p.leaves
            and not p.transfers
        ]
        return steady[position % len(steady)]

    def new_rep(self, title: str = "Account Executive", hired: str = "2023-03-06") -> Person:
        """A rep who exists for this case alone."""
        person = self.org.new_person(self.random, "rep", title, day(hired))
        person.case = str(self.case)
        person.team = 0
        person.seat_from = person.hired_on
        manager = self.org.of_kind("manager")[0]
        person.managers.append((person.hired_on, manager.number))
        person.roles.append((person.hired_on, manager.roles[0][1] + 1))
        return person

    # companies and accounts -----------------------------------------------------------------

    def company(self, brand: str, domain: str, **more: object) -> int:
        """A true company."""
        return self.companies.plant(PlantedCompany(brand, domain, **more))  # type: ignore[arg-type]

    def account(
        self,
        company: int,
        owner: Person | None = None,
        type: int = PROSPECT,
        created: str = "2024-06-03 10:00",
        site: int = SITE_WWW,
        duns: int = DUNS_RIGHT,
        name: int = NAME_REGISTERED,
        parent: int = -1,
    ) -> int:
        """A CRM account of a company; returns its number."""
        person = owner or self.rep(len(self.accounts))
        number = self.base_accounts + len(self.accounts)
        country = COUNTRIES[int(self.companies.country_of(company))]
        self.accounts.append(
            {
                "company": company,
                "created_at": moment_of(created),
                "team": max(person.team, 0),
                "owner": person.number,
                "first_type": type,
                "site": site,
                "duns": duns,
                "name": name,
                "currency": CURRENCY_INDEX[country.currency],
                "parent": parent,
                "merged_into": -1,
                "has_deals": False,
                "case": self.case,
            }
        )
        return number

    def change_account(self, account: int, when: str, **changes: int) -> None:
        """An edit of an account: type, owner, deleted, master, site."""
        self.account_events.append(
            account_event(np.array([account]), np.array([moment_of(when)]), **changes)
        )

    def prospect(self, brand: str, owner: Person | None = None, **more: object) -> int:
        """A company that is a plain prospect in the CRM; returns the account."""
        stem = "".join(c for c in brand.lower() if c.isalnum() or c == " ").replace(" ", "-")
        return self.account(self.company(brand, f"{stem}.com", **more), owner)

    # deals ------------------------------------------------------------------------------------

    def deal(
        self,
        account: int,
        owner: Person,
        created: str,
        amount: float | None,
        close: str,
        type: int = NEW_BUSINESS,
        currency: str | None = None,
        stage: int = 2,
        product: int = 0,
    ) -> int:
        """A deal with its creation; it is direct unless `plan` says otherwise."""
        number = self.base_deals + len(self.deals)
        money = self.accounts[account - self.base_accounts]["currency"]
        self.deals.append(
            {
                "account": account,
                "created_at": moment_of(created),
                "first_owner": owner.number,
                "type": type,
                "currency": money if currency is None else CURRENCY_INDEX[currency],
                "product": product,
                "lead_source": 3,
                "planned_close_on": day(close),
                "outcome": OPEN,
                "planned_class": DIRECT,
                "partner": -1,
                "primary_rule": -1,
                "evidence": -1,
                "case": self.case,
            }
        )
        self._deal_event(
            number,
            created,
            CREATED,
            stage=stage,
            amount=NULL_AMOUNT if amount is None else round(amount * 100),
            close_on=day(close),
            owner=owner.number,
            account=account,
            deleted=0,
        )
        return number

    def plan(
        self,
        deal: int,
        planned: int,
        partner: Partner,
        evidence: int,
        primary_rule: int = t.ONLY_PARTNER,
    ) -> None:
        """Say which class the deal has, through which partner, and what decides both."""
        self.deals[deal - self.base_deals] |= {
            "planned_class": planned,
            "partner": partner.number,
            "primary_rule": primary_rule,
            "evidence": evidence,
        }

    def _deal_event(self, deal: int, when: str, kind: int, **changes: int) -> None:
        self.deal_events.append(
            opportunity_event(np.array([deal]), np.array([moment_of(when)]), kind, **changes)
        )

    def stage(self, deal: int, when: str, stage: int) -> None:
        """The deal reaches a stage."""
        self._deal_event(deal, when, STAGE, stage=stage)

    def amount(self, deal: int, when: str, amount: float) -> None:
        """The amount is edited."""
        self._deal_event(deal, when, AMOUNT, amount=round(amount * 100))

    def push(self, deal: int, when: str, close: str) -> None:
        """The close date is moved."""
        self._deal_event(deal, when, PUSH, close_on=day(close))

    def hand_over(self, deal: int, when: str, to: Person) -> None:
        """The owner changes."""
        self._deal_event(deal, when, OWNER, owner=to.number)

    def close(self, deal: int, when: str, won: bool = True) -> None:
        """The deal is closed on that day."""
        self.deals[deal - self.base_deals]["outcome"] = WON if won else LOST
        self._deal_event(
            deal,
            when,
            CLOSE,
            stage=WON_STAGE if won else LOST_STAGE,
            close_on=int(local_day(np.array([moment_of(when)]))[0]),
        )

    def win(self, deal: int, when: str) -> None:
        """The deal is won, and its account becomes a customer the same evening."""
        self.close(deal, when)
        account = int(str(self.deals[deal - self.base_deals]["account"]))
        self.change_account(account, f"{when[:10]} 20:10", type=0)

    def reopen(self, deal: int, when: str, stage: int, close: str) -> None:
        """A closed deal is opened again."""
        self.deals[deal - self.base_deals]["outcome"] = OPEN
        self._deal_event(deal, when, REOPEN, stage=stage, close_on=day(close))

    def delete_deal(self, deal: int, when: str) -> None:
        """The deal is deleted."""
        self._deal_event(deal, when, DELETE, deleted=1)

    def move_deal(self, deal: int, when: str, account: int) -> None:
        """The deal moves to another account (a merge does that)."""
        self._deal_event(deal, when, REPARENT, account=account)

    # partners -----------------------------------------------------------------------------------

    def touch(
        self,
        partner: Partner,
        account: int,
        type: int,
        occurred: str,
        recorded: str | None = None,
        deal: int | None = None,
        owner: Person | None = None,
        system: int = 0,
        channel: int = t.TEMPLATE,
        about: int | None = None,
    ) -> None:
        """A touch; without `deal` it names the account alone."""
        if owner is None:
            number = int(str(self.accounts[account - self.base_accounts]["owner"]))
        else:
            number = owner.number
        self.touches.append(
            t.touch_rows(
                partner.number,
                account,
                -1 if deal is None else deal,
                about if about is not None else (-1 if deal is None else deal),
                type,
                np.array([moment_of(occurred)]),
                np.array([moment_of(recorded or occurred) + (0 if recorded else 1_800)]),
                number,
                channel,
                t.PLAN_EVIDENCE,
                system,
                self.case,
            )
        )

    def registration(
        self,
        partner: Partner,
        account: int,
        submitted: str,
        decided: str | None,
        status: int,
        deal: int | None = None,
        recorded: str | None = None,
        expires: str | None = None,
    ) -> int:
        """A deal registration; returns its position among the planted ones."""
        self.registrations.append(
            t.registration_rows(
                partner.number,
                account,
                -1 if deal is None else deal,
                -1 if deal is None else deal,
                np.array([moment_of(submitted)]),
                -1 if decided is None else moment_of(decided),
                moment_of(recorded or decided or submitted) + 1_800,
                status,
                -1 if expires is None else day(expires),
                t.PLAN_EVIDENCE,
                self.case,
            )
        )
        return len(self.registrations) - 1

    def role(
        self, deal: int, partner: Partner, role: int, created: str, is_primary: bool = True
    ) -> None:
        """A partner role on a deal."""
        self.roles.append(
            t.role_rows(
                deal, partner.number, role, is_primary, np.array([moment_of(created)]), self.case
            )
        )

    def split(self, deal: int, owner: Person, type: int, percentage: int, created: str) -> None:
        """A rep's share of a deal."""
        self.splits.append(
            {
                "opportunity": deal,
                "owner": owner.number,
                "type": type,
                "percentage": percentage,
                "created": moment_of(created),
                "case": self.case,
            }
        )

    def record(
        self,
        partner: Partner,
        company: int,
        state: int = CUSTOMER,
        site: int = SITE_WWW,
        duns: int = DUNS_RIGHT,
        name: int = NAME_REGISTERED,
        enters: str = "2024-06-01",
        hands_back: int = -1,
        since: str | None = "2021-05-01",
        changes: str | None = None,
        next_state: int = CUSTOMER,
    ) -> str:
        """A row of a partner's list; returns the partner's id of it."""
        key = 700_000 + len(self.records)
        self.records.append(
            record_rows(
                partner=np.array([partner.number]),
                company=company,
                key=key,
                enters_on=day(enters),
                leaves_on=NEVER,
                state=state,
                changes_on=NEVER if changes is None else day(changes),
                next_state=next_state,
                customer_since=-1 if since is None or state != CUSTOMER else day(since),
                site=site,
                name=name,
                duns=duns,
                hands_back=hands_back,
                seller=1,
                case=self.case,
            )
        )
        return record_ids(partner, key)[0]

    @property
    def last_record(self) -> int:
        """The position that the record planted last will have among all records."""
        return self.base_records + len(self.records) - 1

    def lead(
        self,
        account: int,
        created: str,
        partner: Partner | None = None,
        deal: int | None = None,
        converted: str | None = None,
    ) -> int:
        """A lead of the account's company; returns its number."""
        self.leads.append(
            {
                "account": account,
                "opportunity": -1 if deal is None else deal,
                "partner": -1 if partner is None else partner.number,
                "created": moment_of(created),
                "converted": -1 if converted is None else moment_of(converted),
                "source": 0 if partner is None else 4,
                "case": self.case,
            }
        )
        return self.base_leads + len(self.leads) - 1

    def contact(self, account: int, created: str) -> int:
        """A person at an account; returns the contact's number."""
        at = moment_of(created)
        number = self.base_contacts + len(self.contacts)
        self.contacts.append(
            {"account": account, "created": at, "modified": at, "case": self.case, "number": number}
        )
        return number

    def move_contact(self, contact: int, account: int, when: str) -> None:
        """The person now works at another account."""
        first = next(row for row in self.contacts if row["number"] == contact)
        self.contacts.append(first | {"account": account, "modified": moment_of(when)})

    def activity(
        self,
        account: int,
        owner: Person,
        occurred: str,
        type: str,
        subject: str,
        is_event: bool = True,
        recorded: str | None = None,
        deal: int | None = None,
        partner: Partner | None = None,
        **more: object,
    ) -> int:
        """An activity in the CRM; returns its position among the planted ones."""
        at = moment_of(occurred)
        self.activities.append(
            activity_rows(
                account,
                -1 if deal is None else deal,
                owner.number,
                np.array([at]),
                np.array([moment_of(recorded) if recorded else at + 2_400]),
                type,
                subject,
                is_event,
                -1 if partner is None else partner.number,
                **({"case": self.case} | more),
            )
        )
        self.activity_count += 1
        return self.activity_count - 1

    def template_row(self, feed: str, landing: str, **columns: object) -> None:
        """A row of one of our own templates, landing on the first Monday not before `landing`."""
        self.template_rows.setdefault(feed, []).append({"landing": day(landing), **columns})

    # ids ------------------------------------------------------------------------------------------

    @staticmethod
    def account_id(account: int) -> str:
        """The CRM id of an account."""
        return salesforce_id(ACCOUNT, account)

    @staticmethod
    def deal_id(deal: int) -> str:
        """The CRM id of a deal."""
        return salesforce_id(OPPORTUNITY, deal)

    def settled(self, story: Story) -> Story:
        """The story with everything planted in it."""
        accounts = _with_accounts(story.accounts, self.accounts, self.account_events)
        deals = _with_deals(story.deals, self.deals, self.deal_events)
        grown = replace(
            story,
            accounts=accounts,
            deals=deals,
            partner_story=t.PartnerStory(
                _joined(story.partner_story.touches, self.touches),
                _joined(story.partner_story.registrations, self.registrations),
                _joined(story.partner_story.roles, self.roles),
            ),
            records=_joined(story.records, self.records),
            leads=_joined(story.leads, [pd.DataFrame(self.leads)] if self.leads else []),
            contacts=_joined(
                story.contacts, [pd.DataFrame(self.contacts)] if self.contacts else []
            ),
            template_rows=self.template_rows,
            quota_targets=self.quota_targets,
            findable=self.findable,
            accepted=self.accepted,
            restated_rates=self.restated_rates,
            splits=pd.DataFrame(self.splits),
            partner_accounts=self.partner_accounts,
        )
        grown.extra_activities = pd.concat(
            [*self.activities, partner_activities(grown.partner_story)], ignore_index=True
        )
        grown.account_states = account_states(accounts)
        grown.survivors = survivors(grown.account_states, len(accounts))
        grown.deal_states = opportunity_states(deals)
        return grown


def _joined(frame: pd.DataFrame, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([frame, *parts], ignore_index=True) if parts else frame


def _with_accounts(
    accounts: Accounts, planted: list[dict[str, object]], events: list[pd.DataFrame]
) -> Accounts:
    columns = {}
    for column in fields(accounts):
        if column.name != "events":
            old = getattr(accounts, column.name)
            new = np.array([row[column.name] for row in planted], old.dtype)
            columns[column.name] = np.concatenate([old, new])
    grown = Accounts(**columns, events=accounts.events)
    created = creation_events(grown, np.arange(len(accounts), len(grown)))
    grown.events = _joined(accounts.events, [created, *events])
    return grown


def _with_deals(
    deals: Opportunities, planted: list[dict[str, object]], events: list[pd.DataFrame]
) -> Opportunities:
    columns = {}
    for column in fields(deals):
        if column.name != "events":
            old = getattr(deals, column.name)
            new = np.array([row[column.name] for row in planted], old.dtype)
            columns[column.name] = np.concatenate([old, new])
    return Opportunities(**columns, events=_joined(deals.events, events))


def tell(
    seed: int,
    size: DemoSize,
    plant_surroundings: Callable[[Planter, Accounts, Companies], None],
    plant_cases: Callable[[Planter], list[Case]],
    progress: Tell,
) -> Story:
    """The settled story of one seed and size."""
    landings = landing_days(size)
    partners = partners_of(size)
    progress("People and companies", 0.02)
    org = organisation(seed, size)
    companies = random_companies(seed, size.accounts + partner_pool(size))
    accounts = random_accounts(seed, size, companies, org)
    progress("Opportunities", 0.08)
    deals = random_opportunities(seed, size, companies, accounts, org)
    records = random_records(seed, size, partners, companies, accounts)
    known_by = known_by_partner(records, accounts, companies.random_count)
    progress("Partner touches", 0.16)
    owners = owner_history(opportunity_states(deals))
    partner_story = t.random_partner_story(seed, accounts, deals, owners, partners, known_by, org)
    del owners
    leads = random_leads(seed, deals, partner_story)
    contacts = random_contacts(seed, size, accounts)
    progress("Activities", 0.22)
    ordinary = ordinary_activities(seed, size, accounts, deals)
    story = Story(
        seed=seed,
        size=size,
        landings=landings,
        exports=export_moments(landings),
        companies=companies,
        org=org,
        partners=partners,
        partner_accounts=[],
        accounts=accounts,
        deals=deals,
        partner_story=partner_story,
        records=records,
        leads=leads,
        contacts=contacts,
        ordinary=ordinary,
        rates=conversion_rates(seed),
        extra_activities=pd.DataFrame(),
        account_states=pd.DataFrame(),
        survivors=np.array([], np.int64),
        deal_states=pd.DataFrame(),
        cases=[],
        template_rows={},
        quota_targets={},
        findable={},
        accepted=set(),
        restated_rates=[],
        splits=pd.DataFrame(),
    )
    progress("Cases", 0.28)
    planter = Planter(
        stream(seed, "cases"),
        size,
        landings,
        companies,
        org,
        partners,
        len(accounts),
        len(deals),
        len(records),
        len(leads),
        len(contacts),
    )
    plant_surroundings(planter, accounts, companies)
    cases = plant_cases(planter)
    companies.settle()
    settled = planter.settled(story)
    settled.cases = cases
    return settled
