"""Writing files into the inbox, in the formats that the systems of the story export."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from orchestration.demo_company.clock import Moments, as_date
from orchestration.demo_company.workbook import write_workbook

CHUNK_ROWS = 400_000


@dataclass
class Inbox:
    """`<home>/inbox`, and how much was written into it."""

    root: Path
    files: int = 0
    rows: dict[str, int] = field(default_factory=dict)

    def path(self, feed: str, landing: int, name: str) -> Path:
        """Where a file of a landing day lies; the folder is made."""
        folder = self.root / feed / as_date(landing).isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def count(self, label: str, rows: int) -> None:
        """Remember one written file."""
        self.files += 1
        self.rows[label] = self.rows.get(label, 0) + rows

    def write_csv(
        self,
        feed: str,
        landing: int,
        name: str,
        tables: Iterable[pa.Table],
        label: str,
        delimiter: str = ",",
    ) -> None:
        """One CSV from chunks of equal columns; text is quoted, empty is empty."""
        path = self.path(feed, landing, name)
        options = pa_csv.WriteOptions(delimiter=delimiter, quoting_style="needed")
        writer: pa_csv.CSVWriter | None = None
        rows = 0
        for table in tables:
            if writer is None:
                writer = pa_csv.CSVWriter(path, table.schema, write_options=options)
            writer.write_table(table)
            rows += table.num_rows
        if writer is not None:
            writer.close()
            self.count(label, rows)

    def write_parquet(
        self, feed: str, landing: int, name: str, tables: Iterable[pa.Table], label: str
    ) -> None:
        """One Parquet file from chunks of equal columns."""
        path = self.path(feed, landing, name)
        writer: pq.ParquetWriter | None = None
        rows = 0
        for table in tables:
            if writer is None:
                writer = pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
            rows += table.num_rows
        if writer is not None:
            writer.close()
            self.count(label, rows)

    def write_json_lines(
        self, feed: str, landing: int, name: str, table: pa.Table, label: str
    ) -> None:
        """One JSON object per line."""
        path = self.path(feed, landing, name)
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            connection.register("delivery", table)
            target = str(path).replace("'", "''")
            connection.execute(f"copy delivery to '{target}' (format json, array false)")
        self.count(label, table.num_rows)

    def write_spreadsheet(
        self,
        feed: str,
        landing: int,
        name: str,
        table: pa.Table,
        label: str,
        sheet: str = "Accounts",
    ) -> None:
        """One Excel workbook with a single sheet; date32 columns become date cells."""
        write_workbook(self.path(feed, landing, name), table, sheet)
        self.count(label, table.num_rows)


def landing_of(moments: npt.ArrayLike, exports: Moments) -> npt.NDArray[np.int64]:
    """The first landing whose export comes after each moment; len(exports) for too late."""
    return np.searchsorted(exports, np.asarray(moments, np.int64), "right")


def slices(landing: npt.NDArray[np.int64], count: int) -> list[npt.NDArray[np.int64]]:
    """For each landing the rows that belong to it, in their order."""
    order = np.argsort(landing, kind="stable")
    edges = np.searchsorted(landing[order], np.arange(count + 1))
    return [order[edges[n] : edges[n + 1]] for n in range(count)]


def chunks(rows: npt.NDArray[np.int64]) -> Iterable[npt.NDArray[np.int64]]:
    """The rows in pieces that fit into memory when they are text."""
    for start in range(0, len(rows), CHUNK_ROWS):
        yield rows[start : start + CHUNK_ROWS]
