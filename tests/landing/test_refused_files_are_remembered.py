"""What was refused is told again later, until it is mended."""

from __future__ import annotations

from orchestration.landing import land_inbox, read_refused_files


def test_a_refused_file_is_told_until_it_is_mended(home, drop) -> None:
    path = drop("salesforce", "Account.csv", "")
    [(file, sentence)] = land_inbox(home).refused
    [refused] = read_refused_files(home)
    assert (refused.file, refused.sentence) == (file, sentence)

    land_inbox(home)
    assert read_refused_files(home) == [refused], "since the first time, not the last"

    path.write_text("Id,Name\n001,Acme\n", encoding="utf-8")
    assert land_inbox(home).refused == []
    assert read_refused_files(home) == []


def test_a_refused_file_that_was_taken_away_is_told_no_more(home, drop) -> None:
    path = drop("salesforce", "Account.csv", "")
    land_inbox(home)
    path.unlink()
    assert read_refused_files(home) == []
