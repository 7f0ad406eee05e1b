"""The demo's companies against the true company of every record, and the cases that shape them."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterator

import duckdb
import pytest

from orchestration.settings import Home

pytestmark = pytest.mark.slow

# What two of our accounts, and the records that rules cannot match yet, leave to people.
LEAST_RECALL = 0.75

CompanyOf = Callable[[str], str]


@pytest.fixture(scope="module")
def release(demo_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published tables; `records` has the company and the true company of every record."""
    with duckdb.connect() as connection:
        database = demo_home.current_release / "cosell.duckdb"
        connection.execute(f"attach '{database}' as cosell (read_only); use cosell")
        truth = demo_home.truth / "companies.parquet"
        connection.execute(
            "create temp table records as select found.record_id, found.company_id,"
            " truth.true_company_id from core.fct_company_records as found"
            " inner join (select distinct system, record_id, true_company_id"
            f" from read_parquet('{truth}')) as truth"
            " on coalesce(found.partner_id, 'crm') = truth.system"
            " and coalesce(found.partner_account_id, found.account_id) = truth.record_id"
        )
        yield connection


@pytest.fixture(scope="module")
def company_of(release: duckdb.DuckDBPyConnection) -> CompanyOf:
    """The company of an account or record by its own id, unique in the demo."""
    found = dict(
        release.execute(
            "select coalesce(partner_account_id, account_id), company_id"
            " from core.fct_company_records"
        ).fetchall()
    )
    return found.__getitem__


@pytest.fixture(scope="module")
def planted(demo_home: Home) -> Callable[[int], list[str]]:
    """What a case was planted with."""
    with (demo_home.truth / "cases.csv").open(encoding="utf-8", newline="") as stream:
        where = {int(row["case"]): row["where"].split() for row in csv.DictReader(stream)}
    return where.__getitem__


def pairs(release: duckdb.DuckDBPyConnection, *columns: str) -> int:
    """Pairs of records that agree in all of the columns."""
    (count,) = release.execute(
        "select cast(sum(found * (found - 1) / 2) as bigint) from"
        f" (select count(*) as found from records group by {', '.join(columns)})"
    ).fetchone()
    return count


def test_companies_hold_records_of_one_true_company(release: duckdb.DuckDBPyConnection) -> None:
    """Every pair of records of one company, against the pairs of one true company."""
    together = pairs(release, "company_id")
    right = pairs(release, "company_id", "true_company_id")
    true = pairs(release, "true_company_id")
    assert together > 3_000, "else nothing was joined"
    precision, recall = right / together, right / true
    assert precision >= 0.999, precision
    assert recall >= LEAST_RECALL, recall


def test_every_published_match_points_at_a_company(release: duckdb.DuckDBPyConnection) -> None:
    (strays,) = release.execute(
        "select count(*) from account_mapping.fct_account_matches"
        " anti join core.dim_companies using (company_id)"
    ).fetchone()
    (companies, records) = release.execute(
        "select (select count(*) from core.dim_companies),"
        " (select count(distinct company_id) from core.fct_company_records)"
    ).fetchone()
    assert (strays, companies) == (0, records)


def test_what_only_partners_know_is_that_partners_word(release: duckdb.DuckDBPyConnection) -> None:
    """Case 45: a company of our CRM shows nothing of a partner; the others name whose words."""
    wrong = release.execute(
        "select company_id from core.dim_companies"
        " where (hub_account_id is null) <> (source_partner_id is not null)"
    ).fetchall()
    assert not wrong


def test_a_company_keeps_its_id_from_release_to_release(demo_home: Home) -> None:
    """Of records in two releases hardly any changes company, and each change has its reason."""
    tables = [
        folder / "tables" / "core.fct_company_records.parquet"
        for folder in sorted(demo_home.releases.glob("2*"))
    ]
    assert len(tables) > 1
    for before, after in itertools.pairwise(tables):
        both, moved = duckdb.execute(
            "select count(*), count(*) filter (where before.company_id <> after.company_id)"
            " from read_parquet(?) as before join read_parquet(?) as after using (record_id)",
            [str(before), str(after)],
        ).fetchone()
        assert both > 5_000
        assert moved <= both / 500


def test_case_10_a_providers_domain_makes_no_company(
    company_of: CompanyOf, planted: Callable[[int], list[str]]
) -> None:
    companies = [company_of(identifier) for identifier in planted(10)]
    assert len(set(companies)) == len(companies) == 10


def test_case_11_a_country_ending_or_another_department_is_another_company(
    company_of: CompanyOf, planted: Callable[[int], list[str]]
) -> None:
    companies = [company_of(identifier) for identifier in planted(11)]
    assert companies[0] == companies[1]
    assert companies[2] != companies[3] and companies[4] != companies[5]


def test_case_12_parent_and_child_are_two_companies_of_one_family(
    release: duckdb.DuckDBPyConnection,
    company_of: CompanyOf,
    planted: Callable[[int], list[str]],
) -> None:
    parent, child, record = map(company_of, planted(12))
    assert parent == record != child
    assert release.execute(
        "select relation, relation_source, is_followed, family_company_id"
        " from core.fct_company_relations where company_id = ? and parent_company_id = ?",
        [child, parent],
    ).fetchall() == [("family", "crm_parent", True, parent)]
    assert release.execute(
        "select family_company_id, family_level from core.dim_companies where company_id = ?",
        [child],
    ).fetchall() == [(parent, 1)]


def test_case_13_another_duns_number_is_another_company_and_says_so(
    release: duckdb.DuckDBPyConnection,
    company_of: CompanyOf,
    planted: Callable[[int], list[str]],
) -> None:
    ours, theirs, padded, padded_theirs = map(company_of, planted(13))
    assert ours != theirs
    assert padded == padded_theirs
    both = release.execute(
        "select duns from core.dim_companies where company_id in (?, ?)", [ours, theirs]
    ).fetchall()
    assert len(set(both)) == 2


def test_case_43_names_alone_and_rejected_pairs_are_not_one_company(
    company_of: CompanyOf, planted: Callable[[int], list[str]]
) -> None:
    companies = [company_of(identifier) for identifier in planted(43)]
    for ours, theirs in zip(companies[::2], companies[1::2], strict=True):
        assert ours != theirs


def test_case_44_what_a_person_accepted_is_one_company(
    company_of: CompanyOf, planted: Callable[[int], list[str]]
) -> None:
    *_, ours, theirs = map(company_of, planted(44))
    assert ours == theirs


def test_duplicates_of_the_crm_are_surfaced_with_evidence(
    release: duckdb.DuckDBPyConnection,
) -> None:
    """Every account that shares a company with another is listed, and true in the demo."""
    listed, untrue = release.execute(
        "select count(*), count(*) filter (where ours.true_company_id <> other.true_company_id)"
        " from account_mapping.fct_account_duplicates as duplicates"
        " join records as ours on ours.record_id = 'account|' || duplicates.account_id"
        " join records as other"
        " on other.record_id = 'account|' || duplicates.duplicate_of_account_id"
        " where list_kind = 'crm' and decision = 'duplicate' and evidence <> ''"
    ).fetchone()
    (hidden,) = release.execute(
        "select sum(crm_accounts_count - 1) from core.dim_companies where crm_accounts_count > 1"
    ).fetchone()
    assert listed == hidden > 20
    assert untrue == 0
