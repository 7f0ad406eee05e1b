"""Large files: landed block by block, in one pass, at the speed of reading and writing them.

A block's settled columns go from the reader to the batch as they are; only the columns that are
not settled are asked of the rules (`rewriting`), and only for their block. Reading, judging and
writing overlap. Whatever this cannot do in one pass it refuses with an exception that says how to
go on, before anything of the file counts as landed.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute

from orchestration.landing.dialects import may_hold_slashes
from orchestration.landing.rewriting import BatchFacts, Rewriting, json_name
from orchestration.landing.schema import landed_schema
from orchestration.landing.settled import (
    SettledColumn,
    json_objects,
    needs_escape,
    number_array,
    settled_column,
    text_array,
)
from orchestration.landing.source_rows import MOUNTED, ReadAgain, SourceRows

if TYPE_CHECKING:
    import duckdb

# More refused rows than this are read again from the file instead of being held.
_MAXIMUM_HELD_ROWS = 200_000
# So few different values among the first rows of a block make a dictionary worth its while.
_SAMPLED_ROWS = 20_000
_MOST_DIFFERENT = 3_000
_WAITING_BLOCKS = 4
_ROWS_PER_GROUP = 120_000


class SlashesFound(Exception):  # noqa: N818 - it asks for another pass and is no error
    """A day is not ISO: which dialect the file has is for all its days to say."""


@dataclasses.dataclass
class StreamedRows:
    """What became of the rows of one file.

    refused: the refused rows in memory, None where they are too many and the file must be read
    again for them.
    """

    good: int
    refused: SourceRows | None


def stream_rows(
    connection: duckdb.DuckDBPyConnection,
    rewriting: Rewriting,
    facts: BatchFacts,
    target: Path,
    dialect_is_proven: bool,
) -> StreamedRows:
    """Write the good rows of a file as one batch at `target`.

    Raises SlashesFound for a day with slashes unless `dialect_is_proven`, and what stops the
    reader.
    """
    try:
        return _Stream(connection, rewriting, facts, dialect_is_proven).write(target)
    except ReadAgain:
        return _Stream(connection, rewriting, facts, dialect_is_proven).write(target)


class _Stream:
    """One pass over one file."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        rewriting: Rewriting,
        facts: BatchFacts,
        dialect_is_proven: bool,
    ) -> None:
        self.connection = connection
        self.rewriting = rewriting
        self.rows = rewriting.rows
        self.dialect_is_proven = dialect_is_proven
        self.facts = facts
        self.good = 0
        self.refused_count = 0
        self.refused: list[Any] = []

    def write(self, target: Path) -> StreamedRows:
        """Read, judge and write all blocks; the writer works beside the reader."""
        with (
            ThreadPoolExecutor(1) as beside,
            _BatchFile(self.rewriting, self.facts, target) as batch_file,
        ):
            waiting: list[Future[None]] = []
            for block in self._blocks():
                columns = self._landed_columns(block)
                while len(waiting) > _WAITING_BLOCKS:
                    waiting.pop(0).result()
                waiting.append(beside.submit(batch_file.add, columns))
            for each in waiting:
                each.result()
        return StreamedRows(self.good, self._refused_rows())

    def _blocks(self) -> Iterator[Any]:
        try:
            yield from self.rows.open_arrow()
        except Exception as error:
            stopped_by = self.rows.failure() if self.rows.failure is not None else None
            raise stopped_by or error from error

    def _refused_rows(self) -> SourceRows | None:
        if self.refused_count > _MAXIMUM_HELD_ROWS:
            return None
        texts = [(name, pa.string()) for name in self.rows.expressions]
        schema = pa.schema([("_row_number", pa.int64()), *texts])
        table = pa.Table.from_batches(self.refused, schema=schema)
        return dataclasses.replace(
            self.rows, open_arrow=lambda: table, failure=None, are_many=False, _mounted=None
        )

    # --- one block ----------------------------------------------------------------------------

    def _landed_columns(self, block: Any) -> dict[str, Any]:
        """The columns of the good rows of a block, by their names in landing."""
        settled = self._settled(block)
        questioned = self._questioned(block, settled)
        if questioned:
            # Their originals are one object per row, so all that is rewritten is asked together.
            questioned |= {name for name, each in settled.items() if each.originals is not None}
            columns, problems = self._asked(block, frozenset(questioned))
            for name, each in settled.items():
                columns.setdefault(name, each.values)
        else:
            columns = {name: each.values for name, each in settled.items()}
            columns["_original_values"] = self._originals(block, settled)
            problems = None
        columns["_extra"] = self._extra(block)
        columns["_row_number"] = block.column(0)
        if problems is not None and problems.null_count < len(problems):
            is_good = compute.is_null(problems)
            self._refuse(block.filter(compute.invert(is_good)))
            columns = {name: values.filter(is_good) for name, values in columns.items()}
        self.good += len(columns["_row_number"])
        return columns

    def _settled(self, block: Any) -> dict[str, SettledColumn]:
        found = {}
        for name, place in self.rewriting.places.items():
            column = self.rewriting.table.column(name)
            settled = settled_column(self.rewriting, column, block.column(place + 1))
            if settled is not None:
                found[name] = settled
        return found

    def _questioned(self, block: Any, settled: dict[str, SettledColumn]) -> set[str]:
        """Columns of a block that the rules must be asked about."""
        table, places = self.rewriting.table, self.rewriting.places
        questioned = {name for name in places if name not in settled}
        for group in table.at_least_one_of:
            alternatives = {name for name in group if name in places}
            if questioned & alternatives or all(
                block.column(places[name] + 1).null_count for name in alternatives
            ):
                questioned |= alternatives
        if not self.dialect_is_proven:
            for name in questioned:
                holds_days = table.column(name).kind in ("date", "timestamp")
                if holds_days and may_hold_slashes(block.column(places[name] + 1)):
                    raise SlashesFound
        return questioned

    def _asked(self, block: Any, questioned: frozenset[str]) -> tuple[dict[str, Any], Any]:
        """The values and originals of some columns by the rules, and each row's problem."""
        asked = dataclasses.replace(self.rewriting, questioned=questioned)
        answer = self._query(block, asked.questioned_rows())
        by_place = {f"w{place}": column.name for place, column in enumerate(asked.table.columns)}
        columns = {
            by_place.get(name, name): _whole(answer.column(name))
            for name in answer.column_names
            if name not in ("_row_number", "problem")
        }
        return columns, _whole(answer.column("problem"))

    def _query(self, block: Any, statement: str) -> Any:
        """The answer of the engine about a block, in the order of its rows."""
        self.connection.register(MOUNTED, block)
        self.rows.forget_mounted()
        answer = self.connection.execute(statement).to_arrow_table()
        if not answer.column("_row_number").combine_chunks().equals(block.column(0)):
            answer = answer.sort_by("_row_number")
        return answer

    def _originals(self, block: Any, settled: dict[str, SettledColumn]) -> Any:
        order = self.rewriting.table.column_names
        rewritten = [name for name in order if name in settled]
        rewritten = [name for name in rewritten if settled[name].originals is not None]
        texts = [settled[name].originals for name in rewritten]
        return json_objects([json_name(name) for name in rewritten], texts, block.num_rows)

    def _extra(self, block: Any) -> Any:
        used = set(self.rewriting.places.values())
        extra = [place for place in range(len(self.rows.headers)) if place not in used]
        texts = [block.column(place + 1) for place in extra]
        if any(needs_escape(text) for text in texts):
            return _whole(self._query(block, self.rewriting.extra_rows()).column("_extra"))
        names = [json_name(self.rows.headers[place]) for place in extra]
        return json_objects(names, texts, block.num_rows)

    def _refuse(self, rows: Any) -> None:
        self.refused_count += rows.num_rows
        if self.refused_count <= _MAXIMUM_HELD_ROWS:
            self.refused.append(rows)
        else:
            self.refused.clear()


def _whole(column: Any) -> Any:
    """A column of a table as one array."""
    whole = column.combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


class _BatchFile:
    """The Parquet file of a batch; its first block shows which columns repeat their values."""

    def __init__(self, rewriting: Rewriting, facts: BatchFacts, target: Path) -> None:
        self.target = target
        self.constants: dict[str, str | datetime.date] = {
            **rewriting.constants,
            "_batch_id": facts.batch_id,
            "_source_file": facts.source_file,
            "_source_sha256": facts.sha256,
            "_landed_at": facts.landed_at,
            "_as_of": facts.as_of,
        }
        self.schema = pa.schema([self._field(field) for field in landed_schema(rewriting.table)])
        self.writer: Any = None
        self.waiting: list[Any] = []
        self.waiting_count = 0

    def _field(self, field: Any) -> Any:
        """A text that is the same in every row is written once and referred to."""
        if field.name in self.constants and field.type == pa.string():
            return pa.field(field.name, pa.dictionary(pa.int32(), pa.string()))
        return field

    def __enter__(self) -> _BatchFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._write()
        self.writer.close()

    def add(self, columns: dict[str, Any]) -> None:
        """Append rows; a declared column that `columns` lacks is NULL."""
        count = len(columns["_row_number"])
        arrays = [self._array(field, columns, count) for field in self.schema]
        self.waiting.append(pa.RecordBatch.from_arrays(arrays, schema=self.schema))
        self.waiting_count += count
        if self.waiting_count >= _ROWS_PER_GROUP:
            self._write()

    def _write(self) -> None:
        """Write what waits as one row group."""
        if self.writer is None:
            self.writer = self._open(self.waiting[0] if self.waiting else None)
        if self.waiting_count:
            rows = pa.Table.from_batches(self.waiting, schema=self.schema)
            self.writer.write_table(rows, row_group_size=self.waiting_count)
        self.waiting.clear()
        self.waiting_count = 0

    def _array(self, field: Any, columns: dict[str, Any], count: int) -> Any:
        if field.name in columns:
            return columns[field.name]
        if field.name not in self.constants:
            return pa.nulls(count, field.type)
        value = self.constants[field.name]
        if isinstance(value, str):
            places = number_array(np.zeros(count, dtype=np.int32))
            return pa.DictionaryArray.from_arrays(places, text_array([value]))
        if isinstance(value, datetime.datetime):
            microseconds = np.full(count, np.datetime64(value, "us")).astype(np.int64)
            return number_array(microseconds, field.type)
        days = np.full(count, np.datetime64(value, "D")).astype(np.int32)
        return number_array(days, field.type)

    def _open(self, first: Any) -> Any:
        import pyarrow.parquet as parquet

        repeating = list(self.constants)
        if first is not None:
            sample = first.slice(0, _SAMPLED_ROWS)
            repeating += [
                name
                for name in sample.schema.names
                if name not in self.constants
                and compute.count_distinct(sample.column(name)).as_py() <= _MOST_DIFFERENT
            ]
        return parquet.ParquetWriter(
            self.target,
            self.schema,
            compression="zstd",
            # Twice the speed of the default level for files a twentieth larger.
            compression_level=1,
            use_dictionary=repeating,
            write_statistics=["_batch_id", "_as_of", "_row_number"],
            # Readers shall see texts, not the dictionaries that they were written from.
            store_schema=False,
        )
