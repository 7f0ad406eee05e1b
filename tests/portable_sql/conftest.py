"""Two engines in this process: DuckDB always, Spark where its package and Java are installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.portable_sql.rendering import ProjectRenderer

FIXTURE_PROJECT = Path(__file__).parent / "fixture_project"
MACROS = Path(__file__).resolve().parents[2] / "dbt_project" / "macros"


@pytest.fixture(scope="session")
def renderer() -> ProjectRenderer:
    """Renders files as the lint reads them, with the macros of dbt_project."""
    return ProjectRenderer(MACROS)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Spark session inside this process, set as the clusters are: ANSI, UTC."""
    pyspark_sql = pytest.importorskip("pyspark.sql", reason="the extra `spark` is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 on the PATH")
    session = (
        pyspark_sql.SparkSession.builder.master("local[1]")
        .config("spark.sql.ansi.enabled", "true")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty DuckDB in memory."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    yield connection
    connection.close()
