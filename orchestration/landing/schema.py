"""The zero-row file of every declared table, so that each can be read before anything landed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from orchestration.errors import LandingError
from orchestration.landing.contracts import LANDING_COLUMNS, Table, declared_tables
from orchestration.landing.journal import SCHEMA_FILE, durable_file, landing_lock
from orchestration.settings import Home


def ensure_landing_schema(home: Home) -> None:
    """Write the missing zero-row files; LandingError when batches have another shape."""
    with landing_lock(home):
        write_schema_files(home)


def write_schema_files(home: Home) -> None:
    """As `ensure_landing_schema`, for a caller that holds the lock."""
    for table in declared_tables():
        folder = home.landing / table.source / table.name
        path = folder / SCHEMA_FILE
        if path.is_file():
            if _has_schema(path, table):
                continue
            _refuse_changed_shape(home, folder, table)
        _write_empty(path, table)


def landed_schema(table: Table) -> Any:
    """The Arrow schema of every batch of a table."""
    import pyarrow as pa

    kinds = {
        "VARCHAR": pa.string(),
        "BIGINT": pa.int64(),
        "TIMESTAMP": pa.timestamp("us"),
        "DATE": pa.date32(),
    }
    declared = [(name, pa.string()) for name in table.column_names]
    return pa.schema([*declared, *((name, kinds[kind]) for name, kind in LANDING_COLUMNS)])


@cache
def _column_names(path: Path, modified_ns: int) -> tuple[str, ...]:
    import pyarrow.parquet as parquet

    return tuple(parquet.read_schema(path).names)


def _has_schema(path: Path, table: Table) -> bool:
    names = _column_names(path, path.stat().st_mtime_ns)
    return names == (*table.column_names, *(name for name, _ in LANDING_COLUMNS))


def _refuse_changed_shape(home: Home, folder: Path, table: Table) -> None:
    batches = [path for path in folder.glob("*.parquet") if path.name != SCHEMA_FILE]
    if batches:
        raise LandingError(
            f"{home.relative(folder)} holds batches of an earlier version of cosell, which "
            f"declared other columns of {table.name}: land the inbox into a new home with this "
            "version."
        )


def _write_empty(path: Path, table: Table) -> None:
    import pyarrow.parquet as parquet

    with durable_file(path) as temporary:
        parquet.write_table(landed_schema(table).empty_table(), temporary, compression="zstd")
