"""Preview of a partner's list: a mapping to begin with, and what would become of the file by it.

Here belong the guesses of `cosell feeds preview`; landing itself never guesses. The proposal is
tried in a home of its own, by landing the file for real, so that what is shown is what will be.
"""

from __future__ import annotations

import codecs
import csv
import datetime
import difflib
import io
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import yaml

from orchestration.errors import CosellError, LandingError
from orchestration.landing.as_of_dates import day_from_path
from orchestration.landing.bilateral import PARTNER_ACCOUNTS, PARTNER_STATES
from orchestration.landing.files import (
    DELIMITED_SUFFIXES,
    EXCEL_SUFFIXES,
    LandedFile,
    land_file,
    regular_file,
)
from orchestration.landing.headers import snake_case
from orchestration.landing.schema import ensure_landing_schema
from orchestration.landing.spreadsheets import first_lines
from orchestration.settings import Home

_SHOWN_ROWS = 8
_SHOWN_REFUSED = 8
_LOOKED_AT_LINES = 40
_LOOKED_AT_BYTES = 1024 * 1024

# What partners call our columns, as snake case; the first that a file has is taken.
_OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "partner_account_id": (
        *("account_id", "id", "account_number", "account_no", "customer_id", "customer_number"),
        *("crm_id", "record_id", "company_id", "external_id", "kundennummer", "kunden_nr"),
        *("their_id", "partner_record_id", "unique_id", "reference"),
    ),
    "account_name": (
        *("account", "company", "company_name", "name", "customer", "customer_name"),
        *("organization", "organisation", "legal_name", "firma", "kunde"),
    ),
    "website": ("domain", "url", "web", "web_site", "homepage", "company_domain", "webseite"),
    "country": ("billing_country", "country_code", "hq_country", "land"),
    "state": ("billing_state", "region", "province", "state_province"),
    "city": ("billing_city", "town", "hq_city", "ort", "stadt"),
    "industry": ("sector", "vertical", "branche"),
    "employees": ("number_of_employees", "employee_count", "headcount", "company_size"),
    "duns": ("duns_number", "d_u_n_s", "d_u_n_s_number", "duns_no"),
    "phone": ("phone_number", "telephone", "main_phone", "telefon"),
    "status": (
        *("relationship", "account_status", "type", "account_type", "stage", "segment"),
        *("customer_status", "lifecycle_stage", "is_customer", "population", "kundenstatus"),
    ),
    "customer_since": ("since", "customer_start", "start_date", "first_purchase", "kunde_seit"),
    "owner_name": ("owner", "account_owner", "account_manager", "seller", "rep", "ae"),
    "owner_email": ("owner_e_mail", "account_owner_email", "seller_email", "rep_email", "e_mail"),
    "parent_partner_account_id": ("parent_id", "parent_account_id", "ultimate_parent_id"),
    "crm_account_id": ("your_account_id", "vendor_account_id", "salesforce_id"),
    "as_of_date": ("as_of", "snapshot_date", "report_date", "export_date", "stand"),
}
# Words of a status, by the state that they mean; the first state with a word in it wins.
_STATE_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("former_customer", ("former", "lost", "churn", "ex", "past", "inactive", "cancelled")),
    (
        "open_opportunity",
        ("open", "opportunity", "opp", "negotiation", "pipeline", "proposal", "deal", "trial"),
    ),
    ("prospect", ("prospect", "target", "lead", "suspect", "whitespace")),
    ("customer", ("customer", "client", "active", "won", "yes", "y", "true", "1", "kunde")),
)


@dataclass
class Preview:
    """What a preview found.

    feed_yaml: the mapping, proposed or in use. is_proposed: whether it was made up here.
    questions: what a person must decide before the file can land. landed: None where the file
    would be refused; refusal then says why. rows: the first rows as they would land, by our
    columns. refused: (row number, reason).
    """

    file: str
    feed: str
    feed_yaml: str
    is_proposed: bool
    questions: list[str] = field(default_factory=list)
    landed: LandedFile | None = None
    refusal: str | None = None
    columns: list[str] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


def preview_file(home: Home, path: Path, feed_name: str | None = None) -> Preview:
    """Preview a file with the mapping of a feed, else with one proposed from the file itself.

    Nothing of the home changes. Raises LandingError for a file of which nothing can be read.
    """
    label = home.relative(path)
    regular_file(path, label)
    feed_name = feed_name or _feed_of_place(home, path)
    feed_file = home.feeds / f"{feed_name}.yaml" if feed_name else None
    if feed_file is not None and feed_file.is_file():
        preview = Preview(label, str(feed_name), feed_file.read_text(encoding="utf-8"), False)
    else:
        preview = _Proposal(path, label, feed_name or _name_of(path)).preview()
    day = day_from_path(home, preview.feed, path)
    with tempfile.TemporaryDirectory(prefix="cosell_preview_") as folder:
        scratch = Home(Path(folder) / "home")
        shutil.copytree(home.config, scratch.config)
        text = re.sub(r"(?m)^undated:.*$", "undated: landing_day", preview.feed_yaml)
        (scratch.feeds / f"{preview.feed}.yaml").write_text(text, encoding="utf-8")
        _try_out(scratch, preview, path, day.day if day else None)
    return preview


def _feed_of_place(home: Home, path: Path) -> str | None:
    """The feed of a file that lies in its inbox already."""
    try:
        return path.absolute().relative_to(home.inbox.absolute()).parts[0]
    except (ValueError, IndexError):
        return None


def _name_of(path: Path) -> str:
    """A feed's name from a file's: its words without the day and what every list is called."""
    words = re.findall(r"[a-z]+", snake_case(path.stem))
    told = [word for word in words if word not in ("accounts", "account", "list", "export", "of")]
    return "_".join(told or words) or "partner"


def _try_out(scratch: Home, preview: Preview, path: Path, day: datetime.date | None) -> None:
    try:
        ensure_landing_schema(scratch)
        preview.landed = land_file(scratch, preview.feed, path, day)
    except CosellError as error:
        preview.refusal = str(error)
        return
    table = Path(preview.landed.source) / preview.landed.table
    batch = f"{preview.landed.batch_id}.parquet"
    with duckdb.connect() as connection:
        found = connection.execute(
            "select _row_number, * exclude (_row_number, _extra, _original_values, _batch_id, "
            "_source_file, _source_sha256, _landed_at, _as_of) "
            f"from read_parquet(?) order by _row_number limit {_SHOWN_ROWS}",
            [str(scratch.landing / table / batch)],
        )
        names = [column[0] for column in found.description]
        rows = found.fetchall()
        filled = [place for place, _ in enumerate(names) if any(row[place] for row in rows)]
        preview.columns = [names[place] for place in filled]
        preview.rows = [tuple(_shown(row[place]) for place in filled) for row in rows]
        quarantined = scratch.quarantine / table / batch
        if quarantined.is_file():
            preview.refused = connection.execute(
                "select _row_number, reason from read_parquet(?) order by _row_number "
                f"limit {_SHOWN_REFUSED}",
                [str(quarantined)],
            ).fetchall()


def _shown(value: object) -> str:
    return "" if value is None else str(value)


class _Proposal:
    """A mapping for one file, from its headers and values."""

    def __init__(self, path: Path, label: str, feed: str) -> None:
        self.path = path
        self.label = label
        self.feed = feed
        self.encoding: str | None = None
        self.questions: list[str] = []

    def preview(self) -> Preview:
        """The proposal; raises LandingError where no line looks like a header."""
        lines = self._lines()
        header = _header_place(lines)
        if header is None:
            raise LandingError(
                f"{self.label} has no line that looks like a header: ask for the list with one "
                "line of column names above its rows."
            )
        headers = [text.strip() for text in lines[header][1]]
        columns = _columns_of(headers)
        statuses = self._statuses(lines[header + 1 :], headers, columns.get("status"))
        yaml_text = self._yaml(lines[header][0], columns, headers, statuses)
        for column in PARTNER_ACCOUNTS.columns:
            if column.header_required and column.name not in columns:
                self.questions.append(
                    f"Which of its columns is {column.name}? No header of the file looks like it: "
                    f"{', '.join(header for header in headers if header)}."
                )
        return Preview(self.label, self.feed, yaml_text, True, self.questions)

    def _lines(self) -> list[tuple[int, list[str]]]:
        """The first lines with their numbers, each as its fields."""
        suffix = self.path.suffix.lower()
        if suffix in EXCEL_SUFFIXES:
            return first_lines(self.path, self.label, _LOOKED_AT_LINES * 50)
        if suffix not in DELIMITED_SUFFIXES:
            raise LandingError(
                f"{self.label} cannot be previewed: a proposal is made for CSV, TSV and Excel; "
                "other formats name their columns themselves."
            )
        with self.path.open("rb") as stream:
            head = stream.read(_LOOKED_AT_BYTES)
        # Where the file goes on, its head may end within a character.
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            text = decoder.decode(head, final=len(head) < _LOOKED_AT_BYTES)
        except UnicodeDecodeError:
            if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
                text = head.decode("utf-16", errors="ignore")
            else:
                self.encoding = "windows-1252"
                text = head.decode("cp1252", errors="replace")
        counts = Counter({each: text.count(each) for each in (",", ";", "\t", "|")})
        delimiter = DELIMITED_SUFFIXES[suffix] or counts.most_common(1)[0][0]
        csv.field_size_limit(_LOOKED_AT_BYTES)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        lines: list[tuple[int, list[str]]] = []
        line = 1
        try:
            for fields in reader:
                lines.append((line, fields))
                line = reader.line_num + 1
        except csv.Error:
            pass
        return [each for each in lines if any(text.strip() for text in each[1])]

    def _statuses(
        self, lines: list[tuple[int, list[str]]], headers: list[str], header: str | None
    ) -> dict[str, str]:
        """Their word -> our state, for the words that have an evident meaning."""
        if header is None:
            return {}
        place = headers.index(header)
        words = Counter(
            fields[place].strip()
            for _, fields in lines
            if place < len(fields) and fields[place].strip()
        )
        meanings = {}
        for word, count in words.most_common(100):
            meaning = _meaning(word)
            if meaning is None:
                rows = "1 row" if count == 1 else f"{count} rows"
                self.questions.append(
                    f"What is {word!r} in {header} ({rows} among the first)? Map it under "
                    f"`values: status:` to one of {', '.join(PARTNER_STATES)}."
                )
            elif word.lower().replace(" ", "_") != meaning:
                meanings[word] = meaning
        return meanings

    def _yaml(
        self,
        header_row: int,
        columns: dict[str, str],
        headers: list[str],
        statuses: dict[str, str],
    ) -> str:
        mapping: dict[str, object] = {
            "feed": self.feed,
            "source": "bilateral",
            "table": "partner_accounts",
            "partner_id": self.feed,
            "partner_name": self.feed.replace("_", " ").title(),
            "coverage": "overlap_only",
            "mode": "full",
            "cadence_days": 30,
            "undated": "refuse",
            "dates": "auto",
        }
        if self.encoding:
            mapping["encoding"] = self.encoding
        if header_row > 1:
            mapping["header_row"] = header_row
        renamed = {name: header for name, header in columns.items() if snake_case(header) != name}
        if renamed:
            mapping["columns"] = renamed
        if statuses:
            mapping["values"] = {"status": statuses}
        mapping["sharing"] = {"account_name": "internal"}
        text = yaml.safe_dump(mapping, sort_keys=False, allow_unicode=True)
        left = [header for header in headers if header and header not in columns.values()]
        notes = [
            "# Proposed from the file; check coverage (full_list: an account that is not listed is",
            "# not theirs), mode (delta: what is not listed is unchanged) and sharing.",
        ]
        if left:
            notes.append(f"# Kept in _extra, mapped to nothing: {', '.join(left)}")
        return "\n".join(notes) + "\n" + text


def _meaning(word: str) -> str | None:
    words = set(re.findall(r"[a-z0-9]+", word.lower()))
    if word.lower().replace(" ", "_") in PARTNER_STATES:
        return word.lower().replace(" ", "_")
    for state, known in _STATE_WORDS:
        if words & set(known) or any(one.startswith(known[0]) for one in words):
            return state
    return None


def _header_place(lines: list[tuple[int, list[str]]]) -> int | None:
    """The line that looks most like a header: known names, else many different short words."""
    best: tuple[int, int] | None = None
    for place, (_, fields) in enumerate(lines[:_LOOKED_AT_LINES]):
        texts = [text.strip() for text in fields if text.strip()]
        known = len(_columns_of(texts))
        if known >= 2 and len(set(texts)) == len(texts) and (best is None or known > best[0]):
            best = (known, place)
    if best is not None:
        return best[1]
    widest = max((len(fields) for _, fields in lines), default=0)
    for place, (_, fields) in enumerate(lines):
        texts = [text.strip() for text in fields if text.strip()]
        if len(texts) >= max(2, widest // 2) and not any(text[:1].isdigit() for text in texts):
            return place
    return None


def _columns_of(headers: Iterable[str]) -> dict[str, str]:
    """Our column -> their header, each header once."""
    by_name: dict[str, str] = {}
    for header in headers:
        by_name.setdefault(snake_case(header), header)
    found: dict[str, str] = {}
    for exact in (True, False):
        for name in PARTNER_ACCOUNTS.column_names:
            if name in found or name == "partner_id":
                continue
            names = (name,) if exact else _OTHER_NAMES.get(name, ())
            free = (each for each in names if by_name.get(each) not in (None, *found.values()))
            first = next(free, None)
            if first is not None:
                found[name] = by_name[first]
    for name in ("partner_account_id", "account_name", "status"):
        if name not in found:
            free_names = [each for each in by_name if each and by_name[each] not in found.values()]
            close = difflib.get_close_matches(name, free_names, n=1, cutoff=0.75)
            if close:
                found[name] = by_name[close[0]]
    return found
