"""Starting `cosell`: help at once, options before or after the verb, a home in one command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.command_line import with_global_options_first

VERBS = (
    *("init", "demo", "refresh", "land", "status", "summary"),
    *(
        "explain",
        "releases",
        "diff",
        "prune",
        "rollback",
        "verify",
        "close",
        "rebuild",
        "policy",
        "audit",
        "dagster",
    ),
)
# What takes seconds to import must not be imported to print a help text.
HEAVY = ("dagster", "dbt", "great_expectations", "pandas", "pyarrow", "duckdb", "sqlalchemy")


def test_help_names_every_verb(cosell) -> None:
    result = cosell("--help")
    assert result.exit_code == 0
    for verb in VERBS:
        assert f" {verb} " in result.output


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(cosell, verb: str) -> None:
    result = cosell(verb, "--help")
    assert result.exit_code == 0
    assert f"cosell {verb}" in result.output


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from orchestration.command_line import app; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]", loaded.stderr


def test_version_is_that_of_the_package(cosell) -> None:
    assert cosell("--version").output == "cosell 0.1.0\n"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["status", "--home", "demo"], ["--home", "demo", "status"]),
        (["status", "--home=demo", "--debug"], ["--home=demo", "--debug", "status"]),
        (["--engine", "spark", "refresh"], ["--engine", "spark", "refresh"]),
        (["land", "salesforce", "--", "--home"], ["land", "salesforce", "--", "--home"]),
        (["status", "--home"], ["--home", "status"]),
    ],
)
def test_global_options_may_follow_the_verb(written: list[str], meant: list[str]) -> None:
    assert with_global_options_first(written) == meant


def test_init_writes_a_home_that_loads_and_touches_nothing_twice(cosell, tmp_path: Path) -> None:
    home = tmp_path / "mine"
    first = cosell("init", "--home", home)
    assert first.exit_code == 0
    assert str(home / "config" / "company.yaml") in first.output
    company = home / "config" / "company.yaml"
    company.write_text(company.read_text().replace("Your company", "Mine"))
    again = cosell("init", "--home", home)
    assert again.exit_code == 0
    assert "nothing was changed" in again.output
    assert "Mine" in company.read_text()


def test_the_home_may_come_from_the_environment(cosell, tmp_path: Path) -> None:
    home = tmp_path / "mine"
    assert cosell("init", environment={"COSELL_HOME": str(home)}).exit_code == 0
    assert (home / "config" / "company.yaml").is_file()


def test_status_of_a_new_home_says_what_to_drop_where(cosell, tmp_path: Path) -> None:
    home = tmp_path / "mine"
    cosell("init", "--home", home)
    result = cosell("status", "--home", home)
    assert result.exit_code == 0
    assert "no release yet" in result.output
    assert f"{home}/inbox/" in result.output
