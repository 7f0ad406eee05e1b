"""The warehouse that dbt builds, as everything after dbt sees it.

Plain Python. Gates ask the engine itself. What is released is read through one DuckDB file: on
DuckDB that file is the warehouse; on DuckLake and Spark it holds views over the Parquet files that
they wrote, the very files that tests and gates have passed. Where the engines differ outside dbt,
they differ here, in `ducklake` and in `spark_server`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from expectations.validation import GateSource, SparkThrift
from orchestration.errors import RefreshError
from orchestration.release.content_hash import quoted
from orchestration.release.public_tables import area_of
from orchestration.settings import Engine, Settings

if TYPE_CHECKING:
    import duckdb

    from orchestration.ducklake import Lake
    from orchestration.spark_server import SparkServer

Rows = tuple[list[str], list[tuple[Any, ...]]]
"""Names of the columns, and rows."""

Ask = Callable[[Sequence[str]], list[int]]
"""How many rows some queries have, which dbt compiled for the engine; raises what it raises."""


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

    def asking(self) -> AbstractContextManager[Ask]:
        """Ask for numbers of rows again and again, on one connection; nobody writes meanwhile."""
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
    kinds: dict[Engine, Callable[[Settings], Warehouse]] = {
        "duckdb": DuckDBWarehouse,
        "ducklake": DuckLakeWarehouse,
        "spark": SparkWarehouse,
    }
    return kinds[settings.engine](settings)


@dataclass(frozen=True)
class DuckDBWarehouse:
    """The file that dbt-duckdb writes."""

    settings: Settings

    @property
    def file(self) -> Path:
        """The warehouse itself."""
        return self.settings.warehouse

    def check(self) -> None:
        """Raise RefreshError where another program has the file open; the engine itself is here."""
        holder = _holder_of(self.file)
        if holder is not None:
            raise RefreshError(
                f"{self.settings.home.relative(self.file)} is open in another program (process "
                f"{holder}), and only one may write it: close it there and refresh again; readers "
                "open releases/current."
            )

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

    @contextmanager
    def asking(self) -> Iterator[Ask]:
        """On the file, in the time zone that dbt works in."""
        import duckdb

        config: dict[str, Any] = {"threads": self.settings.threads}
        with duckdb.connect(str(self.file), read_only=True, config=config) as connection:
            memory = _literal(self.settings.memory)
            connection.execute(f"set TimeZone = 'UTC'; set memory_limit = {memory}")
            yield lambda queries: _rows_of_each(connection, queries)

    def gate_source(self) -> GateSource:
        """DuckDB on the file."""
        return GateSource(database=self.file, threads=self.settings.threads)

    def relation_of_file(self, file: Path) -> str:
        """By the function that reads Parquet."""
        return f"read_parquet({_literal(file)})"

    def columns_relation(self) -> str:
        """DuckDB's own."""
        return "information_schema.columns"


def _holder_of(file: Path) -> int | None:
    """The process that has a DuckDB file open, None where nobody has or the system does not tell.

    Read from the kernel's list: opening and closing the file here would drop this process's locks.
    """
    try:
        found = file.stat()
        listed = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    device = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    for words in map(str.split, listed):
        if "POSIX" in words and device in words:
            holder = int(words[words.index(device) - 1])
            if holder != os.getpid():
                return holder
    return None


@dataclass(frozen=True)
class DuckLakeWarehouse:
    """The tables of a lake whose schemas begin with our prefix; other writers have other ones."""

    settings: Settings

    @property
    def file(self) -> Path:
        """Views over the tables' files."""
        return self.settings.warehouse

    @property
    def _owner(self) -> str:
        """The table that says whose schemas these are."""
        return f"{quoted(f'{self.settings.schema_prefix}home')}.location"

    @cached_property
    def _lake(self) -> Lake:
        from orchestration.ducklake import Lake

        if not self.settings.lake.catalog:
            raise RefreshError(
                "The engine is ducklake, but nothing says where its catalog is: set "
                "COSELL_LAKE_CATALOG to how PostgreSQL is reached (host=… dbname=… user=…)."
            )
        if not self.settings.schema_prefix:
            raise RefreshError(
                "COSELL_SCHEMA_PREFIX is empty: a lake is shared, so our schemas in it need a name "
                "of their own; set a prefix that no other home uses."
            )
        return Lake(self.settings.lake.catalog, self.settings.lake_files)

    @contextmanager
    def _snapshot(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The lake as it is now, whatever other processes write meanwhile."""
        with self._lake.connected() as connection:
            connection.execute("begin transaction")
            yield connection

    def check(self) -> None:
        """Raise RefreshError where the lake cannot be reached, or where our schemas are not ours.

        The first refresh of a home takes the prefix for it.
        """
        own = str(self.settings.home.root.absolute())
        with self._lake.connected() as connection:
            if not connection.execute(
                "select 1 from duckdb_tables() where database_name = 'lake' "
                "and schema_name = ? and table_name = 'location'",
                [f"{self.settings.schema_prefix}home"],
            ).fetchall():
                schema = self._owner.split(".")[0]
                connection.execute("begin transaction")
                connection.execute(f"create schema if not exists {schema}")
                connection.execute(
                    f"create table {self._owner} as select {_literal(own)} as home_folder"
                )
                connection.execute("commit")
            found = connection.execute(f"select home_folder from {self._owner}").fetchall()
        if found != [(own,)]:
            raise RefreshError(
                f"The schemas {self.settings.schema_prefix}… of this lake belong to another home "
                f"({found[0][0]}): set COSELL_SCHEMA_PREFIX to a prefix that no other home uses."
            )

    def exists(self) -> bool:
        """Whether a refresh of this home has shown anything."""
        return self.file.exists()

    def is_known(self) -> bool:
        """Whether the catalog has our tables."""
        return any(schema.endswith("intermediate") for schema in self._schemas())

    def _schemas(self) -> list[str]:
        """Our schemas of the lake but for the one that says that they are ours.

        Where our prefix begins another home's, that home's schemas are not ours.
        """
        prefix = self.settings.schema_prefix
        with self._snapshot() as connection:
            rows = connection.execute(
                "select schema_name from duckdb_schemas() "
                "where database_name = 'lake' and starts_with(schema_name, ?) order by 1",
                [prefix],
            ).fetchall()
        schemas = [schema for (schema,) in rows]
        homes = tuple(schema.removesuffix("home") for schema in schemas if schema.endswith("_home"))
        others = tuple(one for one in homes if len(one) > len(prefix))
        return [one for one in schemas if one != f"{prefix}home" and not one.startswith(others)]

    def remove(self) -> None:
        """Drop our schemas; their files go when the catalog's owner expires its snapshots."""
        schemas = self._schemas()
        with self._lake.connected() as connection:
            for schema in schemas:
                connection.execute(f"drop schema {quoted(schema)} cascade")
        _remove_file(self.file)

    def show(self, manifest: Mapping[str, Any]) -> None:
        """Write the views over one snapshot of the lake, and put them in place in one step."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self._snapshot() as connection:
            tables = set(
                connection.execute(
                    "select schema_name, table_name from duckdb_tables() "
                    "where database_name = 'lake'"
                ).fetchall()
            )

            def select_from(schema: str, name: str) -> str | None:
                if (schema, name) not in tables:
                    return None
                return _select_from_lake(connection, schema, name)

            _write_views(self.file, manifest, select_from)

    def rows_counts(self) -> dict[str, int]:
        """As the catalog keeps them."""
        prefix = self.settings.schema_prefix
        with self._snapshot() as connection:
            rows = connection.execute(
                "select substr(schema_name, ?) || '.' || table_name, estimated_size "
                "from duckdb_tables() "
                "where database_name = 'lake' and starts_with(schema_name, ?)",
                [len(prefix) + 1, prefix],
            ).fetchall()
        return dict(rows)

    def sample(self, query: str, rows_count: int) -> Rows:
        """Ask the lake."""
        with self._snapshot() as connection:
            found = connection.execute(f"select * from ({query}) as asked limit {rows_count}")
            return [column[0] for column in found.description], found.fetchall()

    @contextmanager
    def asking(self) -> Iterator[Ask]:
        """On one snapshot of the lake."""
        with self._snapshot() as connection:
            yield lambda queries: _rows_of_each(connection, queries)

    def gate_source(self) -> GateSource:
        """The lake itself, which has the views of staging as well."""
        return GateSource(
            database=None,
            threads=self.settings.threads,
            opening=self._lake.opening(),
            schema_prefix=self.settings.schema_prefix,
        )

    def relation_of_file(self, file: Path) -> str:
        """By the function that reads Parquet."""
        return f"read_parquet({_literal(file)})"

    def columns_relation(self) -> str:
        """As literals: in the lake, the schemas of all homes lie beside each other."""
        return _columns_as_literals(self.file)


def _select_from_lake(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> str:
    """All rows of a table of the lake by its files; a table without rows has none.

    Raises RefreshError where the files are not all: somebody has changed rows of a table that a
    refresh only writes as a whole or extends.
    """
    files = connection.execute(
        f"select data_file, delete_file from ducklake_list_files('lake', {_literal(name)}, "
        f"schema => {_literal(schema)})"
    ).fetchall()
    if any(deleted is not None for _, deleted in files):
        raise RefreshError(
            f"Rows of {schema}.{name} were deleted in the lake by somebody else: let only "
            "`cosell refresh` write to its schemas, and drop that table."
        )
    if files:
        return _select_from_files(sorted(Path(file) for file, _ in files))
    described = connection.execute(f"describe {quoted(schema)}.{quoted(name)}").fetchall()
    columns = ", ".join(f"cast(null as {row[1]}) as {quoted(row[0])}" for row in described)
    return f"select {columns} where false"


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

        def select_from(schema: str, name: str) -> str | None:
            files = sorted(self.folder.joinpath(schema, name).glob("*.parquet"))
            return _select_from_files(files) if files else None

        self.folder.mkdir(parents=True, exist_ok=True)
        _write_views(self.file, manifest, select_from)

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

    @contextmanager
    def asking(self) -> Iterator[Ask]:
        """In one session, several queries in one: each alone would cost a job's beginning."""
        with self._server.session() as cursor:

            def ask(queries: Sequence[str]) -> list[int]:
                cursor.execute(
                    " union all ".join(
                        f"select {number} as number, count(*) as rows_count "
                        f"from ({query}\n) as asked"
                        for number, query in enumerate(queries)
                    )
                )
                rows_counts = dict(cursor.fetchall())
                return [rows_counts[number] for number in range(len(queries))]

            yield ask

    def gate_source(self) -> GateSource:
        """Spark itself: a table may be larger than what this machine reads."""
        return GateSource(
            database=None,
            threads=self.settings.threads,
            spark=SparkThrift(self._server.url, self._server.connect_args),
            schema_prefix=self.settings.schema_prefix,
        )

    def relation_of_file(self, file: Path) -> str:
        """By its path, which every worker sees."""
        return f"parquet.`{str(file.absolute()).replace('`', '``')}`"

    def columns_relation(self) -> str:
        """As literals: Spark has no `information_schema`, and the views know every column."""
        return _columns_as_literals(self.file)


def _rows_of_each(connection: duckdb.DuckDBPyConnection, queries: Sequence[str]) -> list[int]:
    """Rows of each query, one after the other: a query of its own costs DuckDB nothing."""
    return [
        count
        for query in queries
        for (count,) in connection.execute(f"select count(*) from ({query}\n) as asked").fetchall()
    ]


def _columns_as_literals(file: Path) -> str:
    """The columns of the shown tables, as a relation that any engine reads."""
    rows = _read(
        file,
        "select table_schema, table_name, column_name, data_type "
        "from information_schema.columns where table_schema <> 'main' "
        "order by table_schema, table_name, ordinal_position",
    )[1]
    listed = ", ".join(f"({', '.join(_literal(value) for value in row)})" for row in rows)
    return (
        f"(select * from (values {listed}) "
        "as named (table_schema, table_name, column_name, data_type))"
    )


def _select_from_files(files: list[Path]) -> str:
    """All rows of some Parquet files, as DuckDB reads them."""
    return f"select * from read_parquet([{', '.join(_literal(file) for file in files)}])"


def _write_views(
    file: Path, manifest: Mapping[str, Any], select_from: Callable[[str, str], str | None]
) -> None:
    """Write a DuckDB file with a view per built node, and put it in place in one step.

    Args:
        file: where readers look.
        manifest: dbt's, for the areas and the comments.
        select_from: the rows of a table by schema and name as the engine has them, as a query;
            None for what is no table, or was not built yet.
    """
    import duckdb

    aside = file.with_name(f".{file.name}-{os.getpid()}")
    _remove_file(aside)
    with duckdb.connect(str(aside)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for node in manifest["nodes"].values():
            if node["resource_type"] in ("model", "seed"):
                name = str(node.get("alias") or node["name"])
                query = select_from(str(node["schema"]), name)
                if query is not None:
                    _write_view(connection, node, name, query)
    aside.replace(file)


def _write_view(
    connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any], name: str, query: str
) -> None:
    area = area_of(node)
    view = f"{quoted(area)}.{quoted(name)}"
    connection.execute(f"create schema if not exists {quoted(area)}")
    connection.execute(f"create view {view} as {query}")
    if node.get("description"):
        connection.execute(f"comment on view {view} is {_literal(node['description'])}")
    columns = {row[0] for row in connection.execute(f"describe {view}").fetchall()}
    for column in (node.get("columns") or {}).values():
        if column.get("description") and column["name"] in columns:
            connection.execute(
                f"comment on column {view}.{quoted(column['name'])} "
                f"is {_literal(column['description'])}"
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
