"""Compare two releases: columns, rows by their key, and sums of what is counted and paid.

Both are read from their Parquet files, whichever engine built them. A table whose content hash and
columns are the same in both manifests is not read at all.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from orchestration.errors import ReleaseError, one_sentence
from orchestration.release.content_hash import columns_of, quoted
from orchestration.release.publishing import open_database
from orchestration.release.release_folder import Release
from orchestration.safe_sheets import csv_text
from orchestration.settings import Settings

if TYPE_CHECKING:
    import duckdb

RowKind = Literal["added", "removed", "changed"]
ROW_KINDS: tuple[RowKind, ...] = ("added", "removed", "changed")

# Measures by the project's names: money in one currency, and counts. Shares and ranks do not add.
_MONEY_ENDINGS = ("_amount", "amount_company_currency")
_COUNT_ENDING = "_count"
# What is never added up across: sourced beside influenced, pipeline beside bookings.
_NEVER_BLENDED = ("measure", "attribution_class")
_PERIODS = ("fiscal_quarter", "posted_quarter", "week_starts_on")
# How many leading columns are tried as a key where a manifest names none.
_LONGEST_KEY = 6


@dataclass(frozen=True)
class ColumnChange:
    """A column that is new, gone (None on that side) or of another type."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class SumChange:
    """The sum of a measure in one group of rows, before and after; None where the group has none.

    group: column -> value as text, None for NULL. Empty for the whole table.
    """

    measure: str
    group: Mapping[str, str | None]
    before: Decimal | None
    after: Decimal | None


@dataclass(frozen=True)
class RowChange:
    """One row that differs; `values` are column -> (before, after) as text, None for NULL.

    Of a changed row only what differs, of an added or removed one everything outside the key.
    """

    table: str
    kind: RowKind
    key: Mapping[str, str | None]
    values: Mapping[str, tuple[str | None, str | None]]


@dataclass(frozen=True)
class TableDifference:
    """How one table differs; `kind` says whether it is in both releases."""

    name: str
    kind: RowKind
    key: tuple[str, ...]
    """Columns that name a row; empty where none do: a changed row is then one removed, one added"""
    columns: tuple[ColumnChange, ...]
    rows_before: int
    rows_after: int
    rows: Mapping[RowKind, int]
    sums: tuple[SumChange, ...]
    """Sums that differ, over the whole table (or per measure and class, which never blend)."""


@dataclass(frozen=True)
class ReleaseDifference:
    """What differs between two releases; tables with equal content are only counted."""

    before: Release
    after: Release
    tables: tuple[TableDifference, ...]
    same_count: int


@dataclass(frozen=True)
class _Side:
    """A table in one release."""

    release: Release
    entry: Mapping[str, Any]
    relation: str

    @property
    def held(self) -> Mapping[str, Any]:
        """Rows and hash of what the table holds now, a purge included."""
        held: Mapping[str, Any] = self.entry.get("purged", self.entry)
        return held


@dataclass(frozen=True)
class _Pair:
    """A table in both releases, ready to be joined."""

    name: str
    before: _Side
    after: _Side
    columns: tuple[tuple[str, str], ...]
    """Columns of both, with their type after; moments of the wall clock are left out."""
    key: tuple[str, ...] = field(default=())


@contextmanager
def _reading(settings: Settings, table: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection; what cannot be read becomes one sentence."""
    import duckdb

    with open_database(settings, ":memory:") as connection:
        try:
            yield connection
        except duckdb.Error as error:
            raise ReleaseError(
                f"{table} cannot be compared ({one_sentence(str(error))[:200]}): "
                "`cosell verify RELEASE` says which of the two releases is damaged."
            ) from None


def compare(
    settings: Settings, before: Release, after: Release, table: str | None = None
) -> ReleaseDifference:
    """Compare two releases, or one of their tables.

    Raises ReleaseError where neither has the table, and where a file of a table cannot be read.
    """
    known = {*before.manifest["tables"], *after.manifest["tables"]}
    names = sorted(known) if table is None else [named_table(known, table)]
    differing = []
    for name in names:
        found = _difference_of(settings, name, _side(before, name), _side(after, name))
        if found is not None:
            differing.append(found)
    return ReleaseDifference(before, after, tuple(differing), len(names) - len(differing))


def named_table(known: set[str], written: str) -> str:
    """The table `area.table` that a person wrote, with or without its area."""
    found = [name for name in sorted(known) if written in (name, name.partition(".")[2])]
    if len(found) != 1:
        what = "is in neither release" if not found else f"may be {' or '.join(found)}"
        raise ReleaseError(
            f"The table {written!r} {what}: write it as area.table, for example "
            f"{found[0] if found else min(known, default='core.dim_accounts')}."
        )
    return found[0]


def _side(release: Release, name: str) -> _Side | None:
    entry = release.manifest["tables"].get(name)
    if entry is None:
        return None
    file = release.table_file(name)
    if not file.is_file():
        raise ReleaseError(
            f"Release {release.release_id} lacks tables/{file.name}, so {name} cannot be compared: "
            f"restore it from a copy; `cosell verify {release.release_id}` says what else is gone."
        )
    literal = str(file).replace("'", "''")
    return _Side(release, entry, f"read_parquet('{literal}')")


def _difference_of(
    settings: Settings, name: str, before: _Side | None, after: _Side | None
) -> TableDifference | None:
    """How a table differs; None where it does not."""
    if before is None or after is None:
        return _whole_table(name, before, after)
    columns = _column_changes(before, after)
    if not columns and before.held["content_hash"] == after.held["content_hash"]:
        return None
    with _reading(settings, name) as connection:
        pair = _pair(connection, name, before, after)
        rows = _count_rows(connection, pair)
        if not columns and not any(rows.values()):
            return None
        return TableDifference(
            name=name,
            kind="changed",
            key=pair.key,
            columns=columns,
            rows_before=before.held["rows"],
            rows_after=after.held["rows"],
            rows=rows,
            sums=tuple(_sums(connection, pair, _groups(pair, ()))),
        )


def _whole_table(name: str, before: _Side | None, after: _Side | None) -> TableDifference:
    side = after or before
    assert side is not None  # a name comes from one of the two manifests
    is_new = before is None
    return TableDifference(
        name=name,
        kind="added" if is_new else "removed",
        key=tuple(side.entry.get("key", ())),
        columns=tuple(
            ColumnChange(column, None if is_new else kind, kind if is_new else None)
            for column, kind in side.entry["columns"].items()
        ),
        rows_before=0 if is_new else side.held["rows"],
        rows_after=side.held["rows"] if is_new else 0,
        rows={
            "added": side.held["rows"] if is_new else 0,
            "removed": 0 if is_new else side.held["rows"],
            "changed": 0,
        },
        sums=(),
    )


def _column_changes(before: _Side, after: _Side) -> tuple[ColumnChange, ...]:
    old, new = before.entry["columns"], after.entry["columns"]
    return tuple(
        ColumnChange(name, old.get(name), new.get(name))
        for name in dict.fromkeys([*new, *old])
        if old.get(name) != new.get(name)
    )


def _pair(connection: duckdb.DuckDBPyConnection, name: str, before: _Side, after: _Side) -> _Pair:
    ignored = {
        *before.entry.get("not_in_content_hash", ()),
        *after.entry.get("not_in_content_hash", ()),
    }
    old = {column.name for column in columns_of(connection, before.relation)}
    columns = tuple(
        (column.name, column.data_type)
        for column in columns_of(connection, after.relation)
        if column.name in old and column.name not in ignored
    )
    pair = _Pair(name, before, after, columns)
    return _Pair(name, before, after, columns, _key(connection, pair))


def _key(connection: duckdb.DuckDBPyConnection, pair: _Pair) -> tuple[str, ...]:
    """The key that a manifest names, else the fewest leading columns that name every row."""
    names = [name for name, _ in pair.columns]
    named = [tuple(side.entry.get("key", ())) for side in (pair.after, pair.before)]
    leading = [tuple(names[:length]) for length in range(1, min(_LONGEST_KEY, len(names)) + 1)]
    for key in (*named, *leading):
        if key and set(key) <= set(names) and _is_unique(connection, pair, key):
            return key
    return ()


def _is_unique(connection: duckdb.DuckDBPyConnection, pair: _Pair, key: tuple[str, ...]) -> bool:
    columns = ", ".join(map(quoted, key))
    twice = " union all ".join(
        f"(select 1 from {side.relation} group by {columns} having count(*) > 1 limit 1)"
        for side in (pair.before, pair.after)
    )
    return connection.execute(twice).fetchone() is None


def _text(side: str, column: tuple[str, str]) -> str:
    """SQL of a value as text; sums of floating point numbers differ in their last bits."""
    name, data_type = column
    value = f"{side}.{quoted(name)}"
    if data_type in ("DOUBLE", "FLOAT"):
        return f"printf('%.9e', cast({value} as double))"
    return f"cast({value} as varchar)"


def _differs(column: tuple[str, str]) -> str:
    return f"({_text('before', column)} is distinct from {_text('after', column)})"


def _joined(pair: _Pair) -> str:
    """Rows of both sides beside each other, as SQL after `from`.

    Without a key, equal rows are numbered, so that the second of two is a row of its own.
    """
    if pair.key:
        matching, sides = pair.key, [pair.before.relation, pair.after.relation]
    else:
        matching = (*(name for name, _ in pair.columns), "_copy")
        columns = ", ".join(quoted(name) for name, _ in pair.columns)
        sides = [
            f"(select {columns}, row_number() over (partition by {columns}) as _copy "
            f"from {side.relation})"
            for side in (pair.before, pair.after)
        ]
    condition = " and ".join(
        f"before.{quoted(name)} is not distinct from after.{quoted(name)}" for name in matching
    )
    return (
        f"(select *, true as _is_there from {sides[0]}) as before "
        f"full outer join (select *, true as _is_there from {sides[1]}) as after on {condition}"
    )


def _conditions(pair: _Pair) -> dict[RowKind, str]:
    compared = [column for column in pair.columns if column[0] not in pair.key]
    changed = " or ".join(_differs(column) for column in compared) if pair.key else ""
    return {
        "added": "before._is_there is null",
        "removed": "after._is_there is null",
        "changed": f"before._is_there and after._is_there and ({changed or 'false'})",
    }


def _count_rows(connection: duckdb.DuckDBPyConnection, pair: _Pair) -> dict[RowKind, int]:
    counts = ", ".join(
        f"count(*) filter (where {condition})" for condition in _conditions(pair).values()
    )
    found = connection.execute(f"select {counts} from {_joined(pair)}").fetchone()
    assert found is not None  # an aggregate without group by always returns a row
    return dict(zip(ROW_KINDS, found, strict=True))


def measures_of(columns: Sequence[tuple[str, str]]) -> list[str]:
    """The columns that may be added up, by their names and types."""
    names = {name for name, _ in columns}
    found = []
    for name, data_type in columns:
        is_exact = data_type.startswith("DECIMAL") or data_type in ("BIGINT", "INTEGER")
        is_money = name == "amount" or name.endswith(_MONEY_ENDINGS)
        # Beside the company's own currency, the original amounts are of several.
        is_mixed = f"{name}_company_currency" in names or "original" in name
        if is_exact and ((is_money and not is_mixed) or name.endswith(_COUNT_ENDING)):
            found.append(name)
    return found


def _groups(pair: _Pair, by: Sequence[str]) -> list[str]:
    names = [name for name, _ in pair.columns]
    return [name for name in dict.fromkeys([*_NEVER_BLENDED, *by]) if name in names]


def _sums(
    connection: duckdb.DuckDBPyConnection, pair: _Pair, groups: Sequence[str]
) -> Iterator[SumChange]:
    """The sums of every measure per group, where before and after are not the same."""
    measures = measures_of(pair.columns)
    if not measures:
        return
    grouping = ", ".join(f"cast({quoted(name)} as varchar) as {quoted(name)}" for name in groups)
    summed = ", ".join(f"sum({quoted(name)}) as {quoted(name)}" for name in measures)
    sides = [
        f"(select {grouping + ', ' if groups else ''}{summed}, true as _is_there "
        f"from {side.relation} {'group by all' if groups else ''})"
        for side in (pair.before, pair.after)
    ]
    condition = " and ".join(
        f"before.{quoted(name)} is not distinct from after.{quoted(name)}" for name in groups
    )
    shown = [f"coalesce(before.{quoted(name)}, after.{quoted(name)})" for name in groups]
    values = [f"{side}.{quoted(name)}" for name in measures for side in ("before", "after")]
    rows = connection.execute(
        f"select {', '.join([*shown, *values])} from {sides[0]} as before "
        f"full outer join {sides[1]} as after on {condition or 'true'} order by all"
    ).fetchall()
    for place, measure in enumerate(measures):
        for row in rows:
            before, after = row[len(groups) + 2 * place : len(groups) + 2 * place + 2]
            if (before or 0) != (after or 0):
                yield SumChange(
                    measure,
                    dict(zip(groups, row[: len(groups)], strict=True)),
                    None if before is None else Decimal(before),
                    None if after is None else Decimal(after),
                )


def sums_by(
    settings: Settings, before: Release, after: Release, table: str, by: Sequence[str] = ()
) -> list[SumChange]:
    """The sums of a table's measures that differ, per value of the columns `by`.

    Default: its quarter or week, where it has one. What must not be added up (sourced and
    influenced, pipeline and bookings) stays apart. Raises ReleaseError for an unknown column, and
    for a table that only one of the two releases has.
    """
    with _both(settings, before, after, table) as (connection, pair):
        names = [name for name, _ in pair.columns]
        for name in by:
            if name not in names:
                raise ReleaseError(
                    f"--by {name}: {pair.name} has no such column in both releases; it has "
                    f"{', '.join(names)}."
                )
        default = [name for name in _PERIODS if name in names][:1]
        return list(_sums(connection, pair, _groups(pair, list(by) or default)))


def differing_rows(
    settings: Settings, before: Release, after: Release, table: str, limit: int | None = None
) -> Iterator[RowChange]:
    """Rows that differ, in the order of their key: added, then removed, then changed.

    limit: the most rows of each kind; None for all. Nothing for a table of one release alone.
    """
    with _both(settings, before, after, table) as (connection, pair):
        at_most = "" if limit is None else f"limit {limit:d}"
        key = [column for column in pair.columns if column[0] in pair.key]
        others = [column for column in pair.columns if column[0] not in pair.key]
        for kind, condition in _conditions(pair).items():
            side = "before" if kind == "removed" else "after"
            named = [_text(side, column) for column in key]
            values = [_text(one, column) for column in others for one in ("before", "after")]
            found = connection.execute(
                f"select {', '.join([*named, *values])} from {_joined(pair)} "
                f"where {condition} order by all {at_most}"
            )
            while rows := found.fetchmany(1000):
                yield from (_row_change(pair, kind, key, others, row) for row in rows)


def _row_change(
    pair: _Pair,
    kind: RowKind,
    key: Sequence[tuple[str, str]],
    others: Sequence[tuple[str, str]],
    row: tuple[Any, ...],
) -> RowChange:
    values = {}
    for place, (name, _) in enumerate(others):
        before, after = row[len(key) + 2 * place : len(key) + 2 * place + 2]
        if kind != "changed" or before != after:
            values[name] = (before, after)
    names = [name for name, _ in key]
    return RowChange(pair.name, kind, dict(zip(names, row[: len(key)], strict=True)), values)


@contextmanager
def _both(
    settings: Settings, before: Release, after: Release, table: str
) -> Iterator[tuple[duckdb.DuckDBPyConnection, _Pair]]:
    """A table that both releases have; raises ReleaseError for any other."""
    known = {*before.manifest["tables"], *after.manifest["tables"]}
    name = named_table(known, table)
    sides = (_side(before, name), _side(after, name))
    if sides[0] is None or sides[1] is None:
        only = (after if sides[0] is None else before).release_id
        raise ReleaseError(
            f"{name} is in release {only} alone: there are no rows to compare it with."
        )
    with _reading(settings, name) as connection:
        yield connection, _pair(connection, name, sides[0], sides[1])


CSV_COLUMNS = ("table", "row", "key", "column", "before", "after")


def write_differences(settings: Settings, difference: ReleaseDifference, file: Path) -> int:
    """Write every value that differs as one line of a CSV file; returns how many lines.

    Tables of one release alone are left out: their rows are in its own files.
    """
    lines = 0
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(CSV_COLUMNS)
        for table in difference.tables:
            if table.kind != "changed":
                continue
            rows = differing_rows(settings, difference.before, difference.after, table.name)
            for row in rows:
                key = " ".join(f"{name}={value}" for name, value in row.key.items())
                for column, (before, after) in row.values.items():
                    cells = (row.table, row.kind, key, column, before, after)
                    writer.writerow([csv_text(cell) for cell in cells])
                    lines += 1
    return lines
