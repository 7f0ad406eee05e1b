"""The rows of one file before they are read: every format in one shape.

A format's module opens a file and returns `SourceRows`: the headers, and a relation in DuckDB
that gives each row's number and each column as text. Small files are held in memory, large ones
are streamed anew for every query, so memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import CosellError

if TYPE_CHECKING:
    import duckdb

# Name of the mounted relation; it has `_row_number` and the columns of the format.
MOUNTED = "source_rows"
STREAM_ABOVE_BYTES = 32 * 1024 * 1024


class ReadAgain(Exception):  # noqa: N818 - it asks for another pass and is no error
    """The fast way of reading a file met what only the careful way can number: begin again."""


@dataclass(frozen=True)
class RaggedRow:
    """A row whose number of fields is not that of the header; `text` is the row as written."""

    row_number: int
    fields: int
    expected: int
    text: str


@dataclass
class SourceRows:
    """The rows of one file.

    headers: as written in the file. expressions: per header, SQL over `relation` that gives the
    text of its value. relation: what stands behind `from`; it reads `source_rows`.
    open_arrow: a fresh Arrow table or stream for `source_rows`. rows_scanned: how many rows the
    last full scan gave. check_complete: called after the first full scan; raises LandingError when
    the file was cut. failure: what stopped the stream, as the engine's own message hides it.
    is_text_stream: whether `open_arrow` streams the columns as texts, NULL for empty, behind their
    row numbers: then large files are landed block by block.
    serial_epoch: day zero of day numbers, for spreadsheets. are_many: worth a statement that costs
    more to plan and less per row. ragged: filled by the scan.
    """

    label: str
    headers: list[str]
    expressions: list[str]
    open_arrow: Callable[[], Any]
    rows_scanned: Callable[[], int]
    relation: str = MOUNTED
    check_complete: Callable[[], None] | None = None
    failure: Callable[[], CosellError | ReadAgain | None] | None = None
    serial_epoch: str | None = None
    are_many: bool = False
    is_text_stream: bool = False
    has_nul: bool = False
    decimal_is_always_point: bool = False
    dialect: dict[str, str] = field(default_factory=dict)
    ragged: list[RaggedRow] = field(default_factory=list)

    _mounted: Any = None

    def held_column(self, place: int) -> Any:
        """The Arrow column behind a header, None where the rows are streamed or derived."""
        held = self._held_table()
        name = self.expressions[place]
        return held.column(name) if held is not None and name in held.column_names else None

    def scan(self, connection: duckdb.DuckDBPyConnection) -> None:
        """See every row once, so that the reader knows them all; no work for rows in memory."""
        if self._held_table() is None:
            self.run(connection, f"select count(*) from {self.relation}")

    def _held_table(self) -> Any:
        import pyarrow as pa

        arrow = self.open_arrow()
        return arrow if isinstance(arrow, pa.Table) else None

    def run(self, connection: duckdb.DuckDBPyConnection, statement: str) -> list[tuple[Any, ...]]:
        """The result of a statement over `source_rows`, scanned from its first row.

        Raises what stopped the stream where that is why the engine failed.
        """
        try:
            return self._run(connection, statement)
        except ReadAgain:
            return self._run(connection, statement)

    def _run(self, connection: duckdb.DuckDBPyConnection, statement: str) -> list[tuple[Any, ...]]:
        arrow = self.open_arrow()
        if arrow is not self._mounted:
            # Replaces the rows of the file before.
            connection.register(MOUNTED, arrow)
            self._mounted = arrow
        try:
            return connection.execute(statement).fetchall()
        except Exception as error:
            stopped_by = self.failure() if self.failure is not None else None
            raise stopped_by or error from error

    def forget_mounted(self) -> None:
        """Say that other rows stand in the place of these."""
        self._mounted = None


@dataclass(frozen=True)
class SourceFile:
    """A file to be opened: where it lies and how people know it."""

    path: Path
    label: str


def column_aliases(count: int) -> list[str]:
    """Names for the columns of a file inside SQL, free of whatever the headers contain."""
    return [f"c{index}" for index in range(count)]
