"""Whatever a person does wrong: one sentence, an exit code, no traceback, nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration import command_line
from orchestration.errors import CosellError

TRACEBACK = "Traceback (most recent call last)"


@pytest.fixture
def home(cosell, tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    assert cosell("--home", folder, "init").exit_code == 0
    return folder


def assert_one_sentence(result, *parts: str) -> None:
    assert result.exit_code == 1
    assert result.output == ""
    assert result.errors.startswith("error: ")
    assert result.errors.count("\n") == 1, "one line"
    assert TRACEBACK not in result.errors
    for part in parts:
        assert part in result.errors


@pytest.mark.parametrize(
    "verb", [["refresh"], ["status"], ["releases"], ["summary"], ["explain", "x"], ["rollback"]]
)
def test_a_home_that_is_not_there_says_how_to_make_one(cosell, tmp_path: Path, verb) -> None:
    result = cosell("--home", tmp_path / "nowhere", *verb)
    assert_one_sentence(result, "nowhere", "cosell init")
    assert not (tmp_path / "nowhere").exists()


def test_without_a_home_but_with_a_demo_beside_the_demo_is_named(cosell, tmp_path: Path) -> None:
    assert cosell("--home", tmp_path / "demo", "init").exit_code == 0
    assert_one_sentence(cosell("status", folder=tmp_path), "--home demo")


@pytest.mark.parametrize("verb", [["releases"], ["summary"], ["explain", "x"], ["verify"]])
def test_without_a_release_the_first_refresh_is_named(cosell, home: Path, verb) -> None:
    assert_one_sentence(cosell("--home", home, *verb), "cosell refresh")


def test_an_unknown_engine_names_the_known_ones(cosell, home: Path) -> None:
    assert_one_sentence(cosell("--home", home, "--engine", "oracle", "status"), "oracle", "spark")


def test_an_unknown_variable_of_ours_is_never_ignored(cosell, home: Path) -> None:
    result = cosell("--home", home, "status", environment={"COSELL_HOEM": "x"})
    assert_one_sentence(result, "COSELL_HOEM", "COSELL_HOME")


def test_a_file_that_is_not_there_is_named(cosell, home: Path) -> None:
    result = cosell("--home", home, "land", "salesforce", home / "Account.csv")
    assert_one_sentence(result, "Account.csv")


def test_an_unknown_feed_is_named(cosell, home: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    assert_one_sentence(
        cosell("--home", home, "land", "salesfroce", tmp_path / "list.csv"), "salesfroce"
    )


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "02/09/2026"])
def test_a_day_that_is_none_is_a_wrong_usage(cosell, home: Path, day: str) -> None:
    result = cosell("--home", home, "refresh", "--as-of", day)
    assert result.exit_code == 2
    assert day in result.errors
    assert TRACEBACK not in result.errors


def test_an_unknown_verb_is_a_wrong_usage(cosell) -> None:
    result = cosell("refesh")
    assert result.exit_code == 2
    assert "refesh" in result.errors


def test_a_demo_never_overwrites_what_is_no_demo(cosell, home: Path) -> None:
    before = sorted(home.rglob("*"))
    assert_one_sentence(cosell("--home", home, "demo"), "no demo", "nothing was changed")
    assert_one_sentence(cosell("--home", home, "demo", "--force"), "no demo")
    assert sorted(home.rglob("*")) == before


def test_a_demo_of_unknown_size_names_the_sizes(cosell, tmp_path: Path) -> None:
    result = cosell("--home", tmp_path / "new", "demo", "--size", "huge")
    assert_one_sentence(result, "huge", "small, medium, large")
    assert not (tmp_path / "new").exists()


def test_a_broken_company_file_is_named_with_its_key(cosell, home: Path) -> None:
    file = home / "config" / "company.yaml"
    file.write_text(file.read_text().replace("America/New_York", "America/Nowhere"))
    assert_one_sentence(cosell("--home", home, "refresh"), "company.yaml", "time_zone")


class TestWhatNobodyForesaw:
    """An exception that is not ours still reads as a sentence; --debug shows all of it."""

    def test_it_names_the_way_to_the_traceback(self) -> None:
        sentence = command_line.sentence_of(ZeroDivisionError("division by zero\nmore"))
        assert sentence == (
            "Unexpected ZeroDivisionError: division by zero. The published release is untouched; "
            "run the same command with --debug for the traceback."
        )

    def test_our_own_error_is_printed_as_written(self) -> None:
        assert command_line.sentence_of(CosellError("Do this.")) == "Do this."

    def test_debug_shows_the_traceback(self, cosell_process, tmp_path: Path) -> None:
        result = cosell_process("--home", tmp_path / "nowhere", "--debug", "status")
        assert result.exit_code == 1
        assert TRACEBACK in result.errors
