"""A release is built aside, verified, and switched in one step; the same content is no change."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy

from expectations.verdict import GateResult
from orchestration.errors import ReleaseError
from orchestration.release import (
    PublicTable,
    PublishedRelease,
    current_release,
    list_releases,
    public_tables,
    publish,
    publishing,
    rollback,
    verify,
)
from orchestration.settings import Settings

from .conftest import FACTS, FAILED, TABLES

Publish = Callable[[], PublishedRelease]
Change = Callable[[str], None]


def names_below(settings: Settings) -> set[str]:
    return {path.name for path in settings.home.releases.iterdir()}


def test_release_holds_what_its_readers_need(settings: Settings, publish_now: Publish) -> None:
    published = publish_now()
    folder = settings.home.current_release
    assert published.is_new and published.is_switched
    assert folder.readlink().name == published.release.release_id
    assert {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    } == {
        "cosell.duckdb",
        "manifest.json",
        "gates/index.html",
        "gates/marts/validation.json",
        *(f"tables/{table.full_name}.parquet" for table in TABLES),
    }
    manifest = json.loads(folder.joinpath("manifest.json").read_text(encoding="utf-8"))
    assert manifest["release_id"] == f"2026-02-09-{manifest['content_hash'][:12]}"
    assert manifest["tables"]["core.dim_accounts"]["rows"] == 500
    assert manifest["tables"]["ops.fct_landed_batches"]["not_in_content_hash"] == ["landed_at"]
    assert manifest["inputs"][0]["sha256"] == "a" * 64
    assert manifest["gates"][0]["verdict"] == "passed"
    assert str(settings.home.root) not in json.dumps(manifest)


def test_database_has_only_public_tables_with_their_comments(publish_now: Publish) -> None:
    database = str(publish_now().release.database)
    with duckdb.connect(database, read_only=True) as connection:
        tables = connection.execute(
            "select table_schema || '.' || table_name, table_type from information_schema.tables"
        ).fetchall()
        comment = connection.execute(
            "select comment from duckdb_tables() where table_name = 'dim_accounts'"
        ).fetchone()
        column_comment = connection.execute(
            "select comment from duckdb_columns() where column_name = 'account_name'"
        ).fetchone()
    assert sorted(tables) == [(table.full_name, "BASE TABLE") for table in TABLES]
    assert comment == ("One row per account; it's the CRM's.",)
    assert column_comment == ("Name; NULL where the CRM has none.",)


def test_the_same_content_again_is_no_change(settings: Settings, publish_now: Publish) -> None:
    first = publish_now()
    again = publish_now()
    assert not again.is_new and not again.is_switched
    assert again.release == first.release
    assert names_below(settings) == {first.release.release_id, "current"}


def test_wall_clock_columns_do_not_make_a_new_release(
    publish_now: Publish, change_warehouse: Change
) -> None:
    publish_now()
    change_warehouse("update ops.fct_landed_batches set landed_at = now()::timestamp")
    assert not publish_now().is_new


def test_other_content_is_another_release_and_the_old_one_stays(
    settings: Settings, publish_now: Publish, change_warehouse: Change
) -> None:
    first = publish_now().release
    change_warehouse("delete from core.dim_accounts where account_id = 'a0001'")
    second = publish_now()
    assert second.is_new and second.release.release_id != first.release_id
    assert [one.release_id for one in list_releases(settings.home)] == [
        first.release_id,
        second.release.release_id,
    ]
    assert verify(settings.home, first.release_id).is_intact


def test_the_later_refresh_is_the_later_release_even_where_the_clock_was_set_back(
    settings: Settings, gate: GateResult, change_warehouse: Change, publish_now: Publish
) -> None:
    first = publish_now().release
    change_warehouse("delete from core.dim_accounts where account_id = 'a0001'")
    facts = replace(FACTS, refresh_id="refresh-0002", refresh_number=2)
    second = publish(settings, [gate], tables=TABLES, facts=facts).release
    manifest = {**second.manifest, "created_at": "2001-01-01T00:00:00+00:00"}
    second.path.joinpath("manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert [one.release_id for one in list_releases(settings.home)] == [
        first.release_id,
        second.release_id,
    ]
    assert rollback(settings.home).release_id == first.release_id


def open_plainly(database: Path) -> Callable[[str], object]:
    connection = duckdb.connect(str(database), read_only=True)
    return lambda query: connection.execute(query).fetchone()[0]  # type: ignore[index]


def open_through_sqlalchemy(database: Path) -> Callable[[str], object]:
    engine = sqlalchemy.create_engine(f"duckdb:///{database}", connect_args={"read_only": True})
    connection = engine.connect()
    return lambda query: connection.execute(sqlalchemy.text(query)).scalar()


@pytest.mark.parametrize("open_reader", [open_plainly, open_through_sqlalchemy])
def test_readers_hold_what_they_opened_while_a_release_is_published(
    open_reader: Callable[[Path], Callable[[str], object]],
    settings: Settings,
    publish_now: Publish,
    change_warehouse: Change,
) -> None:
    publish_now()
    database = settings.home.current_release / "cosell.duckdb"
    counting = "select count(*) from core.dim_accounts"
    early_reader = open_reader(database)
    change_warehouse("delete from core.dim_accounts where account_id < 'a0100'")
    assert publish_now().is_switched
    assert early_reader(counting) == 500
    assert open_reader(database.resolve())(counting) == 400


@pytest.mark.parametrize(
    "moment",
    [
        "build_database",
        "write_table_files",
        "copy_gate_results",
        "flush_tree",
        "switch_current",
    ],
)
def test_a_kill_at_any_moment_leaves_the_old_release_and_the_next_publication_finishes(
    moment: str,
    settings: Settings,
    publish_now: Publish,
    change_warehouse: Change,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = publish_now().release
    change_warehouse("delete from core.dim_accounts where account_id < 'a0100'")

    class Killed(BaseException):
        pass

    def killed(*arguments: Any, **options: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(publishing, moment, killed)
        patch.setattr(publishing.shutil, "rmtree", lambda *arguments, **options: None)
        with pytest.raises(Killed):
            publish_now()
    now = current_release(settings.home)
    assert now is not None and now.release_id == before.release_id
    assert verify(settings.home).is_intact

    finished = publish_now()
    assert finished.is_switched
    assert verify(settings.home).is_intact
    assert names_below(settings) == {before.release_id, finished.release.release_id, "current"}


def test_no_release_without_its_gates(settings: Settings, gate: GateResult) -> None:
    refused = replace(gate, rules=(FAILED,))
    with pytest.raises(ReleaseError, match="The marts gate did not pass"):
        publish(settings, [refused], tables=TABLES, facts=FACTS)
    assert not settings.home.releases.exists()


def test_a_missing_public_table_is_named(settings: Settings, gate: GateResult) -> None:
    tables = (*TABLES, PublicTable("core", "dim_partners"))
    with pytest.raises(ReleaseError, match=r"core\.dim_partners is not in the warehouse"):
        publish(settings, [gate], tables=tables, facts=FACTS)
    assert names_below(settings) == set()


def test_a_column_that_parquet_cannot_keep_is_named(
    settings: Settings, publish_now: Publish, change_warehouse: Change
) -> None:
    change_warehouse("alter table core.dim_accounts add column total hugeint default 1")
    with pytest.raises(ReleaseError, match=r"total \(HUGEINT becomes DOUBLE\): cast them"):
        publish_now()
    assert names_below(settings) == set()


def test_a_damaged_release_of_the_same_content_is_not_reused(
    settings: Settings, publish_now: Publish
) -> None:
    release = publish_now().release
    release.table_file("core.dim_accounts").unlink()
    with pytest.raises(ReleaseError, match="was changed since"):
        publish_now()


def test_public_tables_are_the_models_below_marts() -> None:
    manifest = {
        "nodes": {
            "model.cosell.dim_accounts": {
                "resource_type": "model",
                "original_file_path": "models/marts/core/dim_accounts.sql",
                "schema": "core",
                "name": "dim_accounts",
                "alias": "dim_accounts",
                "columns": {
                    "account_id": {"meta": {}},
                    "seen_at": {"config": {"meta": {"ignored_in_content_hash": True}}},
                },
            },
            "model.cosell.stg_salesforce__accounts": {
                "resource_type": "model",
                "original_file_path": "models/staging/salesforce/stg_salesforce__accounts.sql",
                "schema": "staging",
                "name": "stg_salesforce__accounts",
            },
            "test.cosell.unique": {
                "resource_type": "test",
                "original_file_path": "models/marts/core/_core__models.yml",
                "schema": "tests",
                "name": "unique",
            },
        }
    }
    assert public_tables(manifest) == (PublicTable("core", "dim_accounts", frozenset({"seen_at"})),)
