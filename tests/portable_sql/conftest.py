"""Two engines: DuckDB in this process, and the Spark cluster of the tests marked `spark`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.local_spark import LocalSpark
from orchestration.settings import SparkSettings
from orchestration.spark_server import SparkServer
from tests.portable_sql.rendering import ProjectRenderer

FIXTURE_PROJECT = Path(__file__).parent / "fixture_project"
MACROS = Path(__file__).resolve().parents[2] / "dbt_project" / "macros"


@pytest.fixture(scope="session")
def renderer() -> ProjectRenderer:
    """Renders files as the lint reads them, with the macros of dbt_project."""
    return ProjectRenderer(MACROS)


@dataclass(frozen=True)
class SparkQueries:
    """Questions to the tests' cluster, set as dbt sets its sessions; answers as Python values."""

    server: SparkServer

    def run(self, statement: str) -> None:
        """A statement without an answer; raises what PyHive raises."""
        self.server.run(statement)

    def read(self, query: str) -> tuple[list[str], list[str], list[tuple[Any, ...]]]:
        """Names, types in Spark's words, and rows of a query."""
        described = self.server.read(f"describe query {query}")[1]
        names, types = ([str(row[place]) for row in described] for place in (0, 1))
        rows = self.server.read(query)[1]
        return names, types, [tuple(map(_python_value, row, types)) for row in rows]


def _python_value(value: Any, spark_type: str) -> Any:
    """PyHive gives days, times and lists as texts."""
    if not isinstance(value, str):
        return value
    if spark_type == "date":
        return date.fromisoformat(value)
    if spark_type.startswith("timestamp"):
        return datetime.fromisoformat(value)
    return json.loads(value) if spark_type.startswith("array") else value


@pytest.fixture(scope="session")
def spark(spark_cluster: LocalSpark) -> SparkQueries:
    """The cluster that all tests share."""
    return SparkQueries(SparkServer(SparkSettings(port=spark_cluster.port)))


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty DuckDB in memory."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    yield connection
    connection.close()
