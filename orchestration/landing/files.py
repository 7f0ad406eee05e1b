"""Landing of one file: from the bytes that someone dropped to an immutable batch.

`LandingSession` holds what many files share (the engine, the journal, the company's zone and
bounds); `land_file` opens one for a single file, the inbox opens one for all of its files.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
import json
import os
import stat
import uuid
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa

from orchestration.errors import CosellError, LandingError, one_sentence
from orchestration.landing.archives import ARCHIVE_SUFFIX
from orchestration.landing.as_of_dates import (
    FileDay,
    day_from_name,
    day_from_path,
    refuse_future_day,
)
from orchestration.landing.closed_partners import (
    closed_partners,
    purged_batch_ids,
    refuse_closed_feed,
    refuse_purged_file,
    refuse_rows_of_closed,
)
from orchestration.landing.compressed_files import content_name, unpack
from orchestration.landing.contracts import Table, declared_tables
from orchestration.landing.delimited import open_delimited
from orchestration.landing.dialects import (
    NO_SLASHES,
    DateDialect,
    TimeZones,
    detect_date_dialect,
    may_hold_slashes,
    slash_counts,
    slash_counts_query,
)
from orchestration.landing.feeds import CRM_OBJECTS, Feed, load_feed
from orchestration.landing.file_tables import object_in_file, table_of_file
from orchestration.landing.headers import match_headers, snake_case
from orchestration.landing.journal import (
    TEMPORARY_FOLDER,
    Journal,
    JournalEntry,
    current_time,
    durable_file,
    landing_lock,
    private_folder,
    remove_leftovers,
)
from orchestration.landing.json_documents import MORE_PAGES, is_document, open_json_document
from orchestration.landing.json_lines import open_json_lines
from orchestration.landing.knowledge_tables import recorded_batch_ids
from orchestration.landing.manifests import (
    ManifestEntry,
    manifest_of,
    refuse_other_bytes,
    refuse_other_count,
)
from orchestration.landing.parquet_files import open_parquet
from orchestration.landing.plausibility import (
    PlausibilityRow,
    plausible_bounds,
    read_plausibility,
)
from orchestration.landing.rewriting import (
    BatchFacts,
    Bounds,
    Problem,
    Rewriting,
    trimmed_text,
)
from orchestration.landing.schema import write_schema_files
from orchestration.landing.source_rows import RaggedRow, SourceFile, SourceRows
from orchestration.landing.spreadsheets import open_spreadsheet
from orchestration.landing.sql_text import literal
from orchestration.landing.streaming import SlashesFound, stream_rows
from orchestration.landing.text_files import TextFile, check_text_file, sha256_of
from orchestration.settings import Home, load_company

DELIMITED_SUFFIXES: dict[str, str | None] = {".csv": None, ".txt": None, ".tsv": "\t", ".tab": "\t"}
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
EXCEL_SUFFIXES = (".xlsx", ".xlsm", ".xls")
PARQUET_SUFFIXES = (".parquet",)
SUFFIXES = (*DELIMITED_SUFFIXES, *JSON_SUFFIXES, *EXCEL_SUFFIXES, *PARQUET_SUFFIXES)


# What the readers raise for files that are not what their name says.
_BAD_INPUT = (
    CosellError,
    duckdb.Error,
    pa.ArrowException,
    OSError,
    ValueError,
    UnicodeError,
    OverflowError,
    MemoryError,
)


@dataclass(frozen=True)
class LandedFile:
    """What became of one file; `status` already_landed means that nothing was written."""

    feed: str
    source: str
    table: str
    batch_id: str
    file: str
    as_of: datetime.date
    rows: int
    good: int
    quarantined: int
    status: Literal["landed", "already_landed"]
    message: str


class NotYetKnown(Exception):  # noqa: N818 - it stops one file's landing and is no error
    """The file is of a day behind the last one that was asked for."""


def land_file(
    home: Home, feed_name: str, path: Path, as_of: datetime.date | None = None
) -> LandedFile:
    """Land one file of a feed; landing it twice changes nothing.

    Raises LandingError (nothing of the file was written) or ConfigurationError, each with one
    sentence that names the mend.
    """
    with landing_session(home) as session:
        is_archive = path.suffix.lower() == ARCHIVE_SUFFIX
        if is_archive and session.feed(feed_name).source in CRM_OBJECTS:
            raise LandingError(
                f"{home.relative(path)} is an archive of many objects: put it into "
                f"inbox/{feed_name}/YYYY-MM-DD/, where each of them is landed."
            )
        return session.land(feed_name, Path(path), as_of)


@contextlib.contextmanager
def landing_session(home: Home) -> Iterator[LandingSession]:
    """Hold the lock, clean up after a crash and open the engine."""
    with landing_lock(home):
        session = LandingSession(home)
        try:
            yield session
        finally:
            session.close()


@dataclass(frozen=True)
class OpenedFile:
    """A file on its way: who it is and what its bytes are.

    manifest: what its sender says about it, if anything.
    strict: the company's own file, whose values are checked for form and not for plausibility; one
    bad row refuses the whole.
    """

    feed: Feed
    table: Table
    path: Path
    label: str
    source_file: str
    sha256: str
    text: TextFile | None
    size: int
    modified_ns: int
    strict: bool = False
    manifest: ManifestEntry | None = None


class LandingSession:
    """Lands files one after the other; the caller holds the lock of landing."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.company = load_company(home)
        self.journal = Journal(home)
        self.temporary = private_folder(home.landing / TEMPORARY_FOLDER)
        tables = [(table.source, table.name) for table in declared_tables()]
        landed_tables = [each for each in tables if each not in _UNJOURNALED]
        remove_leftovers(home, self.journal.entries, landed_tables)
        write_schema_files(home)
        self._closed = closed_partners(home)
        self.purged = purged_batch_ids(home)
        self._plausibility: list[PlausibilityRow] | None = None
        self._days_in_use: dict[tuple[str, str], datetime.date] | None = None
        self._is_tuned_for_many = True
        self._feeds: dict[str, Feed] = {}
        self.connection = duckdb.connect()
        self.connection.execute("set timezone = 'UTC'; set enable_progress_bar = false")
        self.connection.execute(f"set temp_directory = {literal(str(self.temporary))}")
        self._threads = int(str(self._setting("threads")))
        self._optimizers = ",".join(
            str(name)
            for (name,) in self.connection.execute(
                "select name from duckdb_optimizers()"
            ).fetchall()
        )

    def close(self) -> None:
        """Let go of the engine."""
        self.connection.close()

    def today(self) -> datetime.date:
        """Today in the company's time zone."""
        now = current_time().replace(tzinfo=datetime.UTC)
        return now.astimezone(zoneinfo.ZoneInfo(self.company.time_zone)).date()

    def feed(self, name: str) -> Feed:
        """The feed `name`, read once per session."""
        if name not in self._feeds:
            self._feeds[name] = load_feed(self.home, name)
        return self._feeds[name]

    def land(
        self,
        feed_name: str,
        path: Path,
        as_of: datetime.date | None = None,
        default_as_of: datetime.date | None = None,
        until: datetime.date | None = None,
        lay_at: Path | None = None,
        manifest: ManifestEntry | None = None,
    ) -> LandedFile:
        """Land one file; raises NotYetKnown when its day is later than `until`.

        `as_of` outranks everything; `default_as_of` replaces the day of landing. `lay_at`: where
        people know the file to lie, when `path` is a copy that was unpacked. `manifest`: what its
        sender says of it, where that does not lie beside it.
        """
        feed = self.feed(feed_name)
        place = lay_at or path
        label = self.home.relative(place)
        recoded = self.temporary / f"{uuid.uuid4().hex}.text"
        unpacked = self.temporary / f"{uuid.uuid4().hex}.unpacked"
        try:
            refuse_closed_feed(self._closed, label, feed.file, feed.partner_id)
            manifest = manifest or manifest_of(place, label)
            day = FileDay(as_of, "argument") if as_of else self._stated_day(feed, place, manifest)
            if day is not None:
                self._check_day(label, day, until)
            if manifest is not None and manifest.mode is not None:
                feed = dataclasses.replace(feed, mode=manifest.mode)
            opened = self._open(feed, path, place, recoded, unpacked)
            opened = dataclasses.replace(opened, manifest=manifest)
            refuse_other_bytes(manifest, label, opened.sha256)
            landed = self._already_landed(opened, day)
            return landed or self._land_opened(opened, day, default_as_of, until)
        except _BAD_INPUT as error:
            raise _unreadable(label, error) from error
        finally:
            recoded.unlink(missing_ok=True)
            unpacked.unlink(missing_ok=True)

    def land_prepared(self, opened: OpenedFile, day: FileDay) -> LandedFile:
        """Land a file that the pipeline itself wrote or the company keeps in `config/`."""
        try:
            return self._land_opened(opened, day, None, None)
        except _BAD_INPUT as error:
            raise _unreadable(opened.label, error) from error

    def _land_opened(
        self,
        opened: OpenedFile,
        day: FileDay | None,
        default_as_of: datetime.date | None,
        until: datetime.date | None,
    ) -> LandedFile:
        self._tune(rows_are_many=opened.size > _SMALL_FILE_BYTES)
        return self._land_rows(opened, self._rows(opened), day, default_as_of, until)

    # --- before the rows ----------------------------------------------------------------------

    def _stated_day(self, feed: Feed, path: Path, manifest: ManifestEntry | None) -> FileDay | None:
        """The day that the sender or the place of a file states; they must not contradict."""
        placed = day_from_path(self.home, feed.name, path)
        if manifest is None or manifest.as_of is None:
            return placed
        if placed is not None and placed.given_by == "folder" and placed.day != manifest.as_of:
            raise LandingError(
                f"{self.home.relative(path)} lies in the folder of {placed.day}, but is as of "
                f"{manifest.as_of} by {manifest.manifest}: move it, or correct the manifest."
            )
        return FileDay(manifest.as_of, "manifest")

    def _check_day(self, label: str, day: FileDay, until: datetime.date | None) -> None:
        if until is not None and day.day > until:
            raise NotYetKnown(label)
        refuse_future_day(label, day.day, self.today())

    def _open(
        self, feed: Feed, path: Path, place: Path, recoded: Path, unpacked: Path
    ) -> OpenedFile:
        label = self.home.relative(place)
        state = regular_file(path, label)
        suffix = content_name(path).suffix.lower()
        if suffix not in SUFFIXES:
            raise LandingError(
                f"{label} has the ending {suffix or 'none'!r}, which landing does not read: save "
                f"it as one of {', '.join(SUFFIXES)}."
            )
        if state.st_size == 0:
            raise LandingError(f"{label} is empty (0 bytes): ask for the file again.")
        text = None
        if suffix in DELIMITED_SUFFIXES or suffix in JSON_SUFFIXES:
            text = check_text_file(
                unpack(path, label, unpacked),
                label,
                feed.encoding,
                feed.file,
                recoded,
                suffix == ".json",
            )
            if content_name(path) != path:
                text = dataclasses.replace(text, sha256=sha256_of(path))
        if feed.source in CRM_OBJECTS:
            crm_object = object_in_file(feed.source, content_name(place).stem, label, text)
            feed = dataclasses.replace(feed, of_object=crm_object.constants)
            table = crm_object.table
        else:
            table = feed.table or table_of_file(feed.tables, content_name(place).stem)
        return OpenedFile(
            feed=feed,
            table=table,
            path=path,
            label=label,
            source_file=self._source_file(place),
            sha256=text.sha256 if text is not None else sha256_of(path),
            text=text,
            size=state.st_size,
            modified_ns=state.st_mtime_ns,
        )

    def _source_file(self, path: Path) -> str:
        try:
            return path.absolute().relative_to(self.home.inbox.absolute()).as_posix()
        except ValueError:
            return self.home.relative(path)

    def _already_landed(self, opened: OpenedFile, day: FileDay | None) -> LandedFile | None:
        """The batch of the same bytes: of the same day, or of any when the path gives none.

        A file of the inbox that was changed since is not: its owner may have taken a change back.
        """
        versions = self._versions(opened, day)
        if versions:
            last = versions[-1]
            if last.sha256 != opened.sha256:
                return None
            refuse_purged_file(opened.label, last.batch_id, self.purged)
            return already_landed(last, opened.label)
        name = opened.table.name
        for entry in self.journal.with_content(opened.feed.name, name, opened.sha256):
            if day is None or entry.as_of == day.day:
                refuse_purged_file(opened.label, entry.batch_id, self.purged)
                return already_landed(entry, opened.label)
        return None

    def _versions(self, opened: OpenedFile, day: FileDay | None) -> list[JournalEntry]:
        """What has landed from the very place of a file of the inbox, for the same day."""
        if "/" not in opened.source_file:
            return []
        landed = self.journal.of_file(opened.feed.name, opened.source_file)
        return [entry for entry in landed if day is None or entry.as_of == day.day]

    def _batch_name(self, opened: OpenedFile, day: FileDay) -> str:
        """The feed's name; with the number of the version for one that replaces another.

        Versions then sort in the order in which they landed.
        """
        versions = [each for each in self._versions(opened, day) if each.table == opened.table.name]
        return f"{opened.feed.name}~{len(versions) + 1}" if versions else opened.feed.name

    def _rows(self, opened: OpenedFile) -> SourceRows:
        file = SourceFile(opened.path, opened.label)
        suffix = content_name(opened.path).suffix.lower()
        if opened.text is not None:
            if suffix in JSON_SUFFIXES:
                if is_document(opened.text, suffix):
                    return open_json_document(file, opened.text, opened.table.unfolds)
                return open_json_lines(file, opened.text, self.connection)
            return open_delimited(
                file, opened.text, opened.feed, opened.table, DELIMITED_SUFFIXES[suffix]
            )
        if suffix in EXCEL_SUFFIXES:
            return open_spreadsheet(file, opened.feed)
        return open_parquet(file, self.connection)

    # --- the rows -----------------------------------------------------------------------------

    def _land_rows(
        self,
        opened: OpenedFile,
        rows: SourceRows,
        day: FileDay | None,
        default_as_of: datetime.date | None,
        until: datetime.date | None,
    ) -> LandedFile:
        feed, table = opened.feed, opened.table
        _refuse_lone_page(opened, rows)
        places = match_headers(table, feed, rows.headers, opened.label)
        rewriting = Rewriting(
            table=table,
            feed=feed,
            rows=rows,
            places=places,
            dialect=detect_date_dialect(feed.dates, NO_SLASHES, opened.label, feed.file),
            zones=TimeZones(feed=feed.time_zone, company=self.company.time_zone),
            bounds=None,
            file_day=day_from_name(content_name(Path(opened.source_file)).name),
        )
        if day is not None and _may_stream(opened, rows):
            # One pass is enough where no day needs the others to be understood.
            try:
                return self._write_batch(opened, rewriting, day, proven=feed.dates != "auto")
            except SlashesFound:
                pass
        day_place = _day_column(rows) if day is None else None
        dialect = self._first_scan(opened, rows, places, day_place)
        rewriting = dataclasses.replace(rewriting, dialect=dialect)
        if day is None:
            day = self._day_without_path(opened, rewriting, day_place, default_as_of)
            self._check_day(opened.label, day, until)
        if rewriting.file_day is None:
            rewriting = dataclasses.replace(rewriting, file_day=day.day)
        return self._write_batch(opened, rewriting, day, proven=True)

    def _first_scan(
        self, opened: OpenedFile, rows: SourceRows, places: dict[str, int], day_place: int | None
    ) -> DateDialect:
        """See every row once; the dialect that the file's days prove."""
        columns = [
            places[column.name]
            for column in opened.table.columns
            if column.kind in ("date", "timestamp") and column.name in places
        ]
        if day_place is not None and day_place not in columns:
            columns.append(day_place)
        counts = NO_SLASHES
        questionable = [place for place in columns if may_hold_slashes(rows.held_column(place))]
        if questionable and opened.feed.dates == "auto":
            texts = [trimmed_text(rows.expressions[place], rows.are_many) for place in questionable]
            counts = slash_counts(self.query(rows, slash_counts_query(texts, rows.relation))[0])
        else:
            rows.scan(self.connection)
        _count_rows(opened, rows)
        return detect_date_dialect(opened.feed.dates, counts, opened.label, opened.feed.file)

    def _day_without_path(
        self,
        opened: OpenedFile,
        rewriting: Rewriting,
        day_place: int | None,
        default_as_of: datetime.date | None,
    ) -> FileDay:
        if day_place is not None:
            days = [row[0] for row in self.query(rewriting.rows, rewriting.days_of(day_place))]
            if len(days) == 1 and days[0] is not None:
                return FileDay(days[0], "column")
            if days:
                shown = ", ".join("no day" if each is None else str(each) for each in days)
                raise LandingError(
                    f"{opened.label} has several values in {rewriting.rows.headers[day_place]} "
                    f"({shown}): correct the column to the one day that the list describes, or "
                    f"put the file into inbox/{opened.feed.name}/YYYY-MM-DD/."
                )
        if opened.feed.undated == "refuse":
            raise LandingError(
                f"{opened.label} does not say which day it describes: put it into "
                f"inbox/{opened.feed.name}/YYYY-MM-DD/, write the day into its name, or land it "
                "with --as-of."
            )
        return FileDay(default_as_of or self.today(), "landing_day")

    def _refuse_unknown_values(self, opened: OpenedFile, rewriting: Rewriting) -> None:
        if not opened.table.refuse_unknown_values:
            return
        for column in opened.table.columns:
            if not column.vocabulary or column.name not in rewriting.places:
                continue
            unknown = self.query(rewriting.rows, rewriting.unknown_values(column))
            if unknown:
                header = rewriting.rows.headers[rewriting.places[column.name]]
                found = ", ".join(f"{str(value)[:60]!r} ({count})" for value, count in unknown[:5])
                more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
                raise LandingError(
                    f"{opened.label} has values in {header} that nobody mapped, with their rows: "
                    f"{found}{more}: map each to one of {', '.join(column.vocabulary)} under "
                    f"`values: {column.name}:` in {opened.feed.file}."
                )

    def _write_batch(
        self, opened: OpenedFile, rewriting: Rewriting, day: FileDay, proven: bool
    ) -> LandedFile:
        """Write landing, quarantine and journal of one batch.

        `proven`: whether the dialect is; raises SlashesFound where it is not and matters.
        """
        feed, table, rows = opened.feed, opened.table, rewriting.rows
        self._refuse_older_list(opened, day)
        if not opened.strict:
            rewriting = dataclasses.replace(rewriting, bounds=self.bounds(day.day))
        facts = BatchFacts(
            batch_id=batch_id(
                day.day, self._batch_name(opened, day), feed.name, table.name, opened.sha256
            ),
            source_file=opened.source_file,
            sha256=opened.sha256,
            landed_at=self.journal.next_moment(),
            as_of=day.day,
        )
        folder = Path(table.source) / table.name
        name = f"{facts.batch_id}.parquet"
        with durable_file(self.home.landing / folder / name) as landed:
            good, refused = self._write_good_rows(opened, rewriting, facts, landed, proven)
            refuse_rows_of_closed(self.connection, self._closed, table, opened.label, landed)
            total = _count_rows(opened, rows)
            refuse_other_count(opened.manifest, opened.label, total)
            if good < total:
                self._refuse_unknown_values(opened, rewriting)
                problems = self._problems(refused)
                if good == 0 or opened.strict:
                    raise self._refused_as_a_whole(opened, refused, problems, total)
                with durable_file(self.home.quarantine / folder / name) as quarantined:
                    self._quarantine(refused, facts, problems, quarantined)
            _refuse_changed_file(opened)
        entry = JournalEntry(
            feed=feed.name,
            source=table.source,
            table=table.name,
            batch_id=facts.batch_id,
            file=opened.source_file,
            sha256=opened.sha256,
            as_of=day.day,
            mode=feed.mode,
            coverage=feed.coverage,
            partner_id=feed.partner_id,
            rows=total,
            good=good,
            quarantined=total - good,
            landed_at=facts.landed_at,
            as_of_from=day.given_by,
            columns={column: rows.headers[place] for column, place in rewriting.places.items()},
            dialect={
                "dates": rewriting.dialect.name,
                "decimal": rewriting.decimal,
                "time_zone": rewriting.zones.feed,
                "time_zone_of_days": rewriting.zones.company,
                **rows.dialect,
            },
            file_size=opened.size,
            file_modified_ns=opened.modified_ns,
        )
        self.journal.write(entry)
        return _landed(entry, opened.label)

    def _write_good_rows(
        self,
        opened: OpenedFile,
        rewriting: Rewriting,
        facts: BatchFacts,
        target: Path,
        proven: bool,
    ) -> tuple[int, Rewriting]:
        """The number of good rows, and the same decisions over the rows that hold the others."""
        if not _may_stream(opened, rewriting.rows):
            good = self._copy(rewriting.rows, rewriting.good_rows(facts), target)
            return good, rewriting
        streamed = stream_rows(self.connection, rewriting, facts, target, proven)
        if streamed.refused is not None:
            rewriting = dataclasses.replace(rewriting, rows=streamed.refused)
        return streamed.good, rewriting

    def _refuse_older_list(self, opened: OpenedFile, day: FileDay) -> None:
        """A whole list older than the one in use would bring the past back as the present."""
        if opened.feed.mode != "full" or opened.strict:
            return
        newest = self._newest_days_in_use().get((opened.feed.name, opened.table.name))
        if newest is not None and day.day < newest:
            raise LandingError(
                f"{opened.label} is a whole list as of {day.day}, but a refresh has used the list "
                f"as of {newest} already: leave it out, or declare `mode: delta` in "
                f"{opened.feed.file} if it only adds."
            )

    def _newest_days_in_use(self) -> dict[tuple[str, str], datetime.date]:
        """Feed and table -> newest day among the batches that a refresh has used."""
        if self._days_in_use is None:
            self._days_in_use = {}
            used = recorded_batch_ids(self.home)
            for entry in self.journal.entries.values():
                if entry.batch_id in used:
                    key = (entry.feed, entry.table)
                    newest = self._days_in_use.get(key, entry.as_of)
                    self._days_in_use[key] = max(newest, entry.as_of)
        return self._days_in_use

    def _problems(self, rewriting: Rewriting) -> list[_CountedProblem]:
        """The problems of a file, the most frequent first, rows of a wrong width among them."""
        found = [
            _CountedProblem(Problem.from_key(key), count, first_row)
            for key, count, first_row in self.query(rewriting.rows, rewriting.problem_counts())
        ]
        ragged = rewriting.rows.ragged
        if ragged:
            wrong_width = Problem(_WRONG_FIELD_COUNT, None)
            found.append(_CountedProblem(wrong_width, len(ragged), ragged[0].row_number))
        return sorted(found, key=lambda each: (-each.count, each.first_row))

    def _refused_as_a_whole(
        self,
        opened: OpenedFile,
        rewriting: Rewriting,
        problems: list[_CountedProblem],
        total: int,
    ) -> LandingError:
        worst = problems[0]
        if worst.problem.code == _WRONG_FIELD_COUNT:
            sentence = _ragged_sentence(opened.label, rewriting.rows.ragged[0])
        else:
            value_query = rewriting.value_of(worst.problem, worst.first_row)
            ((value,),) = self.query(rewriting.rows, value_query)
            sentence = rewriting.describe(worst.problem, value, worst.first_row)
        refused = sum(each.count for each in problems)
        if opened.strict:
            return LandingError(sentence)
        return LandingError(
            f"{opened.label}: none of its {total} rows can be read, {worst.count} of {refused} for "
            f"the reason {worst.problem.code}, such as {sentence.removeprefix(opened.label + ', ')}"
        )

    def _quarantine(
        self,
        rewriting: Rewriting,
        facts: BatchFacts,
        problems: list[_CountedProblem],
        target: Path,
    ) -> None:
        in_columns = [each.problem for each in problems if each.problem.code != _WRONG_FIELD_COUNT]
        ragged = rewriting.rows.ragged
        if ragged:
            self.connection.register("ragged_rows", _ragged_table(rewriting.rows))
        try:
            query = rewriting.refused_rows(facts, in_columns, ragged=bool(ragged))
            self._copy(rewriting.rows, query, target)
        finally:
            if ragged:
                self.connection.unregister("ragged_rows")

    # --- engine and policy --------------------------------------------------------------------

    def _setting(self, name: str) -> object:
        found = self.connection.execute(f"select current_setting({literal(name)})").fetchone()
        return found[0] if found is not None else None

    def _tune(self, rows_are_many: bool) -> None:
        """Plan with care for a large file; for a small one that costs more than reading it."""
        if rows_are_many == self._is_tuned_for_many:
            return
        threads = self._threads if rows_are_many else 1
        disabled = "" if rows_are_many else self._optimizers
        self.connection.execute(f"set threads = {threads}; set disabled_optimizers = '{disabled}'")
        self._is_tuned_for_many = rows_are_many

    def query(self, rows: SourceRows, statement: str) -> list[tuple[Any, ...]]:
        """The result of a statement over the rows of a file, scanned from the first one."""
        return rows.run(self.connection, statement)

    def _copy(self, rows: SourceRows, statement: str, target: Path) -> int:
        """Write the result of a statement as Parquet; returns its number of rows."""
        ((written,),) = rows.run(
            self.connection,
            f"copy ({statement}) to {literal(str(target))} (format parquet, compression zstd)",
        )
        return int(written)

    def bounds(self, as_of: datetime.date) -> Bounds:
        """What is plausible in a file of this day, from `config/policy/plausibility.csv`."""
        if self._plausibility is None:
            self._plausibility = read_plausibility(self.home)
        return plausible_bounds(self._plausibility, as_of)


_SMALL_FILE_BYTES = 1024 * 1024
_UNJOURNALED = (
    ("cosell", "landed_batches"),
    ("cosell", "refreshes"),
    ("cosell", "refresh_steps"),
)
_WRONG_FIELD_COUNT = "wrong_field_count"


def batch_id(day: datetime.date, batch_name: str, feed: str, table: str, sha256: str) -> str:
    """`<day>_<name>_<12 hex>`; the digits stand for the file's bytes, the feed and the table."""
    digest = hashlib.sha256(f"{sha256}\n{feed}\n{table}".encode()).hexdigest()
    return f"{day.isoformat().replace('-', '')}_{batch_name}_{digest[:12]}"


def already_landed(entry: JournalEntry, label: str) -> LandedFile:
    """The answer for a file whose bytes have landed."""
    message = f"{label}: already landed as {entry.batch_id}"
    return _landed_file(entry, "already_landed", message)


def _landed(entry: JournalEntry, label: str) -> LandedFile:
    message = f"{label}: {entry.good} of {entry.rows} rows landed in {entry.source}.{entry.table}"
    if entry.quarantined:
        message += f", {entry.quarantined} quarantined"
    return _landed_file(entry, "landed", message)


def _landed_file(
    entry: JournalEntry, status: Literal["landed", "already_landed"], message: str
) -> LandedFile:
    return LandedFile(
        feed=entry.feed,
        source=entry.source,
        table=entry.table,
        batch_id=entry.batch_id,
        file=entry.file,
        as_of=entry.as_of,
        rows=entry.rows,
        good=entry.good,
        quarantined=entry.quarantined,
        status=status,
        message=message,
    )


def regular_file(path: Path, label: str) -> os.stat_result:
    """The state of a file; raises LandingError for anything that is not a file."""
    try:
        state = path.stat()
    except FileNotFoundError:
        raise LandingError(f"{label} does not exist: check the path.") from None
    if stat.S_ISDIR(state.st_mode):
        raise LandingError(
            f"{label} is a directory: land the files in it one by one, or put them into inbox/."
        )
    if not stat.S_ISREG(state.st_mode):
        raise LandingError(f"{label} is no regular file: copy its content into a file.")
    return state


def _refuse_lone_page(opened: OpenedFile, rows: SourceRows) -> None:
    """One page of a whole dump, without the others, would end everything that they hold."""
    if opened.feed.mode != "full" or MORE_PAGES not in rows.dialect:
        return
    if sum(each.suffix == opened.path.suffix for each in opened.path.parent.iterdir()) < 2:
        raise LandingError(
            f"{opened.label} holds a page that others follow and none lies beside it: put all "
            f"pages of the dump into its folder, or declare `mode: delta` in {opened.feed.file}."
        )


def _refuse_changed_file(opened: OpenedFile) -> None:
    state = opened.path.stat()
    if (state.st_size, state.st_mtime_ns) != (opened.size, opened.modified_ns):
        raise LandingError(
            f"{opened.label} changed while it was read: land it again when it is complete."
        )


def _may_stream(opened: OpenedFile, rows: SourceRows) -> bool:
    """Whether a file is landed block by block.

    Not where a table's own rules reach beyond a single value as it is written.
    """
    table = opened.table
    reaches_further = (
        table.null_tokens
        or table.epoch_times
        or table.row_rules
        or any(column.many for column in table.columns)
    )
    return rows.is_text_stream and not rows.has_nul and not opened.strict and not reaches_further


def _count_rows(opened: OpenedFile, rows: SourceRows) -> int:
    """Rows of a file that has been scanned; LandingError where it was cut or has none."""
    if rows.check_complete is not None:
        rows.check_complete()
    total = rows.rows_scanned() + len(rows.ragged)
    if total == 0 and not opened.table.may_be_empty:
        raise LandingError(
            f"{opened.label} has a header and no rows: ask for the file again, or leave it out "
            "when there is nothing to report."
        )
    return total


def _day_column(rows: SourceRows) -> int | None:
    for place, header in enumerate(rows.headers):
        if snake_case(header) == "as_of_date":
            return place
    return None


@dataclass(frozen=True)
class _CountedProblem:
    problem: Problem
    count: int
    first_row: int


def _ragged_sentence(label: str, row: RaggedRow) -> str:
    return (
        f"{label}, row {row.row_number}: the row has {row.fields} fields and the header "
        f"{row.expected}: quote values that hold the delimiter and send the row again."
    )


def _ragged_table(rows: SourceRows) -> Any:
    return pa.table(
        {
            "_row_number": pa.array([row.row_number for row in rows.ragged], pa.int64()),
            "reason_code": pa.array([_WRONG_FIELD_COUNT] * len(rows.ragged)),
            "reason": pa.array([_ragged_sentence(rows.label, row) for row in rows.ragged]),
            "row_json": pa.array(
                [json.dumps({"_line": row.text}, ensure_ascii=False) for row in rows.ragged]
            ),
        }
    )


def _unreadable(label: str, error: Exception) -> CosellError:
    if isinstance(error, CosellError):
        return error
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return LandingError(
        f"{label} cannot be read ({one_sentence(reason)[:200]}): check the file and land it again."
    )
