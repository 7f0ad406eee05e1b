"""A close killed at any moment: the quarter is signed with all that was signed, or not at all.

What a refresh builds of a close is what has landed of it. So the landed signature and freeze are
compared with those of a close that nobody disturbed, after another close and after the landing of
the next refresh.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.errors import CosellError
from orchestration.quarter_close import LAID_ASIDE, close_quarter, finish_closes
from orchestration.release import current_release
from orchestration.release.verification import changed_files
from orchestration.settings import Home
from tests.faults.conftest import linked_copy
from tests.faults.moments import KillLog, moments
from tests.faults.warm_process import Run, WarmProcess

CLOSE = "tests.faults.programs:close"
LIMITED = "tests.faults.programs:under_a_file_limit"
QUARTER, DAY = "FY2027-Q3", "2026-11-02"


@dataclass(frozen=True)
class Signed:
    """What has landed of the close of the quarter."""

    signatures: tuple[tuple[Any, ...], ...]
    freezes: tuple[tuple[Any, ...], ...]


NOTHING = Signed((), ())


def signed_in(home: Home) -> Signed:
    """Landed signatures and freezes of the quarter; each batch is one that the journal knows."""
    entries = {path.stem for path in home.journal.glob("*.json")}

    def rows(source: str, table: str, columns: str) -> tuple[tuple[Any, ...], ...]:
        files = [
            str(path)
            for path in home.landing.joinpath(source, table).glob("*.parquet")
            if path.stem in entries
        ]
        if not files:
            return ()
        found = duckdb.execute(
            f"select {columns} from read_parquet(?, union_by_name = true) "
            "where fiscal_quarter = ? order by all",
            [files, QUARTER],
        ).fetchall()
        return tuple(found)

    return Signed(
        rows("templates", "quarter_closes", "fiscal_quarter, signed_by, note, closed_at"),
        rows(
            *("cosell", "quarter_freezes"),
            "fiscal_quarter, signed_by, signed_on, release_id, ledger_step, postings_count, "
            "postings_sha256",
        ),
    )


@pytest.fixture(scope="module")
def undisturbed(
    demo_home: Home, light_process: WarmProcess, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Run, Signed]:
    """A close that nobody disturbed, and what has landed of it."""
    home = linked_copy(demo_home, tmp_path_factory.mktemp("undisturbed") / "home", ["config"])
    whole = light_process.run(CLOSE, str(home.root), QUARTER, DAY, watched=home.root)
    assert whole.status == 0, whole.output
    expected = signed_in(home)
    assert len(expected.signatures) == len(expected.freezes) == 1
    shutil.rmtree(home.root)
    return whole, expected


def test_a_killed_close_is_whole_or_nothing(
    demo_home: Home,
    undisturbed: tuple[Run, Signed],
    light_process: WarmProcess,
    kills: int,
    kill_seed: int,
    kill_log: Callable[[str], KillLog],
    tmp_path: Path,
) -> None:
    before = current_release(demo_home)
    assert before is not None
    whole, expected = undisturbed
    log = kill_log("close")
    drawn = moments("close", kill_seed, whole)
    while log.is_short_of(kills):
        moment = next(drawn)
        home = linked_copy(demo_home, tmp_path / "home", ["config"])
        run = light_process.run(
            CLOSE, str(home.root), QUARTER, DAY, watched=home.root, **moment.options()
        )
        now = current_release(home)
        assert now is not None and now.release_id == before.release_id
        assert not list(changed_files(now.path, now.manifest))

        # Sometimes a refresh comes first, which finishes the close before it lands.
        if log.number % 4 < 2:
            finish_closes(home)
            assert signed_in(home) in (expected, NOTHING)
        was_signed = signed_in(home) == expected
        try:
            close_quarter(home, QUARTER, "Fin", "a note", date.fromisoformat(DAY))
        except CosellError as error:
            # The first close had got so far that it was finished now.
            assert f"{QUARTER} was signed by Fin" in str(error)
            was_signed = True
        else:
            assert not was_signed
        log.tell(moment, run, "signed" if was_signed else "not signed")
        assert signed_in(home) == expected
        assert not list(home.landing.joinpath(LAID_ASIDE).glob("*"))
        shutil.rmtree(home.root)


def test_a_close_on_a_disk_that_takes_no_more_signs_nothing_in_part(
    demo_home: Home,
    undisturbed: tuple[Run, Signed],
    light_process: WarmProcess,
    tmp_path: Path,
) -> None:
    """`RLIMIT_FSIZE`: no file may grow beyond so many bytes."""
    _, expected = undisturbed
    failed = 0
    home = linked_copy(demo_home, tmp_path / "home", ["config"])
    for limit in (100, 1_000, 4_000, 9_000):
        run = light_process.run(LIMITED, limit, "close", str(home.root), QUARTER, DAY)
        if run.status == 0:
            break
        failed += 1
        assert run.status == 1
        finish_closes(home)
        assert signed_in(home) in (expected, NOTHING)
    assert failed
    if signed_in(home) == NOTHING:
        close_quarter(home, QUARTER, "Fin", "a note", date.fromisoformat(DAY))
    assert signed_in(home) == expected
