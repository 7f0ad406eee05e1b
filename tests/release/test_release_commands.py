"""`cosell releases`, `diff`, `verify`, `rollback` and `prune` as people and programs call them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.company_defaults import initialise_home
from orchestration.release import PublishedRelease, current_release, list_releases
from orchestration.settings import Settings
from orchestration.workshop import hold_refresh_lock

Publish = Callable[[], PublishedRelease]
Change = Callable[[str], None]


@pytest.fixture
def three(settings: Settings, publish_now: Publish, change_warehouse: Change) -> list[str]:
    """Three releases, oldest first; an account more has gone from each."""
    initialise_home(settings.home)
    made = []
    for number in range(3):
        change_warehouse(f"delete from core.dim_accounts where account_id = 'a000{number}'")
        made.append(publish_now().release.release_id)
    return made


def test_releases_are_listed_for_people_and_programs(cosell, settings, three) -> None:
    page = cosell("--home", settings.home.root, "releases")
    assert page.exit_code == 0, page.errors
    shown = [line.split()[-5] for line in page.output.splitlines() if "2026-02-09-" in line]
    assert len(shown) == 3
    assert page.output.index(three[2]) < page.output.index(three[0])
    told = json.loads(cosell("--home", settings.home.root, "releases", "--json").output)
    assert [one["release_id"] for one in told["releases"]] == three[::-1]
    assert [one["is_current"] for one in told["releases"]] == [True, False, False]


@pytest.mark.parametrize("words", [["diff"], ["releases", "diff"]])
def test_a_difference_is_that_of_the_last_two_unless_others_are_named(
    cosell, settings, three, words
) -> None:
    page = cosell("--home", settings.home.root, *words)
    assert page.exit_code == 0, page.errors
    assert three[1] in page.output and three[2] in page.output
    assert "dim_accounts" in page.output
    told = json.loads(
        cosell("--home", settings.home.root, *words, three[0], three[2], "--json").output
    )
    (table,) = told["tables"]
    assert table["rows"] == {"added": 0, "removed": 2, "changed": 0}
    assert told["same_tables_count"] == 4


def test_one_table_is_shown_with_its_rows_and_written_as_csv(
    cosell, settings, three, tmp_path: Path
) -> None:
    file = tmp_path / "difference.csv"
    page = cosell(
        "--home",
        settings.home.root,
        *("diff", three[0], "current", "--table", "dim_accounts", "--rows", "1"),
        *("--csv", file),
    )
    assert page.exit_code == 0, page.errors
    assert "a0001" in page.output and "a0002" not in page.output
    with file.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert {line["key"] for line in lines} == {"account_id=a0001", "account_id=a0002"}
    assert {line["row"] for line in lines} == {"removed"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["diff", "nothing"], "There is no release 'nothing': use one of"),
        (["diff", "--by", "rep_id"], "name it with --table"),
        (["diff", "--table", "dim_moons"], "is in neither release"),
        (["diff", "--table", "dim_accounts", "--by", "moon"], "has no such column"),
        (["prune", "--keep", "0"], "at least the current release stays"),
        (["rollback", "2031"], "There is no release '2031'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(cosell, settings, three, words, sentence) -> None:
    result = cosell("--home", settings.home.root, *words)
    assert result.exit_code == 1
    assert sentence in result.errors and result.errors.count("\n") == 1


def test_a_dry_run_tells_and_a_pruning_does(cosell, settings, three) -> None:
    home = settings.home
    with hold_refresh_lock(home):
        told = cosell("--home", home.root, "prune", "--keep", "1", "--dry-run")
        refused = cosell("--home", home.root, "prune", "--keep", "1")
    assert told.exit_code == 0 and "would go" in told.output
    assert refused.exit_code == 1 and "Another refresh" in refused.errors
    assert len(list_releases(home)) == 3
    kept = cosell("--home", home.root, "prune")
    assert kept.exit_code == 0 and "Nothing to prune" in kept.output
    done = json.loads(
        cosell("--home", home.root, "releases", "prune", "--keep", "2", "--json").output
    )
    assert [one["release_id"] for one in done["releases"] if one["is_pruned"]] == [three[0]]
    assert [one.release_id for one in list_releases(home)] == three[1:]


def test_rollback_and_verify_are_among_the_words_of_releases(cosell, settings, three) -> None:
    home = settings.home
    assert cosell("--home", home.root, "releases", "rollback").exit_code == 0
    current = current_release(home)
    assert current is not None and current.release_id == three[1]
    verified = cosell("--home", home.root, "releases", "verify", three[0])
    assert verified.exit_code == 0 and "is as it was published" in verified.output
