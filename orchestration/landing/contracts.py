"""What a landed table looks like: its columns, their kinds and which of them must be there.

The tables themselves are declared in the module of their source. The dbt sources are tested
against `declared_tables()`, so a column exists in one place only.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "decimal", "boolean", "date", "timestamp"]
Mode = Literal["full", "delta"]

_KINDS: dict[str, Kind] = {
    "": "text",
    "i": "integer",
    "n": "decimal",
    "b": "boolean",
    "d": "date",
    "ts": "timestamp",
}
_COLUMN = re.compile(r"^(?P<name>[a-z][a-z0-9_]*)(?P<header>!?)(?P<value>\*?)(?::(?P<kind>\w+))?$")


@dataclass(frozen=True)
class Column:
    """One declared column; in landing every value is text, `kind` says what the text spells.

    header_required: a file without the column is refused. value_required: a row without a
    value is quarantined. vocabulary: the only values, in their canonical spelling (empty = any).
    open_ended: a validity bound, where 9999-12-31 and 0001-01-01 mean "no bound" (rules 2).
    """

    name: str
    kind: Kind = "text"
    header_required: bool = False
    value_required: bool = False
    vocabulary: tuple[str, ...] = ()
    open_ended: bool = False
    aliases: tuple[str, ...] = ()
    ignores_time: bool = False


@dataclass(frozen=True)
class Table:
    """One declared table: `<source>/<name>` in landing, schema `landing_<source>` in dbt.

    at_least_one_of: columns of which each row needs one value. refuse_unknown_values: a value
    outside a vocabulary refuses the whole file instead of quarantining its row. may_be_empty:
    a file with a header and no rows is a statement, not an accident.
    """

    source: str
    name: str
    description: str
    columns: tuple[Column, ...]
    at_least_one_of: tuple[str, ...] = ()
    refuse_unknown_values: bool = False
    may_be_empty: bool = False

    @property
    def column_names(self) -> tuple[str, ...]:
        """The declared names in their order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The declared column; raises KeyError for any other name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


# Added by landing to every row, after the declared columns: name and type in DuckDB's words.
LANDING_COLUMNS: tuple[tuple[str, str], ...] = (
    ("_extra", "VARCHAR"),
    ("_original_values", "VARCHAR"),
    ("_batch_id", "VARCHAR"),
    ("_source_file", "VARCHAR"),
    ("_source_sha256", "VARCHAR"),
    ("_row_number", "BIGINT"),
    ("_landed_at", "TIMESTAMP"),
    ("_as_of", "DATE"),
)

QUARANTINE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("_row_number", "BIGINT"),
    ("_batch_id", "VARCHAR"),
    ("_source_file", "VARCHAR"),
    ("_source_sha256", "VARCHAR"),
    ("_landed_at", "TIMESTAMP"),
    ("_as_of", "DATE"),
    ("reason_code", "VARCHAR"),
    ("reason", "VARCHAR"),
    ("row_json", "VARCHAR"),
)


def columns_of(
    declaration: str,
    vocabularies: dict[str, tuple[str, ...]] | None = None,
    open_ended: tuple[str, ...] = (),
    aliases: dict[str, tuple[str, ...]] | None = None,
) -> tuple[Column, ...]:
    """Columns from words of the form `name[!][*][:kind]`.

    `!` the header must be there, `*` the value must be there; kinds: i integer, n decimal,
    b boolean, d date, ts timestamp, none = text. Raises ValueError for a malformed word.
    """
    vocabularies, aliases = vocabularies or {}, aliases or {}
    columns = tuple(
        dataclasses.replace(
            _column_of(word, vocabularies, open_ended),
            aliases=aliases.get(word.partition(":")[0].rstrip("!*"), ()),
        )
        for word in declaration.split()
    )
    named = set(vocabularies) | set(open_ended) | set(aliases)
    unknown = named - {column.name for column in columns}
    if unknown:
        raise ValueError(f"not among the declared columns: {sorted(unknown)}")
    return columns


def _column_of(
    word: str, vocabularies: dict[str, tuple[str, ...]], open_ended: tuple[str, ...]
) -> Column:
    match = _COLUMN.match(word)
    if match is None or (match["kind"] or "") not in _KINDS:
        raise ValueError(f"not a column declaration: {word!r}")
    name = match["name"]
    return Column(
        name=name,
        kind=_KINDS[match["kind"] or ""],
        header_required=bool(match["header"]),
        value_required=bool(match["value"]),
        vocabulary=vocabularies.get(name, ()),
        open_ended=name in open_ended,
    )


@functools.cache
def declared_tables() -> tuple[Table, ...]:
    """Every table of every source, in the order of the sources."""
    from orchestration.landing import (
        bilateral,
        company,
        hubspot,
        knowledge_tables,
        policy,
        reference,
        salesforce,
        templates,
    )

    return (
        *salesforce.TABLES,
        *hubspot.TABLES,
        *bilateral.TABLES,
        *templates.TABLES,
        *policy.TABLES,
        *company.TABLES,
        *reference.TABLES,
        *knowledge_tables.TABLES,
    )


@functools.cache
def declared_table(source: str, name: str) -> Table:
    """The table `name` of `source`; raises KeyError when it is not declared."""
    for table in declared_tables():
        if (table.source, table.name) == (source, name):
            return table
    raise KeyError(f"{source}.{name}")
