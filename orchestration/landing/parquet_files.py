"""Parquet: typed values become the text that everything else is read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orchestration.errors import LandingError, one_sentence
from orchestration.landing.headers import checked_headers
from orchestration.landing.source_rows import (
    MOUNTED,
    STREAM_ABOVE_BYTES,
    SourceFile,
    SourceRows,
    column_aliases,
)

if TYPE_CHECKING:
    import duckdb

_ROWS_PER_BATCH = 65_536


def open_parquet(file: SourceFile, connection: duckdb.DuckDBPyConnection) -> SourceRows:
    """The rows of a Parquet file; raises LandingError when it is damaged."""
    reader = _ParquetReader(file)
    reader.open()
    rows = SourceRows(
        label=file.label,
        headers=checked_headers(reader.names, file.label),
        expressions=[],
        open_arrow=reader.open_arrow,
        rows_scanned=lambda: reader.rows_scanned,
        failure=lambda: reader.failure,
        are_many=file.path.stat().st_size > STREAM_ABOVE_BYTES,
        decimal_is_always_point=True,
    )
    described = rows.run(connection, f"describe select * from {MOUNTED}")
    rows.expressions = [_as_text(name, kind) for name, kind, *_ in described[1:]]
    return rows


def _as_text(alias: str, kind: str) -> str:
    if kind.startswith(("STRUCT", "MAP", "UNION")) or kind.endswith("]"):
        return f"cast(to_json({alias}) as varchar)"
    return f"cast({alias} as varchar)"


class _ParquetReader:
    """Streams the batches of one file with row numbers in front."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.names: list[str] = []
        self.failure: LandingError | None = None
        self.rows_scanned = 0
        self._schema: Any = None

    def open(self) -> None:
        """Read the schema; raises LandingError for a damaged file."""
        import pyarrow as pa
        import pyarrow.parquet as parquet

        try:
            with parquet.ParquetFile(self.file.path) as parquet_file:
                schema = parquet_file.schema_arrow
        except (pa.ArrowException, OSError, ValueError) as error:
            raise self._damaged(error) from None
        self.names = list(schema.names)
        aliases = column_aliases(len(self.names))
        fields = [pa.field(alias, each.type) for alias, each in zip(aliases, schema, strict=True)]
        self._schema = pa.schema([pa.field("_row_number", pa.int64()), *fields])

    def open_arrow(self) -> Any:
        """A stream from the first row."""
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(self._schema, self._numbered())

    def _numbered(self) -> Any:
        import numpy as np
        import pyarrow as pa
        import pyarrow.parquet as parquet

        first = 1
        try:
            with parquet.ParquetFile(self.file.path) as parquet_file:
                for batch in parquet_file.iter_batches(batch_size=_ROWS_PER_BATCH):
                    numbers = np.arange(first, first + batch.num_rows, dtype=np.int64)
                    first += batch.num_rows
                    self.rows_scanned = first - 1
                    yield pa.RecordBatch.from_arrays(
                        [pa.array(numbers), *batch.columns], schema=self._schema
                    )
        except (pa.ArrowException, OSError, ValueError) as error:
            self.failure = self._damaged(error)
            raise self.failure from None

    def _damaged(self, error: Exception) -> LandingError:
        return LandingError(
            f"{self.file.label} is not a readable Parquet file ({one_sentence(str(error))[:160]}): "
            "export it again."
        )
