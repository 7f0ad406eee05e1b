"""CRM accounts: which company each one is a record of, how well it is kept, and what changes.

The random population is arrays with one entry per account. `events` is the change log of all
accounts in long form; a state is what an account looks like after one of its events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo_company.arrow_text import chosen_by, joined
from orchestration.demo_company.clock import (
    FINAL_LANDING,
    FIRST_LANDING,
    STORY_START,
    Moments,
    day,
    moment,
    on_weekday,
)
from orchestration.demo_company.companies import Companies
from orchestration.demo_company.identifiers import unassigned_duns
from orchestration.demo_company.money import CURRENCY_INDEX
from orchestration.demo_company.names import COUNTRIES
from orchestration.demo_company.people import Organisation
from orchestration.demo_company.random_streams import Random, business_moments, stream
from orchestration.demo_company.sizes import DemoSize

# Account.Type
DIRECT_CUSTOMER, CHANNEL_CUSTOMER, FORMER, PROSPECT, PARTNER = range(5)
ACCOUNT_TYPES = (
    "Customer - Direct",
    "Customer - Channel",
    "Former Customer",
    "Prospect",
    "Partner",
)

# How the website field is filled: the company's domain, another of its domains, a mailbox
# provider, a page at a hoster, a domain that many companies share (planted), or nothing.
SITE_PLAIN, SITE_WWW, SITE_PATH, SITE_SUBDOMAIN, SITE_OTHER, SITE_FREE_MAIL, SITE_HOSTED = range(7)
SITE_NONE = 7
OWN_DOMAIN_SITES = (SITE_PLAIN, SITE_WWW, SITE_PATH, SITE_SUBDOMAIN)
_CRM_SITES = (0.34, 0.30, 0.14, 0.03, 0.03, 0.015, 0.015, 0.13)

DUNS_RIGHT, DUNS_WRONG, DUNS_NONE = range(3)

NAME_REGISTERED, NAME_NO_FORM, NAME_OTHER_FORM, NAME_UPPER, NAME_TYPO, NAME_SHORT = range(6)
NAME_OTHER_SPELLING = 6

FREE_MAIL = ("gmail.com", "outlook.com", "yahoo.com", "web.de", "orange.fr")
NOT_SET = -(2**30)


@dataclass
class Accounts:
    """All CRM accounts; arrays have one entry per account, planted ones at the end."""

    company: npt.NDArray[np.int64]
    created_at: Moments
    team: npt.NDArray[np.int16]
    owner: npt.NDArray[np.int32]  # the first owner, a user number
    first_type: npt.NDArray[np.int8]
    site: npt.NDArray[np.int8]
    duns: npt.NDArray[np.int8]
    name: npt.NDArray[np.int8]
    currency: npt.NDArray[np.int8]
    parent: npt.NDArray[np.int32]  # account number, -1 for none
    merged_into: npt.NDArray[np.int32]  # final survivor of random merges, -1 for none
    has_deals: npt.NDArray[np.bool_]  # whether random deals may be put on it
    case: npt.NDArray[np.int16]  # number of the case it was planted for, 0 for none
    events: pd.DataFrame  # account, at, type, owner, deleted, master, (NOT_SET = unchanged)

    def __len__(self) -> int:
        return len(self.company)


def website(companies: Companies, numbers: npt.ArrayLike, kinds: npt.NDArray[np.int8]) -> pa.Array:
    """The website field of each record, filled the way its kind says."""
    values = np.asarray(numbers, np.int64)
    domains = companies.domains(values)
    stems = pc.list_element(pc.split_pattern(domains, ".", max_splits=1), 0)
    free = pa.array(FREE_MAIL).take(pa.array(values % len(FREE_MAIL)))
    return chosen_by(
        np.asarray(kinds),
        {
            SITE_PLAIN: domains,
            SITE_WWW: joined("https://www.", domains),
            SITE_PATH: joined("http://", domains, "/about-us/"),
            SITE_SUBDOMAIN: joined("https://shop.", domains),
            SITE_OTHER: joined("www.", stems, "-group.net"),
            SITE_FREE_MAIL: free,
            SITE_HOSTED: joined("https://sites.google.com/view/", stems),
        },
    )


def written_name(
    companies: Companies, numbers: npt.ArrayLike, kinds: npt.NDArray[np.int8]
) -> pa.Array:
    """The company's name as somebody typed it."""
    values = np.asarray(numbers, np.int64)
    brands = companies.brands(values)
    names = companies.names(values)
    other = pc.utf8_rtrim_whitespace(joined(brands, " ", companies.legal_forms(values, True)))
    cut = pc.utf8_slice_codeunits
    return chosen_by(
        np.asarray(kinds),
        {
            NAME_REGISTERED: names,
            NAME_NO_FORM: brands,
            NAME_OTHER_FORM: other,
            NAME_UPPER: pc.utf8_upper(names),
            NAME_TYPO: joined(cut(names, 0, 3), cut(names, 4)),
            NAME_SHORT: joined(cut(brands, 0, 9), "."),
            NAME_OTHER_SPELLING: companies.other_spellings(values),
        },
    )


def duns_values(
    companies: Companies, numbers: npt.ArrayLike, kinds: npt.NDArray[np.int8], source: int = 0
) -> npt.NDArray[np.int64]:
    """The DUNS of each record as a number; -1 where there is none.

    `source` (0 our CRM, then the partners) keeps two sources from making the same mistake.
    """
    values = np.asarray(numbers, np.int64)
    right = companies.duns(values)
    wrong = unassigned_duns(values * 20 + source)
    return np.select([kinds == DUNS_RIGHT, kinds == DUNS_WRONG], [right, wrong], -1)


def random_accounts(seed: int, size: DemoSize, companies: Companies, org: Organisation) -> Accounts:
    """The random population: the first companies, some of them twice or merged."""
    random = stream(seed, "accounts")
    count = size.accounts
    extra = int(count * 0.05)  # second records of a company that is there already
    originals = count - extra
    company = np.arange(count, dtype=np.int64)
    twins = random.choice(originals, extra, replace=False)
    company[originals:] = twins
    is_twin = np.arange(count) >= originals
    is_merged = is_twin & (random.random(count) < 0.45)

    created_day = _created_days(random, count)
    created_day[is_merged] = np.minimum(created_day[is_merged], FINAL_LANDING - 200)
    created_at = business_moments(random, created_day)
    team = org.teams_of_countries(random, companies.country[company])
    owner = _first_owners(random, org, team)
    parent_company = companies.parent[company]
    parent = np.where((parent_company >= 0) & (parent_company < originals), parent_company, -1)
    first_type = np.full(count, PROSPECT, np.int8)
    first_type[random.random(count) < 0.15] = DIRECT_CUSTOMER
    first_type[(random.random(count) < 0.03) & (first_type == PROSPECT)] = FORMER
    first_type[(random.random(count) < 0.2) & (first_type == DIRECT_CUSTOMER)] = CHANNEL_CUSTOMER
    first_type[is_twin] = PROSPECT
    currencies = np.array([CURRENCY_INDEX[c.currency] for c in COUNTRIES], np.int8)
    duns = np.where(random.random(count) < 0.45, DUNS_RIGHT, DUNS_NONE)
    duns = np.where(random.random(count) < 0.006, DUNS_WRONG, duns)

    merged_into = np.where(is_merged, company, -1).astype(np.int32)
    accounts = Accounts(
        company=company,
        created_at=created_at,
        team=team,
        owner=owner,
        first_type=first_type,
        site=_kinds(random, _CRM_SITES, count),
        duns=duns.astype(np.int8),
        name=_kinds(random, (0.68, 0.24, 0.03, 0.05), count),
        currency=currencies[companies.country[company]],
        parent=parent.astype(np.int32),
        merged_into=merged_into,
        has_deals=~is_merged & (first_type != FORMER) & (random.random(count) < 0.72),
        case=np.zeros(count, np.int16),
        events=pd.DataFrame(),
    )
    accounts.events = _random_events(random, accounts, org)
    return accounts


def _kinds(random: Random, weights: tuple[float, ...], count: int) -> npt.NDArray[np.int8]:
    edges = np.cumsum(weights) / np.sum(weights)
    return np.searchsorted(edges, random.random(count), "right").astype(np.int8)


def _created_days(random: Random, count: int) -> npt.NDArray[np.int32]:
    """Four fifths are there before the first landing."""
    old = random.integers(day("2021-04-01"), FIRST_LANDING - 5, count)
    new = random.integers(FIRST_LANDING, FINAL_LANDING - 20, count)
    return on_weekday(np.where(random.random(count) < 0.8, old, new))


def _first_owners(
    random: Random, org: Organisation, team: npt.NDArray[np.int16]
) -> npt.NDArray[np.int32]:
    owners = np.zeros(len(team), np.int32)
    for number in range(len(org.teams)):
        members = [p.number for p in org.random_reps if p.team == number]
        members = members or [p.number for p in org.random_reps]
        rows = np.flatnonzero(team == number)
        owners[rows] = np.array(members)[(random.random(len(rows)) * len(members)).astype(int)]
    return owners


def account_event(
    account: npt.ArrayLike,
    at: npt.ArrayLike,
    type: npt.ArrayLike = NOT_SET,
    owner: npt.ArrayLike = NOT_SET,
    deleted: npt.ArrayLike = NOT_SET,
    master: npt.ArrayLike = NOT_SET,
    site: npt.ArrayLike = NOT_SET,
) -> pd.DataFrame:
    """Rows of the change log; what is left out stays as it was."""
    numbers = np.asarray(account, np.int32)

    def column(values: npt.ArrayLike) -> npt.NDArray[np.int32]:
        return np.broadcast_to(np.asarray(values, np.int32), numbers.shape).copy()

    return pd.DataFrame(
        {
            "account": numbers,
            "at": np.asarray(at, np.int64),
            "type": column(type),
            "owner": column(owner),
            "deleted": column(deleted),
            "master": column(master),
            "site": column(site),
        }
    )


def creation_events(accounts: Accounts, rows: npt.NDArray[np.int64]) -> pd.DataFrame:
    """The first event of each account, which sets everything."""
    return account_event(
        rows,
        accounts.created_at[rows],
        type=accounts.first_type[rows],
        owner=accounts.owner[rows],
        deleted=0,
        master=-1,
        site=accounts.site[rows],
    )


def _random_events(random: Random, accounts: Accounts, org: Organisation) -> pd.DataFrame:
    count = len(accounts)
    parts = [creation_events(accounts, np.arange(count))]
    created = (accounts.created_at // 86_400).astype(np.int64)

    merged = np.flatnonzero(accounts.merged_into >= 0)
    first = np.maximum(
        np.maximum(created[merged], created[accounts.merged_into[merged]]), STORY_START
    )
    on = first + 15 + (random.random(len(merged)) * (FINAL_LANDING - 20 - first - 15)).astype(int)
    parts.append(
        account_event(
            merged,
            business_moments(random, on_weekday(on)),
            deleted=1,
            master=accounts.merged_into[merged],
        )
    )

    # Reps who leave hand their accounts over within two weeks.
    leavers = np.array([p.number for p in org.random_reps if p.left_on < FINAL_LANDING], np.int64)
    left_on = {p.number: p.left_on for p in org.random_reps}
    for leaver in leavers:
        rows = np.flatnonzero((accounts.owner == leaver) & (accounts.merged_into < 0))
        rows = rows[created[rows] < left_on[int(leaver)] - 10]
        colleagues = [
            p.number
            for p in org.random_reps
            if p.team == org.people[int(leaver)].team and p.left_on > FINAL_LANDING
        ]
        if not colleagues or len(rows) == 0:
            continue
        days = left_on[int(leaver)] + 3 + random.integers(0, 11, len(rows))
        keep = on_weekday(days) < FINAL_LANDING - 3
        heirs = np.array(colleagues)[(random.random(len(rows)) * len(colleagues)).astype(int)]
        parts.append(
            account_event(
                rows[keep], business_moments(random, on_weekday(days))[keep], owner=heirs[keep]
            )
        )

    # A missing website is found by operations now and then.
    found = np.flatnonzero((accounts.site == SITE_NONE) & (random.random(count) < 0.25))
    found = found[(created[found] < FINAL_LANDING - 60) & (accounts.merged_into[found] < 0)]
    first = np.maximum(created[found], STORY_START)
    on = first + 20 + (random.random(len(found)) * (FINAL_LANDING - 30 - first - 20)).astype(int)
    parts.append(account_event(found, business_moments(random, on_weekday(on)), site=SITE_WWW))

    # Customers without deals on the way leave now and then.
    churned = np.flatnonzero(
        np.isin(accounts.first_type, (DIRECT_CUSTOMER, CHANNEL_CUSTOMER))
        & ~accounts.has_deals
        & (random.random(count) < 0.12)
        & (accounts.merged_into < 0)
    )
    first = np.maximum(created[churned], STORY_START)
    on = first + 20 + (random.random(len(churned)) * (FINAL_LANDING - 30 - first - 20)).astype(int)
    parts.append(
        account_event(
            churned, business_moments(random, on_weekday(np.maximum(on, first + 2))), type=FORMER
        )
    )
    return pd.concat(parts, ignore_index=True)


def filled_states(events: pd.DataFrame, key: str, missing: dict[str, int]) -> pd.DataFrame:
    """The change log in order of key and time, each row with the whole state after it.

    `missing` names the columns to fill and the value that means "unchanged" in each. The first
    event of every key sets all of them, so nothing is carried from one key to the next.
    """
    order = np.lexsort((np.arange(len(events)), events["at"].to_numpy(), events[key].to_numpy()))
    filled = events.iloc[order].reset_index(drop=True)
    positions = np.arange(len(filled))
    for column, unchanged in missing.items():
        values = filled[column].to_numpy()
        last_set = np.maximum.accumulate(np.where(values != unchanged, positions, 0))
        filled[column] = values[last_set]
    return filled


ACCOUNT_STATE = dict.fromkeys(("type", "owner", "deleted", "master", "site"), NOT_SET)


def account_states(accounts: Accounts) -> pd.DataFrame:
    """Every state that any account was ever in, ordered by account and time."""
    return filled_states(accounts.events, "account", ACCOUNT_STATE)


def last_states(states: pd.DataFrame, key: str) -> pd.DataFrame:
    """The last state of each key."""
    keys = states[key].to_numpy()
    is_last = np.append(keys[1:] != keys[:-1], True)
    return states[is_last].reset_index(drop=True)


def survivors(states: pd.DataFrame, count: int) -> npt.NDArray[np.int64]:
    """For every account the account that it is today, through any chain of merges."""
    final = last_states(states, "account")
    master = np.arange(count)
    gone = final["deleted"].to_numpy() == 1
    into = final["master"].to_numpy()
    merged = gone & (into >= 0)
    master[final["account"].to_numpy()[merged]] = into[merged]
    for _ in range(8):
        further = master[master]
        if (further == master).all():
            break
        master = further
    return master


def earlier_creation(
    accounts: Accounts, rows: npt.NDArray, before: Moments, random: Random
) -> None:
    """Make accounts at least as old as the deals on them."""
    late = accounts.created_at[rows] >= before - 86_400
    days = (before[late] // 86_400) - 1 - random.integers(1, 90, int(late.sum()))
    np.minimum.at(accounts.created_at, rows[late], moment(on_weekday(days), 10 * 3600))
