"""Without Spark's packages or without a server, one sentence says what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import dagster as dg
import pytest

from orchestration.dbt_invocation import error_message
from orchestration.dbt_station import SESSION
from orchestration.defs.refresh.job import refresh_session
from orchestration.errors import CosellError, RefreshError
from orchestration.local_spark import local_spark
from orchestration.settings import SparkSettings
from orchestration.spark_server import SparkServer


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyhive", None)
    with pytest.raises(RefreshError, match=r"packages are not installed: run .*requirements-spark"):
        SparkServer(SparkSettings()).run("select 1")


def test_a_refresh_without_spark_says_so_before_it_does_anything(
    cosell: Callable[..., object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyhive", None)
    cosell("--home", tmp_path, "init")
    result = cosell("--home", tmp_path, "--engine", "spark", "refresh")
    assert result.exit_code != 0  # type: ignore[attr-defined]
    assert "its packages are not installed" in result.errors  # type: ignore[attr-defined]
    assert not tmp_path.joinpath("warehouse_spark").exists()


def test_a_server_that_does_not_answer_is_named() -> None:
    pytest.importorskip("pyhive", reason="Spark's packages are installed by `make test-spark`")
    with pytest.raises(RefreshError, match=r"thrift server at 127\.0\.0\.1:1 does not answer"):
        SparkServer(SparkSettings(port=1)).run("select 1")


def test_a_local_cluster_without_java_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyspark", reason="Spark's packages are installed by `make test-spark`")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with (
        pytest.raises(CosellError, match="Java 17 is installed"),
        local_spark(tmp_path / "cluster"),
    ):
        pass


def test_an_error_of_spark_is_its_sentence_without_the_stack() -> None:
    text = """Database Error in model dim_reps (models/marts/core/dim_reps.sql)
  org.apache.hive.service.cli.HiveSQLException: Error running query: \
[DIVIDE_BY_ZERO] org.apache.spark.SparkArithmeticException: [DIVIDE_BY_ZERO] Division by zero.
  \tat org.apache.spark.sql.hive.thriftserver.HiveThriftServerErrors$.runningQueryError(X.scala:43)
  \tat java.base/java.lang.Thread.run(Thread.java:840)
  Caused by: org.apache.spark.SparkArithmeticException: [DIVIDE_BY_ZERO] Division by zero.
"""
    assert error_message(text) == (
        "Database Error in model dim_reps (models/marts/core/dim_reps.sql) "
        "[DIVIDE_BY_ZERO] Division by zero"
    )


def test_a_run_in_dagster_chooses_its_engine_by_the_resource(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COSELL_HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "pyhive", None)
    for engine, error in (("duckdb", None), ("spark", "packages are not installed")):
        configuration = {SESSION: {"config": {"engine": engine}}}
        with (
            pytest.raises(dg.DagsterResourceFunctionError) if error else nullcontext() as raised,
            dg.build_resources({SESSION: refresh_session}, resource_config=configuration) as found,
        ):
            assert getattr(found, SESSION).settings.engine == engine
        if raised is not None:
            assert error in str(raised.value.__cause__)
