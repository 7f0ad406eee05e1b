"""The inbox as a whole: order, what is new, what is left alone."""

from __future__ import annotations

import datetime

from orchestration.landing import land_inbox

ACCOUNTS = "Id,Name\n1,A\n"
LIST = "partner_account_id,account_name,status,as_of_date\n1,A,customer,{}\n"


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def test_an_empty_inbox_is_no_error(home) -> None:
    report = land_inbox(home)
    assert (report.landed, report.skipped, report.refused, report.postponed) == ([], [], [], [])


def test_files_land_by_day_then_by_name(home, drop) -> None:
    drop("salesforce", "User.csv", ACCOUNTS, day("2026-02-09"))
    drop("salesforce", "Account.csv", ACCOUNTS, day("2026-02-09"))
    drop("acme", "list.csv", LIST.format(""), day("2026-02-02"))
    drop("acme", "later.csv", LIST.format("2026-01-01"), None)
    report = land_inbox(home)
    assert [landed.file for landed in report.landed] == [
        "acme/2026-02-02/list.csv",
        "salesforce/2026-02-09/Account.csv",
        "salesforce/2026-02-09/User.csv",
        "acme/later.csv",
    ]


def test_a_second_landing_changes_nothing(home, drop) -> None:
    drop("salesforce", "Account.csv", ACCOUNTS)
    drop("salesforce", "User.csv", ACCOUNTS, None)
    first = land_inbox(home)
    files = sorted(path for path in home.landing.rglob("*") if path.is_file())
    again = land_inbox(home)
    assert len(first.landed) == 2
    assert again.landed == []
    assert {each.batch_id for each in again.skipped} == {each.batch_id for each in first.landed}
    assert {each.status for each in again.skipped} == {"already_landed"}
    assert sorted(path for path in home.landing.rglob("*") if path.is_file()) == files


def test_a_touched_file_is_recognised_by_its_bytes(home, drop) -> None:
    path = drop("salesforce", "Account.csv", ACCOUNTS, None)
    land_inbox(home)
    path.touch()
    assert land_inbox(home).landed == []


def test_a_changed_file_lands_beside_the_first(home, drop, rows) -> None:
    path = drop("salesforce", "Account.csv", ACCOUNTS)
    land_inbox(home)
    path.write_text("Id,Name\n1,B\n")
    assert len(land_inbox(home).landed) == 1
    assert sorted(row["name"] for row in rows("salesforce", "accounts")) == ["A", "B"]


def test_a_change_that_was_taken_back_is_the_newest_again(home, drop, rows) -> None:
    contents = [ACCOUNTS, "Id,Name\n1,B\n", ACCOUNTS]
    batches = []
    for content in contents:
        drop("salesforce", "Account.csv", content)
        batches += [landed.batch_id for landed in land_inbox(home).landed]
    assert len(set(batches)) == 3
    assert batches == sorted(batches), "what landed later sorts behind"
    assert [row["name"] for row in rows("salesforce", "accounts")] == ["A", "B", "A"]
    assert land_inbox(home).landed == []


def test_the_same_bytes_under_another_name_are_the_same_batch(home, drop) -> None:
    drop("salesforce", "Account.csv", ACCOUNTS)
    drop("salesforce", "Account_copy.csv", ACCOUNTS)
    report = land_inbox(home)
    assert (len(report.landed), len(report.skipped)) == (1, 1)
    assert len(land_inbox(home).skipped) == 2


def test_the_same_list_of_another_day_is_another_batch(home, drop) -> None:
    drop("salesforce", "Account.csv", ACCOUNTS, day("2026-02-02"))
    drop("salesforce", "Account.csv", ACCOUNTS, day("2026-02-09"))
    assert len(land_inbox(home).landed) == 2


def test_files_of_later_days_wait(home, drop) -> None:
    drop("salesforce", "Account.csv", ACCOUNTS, day("2026-02-02"))
    drop("salesforce", "User.csv", ACCOUNTS, day("2026-02-09"))
    drop("acme", "list.csv", LIST.format("2026-02-09"), None)
    report = land_inbox(home, until=day("2026-02-02"))
    assert [landed.table for landed in report.landed] == ["accounts"]
    assert report.postponed == ["inbox/salesforce/2026-02-09/User.csv", "inbox/acme/list.csv"]
    assert report.refused == []
    assert len(land_inbox(home).landed) == 2


def test_what_nobody_means_to_land_is_left_alone(home, drop) -> None:
    for name in ("~$Account.xlsx", ".Account.csv", "Account.csv.part", "README.txt", "notes.md"):
        drop("salesforce", name, "x", None)
    report = land_inbox(home)
    assert (report.landed, report.refused) == ([], [])


def test_a_file_outside_any_feed_is_named(home) -> None:
    (home.inbox / "Account.csv").write_text(ACCOUNTS)
    ((file, sentence),) = land_inbox(home).refused
    assert file == "inbox/Account.csv"
    assert "move it into the folder of its feed" in sentence


def test_a_bad_feed_file_refuses_only_its_own_files(home, drop, feed_lines) -> None:
    feed_lines("acme", "coverage: everything")
    drop("acme", "list.csv", LIST.format(""))
    drop("salesforce", "Account.csv", ACCOUNTS)
    report = land_inbox(home)
    assert [landed.feed for landed in report.landed] == ["salesforce"]
    assert "coverage is 'everything'" in report.refused[0][1]


def test_progress_names_each_file(home, drop) -> None:
    drop("salesforce", "Account.csv", ACCOUNTS)
    drop("salesforce", "User.csv", ACCOUNTS)
    told: list[tuple] = []
    land_inbox(home, progress=lambda *arguments: told.append(arguments))
    assert told == [
        ("landing", "inbox/salesforce/2026-02-09/Account.csv", 0, 2),
        ("landing", "inbox/salesforce/2026-02-09/User.csv", 1, 2),
        ("landing", "", 2, 2),
    ]
