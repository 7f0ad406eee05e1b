"""A refresh may be killed anywhere: readers keep their release, and the next refresh finishes.

Promise 4 of the design. The result equals that of a refresh which nobody disturbed. The refreshes
run in forks of a process that has imported everything, so that a kill costs what it interrupts.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import RefreshError
from orchestration.release import current_release, verify
from orchestration.settings import Home
from orchestration.workshop import hold_refresh_lock
from tests.faults.conftest import linked_copy
from tests.faults.moments import KillLog, Moment, moments
from tests.faults.warm_process import Run, Running, WarmProcess, warm_process

pytestmark = [pytest.mark.slow, pytest.mark.long]
REFRESH = "tests.faults.refreshing:refresh"
LEDGER = "attribution.fct_attribution_ledger"
COUNTING = f"select count(*), sum(amount_company_currency) from {LEDGER}"


@pytest.fixture(scope="module")
def process() -> Iterator[WarmProcess]:
    """A process that has imported all that a refresh needs."""
    with warm_process("tests.faults.refreshing") as warm:
        yield warm


@dataclass(frozen=True)
class Undisturbed:
    """The next week of the demo company, refreshed by nobody's leave."""

    day: str
    run: Run
    before: str
    after: str
    hashes: dict[str, str]


def content_hashes(home: Home) -> dict[str, str]:
    release = current_release(home)
    assert release is not None
    return {name: table["content_hash"] for name, table in release.manifest["tables"].items()}


def release_id(home: Home) -> str:
    release = current_release(home)
    assert release is not None
    return release.release_id


@pytest.fixture(scope="module")
def undisturbed(
    demo_home: Home, process: WarmProcess, tmp_path_factory: pytest.TempPathFactory
) -> Undisturbed:
    """What the next refresh gives where nothing happens."""
    before = current_release(demo_home)
    assert before is not None
    day = (before.as_of + timedelta(days=7)).isoformat()
    home = a_week_later(demo_home, tmp_path_factory.mktemp("undisturbed") / "home", day)
    run = process.run(REFRESH, str(home.root), day, watched=home.root)
    assert run.status == 0, run.output
    found = Undisturbed(day, run, before.release_id, release_id(home), content_hashes(home))
    assert found.after != found.before
    shutil.rmtree(home.root)
    return found


def a_week_later(demo_home: Home, target: Path, day: str) -> Home:
    """A copy of the demo company in whose inbox lies one more touch."""
    home = linked_copy(demo_home, target)
    touches = demo_home.current_release / "tables" / "attribution.fct_partner_touches.parquet"
    found = duckdb.execute(
        "select partner_id, account_id from read_parquet(?) where account_id is not null "
        "order by all limit 1",
        [str(touches)],
    ).fetchone()
    assert found is not None
    folder = home.inbox / "partner_touches" / day
    folder.mkdir(parents=True)
    folder.joinpath("partner_touches.csv").write_text(
        "touch_id,partner_id,account_id,touch_type,occurred_at,recorded_at\n"
        f"T-later,{found[0]},{found[1]},meeting,{day}T10:00:00Z,{day}T11:00:00Z\n",
        encoding="utf-8",
    )
    return home


def assert_finished(home: Home, run: Run, expected: Undisturbed) -> None:
    """The refresh gave what an undisturbed one gives, and left nothing behind."""
    assert run.status == 0, run.output
    hashes = content_hashes(home)
    differing = {name for name, found in expected.hashes.items() if hashes.get(name) != found}
    assert differing == set()
    assert release_id(home) == expected.after
    assert verify(home).is_intact
    assert not [path.name for path in home.releases.glob(".*")]


def wait_until_stopped(running: Running) -> None:
    """Wait until a process has stopped itself."""
    state = Path("/proc") / str(running.process_id) / "stat"
    for _ in range(6000):
        if state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "T":
            return
        time.sleep(0.05)
    raise AssertionError("the refresh did not come so far")


def test_stopped_killed_and_put_to_sleep_the_next_refresh_gives_the_same_result(
    demo_home: Home, process: WarmProcess, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    home = a_week_later(demo_home, tmp_path / "home", undisturbed.day)
    arguments = (REFRESH, str(home.root), undisturbed.day)

    # Somebody has the workshop open, which no reader should: that is told, and nothing is lost.
    with duckdb.connect(str(home.warehouse)):
        held = process.run(*arguments)
    assert held.status == 1
    assert "error: warehouse.duckdb is open in another program" in held.output
    assert release_id(home) == undisturbed.before

    # Told to stop from outside, in the middle of matching.
    stopped = process.run(*arguments, "matching", 5, int(signal.SIGTERM))
    assert stopped.status == 1
    assert "error: The refresh was stopped from outside" in stopped.output
    assert release_id(home) == undisturbed.before

    # Killed after the week was frozen and the database was built aside.
    killed = process.run(*arguments, "release", 1, int(signal.SIGKILL))
    assert killed.status == -signal.SIGKILL, killed.output
    assert release_id(home) == undisturbed.before
    assert verify(home).is_intact

    # Asleep in the middle, with a reader on the release; another refresh may not begin meanwhile.
    with duckdb.connect(str(home.current_release / "cosell.duckdb"), read_only=True) as reader:
        counted = reader.execute(COUNTING).fetchone()
        sleeping = process.start(*arguments, "staging", 5, int(signal.SIGSTOP))
        wait_until_stopped(sleeping)
        with (
            pytest.raises(RefreshError, match=r"Another refresh of .* is running"),
            hold_refresh_lock(home),
        ):
            pass
        os.kill(sleeping.process_id, signal.SIGCONT)
        assert readings_until_the_end(sleeping, home, undisturbed, counted) >= 3
        finished = sleeping.wait()
        assert "the refresh before was not finished" in finished.output
        assert_finished(home, finished, undisturbed)
        assert reader.execute(COUNTING).fetchone() == counted


def readings_until_the_end(
    running: Running, home: Home, undisturbed: Undisturbed, counted: tuple | None
) -> int:
    """Read the ledger's file until the refresh ends; returns how often it was the old one."""
    readings = 0
    while Path("/proc", str(running.process_id)).exists():
        of = home.current_release.resolve()
        file = str(of / "tables" / f"{LEDGER}.parquet")
        found = duckdb.execute(COUNTING.replace(LEDGER, "read_parquet(?)"), [file]).fetchone()
        if of.name == undisturbed.before:
            assert found == counted
            readings += 1
        else:
            assert of.name == undisturbed.after
        time.sleep(0.3)
    return readings


def test_killed_at_random_moments(
    demo_home: Home,
    process: WarmProcess,
    request: pytest.FixtureRequest,
    kill_seed: int,
    kill_log: Callable[[str], KillLog],
    tmp_path: Path,
) -> None:
    """`--refresh-kills N`: each kill on a copy of its own, each followed by a refresh."""
    kills = int(request.config.getoption("--refresh-kills"))
    if not kills:
        pytest.skip("--refresh-kills is 0; `make kill-test` kills refreshes at random moments")
    undisturbed: Undisturbed = request.getfixturevalue("undisturbed")
    log = kill_log("refresh")
    drawn = moments("refresh", kill_seed, undisturbed.run)
    while log.is_short_of(kills):
        moment = next(drawn)
        home = a_week_later(demo_home, tmp_path / "home", undisturbed.day)
        run = killed_refresh(process, home, undisturbed.day, moment)
        assert release_id(home) in (undisturbed.before, undisturbed.after)
        assert verify(home).is_intact
        which = "old" if release_id(home) == undisturbed.before else "new"
        log.tell(moment, run, f"readers had the {which} release")
        assert_finished(home, process.run(REFRESH, str(home.root), undisturbed.day), undisturbed)
        shutil.rmtree(home.root)


def killed_refresh(process: WarmProcess, home: Home, day: str, moment: Moment) -> Run:
    return process.run(REFRESH, str(home.root), day, watched=home.root, **moment.options())
