"""Feeds: what `config/feeds/<feed>.yaml` says about the files that people drop into `inbox/<feed>`.

One file per feed; every key is checked, because a mistyped mapping would land nonsense quietly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

from orchestration.errors import ConfigurationError, LandingError
from orchestration.landing import (
    bilateral,
    bombora,
    crossbeam,
    hubspot,
    partnertap,
    reveal,
    salesforce,
    sixsense,
    templates,
)
from orchestration.landing.contracts import Mode, Table
from orchestration.landing.crm_objects import CrmObject
from orchestration.settings import (
    Home,
    checked_time_zone,
    did_you_mean,
    read_yaml_mapping,
    reject_unknown_keys,
)

Coverage = Literal["full_list", "overlap_only", "counts_only"]
Dates = Literal["auto", "iso", "us", "eu", "eu_dot"]
Undated = Literal["landing_day", "refuse"]
Decimal = Literal["point", "comma"]

# Names that people write in a feed file, and Python's codecs for them.
ENCODINGS: dict[str, str] = {
    "auto": "utf-8",
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "windows-1252": "cp1252",
    "iso-8859-1": "latin-1",
    "mac-roman": "mac-roman",
}

_DELIMITERS: dict[str, str] = {
    ",": ",",
    ";": ";",
    "|": "|",
    "\t": "\t",
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
}

_KEYS = (
    "feed",
    "source",
    "table",
    "partner_id",
    "partner_name",
    "coverage",
    "mode",
    "cadence_days",
    "undated",
    "dates",
    "time_zone",
    "decimal",
    "encoding",
    "delimiter",
    "columns",
    "values",
    "sheet",
    "header_row",
    "headers",
    "sharing",
    "connection",
)
# What of our own side `sharing:` may let out to the partner, beside the columns of its own list.
SHEET_FIELDS = (
    *("our_rep_name", "our_rep_email", "our_segment", "rank", "score", "reason"),
    *("suggested_next_step", "expires_on"),
)
_CONNECTION_KEYS = ("instance_url", "url", "api_version", "objects", "page_rows")

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}\Z")

_FEED_SOURCES: dict[str, tuple[Table, ...]] = {
    # The package of Crossbeam writes its overlaps into Salesforce, so its export lies among them.
    salesforce.SOURCE: (*salesforce.TABLES, crossbeam.OVERLAPS),
    hubspot.SOURCE: hubspot.TABLES,
    bilateral.SOURCE: bilateral.TABLES,
    crossbeam.SOURCE: crossbeam.TABLES,
    reveal.SOURCE: reveal.TABLES,
    partnertap.SOURCE: partnertap.TABLES,
    bombora.SOURCE: bombora.TABLES,
    sixsense.SOURCE: sixsense.TABLES,
    templates.SOURCE: templates.TABLES,
}

# Sources whose feeds fill many tables: each file's name names its object.
CRM_OBJECTS: dict[str, tuple[CrmObject, ...]] = {
    salesforce.SOURCE: (
        *salesforce.OBJECTS,
        CrmObject(crossbeam.SALESFORCE_OBJECT, crossbeam.OVERLAPS),
    ),
    hubspot.SOURCE: hubspot.OBJECTS,
}
# Lists of partners: what they leave out and whether they are whole must be said, never assumed.
_PARTNER_SOURCES = (bilateral.SOURCE, crossbeam.SOURCE, reveal.SOURCE, partnertap.SOURCE)


@dataclass(frozen=True)
class Feed:
    """One feed; `table` is None where the file's name decides (a CRM's objects, platforms).

    columns: our column -> their header. values: our column -> {their value: ours}. headers: the
    names of the columns of files that have no header. sharing: our column, or a field of ours that
    the partner's sheet may hold -> shared | internal.
    file: the YAML, as people should read it. of_object: columns that follow from the object which
    a file of a CRM holds. connection: how a live CRM is reached, without credentials (empty = its
    files are dropped by people).
    """

    name: str
    source: str
    table: Table | None
    file: str
    partner_id: str | None = None
    partner_name: str | None = None
    coverage: Coverage = "full_list"
    mode: Mode = "full"
    cadence_days: int | None = None
    undated: Undated = "landing_day"
    dates: Dates = "auto"
    time_zone: str = "UTC"
    decimal: Decimal = "point"
    encoding: str = "auto"
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int = 1
    headers: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    sharing: dict[str, str] = field(default_factory=dict)
    of_object: Mapping[str, str] = field(default_factory=dict)
    connection: dict[str, Any] = field(default_factory=dict)

    @property
    def constants(self) -> Mapping[str, str]:
        """Columns that the feed itself fills, the same in every row of a file."""
        if self.source in CRM_OBJECTS:
            return self.of_object
        if self.partner_id is None:
            return {}
        return {"partner_id": self.partner_id, "feed_partner_id": self.partner_id}

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that its files may fill."""
        return (self.table,) if self.table is not None else _FEED_SOURCES[self.source]


def feed_names(home: Home) -> list[str]:
    """Names of all feeds of a home, sorted."""
    return sorted(path.stem for path in home.feeds.glob("*.yaml"))


def load_feeds(home: Home) -> list[Feed]:
    """Every feed of a home, sorted by name; raises ConfigurationError for the first bad one."""
    return [load_feed(home, name) for name in feed_names(home)]


def load_feed(home: Home, name: str) -> Feed:
    """The feed `name`; LandingError when there is none, ConfigurationError when it is not valid."""
    path = home.feeds / f"{name}.yaml"
    if not _NAME.match(name) or not path.is_file():
        known = feed_names(home)
        raise LandingError(
            f"There is no feed {name!r}{did_you_mean(name, known)}: use one of "
            f"{', '.join(known) or 'none yet'}, or describe it in config/feeds/{name}.yaml."
        )
    return _FeedReader(home, path).read()


class _FeedReader:
    """Checks one feed file, one method per kind of key."""

    def __init__(self, home: Home, path: Path) -> None:
        self.name = path.stem
        self.file = home.relative(path)
        self.data = read_yaml_mapping(path)

    def read(self) -> Feed:
        reject_unknown_keys(self.file, self.data, _KEYS)
        if self.text("feed", self.name) != self.name:
            raise self.error("feed", f"is {self.data['feed']!r}", f"write `feed: {self.name}`")
        source = self.choice("source", None, tuple(_FEED_SOURCES))
        table = self.table(source)
        tables = (table,) if table else _FEED_SOURCES[source]
        is_partner_feed = source in _PARTNER_SOURCES
        is_one_partner = source == bilateral.SOURCE
        return Feed(
            name=self.name,
            source=source,
            table=table,
            file=self.file,
            partner_id=self.text("partner_id") if is_one_partner else self.optional("partner_id"),
            partner_name=self.optional("partner_name"),
            coverage=cast(
                Coverage,
                self.choice(
                    "coverage", None if is_partner_feed else "full_list", get_args(Coverage)
                ),
            ),
            mode=cast(
                Mode, self.choice("mode", None if is_partner_feed else "full", get_args(Mode))
            ),
            cadence_days=self.number("cadence_days", None, 1, 3660),
            undated=cast(
                Undated,
                self.choice(
                    "undated", "refuse" if is_partner_feed else "landing_day", get_args(Undated)
                ),
            ),
            dates=cast(Dates, self.choice("dates", "auto", get_args(Dates))),
            time_zone=checked_time_zone(self.file, "time_zone", self.text("time_zone", "UTC")),
            decimal=cast(Decimal, self.choice("decimal", "point", get_args(Decimal))),
            encoding=self.choice("encoding", "auto", tuple(ENCODINGS)),
            delimiter=self.delimiter(),
            sheet=self.optional("sheet"),
            header_row=self.number("header_row", 1, 1, 1000) or 1,
            headers=self.headers(),
            columns=self.column_map(tables),
            values=self.value_maps(tables),
            sharing=self.sharing(tables),
            connection=self.connection(source),
        )

    def error(self, key: str, finding: str, mend: str) -> ConfigurationError:
        return ConfigurationError(f"{self.file}: {key} {finding}: {mend}.")

    def optional(self, key: str) -> str | None:
        value = self.data.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise self.error(key, "is not a single value", f"write `{key}: …` on one line")
        return value.strip()

    def text(self, key: str, default: str | None = None) -> str:
        value = self.optional(key) or default
        if value is None:
            raise self.error(key, "is missing", f"add a line `{key}: …`")
        return value

    def choice(self, key: str, default: str | None, known: tuple[str, ...]) -> str:
        value = self.text(key, default).lower()
        if value not in known:
            raise self.error(
                key,
                f"is {value!r}, which is not known{did_you_mean(value, known)}",
                f"use one of {', '.join(known)}",
            )
        return value

    def number(self, key: str, default: int | None, least: int, most: int) -> int | None:
        value = self.optional(key)
        if value is None:
            return default
        if not value.isdecimal() or not least <= int(value) <= most:
            raise self.error(key, f"is {value!r}", f"use a whole number from {least} to {most}")
        return int(value)

    def delimiter(self) -> str | None:
        value = self.data.get("delimiter")
        if value in (None, ""):
            return None
        if value not in _DELIMITERS:
            raise self.error("delimiter", f"is {value!r}", "use one of comma, semicolon, tab, pipe")
        return _DELIMITERS[cast(str, value)]

    def table(self, source: str) -> Table | None:
        value = self.optional("table")
        if value is None and source not in (bilateral.SOURCE, templates.SOURCE):
            return None
        if source in CRM_OBJECTS:
            if value is not None:
                raise self.error(
                    "table", f"is {value!r}", "remove it, the name of each file names its object"
                )
            return None
        known = {table.name: table for table in _FEED_SOURCES[source]}
        default = self.name if self.name in known else None
        if default is None and len(known) == 1:
            default = next(iter(known))
        return known[self.choice("table", default, tuple(known))]

    def headers(self) -> tuple[str, ...]:
        value = self.data.get("headers")
        if value in (None, ""):
            return ()
        if not isinstance(value, list) or not all(
            isinstance(each, str) and each.strip() for each in value
        ):
            raise self.error(
                "headers",
                "is no list of names",
                "write one line `- Name` per column, in the order of the file",
            )
        return tuple(value)

    def mapping(self, key: str) -> dict[str, Any]:
        value = self.data.get(key)
        if value is None or value == "":
            return {}
        if not isinstance(value, dict):
            raise self.error(
                key, "is not a mapping", "write one indented line `our_column: …` per column"
            )
        return value

    def known_column(self, key: str, column: str, tables: tuple[Table, ...]) -> None:
        known = sorted({name for table in tables for name in table.column_names})
        if column not in known:
            raise self.error(
                key,
                f"names our column {column!r}, which is not declared{did_you_mean(column, known)}",
                f"use one of {', '.join(known)}",
            )

    def column_map(self, tables: tuple[Table, ...]) -> dict[str, str]:
        headers: dict[str, str] = {}
        for column, header in self.mapping("columns").items():
            self.known_column("columns", column, tables)
            if not isinstance(header, str) or not header.strip():
                raise self.error("columns", f"has no header behind {column}", "write their header")
            headers[column] = header.strip()
        return headers

    def value_maps(self, tables: tuple[Table, ...]) -> dict[str, dict[str, str]]:
        maps: dict[str, dict[str, str]] = {}
        for column, values in self.mapping("values").items():
            self.known_column("values", column, tables)
            if not isinstance(values, dict) or not all(
                isinstance(ours, str) for ours in values.values()
            ):
                raise self.error(
                    "values",
                    f"has no mapping behind {column}",
                    "write one indented line `their value: ours` per value",
                )
            for ours in values.values():
                self.known_value(column, ours, tables)
            maps[column] = {theirs.strip(): ours.strip() for theirs, ours in values.items()}
        return maps

    def known_value(self, column: str, ours: str, tables: tuple[Table, ...]) -> None:
        for table in tables:
            if column not in table.column_names:
                continue
            vocabulary = table.column(column).vocabulary
            if vocabulary and ours not in vocabulary:
                raise self.error(
                    f"values.{column}",
                    f"maps to {ours!r}, which is not one of ours{did_you_mean(ours, vocabulary)}",
                    f"use one of {', '.join(vocabulary)}",
                )

    def connection(self, source: str) -> dict[str, Any]:
        connection = self.mapping("connection")
        if connection and source not in CRM_OBJECTS:
            raise self.error("connection", "is not for this source", "remove it")
        for key, value in connection.items():
            if key not in _CONNECTION_KEYS:
                raise self.error(
                    f"connection.{key}",
                    f"is not known{did_you_mean(key, _CONNECTION_KEYS)}",
                    f"use one of {', '.join(_CONNECTION_KEYS)} (credentials go into the "
                    "environment or the secrets file)",
                )
            is_list = isinstance(value, list) and all(isinstance(each, str) for each in value)
            if not (is_list if key == "objects" else isinstance(value, str)):
                kind = "a list of objects" if key == "objects" else "a single value"
                raise self.error(f"connection.{key}", f"is not {kind}", "write it so")
        if not connection.get("page_rows", "1").isdecimal():
            raise self.error("connection.page_rows", "is no whole number", "write a number of rows")
        return connection

    def sharing(self, tables: tuple[Table, ...]) -> dict[str, str]:
        terms: dict[str, str] = {}
        for column, term in self.mapping("sharing").items():
            if column not in SHEET_FIELDS:
                self.known_column("sharing", column, tables)
            if term not in ("shared", "internal"):
                raise self.error(f"sharing.{column}", f"is {term!r}", "use one of shared, internal")
            terms[column] = term
        return terms
