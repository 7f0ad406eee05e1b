"""Every place of a Python module where a rule can be wrong by one step.

Docstrings, annotations and the texts of messages are left alone: they decide nothing.
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


@dataclass(frozen=True)
class PythonPlace:
    """One mutation of a module: where, what stands there and what would stand there."""

    node: int
    """Number of the node in `ast.walk`."""
    kind: str
    line: int
    before: str
    after: str


def python_places(source: str) -> list[PythonPlace]:
    """All mutations of a module, in the order of its syntax tree."""
    return [
        PythonPlace(number, kind, getattr(node, "lineno", 0), ast.unparse(node), ast.unparse(other))
        for number, node in enumerate(ast.walk(ast.parse(source)))
        for kind, other in _turned(node)
    ]


def mutated(source: str, place: PythonPlace) -> str:
    """The module with one place changed."""
    tree = ast.parse(source)
    node = next(one for number, one in enumerate(ast.walk(tree)) if number == place.node)
    ((_, other),) = _turned(node)
    _replace(tree, node, other)
    return ast.unparse(tree) + "\n"


def _turned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
        first = _COMPARISONS[type(node.ops[0])]()
        yield (
            "comparison",
            ast.Compare(left=node.left, ops=[first, *node.ops[1:]], comparators=node.comparators),
        )
    elif isinstance(node, ast.BoolOp):
        other: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and or", ast.BoolOp(op=other, values=node.values)
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
