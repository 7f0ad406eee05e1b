"""What is settled by looking at bytes, and that the rules would have left it the same.

Both sides are tested: a column that is settled wrongly lands nonsense, and one that is never
settled makes a large file as slow as the rules are.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from orchestration.landing import settled
from orchestration.landing.contracts import Column, Table
from orchestration.landing.dialects import NO_SLASHES, TimeZones, detect_date_dialect
from orchestration.landing.feeds import Feed
from orchestration.landing.rewriting import Bounds, Rewriting
from orchestration.landing.settled import (
    json_objects,
    needs_escape,
    number_array,
    settled_column,
    text_array,
)
from orchestration.landing.source_rows import SourceRows

NARROW = Bounds(datetime.date(2020, 3, 10), datetime.date(2030, 6, 20), "1000000")
WIDE = Bounds(datetime.date(1800, 1, 1), datetime.date(2500, 12, 31), "9" * 30)

DAY = Column("day", "date")
DAY_OF_A_TIME = Column("day", "date", ignores_time=True)
TIME = Column("time", "timestamp")
DECIMAL = Column("amount", "decimal")
INTEGER = Column("count", "integer")
FLAG = Column("flag", "boolean")
STAGE = Column("stage", vocabulary=("won", "closed_lost"))
NAME = Column("name")
PHONE = Column("phone")


def rewriting_of(column: Column, texts: Sequence[str | None], **feed: Any) -> Rewriting:
    table = Table("bilateral", "things", "", (column,))
    header = column.name
    rows = pa.table(
        {"_row_number": range(1, len(texts) + 1), "c0": pa.array(texts, pa.string())},
        schema=pa.schema({"_row_number": pa.int64(), "c0": pa.string()}),
    )
    return Rewriting(
        table=table,
        feed=Feed("acme", "bilateral", table, "config/feeds/acme.yaml", **feed),
        rows=SourceRows("file", [header], ["coalesce(c0, '')"], lambda: rows, lambda: len(texts)),
        places={header: 0},
        dialect=detect_date_dialect("iso", NO_SLASHES, "file", "feed"),
        zones=TimeZones("UTC", "UTC"),
        bounds=NARROW,
    )


def as_the_rules_land(rewriting: Rewriting) -> list[tuple[Any, ...]]:
    """(value, original) of every row by the rules themselves; none may be refused."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        landed = rewriting.rows.run(connection, rewriting.questioned_rows())
    assert all(problem is None for *_, problem in landed)
    name = rewriting.table.columns[0].name
    return [
        (value, json.loads(originals)[name] if originals else None)
        for _, value, originals, _ in sorted(landed)
    ]


def as_settled(rewriting: Rewriting, texts: Sequence[str | None]) -> list[tuple[Any, ...]] | None:
    found = settled_column(rewriting, rewriting.table.columns[0], text_array(list(texts)))
    if found is None:
        return None
    originals = [None] * len(texts) if found.originals is None else found.originals.to_pylist()
    return [
        (value, original if original != value else None)
        for value, original in zip(found.values.to_pylist(), originals, strict=True)
    ]


LAST_DAYS = ("01-31", "02-28", "03-31", "04-30", "05-31", "06-30")
LAST_DAYS += ("07-31", "08-31", "09-30", "10-31", "11-30", "12-31")
SETTLED: list[tuple[Column, Sequence[str | None]]] = [
    *((DAY, [f"2026-{day}"]) for day in LAST_DAYS),
    (DAY, ["2026-02-09", None, "2026-12-01"]),
    (DAY, [None, None]),
    (DAY, ["2024-02-29"]),
    (DAY, ["2020-03-10", "2030-06-20"]),
    (DAY_OF_A_TIME, ["2026-02-09", "2026-02-10"]),
    (DAY_OF_A_TIME, ["2026-02-09T17:30:00Z", None, "2026-02-10T00:00:00Z"]),
    (TIME, ["2026-02-09T10:11:12Z"]),
    (TIME, ["2026-02-09T10:11:12.123Z", None, "2026-02-09T23:59:59.999Z"]),
    (TIME, ["2026-02-09T10:11:12+00:00"]),
    (TIME, ["2026-02-09T10:11:12.123456Z"]),
    (TIME, ["2026-02-09T10:11:12.123+0000"]),
    (TIME, ["2026-02-09T00:00:00.123+00:00", "2020-03-10T23:59:59.000+00:00"]),
    (DECIMAL, ["0", "7", None, "999999"]),
    (DECIMAL, ["1.50", "-7", "0.5", "-0.25", "999999.99"]),
    (INTEGER, ["0", "10", "999999"]),
    (FLAG, ["true", None, "false"]),
    (FLAG, ["yes", "true", "N", None, "0"]),
    (STAGE, ["won", "closed lost", "Won", None]),
    (NAME, ["a", "Café", None, "two words", "x+y"]),
    (PHONE, ["4930123", None]),
]
NOT_SETTLED: list[tuple[Column, Sequence[str | None]]] = [
    *((DAY, [f"2026-{day[:3]}{int(day[3:]) + 1}"]) for day in LAST_DAYS),
    *((DAY, [f"2026-{day}"]) for day in ("00-10", "13-01", "99-01", "01-00", "02-29")),
    *((DAY, [day, "2026-02-09"]) for day in ("2020-03-09", "2030-06-21", "2020-02-11")),
    (DAY, ["2026/02/09"]),
    (DAY, ["2026-02-0a"]),
    (DAY, ["2026-02-9"]),
    (DAY, ["2026-02-09", "2026-02-09T17:30:00Z"]),
    (DAY, ["2026-02-09T17:30:00Z"]),
    (DAY_OF_A_TIME, ["2026-02-09T24:30:00Z"]),
    (TIME, ["2026-02-09"]),
    (TIME, ["2026-02-09T24:00:00Z"]),
    (TIME, ["2026-02-09T10:60:12Z"]),
    (TIME, ["2026-02-09T10:11:60Z"]),
    (TIME, ["2026-02-29T10:11:12Z"]),
    (TIME, ["2026-02-09T10:11:12+01:00"]),
    (TIME, ["2026-02-09T10:11:12.123+0100"]),
    (TIME, ["2026-02-09T10:11:12Z", "2026-02-09T10:11:12.123Z"]),
    (DECIMAL, ["1000000"]),
    (DECIMAL, ["1000000.5"]),
    (DECIMAL, ["007"]),
    (DECIMAL, ["01.5"]),
    (DECIMAL, ["+7"]),
    (DECIMAL, [".5"]),
    (DECIMAL, ["12."]),
    (DECIMAL, ["1,5"]),
    (INTEGER, ["-7"]),
    (INTEGER, ["1.0"]),
    (FLAG, ["maybe"]),
    (FLAG, ["true", " true"]),
    (FLAG, ['"true"']),
    (STAGE, ["won", "abandoned"]),
    *((NAME, [text]) for text in (" a", "a ", "\ta", "a\n", "\u00a0a", "a\u00a0", "à")),
    (PHONE, ["4.93E+12"]),
    (dataclasses.replace(NAME, value_required=True), ["a", None]),
]


@pytest.mark.parametrize(("column", "texts"), SETTLED, ids=str)
def test_what_is_settled_lands_as_the_rules_land_it(
    column: Column, texts: Sequence[str | None]
) -> None:
    rewriting = rewriting_of(column, texts)
    assert as_settled(rewriting, texts) == as_the_rules_land(rewriting)


@pytest.mark.parametrize(("column", "texts"), NOT_SETTLED, ids=str)
def test_what_the_rules_might_rewrite_or_refuse_is_asked_of_them(
    column: Column, texts: Sequence[str | None]
) -> None:
    assert as_settled(rewriting_of(column, texts), texts) is None


@pytest.mark.parametrize(
    ("day", "is_settled"), [("2000-02-29", True), ("1900-02-29", False), ("2400-02-29", True)]
)
def test_a_leap_day_is_settled_in_leap_years_alone(day: str, is_settled: bool) -> None:
    rewriting = dataclasses.replace(rewriting_of(DAY, [day]), bounds=WIDE)
    assert (as_settled(rewriting, [day]) is not None) == is_settled


def test_amounts_are_settled_below_the_largest_and_up_to_what_every_engine_holds() -> None:
    for largest, number, is_settled in [
        ("9", "7", False),
        ("99", "7", True),
        ("99.99", "7", True),
        ("99", "70", False),
        (WIDE.largest_amount, "1" * 18, True),
        (WIDE.largest_amount, "1" * 19, False),
    ]:
        bounds = dataclasses.replace(NARROW, largest_amount=largest)
        rewriting = dataclasses.replace(rewriting_of(INTEGER, [number]), bounds=bounds)
        assert (as_settled(rewriting, [number]) is not None) == is_settled, (largest, number)


def test_with_a_decimal_comma_a_point_is_asked_about_and_whole_numbers_are_not() -> None:
    assert as_settled(rewriting_of(DECIMAL, ["1.5"], decimal="comma"), ["1.5"]) is None
    assert as_settled(rewriting_of(DECIMAL, ["15"], decimal="comma"), ["15"]) == [("15", None)]


def test_where_the_feed_maps_values_or_no_bounds_are_known_the_rules_are_asked() -> None:
    mapped = rewriting_of(INTEGER, ["7"], values={"count": {"none": "0"}})
    assert as_settled(mapped, ["7"]) is None
    without = dataclasses.replace(rewriting_of(NAME, ["a"]), bounds=None)
    assert as_settled(without, ["a"]) is None


def test_words_of_the_feed_are_settled_as_long_as_few_differ() -> None:
    for count, is_settled in ((1_000, True), (1_001, False)):
        texts = [f"word {number}" for number in range(count)]
        rewriting = rewriting_of(NAME, texts, values={"name": {"Word 7": "seven"}})
        found = as_settled(rewriting, texts)
        assert (found is not None) == is_settled
        if found is not None:
            assert found == as_the_rules_land(rewriting)
            assert found[7] == ("seven", "word 7")


def test_a_part_of_a_longer_column_is_settled_by_its_own_values() -> None:
    texts = ["20", "2026-02-09", None, "2026-02-10", "never"]
    part = text_array(texts).slice(1, 3)
    found = settled_column(rewriting_of(DAY, texts), DAY, part)
    assert found is not None
    assert found.values.to_pylist() == texts[1:4]


OBJECTS: list[list[list[str | None]]] = [
    [["x", "y"], ["12", "34"]],
    [["x", "long"], ["12", "3"]],
    [["x", None, "y"], [None, None, "z"]],
    [[None, None], [None, None]],
    [[None, "y"]],
    [["x"]],
    [["long", "y"]],
    [["x", "y"], ["a", None], ["bb", "cc"]],
]


@pytest.mark.parametrize("columns", OBJECTS, ids=str)
def test_rows_are_written_as_json_of_the_texts_that_are_there(
    columns: list[list[str | None]],
) -> None:
    names = [f'"c{number}"' for number in range(len(columns))]
    arrays = [text_array(column) for column in columns]
    written = json_objects(names, arrays, len(columns[0])).to_pylist()
    for row, text in zip(zip(*columns, strict=True), written, strict=True):
        expected = {f"c{number}": one for number, one in enumerate(row) if one is not None}
        assert (json.loads(text) if text is not None else {}) == expected
        assert text is None or text == json.dumps(expected, separators=(",", ":"))


def test_rows_of_no_columns_have_no_object() -> None:
    assert json_objects([], [], 3).to_pylist() == [None, None, None]


def test_what_json_escapes_is_known_byte_by_byte() -> None:
    for number in range(128):
        escaped = json.dumps(chr(number)) != f'"{chr(number)}"' or number == 127
        assert needs_escape(text_array(["a", chr(number)])) == escaped, number
    assert not needs_escape(text_array(["é", None]))


def test_texts_and_numbers_become_arrow_columns() -> None:
    texts = ["a", None, "", "Café"]
    assert text_array(texts).to_pylist() == texts
    numbers = settled.np.array([1, 2], dtype="int64")
    assert number_array(numbers).to_pylist() == [1, 2]
    assert number_array(numbers, pa.timestamp("us")).type == pa.timestamp("us")
