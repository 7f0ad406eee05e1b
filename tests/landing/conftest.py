"""A home per test, and short ways to drop a file into it and to read what became of it."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.company_defaults import initialise_home
from orchestration.errors import CosellError
from orchestration.landing import LandedFile, ensure_landing_schema, land_file
from orchestration.landing.files import landing_session
from orchestration.settings import Home

PARTNER_FEED = """
feed: acme
source: bilateral
partner_id: acme
partner_name: Acme Inc.
coverage: full_list
mode: full
"""
AS_OF = datetime.date(2026, 2, 9)


@pytest.fixture(scope="session")
def prepared_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An initialised home with one partner's feed; tests get copies of it."""
    home = Home(tmp_path_factory.mktemp("prepared") / "home")
    initialise_home(home)
    (home.feeds / "acme.yaml").write_text(PARTNER_FEED, encoding="utf-8")
    ensure_landing_schema(home)
    return home.root


@pytest.fixture
def home(prepared_root: Path, tmp_path: Path) -> Home:
    return copy_of_home(prepared_root, tmp_path / "home")


def copy_of_home(prepared_root: Path, root: Path) -> Home:
    """A home of its own; what is immutable is linked, what a test may edit is copied."""
    shutil.copytree(prepared_root / "config", root / "config")
    shutil.copytree(prepared_root / "landing", root / "landing", copy_function=os.link)
    for folder in ("inbox", "quarantine", "releases"):
        shutil.copytree(prepared_root / folder, root / folder)
    return Home(root)


@pytest.fixture
def feed_lines(home: Home) -> Callable[[str, str], None]:
    """Add lines to the YAML of a feed."""

    def add(feed: str, lines: str) -> None:
        path = home.feeds / f"{feed}.yaml"
        kept = path.read_text(encoding="utf-8")
        added = {line.split(":")[0] for line in lines.splitlines() if line[:1].isalpha()}
        kept = "\n".join(line for line in kept.splitlines() if line.split(":")[0] not in added)
        path.write_text(f"{kept}\n{lines}\n", encoding="utf-8")

    return add


@pytest.fixture
def drop(home: Home) -> Callable[..., Path]:
    """Write a file into the inbox of a feed, below a day unless that is None."""

    def write(
        feed: str, name: str, content: str | bytes, day: datetime.date | None = AS_OF
    ) -> Path:
        folder = home.inbox / feed if day is None else home.inbox / feed / day.isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def land(home: Home, drop: Callable[..., Path]) -> Callable[..., LandedFile]:
    """Drop a file and land it."""

    def drop_and_land(
        feed: str, name: str, content: str | bytes, day: datetime.date | None = AS_OF
    ) -> LandedFile:
        return land_file(home, feed, drop(feed, name, content, day))

    return drop_and_land


@pytest.fixture
def refusal(land: Callable[..., LandedFile], home: Home) -> Callable[..., str]:
    """Drop a file that must be refused; gives the sentence and sees that nothing was written."""

    def drop_and_read(
        feed: str, name: str, content: str | bytes, day: datetime.date | None = AS_OF
    ) -> str:
        with pytest.raises(CosellError) as refused:
            land(feed, name, content, day)
        assert_nothing_written(home)
        sentence = str(refused.value)
        assert "\n" not in sentence
        assert sentence.endswith(".")
        return sentence

    return drop_and_read


@pytest.fixture
def fuzzed(home: Home) -> Iterator[Callable[[str, str, bytes], None]]:
    """Land any bytes in one session: all rows are accounted for, or one sentence is said."""
    with landing_session(home) as session:

        def land_bytes(feed: str, name: str, content: bytes) -> None:
            digest = hashlib.sha256(content).hexdigest()[:16]
            path = home.inbox / feed / AS_OF.isoformat() / f"{digest}_{name}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            try:
                landed = session.land(feed, path)
            except CosellError as error:
                sentence = str(error)
                assert sentence.endswith(".") and "\n" not in sentence
            else:
                assert landed.rows == landed.good + landed.quarantined > 0

        yield land_bytes


def assert_nothing_written(home: Home) -> None:
    batches = [
        path for path in home.landing.rglob("*.parquet") if not path.name.startswith("00000000")
    ]
    assert batches == []
    assert not list(home.quarantine.rglob("*.parquet"))
    assert not list(home.landing.rglob("*.unfinished"))
    assert not list(home.journal.glob("*.json"))


@pytest.fixture
def rows(home: Home) -> Callable[..., list[dict[str, Any]]]:
    """The landed rows of a table, every column, in the order of the files."""

    def read(source: str, table: str) -> list[dict[str, Any]]:
        return _read(home.landing / source / table)

    return read


@pytest.fixture
def quarantine(home: Home) -> Callable[..., list[dict[str, Any]]]:
    """The quarantined rows of a table."""

    def read(source: str, table: str) -> list[dict[str, Any]]:
        return _read(home.quarantine / source / table)

    return read


def _read(folder: Path) -> list[dict[str, Any]]:
    if not folder.is_dir() or not list(folder.glob("*.parquet")):
        return []
    with duckdb.connect() as connection:
        found = connection.execute(
            "select * from read_parquet(?) order by _as_of, _batch_id, _row_number",
            [f"{folder}/*.parquet"],
        )
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture
def journal_entry(home: Home) -> Callable[[str], dict[str, Any]]:
    """The journal entry of one batch."""

    def read(batch_id: str) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((home.journal / f"{batch_id}.json").read_text())
        return loaded

    return read
