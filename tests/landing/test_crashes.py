"""A landing that was killed leaves nothing that counts, and the next one finishes the work."""

from __future__ import annotations

import shutil
import threading

import pytest

from orchestration.errors import LandingError
from orchestration.landing import files, journal, land_file, land_inbox
from orchestration.landing.journal import landing_lock

CONTENT = "Id,Name\n1,A\n,B\n"


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


def parquet_files(folder) -> list[str]:
    return sorted(
        path.name for path in folder.rglob("*.parquet") if not path.name.startswith("00000000")
    )


@pytest.mark.parametrize("write", [1, 2, 3], ids=["quarantine", "landing", "journal"])
def test_a_landing_killed_between_two_writes_is_done_again(
    home, drop, rows, monkeypatch, write: int
) -> None:
    path = drop("salesforce", "Account.csv", CONTENT)
    with files.landing_session(home):
        pass
    flush, seen = journal._flush, []

    def flush_or_die(place) -> None:
        seen.append(place)
        if len(seen) == write:
            raise Killed
        flush(place)

    monkeypatch.setattr(journal, "_flush", flush_or_die)
    with pytest.raises(Killed):
        land_file(home, "salesforce", path)
    monkeypatch.undo()
    assert not list(home.journal.glob("*.json"))
    landed = land_file(home, "salesforce", path)
    assert (landed.status, landed.good, landed.quarantined) == ("landed", 1, 1)
    assert parquet_files(home.landing) == [f"{landed.batch_id}.parquet"]
    assert parquet_files(home.quarantine) == [f"{landed.batch_id}.parquet"]
    assert len(rows("salesforce", "accounts")) == 1


def test_leftovers_are_removed_and_batches_stay(home, drop) -> None:
    landed = land_file(home, "salesforce", drop("salesforce", "Account.csv", CONTENT))
    folder = home.landing / "salesforce" / "accounts"
    (folder / "20260101_salesforce_aaaaaaaaaaaa.parquet").write_bytes(b"half")
    (folder / ".20260101_salesforce_aaaaaaaaaaaa.parquet.unfinished").write_bytes(b"half")
    (home.quarantine / "salesforce" / "accounts" / "x.parquet").write_bytes(b"half")
    (home.landing / "_temporary" / "x.text").write_bytes(b"half")
    land_inbox(home)
    assert sorted(path.name for path in folder.iterdir()) == [
        "00000000_schema.parquet",
        f"{landed.batch_id}.parquet",
    ]
    assert parquet_files(home.quarantine) == [f"{landed.batch_id}.parquet"]
    assert list((home.landing / "_temporary").iterdir()) == []


def test_two_landings_do_not_interleave(home) -> None:
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with landing_lock(home):
            taken.set()
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(10)
    with (
        pytest.raises(LandingError, match="Another landing is writing"),
        landing_lock(home, wait_seconds=0.1),
    ):
        pass
    done.set()
    holder.join()
    with landing_lock(home, wait_seconds=0.1):
        pass


def test_a_damaged_journal_is_named(home, drop) -> None:
    landed = land_file(home, "salesforce", drop("salesforce", "Account.csv", CONTENT))
    (home.journal / f"{landed.batch_id}.json").write_text("{")
    with pytest.raises(LandingError, match="is damaged"):
        land_inbox(home)


def test_batches_of_another_version_are_named(home, drop) -> None:
    land_file(home, "salesforce", drop("salesforce", "Account.csv", CONTENT))
    other = home.landing / "salesforce" / "users" / "00000000_schema.parquet"
    schema = home.landing / "salesforce" / "accounts" / "00000000_schema.parquet"
    schema.unlink()
    shutil.copy(other, schema)
    with pytest.raises(LandingError, match="earlier version of cosell"):
        land_inbox(home)
