"""Partners' account lists: which companies are on them, in which state, how they are written.

`records` has one row per row of a partner's own system: partner, company, when it entered and left
the list, its state before and after one change, and how each field is kept. Deliveries and the
truth are both read from it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from orchestration.demo_company.accounts import (
    DUNS_NONE,
    DUNS_RIGHT,
    DUNS_WRONG,
    NAME_NO_FORM,
    NAME_OTHER_FORM,
    NAME_REGISTERED,
    NAME_SHORT,
    NAME_TYPO,
    NAME_UPPER,
    SITE_FREE_MAIL,
    SITE_NONE,
    SITE_OTHER,
    SITE_PATH,
    SITE_PLAIN,
    SITE_SUBDOMAIN,
    SITE_WWW,
    Accounts,
)
from orchestration.demo_company.clock import FINAL_LANDING, NEVER, STORY_START, Days, day
from orchestration.demo_company.companies import Companies
from orchestration.demo_company.partners import (
    CUSTOMER,
    FORMER_CUSTOMER,
    FULL_LIST,
    OPEN_OPPORTUNITY,
    PROSPECT,
    Partner,
)
from orchestration.demo_company.random_streams import chosen, stream
from orchestration.demo_company.sizes import DemoSize

_SITES = np.array(
    [SITE_PLAIN, SITE_WWW, SITE_PATH, SITE_SUBDOMAIN, SITE_OTHER, SITE_FREE_MAIL, SITE_NONE],
    np.int8,
)
_SITE_WEIGHTS = (30, 30, 13, 4, 4, 1, 18)
_NAMES = np.array(
    [NAME_REGISTERED, NAME_NO_FORM, NAME_OTHER_FORM, NAME_UPPER, NAME_TYPO, NAME_SHORT], np.int8
)
_NAME_WEIGHTS = (38, 26, 16, 11, 5, 4)

RECORD_COLUMNS = {
    "partner": np.int16,
    "company": np.int64,
    "key": np.int64,  # number in the partner's own system
    "enters_on": np.int32,
    "leaves_on": np.int32,
    "state": np.int8,
    "changes_on": np.int32,
    "next_state": np.int8,
    "customer_since": np.int32,  # -1 unknown
    "site": np.int8,
    "name": np.int8,
    "duns": np.int8,
    "hands_back": np.int32,  # account number whose id the partner hands back, -1 for none
    "seller": np.int16,
    "case": np.int16,
}


def record_rows(**columns: npt.ArrayLike) -> pd.DataFrame:
    """Rows of the records table; columns are those of RECORD_COLUMNS."""
    count = max(np.size(values) for values in columns.values())
    return pd.DataFrame(
        {
            name: np.broadcast_to(np.asarray(columns[name], kind), (count,)).copy()
            for name, kind in RECORD_COLUMNS.items()
        }
    )


def partner_pool(size: DemoSize) -> int:
    """How many companies exist beyond those in our CRM."""
    return int(size.partner_rows[1] * size.partners * 0.42) + 40


def random_records(
    seed: int,
    size: DemoSize,
    partners: list[Partner],
    companies: Companies,
    accounts: Accounts,
) -> pd.DataFrame:
    """The lists of all partners that deliver rows."""
    first_of_company = np.full(companies.random_count, -1, np.int64)
    in_crm = np.flatnonzero(accounts.merged_into < 0)[::-1]
    first_of_company[accounts.company[in_crm]] = in_crm
    known = np.flatnonzero(first_of_company >= 0)
    unknown = np.flatnonzero(first_of_company < 0)
    parts = []
    for partner in partners:
        if partner.delivers_rows:
            parts.append(
                _records_of(
                    seed, size, partner, companies, accounts, first_of_company, known, unknown
                )
            )
    return pd.concat(parts, ignore_index=True)


def _records_of(
    seed: int,
    size: DemoSize,
    partner: Partner,
    companies: Companies,
    accounts: Accounts,
    first_of_company: npt.NDArray[np.int64],
    known: npt.NDArray[np.int64],
    unknown: npt.NDArray[np.int64],
) -> pd.DataFrame:
    random = stream(seed, "records", partner.partner_id)
    low, high = size.partner_rows
    wanted = int(low + (high - low) * min(1.0, 0.25 + 0.75 * partner.weight / 3))
    shared = min(int(wanted * partner.overlap), int(len(known) * 0.8))
    others = min(wanted - shared, len(unknown))
    ours = random.choice(known, shared, replace=False)
    theirs = random.choice(unknown, others, replace=False)
    company = np.concatenate([ours, theirs])
    company = company[random.permutation(len(company))]
    count = len(company)

    state = np.array([CUSTOMER, PROSPECT, OPEN_OPPORTUNITY, FORMER_CUSTOMER], np.int8)[
        chosen(random, (42, 38, 14, 6), count)
    ]
    enters_on = np.where(
        random.random(count) < 0.8,
        day("2024-06-01"),
        random.integers(STORY_START, FINAL_LANDING - 20, count),
    ).astype(np.int32)
    leaves = (random.random(count) < 0.04) & (partner.coverage == FULL_LIST)
    leaves_on = np.where(leaves, enters_on + random.integers(200, 700, count), NEVER)
    changes = random.random(count) < 0.16
    change_day = np.maximum(enters_on, STORY_START) + random.integers(30, 420, count)
    following = np.array([FORMER_CUSTOMER, PROSPECT, CUSTOMER, OPEN_OPPORTUNITY], np.int8)[state]
    since = np.maximum(enters_on, day("2022-01-01")) - random.integers(10, 2_200, count)
    since = np.where(state == CUSTOMER, np.minimum(since, FINAL_LANDING - 700), -1)

    duns_draw = random.random(count)
    duns = np.select([duns_draw < 0.5, duns_draw < 0.515], [DUNS_RIGHT, DUNS_WRONG], DUNS_NONE)
    account = first_of_company[company]
    # A partner that hands our id back does not contradict it with a wrong DUNS.
    agrees = (duns != DUNS_WRONG) & (accounts.duns[np.maximum(account, 0)] != DUNS_WRONG)
    returns_id = (
        (random.random(count) < partner.dialect.hands_back_crm_id) & (account >= 0) & agrees
    )
    return record_rows(
        partner=partner.number,
        company=company,
        key=(np.arange(count) * 7 + 1_000 + partner.number * 13),
        enters_on=enters_on,
        leaves_on=leaves_on,
        state=state,
        changes_on=np.where(changes, change_day, NEVER),
        next_state=following,
        customer_since=since,
        site=_SITES[chosen(random, _SITE_WEIGHTS, count)],
        name=_NAMES[chosen(random, _NAME_WEIGHTS, count)],
        duns=duns,
        hands_back=np.where(returns_id, account, -1),
        seller=random.integers(0, 12, count),
        case=0,
    )


def state_on(records: pd.DataFrame, on: int) -> npt.NDArray[np.int8]:
    """The state of each record on a day."""
    changed = records["changes_on"].to_numpy() <= on
    return np.where(changed, records["next_state"], records["state"]).astype(np.int8)


def is_listed_on(records: pd.DataFrame, on: int) -> npt.NDArray[np.bool_]:
    """Whether each record is on the list on a day."""
    return ((records["enters_on"] <= on) & (on < records["leaves_on"])).to_numpy()


def customer_since_on(records: pd.DataFrame, on: int) -> Days:
    """Since when the record is a customer, as known on a day; -1 where it is none."""
    since = records["customer_since"].to_numpy()
    became = (records["changes_on"] <= on).to_numpy() & (
        records["next_state"] == CUSTOMER
    ).to_numpy()
    return np.where(became, records["changes_on"], since).astype(np.int32)


def delivered_rows(
    records: pd.DataFrame, partner: Partner, on: int, previous: int | None
) -> pd.DataFrame:
    """The rows of one delivery: the whole list, or for a delta what is new since the last one."""
    own = records[(records["partner"] == partner.number).to_numpy() & is_listed_on(records, on)]
    if partner.mode == "full" or previous is None:
        return own
    is_new = own["enters_on"] > previous
    is_changed = (own["changes_on"] > previous) & (own["changes_on"] <= on)
    return own[is_new | is_changed]


def known_by_partner(
    records: pd.DataFrame, accounts: Accounts, company_count: int
) -> npt.NDArray[np.int64]:
    """For each account a bit per partner that has its company on its list."""
    bits = np.zeros(company_count, np.int64)
    listed = 1 << records["partner"].to_numpy().astype(np.int64)
    np.bitwise_or.at(bits, records["company"].to_numpy(), listed)
    return bits[accounts.company]


def record_ids(partner: Partner, keys: npt.ArrayLike) -> list[str]:
    """The ids of records in the partner's own system, few at a time."""
    prefix = partner.partner_id[:2].upper()
    return [f"{prefix}-{int(key):06d}" for key in np.atleast_1d(np.asarray(keys))]
