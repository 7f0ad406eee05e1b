"""The warehouse that dbt builds, as everything after dbt sees it.

Plain Python. Gates ask the engine itself. What is released is read through one DuckDB file: on
DuckDB that file is the warehouse; on Spark it holds views over the Parquet files that Spark wrote,
the very files that tests and gates have passed. Where the engines differ outside dbt, they differ
here and in `spark_server`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from expectations.validation import GateSource, SparkThrift
from orchestration.errors import RefreshError
from orchestration.release.content_hash import quoted
from orchestration.release.public_tables import area_of
from orchestration.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from orchestration.spark_server import SparkServer

Rows = tuple[list[str], list[tuple[Any, ...]]]
"""Names of the columns, and rows."""


class Warehouse(Protocol):
    """What differs between the engines outside dbt."""

    @property
    def settings(self) -> Settings:
        """Of the home that the warehouse belongs to."""
        ...

    @property
    def file(self) -> Path:
        """The DuckDB file through which the warehouse is read."""
        ...

    def check(self) -> None:
        """Raise RefreshError where the engine cannot be reached."""
        ...

    def exists(self) -> bool:
        """Whether anything was built."""
        ...

    def is_known(self) -> bool:
        """Whether the engine still knows what was built."""
        ...

    def remove(self) -> None:
        """Remove everything that was built; nothing where nothing was."""
        ...

    def show(self, manifest: Mapping[str, Any]) -> None:
        """Let readers see what dbt has just built."""
        ...

    def rows_counts(self) -> dict[str, int]:
        """Rows of every table by `area.table`; views have none."""
        ...

    def sample(self, query: str, rows_count: int) -> Rows:
        """The first rows of a query that dbt compiled for this engine."""
        ...

    def gate_source(self) -> GateSource:
        """Where a gate's rules are evaluated."""
        ...

    def relation_of_file(self, file: Path) -> str:
        """A Parquet file as this engine's SQL reads it after `from`."""
        ...

    def columns_relation(self) -> str:
        """The columns of the public tables, as `information_schema.columns` has them."""
        ...


def warehouse_of(settings: Settings) -> Warehouse:
    """The warehouse of the engine that the settings name."""
    return SparkWarehouse(settings) if settings.engine == "spark" else DuckDBWarehouse(settings)


@dataclass(frozen=True)
class DuckDBWarehouse:
    """The file that dbt-duckdb writes."""

    settings: Settings

    @property
    def file(self) -> Path:
        """The warehouse itself."""
        return self.settings.warehouse

    def check(self) -> None:
        """Nothing can be missing: the engine lives in this process."""

    def exists(self) -> bool:
        """Whether there is a file."""
        return self.file.exists()

    def is_known(self) -> bool:
        """It is all in the file."""
        return True

    def remove(self) -> None:
        """Remove the file with what DuckDB keeps beside it."""
        _remove_file(self.file)

    def show(self, manifest: Mapping[str, Any]) -> None:
        """Nothing to do: readers open what dbt wrote."""

    def rows_counts(self) -> dict[str, int]:
        """As DuckDB keeps them."""
        return dict(
            _read(
                self.file,
                "select schema_name || '.' || table_name, estimated_size from duckdb_tables()",
            )[1]
        )

    def sample(self, query: str, rows_count: int) -> Rows:
        """Ask the file."""
        return _read(self.file, f"select * from ({query}) as asked limit {rows_count}")

    def gate_source(self) -> GateSource:
        """DuckDB on the file."""
        return GateSource(database=self.file, threads=self.settings.threads)

    def relation_of_file(self, file: Path) -> str:
        """By the function that reads Parquet."""
        return f"read_parquet({_literal(file)})"

    def columns_relation(self) -> str:
        """DuckDB's own."""
        return "information_schema.columns"


@dataclass(frozen=True)
class SparkWarehouse:
    """The Parquet tables that Spark writes below the home, `<prefix><area>/<table>/*.parquet`."""

    settings: Settings

    @property
    def file(self) -> Path:
        """Views over the tables' files."""
        return self.settings.warehouse

    @property
    def folder(self) -> Path:
        """Where Spark keeps the tables."""
        return self.settings.home.spark_warehouse.absolute()

    @property
    def _first_schema(self) -> str:
        """The schema that every build begins with: the one of dbt's profile."""
        return f"{self.settings.schema_prefix}intermediate"

    @cached_property
    def _server(self) -> SparkServer:
        from orchestration.spark_server import SparkServer

        return SparkServer(self.settings.spark)

    def check(self) -> None:
        """Raise RefreshError where no thrift server answers, or where our schemas are not ours."""
        own = self._first_schema
        location = self._server.location_of_schema(own)
        if location is not None and location != str(self.folder / own):
            raise RefreshError(
                f"The schema {own} of this Spark belongs to another home ({location}): set "
                "COSELL_SCHEMA_PREFIX to a prefix that no other home uses."
            )

    def exists(self) -> bool:
        """Whether Spark has built anything here."""
        return self.folder.exists()

    def is_known(self) -> bool:
        """Whether Spark's catalog has our schemas; it loses them with its metastore."""
        return self._server.location_of_schema(self._first_schema) is not None

    def remove(self) -> None:
        """Drop the schemas that lie in this home, and their files."""
        for schema in self._server.schemas(self.settings.schema_prefix):
            location = self._server.location_of_schema(schema) or ""
            if location.startswith(f"{self.folder}{os.sep}"):
                self._server.run(f"drop schema if exists {schema} cascade")
        shutil.rmtree(self.folder, ignore_errors=True)

    def show(self, manifest: Mapping[str, Any]) -> None:
        """Write the views, with the comments of the dbt project, and put them in place in one step.

        Each view names its files one by one: a table that is written again later can make a
        reader fail, and never lets it read other rows than the ones that were checked.
        """
        import duckdb

        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.file.with_name(f".{self.file.name}-{os.getpid()}")
        _remove_file(aside)
        with duckdb.connect(str(aside)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            for node in manifest["nodes"].values():
                if node["resource_type"] in ("model", "seed"):
                    self._show_node(connection, node)
        aside.replace(self.file)

    def _show_node(self, connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any]) -> None:
        name = str(node.get("alias") or node["name"])
        files = sorted(self.folder.joinpath(str(node["schema"]), name).glob("*.parquet"))
        if not files:
            return
        area = area_of(node)
        view = f"{quoted(area)}.{quoted(name)}"
        listed = ", ".join(_literal(file) for file in files)
        connection.execute(f"create schema if not exists {quoted(area)}")
        connection.execute(f"create view {view} as select * from read_parquet([{listed}])")
        if node.get("description"):
            connection.execute(f"comment on view {view} is {_literal(node['description'])}")
        columns = {row[0] for row in connection.execute(f"describe {view}").fetchall()}
        for column in (node.get("columns") or {}).values():
            if column.get("description") and column["name"] in columns:
                connection.execute(
                    f"comment on column {view}.{quoted(column['name'])} "
                    f"is {_literal(column['description'])}"
                )

    def rows_counts(self) -> dict[str, int]:
        """From the footers of the Parquet files."""
        pattern = _literal(self.folder / "*" / "*" / "*.parquet")
        rows = _read(
            self.file,
            f"select file_name, num_rows from parquet_file_metadata({pattern})",
        )[1]
        counts: dict[str, int] = {}
        for file, rows_count in rows:
            table = Path(file).parent
            area = table.parent.name.removeprefix(self.settings.schema_prefix)
            name = f"{area}.{table.name}"
            counts[name] = counts.get(name, 0) + int(rows_count)
        return counts

    def sample(self, query: str, rows_count: int) -> Rows:
        """Ask Spark, whose SQL the query is."""
        return self._server.read(f"select * from ({query}) as asked limit {rows_count}")

    def gate_source(self) -> GateSource:
        """Spark itself: a table may be larger than what this machine reads."""
        return GateSource(
            database=None,
            threads=self.settings.threads,
            spark=SparkThrift(
                self._server.url, self._server.connect_args, self.settings.schema_prefix
            ),
        )

    def relation_of_file(self, file: Path) -> str:
        """By its path, which every worker sees."""
        return f"parquet.`{str(file.absolute()).replace('`', '``')}`"

    def columns_relation(self) -> str:
        """As literals: Spark has no `information_schema`, and the views know every column."""
        rows = _read(
            self.file,
            "select table_schema, table_name, column_name, data_type "
            "from information_schema.columns where table_schema <> 'main' "
            "order by table_schema, table_name, ordinal_position",
        )[1]
        listed = ", ".join(f"({', '.join(_literal(value) for value in row)})" for row in rows)
        return (
            f"(select * from (values {listed}) "
            "as named (table_schema, table_name, column_name, data_type))"
        )


def _read(file: Path, query: str) -> Rows:
    """Run a query on a DuckDB file that nobody writes to now."""
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(query)
        return [column[0] for column in found.description], found.fetchall()


def _remove_file(file: Path) -> None:
    for name in (file.name, f"{file.name}.wal"):
        file.with_name(name).unlink(missing_ok=True)


def _literal(text: str | Path) -> str:
    return "'" + str(text).replace("'", "''") + "'"
