"""What is true, for tests and readers of the demo: computed from the story and its plan alone.

Nothing here reads a written file or imitates the pipeline; a class is true because the plan says
so and the evidence was written to fit the plan. `<home>/truth` is never an input of a refresh.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from orchestration.demo_company.accounts import (
    DIRECT_CUSTOMER,
    DUNS_NONE,
    DUNS_RIGHT,
    FORMER,
    NAME_UPPER,
    OWN_DOMAIN_SITES,
    PARTNER,
    PROSPECT,
    SITE_OTHER,
    last_states,
)
from orchestration.demo_company.arrow_text import (
    constant,
    masked,
    money,
    pick,
)
from orchestration.demo_company.clock import (
    STORY_QUARTERS,
    local_day,
    quarter_first_day,
    quarter_label,
    quarter_ordinals,
)
from orchestration.demo_company.identifiers import (
    ACCOUNT,
    OPPORTUNITY,
    QUOTA,
    SPLIT,
    USER,
    salesforce_ids,
)
from orchestration.demo_company.money import CURRENCIES, company_cents
from orchestration.demo_company.opportunities import (
    CLASSES,
    CLOSE,
    DIRECT,
    EXCLUSIONS,
    INFLUENCED,
    INTERNAL,
    LOST_STAGE,
    NULL_AMOUNT,
    OPPORTUNITY_TYPES,
    REASONS_TO_EXCLUDE,
    SOURCED,
    TEST,
    WON_STAGE,
    owner_history,
)
from orchestration.demo_company.partner_files import record_id_column
from orchestration.demo_company.partner_lists import is_listed_on, state_on
from orchestration.demo_company.partner_plans import iso, plans
from orchestration.demo_company.partners import (
    CUSTOMER,
    FORMER_CUSTOMER,
    FULL_LIST,
    OPEN_OPPORTUNITY,
    Partner,
    delivery_days,
)
from orchestration.demo_company.partners import PROSPECT as PARTNER_PROSPECT
from orchestration.demo_company.splits import REVENUE, all_splits
from orchestration.demo_company.story import Story, Tell
from orchestration.demo_company.targets import (
    METRICS,
    BusinessDays,
    bookings_quotas,
    target_in_company_currency,
    targets,
)
from orchestration.demo_company.touches import (
    EVIDENCE,
    JOINT_CALL,
    PRIMARY_RULES,
    REAL,
    TOUCH_TYPES,
)

Rows = npt.NDArray[np.int64]

OUR_STATES = ("customer", "former_customer", "open_opportunity", "prospect", "absent")
OUR_CUSTOMER, OUR_FORMER, OUR_OPEN, OUR_PROSPECT, OUR_ABSENT = range(5)
# the partner's states 0..3 are those of partners.STATES
THEIR_ABSENT, THEIR_UNKNOWN = 4, 5
THEIR_STATES = ("customer", "former_customer", "open_opportunity", "prospect", "absent", "unknown")

CELLS = (
    "shared_customer",
    "shared_prospect",
    "partner_customer_our_prospect",
    "partner_customer_only",
    "our_customer_partner_prospect",
    "our_customer_only",
    "partner_prospect_only",
    "our_prospect_only",
    "unknown_coverage",
)
ROLL_UPS = (
    "shared_customers",
    "shared_prospects",
    "one_sided_customers",
    "one_sided_customers",
    "one_sided_customers",
    "one_sided_customers",
    "one_sided_prospects",
    "one_sided_prospects",
    None,
)
NO_CELL = -1

FINDABLE = ("crm_id", "duns", "domain", "name", "none")
BY_CRM_ID, BY_DUNS, BY_DOMAIN, BY_NAME, BY_NOTHING = range(5)


def write_truth(folder: Path, story: Story, progress: Tell) -> None:
    """Write every table of `<home>/truth`."""
    progress("Truth", 0.94)
    folder.mkdir(parents=True, exist_ok=True)
    _write_companies(folder, story)
    pairs = true_pairs(story)
    _write_matches(folder, story, pairs)
    _write_segments(folder, story, pairs)
    deals = true_deals(story)
    _write_opportunities(folder, story, deals)
    _write_touches(folder, story)
    pq.write_table(ledger_totals(deals), folder / "ledger_totals.parquet")
    pq.write_table(_ae_quarters(story, deals), folder / "ae_quarters.parquet")
    pq.write_table(_splits(story), folder / "splits.parquet")
    pq.write_table(_quotas(story), folder / "quotas.parquet")
    _write_partner_plans(folder, story)
    _write_cases(folder, story)


def _cases(numbers: npt.NDArray) -> pa.Array:
    """The case that a row was planted for, NULL for the random population."""
    return masked(pa.array(numbers.astype(np.int64)).cast(pa.string()), numbers > 0)


# companies and matches --------------------------------------------------------------------------


def _write_companies(folder: Path, story: Story) -> None:
    accounts, companies = story.accounts, story.companies
    final = last_states(story.account_states, "account")
    alone = np.bincount(accounts.company, minlength=len(companies)) == 1
    kinds = np.where(
        story.survivors != np.arange(len(accounts)),
        1,
        np.where(final["type"].to_numpy() == PARTNER, 2, np.where(alone[accounts.company], 0, 3)),
    )
    notes = (None, "merged away", "partner organisation", "one of several records")
    tables = [
        pa.table(
            {
                "system": constant("crm", len(accounts)),
                "record_id": salesforce_ids(ACCOUNT, np.arange(len(accounts))),
                "true_company_id": companies.true_ids(accounts.company),
                "note": pa.array(notes, pa.string()).take(pa.array(kinds)),
                "cases": _cases(accounts.case),
            }
        )
    ]
    for partner in story.partners:
        own = story.records[(story.records["partner"] == partner.number).to_numpy()]
        if len(own):
            listed = is_listed_on(own, _last_delivery(story, partner))
            tables.append(
                pa.table(
                    {
                        "system": constant(partner.partner_id, len(own)),
                        "record_id": record_id_column(partner, own["key"].to_numpy()),
                        "true_company_id": companies.true_ids(own["company"].to_numpy()),
                        "note": pick((None, "not on the last list"), (~listed).astype(int)),
                        "cases": _cases(own["case"].to_numpy()),
                    }
                )
            )
    _write_tables(folder / "companies.parquet", tables)


def _write_tables(path: Path, tables: list[pa.Table]) -> None:
    with pq.ParquetWriter(path, tables[0].schema) as writer:
        for table in tables:
            writer.write_table(table.cast(tables[0].schema))


def _last_delivery(story: Story, partner: Partner) -> int:
    days = delivery_days(partner, story.landings)
    return int(days[-1]) if len(days) else 0


def living_accounts(story: Story) -> Rows:
    """Accounts that survive and are no partner organisation."""
    final = last_states(story.account_states, "account")
    alive = (final["deleted"].to_numpy() == 0) & (final["type"].to_numpy() != PARTNER)
    return np.asarray(final["account"].to_numpy()[alive], np.int64)


def has_duplicate(story: Story) -> npt.NDArray[np.bool_]:
    """Whether another surviving account is a record of the same company, by account."""
    companies = story.accounts.company
    alive = living_accounts(story)
    records = np.bincount(companies[alive], minlength=len(story.companies))
    return np.asarray(records[companies] > 1, np.bool_)


def true_pairs(story: Story) -> pd.DataFrame:
    """Every true pair today: account, record (row of story.records), partner, findable.

    Only partners whose agreement still holds, and their last lists.
    """
    accounts, records = story.accounts, story.records
    alive = living_accounts(story)
    rows = np.concatenate(
        [
            np.flatnonzero(
                (records["partner"] == partner.number).to_numpy()
                & is_listed_on(records, _last_delivery(story, partner))
            )
            for partner in story.partners
            if partner.is_active and partner.delivers_rows
        ]
    )
    left = pd.DataFrame({"account": alive, "company": accounts.company[alive]})
    right = pd.DataFrame({"record": rows, "company": records["company"].to_numpy()[rows]})
    pairs = left.merge(right, on="company")
    pairs["partner"] = records["partner"].to_numpy()[pairs["record"]]
    pairs["findable"] = _findable_by(story, pairs)
    # a person's decision outranks every tier, so it makes a pair known like a key does
    pairs["is_known"] = pairs["findable"] <= BY_DOMAIN
    for account, record in story.accepted:
        is_pair = (pairs["account"] == account) & (pairs["record"] == record)
        pairs.loc[is_pair, "is_known"] = True
    return pairs.sort_values(["partner", "record", "account"]).reset_index(drop=True)


def _findable_by(story: Story, pairs: pd.DataFrame) -> npt.NDArray[np.int8]:
    accounts, records = story.accounts, story.records
    account, record = pairs["account"].to_numpy(), pairs["record"].to_numpy()
    final = last_states(story.account_states, "account")
    handed = records["hands_back"].to_numpy()[record]
    by_id = (handed >= 0) & (story.survivors[np.maximum(handed, 0)] == account)

    ours, theirs = accounts.duns[account], records["duns"].to_numpy()[record]
    both = (ours != DUNS_NONE) & (theirs != DUNS_NONE)
    by_duns = both & (ours == DUNS_RIGHT) & (theirs == DUNS_RIGHT)

    our_site = final["site"].to_numpy()[account]
    their_site = records["site"].to_numpy()[record]
    own = np.isin(our_site, OWN_DOMAIN_SITES) & np.isin(their_site, OWN_DOMAIN_SITES)
    by_domain = own | ((our_site == SITE_OTHER) & (their_site == SITE_OTHER))

    legible = (accounts.name[account] <= NAME_UPPER) & (
        records["name"].to_numpy()[record] <= NAME_UPPER
    )
    # DUNS on both sides that differ: never automatic, whatever else agrees (case 13)
    conflict = both & ~by_duns
    result = np.select(
        [by_id, by_duns, conflict, by_domain, legible],
        [BY_CRM_ID, BY_DUNS, BY_NOTHING, BY_DOMAIN, BY_NAME],
        BY_NOTHING,
    ).astype(np.int8)
    for (planted_account, planted_record), word in story.findable.items():
        result[(account == planted_account) & (record == planted_record)] = FINDABLE.index(word)
    return result


def _write_matches(folder: Path, story: Story, pairs: pd.DataFrame) -> None:
    tables: list[pa.Table] = []
    duplicated = has_duplicate(story)
    for partner in story.partners:
        own = pairs[(pairs["partner"] == partner.number).to_numpy()]
        if len(own) or not tables:
            record = own["record"].to_numpy()
            account = own["account"].to_numpy()
            case = np.maximum(
                story.accounts.case[account], story.records["case"].to_numpy()[record]
            )
            tables.append(
                pa.table(
                    {
                        "crm_account_id": salesforce_ids(ACCOUNT, account),
                        "partner_id": constant(partner.partner_id, len(own)),
                        "partner_account_id": record_id_column(
                            partner, story.records["key"].to_numpy()[record]
                        ),
                        "findable_by": pick(FINDABLE, own["findable"].to_numpy()),
                        "account_has_duplicate": pa.array(duplicated[account]),
                        "cases": _cases(case),
                    }
                )
            )
    _write_tables(folder / "matches.parquet", tables)


# segments ---------------------------------------------------------------------------------------


def our_states(story: Story) -> npt.NDArray[np.int8]:
    """Our state of every account today."""
    final = last_states(story.account_states, "account")
    deals, states = story.deals, last_states(story.deal_states, "opportunity")
    is_open = (
        (states["deleted"].to_numpy() == 0)
        & ~np.isin(states["stage"].to_numpy(), (WON_STAGE, LOST_STAGE))
        & ~np.isin(deals.type, (TEST, INTERNAL))
    )
    has_open = np.zeros(len(story.accounts), bool)
    has_open[story.survivors[states["account"].to_numpy()[is_open]]] = True
    types = final["type"].to_numpy()
    base = np.select(
        [types <= DIRECT_CUSTOMER + 1, types == FORMER, types == PROSPECT],
        [OUR_CUSTOMER, OUR_FORMER, OUR_PROSPECT],
        OUR_ABSENT,
    )
    opened = has_open & np.isin(base, (OUR_PROSPECT, OUR_FORMER))
    return np.where(opened, OUR_OPEN, base).astype(np.int8)


def cells_of(ours: npt.NDArray, theirs: npt.NDArray) -> npt.NDArray[np.int8]:
    """The cell of each pair of states (rules section 4; a former customer counts as prospect)."""
    our_customer, our_absent = ours == OUR_CUSTOMER, ours == OUR_ABSENT
    our_prospect = ~our_customer & ~our_absent
    their_customer, their_absent = theirs == CUSTOMER, theirs == THEIR_ABSENT
    their_unknown = theirs == THEIR_UNKNOWN
    their_prospect = ~their_customer & ~their_absent & ~their_unknown
    return np.select(
        [
            their_unknown,
            our_customer & their_customer,
            our_prospect & their_prospect,
            our_prospect & their_customer,
            our_absent & their_customer,
            our_customer & their_prospect,
            our_customer & their_absent,
            our_absent & their_prospect,
            our_prospect & their_absent,
        ],
        [8, 0, 1, 2, 3, 4, 5, 6, 7],
        NO_CELL,
    ).astype(np.int8)


_STRENGTH = np.array([4, 2, 3, 1])  # customer > open opportunity > former customer > prospect
_BY_STRENGTH = np.array([0, PARTNER_PROSPECT, FORMER_CUSTOMER, OPEN_OPPORTUNITY, CUSTOMER])


def _strongest(
    count: int, account: Rows, state: npt.NDArray[np.int8], otherwise: int
) -> npt.NDArray[np.int8]:
    """For each account the strongest state among its records."""
    strength = np.zeros(count, np.int64)
    np.maximum.at(strength, account, _STRENGTH[state])
    return np.where(strength > 0, _BY_STRENGTH[strength], otherwise).astype(np.int8)


def _write_segments(folder: Path, story: Story, pairs: pd.DataFrame) -> None:
    alive = living_accounts(story)
    ours = our_states(story)
    tables = []
    for partner in story.partners:
        if not partner.is_active:
            continue
        tables.append(_account_segments(story, partner, pairs, alive, ours))
        if partner.delivers_rows:
            tables.append(_partner_only_segments(story, partner, pairs))
    _write_tables(folder / "segments.parquet", tables)


def _segment_table(
    partner: Partner,
    account: pa.Array,
    record: pa.Array,
    ours: npt.NDArray,
    theirs: npt.NDArray,
    by_keys: npt.NDArray,
    in_truth: npt.NDArray[np.bool_],
    duplicated: npt.NDArray[np.bool_],
    case: npt.NDArray,
) -> pa.Table:
    cells = np.where(in_truth, cells_of(ours, theirs), NO_CELL)
    return pa.table(
        {
            "account_id": account,
            "partner_account_id": record,
            "partner_id": constant(partner.partner_id, len(ours)),
            "our_state": pick(OUR_STATES, ours),
            "partner_state": pick(THEIR_STATES, theirs),
            "cell": pick(CELLS, cells),
            "roll_up": pick(ROLL_UPS, cells),
            "expected_cell_by_keys": pick(CELLS, by_keys),
            "account_has_duplicate": pa.array(duplicated),
            "cases": _cases(case),
        }
    )


def _account_segments(
    story: Story, partner: Partner, pairs: pd.DataFrame, alive: Rows, ours: npt.NDArray[np.int8]
) -> pa.Table:
    own = pairs[(pairs["partner"] == partner.number).to_numpy()]
    record, account = own["record"].to_numpy(), own["account"].to_numpy()
    state = state_on(story.records.iloc[record], _last_delivery(story, partner))
    otherwise = THEIR_ABSENT if partner.coverage == FULL_LIST else THEIR_UNKNOWN
    count = len(story.accounts)
    theirs = _strongest(count, account, state, otherwise)[alive]
    by_key = own["is_known"].to_numpy()
    seen = _strongest(count, account[by_key], state[by_key], otherwise)[alive]
    return _segment_table(
        partner,
        salesforce_ids(ACCOUNT, alive),
        pa.nulls(len(alive), pa.string()),
        ours[alive],
        theirs,
        cells_of(ours[alive], seen),
        np.ones(len(alive), bool),
        has_duplicate(story)[alive],
        story.accounts.case[alive],
    )


def _partner_only_segments(story: Story, partner: Partner, pairs: pd.DataFrame) -> pa.Table:
    """Records that no account of ours is found for: in truth, or by keys alone."""
    on = _last_delivery(story, partner)
    records = story.records
    listed = np.flatnonzero(
        (records["partner"] == partner.number).to_numpy() & is_listed_on(records, on)
    )
    matched = np.isin(listed, pairs["record"].to_numpy())
    found = np.isin(listed, pairs.loc[pairs["is_known"], "record"].to_numpy())
    rows = listed[~found]
    is_true = ~matched[~found]
    part = records.iloc[rows]
    theirs = state_on(part, on)
    ours = np.full(len(rows), OUR_ABSENT)
    # An overlap-only list says that we have the account; we just do not know which one it is.
    seen = theirs if partner.coverage == FULL_LIST else np.full(len(rows), THEIR_UNKNOWN)
    return _segment_table(
        partner,
        pa.nulls(len(rows), pa.string()),
        record_id_column(partner, part["key"].to_numpy()),
        ours,
        theirs,
        cells_of(ours, seen),
        is_true,
        np.zeros(len(rows), bool),
        part["case"].to_numpy(),
    )


# deals ------------------------------------------------------------------------------------------


def true_deals(story: Story) -> pd.DataFrame:
    """Every deal today, with its planned class and its money; one row per deal in their order."""
    deals = story.deals
    final = last_states(story.deal_states, "opportunity")
    stage = final["stage"].to_numpy()
    is_deleted = final["deleted"].to_numpy() == 1
    is_won = (stage == WON_STAGE) & ~is_deleted
    is_closed = (stage == WON_STAGE) | (stage == LOST_STAGE)
    close_on = final["close_on"].to_numpy().astype(np.int32)
    amount = final["amount"].to_numpy()
    present = np.where((amount == NULL_AMOUNT) | is_deleted, 0, amount)
    closes = story.deal_states[(story.deal_states["kind"] == CLOSE).to_numpy()]
    closed_at = np.full(len(deals), -1, np.int64)
    closed_at[closes["opportunity"].to_numpy()] = closes["at"].to_numpy()  # the last one wins
    owners = owner_history(story.deal_states)
    created_on = deals.created_on
    exclusion = np.array(
        [0 if name is None else 1 + REASONS_TO_EXCLUDE.index(name) for name in EXCLUSIONS]
    )
    return pd.DataFrame(
        {
            "account": story.survivors[final["account"].to_numpy()],
            "class": deals.planned_class,
            "partner": deals.partner,
            "created_owner": owners.at(np.arange(len(deals)), deals.created_at),
            "closed_owner": np.where(
                is_won, owners.at(np.arange(len(deals)), np.maximum(closed_at, 0)), -1
            ),
            "created_quarter": quarter_ordinals(created_on),
            "close_quarter": quarter_ordinals(close_on),
            "close_on": close_on,
            "created_on": created_on,
            "amount": amount,
            "currency": deals.currency,
            "company_cents": company_cents(
                present, deals.currency, is_closed, close_on, story.rates
            ),
            "is_deleted": is_deleted,
            "is_won": is_won,
            "is_closed": is_closed,
            "exclusion": exclusion[deals.type],
            "type": deals.type,
            "evidence": deals.evidence,
            "primary_rule": deals.primary_rule,
            "case": deals.case,
        }
    )


def _write_opportunities(folder: Path, story: Story, deals: pd.DataFrame) -> None:
    partner = deals["partner"].to_numpy().astype(np.int64)
    ids = [p.partner_id for p in story.partners]
    surviving = [p.successor or p.partner_id for p in story.partners]
    owner = deals["closed_owner"].to_numpy()
    quarters = list(
        range(int(deals["created_quarter"].min()), int(deals["close_quarter"].max()) + 1)
    )
    labels = [quarter_label(q) for q in quarters]
    amount = deals["amount"].to_numpy()
    table = pa.table(
        {
            "opportunity_id": salesforce_ids(OPPORTUNITY, np.arange(len(deals))),
            "account_id": salesforce_ids(ACCOUNT, deals["account"].to_numpy()),
            "class": pick(CLASSES, deals["class"].to_numpy()),
            "partner_id": pick(ids, partner),
            "surviving_partner_id": pick(surviving, partner),
            "rule": pick(EVIDENCE, deals["evidence"].to_numpy()),
            "primary_rule": pick(PRIMARY_RULES, deals["primary_rule"].to_numpy()),
            "pipeline_rep_id": salesforce_ids(USER, deals["created_owner"].to_numpy()),
            "bookings_rep_id": salesforce_ids(USER, np.maximum(owner, 0), owner >= 0),
            "created_quarter": pick(labels, deals["created_quarter"].to_numpy() - quarters[0]),
            "close_quarter": pick(labels, deals["close_quarter"].to_numpy() - quarters[0]),
            "opportunity_type": pick(OPPORTUNITY_TYPES, deals["type"].to_numpy()),
            "amount": money(np.maximum(amount, -(10**15)), amount != NULL_AMOUNT),
            "currency": pick(CURRENCIES, deals["currency"].to_numpy()),
            "amount_company_currency": money(deals["company_cents"].to_numpy()),
            "is_closed": pa.array(deals["is_closed"].to_numpy()),
            "is_won": pa.array(deals["is_won"].to_numpy()),
            "is_deleted": pa.array(deals["is_deleted"].to_numpy()),
            "exclusion": pick(REASONS_TO_EXCLUDE, deals["exclusion"].to_numpy() - 1),
            "cases": _cases(deals["case"].to_numpy()),
        }
    )
    pq.write_table(table, folder / "opportunities.parquet")


def ledger_totals(deals: pd.DataFrame) -> pa.Table:
    """Per origin quarter and measure the company amounts by class and by exclusion, to the cent.

    The classes and the total leave nothing out; the excluded amounts are parts of them.
    """
    rows = []
    for measure, keep, column in (
        ("pipeline_created", ~deals["is_deleted"], "created_quarter"),
        ("bookings", deals["is_won"], "close_quarter"),
    ):
        part = deals[keep.to_numpy()]
        cents = part["company_cents"].to_numpy()
        for quarter in np.unique(part[column]):
            inside = (part[column] == quarter).to_numpy()
            row: dict[str, object] = {
                "fiscal_quarter": quarter_label(int(quarter)),
                "measure": measure,
            }
            for code, name in (
                (SOURCED, "sourced"),
                (INFLUENCED, "influenced"),
                (DIRECT, "direct"),
            ):
                row[name] = int(cents[inside & (part["class"] == code).to_numpy()].sum())
            row["total"] = int(cents[inside].sum())
            for code, name in enumerate(REASONS_TO_EXCLUDE, start=1):
                excluded = inside & (part["exclusion"] == code).to_numpy()
                row[f"excluded_{name}"] = int(cents[excluded].sum())
            rows.append(row)
    frame = pd.DataFrame(rows)
    columns: dict[str, pa.Array] = {
        name: pa.array(frame[name].to_numpy(), pa.string())
        for name in ("fiscal_quarter", "measure")
    }
    for name in frame.columns[2:]:
        columns[name] = money(frame[name].to_numpy()).cast(pa.decimal128(18, 2))
    return pa.table(columns)


# reps -------------------------------------------------------------------------------------------


def real_touches(story: Story) -> pd.DataFrame:
    """What took place, each once: partner, account, type, day, owner, records, first recording.

    A touch is who met whom about which account on which day; several reports of it are one. Where
    nobody of ours took part (a partner's lead) there is nobody to credit and no row.
    """
    touches = story.partner_story.touches
    real = touches[touches["type"].isin(REAL) & (touches["owner"] >= 0)].assign(
        account=lambda frame: story.survivors[frame["account"].to_numpy()],
        day=lambda frame: local_day(frame["occurred"].to_numpy()),
    )
    return (
        real.groupby(["account", "partner", "type", "day", "owner"], sort=True)
        .agg(first_recorded=("recorded", "min"))
        .reset_index()
    )


def counted_touches(story: Story) -> pd.DataFrame:
    """Real touches, each once: rep, quarter, is_joint_call (rules of the demo's truth)."""
    once = real_touches(story)
    return pd.DataFrame(
        {
            "rep": once["owner"].to_numpy(),
            "quarter": quarter_ordinals(once["day"].to_numpy()),
            "is_joint_call": (once["type"] == JOINT_CALL).to_numpy(),
        }
    )


def _write_touches(folder: Path, story: Story) -> None:
    once = real_touches(story)
    recorded_on = local_day(once["first_recorded"].to_numpy())
    partner_ids = [partner.partner_id for partner in story.partners]
    table = pa.table(
        {
            "partner_id": pick(partner_ids, once["partner"].to_numpy().astype(np.int64)),
            "account_id": salesforce_ids(ACCOUNT, once["account"].to_numpy()),
            "touch_type": pick(TOUCH_TYPES, once["type"].to_numpy().astype(np.int64)),
            "rep_id": salesforce_ids(USER, once["owner"].to_numpy()),
            "occurred_on": pa.array(once["day"].to_numpy().astype(np.int32)).cast(pa.date32()),
            "recording_lag_days": pa.array(recorded_on - once["day"].to_numpy()),
        }
    )
    pq.write_table(table, folder / "touches.parquet")


def _actuals(story: Story, deals: pd.DataFrame) -> dict[str, dict[tuple[int, int], int]]:
    """Per metric: (rep, quarter) -> hundredths. Deleted and excluded deals do not count."""
    counted = deals[(~deals["is_deleted"] & (deals["exclusion"] == 0)).to_numpy()]
    created = counted.assign(rep=counted["created_owner"], quarter=counted["created_quarter"])
    won = counted[counted["is_won"].to_numpy()]
    won = won.assign(rep=won["closed_owner"], quarter=won["close_quarter"])
    touches = counted_touches(story)

    def sums(frame: pd.DataFrame, value: int | str) -> dict[tuple[int, int], int]:
        cents = (
            frame["company_cents"] if value == "company_cents" else pd.Series(value, frame.index)
        )
        grouped = cents.groupby([frame["rep"], frame["quarter"]]).sum()
        return {(int(k[0]), int(k[1])): int(v) for k, v in grouped.items()}  # type: ignore[index]

    return {
        "partner_sourced_opportunities": sums(created[(created["class"] == SOURCED)], 100),
        "partner_touches": sums(touches, 100),
        "joint_calls": sums(touches[touches["is_joint_call"]], 100),
        "co_sell_opportunities": sums(created[(created["class"] != DIRECT)], 100),
        "pipeline_created": sums(created, "company_cents"),
        "bookings": sums(won, "company_cents"),
    }


def _ae_quarters(story: Story, deals: pd.DataFrame) -> pa.Table:
    asked = targets(story)
    actuals = _actuals(story, deals)
    days = BusinessDays()
    people = story.org.people
    shares = {
        (int(rep), int(quarter)): days.share(people[int(rep)], int(quarter))
        for rep, quarter in asked[["rep", "quarter"]].drop_duplicates().itertuples(index=False)
    }
    rows = []
    for rep, quarter, metric, cents, currency in asked.itertuples(index=False):
        share = shares[(rep, quarter)]
        target = target_in_company_currency(int(cents), currency)
        actual = actuals[metric].get((rep, quarter), 0)
        fair = target * share.weight / share.business_days
        rows.append((rep, quarter, metric, target, share, float(fair) / 100, actual))
    frame = pd.DataFrame(
        rows, columns=["rep", "quarter", "metric", "target", "share", "fair", "actual"]
    )
    first = STORY_QUARTERS[0]
    labels = [quarter_label(q) for q in STORY_QUARTERS]
    weights = [round(share.weight * 1_000_000) for share in frame["share"]]
    assert set(frame["metric"]) <= set(METRICS)
    return pa.table(
        {
            "rep_id": salesforce_ids(USER, frame["rep"].to_numpy()),
            "fiscal_quarter": pick(labels, frame["quarter"].to_numpy() - first),
            "metric": pa.array(frame["metric"].to_numpy(), pa.string()),
            "target": money(frame["target"].to_numpy()).cast(pa.decimal128(18, 2)),
            "fair_target_numerator": pa.array(
                [f"{w // 1_000_000}.{w % 1_000_000:06d}" for w in weights]
            ).cast(pa.decimal128(18, 6)),
            "fair_target_denominator": pa.array([s.business_days for s in frame["share"]]),
            "fair_target": pa.array(frame["fair"].to_numpy()),
            "actual": money(frame["actual"].to_numpy()).cast(pa.decimal128(18, 2)),
            "case": pa.array([people[int(rep)].case or None for rep in frame["rep"]], pa.string()),
        }
    )


def _splits(story: Story) -> pa.Table:
    """Every split that was exported; only those of the type Revenue add up to the deal."""
    splits = all_splits(story)
    exported = np.flatnonzero(splits["created"].to_numpy() < story.exports[-1])
    part = splits.iloc[exported]
    return pa.table(
        {
            "opportunity_split_id": salesforce_ids(SPLIT, exported),
            "opportunity_id": salesforce_ids(OPPORTUNITY, part["opportunity"].to_numpy()),
            "rep_id": salesforce_ids(USER, part["owner"].to_numpy()),
            "percentage": pa.array(part["percentage"].to_numpy()),
            "is_additive": pa.array(part["type"].to_numpy() == REVENUE),
            "case": _cases(part["case"].to_numpy()),
        }
    )


def _quotas(story: Story) -> pa.Table:
    """Every quota that was exported, as written and at the plan rate (case 46)."""
    quotas = bookings_quotas(story)
    starts = np.array([quarter_first_day(int(quarter)) for quarter in quotas["quarter"]])
    exported = np.flatnonzero(starts < local_day(story.exports[-1:])[0])
    part = quotas.iloc[exported]
    cents, currency = part["cents"].to_numpy(), part["currency"].to_numpy()
    converted_cents = [
        target_in_company_currency(int(each), int(of))
        for each, of in zip(cents, currency, strict=True)
    ]
    return pa.table(
        {
            "quota_id": salesforce_ids(QUOTA, exported),
            "rep_id": salesforce_ids(USER, part["rep"].to_numpy()),
            "starts_on": pa.array(starts[exported].astype("datetime64[D]")),
            "quota_amount": money(cents).cast(pa.decimal128(18, 2)),
            "currency": pick(CURRENCIES, currency),
            "quota_amount_company_currency": money(np.array(converted_cents)).cast(
                pa.decimal128(18, 2)
            ),
        }
    )


def _write_partner_plans(folder: Path, story: Story) -> None:
    """Which plans count and why the others do not, and the targets that both sides stand behind."""
    all_plans = plans(story.partners)
    table = pa.table(
        {
            "plan_id": [plan.plan_id for plan in all_plans],
            "partner_id": [plan.partner.partner_id for plan in all_plans],
            "starts_on": [iso(plan.starts_on) for plan in all_plans],
            "ends_on": [iso(plan.ends_on) for plan in all_plans],
            "is_counted": [plan.why_not is None for plan in all_plans],
            "not_counted_reason": pa.array([plan.why_not for plan in all_plans], pa.string()),
            "reviews": [len(plan.reviews) for plan in all_plans],
        }
    )
    pq.write_table(table, folder / "partner_plans.parquet")
    promised = [(plan, metric) for plan in all_plans for metric in plan.metrics]
    metrics = pa.table(
        {
            "plan_id": [plan.plan_id for plan, _ in promised],
            "metric_id": [metric.metric_id for _, metric in promised],
            "side": [metric.side for _, metric in promised],
            "metric": [metric.metric for _, metric in promised],
            "agreed_target": [plan.agreed_target(metric) for plan, metric in promised],
            "has_unlogged_change": [
                any(c.metric_id == metric.metric_id and not c.counts for c in plan.changes)
                for plan, metric in promised
            ],
        }
    )
    pq.write_table(metrics, folder / "partner_plan_metrics.parquet")


def _write_cases(folder: Path, story: Story) -> None:
    table = pa.table(
        {
            "case": [case.number for case in story.cases],
            "title": [case.title for case in story.cases],
            "where": [" ".join(case.where) for case in story.cases],
            "expected": [case.expected for case in story.cases],
            "decided_by": [case.decided_by for case in story.cases],
        }
    )
    pa_csv.write_csv(table, folder / "cases.csv")
