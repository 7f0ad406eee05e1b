"""Partners' lists as each partner sends them: its headers, words, dates and file format."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo_company.accounts import duns_values, website, written_name
from orchestration.demo_company.arrow_text import (
    day_text,
    integers,
    joined,
    masked,
    pick,
)
from orchestration.demo_company.crm_export import person_names
from orchestration.demo_company.identifiers import ACCOUNT, dashed_duns, digits, salesforce_ids
from orchestration.demo_company.inbox import Inbox, chunks
from orchestration.demo_company.partner_lists import (
    customer_since_on,
    delivered_rows,
    state_on,
)
from orchestration.demo_company.partners import Dialect, Partner, delivery_days
from orchestration.demo_company.story import Story, Tell


def write_partner_lists(inbox: Inbox, story: Story, progress: Tell) -> None:
    """Every delivery of every partner that delivers rows."""
    for number, partner in enumerate(story.partners):
        progress(f"List of {partner.name}", 0.72 + 0.17 * number / len(story.partners))
        previous: int | None = None
        for landing in delivery_days(partner, story.landings):
            rows = delivered_rows(story.records, partner, int(landing), previous)
            previous = int(landing)
            if len(rows):
                _write_delivery(inbox, story, partner, rows, int(landing))


def record_id_column(partner: Partner, keys: npt.NDArray[np.int64]) -> pa.Array:
    """The ids of records in the partner's own system."""
    return joined(f"{partner.partner_id[:2].upper()}-", digits(keys, 6))


def _write_delivery(
    inbox: Inbox, story: Story, partner: Partner, rows: pd.DataFrame, landing: int
) -> None:
    dialect = partner.dialect
    feed = partner.partner_id
    label = f"list of {partner.partner_id}"

    def build(part: npt.NDArray[np.int64]) -> pa.Table:
        return _table(story, partner, rows.iloc[part], landing)

    every = np.arange(len(rows))
    if dialect.file_format in ("csv", "tsv"):
        delimiter = "," if dialect.file_format == "csv" else "\t"
        name = f"accounts.{dialect.file_format}"
        inbox.write_csv(
            feed, landing, name, (build(part) for part in chunks(every)), label, delimiter
        )
    elif dialect.file_format == "parquet":
        tables = (build(part) for part in chunks(every))
        inbox.write_parquet(feed, landing, "accounts.parquet", tables, label)
    elif dialect.file_format == "jsonl":
        inbox.write_json_lines(feed, landing, "accounts.jsonl", build(every), label)
    else:
        inbox.write_spreadsheet(feed, landing, "accounts.xlsx", build(every), label)


def _table(story: Story, partner: Partner, rows: pd.DataFrame, landing: int) -> pa.Table:
    """The delivery in the partner's dialect."""
    dialect = partner.dialect
    columns = _columns(story, partner, rows, landing)
    return pa.table(
        {
            header: columns[ours]
            for ours, header in dialect.headers.items()
            if ours != "crm_account_id" or dialect.hands_back_crm_id > 0
        }
    )


def _columns(
    story: Story, partner: Partner, rows: pd.DataFrame, landing: int
) -> dict[str, pa.Array]:
    companies, dialect = story.companies, partner.dialect
    company = rows["company"].to_numpy()
    keys = rows["key"].to_numpy()
    states = state_on(rows, landing)
    since = customer_since_on(rows, landing)
    is_customer = (states == 0) & (since >= 0)
    duns = duns_values(companies, company, rows["duns"].to_numpy(), partner.number + 1)
    handed = rows["hands_back"].to_numpy()
    given, family = person_names(rows["seller"].to_numpy() + partner.number * 50, 31)
    email = joined(pc.utf8_lower(given), ".", pc.utf8_lower(family), "@", partner.domain)
    return {
        "partner_account_id": record_id_column(partner, keys),
        "account_name": written_name(companies, company, rows["name"].to_numpy()),
        "website": website(companies, company, rows["site"].to_numpy()),
        "country": companies.countries(company, dialect.country),
        "state": masked(companies.states(company), keys % 5 != 0),
        "city": masked(companies.cities(company), keys % 7 != 0),
        "industry": masked(companies.industries(company), keys % 6 != 0),
        "employees": _employees(dialect, companies.employees[company], keys),
        "duns": _duns(dialect, duns),
        "phone": masked(companies.phones(company), keys % 4 != 0),
        "status": pick(dialect.statuses, states),
        "customer_since": _days(dialect, since, is_customer),
        "owner_name": masked(joined(given, " ", family), keys % 10 != 0),
        "owner_email": masked(email, keys % 10 != 0),
        "parent_partner_account_id": _parents(partner, rows, companies.parent[company]),
        "crm_account_id": salesforce_ids(ACCOUNT, np.maximum(handed, 0), handed >= 0),
    }


def _parents(partner: Partner, rows: pd.DataFrame, parent: npt.NDArray[np.int32]) -> pa.Array:
    """The record of the parent company where the same list has one."""
    companies, keys = rows["company"].to_numpy(), rows["key"].to_numpy()
    order = np.argsort(companies, kind="stable")
    position = np.searchsorted(companies[order], parent)
    position = np.minimum(position, len(order) - 1)
    is_listed = (companies[order][position] == parent) & (parent >= 0)
    return masked(record_id_column(partner, keys[order][position]), is_listed)


def _employees(
    dialect: Dialect, employees: npt.NDArray[np.int32], keys: npt.NDArray[np.int64]
) -> pa.Array:
    known = keys % 8 != 0
    if dialect.file_format in ("xlsx", "parquet", "jsonl"):
        return pa.array(employees, pa.int32(), mask=~known)
    return masked(integers(employees), known)


def _duns(dialect: Dialect, duns: npt.NDArray[np.int64]) -> pa.Array:
    known = duns >= 0
    if dialect.duns == "number":  # a spreadsheet cell: leading zeros are gone
        return pa.array(duns, pa.int64(), mask=~known)
    if dialect.duns == "dashed":
        return dashed_duns(np.maximum(duns, 0), known)
    return digits(np.maximum(duns, 0), 9, known)


def _days(dialect: Dialect, days: npt.NDArray[np.int32], known: npt.NDArray[np.bool_]) -> pa.Array:
    if dialect.dates == "excel" or dialect.file_format == "parquet":
        return pa.array(np.where(known, days, 0).astype(np.int32), pa.int32(), mask=~known).cast(
            pa.date32()
        )
    return day_text(np.where(known, days, 0), known, dialect.dates)
