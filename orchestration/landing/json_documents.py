"""JSON documents as APIs give them: pages with an envelope around a list of items.

One row per item. `owner: {name}` becomes the header `owner.name`; a list of objects becomes one
header per key (`populations.name`), whose value is the JSON list of that key's values, so nothing
is lost and nothing multiplies rows. Lists that a table unfolds are rows of their own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestration.errors import LandingError
from orchestration.landing.headers import checked_headers
from orchestration.landing.source_rows import SourceFile, SourceRows, column_aliases
from orchestration.landing.text_files import TextFile

# A page of an API is small; a document is read whole, so its size is bounded.
MAXIMUM_DOCUMENT_BYTES = 64 * 1024 * 1024
_MAXIMUM_DEPTH = 6
_MAXIMUM_HEADERS = 20_000

# The list in the envelope: Crossbeam's prose and its examples, Spring's pages, ServiceNow, AWS.
ENVELOPES = (
    "items",
    "data",
    "content",
    "results",
    "result",
    "records",
    "value",
    "OpportunitySummaries",
)

MORE_PAGES = "more_pages_follow"
"""In the dialect of a file whose last page is not the last of the dump."""

_Row = dict[str, str | None]


def is_document(text: TextFile, suffix: str) -> bool:
    """Whether a JSON text is one document (or pages line by line) and not an object per line."""
    with text.path.open("rb") as stream:
        stream.seek(text.beginning)
        line = stream.readline(MAXIMUM_DOCUMENT_BYTES)
        while line and not line.strip():
            line = stream.readline(MAXIMUM_DOCUMENT_BYTES)
    try:
        first = json.loads(line)
    except (ValueError, RecursionError):
        # A first line that is not whole: of a document when the name says so, else a damaged line.
        return suffix == ".json"
    return isinstance(first, list) or (isinstance(first, dict) and _envelope(first) is not None)


def open_json_document(file: SourceFile, text: TextFile, unfolds: tuple[str, ...]) -> SourceRows:
    """The items of a checked JSON text; LandingError names what is no item.

    `unfolds`: keys of lists inside an item whose elements are rows, each with what is around it.
    """
    import pyarrow as pa

    pages = _pages(file.label, text)
    rows = _rows(_items(pages, file.label), unfolds)
    headers = list(dict.fromkeys(header for row in rows for header in row))
    if len(headers) > _MAXIMUM_HEADERS:
        raise LandingError(
            f"{file.label} has {len(headers)} different keys, which no report has: ask for the "
            "plain report."
        )
    aliases = column_aliases(len(headers))
    table = pa.table(
        {
            "_row_number": pa.array(range(1, len(rows) + 1), pa.int64()),
            **{
                alias: pa.array([row.get(header) for row in rows], pa.string())
                for alias, header in zip(aliases, headers, strict=True)
            },
        }
    )
    return SourceRows(
        label=file.label,
        headers=checked_headers(headers, file.label),
        expressions=aliases,
        open_arrow=lambda: table,
        rows_scanned=lambda: len(rows),
        has_nul=any("\x00" in value for row in rows for value in row.values() if value),
        decimal_is_always_point=True,
        dialect={
            "encoding": text.encoding,
            "format": "json document",
            **({MORE_PAGES: "true"} if _more_pages_follow(pages) else {}),
        },
    )


def _pages(label: str, text: TextFile) -> list[Any]:
    if text.size > MAXIMUM_DOCUMENT_BYTES:
        raise LandingError(
            f"{label} is a JSON document of more than {MAXIMUM_DOCUMENT_BYTES // 1024**2} MiB: "
            "save its pages as files of their own, or one object per line."
        )
    content = _read(text.path, text.beginning)
    decoder = json.JSONDecoder(
        parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_unique_keys
    )
    pages = []
    place = 0
    try:
        while place < len(content):
            page, place = decoder.raw_decode(content, place)
            pages.append(page)
            while place < len(content) and content[place] in " \t\r\n,":
                place += 1
    except RecursionError:
        raise LandingError(
            f"{label} nests deeper than any report does: ask for the plain report."
        ) from None
    except json.JSONDecodeError as error:
        raise LandingError(
            f"{label}, line {error.lineno}: the JSON is not complete there ({error.msg}): ask for "
            "the file again."
        ) from None
    return pages


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    raise json.JSONDecodeError(f"the key {twice!r} occurs twice in one object", "", 0)


def _read(path: Path, beginning: int) -> str:
    with path.open("rb") as stream:
        stream.seek(beginning)
        return stream.read().decode("utf-8", errors="replace").strip()


def _envelope(page: dict[str, Any]) -> str | None:
    """Key of the list of items, None for an object that is an item itself."""
    for key in ENVELOPES:
        if isinstance(page.get(key), list):
            return key
    return None


def _items(pages: list[Any], label: str) -> Iterator[dict[str, Any]]:
    """Every item of every page, in the order of the file."""
    number = 0
    for page in pages:
        for item in _items_of_page(page):
            number += 1
            if not isinstance(item, dict):
                raise LandingError(
                    f"{label}, item {number}: it is {type(item).__name__} and not an object: ask "
                    "for the report as a list of objects."
                )
            yield item
    if number == 0:
        raise LandingError(
            f"{label} holds an empty list: ask for the file again, or leave it out when there is "
            "nothing to report."
        )


def _items_of_page(page: Any) -> Iterator[Any]:
    if isinstance(page, list):
        for each in page:
            yield from _items_of_page(each) if _is_page(each) else (each,)
    elif isinstance(page, dict) and (key := _envelope(page)) is not None:
        yield from page[key]
    else:
        yield page


def _is_page(value: Any) -> bool:
    """An envelope inside a list: its list holds objects, which lists of values do not."""
    if not isinstance(value, dict) or (key := _envelope(value)) is None:
        return False
    return all(isinstance(item, dict) for item in value[key])


def _more_pages_follow(pages: list[Any]) -> bool:
    """Whether the last page says that it is not the last one."""
    last = pages[-1][-1] if isinstance(pages[-1], list) else pages[-1]
    if not isinstance(last, dict) or _envelope(last) is None:
        return False
    pagination = last.get("pagination")
    if isinstance(pagination, dict) and pagination.get("has_more") is True:
        return True
    number, count = str(last.get("number", "")), str(last.get("totalPages", ""))
    return number.isdecimal() and count.isdecimal() and int(number) + 1 < int(count)


def _rows(items: Iterator[dict[str, Any]], unfolds: tuple[str, ...]) -> list[_Row]:
    rows: list[_Row] = []
    for item in items:
        for part in _unfolded(item, unfolds):
            row: _Row = {}
            _flatten(part, "", row, 0)
            rows.append(row)
    return rows


def _unfolded(item: dict[str, Any], unfolds: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for key in unfolds:
        elements = item.get(key)
        if isinstance(elements, list) and elements:
            for element in elements:
                yield {**item, key: element}
            return
    yield item


def _flatten(item: dict[str, Any], prefix: str, row: _Row, depth: int) -> None:
    for key, value in item.items():
        header = f"{prefix}{key}"
        if isinstance(value, dict) and value and depth < _MAXIMUM_DEPTH:
            _flatten(value, f"{header}.", row, depth + 1)
        elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            keys = dict.fromkeys(name for each in value for name in each)
            for name in keys:
                row[f"{header}.{name}"] = _text([each.get(name) for each in value])
        else:
            row[header] = _text(value)


def _text(value: Any) -> str | None:
    """The text of a value: numbers as they were written, lists and objects as JSON."""
    if value is None or value in ([], {}):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
