"""Rules of the house that no other tool checks: names, leftovers, pins, a true README."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "lib"}
LEFTOVERS = re.compile(r"\b(TODO|FIXME|HACK)\b|raise NotImplementedError")
TEXT_SUFFIXES = {".py", ".sql", ".yml", ".yaml", ".md", ".toml", ".csv", ".txt", ".svg"}


@pytest.fixture(scope="module")
def files(repository: Path) -> list[Path]:
    """Every file that is, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git clone")
    found = [repository / name for name in listed.stdout.splitlines()]
    return [file for file in found if file.is_file()]


def test_no_folder_or_module_has_a_name_that_says_nothing(files, repository: Path) -> None:
    named = {
        str(file.relative_to(repository))
        for file in files
        for part in file.relative_to(repository).parts
        if Path(part).stem in FORBIDDEN_NAMES
    }
    assert not named


def test_nothing_is_left_to_be_done_in_a_comment(files, repository: Path) -> None:
    here = Path(__file__).name
    left = [
        f"{file.relative_to(repository)}:{number}"
        for file in files
        if file.suffix in TEXT_SUFFIXES and file.name != here
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if LEFTOVERS.search(line)
    ]
    assert not left


def test_no_committed_text_names_a_path_of_one_machine(files, repository: Path) -> None:
    here = Path(__file__).name
    machine_path = re.compile(r"(?<![\w.])/(home|root|tmp/w|work|Users)/\w")
    left = [
        str(file.relative_to(repository))
        for file in files
        if file.suffix in TEXT_SUFFIXES | {".lock", ""} and file.name != here
        if machine_path.search(file.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not left


def test_every_pin_has_a_reason(repository: Path) -> None:
    """A dependency stands under a comment; neighbours that move together may share one."""
    lines = (repository / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    unexplained, explained = [], False
    for line in map(str.strip, lines):
        if line.startswith("#"):
            explained = True
        elif re.match(r'"[a-z][a-z0-9-]*(\[[a-z0-9,-]+\])?[<>=]', line):
            if not explained:
                unexplained.append(line)
        else:
            explained = False
    assert not unexplained


def test_the_lock_holds_every_dependency_with_hashes_and_no_address(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (repository / "requirements.lock").read_text(encoding="utf-8")
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    for requirement in declared:
        name = re.split(r"[<>=\[]", requirement)[0].lower()
        assert re.search(rf"^{re.escape(name)}(\[[^\]]*\])?==", lock, re.MULTILINE), name
    assert "://" not in lock
    assert "file:" not in lock
    pinned = re.findall(r"^[a-z0-9].*==.*$", lock, re.MULTILINE)
    assert all(line.endswith("\\") for line in pinned), "every version is followed by its hashes"


def test_the_default_installs_nothing_of_the_other_engines_or_kubernetes(repository: Path) -> None:
    lock = repository.joinpath("requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9_.-]+)(?:\[[^]]*\])?==", lock, re.MULTILINE))
    assert "duckdb" in locked
    assert not locked & {"pyspark", "py4j", "dbt-spark", "pyhive", "dagster-k8s", "kubernetes"}
    assert not [name for name in locked if name.startswith(("duckdb-extension", "pixeltable"))]


def test_both_locks_hold_the_duckdb_that_the_extensions_are_for(repository: Path) -> None:
    """An extension loads into exactly the version of DuckDB that it was built for."""
    locks = {
        name: repository.joinpath(name).read_text(encoding="utf-8")
        for name in ("requirements.lock", "requirements-spark.lock")
    }
    everything = locks["requirements-spark.lock"]
    pins = {
        package: re.search(rf"^{package}==(\S+)", everything, re.MULTILINE)
        for package in ("duckdb-extension-ducklake", "duckdb-extension-postgres-scanner")
    }
    versions = {found[1] for found in pins.values() if found is not None}
    assert len(versions) == 1 and None not in pins.values()
    for name, lock in locks.items():
        found = re.search(r"^duckdb==(\S+)", lock, re.MULTILINE)
        assert found is not None and {found[1]} == versions, name


def test_the_schemas_of_landed_tables_begin_with_the_prefix_of_the_home(repository: Path) -> None:
    """Else homes that share a catalog (Spark's, a lake's) would read each other's landing."""
    sources = sorted((repository / "dbt_project" / "models").rglob("_*__sources.yml"))
    without = [
        f"{file.name}: {schema}"
        for file in sources
        for schema in re.findall(
            r"^ +schema: (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE
        )
        if not schema.startswith("\"{{ env_var('COSELL_SCHEMA_PREFIX', '') }}landing_")
    ]
    assert sources and not without


def test_no_model_reads_a_clock(repository: Path) -> None:
    clock = re.compile(
        r"\b(current_date|current_timestamp|current_time|now\s*\(|getdate\s*\(|today\s*\("
        r"|localtimestamp|run_started_at|modules\.datetime)",
        re.IGNORECASE,
    )
    reading = [
        str(file.relative_to(repository))
        for folder in ("models", "macros", "data_tests")
        for file in (repository / "dbt_project" / folder).rglob("*.sql")
        if clock.search(file.read_text(encoding="utf-8"))
    ]
    assert not reading


def test_the_readme_lists_every_public_table_and_no_other(repository: Path) -> None:
    marts = repository / "dbt_project" / "models" / "marts"
    public = {f"{file.parent.name}.{file.stem}" for file in marts.rglob("*.sql")}
    questions = (repository / "README.md").read_text(encoding="utf-8")
    questions = questions[questions.index("## The questions") : questions.index("## The command")]
    named, area = set(), ""
    for word in re.findall(r"`([a-z_.]+)`", questions):
        if word.count(".") == 1 and word.split(".")[0] in {"ops", "core"} | _areas(public):
            area = word.split(".")[0]
            named.add(word)
        elif re.fullmatch(r"(dim|fct|rpt)_[a-z_]+", word):
            named.add(f"{area}.{word}")
    assert named == public


def _areas(tables: set[str]) -> set[str]:
    return {table.split(".")[0] for table in tables}


def test_the_readme_names_every_verb(repository: Path) -> None:
    from orchestration.command_line import app

    text = (repository / "README.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        name = command.name or command.callback.__name__
        if name != "demo":
            assert re.search(rf"`(cosell )?{name}\b", text), name
    assert "make demo" in text
