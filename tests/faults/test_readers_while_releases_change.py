"""Twenty readers at once, while release follows release and one is rolled back.

No reader ever gets an error, and every answer is that of one release: no query sees two of them.
In a full run (`--whole-refreshes 10`) the releases come from refreshes of the demo company, without
it from publications of a small warehouse.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.release import current_release, list_releases, rollback
from orchestration.settings import Home
from tests.faults.conftest import linked_copy
from tests.faults.programs import publish_small
from tests.faults.readers import READERS, kinds
from tests.faults.warm_process import warm_process
from tests.release.conftest import TABLES, WAREHOUSE

pytestmark = pytest.mark.slow
RELEASES = 10


@contextlib.contextmanager
def readers_of(home: Home, folder: Path) -> Iterator[list[dict[str, Any]]]:
    """Readers that read as long as the block lasts; what they saw is in the list after it."""
    folder.mkdir()
    stop = folder / "stop"
    release = current_release(home)
    assert release is not None
    tables = sorted(release.manifest["tables"])
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.readers", home.root, stop, folder, *tables],
        cwd=Path(__file__).resolve().parents[2],
    )
    seen: list[dict[str, Any]] = []
    try:
        while not folder.joinpath("all_begun").exists():
            assert process.poll() is None, "the readers did not begin"
            time.sleep(0.05)
        yield seen
    finally:
        stop.touch()
        assert process.wait(timeout=120) == 0
    seen += [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")]


def assert_nobody_was_disturbed(home: Home, seen: list[dict[str, Any]]) -> None:
    """Each reader read without an error, and each answer is that of one release."""
    assert [error for reader in seen for error in reader["errors"]] == []
    assert len(seen) == READERS
    assert {reader["kind"] for reader in seen} == {kind.__name__ for kind in kinds()}
    counts = {
        release.release_id: {
            name: table["rows"] for name, table in release.manifest["tables"].items()
        }
        for release in list_releases(home)
    }
    met: Counter[str] = Counter()
    for reader in seen:
        assert reader["reads"] > 0
        for answer in reader["answers"]:
            of = [one for one, rows in counts.items() if answer.items() <= rows.items()]
            assert of, f"{reader['kind']} saw what no release holds: {answer}"
            met.update(of)
    reads = Counter(dict.fromkeys({reader["kind"] for reader in seen}, 0))
    for reader in seen:
        reads[reader["kind"]] += reader["reads"]
    print(f"{sum(reads.values())} reads: {dict(reads)}; {len(met)} of {len(counts)} releases met")
    # Not each release is met by somebody where a machine is slow; more than one must be.
    assert len(met) > 1


def test_twenty_readers_are_never_disturbed_by_ten_publications_and_a_rollback(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path / "home")
    home.root.joinpath("gate").mkdir(parents=True)
    views = "accountability.fct_ae_quarters"
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(WAREHOUSE)
        # Each table gets another number of rows with each release, so that no two look alike.
        connection.execute(f"create table kept as from {views}; drop view {views}")
        connection.execute(f"create table {views} as from kept; drop table kept")
    publish_small(str(home.root))
    first = current_release(home)
    assert first is not None
    with readers_of(home, tmp_path / "readers") as seen:
        for _ in range(RELEASES):
            with duckdb.connect(str(home.warehouse)) as connection:
                for table in TABLES:
                    connection.execute(
                        f"insert into {table.full_name} from {table.full_name} limit 1"
                    )
            publish_small(str(home.root))
            time.sleep(0.3)
        rollback(home, to=first.release_id)
        time.sleep(0.5)
    assert len(list_releases(home)) == RELEASES + 1
    assert_nobody_was_disturbed(home, seen)


def test_twenty_readers_are_never_disturbed_by_whole_refreshes_and_a_rollback(
    demo_home: Home, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """`--whole-refreshes N`: a week later each time."""
    refreshes = int(request.config.getoption("--whole-refreshes"))
    if not refreshes:
        pytest.skip("--whole-refreshes is 0; `make kill-test` reads through ten refreshes")
    home = linked_copy(demo_home, tmp_path / "home")
    first = current_release(home)
    assert first is not None
    with (
        warm_process("tests.faults.refreshing") as process,
        readers_of(home, tmp_path / "readers") as seen,
    ):
        for number in range(1, refreshes + 1):
            day = first.as_of + timedelta(days=7 * number)
            run = process.run("tests.faults.refreshing:refresh", str(home.root), day.isoformat())
            assert run.status == 0, run.output
        rollback(home, to=first.release_id)
        time.sleep(2)
    assert len(list_releases(home)) >= refreshes + 1
    assert_nobody_was_disturbed(home, seen)
