"""Columns of marts whose type would be the engine's choice: followed from model to model.

A sum without a cast is no harm as long as it is only compared, or cast later. It is one where a
mart publishes it: hugeint on DuckDB, bigint on Spark, and the contract of the mart sees it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from tests.portable_sql.reading import ModelReading, Occurrence, is_stand_in
from tests.portable_sql.rule import Finding
from tests.portable_sql.words import SMALL_INTEGERS

AGGREGATE = "aggregate_without_type"
INTEGER = "published_integer"

REASONS = {
    AGGREGATE: "Sums and averages have other types on the two engines: hugeint and bigint, "
    "double and decimal.",
    INTEGER: "This number is bigint on DuckDB and a smaller integer on Spark.",
}
MENDS = {
    AGGREGATE: "Cast the aggregate: bigint, {{ type_money() }}, double.",
    INTEGER: "Cast it to bigint.",
}
# Expressions that hand on the type of these of their arguments.
_HANDS_ON = (
    exp.Add,
    exp.Case,
    exp.Coalesce,
    exp.FirstValue,
    exp.Greatest,
    exp.If,
    exp.Lag,
    exp.LastValue,
    exp.Lead,
    exp.Least,
    exp.Max,
    exp.Min,
    exp.Mod,
    exp.Mul,
    exp.Neg,
    exp.Nullif,
    exp.Paren,
    exp.Sub,
    exp.Window,
)


@dataclass(frozen=True)
class Origin:
    """Where a value without a stated type is made: the rule that it may break, file and place."""

    rule_id: str
    reading: ModelReading
    occurrence: Occurrence


Columns = dict[str, Origin]


class PublishedTypes:
    """Follows untyped values through the models of one project.

    Args:
        readings: the models by name; a table that is not among them has stated types.
    """

    def __init__(self, readings: Mapping[str, ModelReading]) -> None:
        self._readings = readings
        self._known: dict[str, Columns] = {}

    def findings(self) -> Iterator[Finding]:
        """One finding per untyped value that reaches a mart, at the place where it is made."""
        for name, reading in self._readings.items():
            if "marts" not in reading.path.parts:
                continue
            for column, origin in self.columns_of_model(name).items():
                path: Path = origin.reading.path
                yield Finding(
                    path=path,
                    line=origin.reading.model.line_in_file(origin.occurrence.line),
                    rule_id=origin.rule_id,
                    words=origin.occurrence.words,
                    reason=f"{name} publishes it as {column}. {REASONS[origin.rule_id]}",
                    mend=MENDS[origin.rule_id],
                )

    def columns_of_model(self, name: str) -> Columns:
        """The columns of a model without a stated type."""
        if name not in self._known:
            # A model that reads itself (an incremental one) finds itself known and empty.
            self._known[name] = {}
            if name in self._readings:
                reading = self._readings[name]
                self._known[name] = self._columns_of_query(reading, reading.tree, {})
        return self._known[name]

    def _columns_of_query(
        self, reading: ModelReading, query: exp.Expression, outer: Mapping[str, Columns]
    ) -> Columns:
        steps = dict(outer)
        clause = query.args.get("with_") or query.args.get("with")
        for step in clause.expressions if clause is not None else []:
            steps[step.alias.lower()] = self._columns_of_query(reading, step.this, steps)
        if isinstance(query, exp.SetOperation):
            left = self._columns_of_query(reading, query.this, steps)
            return {**self._columns_of_query(reading, query.expression, steps), **left}
        if isinstance(query, exp.Subquery | exp.Paren):
            return self._columns_of_query(reading, query.this, steps)
        if isinstance(query, exp.Select):
            return self._columns_of_select(reading, query, steps)
        return {}

    def _columns_of_select(
        self, reading: ModelReading, select: exp.Select, steps: Mapping[str, Columns]
    ) -> Columns:
        tables = self._tables(reading, select, steps)
        columns: Columns = {}
        for projection in select.expressions:
            value = projection.unalias()
            if isinstance(value, exp.Star):
                for table in tables.values():
                    columns.update(table)
            elif isinstance(value, exp.Column) and isinstance(value.this, exp.Star):
                columns.update(tables.get(value.table.lower(), {}))
            else:
                origin = self._origin(reading, value, tables, steps)
                if origin is not None:
                    columns[projection.alias_or_name.lower()] = origin
        return columns

    def _tables(
        self, reading: ModelReading, select: exp.Select, steps: Mapping[str, Columns]
    ) -> dict[str, Columns]:
        """The untyped columns of each table that the select reads, by the table's alias."""
        beginning = select.args.get("from_") or select.args.get("from")
        read = [beginning.this] if beginning is not None else []
        read += [join.this for join in select.args.get("joins") or []]
        tables: dict[str, Columns] = {}
        for table in read:
            alias = table.alias_or_name.lower()
            if isinstance(table, exp.Subquery):
                tables[alias] = self._columns_of_query(reading, table.this, steps)
            elif isinstance(table, exp.Table):
                name = table.name.lower()
                tables[alias] = steps[name] if name in steps else self.columns_of_model(name)
        return tables

    def _origin(
        self,
        reading: ModelReading,
        value: exp.Expression,
        tables: Mapping[str, Columns],
        steps: Mapping[str, Columns],
    ) -> Origin | None:
        """Where the type of a value is left open, or None when it is stated."""
        if isinstance(value, exp.Cast) or is_stand_in(value):
            return None
        if isinstance(value, exp.Column):
            named = tables.get(value.table.lower())
            searched = [named] if named is not None else list(tables.values())
            name = value.name.lower()
            return next((columns[name] for columns in searched if name in columns), None)
        if isinstance(value, exp.Sum | exp.Avg):
            return Origin(AGGREGATE, reading, reading.at(value))
        if isinstance(value, exp.Func) and _sql_names(value) & SMALL_INTEGERS:
            return Origin(INTEGER, reading, reading.at(value))
        if isinstance(value, exp.Subquery):
            columns = self._columns_of_query(reading, value.this, steps)
            return next(iter(columns.values()), None)
        if not isinstance(value, _HANDS_ON):
            return None
        origins = (self._origin(reading, argument, tables, steps) for argument in _handed_on(value))
        return next((origin for origin in origins if origin is not None), None)


def _handed_on(value: exp.Expression) -> list[exp.Expression]:
    """The arguments that decide the type of the value."""
    if isinstance(value, exp.Case):
        results = [branch.args.get("true") for branch in value.args.get("ifs") or []]
        return [result for result in (*results, value.args.get("default")) if result is not None]
    if isinstance(value, exp.If):
        return [part for key in ("true", "false") if (part := value.args.get(key)) is not None]
    if isinstance(value, exp.Coalesce | exp.Greatest | exp.Least):
        return [value.this, *value.expressions]
    if isinstance(value, exp.Binary):
        return [value.this, value.expression]
    return [value.this]


def _sql_names(function: exp.Func) -> set[str]:
    names = {name.lower() for name in type(function).sql_names()}
    return names | ({"position"} if isinstance(function, exp.StrPosition) else set())
