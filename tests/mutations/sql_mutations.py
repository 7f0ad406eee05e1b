"""Every place of a query where a rule can be wrong by one step, and the query with that step taken.

A place is known by its kind and its number in the order of the syntax tree, so that the same place
is found in the model as it is built and in the model inside a unit test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

DIALECT = "duckdb"
FIXTURE_PREFIX = "__dbt__cte__"
_ACTUAL = "dbt_internal_unit_test_actual"
_TABLE_OF_DBT = re.compile(rf'"?{FIXTURE_PREFIX}(\w+)"?|"(?:\w+)"\."(\w+)"')

_DIGITS = re.compile(r"\d+")

# What a comparison, a connection or a choice is mistaken for.
_SWAPPED: dict[type[exp.Expression], tuple[str, type[exp.Expression]]] = {
    exp.LT: ("comparison", exp.LTE),
    exp.LTE: ("comparison", exp.LT),
    exp.GT: ("comparison", exp.GTE),
    exp.GTE: ("comparison", exp.GT),
    exp.EQ: ("comparison", exp.NEQ),
    exp.NEQ: ("comparison", exp.EQ),
    exp.NullSafeEQ: ("comparison", exp.NullSafeNEQ),
    exp.NullSafeNEQ: ("comparison", exp.NullSafeEQ),
    exp.Add: ("sign", exp.Sub),
    exp.Sub: ("sign", exp.Add),
    exp.And: ("and or", exp.Or),
    exp.Or: ("and or", exp.And),
    exp.Greatest: ("extreme", exp.Least),
    exp.Least: ("extreme", exp.Greatest),
    exp.Max: ("extreme", exp.Min),
    exp.Min: ("extreme", exp.Max),
}


@dataclass(frozen=True)
class Place:
    """One mutation that can be made, and how to make it on the tree it was found in."""

    kind: str
    before: str
    after: str
    around: str
    """What it stands in, where the place itself says too little: a number."""
    make: Callable[[], None]

    @property
    def shape(self) -> tuple[str, str, str]:
        """The same for every copy that a loop or a macro writes of one place."""
        digitless = (_DIGITS.sub("#", text) for text in (self.around or self.before, self.after))
        return (self.kind, *digitless)

    @property
    def signature(self) -> tuple[str, str, str]:
        """What is the same wherever the query stands: relation names are left out."""
        return (self.kind, _plain(self.before), _plain(self.after))


def parsed(query: str) -> exp.Expression:
    """The syntax tree of a query that DuckDB understands."""
    return sqlglot.parse_one(query, read=DIALECT)


def written(tree: exp.Expression) -> str:
    """The query of a syntax tree."""
    return tree.sql(dialect=DIALECT)


def model_inside(unit_test: exp.Expression) -> exp.Expression:
    """The model's own query in the query of a unit test, with the fixtures before it."""
    for cte in unit_test.find_all(exp.CTE):
        if cte.alias == _ACTUAL:
            subquery = cte.this.args["from_"].this
            assert isinstance(subquery, exp.Subquery)
            return subquery.this
    raise AssertionError("the query is not one of a unit test")


def places(tree: exp.Expression) -> list[Place]:
    """All mutations of a query, in the order of its tree; fixtures of unit tests are left alone."""
    return [place for node in _own_nodes(tree) for place in _places_of(node)]


def _own_nodes(tree: exp.Expression) -> Iterator[exp.Expression]:
    def is_fixture(node: exp.Expression) -> bool:
        return isinstance(node, exp.CTE) and node.alias.startswith(FIXTURE_PREFIX)

    for node in tree.walk(bfs=False, prune=is_fixture):
        if not is_fixture(node):
            yield node


def _places_of(node: exp.Expression) -> Iterator[Place]:
    swapped = _SWAPPED.get(type(node))
    if swapped:
        yield _replacing(swapped[0], node, _as(node, swapped[1]))
    elif isinstance(node, exp.Not):
        yield _replacing("negation", node, node.this.copy())
    elif isinstance(node, exp.Neg):
        yield _replacing("sign", node, node.this.copy())
    elif isinstance(node, exp.Coalesce) and node.expressions:
        fewer = node.copy()
        fewer.set("expressions", fewer.expressions[:-1])
        yield _replacing("coalesce", node, fewer if fewer.expressions else fewer.this.copy())
    elif isinstance(node, exp.Join):
        yield from _places_of_join(node)
    elif isinstance(node, exp.Window):
        yield from _places_of_window(node)
    elif isinstance(node, exp.Literal) and _is_whole_number(node):
        for step in (1, -1):
            moved = int(node.name) + step
            literal: exp.Expression = exp.Literal.number(abs(moved))
            yield _replacing("number", node, literal if moved >= 0 else exp.Neg(this=literal))


def _as(node: exp.Expression, other: type[exp.Expression]) -> exp.Expression:
    copy = node.copy()
    turned = other(**copy.args)
    # A connection binds as it stood in the tree, whatever it is turned into.
    return exp.Paren(this=turned) if isinstance(turned, exp.Connector) else turned


def _is_whole_number(node: exp.Literal) -> bool:
    is_of_type = node.find_ancestor(exp.DataType) is not None
    return not node.is_string and node.name.isdigit() and not is_of_type


def _places_of_join(node: exp.Join) -> Iterator[Place]:
    if node.side == "LEFT" and not node.kind:
        yield _replacing("join", node, _with(node, side=None, kind="INNER"))
    elif not node.side and node.kind in ("", "INNER") and node.args.get("on"):
        yield _replacing("join", node, _with(node, side="LEFT", kind=None))


def _places_of_window(node: exp.Window) -> Iterator[Place]:
    partition = node.args.get("partition_by") or []
    for number in range(len(partition)):
        fewer = [one.copy() for place, one in enumerate(partition) if place != number]
        yield _replacing("window", node, _with(node, partition_by=fewer))
    order = node.args.get("order")
    for number in range(len(order.expressions) if order else 0):
        turned = node.copy()
        ordered = turned.args["order"].expressions[number]
        ordered.set("desc", not ordered.args.get("desc"))
        yield _replacing("window", node, turned)
    frame = node.args.get("spec")
    if frame is not None:
        yield _replacing("window", node, _with(node, spec=None))


def _with(node: exp.Expression, **arguments: object) -> exp.Expression:
    copy = node.copy()
    for name, value in arguments.items():
        copy.set(name, value)
    return copy


def _replacing(kind: str, node: exp.Expression, other: exp.Expression) -> Place:
    def make() -> None:
        node.replace(other)

    around = node.parent.sql(DIALECT) if isinstance(node, exp.Literal) and node.parent else ""
    return Place(kind, node.sql(DIALECT), other.sql(DIALECT), around, make)


def _plain(text: str) -> str:
    """The words of a query without schemas and without the prefix of fixtures."""
    return _TABLE_OF_DBT.sub(lambda found: found.group(1) or found.group(2), text)
