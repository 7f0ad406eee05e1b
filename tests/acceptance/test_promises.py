"""Promises of the whole pipeline, kept on the demo company: each test breaks a copy of its home."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import sqlalchemy

from orchestration.release import current_release, list_releases, read_release
from orchestration.settings import Home

pytestmark = pytest.mark.slow

FROZEN_AS_IT_WENT_BY = "account_mapping.fct_weekly_routes"
TELL_OF_REFRESHES = {"ops.refreshes", "ops.landed_batches"}
REFRESH_MINUTES = 6


@pytest.fixture
def as_of(demo_home: Home) -> str:
    release = current_release(demo_home)
    assert release is not None
    return release.as_of.isoformat()


def content_hashes(home: Home) -> dict[str, str]:
    release = current_release(home)
    assert release is not None
    return {name: table["content_hash"] for name, table in release.manifest["tables"].items()}


def test_the_same_refresh_twice_publishes_nothing(
    cosell_process: Callable, copy_of_demo_home: Home, as_of: str
) -> None:
    before = [release.release_id for release in list_releases(copy_of_demo_home)]
    current = current_release(copy_of_demo_home)
    result = cosell_process(
        "--home", copy_of_demo_home.root, "refresh", "--as-of", as_of, minutes=REFRESH_MINUTES
    )
    assert result.exit_code == 0, result.errors
    assert [release.release_id for release in list_releases(copy_of_demo_home)] == before
    assert current_release(copy_of_demo_home) == current


def test_a_rebuild_from_landing_equals_what_grew_refresh_by_refresh(
    cosell_process: Callable, copy_of_demo_home: Home
) -> None:
    """Without the warehouse, everything is built again from the landed batches alone."""
    home = copy_of_demo_home
    grown = content_hashes(home)
    home.warehouse.unlink()
    shutil.rmtree(home.dagster)
    shutil.rmtree(home.releases)
    shutil.rmtree(home.inbox)
    home.inbox.mkdir()
    result = cosell_process("--home", home.root, "rebuild", minutes=REFRESH_MINUTES)
    assert result.exit_code == 0, result.errors
    assert grown["attribution.fct_attribution_ledger"] in result.output
    rebuilt = content_hashes(home)
    assert rebuilt.keys() == grown.keys()
    different = {name for name in grown if grown[name] != rebuilt[name]}
    assert different <= {FROZEN_AS_IT_WENT_BY}


def _read_with_duckdb(home: Home, query: str) -> tuple:
    database = home.current_release / "cosell.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row


def _read_with_sqlalchemy(home: Home, query: str) -> tuple:
    database = home.current_release / "cosell.duckdb"
    engine = sqlalchemy.create_engine(
        f"duckdb:///{database}", connect_args={"read_only": True}, poolclass=sqlalchemy.NullPool
    )
    with engine.connect() as connection:
        return tuple(connection.execute(sqlalchemy.text(query)).one())


def test_a_refresh_of_the_past_gives_the_past_and_disturbs_no_reader(
    copy_of_demo_home: Home,
) -> None:
    """As of the first refresh's day, today's home gives what was published on that day.

    Until the moment of its release, DuckDB and SQLAlchemy read what was current before.
    """
    home = copy_of_demo_home
    first, last = list_releases(home)[0], current_release(home)
    count = "select count(*), sum(amount_company_currency) from attribution.fct_attribution_ledger"
    expected = _read_with_duckdb(home, count)
    refresh = subprocess.Popen(
        [
            *(sys.executable, "-m", "orchestration.command_line", "--home", str(home.root)),
            *("refresh", "--as-of", first.as_of.isoformat()),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        readings = 0
        while refresh.poll() is None:
            if current_release(home) == last:
                assert _read_with_duckdb(home, count) == expected or current_release(home) != last
                assert (
                    _read_with_sqlalchemy(home, count) == expected or current_release(home) != last
                )
                readings += 1
            time.sleep(0.3)
        _, errors = refresh.communicate(timeout=60)
    finally:
        refresh.kill()
    assert refresh.returncode == 0, errors
    assert readings >= 5
    then = {name: table["content_hash"] for name, table in first.manifest["tables"].items()}
    now = content_hashes(home)
    different = {name for name in then if then[name] != now[name]}
    assert different <= {FROZEN_AS_IT_WENT_BY, *TELL_OF_REFRESHES}


def test_rolling_back_and_forth_changes_only_what_readers_see(
    cosell_process: Callable, copy_of_demo_home: Home
) -> None:
    home = copy_of_demo_home
    releases = list_releases(home)
    assert len(releases) >= 4
    newest, before = releases[-1], releases[-2]
    assert cosell_process("--home", home.root, "rollback").exit_code == 0
    assert current_release(home) == read_release(home, before.release_id)
    assert cosell_process("--home", home.root, "rollback", newest.release_id).exit_code == 0
    assert list_releases(home) == releases
    assert cosell_process("--home", home.root, "verify").exit_code == 0


def test_a_changed_byte_in_a_release_is_found(
    cosell_process: Callable, copy_of_demo_home: Home
) -> None:
    home = copy_of_demo_home
    table: Path = next((home.current_release / "tables").glob("*.parquet")).resolve()
    table.chmod(0o644)
    content = bytearray(table.read_bytes())
    content[len(content) // 2] ^= 0xFF
    table.write_bytes(bytes(content))
    result = cosell_process("--home", home.root, "verify")
    assert result.exit_code == 1
    assert table.name in result.errors
    assert "Traceback" not in result.errors
