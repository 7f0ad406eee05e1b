"""Rules that the words of a query break, whatever they mean together."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot.tokens import TokenType

from tests.portable_sql.reading import ModelReading, Occurrence
from tests.portable_sql.rendering import STAND_IN_PREFIX
from tests.portable_sql.rule import RuleBook
from tests.portable_sql.words import (
    CHANCE,
    CLOCKS,
    DATE_ARITHMETIC,
    DATES_AS_TEXT,
    DAYS_OF_WEEK,
    EPOCHS,
    INEXACT_FUNCTIONS,
    JSON_FUNCTIONS,
    LIST_AGGREGATES,
    PORTABLE_FUNCTIONS,
    REGULAR_EXPRESSIONS,
    ROW_MAKERS,
    STRUCTS,
)

book = RuleBook()

# Functions that a rule of their own refuses with a mend of their own.
_REFUSED_BY_NAME = frozenset(
    {"concat", "epoch", "columns", "max_by", "min_by", "arg_max", "arg_min"}
    | {"log", "log2", "exp", "ln", "upper", "ucase", "round", "pivot", "unpivot"}
    | {"exclude", "rename"}
    | CHANCE
    | CLOCKS
    | DATES_AS_TEXT
    | DATE_ARITHMETIC
    | DAYS_OF_WEEK
    | EPOCHS
    | JSON_FUNCTIONS
    | LIST_AGGREGATES
    | REGULAR_EXPRESSIONS
    | ROW_MAKERS
    | STRUCTS
)


def _called(reading: ModelReading, names: frozenset[str]) -> Iterator[Occurrence]:
    for call in reading.calls:
        if call.name in names:
            yield reading.at_token(call.index, f"{call.name}(")


def _phrase(reading: ModelReading, *phrase: str) -> Iterator[Occurrence]:
    first, *others = phrase
    for index in reading.places.get(first, []):
        if all(reading.token_is(index + 1 + offset, word) for offset, word in enumerate(others)):
            yield reading.at_token(index, " ".join(phrase))


@book.rule(
    "Spark has no `distinct on`.",
    "Number the rows with row_number() and keep the first.",
)
def distinct_on(reading: ModelReading) -> Iterator[Occurrence]:
    return _phrase(reading, "distinct", "on")


@book.rule(
    "Spark has neither `exclude` nor `replace` nor `columns(...)` in a select list.",
    "Name the columns.",
)
def star_changed(reading: ModelReading) -> Iterator[Occurrence]:
    yield from _called(reading, frozenset({"columns"}))
    for index in range(len(reading.tokens)):
        if reading.token_is(index, "*") and reading.token_is(
            index + 1, "exclude", "replace", "rename", "except"
        ):
            yield reading.at_token(index, f"* {reading.tokens[index + 1].text}")


@book.rule(
    "Spark has no `union by name`.",
    "Give both sides the same columns in the same order, by name.",
)
def union_by_name(reading: ModelReading) -> Iterator[Occurrence]:
    yield from _phrase(reading, "union", "by", "name")
    yield from _phrase(reading, "union", "all", "by", "name")


@book.rule(
    "Spark has no `asof join`.",
    "Rank the candidates with row_number() by time and keep the first.",
)
def asof_join(reading: ModelReading) -> Iterator[Occurrence]:
    return _phrase(reading, "asof")


@book.rule(
    "`semi join`, `anti join` and `positional join` are spelled, or meant, differently.",
    "Write `where exists` or `where not exists`; for places, number the rows and join by number.",
)
def join_of_one_engine(reading: ModelReading) -> Iterator[Occurrence]:
    for kind in ("semi", "anti", "positional"):
        yield from _phrase(reading, kind, "join")


@book.rule(
    "A sample is other rows on every engine and every run.",
    "Take a part that the data decides, such as a filter on a hash of the key.",
)
def sample(reading: ModelReading) -> Iterator[Occurrence]:
    yield from _phrase(reading, "using", "sample")
    yield from _phrase(reading, "tablesample")


@book.rule(
    "DuckDB and Spark put a date into text, and take it out, with other functions and patterns.",
    "Use text_from_day(), or a dispatched macro.",
)
def date_as_text(reading: ModelReading) -> Iterator[Occurrence]:
    return _called(reading, DATES_AS_TEXT)


@book.rule(
    "Seconds since 1970 have other functions, and other types, on the two engines.",
    "Keep timestamps; days between two dates come from days_between().",
)
def epoch(reading: ModelReading) -> Iterator[Occurrence]:
    yield from _called(reading, EPOCHS)
    yield from _extracted(reading, frozenset({"epoch", "julian", "timezone"}))


@book.rule(
    "The week begins on Sunday or on Monday, at 0 or at 1, as the engine likes.",
    "Compare a date with monday_of() of it.",
)
def day_of_week(reading: ModelReading) -> Iterator[Occurrence]:
    yield from _called(reading, DAYS_OF_WEEK)
    yield from _extracted(reading, DAYS_OF_WEEK | {"doy", "century", "decade", "era"})


@book.rule(
    "The second of a time is a whole number on DuckDB and a decimal on Spark.",
    "Keep the timestamp, or truncate it.",
)
def second_of_time(reading: ModelReading) -> Iterator[Occurrence]:
    parts = frozenset({"second", "millisecond", "microsecond", "nanosecond"})
    yield from _called(reading, parts)
    yield from _extracted(reading, parts)


def _extracted(reading: ModelReading, parts: frozenset[str]) -> Iterator[Occurrence]:
    for index in range(len(reading.tokens) - 2):
        if reading.token_is(index, "extract") and reading.token_is(index + 2, *parts):
            yield reading.at_token(index, f"extract({reading.tokens[index + 2].text}")


@book.rule(
    "Structs and maps are written differently, and do not travel through Parquet alike.",
    "Give each value a column of its own.",
)
def struct_literal(reading: ModelReading) -> Iterator[Occurrence]:
    yield from _called(reading, STRUCTS)
    for index, token in enumerate(reading.tokens):
        if token.token_type == TokenType.L_BRACE:
            yield reading.at_token(index)


@book.rule(
    "Square brackets make lists on DuckDB alone, and count places from 1 there, from 0 on Spark.",
    "Keep one row per element, or use a dispatched macro such as last_labels().",
)
def square_brackets(reading: ModelReading) -> Iterator[Occurrence]:
    for index, token in enumerate(reading.tokens):
        if token.token_type == TokenType.L_BRACKET:
            yield reading.at_token(index)


@book.rule(
    "DuckDB reads `->` as JSON access, Spark as a function of a list's elements.",
    "Land each field as a column of its own, or use a dispatched macro.",
)
def arrow(reading: ModelReading) -> Iterator[Occurrence]:
    for index, token in enumerate(reading.tokens):
        if token.token_type in (TokenType.ARROW, TokenType.DARROW):
            yield reading.at_token(index)


@book.rule(
    "Functions that make rows have other names and other rules on each engine.",
    "Use a dispatched macro such as generate_days().",
)
def unnest(reading: ModelReading) -> Iterator[Occurrence]:
    return _called(reading, ROW_MAKERS)


@book.rule(
    "`ignore nulls` stands inside the brackets on DuckDB and outside on Spark.",
    "Rank with `case when ... is null` in the order of the window.",
)
def ignore_nulls(reading: ModelReading) -> Iterator[Occurrence]:
    yield from _phrase(reading, "ignore", "nulls")
    yield from _phrase(reading, "respect", "nulls")


@book.rule(
    "Spark refuses a comma before `from`.",
    "Take the comma away.",
)
def trailing_comma(reading: ModelReading) -> Iterator[Occurrence]:
    for index, token in enumerate(reading.tokens):
        if token.token_type == TokenType.COMMA and reading.token_is(
            index + 1, "from", ")", "where", "group by", "order by"
        ):
            yield reading.at_token(index, f", {reading.tokens[index + 1].text}")


@book.rule(
    "Spark 3.5, which managed clusters still run, does not read `::`.",
    "Write cast(... as ...).",
    differs_on_spark_4=False,
)
def double_colon(reading: ModelReading) -> Iterator[Occurrence]:
    for index, token in enumerate(reading.tokens):
        if token.token_type == TokenType.DCOLON:
            yield reading.at_token(index)


@book.rule(
    "Spark 3.5, which managed clusters still run, does not read `qualify`.",
    "Number the rows in one step and filter them in the next.",
    differs_on_spark_4=False,
)
def qualify(reading: ModelReading) -> Iterator[Occurrence]:
    return _phrase(reading, "qualify")


@book.rule(
    "concat() skips NULL on DuckDB and is NULL on Spark.",
    "Write `||` with coalesce() around what may be NULL.",
)
def concat(reading: ModelReading) -> Iterator[Occurrence]:
    return _called(reading, frozenset({"concat"}))


@book.rule(
    "Spark reads double quotes as a text.",
    "Name things in lower snake case, without quotes; texts take single quotes.",
)
def double_quotes(reading: ModelReading) -> Iterator[Occurrence]:
    for index, token in enumerate(reading.tokens):
        if token.token_type == TokenType.IDENTIFIER:
            yield reading.at_token(index, f'"{token.text}"')


@book.rule(
    "A backslash in a text is an escape on Spark and itself on DuckDB.",
    "Patterns belong in regexp_replace_all() or regexp_matches_whole(), which write it for each.",
)
def backslash(reading: ModelReading) -> Iterator[Occurrence]:
    for index, token in enumerate(reading.tokens):
        if token.token_type == TokenType.STRING and "\\" in token.text:
            yield reading.at_token(index, f"'{token.text}'")


@book.rule(
    "Texts with a letter or dollars before them, and numbers with `_`, are read by one engine.",
    "Write plain texts in single quotes and plain digits.",
)
def literal_of_one_engine(reading: ModelReading) -> Iterator[Occurrence]:
    kinds = {
        TokenType.BIT_STRING,
        TokenType.BYTE_STRING,
        TokenType.HEREDOC_STRING,
        TokenType.HEX_STRING,
        TokenType.RAW_STRING,
        TokenType.UNICODE_STRING,
    }
    for index, token in enumerate(reading.tokens):
        written = reading.model.sql[token.start : token.end + 1]
        is_number_with_underscore = token.token_type == TokenType.NUMBER and "_" in written
        if token.token_type in kinds or is_number_with_underscore:
            yield reading.at_token(index)


@book.rule(
    "NULL comes first on Spark and last on DuckDB where the order does not say it.",
    "End every key of the order with `nulls first` or `nulls last`.",
)
def order_without_nulls(reading: ModelReading) -> Iterator[Occurrence]:
    ends = {"rows", "range", "groups", "limit", "offset", "union", "union all", "qualify"}
    for index, token in enumerate(reading.tokens):
        if token.token_type != TokenType.ORDER_BY or reading.token_is(index + 1, "all"):
            continue
        depth, key_start, position = 0, index + 1, index + 1
        while position <= len(reading.tokens):
            is_at_end = position == len(reading.tokens) or (
                depth == 0
                and (
                    reading.tokens[position].token_type in (TokenType.R_PAREN, TokenType.SEMICOLON)
                    or reading.tokens[position].text.lower() in ends
                )
            )
            is_at_comma = not is_at_end and depth == 0 and reading.token_is(position, ",")
            if is_at_end or is_at_comma:
                if not reading.token_is(position - 1, "first", "last"):
                    words = " ".join(part.text for part in reading.tokens[key_start:position])
                    yield reading.at_token(key_start, f"order by {words}")
                key_start = position + 1
            if is_at_end:
                break
            depth += reading.token_is(position, "(") - reading.token_is(position, ")")
            position += 1


@book.rule(
    "`//` is whole division on DuckDB and nothing on Spark.",
    "Use divide_half_up(), or floor() of a division in doubles with a cast.",
)
def whole_division(reading: ModelReading) -> Iterator[Occurrence]:
    for index, token in enumerate(reading.tokens):
        if token.token_type == TokenType.DIV:
            yield reading.at_token(index)


@book.rule(
    "`^` and `**` raise to a power on DuckDB; Spark reads the first as bits and not the second.",
    "Multiply, or use a dispatched macro.",
)
def power_operator(reading: ModelReading) -> Iterator[Occurrence]:
    for index in range(len(reading.tokens)):
        if reading.token_is(index, "^", "**", "xor"):
            yield reading.at_token(index)


@book.rule(
    "Functions between dates take other arguments, in another order, on each engine.",
    "Use add_days(), days_between() or monday_of().",
)
def date_function_of_one_engine(reading: ModelReading) -> Iterator[Occurrence]:
    return _called(reading, DATE_ARITHMETIC)


@book.rule(
    "dbt.datediff counts weeks, months, quarters and minutes differently on Spark.",
    "Count with the calendar: day, year, hour and second agree, dim_fiscal_days has the rest.",
)
def datediff_part(reading: ModelReading) -> Iterator[Occurrence]:
    refused = {"week", "month", "quarter", "minute", "isoweek"}
    for call in reading.calls:
        if call.name in ("dbt_datediff", "dbt_dateadd"):
            closing = reading.closing(call.index + 1)
            parts = {token.text.lower() for token in reading.tokens[call.index : closing]}
            if call.name == "dbt_datediff" and parts & refused:
                yield reading.at_token(call.index, "dbt.datediff")


@book.rule(
    "A clock makes a refresh of the past give the present, and the two engines keep two clocks.",
    "Read as_of from int_refresh_current.",
    differs_on_spark_4=False,
)
def clock(reading: ModelReading) -> Iterator[Occurrence]:
    # `now` alone is a fine name of a column; the words of the standard are clocks without brackets.
    bare = CLOCKS & {"current_date", "current_time", "current_timestamp", "localtime"}
    called = {call.index for call in reading.calls if call.name in CLOCKS}
    for index, token in enumerate(reading.tokens):
        name = token.text.lower()
        is_text = token.token_type in (TokenType.STRING, TokenType.IDENTIFIER)
        if not is_text and (index in called or name in bare or name == "dbt_current_timestamp"):
            yield reading.at_token(index)


@book.rule(
    "Which value it gives is left to chance, to the order of the rows or to the engine.",
    "Take min() or max(), or the first row of a stated order.",
    differs_on_spark_4=False,
)
def chance(reading: ModelReading) -> Iterator[Occurrence]:
    return _called(reading, CHANCE)


@book.rule(
    "Lists keep NULL on DuckDB and drop it on Spark, and their order is left to chance.",
    "Use ordered_list().",
)
def list_aggregate(reading: ModelReading) -> Iterator[Occurrence]:
    return _called(reading, LIST_AGGREGATES)


@book.rule(
    "`ilike` is an extension that other readers of these models do not have.",
    "Compare lower(...) with `like`.",
    differs_on_spark_4=False,
)
def ilike(reading: ModelReading) -> Iterator[Occurrence]:
    yield from _phrase(reading, "ilike")
    yield from _phrase(reading, "~~*")


@book.rule(
    "A query that begins with `from` hides its columns.",
    "Begin with `select` and name them.",
    differs_on_spark_4=False,
)
def from_first(reading: ModelReading) -> Iterator[Occurrence]:
    for index, token in enumerate(reading.tokens):
        begins = index == 0 or reading.token_is(index - 1, "(", ";", "union", "union all", "all")
        if token.token_type == TokenType.FROM and begins:
            yield reading.at_token(index)


@book.rule(
    "`by all` leaves the grain, or the order, to the select list; Spark 3.3 does not read it.",
    "Name the columns.",
    differs_on_spark_4=False,
)
def by_all(reading: ModelReading) -> Iterator[Occurrence]:
    for kind in ("group by", "order by"):
        yield from _phrase(reading, kind, "all")


@book.rule(
    "DuckDB replaces the first match and Spark all; groups, flags and names differ too.",
    "Use regexp_replace_all() or regexp_matches_whole().",
)
def regular_expression(reading: ModelReading) -> Iterator[Occurrence]:
    yield from _called(reading, REGULAR_EXPRESSIONS)
    yield from _phrase(reading, "similar", "to")
    for index in range(len(reading.tokens)):
        if reading.token_is(index, "similar to", "~", "!~", "~*", "rlike", "regexp", "glob"):
            is_call = any(call.index == index for call in reading.calls)
            if not is_call:
                yield reading.at_token(index)


@book.rule(
    "JSON is read by other functions on each engine.",
    "Land each field as a column of its own, or use a dispatched macro.",
)
def json_function(reading: ModelReading) -> Iterator[Occurrence]:
    return _called(reading, JSON_FUNCTIONS)


@book.rule(
    "max_by() and min_by() skip rows whose first argument is NULL on DuckDB, not on Spark.",
    "Rank with row_number() and keep the first row.",
)
def max_by(reading: ModelReading) -> Iterator[Occurrence]:
    return _called(reading, frozenset({"max_by", "min_by", "arg_max", "arg_min"}))


@book.rule(
    "Frames in `groups`, and frames that exclude rows, are not read by Spark.",
    "Frame in `rows` or `range`, or filter before the window.",
)
def window_frame(reading: ModelReading) -> Iterator[Occurrence]:
    yield from _phrase(reading, "groups", "between")
    for what in (("current", "row"), ("group",), ("ties",)):
        yield from _phrase(reading, "exclude", *what)


@book.rule(
    "A pivot is written differently, and its columns depend on the data.",
    "Write one `sum(case when ... end)` per column.",
)
def pivot(reading: ModelReading) -> Iterator[Occurrence]:
    for kind in ("pivot", "unpivot", "pivot_wider", "pivot_longer"):
        yield from _phrase(reading, kind)


@book.rule(
    "`x isnull` is a test on DuckDB; Spark reads a column named isnull.",
    "Write `is null` or `is not null`.",
)
def null_test(reading: ModelReading) -> Iterator[Occurrence]:
    for index, token in enumerate(reading.tokens):
        if token.token_type in (TokenType.ISNULL, TokenType.NOTNULL):
            yield reading.at_token(index)


@book.rule(
    "upper() turns letters such as ß into one letter on DuckDB and two on Spark.",
    "Compare in lower case.",
)
def upper_case(reading: ModelReading) -> Iterator[Occurrence]:
    return _called(reading, frozenset({"upper", "ucase"}))


@book.rule(
    "log() has base 10 on DuckDB and base e on Spark; exp() and ln() differ in the last digit.",
    "Keep to whole numbers and decimals, or use a dispatched macro that rounds.",
)
def logarithm(reading: ModelReading) -> Iterator[Occurrence]:
    return _called(reading, frozenset({"log", "log2", "exp", "ln"}))


@book.rule(
    "The last digits of this double depend on the engine's mathematical library.",
    "Round it at once: rounded_share(), or floor() with a cast.",
)
def inexact_double(reading: ModelReading) -> Iterator[Occurrence]:
    for call in reading.calls:
        if call.name not in INEXACT_FUNCTIONS:
            continue
        rounding = [
            other
            for other in reading.calls
            if other.name in ("floor", "ceil")
            and other.index < call.index < reading.closing(other.index + 1)
        ]
        if not rounding:
            yield reading.at_token(call.index, f"{call.name}(")


@book.rule(
    "Spark learned `with recursive` in 4.1; managed clusters run older ones.",
    "Write the rounds out, each doubling the length of the chain.",
    differs_on_spark_4=False,
)
def recursion(reading: ModelReading) -> Iterator[Occurrence]:
    return _phrase(reading, "with", "recursive")


@book.rule(
    "No run on both engines has shown that this function gives the same on both.",
    "Use a dispatched macro; or add it to PORTABLE_FUNCTIONS, with an example for both engines.",
)
def unknown_function(reading: ModelReading) -> Iterator[Occurrence]:
    for call in reading.calls:
        if call.name in PORTABLE_FUNCTIONS or call.name in _REFUSED_BY_NAME:
            continue
        if call.name.startswith((STAND_IN_PREFIX, "dbt_")) or _is_type_or_list(reading, call.index):
            continue
        yield reading.at_token(call.index, f"{call.name}(")


def _is_type_or_list(reading: ModelReading, index: int) -> bool:
    """Whether the brackets after a name hold a size, or the columns of an alias."""
    is_alias_with_columns = reading.token_is(index - 1, ")")
    is_extract = reading.token_is(index, "extract")
    is_keyword = re.fullmatch(r"[a-z_ ]+", reading.tokens[index].text.lower()) is None
    return is_alias_with_columns or is_extract or is_keyword
