"""Every place of a Python module where a rule can be wrong by one step.

Docstrings, annotations and the texts of messages are left alone: they decide nothing. So are the
flags of `GUARDS`, which only stop a programmer and never meet a row.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_EXTREMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
GUARDS = frozenset({"frozen", "repr", "slots", "strict"})
"""Arguments of dataclasses and of `zip` that change nothing for any row that there is."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class PythonPlace:
    """One mutation of a module: where, what stands there and what would stand there."""

    node: int
    """Number of the node in `ast.walk`."""
    turn: int
    """Number of the mutation among those of the node."""
    kind: str
    lines: range
    """The lines of its statement, without those of the statements in it."""
    is_run_once: bool
    """Whether an import runs it, or the first call of a cached function, and no later test."""
    before: str
    after: str


@dataclass(frozen=True)
class _Statement:
    lines: range
    is_run_once: bool


def python_places(source: str) -> list[PythonPlace]:
    """All mutations of a module, in the order of its syntax tree."""
    tree = ast.parse(source)
    statement_of: dict[int, _Statement] = {}
    _situate(tree, _Statement(range(0), is_run_once=True), statement_of)
    return [
        PythonPlace(
            number,
            turn,
            kind,
            statement_of[id(node)].lines,
            statement_of[id(node)].is_run_once,
            ast.unparse(node),
            ast.unparse(other),
        )
        for number, node in enumerate(ast.walk(tree))
        if id(node) in statement_of
        for turn, (kind, other) in enumerate(_turned(node))
    ]


def mutated(source: str, place: PythonPlace) -> str:
    """The module with one place changed."""
    tree = ast.parse(source)
    node = next(one for number, one in enumerate(ast.walk(tree)) if number == place.node)
    _replace(tree, node, list(_turned(node))[place.turn][1])
    return ast.unparse(tree) + "\n"


def _situate(node: ast.AST, inside: _Statement, found: dict[int, _Statement]) -> None:
    """Remember the statement of every node that decides something."""
    if isinstance(node, ast.stmt):
        inside = _Statement(_own_lines(node), inside.is_run_once)
    found[id(node)] = inside
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns"):
            continue
        within = inside
        if field == "body" and isinstance(node, _FUNCTIONS):
            cached = any("cache" in ast.unparse(one) for one in node.decorator_list)
            within = _Statement(inside.lines, is_run_once=cached)
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_guard(child):
                _situate(child, within, found)


def _own_lines(node: ast.stmt) -> range:
    inner = [one for one in ast.walk(node) if isinstance(one, ast.stmt) and one is not node]
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(one.lineno for one in decorators)])
    last = min((one.lineno - 1 for one in inner), default=node.end_lineno or node.lineno)
    return range(first, max(first, last) + 1)


def _is_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.keyword) and node.arg in GUARDS


def _turned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Compare):
        for number, operator in enumerate(node.ops):
            if type(operator) in _COMPARISONS:
                ops = [*node.ops]
                ops[number] = _COMPARISONS[type(operator)]()
                other = ast.Compare(left=node.left, ops=ops, comparators=node.comparators)
                yield "comparison", other
    elif isinstance(node, ast.BoolOp):
        operator: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and or", ast.BoolOp(op=operator, values=node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "negation", node.operand
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        yield "sign", ast.BinOp(left=node.left, op=ast.Add(), right=node.right)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in _EXTREMES:
            swapped = ast.Name(id=_EXTREMES[node.func.id], ctx=ast.Load())
            yield "extreme", ast.Call(func=swapped, args=node.args, keywords=node.keywords)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield "number", ast.Constant(value=node.value + 1)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield "flag", ast.Constant(value=not node.value)


def _replace(tree: ast.AST, old: ast.AST, new: ast.expr) -> None:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list):
                value[:] = [new if one is old else one for one in value]
    ast.fix_missing_locations(tree)
