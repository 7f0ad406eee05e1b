"""Any change to a release is named, and `current` can go back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import ReleaseError
from orchestration.release import (
    PublishedRelease,
    current_release,
    files_hash,
    landed_inputs,
    list_releases,
    policy_hash,
    rollback,
    verify,
)
from orchestration.release.inputs import checked_out_commit
from orchestration.settings import Home, Settings

Publish = Callable[[], PublishedRelease]
Change = Callable[[str], None]


def test_an_untouched_release_is_intact_even_after_it_was_copied(
    settings: Settings, publish_now: Publish, tmp_path: Path
) -> None:
    publish_now()
    copied = Home(tmp_path / "copied")
    shutil.copytree(settings.home.releases, copied.releases, symlinks=True)
    assert verify(settings.home).differences == verify(copied).differences == ()


def test_a_changed_value_is_named(settings: Settings, publish_now: Publish) -> None:
    release = publish_now().release
    with duckdb.connect(str(release.database)) as connection:
        connection.execute(
            "update attribution.fct_attribution_ledger set amount = amount + 0.01 "
            "where posting_id = 'l7'"
        )
    found = verify(settings.home)
    assert "cosell.duckdb has other bytes than when it was published" in found.differences
    assert (
        "attribution.fct_attribution_ledger in duckdb has other values in the same number of rows"
        in found.differences
    )
    assert len(found.differences) == 2


def test_missing_added_and_replaced_files_are_named(
    settings: Settings, publish_now: Publish
) -> None:
    release = publish_now().release
    release.table_file("core.dim_accounts").unlink()
    release.path.joinpath("tables", "core.dim_reps.parquet").write_bytes(b"")
    with duckdb.connect() as connection:
        file = release.table_file("account_mapping.fct_account_segments")
        connection.execute(f"copy (select 'x' as account_id) to '{file}' (format parquet)")
    differences = "\n".join(verify(settings.home).differences)
    assert "tables/core.dim_accounts.parquet is missing" in differences
    assert "tables/core.dim_reps.parquet was added" in differences
    assert "account_mapping.fct_account_segments in parquet has other columns" in differences


def test_a_changed_manifest_is_named(settings: Settings, publish_now: Publish) -> None:
    release = publish_now().release
    manifest = release.manifest
    manifest["tables"]["core.dim_accounts"]["content_hash"] = "0" * 64
    release.path.joinpath("manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    differences = verify(settings.home, release.release_id).differences
    assert "manifest.json names a content hash that does not follow from its tables" in differences


def test_rollback_goes_one_release_back_and_forward_again_by_name(
    settings: Settings, publish_now: Publish, change_warehouse: Change
) -> None:
    first = publish_now().release
    change_warehouse("delete from core.dim_accounts where account_id = 'a0001'")
    second = publish_now().release
    assert rollback(settings.home).release_id == first.release_id
    now = current_release(settings.home)
    assert now is not None and now.release_id == first.release_id
    with pytest.raises(ReleaseError, match="is the oldest release"):
        rollback(settings.home)
    assert rollback(settings.home, to=second.release_id).is_current
    assert [one.is_current for one in list_releases(settings.home)] == [False, True]


@pytest.mark.parametrize("name", ["2026-02-09-nothing", "current", "..", "", "../releases"])
def test_an_unknown_release_is_refused_with_the_known_ones(
    name: str, settings: Settings, publish_now: Publish
) -> None:
    known = publish_now().release.release_id
    with pytest.raises(ReleaseError, match=f"use one of {known}"):
        rollback(settings.home, to=name)


def test_rollback_refuses_a_release_that_lost_a_file(
    settings: Settings, publish_now: Publish, change_warehouse: Change
) -> None:
    first = publish_now().release
    change_warehouse("delete from core.dim_accounts where account_id = 'a0001'")
    second = publish_now().release
    first.database.unlink()
    with pytest.raises(ReleaseError, match=r"lacks cosell\.duckdb"):
        rollback(settings.home)
    now = current_release(settings.home)
    assert now is not None and now.release_id == second.release_id


def test_before_the_first_release_everything_says_so(settings: Settings) -> None:
    assert list_releases(settings.home) == []
    assert current_release(settings.home) is None
    for action in (rollback, verify):
        with pytest.raises(ReleaseError, match="There is no current release"):
            action(settings.home)


def landed_batches(home: Home, rows: list[tuple[str, str, str, str, str, int]]) -> None:
    folder = home.landing / "cosell" / "landed_batches"
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            "create table landed (batch_id varchar, source varchar, table_name varchar, "
            "sha256 varchar, known_on varchar, known_step varchar)"
        )
        connection.executemany("insert into landed values (?, ?, ?, ?, ?, ?)", rows)
        connection.execute(
            "copy (select *, 'f' as feed, 'x.csv' as file, known_on as as_of, '3' as rows_count, "
            f"'2' as good_count, '1' as quarantined_count from landed) "
            f"to '{folder / 'one.parquet'}' (format parquet)"
        )


def test_inputs_are_the_batches_known_on_the_day(settings: Settings) -> None:
    landed_batches(
        settings.home,
        [
            ("b2", "policy", "stages", "22", "2026-02-10", 2),
            ("b1", "policy", "stages", "11", "2026-02-09", 1),
            ("b0", "salesforce", "accounts", "00", "2026-02-09", 1),
        ],
    )
    before = landed_inputs(settings.home, date(2026, 2, 9))
    after = landed_inputs(settings.home, date(2026, 2, 10))
    assert [landed.batch_id for landed in before] == ["b0", "b1"]
    assert (before[0].rows, before[0].good, before[0].quarantined) == (3, 2, 1)
    assert policy_hash(before) != policy_hash(after)
    assert policy_hash(after) == policy_hash([landed for landed in after if landed.sha256 == "22"])


def test_files_hash_sees_names_and_contents_but_not_what_tools_write(tmp_path: Path) -> None:
    tmp_path.joinpath("a.sql").write_text("select 1", encoding="utf-8")
    one = files_hash(tmp_path, ("target",))
    tmp_path.joinpath("target").mkdir()
    tmp_path.joinpath("target", "manifest.json").write_text("{}", encoding="utf-8")
    assert files_hash(tmp_path, ("target",)) == one
    tmp_path.joinpath("a.sql").rename(tmp_path / "b.sql")
    assert files_hash(tmp_path, ("target",)) != one


def test_commit_is_read_from_a_branch_a_packed_branch_or_a_detached_head(tmp_path: Path) -> None:
    git = tmp_path / ".git"
    assert checked_out_commit(tmp_path) is None
    git.mkdir()
    git.joinpath("HEAD").write_text("abc\n", encoding="utf-8")
    assert checked_out_commit(tmp_path) == "abc"
    git.joinpath("HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    git.joinpath("packed-refs").write_text("# pack\ndef refs/heads/main\n", encoding="utf-8")
    assert checked_out_commit(tmp_path) == "def"
    git.joinpath("refs", "heads").mkdir(parents=True)
    git.joinpath("refs", "heads", "main").write_text("123\n", encoding="utf-8")
    assert checked_out_commit(tmp_path) == "123"
