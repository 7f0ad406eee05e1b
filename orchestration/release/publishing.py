"""Publish a release: built aside, verified, and only then put where readers look.

A kill at any moment leaves either the old release current or the new one; what is half built lies
in `releases/.building-…` and is removed by the next publication.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.overview import OVERVIEW_FILE, overview_page
from expectations.verdict import GateResult
from orchestration.errors import ReleaseError
from orchestration.progress import Progress, no_progress
from orchestration.release.content_hash import (
    TableContent,
    columns_of,
    combined_hash,
    fingerprint,
    quoted,
    read_content,
)
from orchestration.release.durability import file_sha256, flush_file, flush_tree
from orchestration.release.inputs import CodeVersion, LandedInput, policy_hash
from orchestration.release.public_tables import PublicTable
from orchestration.release.release_folder import (
    DATABASE_FILE,
    GATES_FOLDER,
    MANIFEST_FILE,
    TABLES_FOLDER,
    UNFINISHED_PREFIX,
    Release,
    read_release,
    remove_unfinished,
    switch_current,
)
from orchestration.settings import Settings

if TYPE_CHECKING:
    import duckdb

MANIFEST_FORMAT = 1
STATION = "release"


@dataclass(frozen=True)
class ReleaseFacts:
    """What a release says about where it comes from."""

    as_of: date
    refresh_id: str
    refresh_number: int
    code: CodeVersion
    inputs: Sequence[LandedInput]


@dataclass(frozen=True)
class PublishedRelease:
    """The outcome of a publication."""

    release: Release
    is_new: bool
    """False where the same content had been published before."""
    is_switched: bool
    """Whether readers see another release than before."""


def publish(
    settings: Settings,
    gate_results: Sequence[GateResult],
    *,
    tables: Sequence[PublicTable],
    facts: ReleaseFacts,
    progress: Progress = no_progress,
) -> PublishedRelease:
    """Publish the public tables of the warehouse and let `releases/current` point to them.

    The id of a release is `<as_of>-<first 12 digits of its content hash>`: the same content on the
    same day is the same release, and publishing it again changes nothing. Every other connection
    of this process to the warehouse must be closed.

    Raises ReleaseError where a gate did not pass, a public table is missing, or what was written
    does not read back as it was.
    """
    home = settings.home
    for result in gate_results:
        if result.verdict != "passed":
            raise ReleaseError(
                f"The {result.gate} gate did not pass: there is no release without it."
            )
    if not tables:
        raise ReleaseError("The dbt project has no model below models/marts: nothing to release.")
    home.releases.mkdir(parents=True, exist_ok=True)
    remove_unfinished(home)
    building = home.releases / f"{UNFINISHED_PREFIX}{uuid.uuid4().hex[:12]}"
    try:
        building.joinpath(TABLES_FOLDER).mkdir(parents=True)
        build_database(settings, building / DATABASE_FILE, tables, progress)
        contents = read_database(settings, building / DATABASE_FILE, tables, progress)
        content_hash = combined_hash(
            {name: content.content_hash for name, content in contents.items()}
        )
        release_id = f"{facts.as_of.isoformat()}-{content_hash[:12]}"
        is_new = not home.releases.joinpath(release_id).exists()
        if is_new:
            write_table_files(settings, building, tables, contents, progress)
            copy_gate_results(building, gate_results)
            manifest = release_manifest(
                release_id, content_hash, facts, contents, tables, gate_results, building
            )
            write_json(building / MANIFEST_FILE, manifest)
            flush_tree(building)
            building.rename(home.releases / release_id)
            flush_file(home.releases)
        else:
            check_published(settings, release_id, content_hash)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    is_switched = switch_current(home, release_id)
    return PublishedRelease(read_release(home, release_id), is_new, is_switched)


@contextmanager
def open_database(
    settings: Settings, file: Path | str, *, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection with this process's threads and memory, and UTC as its time zone."""
    import duckdb

    connection = duckdb.connect(
        str(file), read_only=read_only, config={"threads": str(settings.threads)}
    )
    try:
        connection.execute(f"set TimeZone = 'UTC'; set memory_limit = '{settings.memory}'")
        yield connection
    finally:
        connection.close()


def build_database(
    settings: Settings,
    file: Path,
    tables: Sequence[PublicTable],
    progress: Progress,
    source: Path | None = None,
    rows_of: Callable[[PublicTable], str] | None = None,
) -> None:
    """Copy the public tables (and views, as tables) with their comments out of the warehouse.

    source: another DuckDB file with these tables. rows_of: the rows of a table, as a query over
    the schema `workshop`; default: all.
    """
    warehouse = source or settings.warehouse
    if not warehouse.is_file():
        raise ReleaseError(
            f"{settings.home.relative(warehouse)} does not exist: run `cosell refresh`."
        )
    with open_database(settings, file) as connection:
        connection.execute(f"attach '{_literal(warehouse)}' as workshop (read_only)")
        built = {
            f"{schema}.{name}"
            for schema, name in connection.execute(
                "select table_schema, table_name from information_schema.tables "
                "where table_catalog = 'workshop'"
            ).fetchall()
        }
        for table in tables:
            if table.full_name not in built:
                raise ReleaseError(
                    f"The public table {table.full_name} is not in the warehouse: run "
                    "`cosell refresh`, which builds every model."
                )
        comments = _Comments.read(connection)
        for area in sorted({table.area for table in tables}):
            connection.execute(f"create schema if not exists {quoted(area)}")
        for done, table in enumerate(tables):
            progress(STATION, table.full_name, done, 2 * len(tables))
            name = f"{quoted(table.area)}.{quoted(table.name)}"
            query = f"select * from workshop.{name}" if rows_of is None else rows_of(table)
            connection.execute(f"create table {name} as {query}")
            comments.write(connection, table)
        # Closing would write it, too, but says nothing where the disk is full, and leaves the rows
        # in a file beside this one.
        connection.execute("checkpoint")
    if beside := [path.name for path in file.parent.glob(f"{file.name}.*")]:
        raise ReleaseError(
            f"{file.name} could not be written as one file ({', '.join(beside)} lies beside it): "
            "check the disk and run the refresh again."
        )


@dataclass(frozen=True)
class _Comments:
    """The comments that dbt wrote into the warehouse, by `area.table` and column."""

    of_tables: Mapping[str, str]
    of_columns: Mapping[tuple[str, str], str]

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection) -> _Comments:
        tables = connection.execute(
            """
            select schema_name || '.' || table_name, comment from duckdb_tables()
            where database_name = 'workshop' and comment is not null
            union all
            select schema_name || '.' || view_name, comment from duckdb_views()
            where database_name = 'workshop' and comment is not null
            """
        ).fetchall()
        columns = connection.execute(
            """
            select schema_name || '.' || table_name, column_name, comment from duckdb_columns()
            where database_name = 'workshop' and comment is not null
            """
        ).fetchall()
        return cls(
            of_tables=dict(tables),
            of_columns={(table, column): comment for table, column, comment in columns},
        )

    def write(self, connection: duckdb.DuckDBPyConnection, table: PublicTable) -> None:
        name = f"{quoted(table.area)}.{quoted(table.name)}"
        if table.full_name in self.of_tables:
            comment = _literal(self.of_tables[table.full_name])
            connection.execute(f"comment on table {name} is '{comment}'")
        for (owner, column), text in self.of_columns.items():
            if owner == table.full_name:
                connection.execute(
                    f"comment on column {name}.{quoted(column)} is '{_literal(text)}'"
                )


def _literal(text: str | Path) -> str:
    """A text as it stands between single quotes in SQL."""
    return str(text).replace("'", "''")


def read_database(
    settings: Settings, file: Path, tables: Sequence[PublicTable], progress: Progress
) -> dict[str, TableContent]:
    """Count and hash the tables of a release's database."""
    with open_database(settings, file, read_only=True) as connection:
        contents = {}
        for done, table in enumerate(tables):
            progress(STATION, table.full_name, len(tables) + done, 2 * len(tables))
            contents[table.full_name] = read_content(
                connection,
                f"{quoted(table.area)}.{quoted(table.name)}",
                table.ignored_columns,
            )
        return contents


def write_table_files(
    settings: Settings,
    building: Path,
    tables: Sequence[PublicTable],
    contents: Mapping[str, TableContent],
    progress: Progress,
) -> None:
    """Write one Parquet file per table and check that it reads back as the table does."""
    with open_database(settings, building / DATABASE_FILE, read_only=True) as connection:
        for table in tables:
            progress(STATION, table.full_name)
            file = building / TABLES_FOLDER / f"{table.full_name}.parquet"
            name = f"{quoted(table.area)}.{quoted(table.name)}"
            connection.execute(
                f"copy {name} to '{_literal(file)}' (format parquet, compression zstd)"
            )
            relation = f"read_parquet('{_literal(file)}')"
            written = contents[table.full_name]
            if columns_of(connection, relation) != written.columns:
                changed = [
                    f"{before.name} ({before.data_type} becomes {after.data_type})"
                    for before, after in zip(
                        written.columns, columns_of(connection, relation), strict=True
                    )
                    if before != after
                ]
                raise ReleaseError(
                    f"{table.full_name} has columns that Parquet cannot keep: "
                    f"{', '.join(changed)}: cast them in the model."
                )
            if fingerprint(connection, relation) != fingerprint(connection, name):
                raise ReleaseError(
                    f"{file.name} does not read back as it was written: check the disk and run "
                    "the refresh again."
                )


def copy_gate_results(building: Path, gate_results: Sequence[GateResult]) -> None:
    """Keep every gate's validation results and Data Docs in the release, with one page over all."""
    for result in gate_results:
        if result.folder is not None and result.folder.is_dir():
            shutil.copytree(result.folder, building / GATES_FOLDER / result.gate)
    if gate_results:
        folder = building / GATES_FOLDER
        folder.mkdir(exist_ok=True)
        folder.joinpath(OVERVIEW_FILE).write_text(overview_page(gate_results), encoding="utf-8")


def release_manifest(
    release_id: str,
    content_hash: str,
    facts: ReleaseFacts,
    contents: Mapping[str, TableContent],
    tables: Sequence[PublicTable],
    gate_results: Sequence[GateResult],
    building: Path,
) -> dict[str, Any]:
    """Everything that a release says about itself; names files relative to the release."""
    files = sorted(path for path in building.rglob("*") if path.is_file())
    return {
        "format": MANIFEST_FORMAT,
        "release_id": release_id,
        "as_of": facts.as_of.isoformat(),
        "refresh_id": facts.refresh_id,
        "refresh_number": facts.refresh_number,
        "created_at": datetime.now(UTC).isoformat(timespec="microseconds"),
        "code": asdict(facts.code),
        "policy_hash": policy_hash(facts.inputs),
        "content_hash": content_hash,
        "inputs": [asdict(landed) for landed in facts.inputs],
        "tables": {
            table.full_name: {
                "rows": contents[table.full_name].rows_count,
                "content_hash": contents[table.full_name].content_hash,
                "columns": {
                    column.name: column.data_type for column in contents[table.full_name].columns
                },
                "not_in_content_hash": sorted(table.ignored_columns),
                "key": list(table.key),
            }
            for table in tables
        },
        "gates": [result.as_record() for result in gate_results],
        "files": {
            path.relative_to(building).as_posix(): {
                "bytes": path.stat().st_size,
                "sha256": file_sha256(path),
            }
            for path in files
        },
    }


def check_published(settings: Settings, release_id: str, content_hash: str) -> None:
    """Raise ReleaseError where the release of the same content is no longer whole."""
    release = read_release(settings.home, release_id)
    files: Mapping[str, Any] = release.manifest["files"]
    whole = release.content_hash == content_hash and all(
        release.path.joinpath(name).is_file()
        and release.path.joinpath(name).stat().st_size == file["bytes"]
        for name, file in files.items()
    )
    if not whole:
        raise ReleaseError(
            f"releases/{release_id} holds this content already but was changed since: move the "
            "folder away and refresh again."
        )


def write_json(file: Path, value: Any) -> None:
    """Write a value as indented JSON in UTF-8."""
    file.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
