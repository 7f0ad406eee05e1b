"""CSV and TSV: header, delimiter, rows with too few or too many fields, files cut short.

Arrow's reader is used because it streams, numbers the rows it cannot fit to the header and hands
them over instead of stopping. It forgives misplaced quotes, and forgiving means merging rows
without a word, so every value that spans lines is looked up again in the file as it is written.
"""

from __future__ import annotations

import csv
import io
import mmap
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from orchestration.errors import LandingError
from orchestration.landing.contracts import Table
from orchestration.landing.feeds import Feed
from orchestration.landing.headers import checked_headers, snake_case
from orchestration.landing.settled import holds_bytes, number_array
from orchestration.landing.source_rows import (
    RaggedRow,
    ReadAgain,
    SourceFile,
    SourceRows,
    column_aliases,
)
from orchestration.landing.text_files import MAXIMUM_LINE_BYTES, TextFile

RowNumbers = np.ndarray[Any, np.dtype[np.int64]]

# What takes longer to ask of the rules as a whole than to land block by block.
STREAM_ABOVE_BYTES = 256 * 1024
_HEAD_BYTES = 1024 * 1024
_FAST_BLOCK_BYTES = 2 * 1024 * 1024
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|$)")
_CANDIDATE_DELIMITERS = (",", ";", "\t", "|")
_MAXIMUM_RAGGED_ROWS = 200_000
_KEPT_CHARACTERS_OF_RAGGED_ROW = 10_000


def open_delimited(
    file: SourceFile, text: TextFile, feed: Feed, table: Table, default_delimiter: str | None
) -> SourceRows:
    """The rows of a checked CSV or TSV; raises LandingError for an unusable header."""
    head = _read_head(text)
    lines = [match.group() for match in _LINE.finditer(head) if match.group()]
    first = _header_line(lines, feed, file.label)
    delimiter = feed.delimiter or default_delimiter or _likely_delimiter(lines[first])
    headers, used = _header_record(lines[first:], delimiter, file.label)
    declared = _headers_of_headerless(headers, feed, table, file.label)
    if declared is not None:
        headers, used = declared, 0
    offset = text.beginning + sum(len(line.encode("utf-8")) for line in lines[: first + used])
    reader = _DelimitedReader(
        file.label, text, checked_headers(headers, file.label), delimiter, offset
    )
    return SourceRows(
        label=file.label,
        headers=reader.headers,
        expressions=column_aliases(len(reader.headers)),
        open_arrow=reader.open_arrow,
        rows_scanned=lambda: reader.rows_scanned,
        check_complete=reader.check_complete,
        failure=lambda: reader.failure,
        are_many=text.size > STREAM_ABOVE_BYTES,
        is_text_stream=text.size > STREAM_ABOVE_BYTES,
        has_nul=text.has_nul,
        dialect={"delimiter": delimiter, "encoding": text.encoding},
        ragged=reader.ragged,
    )


def _read_head(text: TextFile) -> str:
    with text.path.open("rb") as stream:
        stream.seek(text.beginning)
        head = stream.read(_HEAD_BYTES)
    # A character may be cut at the end of the head; the file itself was checked already.
    return head.decode("utf-8", errors="ignore")


def _header_line(lines: list[str], feed: Feed, label: str) -> int:
    """Index of the line with the header: `header_row` of the feed, else the first with text."""
    for index in range(feed.header_row - 1, len(lines)):
        if lines[index].strip():
            return index
    raise LandingError(
        f"{label} has no header in line {feed.header_row}: mend `header_row:` in {feed.file} or "
        "ask for the file with its header."
    )


def _likely_delimiter(header_line: str) -> str:
    """The delimiter that cuts the header into most fields; a comma when none does."""
    return max(_CANDIDATE_DELIMITERS, key=lambda each: (_fields(header_line, each), each == ","))


def _fields(line: str, delimiter: str) -> int:
    return len(next(csv.reader([line], delimiter=delimiter), []))


def _header_record(lines: list[str], delimiter: str, label: str) -> tuple[list[str], int]:
    """The header's fields and how many lines it takes (a header may hold line breaks)."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        headers = next(reader)
    except (csv.Error, StopIteration):
        raise LandingError(
            f"{label} has a header with a quote that is never closed: export the file again."
        ) from None
    return headers, reader.line_num


def _headers_of_headerless(
    first_record: list[str], feed: Feed, table: Table, label: str
) -> list[str] | None:
    """The declared names for a file that begins with its data, None when it has a header.

    Raises LandingError when no declared layout has as many columns.
    """
    layouts = (feed.headers,) if feed.headers else table.headerless
    if not layouts:
        return None
    names = {snake_case(name) for layout in layouts for name in layout}
    names.update(name for column in table.columns for name in (column.name, *column.also))
    found = [cell for cell in first_record if snake_case(cell) in names]
    # One cell may read like a name by chance (a company called Size); a header has many.
    if len(found) * 2 > len([cell for cell in first_record if cell.strip()]):
        return None
    for layout in layouts:
        if len(layout) == len(first_record):
            return list(layout)
    widths = " or ".join(str(len(layout)) for layout in layouts)
    raise LandingError(
        f"{label} has no header and {len(first_record)} columns, where {widths} were agreed: ask "
        f"for the layout, and list its names under `headers:` in {feed.file}."
    )


class _DelimitedReader:
    """Opens one file as often as it is scanned and remembers the rows that did not fit."""

    def __init__(
        self, label: str, text: TextFile, headers: list[str], delimiter: str, offset: int
    ) -> None:
        self.label = label
        self.text = text
        self.headers = headers
        self.delimiter = delimiter
        self.offset = offset
        self.ragged: list[RaggedRow] = []
        self.last_fitting = 0
        self.rows_scanned = 0
        self.last_ragged_text = ""
        self.has_met_ragged = False
        self.failure: LandingError | ReadAgain | None = None
        # In small blocks and by several threads; only one thread can tell the numbers of rows that
        # do not fit the header.
        self.reads_fast = text.size > STREAM_ABOVE_BYTES
        self.last_row: tuple[str | None, ...] = ()
        self._table: Any = None
        self._spanning = _SpanningValues(label, text, delimiter, offset)

    def open_arrow(self) -> Any:
        """An Arrow table for a small file, a stream for a large one."""
        import pyarrow as pa

        if self._table is not None:
            return self._table
        self.ragged.clear()
        self.failure = None
        self._spanning.restart()
        if self.text.size <= STREAM_ABOVE_BYTES:
            batches = list(self._numbered_batches())
            self._table = pa.Table.from_batches(batches, schema=self._schema())
            return self._table
        return pa.RecordBatchReader.from_batches(self._schema(), self._numbered_batches())

    def _schema(self) -> Any:
        import pyarrow as pa

        names = column_aliases(len(self.headers))
        return pa.schema([("_row_number", pa.int64()), *((name, pa.string()) for name in names)])

    def _numbered_batches(self) -> Iterator[Any]:
        import pyarrow as pa

        numbers = _RowNumbers(self.ragged)
        with pa.OSFile(str(self.text.path), "rb") as stream:
            stream.seek(self.offset)
            try:
                for batch in self._arrow_reader(stream):
                    if batch.num_rows == 0:
                        continue
                    row_numbers = numbers.take(batch.num_rows)
                    self._spanning.check(batch, row_numbers)
                    self.last_row = tuple(column[-1].as_py() for column in batch.columns)
                    yield pa.RecordBatch.from_arrays(
                        [number_array(row_numbers), *batch.columns], schema=self._schema()
                    )
            except pa.ArrowInvalid as error:
                if self.reads_fast and (self.has_met_ragged or "straddling" in str(error)):
                    self.reads_fast = False
                    self.failure = ReadAgain()
                    raise self.failure from None
                if "Empty CSV file" not in str(error):
                    self.failure = LandingError(self._unreadable(str(error)))
                    raise self.failure from None
            except LandingError as error:
                self.failure = error
                raise
        self.last_fitting = numbers.position
        self.rows_scanned = numbers.given

    def _arrow_reader(self, stream: Any) -> Any:
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        names = column_aliases(len(self.headers))
        return arrow_csv.open_csv(
            stream,
            read_options=arrow_csv.ReadOptions(
                use_threads=self.reads_fast,
                column_names=names,
                block_size=self._block_bytes(),
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self.delimiter,
                newlines_in_values=True,
                invalid_row_handler=self._keep_ragged,
            ),
            convert_options=arrow_csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                null_values=[""],
            ),
        )

    def _block_bytes(self) -> int:
        """Small blocks stay in the processor's caches; a large one holds the longest row."""
        largest = 2 * MAXIMUM_LINE_BYTES
        return min(self.text.size + 1, _FAST_BLOCK_BYTES if self.reads_fast else largest)

    def _keep_ragged(self, row: Any) -> str:
        self.last_ragged_text = row.text
        self.has_met_ragged = True
        if self.reads_fast:
            return "error"
        if len(self.ragged) < _MAXIMUM_RAGGED_ROWS:
            kept = row.text[:_KEPT_CHARACTERS_OF_RAGGED_ROW]
            self.ragged.append(
                RaggedRow(row.number, row.actual_columns, row.expected_columns, kept)
            )
            return "skip"
        return "error"

    def _unreadable(self, detail: str) -> str:
        if "straddling" in detail:
            return (
                f"{self.label} has a row longer than 16 MiB, most likely a quote that is never "
                "closed: export the file again."
            )
        return (
            f"{self.label} has more than {_MAXIMUM_RAGGED_ROWS} rows whose number of fields is not "
            "that of the header: check the delimiter and export the file again."
        )

    def check_complete(self) -> None:
        """Refuse a file that ends inside a quoted value or inside its last row."""
        last = self.ragged[-1] if self.ragged else None
        if last is not None and last.row_number > self.last_fitting:
            if _has_open_quote(self.last_ragged_text, self.delimiter):
                raise LandingError(open_quote_sentence(self.label, last.row_number))
            if last.fields < last.expected and not self._ends_with_line_end():
                raise LandingError(
                    f"{self.label} ends in the middle of row {last.row_number} ({last.fields} of "
                    f"{last.expected} fields, no line end): the file was cut, ask for it again."
                )
        elif self.last_row and self._ends_inside_quotes(self.last_row[-1] or ""):
            raise LandingError(open_quote_sentence(self.label, self.last_fitting))

    def _ends_with_line_end(self) -> bool:
        return self._tail(1) in (b"\n", b"\r")

    def _ends_inside_quotes(self, last_value: str) -> bool:
        """Whether the file ends with the last value as quotes write it, but unclosed."""
        open_value = b'"' + last_value.replace('"', '""').encode("utf-8")
        tail = self._tail(len(open_value) + 1)
        before = tail[: -len(open_value)]
        return tail.endswith(open_value) and before in (
            b"",
            b"\n",
            b"\r",
            self.delimiter.encode("utf-8"),
        )

    def _tail(self, count: int) -> bytes:
        with self.text.path.open("rb") as stream:
            stream.seek(max(self.offset, stream.seek(0, io.SEEK_END) - count))
            return stream.read()


class _RowNumbers:
    """Hands out the numbers of the rows that fit, leaving out those that did not."""

    def __init__(self, ragged: list[RaggedRow]) -> None:
        self.ragged = ragged
        self.taken = 0
        self.position = 0
        self.given = 0

    def take(self, count: int) -> RowNumbers:
        """The numbers of the next `count` rows, 1 = first row of the file."""
        self.given += count
        missing: list[int] = []
        last = self.position + count
        while self.taken < len(self.ragged) and self.ragged[self.taken].row_number <= last:
            missing.append(self.ragged[self.taken].row_number)
            self.taken += 1
            last += 1
        numbers = np.arange(self.position + 1, last + 1, dtype=np.int64)
        self.position = last
        return np.setdiff1d(numbers, missing, assume_unique=True) if missing else numbers


class _SpanningValues:
    """Checks that each value with a line break stands in the file exactly as quotes write it.

    A value that does not was glued together from several rows around a missing quote. Values
    come in the order of the file, so one walk through it finds them all.
    """

    def __init__(self, label: str, text: TextFile, delimiter: str, offset: int) -> None:
        self.label = label
        self.text = text
        self.delimiter = delimiter.encode("utf-8")
        self.offset = offset
        self.position = offset

    def restart(self) -> None:
        """Begin at the first row again."""
        self.position = self.offset

    def check(self, batch: Any, row_numbers: RowNumbers) -> None:
        """Raise LandingError for the first value that was glued together."""
        import pyarrow.compute as compute

        if not self.text.has_quotes:
            return
        spanning = None
        for column in batch.columns:
            if not holds_bytes(column, self.text.line_end.encode()):
                continue
            found = compute.fill_null(compute.match_substring(column, self.text.line_end), False)
            if compute.any(found).as_py():
                spanning = found if spanning is None else compute.or_(spanning, found)
        if spanning is not None:
            self._walk(batch.filter(spanning), row_numbers[spanning.to_numpy(zero_copy_only=False)])

    def _walk(self, rows: Any, row_numbers: RowNumbers) -> None:
        with (
            self.text.path.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            columns = [column.to_pylist() for column in rows.columns]
            for row_number, *values in zip(row_numbers, *columns, strict=True):
                for value in values:
                    if value is not None and self.text.line_end in value:
                        self._find(content, value, int(row_number))

    def _find(self, content: mmap.mmap, value: str, row_number: int) -> None:
        written = b'"' + value.replace('"', '""').encode("utf-8") + b'"'
        place = content.find(written, self.position)
        while place >= 0 and not self._ends_field(content, place + len(written)):
            place = content.find(written, place + 1)
        if place < 0 and content[-len(written) + 1 :] == written[:-1]:
            raise LandingError(open_quote_sentence(self.label, row_number))
        if place < 0:
            raise LandingError(
                f"{self.label}, row {row_number}: a quote is not closed near {value[:40]!r}, so "
                "that rows run into each other: double the quotes inside values or export the "
                "file again."
            )
        self.position = place + len(written)

    def _ends_field(self, content: mmap.mmap, place: int) -> bool:
        return content[place : place + 1] in (b"", b"\n", b"\r", self.delimiter)


def open_quote_sentence(label: str, row_number: int) -> str:
    """The refusal of a file whose last quote is never closed."""
    return (
        f"{label} ends inside a quoted value that begins in row {row_number}: the file was cut or "
        "a closing quote is missing, ask for it again."
    )


def _has_open_quote(text: str, delimiter: str) -> bool:
    try:
        list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        # A field beyond the limit of this reader is what a missing quote makes of a whole file.
        return "unexpected end of data" in str(error) or "field limit" in str(error)
    return False
