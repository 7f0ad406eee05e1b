"""Without DuckLake's packages or without a catalog, one sentence says what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from orchestration import ducklake
from orchestration.dbt_invocation import DbtProject, error_message
from orchestration.errors import RefreshError
from orchestration.settings import Home, LakeSettings, Settings, load_settings
from orchestration.warehouse import warehouse_of

CATALOG = "host=127.0.0.1 port=1 user=cosell dbname=lake"


def test_a_refresh_without_a_catalog_says_so_before_it_does_anything(
    cosell: Callable[..., object], tmp_path: Path
) -> None:
    cosell("--home", tmp_path, "init")
    result = cosell("--home", tmp_path, "--engine", "ducklake", "refresh")
    assert result.exit_code != 0  # type: ignore[attr-defined]
    assert "set COSELL_LAKE_CATALOG" in result.errors  # type: ignore[attr-defined]
    assert not tmp_path.joinpath("warehouse_ducklake").exists()


def test_missing_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ducklake.importlib.util, "find_spec", lambda name: None)
    settings = Settings(Home(tmp_path), "ducklake", 1, lake=LakeSettings(CATALOG))
    with pytest.raises(RefreshError, match=r"packages are not installed: run .*\[ducklake\]"):
        warehouse_of(settings).check()


def test_an_extension_of_another_duckdb_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.joinpath("extensions", "v1.4.0").mkdir(parents=True)
    found = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(ducklake.importlib.util, "find_spec", lambda name: found)
    with pytest.raises(
        RefreshError, match=r"is for DuckDB 1\.4\.0, and DuckDB 1\.\S+ is installed"
    ):
        ducklake.load_extensions(None)  # type: ignore[arg-type]  # it comes no further


def test_a_lake_is_shared_so_the_prefix_cannot_be_empty(tmp_path: Path) -> None:
    lake = LakeSettings(CATALOG, schema_prefix="")
    with pytest.raises(RefreshError, match="COSELL_SCHEMA_PREFIX is empty"):
        warehouse_of(Settings(Home(tmp_path), "ducklake", 1, lake=lake)).check()


def test_the_variables_reach_dbt_and_the_password_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COSELL_LAKE_CATALOG", f"{CATALOG} password=hunter2")
    monkeypatch.setenv("COSELL_LAKE_FILES", str(tmp_path / "lake"))
    monkeypatch.setenv("COSELL_SCHEMA_PREFIX", "east_")
    settings = load_settings(tmp_path / "home", "ducklake")
    assert "hunter2" not in repr(settings)
    environment = settings.dbt_environment()
    assert environment["COSELL_LAKE_CATALOG"].endswith("password=hunter2")
    assert environment["COSELL_LAKE_FILES"] == f"{tmp_path}/lake/"
    assert environment["COSELL_SCHEMA_PREFIX"] == "east_"
    assert settings.warehouse == tmp_path / "home" / "warehouse_ducklake" / "warehouse.duckdb"


def test_what_dbt_knows_of_an_engine_is_kept_apart(tmp_path: Path) -> None:
    folders = {
        DbtProject(Settings(Home(tmp_path), engine, 1))._manifest_folder()
        for engine in ("duckdb", "ducklake")
    }
    assert len(folders) == 2


def test_an_error_of_the_catalog_is_its_sentence_without_the_statements() -> None:
    text = """Runtime Error in model dim_reps (models/marts/core/dim_reps.sql)
  TransactionContext Error: Failed to commit: Failed to commit DuckLake transaction: Failed to \
execute query "INSERT INTO "public".ducklake_snapshot VALUES (545);": ERROR: duplicate key value
"""
    assert error_message(text) == (
        "Runtime Error in model dim_reps (models/marts/core/dim_reps.sql) TransactionContext "
        "Error: Failed to commit: Failed to commit DuckLake transaction: ERROR: duplicate key value"
    )


def test_dbt_is_as_patient_as_every_other_writer(repository: Path) -> None:
    profile = yaml.safe_load((repository / "dbt_project/profiles.yml").read_text(encoding="utf-8"))
    output = profile["cosell"]["outputs"]["ducklake"]
    settings = {f"set {name} = {value}" for name, value in output["settings"].items()}
    assert set(ducklake.PATIENCE) <= settings
    assert output["threads"] == 1
