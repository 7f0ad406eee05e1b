"""What a release was made from: landed batches, policies and code."""

from __future__ import annotations

import hashlib
import importlib.metadata
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.settings import Home

_POLICY_SOURCES = ("policy", "settings")
_REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class LandedInput:
    """One landed batch that the release knows of."""

    batch_id: str
    feed: str
    source: str
    table: str
    file: str
    sha256: str
    as_of: str
    known_step: int
    rows: int
    good: int
    quarantined: int


def landed_inputs(home: Home, as_of: date) -> list[LandedInput]:
    """Every batch that was known on a day, in the order in which it became known."""
    import duckdb

    recorded = home.landing / "cosell" / "landed_batches" / "*.parquet"
    with duckdb.connect() as connection:
        rows = connection.execute(
            """
            select
                batch_id, feed, source, table_name, file, sha256, as_of,
                cast(known_step as integer) as known_step,
                cast(rows_count as bigint) as rows_count,
                cast(good_count as bigint) as good_count,
                cast(quarantined_count as bigint) as quarantined_count
            from read_parquet(?)
            where cast(known_on as date) <= ?
            order by known_step, batch_id
            """,
            [str(recorded), as_of],
        ).fetchall()
    return [LandedInput(*row) for row in rows]


def policy_hash(inputs: Iterable[LandedInput]) -> str:
    """SHA-256 over the newest batch of every policy and settings table."""
    newest: dict[str, LandedInput] = {}
    for landed in inputs:
        if landed.source in _POLICY_SOURCES:
            name = f"{landed.source}.{landed.table}"
            known = newest.get(name)
            if known is None or known.known_step <= landed.known_step:
                newest[name] = landed
    lines = "\n".join(f"{name}={newest[name].sha256}" for name in sorted(newest))
    return hashlib.sha256(lines.encode()).hexdigest()


@dataclass(frozen=True)
class CodeVersion:
    """Which code made a release; `commit` is None where the code is not a Git checkout."""

    version: str
    commit: str | None
    project_hash: str
    """SHA-256 over the files of the dbt project, see `files_hash`."""


def code_version(project_hash: str) -> CodeVersion:
    """The installed version and the commit of the checkout."""
    return CodeVersion(_version(), checked_out_commit(_REPOSITORY), project_hash)


def _version() -> str:
    try:
        return importlib.metadata.version("cosell")
    except importlib.metadata.PackageNotFoundError:
        project = tomllib.loads(_REPOSITORY.joinpath("pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["version"])


def checked_out_commit(repository: Path) -> str | None:
    """The commit that a repository's HEAD names, read without running git."""
    head_file = repository / ".git" / "HEAD"
    if not head_file.is_file():
        return None
    head = head_file.read_text(encoding="utf-8").strip()
    if not head.startswith("ref: "):
        return head
    reference = head.removeprefix("ref: ")
    loose = repository / ".git" / reference
    if loose.is_file():
        return loose.read_text(encoding="utf-8").strip()
    packed = repository / ".git" / "packed-refs"
    if packed.is_file():
        for line in packed.read_text(encoding="utf-8").splitlines():
            commit, _, name = line.partition(" ")
            if name == reference:
                return commit
    return None


def files_hash(place: Path, left_out: Sequence[str] = ()) -> str:
    """SHA-256 over the relative paths and contents of every file below a folder, or of one file.

    `left_out` names folders and files (anywhere below) that do not count: what tools write.
    """
    digest = hashlib.sha256()
    for path in [place] if place.is_file() else sorted(place.rglob("*")):
        relative = path.relative_to(place)
        if path.is_file() and not any(part in left_out for part in relative.parts):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{relative.as_posix()}={content}\n".encode())
    return digest.hexdigest()
