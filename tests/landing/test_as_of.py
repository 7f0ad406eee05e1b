"""The day of a file: where it is taken from, and in which order."""

from __future__ import annotations

import datetime

import pytest

from orchestration.errors import LandingError
from orchestration.landing import journal, land_file, land_inbox

ACCOUNTS = "Id,Name\n1,A\n"
LIST = "partner_account_id,account_name,status,as_of_date\n1,A,customer,{}\n2,B,customer,{}\n"


@pytest.fixture
def today(monkeypatch):
    """It is half past three in the morning of 2026-02-10 in London, still the 9th in New York."""
    now = datetime.datetime.fromisoformat("2026-02-10 03:30")
    monkeypatch.setattr(journal, "current_time", lambda: now)
    monkeypatch.setattr("orchestration.landing.files.current_time", lambda: now)
    return datetime.date(2026, 2, 9)


@pytest.mark.parametrize(
    ("title", "place", "day", "given_by"),
    [
        ("a folder", "2026-02-03/Account.csv", "2026-02-03", "folder"),
        ("a folder further up", "2026-02-03/export/Account.csv", "2026-02-03", "folder"),
        ("the nearest folder", "2026-02-03/2026-02-04/Account.csv", "2026-02-04", "folder"),
        ("a folder before a name", "2026-02-03/Account_2026-01-01.csv", "2026-02-03", "folder"),
        ("a name", "Account_2026-02-03.csv", "2026-02-03", "file_name"),
        ("a short name", "Account_20260203.csv", "2026-02-03", "file_name"),
        ("a name with a time", "Account_20260203_1015.csv", "2026-02-03", "file_name"),
        ("a number that is no day", "Account_20261399.csv", "2026-02-09", "landing_day"),
        ("a longer number", "Account_1202602031.csv", "2026-02-09", "landing_day"),
        ("nothing", "Account.csv", "2026-02-09", "landing_day"),
    ],
)
def test_the_day_of_our_own_export(
    home, today, journal_entry, title: str, place: str, day: str, given_by: str
) -> None:
    path = home.inbox / "salesforce" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(ACCOUNTS)
    landed = land_file(home, "salesforce", path)
    assert landed.as_of.isoformat() == day
    assert landed.batch_id.startswith(day.replace("-", ""))
    assert journal_entry(landed.batch_id)["as_of_from"] == given_by


def test_an_argument_outranks_everything(home, drop, today) -> None:
    path = drop("salesforce", "Account_2026-01-01.csv", ACCOUNTS)
    landed = land_file(home, "salesforce", path, datetime.date(2026, 1, 5))
    assert landed.as_of == datetime.date(2026, 1, 5)


def test_a_file_outside_the_inbox(home, tmp_path, today) -> None:
    path = tmp_path / "Account.csv"
    path.write_text(ACCOUNTS)
    landed = land_file(home, "salesforce", path)
    assert (landed.file, landed.as_of) == ("Account.csv", today)


def test_a_column_of_one_day(land, rows, today, journal_entry) -> None:
    landed = land("acme", "list.csv", LIST.format("2026-02-03", "2026-02-03"), None)
    assert landed.as_of == datetime.date(2026, 2, 3)
    assert journal_entry(landed.batch_id)["as_of_from"] == "column"
    assert rows("bilateral", "partner_accounts")[0]["as_of_date"] == "2026-02-03"


def test_a_column_of_one_day_in_the_files_dialect(land, today) -> None:
    content = LIST.format("23.01.2026", "23.1.26")
    assert land("acme", "list.csv", content, None).as_of == datetime.date(2026, 1, 23)


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [("2026-02-03", "2026-02-04", "2026-02-03, 2026-02-04"), ("2026-02-03", "soon", "no day")],
)
def test_a_column_of_several_days_is_refused(refusal, today, first, second, shown) -> None:
    sentence = refusal("acme", "list.csv", LIST.format(first, second), None)
    assert "several values in as_of_date" in sentence
    assert shown in sentence


def test_an_empty_column_is_no_day(refusal, today) -> None:
    assert "which day it describes" in refusal("acme", "list.csv", LIST.format("", ""), None)


def test_a_feed_may_let_the_day_of_landing_count(land, feed_lines, today) -> None:
    feed_lines("acme", "undated: landing_day")
    assert land("acme", "list.csv", LIST.format("", ""), None).as_of == today


def test_tomorrow_may_have_begun_elsewhere(home, drop, today) -> None:
    path = drop("salesforce", "Account.csv", ACCOUNTS)
    tomorrow = today + datetime.timedelta(days=1)
    assert land_file(home, "salesforce", path, tomorrow).as_of == tomorrow
    with pytest.raises(LandingError, match="lies in the future"):
        land_file(home, "salesforce", path, tomorrow + datetime.timedelta(days=1))


def test_the_inbox_may_be_given_the_day_of_undated_files(home, drop, today) -> None:
    drop("salesforce", "Account.csv", ACCOUNTS, None)
    report = land_inbox(home, default_as_of=datetime.date(2026, 1, 31))
    assert report.landed[0].as_of == datetime.date(2026, 1, 31)
