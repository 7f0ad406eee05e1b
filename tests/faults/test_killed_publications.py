"""A publication killed at any moment: readers have the old release or the new one, whole.

The next publication gives what an undisturbed one gives, and leaves nothing behind.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.release import current_release, list_releases, rollback, verify
from orchestration.settings import Home
from tests.faults.conftest import linked_copy
from tests.faults.moments import KillLog, moments
from tests.faults.programs import publish_small
from tests.faults.warm_process import WarmProcess
from tests.release.conftest import WAREHOUSE

pytestmark = pytest.mark.slow
PUBLISH = "tests.faults.programs:publish_small"
CHANGE = "delete from core.dim_accounts where account_id < 'a0100'"


@pytest.fixture(scope="module")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a release, and a warehouse that has changed since."""
    home = Home(tmp_path_factory.mktemp("published") / "home")
    home.root.joinpath("gate").mkdir(parents=True)
    home.root.joinpath("gate", "validation.json").write_text("{}", encoding="utf-8")
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(WAREHOUSE)
    publish_small(str(home.root))
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(CHANGE)
    return home


def names_below(home: Home) -> set[str]:
    return {path.name for path in home.releases.iterdir()}


def rows_read_by(home: Home) -> int:
    """How many accounts a reader of `current` finds: 500 before, 400 after."""
    database = home.current_release / "cosell.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute("select count(*) from core.dim_accounts").fetchone()
    assert found is not None
    return int(found[0])


def test_killed_anywhere_the_release_is_the_old_or_the_new_one_and_the_next_finishes(
    published_once: Home,
    light_process: WarmProcess,
    kills: int,
    kill_seed: int,
    kill_log: Callable[[str], KillLog],
    tmp_path: Path,
) -> None:
    before = current_release(published_once)
    assert before is not None
    undisturbed = linked_copy(published_once, tmp_path / "undisturbed")
    whole = light_process.run(PUBLISH, str(undisturbed.root), watched=undisturbed.releases)
    assert whole.status == 0, whole.output
    after = current_release(undisturbed)
    assert after is not None and after.release_id != before.release_id

    log = kill_log("publication")
    home = linked_copy(published_once, tmp_path / "home")
    drawn = moments("publication", kill_seed, whole)
    while log.is_short_of(kills):
        moment = next(drawn)
        run = light_process.run(PUBLISH, str(home.root), watched=home.releases, **moment.options())
        now = current_release(home)
        assert now is not None
        assert (now.release_id, rows_read_by(home)) in {
            (before.release_id, 500),
            (after.release_id, 400),
        }
        for release in list_releases(home):
            assert verify(home, release.release_id).is_intact
        which = "old" if now.release_id == before.release_id else "new"
        log.tell(moment, run, f"readers had the {which} release")

        finished = light_process.run(PUBLISH, str(home.root))
        assert finished.status == 0, finished.output
        now = current_release(home)
        assert now is not None
        assert (now.release_id, now.content_hash) == (after.release_id, after.content_hash)
        assert verify(home).is_intact
        assert names_below(home) == {before.release_id, after.release_id, "current"}
        rollback(home, to=before.release_id)
        shutil.rmtree(now.path)
