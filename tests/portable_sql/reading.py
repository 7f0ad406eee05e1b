"""One rendered model as tokens and as a tree, and what rules ask of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

from tests.portable_sql.rendering import DIALECT, STAND_IN_PREFIX, RenderedModel

# What may stand before a bracket without being the name of a function.
_NO_FUNCTION = frozenset(
    """
    all and any as asc between by case cross cube desc distinct else end except exists filter
    from full group having if in inner intersect into is join lateral left like limit natural
    not nulls offset on or order outer over partition qualify recursive right rollup select semi
    sets some then union unnest using values when where window with within
    """.split()  # noqa: SIM905 (as in words.py)
)
_TYPES_WITH_SIZE = frozenset({"char", "decimal", "dec", "numeric", "varchar", "string"})


class UnreadableSqlError(Exception):
    """The rendered SQL is none that DuckDB could read; holds the line in the file."""

    def __init__(self, line: int, explanation: str) -> None:
        super().__init__(explanation)
        self.line = line


@dataclass(frozen=True)
class Occurrence:
    """One place in the rendered SQL where a rule is broken: the line there, and the words."""

    line: int
    words: str


@dataclass(frozen=True)
class Call:
    """The call of a function by name, with the index of the name among the tokens."""

    name: str
    index: int
    token: Token


class ModelReading:
    """Tokens and tree of one rendered model."""

    def __init__(self, model: RenderedModel) -> None:
        self.model = model
        try:
            self.tokens: list[Token] = sqlglot.tokenize(model.sql, read=DIALECT)
            trees = [
                tree
                for tree in sqlglot.parse(model.sql, read=DIALECT)
                if isinstance(tree, exp.Expression)
            ]
        except SqlglotError as error:
            details = getattr(error, "errors", None) or [{}]
            line = model.line_in_file(details[0].get("line") or 1)
            explanation = details[0].get("description") or str(error).splitlines()[0]
            raise UnreadableSqlError(line, explanation) from error
        if len(trees) != 1:
            raise UnreadableSqlError(1, f"a model is one query, this file holds {len(trees)}")
        self.tree: exp.Expression = trees[0]
        # A text is no word of the query, whatever it says.
        self.words = [
            "" if token.token_type == TokenType.STRING else token.text.lower()
            for token in self.tokens
        ]
        self.places: dict[str, list[int]] = {}
        for index, word in enumerate(self.words):
            self.places.setdefault(word, []).append(index)

    @property
    def path(self) -> Path:
        """The file of the model."""
        return self.model.path

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every call of a function, those of stand-ins of dispatched macros included."""
        return tuple(self._calls())

    @cached_property
    def selects(self) -> tuple[exp.Select, ...]:
        """Every select of the model, inner ones included."""
        return tuple(self.tree.find_all(exp.Select))

    def nodes(self, *kinds: type[exp.Expression]) -> Iterator[exp.Expression]:
        """Every node of these kinds."""
        yield from self.tree.find_all(*kinds)

    def at(self, node: exp.Expression, words: str = "") -> Occurrence:
        """Where a node of the tree is written, with its own words unless others are given."""
        return Occurrence(self._line_of(node), words or _shortened(node.sql(dialect=DIALECT)))

    def at_token(self, index: int, words: str = "") -> Occurrence:
        """Where a token is written."""
        token = self.tokens[index]
        return Occurrence(token.line, words or token.text)

    def token_is(self, index: int, *texts: str) -> bool:
        """Whether the token at this index (which may lie outside) is one of these words."""
        return 0 <= index < len(self.words) and self.words[index] in texts

    def closing(self, opening: int) -> int:
        """The index of the bracket that closes the one at `opening`."""
        depth = 0
        for index in range(opening, len(self.tokens)):
            if self.tokens[index].token_type == TokenType.L_PAREN:
                depth += 1
            elif self.tokens[index].token_type == TokenType.R_PAREN:
                depth -= 1
                if depth == 0:
                    return index
        return len(self.tokens) - 1

    def _calls(self) -> Iterator[Call]:
        for index, token in enumerate(self.tokens[:-1]):
            if self.tokens[index + 1].token_type != TokenType.L_PAREN:
                continue
            name = token.text.lower()
            if token.token_type in (TokenType.STRING, TokenType.NUMBER, TokenType.IDENTIFIER):
                continue
            if not name.isidentifier() or name in _NO_FUNCTION:
                # `left(` and `right(` are functions, `left join` is not.
                is_function = name in ("left", "right", "if", "unnest") and not self.token_is(
                    index - 1, "as"
                )
                if not is_function:
                    continue
            if self.token_is(index - 1, "as") or name in _TYPES_WITH_SIZE:
                continue
            if self._names_columns(index):
                continue
            yield Call(name=name, index=index, token=token)

    def _names_columns(self, index: int) -> bool:
        """Whether `name (a, b)` gives a CTE its columns: `with name (a, b) as (…`."""
        after = self.closing(index + 1) + 1
        return (
            self.token_is(index - 1, "with", ",", "recursive")
            and self.token_is(after, "as")
            and self.token_is(after + 1, "(")
        )

    def _line_of(self, node: exp.Expression) -> int:
        starts = [
            (part.meta["start"], part.meta["line"])
            for part in node.find_all(exp.Expression)
            if "start" in part.meta and "line" in part.meta
        ]
        if starts:
            return int(min(starts)[1])
        parent = node.parent
        return self._line_of(parent) if isinstance(parent, exp.Expression) else 1


def is_stand_in(node: exp.Expression) -> bool:
    """Whether the node is the call of a dispatched macro: it answers for its own types."""
    return isinstance(node, exp.Anonymous) and str(node.this).lower().startswith(STAND_IN_PREFIX)


def stand_in_name(node: exp.Expression) -> str:
    """The macro's name of a stand-in, '' for any other node."""
    return str(node.this).lower().removeprefix(STAND_IN_PREFIX) if is_stand_in(node) else ""


def unwrapped(node: exp.Expression | None) -> exp.Expression | None:
    """The node without brackets around it."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def is_under(node: exp.Expression, accepts: Callable[[exp.Expression], bool]) -> bool:
    """Whether an expression around the node is accepted, before the next query around it."""
    parent = node.parent
    while isinstance(parent, exp.Expression) and not isinstance(
        parent, exp.Select | exp.SetOperation
    ):
        if accepts(parent):
            return True
        parent = parent.parent
    return False


def is_cast_around(node: exp.Expression) -> bool:
    """Whether a cast or a macro of ours gives the node's value its type."""
    return is_under(node, lambda around: isinstance(around, exp.Cast) or is_stand_in(around))


def is_projected(node: exp.Expression) -> bool:
    """Whether the node belongs to a column that a select gives (not to a filter or an order)."""
    inner: exp.Expr = node
    parent = node.parent
    while parent is not None and not isinstance(parent, exp.Select):
        inner, parent = parent, parent.parent
    return isinstance(parent, exp.Select) and inner.arg_key == "expressions"


def column_name(node: exp.Expression | None) -> str:
    """The name of a column in lower case, '' for any other node."""
    node = unwrapped(node)
    return node.name.lower() if isinstance(node, exp.Column) else ""


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
