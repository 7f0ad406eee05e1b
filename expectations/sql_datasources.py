"""DuckDB (with a lake or without) and Apache Spark as data sources of Great Expectations.

It has none for DuckDB, and its general SQL source fetches results after the connection went back to
the pool: DuckDB's results end with their connection, and every metric then fails with `list index
out of range` or `'NoneType' object is not subscriptable`. Its own Spark source wants a session
inside this process, where ours is behind a thrift server. Here one connection is kept for as long
as the source is in use, which on Spark also saves a session per question. Importing this module
imports Great Expectations, which takes seconds.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

import sqlalchemy
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine

# Named here because inside the source `type` is a field.
EngineType = type[SqlAlchemyExecutionEngine]


class KeptConnectionExecutionEngine(SqlAlchemyExecutionEngine):
    """Runs queries on one connection that stays open until `close`."""

    opening: tuple[str, ...] = ()
    """Statements that a new connection begins with."""

    @contextmanager
    def get_connection(self) -> Generator[sqlalchemy.Connection, None, None]:
        """The one connection."""
        if self._connection is None:
            self._connection = self.engine.connect()
            for statement in self.opening:
                self._connection.exec_driver_sql(statement)
        yield self._connection

    def close(self) -> None:
        """Let go of the database, so that the next writer can open it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self.engine.dispose()


class DuckDBDatasource(SQLDatasource):
    """`context.data_sources.add_duckdb(name, connection_string="duckdb:///…")`."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]  # the parent's literal is "sql"

    @property
    def execution_engine_type(self) -> EngineType:
        """The engine above."""
        return KeptConnectionExecutionEngine

    def close(self) -> None:
        """Close both engines: the source's own (which tests assets) and the executing one."""
        self.get_execution_engine().close()
        self.get_engine().dispose()


class SparkThriftDatasource(DuckDBDatasource):
    """`context.data_sources.add_spark_thrift(name, connection_string="hive://user@host:port/")`."""

    type: Literal["spark_thrift"] = "spark_thrift"  # type: ignore[assignment]
