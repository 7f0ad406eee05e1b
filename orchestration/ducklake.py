"""A lake: tables as Parquet files, their catalog in PostgreSQL, read and written by DuckDB itself.

Plain Python, for what is asked outside dbt. The extensions come as packages with the extra
`ducklake`; an extension is loaded into exactly the version of DuckDB that it was built for.
"""

from __future__ import annotations

import importlib.util
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import RefreshError, one_sentence, packages_are_missing

if TYPE_CHECKING:
    import duckdb

LAKE = "lake"
"""What the lake is called in every connection; dbt's profile says the same."""
# DuckLake asks for the reader of PostgreSQL when it is attached.
EXTENSIONS = ("postgres_scanner", "ducklake")
# Commits of all writers are numbered in one sequence, so one of two at the same moment is tried
# again. DuckLake gives up after ten times, which two builds on a busy machine have reached.
PATIENCE = (
    "set ducklake_max_retry_count = 100",
    "set ducklake_retry_wait_ms = 100",
    "set ducklake_retry_backoff = 1.1",
)
# The first one to attach a new catalog writes its tables; one that comes at the same moment finds
# its own in the way, and finds them whole a moment later.
BEGINNINGS, PAUSE_SECONDS = 50, 0.2
_BEGUN_BY_ANOTHER = re.compile("already exists|duplicate key")
_SHOWN_OF_CATALOG = re.compile(r"\b(?:host|port|dbname)\s*=\s*\S+")
_REASON_OF_POSTGRES = re.compile(r"(?:failed|FATAL): +(.+)")


def load_extensions(connection: duckdb.DuckDBPyConnection) -> None:
    """Load DuckLake's extensions from their packages.

    Raises RefreshError where they are not installed, or are those of another DuckDB.
    """
    for statement in _loading():
        connection.execute(statement)


def _loading() -> tuple[str, ...]:
    return tuple(f"load '{_escaped(_extension_file(name))}'" for name in EXTENSIONS)


def _extension_file(name: str) -> Path:
    import duckdb

    package = importlib.util.find_spec(f"duckdb_extension_{name}")
    if package is None or package.origin is None:
        raise RefreshError(packages_are_missing("ducklake"))
    folder = Path(package.origin).parent / "extensions"
    file = folder / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    if not file.is_file():
        built_for = ", ".join(sorted(one.name.lstrip("v") for one in folder.glob("v*")))
        raise RefreshError(
            f"The package of DuckDB's extension {name} is for DuckDB {built_for}, and DuckDB "
            f"{duckdb.__version__} is installed: install both in one version."
        )
    return file


@dataclass(frozen=True)
class Lake:
    """One catalog with its files."""

    catalog: str
    """How PostgreSQL is reached, as libpq reads it."""
    files: Path

    @property
    def address(self) -> str:
        """The catalog as a person may read it: without user and password."""
        return " ".join(_SHOWN_OF_CATALOG.findall(self.catalog)) or "its default place"

    @contextmanager
    def connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection with the lake attached as `lake`, in UTC.

        Raises RefreshError where PostgreSQL does not answer, or keeps another lake.
        """
        import duckdb

        with duckdb.connect(":memory:") as connection:
            for tries_left in reversed(range(BEGINNINGS)):
                try:
                    for statement in self.opening():
                        connection.execute(statement)
                    break
                except duckdb.Error as error:
                    if not tries_left or not _BEGUN_BY_ANOTHER.search(str(error)):
                        raise self._not_attached(str(error)) from error
                    time.sleep(PAUSE_SECONDS)
            yield connection

    def opening(self) -> tuple[str, ...]:
        """The statements with which a new connection of DuckDB opens the lake.

        Raises RefreshError as `load_extensions` does.
        """
        return (
            "set TimeZone = 'UTC'",
            *_loading(),
            f"attach 'ducklake:postgres:{_escaped(self.catalog)}' as {LAKE} "
            f"(data_path '{_escaped(self.files)}/', data_inlining_row_limit 0)",
            *PATIENCE,
            f"use {LAKE}",
        )

    def _not_attached(self, message: str) -> RefreshError:
        if "data path" in message.lower() or "data_path" in message.lower():
            return RefreshError(
                f"The catalog of DuckLake ({self.address}) keeps its files in another folder than "
                f"{self.files}: set COSELL_LAKE_FILES to the folder that it was begun with."
            )
        # The message itself repeats the catalog with its password: only the reason is shown.
        reason = _REASON_OF_POSTGRES.search(message)
        said = one_sentence(reason[1]) if reason else "it cannot be attached"
        return RefreshError(
            f"The catalog of DuckLake ({self.address}) does not answer: {said.rstrip('.')}; start "
            "PostgreSQL or set COSELL_LAKE_CATALOG."
        )


def _escaped(text: str | Path) -> str:
    return str(text).replace("'", "''")
