"""Large files take a way of their own through landing; whatever they hold, the rows are the same.

The rules are SQL; the way of large files asks them only about what is not settled already. Here
every file is landed both ways, and the batches and the refused rows are compared.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orchestration.errors import CosellError
from orchestration.landing import land_file, streaming
from orchestration.settings import Home
from tests.landing.conftest import AS_OF, copy_of_home

COLUMNS = (
    *("Id", "Name", "StageName", "CloseDate", "CreatedDate", "Amount", "PushCount"),
    *("IsClosed", "SystemModstamp", "Invented"),
)
TEXTS = st.sampled_from(
    [*("a", "Café", " padded", "nbsp\u00a0", "à", 'quo"te', "1.5E+17", "", "back\\slash", "tab\t")]
)
DAYS = st.sampled_from(
    [
        "2026-02-09",
        "2024-02-29",
        "2023-02-29",
        "1969-12-31",
        "9999-12-31",
        "2026-13-01",
        "2026-02-09 00:00:00",
        "2026-02-09T17:30:00Z",
        "2026-02-09T17:99:00Z",
        "2026-02-09T17:30:00.000+0000",
        "2026-02-09T23:30:00.000Z",
        "2026-02-09T23:30:00-05:00",
        "20260209",
        "2040-01-01",
        "",
    ]
)
TIMES = st.sampled_from(
    [
        "2026-02-09T10:11:12.123Z",
        "2026-02-09T10:11:12.000+0000",
        "2026-02-09T24:00:00.000Z",
        "2026-02-09T10:11:12Z",
        "2026-02-09T10:11:12+00:00",
        "2026-02-09 10:11:12.123456",
        "2026-02-09T10:61:12.123Z",
        "2026-02-09T10:11:12.123+0100",
        "1960-01-01T00:00:00.000Z",
        "2026-02-09T10:11:12.123456Z",
        "2026-02-09T10:11:12.000+00:00",
        "2026-02-09",
        "",
    ]
)
NUMBERS = st.sampled_from(
    [*("0", "7", "-7", "007", "+7", "1.50", "1e3", "99999999999999", "1,5", "NaN", "", ".5", "12.")]
)
FLAGS = st.sampled_from([*("true", "false", "True", "1", "no", "maybe", "")])
KINDS = (TEXTS, TEXTS, TEXTS, DAYS, TIMES, NUMBERS, NUMBERS, FLAGS, TIMES, TEXTS)


@st.composite
def opportunities(draw: st.DrawFn) -> list[list[str]]:
    """Rows in which most columns hold one form throughout, as files do, and some are mixed."""
    count = draw(st.integers(1, 12))
    columns = []
    for kind in KINDS:
        if draw(st.integers(0, 3)):
            columns.append([draw(kind)] * count)
        else:
            columns.append(draw(st.lists(kind, min_size=count, max_size=count)))
    return [list(row) for row in zip(*columns, strict=True)]


CANONICAL = ["a", "A", "Won", "2026-02-09", "2026-02-09T10:11:12.123Z", "1.5", "7", "true"]
CANONICAL += ["2026-02-09T10:11:12.000+0000", "x"]


@pytest.fixture
def both_homes(prepared_root: Path, tmp_path: Path) -> tuple[Home, Home]:
    return (
        copy_of_home(prepared_root, tmp_path / "held"),
        copy_of_home(prepared_root, tmp_path / "streamed"),
    )


def landed_rows(home: Home, content: str, above: int) -> tuple[Any, Any]:
    """The good and the refused rows of a file, or its sentence."""
    folder = home.inbox / "salesforce" / AS_OF.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "Opportunity.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("orchestration.landing.delimited.STREAM_ABOVE_BYTES", above)
        try:
            landed = land_file(home, "salesforce", path)
        except CosellError as error:
            return str(error), None
    batch = f"{landed.source}/{landed.table}/{landed.batch_id}.parquet"
    return _rows(home.landing / batch), _rows(home.quarantine / batch)


def _rows(path: Path) -> list[tuple[Any, ...]]:
    if not path.is_file():
        return []
    with duckdb.connect() as connection:
        return connection.execute(
            "select * exclude (_landed_at) from read_parquet(?) order by _row_number", [str(path)]
        ).fetchall()


def as_csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue()


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=opportunities())
@example(rows=[CANONICAL] * 3)
@example(rows=[[*CANONICAL[:3], "2026-02-09T17:30:00Z", *CANONICAL[4:]]] * 3)
@example(rows=[[*CANONICAL[:3], "2026-02-09T17:30:00.000+0000", *CANONICAL[4:]]] * 3)
@example(rows=[[*CANONICAL[:3], "2026-02-09T17:30:00+00:00", *CANONICAL[4:]]] * 3)
@example(rows=[[*CANONICAL[:3], "2026-02-09T00:00:00.000Z", *CANONICAL[4:]]] * 3)
@example(rows=[CANONICAL, ["b", "B", "Won", "02/29/2024", *CANONICAL[4:]]])
def test_a_file_lands_the_same_rows_both_ways(both_homes, rows: list[list[str]]) -> None:
    content = as_csv(rows)
    held, streamed = both_homes
    assert landed_rows(held, content, 2**40) == landed_rows(streamed, content, 0)


def test_canonical_columns_are_settled_without_asking(both_homes, monkeypatch) -> None:
    """Else a large file would be as slow as the rules are."""

    def ask(*_: object) -> None:
        raise AssertionError("the rules were asked")

    monkeypatch.setattr(streaming._Stream, "_query", ask)
    good, refused = landed_rows(both_homes[1], as_csv([CANONICAL] * 5), 0)
    assert (len(good), refused) == (5, [])


def test_refused_rows_beyond_what_is_held_are_read_again(both_homes, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "_MAXIMUM_HELD_ROWS", 1)
    rows = [
        [str(n), "A", "Won", "never" if n % 2 else "2026-02-09", *CANONICAL[4:]] for n in range(9)
    ]
    held, streamed = both_homes
    content = as_csv(rows)
    assert landed_rows(held, content, 2**40) == landed_rows(streamed, content, 0)


def test_ragged_rows_begin_the_reading_again(both_homes) -> None:
    content = as_csv([CANONICAL] * 4).replace("a,A,", "a,A,A,", 1)
    held, streamed = both_homes
    good, refused = landed_rows(streamed, content, 0)
    assert (len(good), len(refused)) == (3, 1)
    assert (good, refused) == landed_rows(held, content, 2**40)


def test_a_row_without_any_undeclared_value_stays_a_row(both_homes) -> None:
    """Two undeclared columns, both empty in one row: the way of large files must not lose it."""
    header, first, second, third = as_csv([CANONICAL] * 3).splitlines()
    content = f"{header},Second\n{first},s\n{second[:-1]},\n{third[:-1]},t\n"
    held, streamed = both_homes
    good, refused = landed_rows(streamed, content, 0)
    assert (len(good), refused) == (3, [])
    assert (good, refused) == landed_rows(held, content, 2**40)
