"""A disk that is full or read-only stops the work with one sentence; nothing is lost or doubled.

A real small file system is mounted where this may be done (root); where it may not, the processes
run under a real limit of how large a file may grow. Deliveries fill their disk in the middle.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.errors import disk_sentence
from orchestration.release import current_release, verify
from orchestration.settings import Home
from tests.crm.conftest import certificate, tls, trusted  # noqa: F401 - fixtures
from tests.faults.conftest import linked_copy
from tests.faults.test_killed_deliveries import DELIVER, next_week, sent
from tests.faults.test_killed_publications import PUBLISH, names_below, published_once  # noqa: F401
from tests.faults.warm_process import WarmProcess
from tests.routing.conftest import company, connected, org, portal, slack  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow
LIMITED = "tests.faults.programs:under_a_file_limit"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class SmallDisk:
    """A file system of 32 MB of its own."""

    folder: Path

    def fill(self, left: int = 0) -> None:
        """Fill it until so many bytes are left."""
        self.free()
        space = os.statvfs(self.folder)
        size = space.f_bavail * space.f_frsize - left
        with (self.folder / "filler").open("wb") as stream:
            os.posix_fallocate(stream.fileno(), 0, max(size, 1))

    def free(self) -> None:
        """Give the space back."""
        (self.folder / "filler").unlink(missing_ok=True)

    def mount(self, *options: str) -> None:
        """Mount it, or mount it otherwise."""
        subprocess.run(
            ["mount", *options, str(self.folder)], check=True, capture_output=True, text=True
        )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A mounted tmpfs; skipped where nobody may mount."""
    disk = SmallDisk(tmp_path / "disk")
    disk.folder.mkdir()
    try:
        disk.mount("-t", "tmpfs", "-o", "size=32m", "tmpfs")
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no file system may be mounted here: {error}")
    yield disk
    subprocess.run(["umount", "-l", str(disk.folder)], check=True)


def one_sentence_of(output: str) -> str:
    """The last line that a program wrote, as a person would read it."""
    line = output.strip().splitlines()[-1]
    said = disk_sentence(OSError(line))
    assert said is not None, output
    return said


def test_a_publication_on_a_full_disk_leaves_the_old_release(
    small_disk: SmallDisk,
    published_once: Home,  # noqa: F811 - the fixture
    light_process: WarmProcess,
) -> None:
    home = linked_copy_across(published_once, small_disk.folder / "home")
    before = current_release(home)
    assert before is not None
    for left in (0, 300_000, 1 * MEGABYTE, 1 * MEGABYTE + 400_000):
        small_disk.fill(left)
        run = light_process.run(PUBLISH, str(home.root))
        if run.status == 0:
            break
        assert "the disk is full: free some space" in one_sentence_of(run.output)
        assert current_release(home) == before
        assert verify(home).is_intact
        assert names_below(home) == {before.release_id, "current"}
    assert left >= 1 * MEGABYTE
    small_disk.free()
    assert light_process.run(PUBLISH, str(home.root)).status == 0
    after = current_release(home)
    assert after is not None and after.release_id != before.release_id
    assert verify(home).is_intact


def test_a_publication_on_a_read_only_disk_is_one_sentence(
    small_disk: SmallDisk,
    published_once: Home,  # noqa: F811 - the fixture
    light_process: WarmProcess,
) -> None:
    home = linked_copy_across(published_once, small_disk.folder / "home")
    before = current_release(home)
    small_disk.mount("-o", "remount,ro")
    run = light_process.run(PUBLISH, str(home.root))
    assert run.status == 1
    assert "mount it for writing" in one_sentence_of(run.output)
    assert current_release(home) == before
    assert verify(home).is_intact
    small_disk.mount("-o", "remount,rw")
    assert light_process.run(PUBLISH, str(home.root)).status == 0


# Beyond the second, DuckDB commits and only fails when it closes the file, without a word.
@pytest.mark.parametrize("limit", [4096, 60_000, 200_000, 800_000])
def test_a_publication_whose_files_may_not_grow_leaves_the_old_release(
    limit: int,
    published_once: Home,  # noqa: F811 - the fixture
    light_process: WarmProcess,
    tmp_path: Path,
) -> None:
    home = linked_copy(published_once, tmp_path / "home")
    before = current_release(home)
    assert before is not None
    run = light_process.run(LIMITED, limit, "publish_small", str(home.root))
    assert run.status == 1
    assert "raise the limit" in one_sentence_of(run.output)
    assert current_release(home) == before
    assert verify(home).is_intact
    assert light_process.run(PUBLISH, str(home.root)).status == 0
    assert verify(home).is_intact


def linked_copy_across(source: Home, target: Path) -> Home:
    """A copy on another file system, which can share nothing."""
    shutil.copytree(source.root, target, symlinks=True)
    return Home(target)


def test_a_disk_that_fills_in_the_middle_of_a_delivery_sends_nothing_twice(
    small_disk: SmallDisk,
    connected,  # noqa: F811 - the fixture
    org,  # noqa: F811 - the fixture
    portal,  # noqa: F811 - the fixture
    slack,  # noqa: F811 - the fixture
    light_process: WarmProcess,
) -> None:
    delivering = connected(org, portal, slack)
    home = linked_copy_across(delivering.home, small_disk.folder / "home")
    delivering.home = home
    asked = 0
    fill_at = 0

    def fill_when_asked(request: object) -> None:
        nonlocal asked
        asked += 1
        if asked == fill_at:
            small_disk.fill()

    for server in (org, portal, slack):
        server.on_answer = fill_when_asked
    environment = dict(os.environ)
    whole = light_process.run(DELIVER, str(home.root), environment=environment)
    assert whole.status == 0, whole.output
    once = sent(org, portal, slack)
    requests = asked
    failed = 0
    places = (1, requests // 3, requests // 2, requests - 1)
    for number, place in enumerate(places, start=1):
        next_week(delivering, number)
        before = sent(org, portal, slack)
        asked, fill_at = 0, place
        run = light_process.run(DELIVER, str(home.root), environment=environment)
        failed += run.status != 0
        small_disk.free()
        told: Counter = sent(org, portal, slack) - before
        assert all(times == 1 for times in told.values())
        fill_at = 0
        finished = light_process.run(DELIVER, str(home.root), environment=environment)
        assert finished.status == 0, finished.output
        assert sent(org, portal, slack) - before == once
    assert failed
