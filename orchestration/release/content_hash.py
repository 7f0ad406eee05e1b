"""The content hash of a table: the same rows give the same hash on any engine, in any order.

How it is computed, so that another engine can compute it too:

1. every value becomes text: integers and decimals as written (decimals with their full scale),
   booleans `true`/`false`, days `YYYY-MM-DD`, timestamps `YYYY-MM-DD HH:MM:SS.ffffff`, floating
   point numbers as `%.9e` (their last bits depend on the order of summing);
2. a row becomes one text: for every column, in declared order, `<length>:<text>`, or `-` for NULL.
   The length (in characters) makes the text unambiguous;
3. the row's MD5 is read as two unsigned 64-bit numbers (first and last 16 hexadecimal digits);
4. each of the two is summed over all rows: sums do not depend on order, and unlike an exclusive or
   they also see a row that occurs twice;
5. SHA-256 over the column names, the number of rows and the two sums is the table's hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_FLOATING_TYPES = frozenset({"DOUBLE", "FLOAT", "REAL"})


@dataclass(frozen=True)
class Column:
    """A column of a table, with DuckDB's name of its type."""

    name: str
    data_type: str


@dataclass(frozen=True)
class TableContent:
    """What a table holds: its columns in order, its number of rows and its content hash."""

    columns: tuple[Column, ...]
    rows_count: int
    content_hash: str


def quoted(identifier: str) -> str:
    """The identifier in double quotes, as DuckDB reads it literally."""
    return '"' + identifier.replace('"', '""') + '"'


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[Column, ...]:
    """Columns of a table, view or table function call, in declared order."""
    described = connection.execute(f"describe select * from {relation}").fetchall()
    return tuple(Column(name=row[0], data_type=row[1]) for row in described)


def _value_text(column: Column) -> str:
    """SQL of one value as canonical text (step 1)."""
    name = quoted(column.name)
    if column.data_type == "TIMESTAMP":
        return f"strftime({name}, '%Y-%m-%d %H:%M:%S.%f')"
    if column.data_type in _FLOATING_TYPES:
        return f"printf('%.9e', cast({name} as double))"
    return f"cast({name} as varchar)"


def _row_text(columns: Sequence[Column]) -> str:
    """SQL of one row as canonical text (step 2), of values that are text already.

    `concat` leaves NULL out. One call with all pieces copies each once: chained, they would be
    copied again for every column behind them.
    """
    pieces = [
        f"length({name}), case when {name} is null then '-' else ':' end, {name}"
        for name in (quoted(column.name) for column in columns)
    ]
    return f"concat({', '.join(pieces)})"


def content_hash_query(relation: str, columns: Sequence[Column]) -> str:
    """SQL that returns one row: number of rows, first sum, second sum (steps 1 to 4)."""
    values = ", ".join(f"{_value_text(column)} as {quoted(column.name)}" for column in columns)
    return f"""
        select
            count(*) as rows_count,
            cast(coalesce(sum(cast('0x' || substr(row_hash, 1, 16) as ubigint)), 0) as varchar),
            cast(coalesce(sum(cast('0x' || substr(row_hash, 17, 16) as ubigint)), 0) as varchar)
        from (
            select md5({_row_text(columns)}) as row_hash
            from (select {values} from {relation}) as texts
        ) as hashed_rows
    """


def fingerprint(connection: duckdb.DuckDBPyConnection, relation: str) -> tuple[int, int]:
    """Number of rows, and the sum of DuckDB's own hashes of them.

    Equal for equal rows in any order, for this version of DuckDB alone: it compares two copies
    within one process, at a tenth of the price of the content hash.
    """
    names = ", ".join(quoted(column.name) for column in columns_of(connection, relation))
    found = connection.execute(
        f"select count(*), coalesce(sum(cast(hash({names}) as hugeint)), 0) from {relation}"
    ).fetchone()
    assert found is not None  # an aggregate without group by always returns a row
    return int(found[0]), int(found[1])


def read_content(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    ignored_columns: Collection[str] = (),
) -> TableContent:
    """Count and hash the rows of a relation.

    Args:
        connection: an open DuckDB connection.
        relation: a table, view or table function call, as SQL text.
        ignored_columns: columns that stay out of the hash (moments of the wall clock, which differ
            between two runs that believe the same).
    """
    columns = columns_of(connection, relation)
    hashed = [column for column in columns if column.name not in ignored_columns]
    found = connection.execute(content_hash_query(relation, hashed)).fetchone()
    assert found is not None  # an aggregate without group by always returns a row
    rows_count, first_sum, second_sum = found
    names = "\n".join(column.name for column in hashed)
    digest = hashlib.sha256(f"{names}\n{rows_count}\n{first_sum}\n{second_sum}".encode())
    return TableContent(columns=columns, rows_count=rows_count, content_hash=digest.hexdigest())


def combined_hash(table_hashes: dict[str, str]) -> str:
    """The content hash of a whole release: SHA-256 over `table=hash` lines sorted by table."""
    lines = "\n".join(f"{table}={table_hashes[table]}" for table in sorted(table_hashes))
    return hashlib.sha256(lines.encode()).hexdigest()
