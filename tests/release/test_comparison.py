"""Two releases are compared by columns, by rows under their key, and by sums to the cent."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from orchestration.errors import ReleaseError
from orchestration.release import (
    PublishedRelease,
    ReleaseDifference,
    compare,
    differing_rows,
    named_release,
    public_tables,
    sums_by,
    write_differences,
)
from orchestration.release.comparison import CSV_COLUMNS, measures_of
from orchestration.release_pages import difference_json, difference_page
from orchestration.settings import Settings

Publish = Callable[[], PublishedRelease]
Change = Callable[[str], None]
LEDGER = "attribution.fct_attribution_ledger"
ACCOUNTS = "core.dim_accounts"


@pytest.fixture
def differing(
    settings: Settings, publish_now: Publish, change_warehouse: Change
) -> ReleaseDifference:
    """Of the accounts, two are gone, one is new and three changed; a posting is a cent larger."""
    before = publish_now().release
    change_warehouse("delete from core.dim_accounts where account_id in ('a0001', 'a0002')")
    change_warehouse("insert into core.dim_accounts values ('a9999', null, true, '2026-03-01')")
    change_warehouse(
        "update core.dim_accounts set account_name = 'New' || account_id "
        "where account_id between 'a0005' and 'a0007'"
    )
    change_warehouse(
        "update attribution.fct_attribution_ledger set amount = amount + 0.01 "
        "where posting_id = 'l7'"
    )
    return compare(settings, before, publish_now().release)


def page_of(found: ReleaseDifference, width: int, settings: Settings, table: str = "") -> str:
    console = Console(width=width, force_terminal=False)
    pair = (settings, found.before, found.after)
    sums = sums_by(*pair, table) if table else []
    rows = list(differing_rows(*pair, table)) if table else []
    with console.capture() as captured:
        console.print(difference_page(found, sums, rows, width, is_detailed=bool(table)))
    return captured.get()


def test_rows_are_counted_under_their_key(differing: ReleaseDifference) -> None:
    found = {table.name: table for table in differing.tables}
    assert set(found) == {ACCOUNTS, LEDGER}
    assert differing.same_count == 3
    assert found[ACCOUNTS].key == ("account_id",)
    assert dict(found[ACCOUNTS].rows) == {"added": 1, "removed": 2, "changed": 3}
    assert (found[ACCOUNTS].rows_before, found[ACCOUNTS].rows_after) == (500, 499)
    assert dict(found[LEDGER].rows) == {"added": 0, "removed": 0, "changed": 1}
    assert not found[LEDGER].columns


def test_a_sum_is_told_to_the_cent(differing: ReleaseDifference) -> None:
    (ledger,) = (table for table in differing.tables if table.name == LEDGER)
    (one,) = ledger.sums
    assert one.measure == "amount"
    assert one.after - one.before == Decimal("0.01")


def test_each_row_names_its_key_and_what_differs(
    settings: Settings, differing: ReleaseDifference
) -> None:
    rows = list(differing_rows(settings, differing.before, differing.after, "dim_accounts"))
    assert [(row.kind, row.key["account_id"]) for row in rows] == [
        ("added", "a9999"),
        ("removed", "a0001"),
        ("removed", "a0002"),
        ("changed", "a0005"),
        ("changed", "a0006"),
        ("changed", "a0007"),
    ]
    assert dict(rows[3].values) == {"account_name": ("Name 5", "Newa0005")}
    assert rows[5].values["account_name"] == (None, "Newa0007")
    assert rows[0].values["created_on"] == (None, "2026-03-01")
    few = list(differing_rows(settings, differing.before, differing.after, ACCOUNTS, limit=1))
    assert [row.kind for row in few] == ["added", "removed", "changed"]


def test_sums_by_a_column_name_only_the_groups_that_differ(
    settings: Settings, publish_now: Publish, change_warehouse: Change
) -> None:
    change_warehouse("alter table attribution.fct_attribution_ledger add column rep_id varchar")
    change_warehouse(
        "update attribution.fct_attribution_ledger "
        "set rep_id = 'r' || (substr(posting_id, 2)::int % 3)"
    )
    before = publish_now().release
    change_warehouse("delete from attribution.fct_attribution_ledger where posting_id = 'l4'")
    after = publish_now().release
    (one,) = sums_by(settings, before, after, LEDGER, ["rep_id"])
    assert dict(one.group) == {"rep_id": "r1"}
    assert one.before - one.after == Decimal("5.48")
    with pytest.raises(ReleaseError, match=r"--by region: attribution\.fct_attribution_ledger has"):
        sums_by(settings, before, after, LEDGER, ["region"])


def test_what_never_blends_stays_apart_in_sums(
    settings: Settings, publish_now: Publish, change_warehouse: Change
) -> None:
    table = "attribution.fct_attribution_ledger"
    change_warehouse(f"alter table {table} add column attribution_class varchar")
    change_warehouse(f"update {table} set attribution_class = 'sourced'")
    before = publish_now().release
    change_warehouse(f"update {table} set attribution_class = 'influenced' where posting_id = 'l1'")
    (ledger,) = compare(settings, before, publish_now().release).tables
    found = {one.group["attribution_class"]: (one.before, one.after) for one in ledger.sums}
    assert found["influenced"] == (None, Decimal("1.37"))
    assert found["sourced"][0] - found["sourced"][1] == Decimal("1.37")


def test_columns_that_came_went_or_changed_their_type_are_named(
    settings: Settings, publish_now: Publish, change_warehouse: Change
) -> None:
    before = publish_now().release
    change_warehouse("alter table core.dim_accounts add column region varchar")
    change_warehouse("alter table core.dim_accounts drop column is_partner")
    change_warehouse("alter table core.dim_accounts alter created_on type timestamp")
    found = compare(settings, before, publish_now().release, "dim_accounts")
    (table,) = found.tables
    assert {(one.name, one.before, one.after) for one in table.columns} == {
        ("region", None, "VARCHAR"),
        ("is_partner", "BOOLEAN", None),
        ("created_on", "DATE", "TIMESTAMP"),
    }
    page = page_of(found, 80, settings, ACCOUNTS)
    assert re.search(r"created_on +DATE becomes TIMESTAMP", page)
    assert re.search(r"is_partner +gone, was BOOLEAN", page)


def test_a_new_and_a_lost_table_are_told_with_their_rows(
    settings: Settings, publish_now: Publish, change_warehouse: Change, monkeypatch
) -> None:
    from orchestration.release import PublicTable

    from . import conftest

    before = publish_now().release
    change_warehouse(
        "create table core.dim_partners as select 'p' || range as partner_id from range(7)"
    )
    other = (*conftest.TABLES[:-1], PublicTable("core", "dim_partners"))
    monkeypatch.setattr(conftest, "TABLES", other)
    found = {table.name: table for table in compare(settings, before, publish_now().release).tables}
    added, removed = found["core.dim_partners"], found["ops.fct_landed_batches"]
    assert (added.kind, added.rows_before, added.rows_after) == ("added", 0, 7)
    assert dict(added.rows) == {"added": 7, "removed": 0, "changed": 0}
    assert [(one.before, one.after) for one in added.columns] == [(None, "VARCHAR")]
    assert (removed.kind, removed.rows_before, removed.rows_after) == ("removed", 1, 0)
    assert dict(removed.rows) == {"added": 0, "removed": 1, "changed": 0}
    assert [one.after for one in removed.columns] == [None, None]
    with pytest.raises(ReleaseError, match=r"is in release .* alone"):
        list(
            differing_rows(
                settings, before, named_release(settings.home, "current"), "dim_partners"
            )
        )


def test_rows_without_a_key_are_compared_whole_and_counted_as_often_as_they_occur(
    settings: Settings, publish_now: Publish, change_warehouse: Change
) -> None:
    change_warehouse(
        "create or replace table core.dim_accounts as select 'same' as account_name from range(3)"
    )
    before = publish_now().release
    change_warehouse("insert into core.dim_accounts values ('same'), ('other')")
    (table,) = compare(settings, before, publish_now().release).tables
    assert table.key == ()
    assert dict(table.rows) == {"added": 2, "removed": 0, "changed": 0}


def test_moments_of_the_wall_clock_are_no_difference(
    settings: Settings, publish_now: Publish, change_warehouse: Change
) -> None:
    before = publish_now().release
    change_warehouse("update ops.fct_landed_batches set landed_at = now()::timestamp")
    change_warehouse("insert into account_mapping.fct_account_segments values ('a2', 'p1', 'x')")
    found = compare(settings, before, publish_now().release)
    assert [table.name for table in found.tables] == ["account_mapping.fct_account_segments"]


def test_the_same_release_does_not_differ(settings: Settings, publish_now: Publish) -> None:
    release = publish_now().release
    found = compare(settings, release, release)
    assert (found.tables, found.same_count) == ((), 5)
    assert "Nothing differs: all 5 tables are the same." in page_of(found, 80, settings)


def test_a_damaged_or_missing_file_is_one_sentence(
    settings: Settings, differing: ReleaseDifference
) -> None:
    file = differing.after.table_file(ACCOUNTS)
    file.write_bytes(b"no parquet")
    with pytest.raises(ReleaseError, match=r"core\.dim_accounts cannot be compared"):
        compare(settings, differing.before, differing.after)
    file.unlink()
    with pytest.raises(ReleaseError, match=r"lacks tables/core\.dim_accounts\.parquet"):
        compare(settings, differing.before, differing.after)


def test_an_unknown_table_is_refused(settings: Settings, publish_now: Publish) -> None:
    release = publish_now().release
    with pytest.raises(ReleaseError, match="'dim_moons' is in neither release"):
        compare(settings, release, release, "dim_moons")


def test_a_release_is_named_by_its_beginning_or_its_place(
    settings: Settings, differing: ReleaseDifference
) -> None:
    home = settings.home
    before, after = differing.before.release_id, differing.after.release_id
    assert named_release(home, "current").release_id == after
    assert named_release(home, "previous").release_id == before
    assert named_release(home, before[:16]).release_id == before
    with pytest.raises(ReleaseError, match=r"may be .* or .*: write more of it"):
        named_release(home, "2026-02-09")
    with pytest.raises(ReleaseError, match="There is no release '2031'"):
        named_release(home, "2031")


def test_every_value_that_differs_is_a_line_of_the_csv_and_none_is_a_formula(
    settings: Settings, publish_now: Publish, change_warehouse: Change, tmp_path: Path
) -> None:
    before = publish_now().release
    change_warehouse(
        "update core.dim_accounts set account_name = '=1+1' where account_id = 'a0001'"
    )
    found = compare(settings, before, publish_now().release)
    file = tmp_path / "difference.csv"
    assert write_differences(settings, found, file) == 1
    with file.open(encoding="utf-8", newline="") as stream:
        header, line = csv.reader(stream)
    assert tuple(header) == CSV_COLUMNS
    assert line == [ACCOUNTS, "changed", "account_id=a0001", "account_name", "Name 1", "'=1+1"]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("table", ["", ACCOUNTS, LEDGER])
def test_the_page_fits_the_terminal(
    settings: Settings, differing: ReleaseDifference, width: int, table: str
) -> None:
    page = page_of(differing, width, settings, table)
    assert max(len(line.rstrip()) for line in page.splitlines()) <= width
    assert differing.before.release_id in page
    if table == ACCOUNTS:
        assert "Newa0005" in page and "a9999" in page


def test_programs_get_everything_as_json(settings: Settings, differing: ReleaseDifference) -> None:
    rows = list(differing_rows(settings, differing.before, differing.after, LEDGER))
    told = json.loads(json.dumps(difference_json(differing, [], rows)))
    assert told["after"]["is_current"] is True
    assert {table["table"] for table in told["tables"]} == {ACCOUNTS, LEDGER}
    assert told["differing_rows"][0]["values"]["amount"] == {"before": "9.59", "after": "9.60"}


def test_only_money_in_one_currency_and_counts_are_measures() -> None:
    columns = [
        ("amount", "DECIMAL(18,2)"),
        ("amount_company_currency", "DECIMAL(18,2)"),
        ("sourced_pipeline_amount", "DECIMAL(18,2)"),
        ("touches_count", "BIGINT"),
        ("win_rate_share", "DECIMAL(9,6)"),
        ("known_step", "BIGINT"),
        ("some_amount", "DOUBLE"),
    ]
    assert measures_of(columns) == [
        "amount_company_currency",
        "sourced_pipeline_amount",
        "touches_count",
    ]


def test_the_key_of_a_table_is_what_its_tests_say() -> None:
    model = {
        "resource_type": "model",
        "original_file_path": "models/marts/core/dim_accounts.sql",
        "schema": "core",
        "name": "dim_accounts",
    }

    def test_of(name: str, **arguments: object) -> dict[str, object]:
        return {
            "resource_type": "test",
            "original_file_path": "models/marts/core/_core__models.yml",
            "attached_node": "model.cosell.dim_accounts",
            "test_metadata": {"name": name, "kwargs": arguments},
        }

    nodes = {
        "model.cosell.dim_accounts": model,
        "test.1": test_of("primary_key", columns=["account_id", "partner_id"]),
        "test.2": test_of("unique", column_name="account_key"),
        "test.3": test_of("not_null", column_name="account_name"),
    }
    (table,) = public_tables({"nodes": nodes})
    assert table.key == ("account_key",)
