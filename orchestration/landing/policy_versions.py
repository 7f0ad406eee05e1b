"""A policy version keeps its content: what finance signed under a name stays what it was.

The rows of one `policy_version` in one policy file are its content. A file may bring new versions
and drop old ones, but rows that landed under a version are the rows of that version for good.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.landing.contracts import Column, Table
from orchestration.settings import Home

VERSION = "policy_version"


def version_hashes(table: Table, rows: Iterable[Mapping[str, str | None]]) -> dict[str, str]:
    """SHA-256 of the rows of each version, in whatever order they stand in the file."""
    texts: dict[str, list[str]] = {}
    for row in rows:
        cells = [_cell(column, row.get(column.name)) for column in table.columns]
        texts.setdefault(_cell(table.column(VERSION), row.get(VERSION)), []).append(
            "\x1f".join(cells)
        )
    return {
        version: hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
        for version, lines in texts.items()
    }


def _cell(column: Column, value: str | None) -> str:
    """A value in one spelling: `0.50` is `0.5`, `TRUE` is `true`."""
    text = (value or "").strip()
    if column.kind == "boolean":
        return text.lower()
    if column.kind in ("decimal", "integer"):
        try:
            return format(Decimal(text).normalize(), "f")
        except InvalidOperation:
            return text
    return text


def read_policy_file(path: Path) -> tuple[list[str], list[dict[str, str | None]]]:
    """Columns and rows of a policy file, as text."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        rows = list(reader)
    return list(reader.fieldnames or ()), rows


def refuse_changed_version(home: Home, table: Table, path: Path) -> None:
    """Raise ConfigurationError where a version that has landed comes with other rows.

    A number or a boolean that is only written differently is no change.
    """
    landed = landed_versions(home, table)
    if not landed:
        return
    _, rows = read_policy_file(path)
    for version, digest in version_hashes(table, rows).items():
        if digest not in landed.get(version, {digest}):
            raise ConfigurationError(
                f"{home.relative(path)}: the rows of policy_version {version!r} are not those that "
                "landed under this version before: what was signed stays as it is, so give every "
                "row that is new or changed a policy_version of its own."
            )


def landed_versions(home: Home, table: Table) -> dict[str, set[str]]:
    """The hashes that each version of a policy landed with."""
    found: dict[str, set[str]] = {}
    for _, version, digest in landed_version_hashes(home, table):
        found.setdefault(version, set()).add(digest)
    return found


def landed_version_hashes(home: Home, table: Table) -> Iterator[tuple[str, str, str]]:
    """Batch, version and SHA-256 of the version's rows, for every landed file of a policy."""
    import pyarrow.parquet as parquet

    for file in sorted((home.landing / table.source / table.name).glob("*.parquet")):
        with parquet.ParquetFile(file) as batch:
            rows = batch.read(columns=list(table.column_names)).to_pylist()
        for version, digest in version_hashes(table, rows).items():
            yield file.stem, version, digest
