"""What a landed table looks like: its columns, their kinds and which of them must be there.

The tables themselves are declared in the module of their source. The dbt sources are tested
against `declared_tables()`, so a column exists in one place only.
"""

from __future__ import annotations

import functools
import hashlib
import re
from dataclasses import dataclass, replace
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
    ignores_time: of a day that is written with a time of day, the day as written is meant.
    also: other names of the header in the system's own files, as snake case, the best first.
    spellings: (the system's word, ours) for words that the system itself defines. many: the
    value is a list (a JSON array, or words between `;`), landed as our words joined by `; `.
    """

    name: str
    kind: Kind = "text"
    header_required: bool = False
    value_required: bool = False
    vocabulary: tuple[str, ...] = ()
    open_ended: bool = False
    ignores_time: bool = False
    also: tuple[str, ...] = ()
    spellings: tuple[tuple[str, str], ...] = ()
    many: bool = False


@dataclass(frozen=True)
class RowRule:
    """What the columns of one row must say together; a row that breaks it is quarantined.

    broken_when: SQL in which `{column}` stands for a typed value; the rule is left out where the
    file lacks one of its columns. finding: the words behind "row 7: ", with the mend.
    """

    code: str
    broken_when: str
    finding: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the rule reads."""
        return tuple(dict.fromkeys(re.findall(r"{(\w+)}", self.broken_when)))


@dataclass(frozen=True)
class Table:
    """One declared table: `<source>/<name>` in landing, schema `landing_<source>` in dbt.

    at_least_one_of: groups of columns; each row needs a value in each group.
    refuse_unknown_values: a value outside a vocabulary refuses the whole file instead of
    quarantining its row. may_be_empty: a file with a header and no rows is a statement, not an
    accident. package: prefix of the fields of a Salesforce package, which is no part of their
    names. file_words: words in a file's name that choose the table where a source has several.
    null_tokens: texts that the system writes for "no value", in any case of letters.
    epoch_times: times are seconds since 1970. unfolds: keys of nested lists of JSON items, whose
    elements are rows of their own. headerless: the columns of files without a header, by their
    number. file_day_column: the date column that the day in the file's name fills.
    """

    source: str
    name: str
    description: str
    columns: tuple[Column, ...]
    at_least_one_of: tuple[tuple[str, ...], ...] = ()
    refuse_unknown_values: bool = False
    may_be_empty: bool = False
    package: str | None = None
    file_words: tuple[str, ...] = ()
    null_tokens: tuple[str, ...] = ()
    epoch_times: bool = False
    unfolds: tuple[str, ...] = ()
    headerless: tuple[tuple[str, ...], ...] = ()
    file_day_column: str | None = None
    row_rules: tuple[RowRule, ...] = ()

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
    also: dict[str, str] | None = None,
    spellings: dict[str, dict[str, str]] | None = None,
    many: tuple[str, ...] = (),
) -> tuple[Column, ...]:
    """Columns from words of the form `name[!][*][:kind]`.

    `!` the header must be there, `*` the value must be there; kinds: i integer, n decimal,
    b boolean, d date, ts timestamp, none = text. `also`: other headers of a column, between
    blanks. Raises ValueError for a malformed word.
    """
    vocabularies, also, spellings = vocabularies or {}, also or {}, spellings or {}
    columns = tuple(_column_of(word, vocabularies, open_ended) for word in declaration.split())
    named = {*vocabularies, *open_ended, *also, *spellings, *many}
    if unknown := named - {column.name for column in columns}:
        raise ValueError(f"not among the declared columns: {sorted(unknown)}")
    return tuple(
        replace(
            column,
            also=tuple(also.get(column.name, "").split()),
            spellings=tuple(spellings.get(column.name, {}).items()),
            many=column.name in many,
        )
        for column in columns
    )


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
        bombora,
        company,
        crossbeam,
        hubspot,
        knowledge_tables,
        partnertap,
        policy,
        reference,
        reveal,
        salesforce,
        sixsense,
        templates,
    )

    return (
        *salesforce.TABLES,
        *hubspot.TABLES,
        *bilateral.TABLES,
        *crossbeam.TABLES,
        *reveal.TABLES,
        *partnertap.TABLES,
        *bombora.TABLES,
        *sixsense.TABLES,
        *templates.TABLES,
        *policy.TABLES,
        *company.TABLES,
        *reference.TABLES,
        *knowledge_tables.TABLES,
    )


@functools.cache
def shape_of_landing() -> str:
    """A short hash over the names of all landed tables and columns: another shape, another hash."""
    lines = (
        f"{table.source}.{table.name}={','.join(table.column_names)}" for table in declared_tables()
    )
    added = ",".join(f"{name} {kind}" for name, kind in LANDING_COLUMNS)
    return hashlib.sha256("\n".join([*lines, added]).encode()).hexdigest()[:16]


@functools.cache
def declared_table(source: str, name: str) -> Table:
    """The table `name` of `source`; raises KeyError when it is not declared."""
    for table in declared_tables():
        if (table.source, table.name) == (source, name):
            return table
    raise KeyError(f"{source}.{name}")
