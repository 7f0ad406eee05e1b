"""Literal values: how each is read in each dialect. `None` means that it cannot be read."""

from __future__ import annotations

import datetime

import duckdb
import pytest

from orchestration.errors import LandingError
from orchestration.landing.dialects import (
    DateDialect,
    SlashCounts,
    TimeZones,
    boolean_expression,
    date_expression,
    decimal_expression,
    detect_date_dialect,
    integer_expression,
    slash_counts,
    slash_counts_query,
    timestamp_expression,
)
from orchestration.landing.sql_text import literal

ISO = DateDialect(slashes=None, dots=False)
US = DateDialect(slashes="us", dots=False)
EU = DateDialect(slashes="eu", dots=False)
EU_DOT = DateDialect(slashes=None, dots=True)
UTC = TimeZones(feed="UTC", company="UTC")


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as opened:
        opened.execute("set timezone = 'UTC'")
        yield opened


def read(connection, expression: str, text: str):
    statement = f"select {expression} from (select {literal(text)} as value)"
    return connection.execute(statement).fetchone()[0]


DAYS = [
    # dialect, text, day
    (ISO, "2026-02-09", "2026-02-09"),
    (ISO, "2024-02-29", "2024-02-29"),
    (ISO, "2026-02-29", None),
    (ISO, "2026-13-01", None),
    (ISO, "2026-02-09T00:00:00", "2026-02-09"),
    (ISO, "2026-02-09 00:00:00.000000", "2026-02-09"),
    (ISO, "2026-02-09T00:00:00.000+0000", "2026-02-09"),
    (ISO, "2026-02-09T00:00:00Z", "2026-02-09"),
    (ISO, "2026-02-09T10:00:00Z", None),
    (ISO, "2026-02-09 and more", None),
    (ISO, "02/09/2026", None),
    (ISO, "9.2.2026", None),
    (ISO, "20260209", None),
    (ISO, "46062", None),
    (US, "02/09/26", "2026-02-09"),
    (US, "2/9/2026", "2026-02-09"),
    (US, "02-09-2026", "2026-02-09"),
    (US, "12/31/1999", "1999-12-31"),
    (US, "31/12/1999", None),
    (US, "02/09/2026 12:00 AM", "2026-02-09"),
    (US, "02/09/2026 0:00", "2026-02-09"),
    (US, "02/09/2026 12:00 PM", None),
    (US, "2/9/2", None),
    (US, "2/9/202", None),
    (US, "2026-02-09", "2026-02-09"),
    (US, "9.2.2026", None),
    (EU, "09/02/26", "2026-02-09"),
    (EU, "31/12/1999", "1999-12-31"),
    (EU, "31-12-1999", "1999-12-31"),
    (EU, "12/31/1999", None),
    (EU, "9.2.2026", None),
    (EU_DOT, "9.2.2026", "2026-02-09"),
    (EU_DOT, "09.02.26", "2026-02-09"),
    (EU_DOT, "31.12.1999 00:00:00", "1999-12-31"),
    (EU_DOT, "12.31.1999", None),
    (EU_DOT, "9/2/2026", None),
]


@pytest.mark.parametrize(("dialect", "text", "day"), DAYS, ids=str)
def test_days(connection, dialect: DateDialect, text: str, day: str | None) -> None:
    found = read(connection, date_expression("value", dialect, None), text)
    assert (found.isoformat() if found else None) == day


TIMES = [
    # dialect, text, time in UTC
    (ISO, "2026-02-09T10:11:12Z", "2026-02-09 10:11:12"),
    (ISO, "2026-02-09T10:11:12.345Z", "2026-02-09 10:11:12.345"),
    (ISO, "2026-02-09T10:11:12.000+0000", "2026-02-09 10:11:12"),
    (ISO, "2026-02-09T10:11:12.000+05:30", "2026-02-09 04:41:12"),
    (ISO, "2026-02-09T10:11:12-0800", "2026-02-09 18:11:12"),
    (ISO, "2026-02-09 10:11:12+02", "2026-02-09 08:11:12"),
    (ISO, "2026-02-09 10:11+02:00", "2026-02-09 08:11:00"),
    (ISO, "2026-02-09T10:11Z", "2026-02-09 10:11:00"),
    (ISO, "2026-02-09 10:11:12 UTC", "2026-02-09 10:11:12"),
    (ISO, "2026-02-09 10:11:12 GMT", "2026-02-09 10:11:12"),
    (ISO, "2026-02-09 10:11:12.123456", "2026-02-09 10:11:12.123456"),
    (ISO, "2026-02-09 10:11", "2026-02-09 10:11:00"),
    (ISO, "2026-02-09", "2026-02-09 00:00:00"),
    (ISO, "2026-02-09 24:00:00", None),
    (ISO, "2026-02-09 10:61", None),
    (ISO, "2026-02-09 10:11:12 tomorrow", None),
    (ISO, "02/23/26 08:55 PM", None),
    (US, "02/23/26 08:55 PM", "2026-02-23 20:55:00"),
    (US, "02/23/26 08:55 pm", "2026-02-23 20:55:00"),
    (US, "2/23/2026, 8:55:01 PM", "2026-02-23 20:55:01"),
    (US, "2/23/2026 8:55\u202fPM", "2026-02-23 20:55:00"),
    (US, "2/23/2026 12:05 AM", "2026-02-23 00:05:00"),
    (US, "2/23/2026 12:05 PM", "2026-02-23 12:05:00"),
    (US, "2/23/2026 20:55", "2026-02-23 20:55:00"),
    (US, "2/23/2026 20:55:01.5", "2026-02-23 20:55:01.5"),
    (US, "2/23/2026 20:55 PM", None),
    (US, "23/2/2026 20:55", None),
    (US, "2/23/2026", "2026-02-23 00:00:00"),
    (EU, "23/02/2026 20:55", "2026-02-23 20:55:00"),
    (EU, "23/02/26 08:55 PM", "2026-02-23 20:55:00"),
    (EU_DOT, "23.2.2026 20:55:01", "2026-02-23 20:55:01"),
    (EU_DOT, "23.02.26", "2026-02-23 00:00:00"),
]


@pytest.mark.parametrize(("dialect", "text", "time"), TIMES, ids=str)
def test_times(connection, dialect: DateDialect, text: str, time: str | None) -> None:
    found = read(connection, timestamp_expression("value", dialect, UTC, None), text)
    assert found == (datetime.datetime.fromisoformat(time) if time else None)


ZONED_TIMES = [
    # zones of feed and company, text, time in UTC
    ("America/New_York", "UTC", "2026-02-09 10:00", "2026-02-09 15:00"),
    ("America/New_York", "UTC", "2026-07-09 10:00", "2026-07-09 14:00"),
    ("America/New_York", "UTC", "2026-07-09T10:00:00Z", "2026-07-09 10:00"),
    ("America/New_York", "UTC", "2026-07-09T10:00:00+0000", "2026-07-09 10:00"),
    ("Europe/Berlin", "UTC", "2026-07-09 10:00:00 UTC", "2026-07-09 10:00"),
    ("UTC", "America/New_York", "2026-02-09", "2026-02-09 05:00"),
    ("Europe/Berlin", "Asia/Tokyo", "2026-02-09", "2026-02-08 15:00"),
    ("UTC", "America/New_York", "2026-02-09 00:00", "2026-02-09 00:00"),
]


@pytest.mark.parametrize(("feed", "company", "text", "time"), ZONED_TIMES)
def test_case_39_a_time_is_of_the_feeds_zone_and_a_mere_day_of_the_companys(
    connection, feed: str, company: str, text: str, time: str
) -> None:
    zones = TimeZones(feed=feed, company=company)
    found = read(connection, timestamp_expression("value", ISO, zones, None), text)
    assert found == datetime.datetime.fromisoformat(time)


SERIALS = [
    # epoch, text, day, time
    ("1899-12-30", "46062", "2026-02-09", "2026-02-09 00:00:00"),
    ("1899-12-30", "46062.5", None, "2026-02-09 12:00:00"),
    ("1899-12-30", "46062.0", "2026-02-09", "2026-02-09 00:00:00"),
    ("1904-01-01", "44600", "2026-02-09", "2026-02-09 00:00:00"),
    ("1899-12-30", "0", None, None),
    ("1899-12-30", "-5", None, None),
    ("1899-12-30", "99999999", None, None),
]


@pytest.mark.parametrize(("epoch", "text", "day", "time"), SERIALS)
def test_day_numbers_of_spreadsheets(connection, epoch: str, text: str, day, time) -> None:
    found = read(connection, date_expression("value", ISO, epoch), text)
    assert (found.isoformat() if found else None) == day
    found = read(connection, timestamp_expression("value", ISO, UTC, epoch), text)
    assert found == (datetime.datetime.fromisoformat(time) if time else None)


NUMBERS = [
    # decimal sign, text, canonical text
    ("point", "0", "0"),
    ("point", "1234.50", "1234.50"),
    ("point", "-1234.5", "-1234.5"),
    ("point", "+7", "7"),
    ("point", "007", "7"),
    ("point", "-00.50", "-0.50"),
    ("point", ".5", "0.5"),
    ("point", "5.", "5"),
    ("point", "-.25", "-0.25"),
    ("point", "1.5e6", "1500000"),
    ("point", "1E+3", "1000"),
    ("point", "25e-2", "0.25"),
    ("point", "1e30", "1e30"),
    ("point", "1,234.50", None),
    ("point", "1234,5", None),
    ("point", "$12", None),
    ("point", "12 EUR", None),
    ("point", "12%", None),
    ("point", "1 234", None),
    ("point", "1_000", None),
    ("point", "1-2", None),
    ("point", "1.2.3", None),
    ("point", "NaN", None),
    ("point", "inf", None),
    ("point", "-", None),
    ("point", ".", None),
    ("point", "0x10", None),
    ("point", "twelve", None),
    ("comma", "1234,50", "1234.50"),
    ("comma", "-0,5", "-0.5"),
    ("comma", ",5", "0.5"),
    ("comma", "1234", "1234"),
    ("comma", "1,5e3", "1500"),
    ("comma", "1.234,50", None),
    ("comma", "1234.5", None),
]


@pytest.mark.parametrize(("sign", "text", "canonical"), NUMBERS)
def test_numbers(connection, sign, text: str, canonical: str | None) -> None:
    assert read(connection, decimal_expression("value", sign), text) == canonical


INTEGERS = [
    ("point", "0", "0"),
    ("point", "12", "12"),
    ("point", "-12", "-12"),
    ("point", "+12", "12"),
    ("point", "0012", "12"),
    ("point", "12.0", "12"),
    ("point", "12.", "12"),
    ("point", "12.5", None),
    ("point", "1e3", None),
    ("point", "1,200", None),
    ("point", "12,0", None),
    ("point", "a", None),
    ("point", "99999999999999999999", "99999999999999999999"),
    ("comma", "12,0", "12"),
    ("comma", "12.000", None),
]


@pytest.mark.parametrize(("sign", "text", "canonical"), INTEGERS)
def test_integers(connection, sign, text: str, canonical: str | None) -> None:
    assert read(connection, integer_expression("value", sign), text) == canonical


BOOLEANS = [
    ("TRUE", "true"),
    ("true", "true"),
    ("1", "true"),
    ("Yes", "true"),
    ("Y", "true"),
    ("FALSE", "false"),
    ("0", "false"),
    ("no", "false"),
    ("n", "false"),
    ("2", None),
    ("maybe", None),
]


@pytest.mark.parametrize(("text", "canonical"), BOOLEANS)
def test_booleans(connection, text: str, canonical: str | None) -> None:
    assert read(connection, boolean_expression("value"), text) == canonical


def counts_of(connection, values: list[str]) -> SlashCounts:
    rows = ", ".join(f"({literal(value)})" for value in values)
    relation = f"(values {rows}) as days(value)"
    return slash_counts(connection.execute(slash_counts_query(["value"], relation)).fetchone())


DETECTED = [
    # title, values, dialect
    ("ISO alone", ["2026-02-09", "2026-02-09T10:00:00Z"], "iso"),
    ("nothing at all", [""], "iso"),
    ("a day above 12 in second place", ["02/09/26", "02/23/26"], "us"),
    ("a day above 12 in first place", ["09/02/2026", "23/02/2026"], "eu"),
    ("times prove as well as days", ["02/23/26 08:55 PM", "02/09/26"], "us"),
    ("dashes with a long year", ["23-02-2026"], "eu"),
    ("dots", ["9.2.2026", "2026-02-09"], "eu_dot"),
    ("ISO beside month first", ["2026-02-09", "02/23/2026"], "us"),
    ("a dashed short year proves nothing", ["24-02-03"], "iso"),
    ("the same day both ways", ["03/03/2026", "04/04/2026"], "us"),
    ("no day at all", ["45/67/2026", "see 02/23/26", "1/2"], "iso"),
]


@pytest.mark.parametrize(("title", "values", "dialect"), DETECTED)
def test_a_file_proves_its_dialect(connection, title: str, values: list[str], dialect) -> None:
    counts = counts_of(connection, values)
    assert detect_date_dialect("auto", counts, "list.csv", "feed.yaml").name == dialect


@pytest.mark.parametrize(
    ("title", "values", "shown"),
    [
        ("only days up to 12", ["02/09/2026", "03/04/2026"], "'02/09/2026'"),
        ("both orders", ["02/23/2026", "23/02/2026"], "'23/02/2026'"),
    ],
)
def test_a_file_that_proves_nothing_asks_for_the_dialect(
    connection, title: str, values: list[str], shown: str
) -> None:
    with pytest.raises(LandingError, match="declare `dates: us` or `dates: eu`") as refused:
        detect_date_dialect("auto", counts_of(connection, values), "list.csv", "feed.yaml")
    assert shown in str(refused.value)


def test_a_declared_dialect_is_never_questioned(connection) -> None:
    counts = counts_of(connection, ["02/23/2026", "23/02/2026"])
    assert detect_date_dialect("eu", counts, "list.csv", "feed.yaml") == EU
