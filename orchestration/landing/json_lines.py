"""JSON lines: one object per line; its keys are the headers, nested values stay JSON text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from orchestration.errors import LandingError
from orchestration.landing.headers import checked_headers
from orchestration.landing.source_rows import (
    MOUNTED,
    STREAM_ABOVE_BYTES,
    SourceFile,
    SourceRows,
)
from orchestration.landing.sql_text import literal
from orchestration.landing.text_files import MAXIMUM_LINE_BYTES, TextFile

if TYPE_CHECKING:
    import duckdb

# No JSON text may hold this character unescaped, so it never splits a line.
_NO_DELIMITER = "\x01"


def open_json_lines(
    file: SourceFile, text: TextFile, connection: duckdb.DuckDBPyConnection
) -> SourceRows:
    """The rows of a checked JSON lines file; LandingError names a line that is no object."""
    reader = _LineReader(file.label, text)
    rows = SourceRows(
        label=file.label,
        headers=[],
        expressions=[],
        open_arrow=reader.open_arrow,
        rows_scanned=lambda: reader.rows_scanned,
        failure=lambda: reader.failure,
        are_many=text.size > STREAM_ABOVE_BYTES,
        has_nul=text.has_nul,
        decimal_is_always_point=True,
        dialect={"encoding": text.encoding},
    )
    keys = _keys(rows, connection)
    rows.headers = checked_headers(keys, file.label)
    pointers = ", ".join(literal(_pointer(key)) for key in keys)
    # One call parses each line once, whatever the number of keys.
    rows.relation = (
        f"(select _row_number, json_extract_string(line, [{pointers}]) as fields from {MOUNTED})"
    )
    rows.expressions = [f"fields[{place}]" for place in range(1, len(keys) + 1)]
    return rows


def _pointer(key: str) -> str:
    """The JSON pointer of a key, whatever characters it holds."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _keys(rows: SourceRows, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The keys of all objects in the order in which they appear."""
    ((wrong,),) = rows.run(
        connection,
        f"""
        select min(_row_number) from {MOUNTED}
        where not json_valid(line) or json_type(line) <> 'OBJECT'
        """,
    )
    if wrong is not None:
        raise LandingError(
            f"{rows.label}, row {wrong}: the line is not a complete JSON object: write one "
            "object per line, or ask for the file again if it was cut."
        )
    found = rows.run(
        connection,
        f"""
        select key from (
            select _row_number, unnest(json_keys(line)) as key,
                generate_subscripts(json_keys(line), 1) as place
            from {MOUNTED}
        )
        group by key order by min(_row_number), min(place), key
        """,
    )
    return [key for (key,) in found]


class _LineReader:
    """Streams the lines of a file with their numbers."""

    def __init__(self, label: str, text: TextFile) -> None:
        self.label = label
        self.text = text
        self.failure: LandingError | None = None
        self.rows_scanned = 0
        self._table: Any = None

    def open_arrow(self) -> Any:
        """An Arrow table for a small file, a stream for a large one."""
        import pyarrow as pa

        if self._table is not None:
            return self._table
        if self.text.size <= STREAM_ABOVE_BYTES:
            self._table = pa.Table.from_batches(list(self._numbered()), schema=self._schema())
            return self._table
        return pa.RecordBatchReader.from_batches(self._schema(), self._numbered())

    def _schema(self) -> Any:
        import pyarrow as pa

        return pa.schema([("_row_number", pa.int64()), ("line", pa.string())])

    def _numbered(self) -> Iterator[Any]:
        import numpy as np
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        first = 1
        with self.text.path.open("rb") as stream:
            stream.seek(self.text.beginning)
            try:
                reader = arrow_csv.open_csv(
                    pa.PythonFile(stream, mode="r"),
                    read_options=arrow_csv.ReadOptions(
                        use_threads=False,
                        column_names=["line"],
                        block_size=min(self.text.size + 1, 2 * MAXIMUM_LINE_BYTES),
                    ),
                    parse_options=arrow_csv.ParseOptions(
                        delimiter=_NO_DELIMITER, quote_char=False, double_quote=False
                    ),
                    convert_options=arrow_csv.ConvertOptions(
                        check_utf8=False,
                        column_types={"line": pa.string()},
                        strings_can_be_null=False,
                    ),
                )
                for batch in reader:
                    numbers = np.arange(first, first + batch.num_rows, dtype=np.int64)
                    first += batch.num_rows
                    self.rows_scanned = first - 1
                    yield pa.RecordBatch.from_arrays(
                        [pa.array(numbers), batch.column(0)], schema=self._schema()
                    )
            except pa.ArrowInvalid:
                self.failure = LandingError(
                    f"{self.label} is not JSON lines near row {first}: write one object per line."
                )
                raise self.failure from None
