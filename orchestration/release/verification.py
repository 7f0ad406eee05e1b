"""Verify a release: read it again and say what differs from its manifest."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import ReleaseError, one_sentence
from orchestration.release.content_hash import combined_hash, quoted, read_content
from orchestration.release.durability import file_sha256
from orchestration.release.purge_receipts import read_receipt
from orchestration.release.release_folder import (
    MANIFEST_FILE,
    Release,
    current_release,
    read_release,
)
from orchestration.settings import Home

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Verification:
    """What verifying a release found; no differences means that it is as it was published."""

    release_id: str
    differences: tuple[str, ...]
    seconds: float
    purges: tuple[str, ...] = ()
    """What was purged since it was published, each with its receipt: no difference."""

    @property
    def is_intact(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def verify(home: Home, release_id: str | None = None) -> Verification:
    """Recompute the hashes of a release (default: the current one) and compare.

    Every table is read twice, from the DuckDB file and from its Parquet file; every file's bytes
    are hashed. Raises ReleaseError where there is no such release.
    """
    started = time.monotonic()
    release = current_release(home) if release_id is None else read_release(home, release_id)
    if release is None:
        raise ReleaseError("There is no current release: run `cosell refresh` first.")
    manifest = release.manifest
    differences = [
        *changed_files(release.path, manifest),
        *changed_tables(release, manifest),
        *changed_release_id(release, manifest),
        *purges_without_receipt(home, release, manifest),
    ]
    return Verification(
        release.release_id,
        tuple(differences),
        time.monotonic() - started,
        tuple(said_purges(manifest)),
    )


def changed_files(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Files that are missing, differ in their bytes, or are not in the manifest."""
    for name, expected in manifest["files"].items():
        file = folder / name
        if not file.is_file():
            yield f"{name} is missing"
        elif file_sha256(file) != expected["sha256"]:
            yield f"{name} has other bytes than when it was published"
    known = {*manifest["files"], MANIFEST_FILE}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in known:
            yield f"{name} was added"


def changed_tables(release: Release, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Tables whose columns, number of rows or content differ from the manifest."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        readings = ["parquet"]
        if release.database.is_file():
            literal = str(release.database).replace("'", "''")
            try:
                connection.execute(f"attach '{literal}' as released (read_only)")
                readings.append("duckdb")
            except duckdb.Error as error:
                yield f"{release.database.name} cannot be opened: {one_sentence(str(error))}"
        for full_name, expected in manifest["tables"].items():
            area, _, name = full_name.partition(".")
            relations = {
                "parquet": f"read_parquet('{_literal(release.table_file(full_name))}')",
                "duckdb": f"released.{quoted(area)}.{quoted(name)}",
            }
            for reading in readings:
                difference = _difference(connection, relations[reading], expected)
                if difference:
                    yield f"{full_name} in {reading} {difference}"


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")


def _difference(
    connection: duckdb.DuckDBPyConnection, relation: str, expected: Mapping[str, Any]
) -> str:
    """How a table differs from its entry in the manifest; empty where it does not."""
    import duckdb

    try:
        found = read_content(connection, relation, expected["not_in_content_hash"])
    except duckdb.Error as error:
        return f"cannot be read: {one_sentence(str(error))}"
    columns = {column.name: column.data_type for column in found.columns}
    if list(columns.items()) != list(expected["columns"].items()):
        return "has other columns"
    held = expected.get("purged", expected)
    if found.rows_count != held["rows"]:
        return f"has {found.rows_count} rows for {held['rows']}"
    if found.content_hash != held["content_hash"]:
        return "has other values in the same number of rows"
    return ""


def changed_release_id(release: Release, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Whether the manifest's own hash and id still follow from its tables."""
    content_hash = combined_hash(
        {name: table["content_hash"] for name, table in manifest["tables"].items()}
    )
    if content_hash != manifest["content_hash"]:
        yield f"{MANIFEST_FILE} names a content hash that does not follow from its tables"
    elif release.path.name != f"{manifest['as_of']}-{content_hash[:12]}":
        yield f"the folder's name does not follow from {MANIFEST_FILE}"


def said_purges(manifest: Mapping[str, Any]) -> Iterator[str]:
    """What the release lost since it was published, one sentence per partner."""
    for purge in manifest.get("purges", []):
        rows = sum(table["rows_before"] - table["rows"] for table in purge["tables"].values())
        yield (
            f"{rows:,} rows in {len(purge['tables'])} tables were purged with the data of "
            f"{purge['partner_id']} on {purge['purged_on']} (receipt {purge['receipt_id']})"
        )


def purges_without_receipt(
    home: Home, release: Release, manifest: Mapping[str, Any]
) -> Iterator[str]:
    """Tables that hold less than was published, where no genuine receipt says exactly so."""
    proven: dict[str, str] = {}
    for purge in manifest.get("purges", []):
        try:
            receipt = read_receipt(home, purge["receipt_id"])
        except ReleaseError as error:
            yield str(error).rstrip(".")
            continue
        listed = next(
            (one for one in receipt["releases"] if one["release_id"] == release.release_id), None
        )
        if listed is None or listed["tables"] != purge["tables"]:
            yield f"receipt {purge['receipt_id']} says otherwise of what was purged"
            continue
        proven |= {name: table["content_hash"] for name, table in listed["tables"].items()}
    for name, table in manifest["tables"].items():
        if "purged" in table and proven.get(name) != table["purged"]["content_hash"]:
            yield f"{name} lost rows without a receipt"
