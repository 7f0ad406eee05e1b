"""What an explanation is made of, and where its rows are read.

Published rows come from the current release, landed rows from the Parquet batches, nothing in
between. Which rows belong to which story is said in `explain` and `deal_story`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from orchestration.release import Release
from orchestration.settings import Home

Row = dict[str, Any]
NOTHING = ""


@dataclass(frozen=True)
class LandedRow:
    """One row of one landed file, as it arrived."""

    source: str
    table: str
    batch_id: str
    file: str
    sha256: str
    row_number: int
    as_of: str
    landed_at: str
    values: dict[str, str]
    """The columns that had a value, in canonical text."""
    original_values: dict[str, str]
    """The file's own words where they differ from the canonical text."""
    file_state: str
    """Whether the file still lies in the inbox with the same bytes."""


@dataclass(frozen=True)
class Step:
    """One link of the chain: what a table says, and the landed rows behind it."""

    title: str
    where: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    table_columns: tuple[str, ...] = ()
    table_rows: list[tuple[str, ...]] = field(default_factory=list)
    landed: list[LandedRow] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class Explanation:
    """The chain from a published row to what was landed, strongest statement first."""

    kind: str
    identifier: str
    headline: str
    release_id: str
    steps: list[Step]


class Explainer:
    """Explains the rows of one release of one home."""

    def __init__(self, home: Home, release: Release, connection: duckdb.DuckDBPyConnection) -> None:
        """Read published rows through `connection`, landed rows below `home`."""
        self.home = home
        self.release = release
        self.connection = connection

    # published rows

    def rows(self, query: str, *parameters: object) -> list[Row]:
        """Run a query on the release; returns its rows by column name."""
        result = self.connection.execute(query, list(parameters))
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def row(self, table: str, column: str, value: str) -> Row | None:
        """Return the one row of a published table whose key is `value`."""
        found = self.rows(f"select * from {table} where {column} = ? limit 1", value)
        return found[0] if found else None

    def name_of_rep(self, rep_id: str | None) -> str:
        """Return `name (id)` of a rep."""
        return self._named("core.dim_reps", "rep_id", "rep_name", rep_id)

    def name_of_partner(self, partner_id: str | None) -> str:
        """Return `name (id)` of a partner."""
        return self._named("core.dim_partners", "partner_id", "partner_name", partner_id)

    def name_of_account(self, account_id: str | None) -> str:
        """Return `name (id)` of an account."""
        return self._named("core.dim_accounts", "account_id", "account_name", account_id)

    def _named(self, table: str, key: str, name: str, value: str | None) -> str:
        if value is None:
            return "none"
        row = self.row(table, key, value)
        return f"{row[name]} ({value})" if row and row[name] else value

    # landed rows

    def landed_row(self, batch_id: str | None, row_number: int | None) -> list[LandedRow]:
        """Return the landed row that a published row's lineage names."""
        if batch_id is None or row_number is None:
            return []
        entry = self.home.journal / f"{batch_id}.json"
        if not entry.is_file():
            return []
        journal = json.loads(entry.read_text(encoding="utf-8"))
        file = self.home.landing / journal["source"] / journal["table"] / f"{batch_id}.parquet"
        return self._read_landed(file, "_row_number = ?", [row_number])

    def landed_rows(self, source: str, table: str, **key: str) -> list[LandedRow]:
        """Return the newest landed row of a key that the release could know."""
        files = self.home.landing / source / table / "*.parquet"
        condition = " and ".join(f"{column} = ?" for column in key)
        condition += " and _as_of <= ? order by _as_of desc, _landed_at desc, _row_number limit 1"
        return self._read_landed(files, condition, [*key.values(), self.release.as_of])

    def _read_landed(
        self, files: Path, condition: str, parameters: Sequence[object]
    ) -> list[LandedRow]:
        try:
            found = self.rows(
                f"select * from read_parquet(?) where {condition}", str(files), *parameters
            )
        except duckdb.IOException:
            return []
        return [self._as_landed_row(row, files) for row in found]

    def _as_landed_row(self, row: Row, files: Path) -> LandedRow:
        return LandedRow(
            source=files.parent.parent.name,
            table=files.parent.name,
            batch_id=row["_batch_id"],
            file=row["_source_file"],
            sha256=row["_source_sha256"],
            row_number=row["_row_number"],
            as_of=str(row["_as_of"]),
            landed_at=f"{row['_landed_at']:%Y-%m-%d %H:%M:%S} UTC",
            values={
                name: str(value)
                for name, value in row.items()
                if value is not None and not name.startswith("_")
            },
            original_values=_json_object(row.get("_original_values")),
            file_state=self._state_of_file(row["_source_file"], row["_source_sha256"]),
        )

    def _state_of_file(self, name: str, sha256: str) -> str:
        for file in (self.home.inbox / name, self.home.root / name):
            if file.is_file():
                same = hashlib.sha256(file.read_bytes()).hexdigest() == sha256
                return "still in the inbox, unchanged" if same else "changed since it was landed"
        return "no longer in the inbox; the landed batch holds every row of it"


def text(value: object) -> str:
    """Return a value as people read it: money with separators, nothing as an empty text."""
    if value is None:
        return NOTHING
    if isinstance(value, Decimal):
        return f"{value:,}"
    return str(value)


def _json_object(value: str | None) -> dict[str, str]:
    if not value:
        return {}
    parsed = json.loads(value)
    return {str(name): text(each) for name, each in parsed.items()}
