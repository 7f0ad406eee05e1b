"""Rules that need to know what belongs to what: operands, types, windows, names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp
from sqlglot.tokens import TokenType

from tests.portable_sql.reading import (
    Call,
    ModelReading,
    Occurrence,
    column_name,
    is_cast_around,
    is_projected,
    is_stand_in,
    stand_in_name,
    unwrapped,
)
from tests.portable_sql.rule import RuleBook
from tests.portable_sql.words import PORTABLE_TYPES, RESERVED_WORDS

book = RuleBook()

_LOWER_SNAKE_CASE = re.compile(r"_?[a-z][a-z0-9_]*")
_MONEY = re.compile(r"(^|_)amount(s)?(_|$)")
_INTEGERS = frozenset({"bigint", "int", "integer", "smallint", "tinyint"})
# Names of days and moments: `<event>_on` and `<event>_at`, with the two that stand for a refresh.
_DAY_NAMES = ("_on", "as_of")
_MOMENT_NAME = "_at"
_DAY_MACROS = frozenset({"add_days", "date_in_time_zone", "monday_of"})
_KEEPS_KIND = (exp.Coalesce, exp.Greatest, exp.Least, exp.Min, exp.Max, exp.Lag, exp.Lead)
_ORDERED_FUNCTIONS = (
    exp.CumeDist,
    exp.DenseRank,
    exp.FirstValue,
    exp.Lag,
    exp.LastValue,
    exp.Lead,
    exp.NthValue,
    exp.Ntile,
    exp.PercentRank,
    exp.Rank,
    exp.RowNumber,
)


@book.rule(
    "DuckDB refuses to count distinct pairs, and Spark leaves out those with a NULL.",
    "Group by the columns in one step and count the rows in the next.",
)
def count_distinct_pairs(reading: ModelReading) -> Iterator[Occurrence]:
    for count in reading.nodes(exp.Count):
        distinct = count.this
        if isinstance(distinct, exp.Distinct) and len(distinct.expressions) > 1:
            yield reading.at(count)


@book.rule(
    "The difference of two dates is a number on DuckDB and an interval on Spark.",
    "Use days_between().",
)
def date_minus_date(reading: ModelReading) -> Iterator[Occurrence]:
    for difference in reading.nodes(exp.Sub):
        left, right = difference.this, difference.expression
        if (_is_day(left) and _is_day(right)) or (_is_moment(left) and _is_moment(right)):
            yield reading.at(difference)


@book.rule(
    "A date plus an interval is a timestamp on DuckDB and a date on Spark.",
    "Use add_days(), or cast the sum to date.",
)
def date_plus_interval(reading: ModelReading) -> Iterator[Occurrence]:
    for total in reading.nodes(exp.Add, exp.Sub):
        operands = (unwrapped(total.this), unwrapped(total.expression))
        if not any(isinstance(operand, exp.Interval) for operand in operands):
            continue
        parent = total.parent
        while isinstance(parent, exp.Paren):
            parent = parent.parent
        if not isinstance(parent, exp.Cast) and not any(_is_moment(one) for one in operands):
            yield reading.at(total)


@book.rule(
    "A division by zero is infinite on DuckDB and an error on Spark.",
    "Divide by nullif(..., 0), or use share() or ratio().",
)
def unguarded_division(reading: ModelReading) -> Iterator[Occurrence]:
    for division in reading.nodes(exp.Div, exp.Mod):
        if not _cannot_be_zero(division.expression):
            yield reading.at(division)


@book.rule(
    "The quotient of two decimals is a double on DuckDB and a decimal on Spark.",
    "Use share() or ratio(); or cast one side to double.",
)
def division_without_type(reading: ModelReading) -> Iterator[Occurrence]:
    for division in reading.nodes(exp.Div):
        operands = [
            part
            for side in (division.this, division.expression)
            for part in (unwrapped(side), *side.find_all(exp.Cast))
        ]
        if not any(_is_cast_to(operand, exp.DType.DOUBLE) for operand in operands):
            yield reading.at(division)


@book.rule(
    "floor() and ceil() of a double are doubles on DuckDB and whole numbers on Spark.",
    "Cast the result.",
)
def floor_without_type(reading: ModelReading) -> Iterator[Occurrence]:
    for rounded in reading.nodes(exp.Floor, exp.Ceil):
        if not is_cast_around(rounded):
            yield reading.at(rounded)


@book.rule(
    "date_trunc() gives a timestamp, whatever it was given.",
    "Cast it to date, or use monday_of().",
    differs_on_spark_4=False,
)
def date_trunc_without_type(reading: ModelReading) -> Iterator[Occurrence]:
    for truncated in reading.nodes(exp.DateTrunc, exp.TimestampTrunc):
        if not is_cast_around(truncated):
            yield reading.at(truncated)


@book.rule(
    "round() of a double breaks ties by its binary digits, and not alike on the two engines.",
    "Keep money decimal from the start; for a double use rounded_share().",
)
def rounding(reading: ModelReading) -> Iterator[Occurrence]:
    for rounded in reading.nodes(exp.Round):
        yield reading.at(rounded)


@book.rule(
    "A fraction cast to a whole number is rounded on DuckDB and cut off on Spark.",
    "Say which: floor() or ceil() inside the cast, or divide_half_up().",
)
def cast_of_fraction(reading: ModelReading) -> Iterator[Occurrence]:
    for cast in reading.nodes(exp.Cast):
        if _is_integer_type(cast) and _has_fraction(unwrapped(cast.this)):
            yield reading.at(cast)


@book.rule(
    "try_cast('1.5' as int) is 2 on DuckDB and NULL on Spark.",
    "Cast only what regexp_matches_whole() says is a whole number.",
)
def try_cast_to_integer(reading: ModelReading) -> Iterator[Occurrence]:
    for cast in reading.nodes(exp.TryCast):
        if _is_integer_type(cast):
            yield reading.at(cast)


@book.rule(
    "Sums of doubles depend on the order of the rows, so two engines differ in the last cent.",
    "Money is {{ type_money() }} from the start.",
    differs_on_spark_4=False,
)
def float_money(reading: ModelReading) -> Iterator[Occurrence]:
    inexact = {exp.DType.DOUBLE, exp.DType.FLOAT}
    for cast in reading.nodes(exp.Cast):
        if not any(_is_cast_to(cast, kind) for kind in inexact):
            continue
        alias = cast.find_ancestor(exp.Alias)
        names = [column.name.lower() for column in cast.find_all(exp.Column)]
        if (
            alias is not None
            and is_projected(cast)
            and alias.find_ancestor(exp.Select) is (cast.find_ancestor(exp.Select))
        ):
            names.append(alias.alias.lower())
        if any(_MONEY.search(name) for name in names):
            yield reading.at(cast)


@book.rule(
    "The two engines do not both know this type, or mean something else by it.",
    "Use bigint, int, boolean, date, timestamp, decimal(p,s), {{ type_string() }} or double.",
)
def type_of_one_engine(reading: ModelReading) -> Iterator[Occurrence]:
    for call in reading.calls:
        if call.name not in ("cast", "try_cast"):
            continue
        index = _index_of_type(reading, call)
        if index is None:
            continue
        name = reading.tokens[index].text.lower()
        is_sized = reading.token_is(index + 1, "(")
        is_zoned = reading.token_is(index + 1, "with", "without")
        is_list = reading.token_is(index + 1, "[")
        is_whole = name in PORTABLE_TYPES and name != "decimal" and not is_sized
        if (is_whole or (name == "decimal" and is_sized)) and not is_zoned and not is_list:
            continue
        yield reading.at_token(index, f"{name}{' with time zone' if is_zoned else ''}")


@book.rule(
    "NULL alone is an int on DuckDB and has no type at all on Spark.",
    "Write cast(null as ...).",
)
def null_without_type(reading: ModelReading) -> Iterator[Occurrence]:
    for select in reading.selects:
        for projection in select.expressions:
            if isinstance(projection.unalias(), exp.Null):
                yield reading.at(projection)


@book.rule(
    "It is a reserved word of DuckDB, or of Spark in ANSI mode with enforced keywords.",
    "Give it a name of the domain.",
    differs_on_spark_4=False,
)
def reserved_word(reading: ModelReading) -> Iterator[Occurrence]:
    for identifier in _written_names(reading):
        if identifier.name.lower() in RESERVED_WORDS:
            yield reading.at(identifier)


@book.rule(
    "Spark keeps names in lower case where DuckDB keeps them as written.",
    "Write names in lower snake case.",
    differs_on_spark_4=False,
)
def lower_snake_case(reading: ModelReading) -> Iterator[Occurrence]:
    for identifier in _written_names(reading):
        if not _LOWER_SNAKE_CASE.fullmatch(identifier.name):
            yield reading.at(identifier)


@book.rule(
    "Spark neither sums flags nor compares them with numbers.",
    "Write sum(case when ... then 1 else 0 end), and use the flag itself as the condition.",
)
def flag_as_number(reading: ModelReading) -> Iterator[Occurrence]:
    for aggregate in reading.nodes(exp.Sum, exp.Avg):
        operand = unwrapped(aggregate.this)
        if _is_flag(operand) or isinstance(operand, exp.Predicate):
            yield reading.at(aggregate)
    numbers = _flags_made_as_numbers(reading)
    for comparison in reading.nodes(exp.EQ, exp.NEQ, exp.GT, exp.LT, exp.GTE, exp.LTE):
        sides = (unwrapped(comparison.this), unwrapped(comparison.expression))
        has_number = any(isinstance(side, exp.Literal) and not side.is_string for side in sides)
        if has_number and any(
            _is_flag(side) and column_name(side) not in numbers for side in sides
        ):
            yield reading.at(comparison)


@book.rule(
    "Without an order the number, or the neighbour, of a row is left to chance; Spark refuses it.",
    "Order the window by a key that is unique in its partition.",
)
def window_without_order(reading: ModelReading) -> Iterator[Occurrence]:
    for window in reading.nodes(exp.Window):
        function = unwrapped(window.this)
        is_named = window.args.get("alias") is not None
        needs_order = isinstance(function, _ORDERED_FUNCTIONS) and not is_named
        if needs_order and not window.args.get("order"):
            yield reading.at(window)


@book.rule(
    "Which rows a limit keeps is left to chance where the order is not stated.",
    "Number the rows with row_number() in a stated order and filter.",
    differs_on_spark_4=False,
)
def limit_without_order(reading: ModelReading) -> Iterator[Occurrence]:
    for query in reading.nodes(exp.Select, exp.SetOperation):
        if query.args.get("limit") is not None and query.args.get("order") is None:
            yield reading.at(query.args["limit"], "limit")


@book.rule(
    "Place 0 of a text is before the first letter on DuckDB and the first letter on Spark.",
    "Count places from 1.",
)
def substring_from_zero(reading: ModelReading) -> Iterator[Occurrence]:
    for part in reading.nodes(exp.Substring):
        start = unwrapped(part.args.get("start"))
        if isinstance(start, exp.Literal) and start.name == "0":
            yield reading.at(part)


def _written_names(reading: ModelReading) -> Iterator[exp.Expression]:
    """Names that the model gives or uses, without quotes: those in quotes have their own rule."""
    for identifier in reading.nodes(exp.Identifier):
        if not identifier.args.get("quoted") and identifier.name:
            yield identifier


def _flags_made_as_numbers(reading: ModelReading) -> set[str]:
    """Names that the model itself gives to 0 and 1: `max(case when ... then 1 else 0 end)`."""
    return {
        alias.alias.lower()
        for alias in reading.nodes(exp.Alias)
        if any(not literal.is_string for literal in alias.this.find_all(exp.Literal))
    }


def _is_cast_to(node: exp.Expression | None, kind: exp.DType) -> bool:
    return isinstance(node, exp.Cast) and node.to.this == kind


def _is_integer_type(cast: exp.Expression) -> bool:
    return isinstance(cast, exp.Cast) and cast.to.sql(dialect="duckdb").lower() in _INTEGERS


def _is_flag(node: exp.Expression | None) -> bool:
    return column_name(node).startswith(("is_", "has_"))


def _is_day(node: exp.Expression | None) -> bool:
    """Whether the value is a date, as far as names, casts and macros say."""
    node = unwrapped(node)
    if node is None:
        return False
    if isinstance(node, _KEEPS_KIND):
        return _is_day(node.this)
    if isinstance(node, exp.CurrentDate) or stand_in_name(node) in _DAY_MACROS:
        return True
    return _is_cast_to(node, exp.DType.DATE) or column_name(node).endswith(_DAY_NAMES)


def _is_moment(node: exp.Expression | None) -> bool:
    """Whether the value is a timestamp, as far as names and casts say."""
    node = unwrapped(node)
    if node is None:
        return False
    if isinstance(node, _KEEPS_KIND):
        return _is_moment(node.this)
    return _is_cast_to(node, exp.DType.TIMESTAMP) or column_name(node).endswith(_MOMENT_NAME)


def _cannot_be_zero(divisor: exp.Expression | None) -> bool:
    divisor = unwrapped(divisor)
    while isinstance(divisor, exp.Cast):
        divisor = unwrapped(divisor.this)
    if isinstance(divisor, exp.Nullif):
        return True
    return (
        isinstance(divisor, exp.Literal)
        and not divisor.is_string
        and float(divisor.name.replace("_", "")) != 0
    )


def _has_fraction(node: exp.Expression | None) -> bool:
    """Whether the value plainly has digits after the point: a quotient, 2.5, decimal(9,2)."""
    if node is None or isinstance(node, exp.Floor | exp.Ceil | exp.Round) or is_stand_in(node):
        return False
    if isinstance(node, exp.Div | exp.Avg):
        return True
    if isinstance(node, exp.Literal):
        return not node.is_string and "." in node.name
    if isinstance(node, exp.Cast):
        sizes = node.to.expressions
        has_scale = len(sizes) > 1 and sizes[1].name != "0"
        return _is_cast_to(node, exp.DType.DOUBLE) or has_scale
    if isinstance(node, exp.Add | exp.Sub | exp.Mul):
        return _has_fraction(unwrapped(node.this)) or _has_fraction(unwrapped(node.expression))
    return bool(_MONEY.search(column_name(node)))


def _index_of_type(reading: ModelReading, call: Call) -> int | None:
    """The index of the token that names the type in `cast(value as type)`."""
    depth = 0
    for index in range(call.index + 1, reading.closing(call.index + 1)):
        depth += reading.token_is(index, "(") - reading.token_is(index, ")")
        if depth == 1 and reading.tokens[index].token_type == TokenType.ALIAS:
            return index + 1
    return None
