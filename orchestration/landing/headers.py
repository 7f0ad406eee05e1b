"""Headers: which column of a file fills which declared column.

Order: the feed's `columns:`, then the exact name, then the name as snake case in any case of
letters (`AccountId` and `Account ID` fill account_id), then its letters and digits alone
(`ACCOUNTID`), then the other names that the system of the table gives the column. What fits nothing
is kept in `_extra`.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable

from orchestration.errors import LandingError
from orchestration.landing.contracts import Column, Table
from orchestration.landing.feeds import Feed

_BLANKS = " \t\r\n\u00a0\ufeff"
_SHOWN_HEADERS = 40
_SHOWN_CHARACTERS = 60
_SHOWN_TWINS = 8
_WORD_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_IN_NAMES = re.compile(r"[^0-9a-z]+")


def snake_case(header: str) -> str:
    """`AccountId`, `Account ID` and `account-id` as account_id; `__c` keeps both underscores."""
    if "__" in header:
        return header.strip(_BLANKS).lower()
    spaced = _WORD_BOUNDARY.sub("_", header.strip(_BLANKS))
    return _NOT_IN_NAMES.sub("_", spaced.lower()).strip("_")


def letters_and_digits(header: str) -> str:
    """What every dialect of a name shares: `Partner_Account__c` and `partner_account_c` alike."""
    return _NOT_IN_NAMES.sub("", header.lower())


def name_of_header(header: str, package: str | None) -> str:
    """As snake case; of a field of the package, `xbeamprod__Partner_Name__c`, its own name."""
    bare = header.strip(_BLANKS)
    if package is not None and bare.startswith(f"{package}__") and bare.endswith("__c"):
        bare = bare.removeprefix(f"{package}__").removesuffix("__c")
    return snake_case(bare)


def checked_headers(headers: list[str], label: str) -> list[str]:
    """Headers without blanks around them; a nameless one is called after its place.

    Raises LandingError naming the headers that occur twice (in any case of letters).
    """
    named = [
        header.strip(_BLANKS) or f"column_{place}" for place, header in enumerate(headers, start=1)
    ]
    counts = Counter(header.lower() for header in named)
    twice = list(dict.fromkeys(header for header in named if counts[header.lower()] > 1))
    if twice:
        raise LandingError(
            f"{label} has the header {_listed(repr(each) for each in twice)} more than once: "
            "rename or remove the columns that are too many."
        )
    return named


def match_headers(table: Table, feed: Feed, headers: list[str], label: str) -> dict[str, int]:
    """Declared column -> place of its header; raises LandingError for a required one without.

    Columns that the feed itself fills are left out.
    """
    exact = {header: place for place, header in enumerate(headers)}
    any_case = {header.lower(): place for place, header in enumerate(headers)}
    snake: dict[str, list[int]] = {}
    bare: dict[str, list[int]] = {}
    for place, header in enumerate(headers):
        snake.setdefault(name_of_header(header, table.package), []).append(place)
        bare.setdefault(letters_and_digits(header), []).append(place)
    # A custom field has one API name and, behind a connector, another: both are the same field.
    mapped = {
        name: any_case[header.lower()]
        if header.lower() in any_case
        else bare[letters_and_digits(header)][0]
        for name, header in feed.columns.items()
        if name in table.column_names
        and (header.lower() in any_case or letters_and_digits(header) in bare)
    }
    taken = set(mapped.values())
    places = dict(mapped)
    for column in table.columns:
        if column.name in feed.constants or column.name in places:
            continue
        candidates = _places(column.name, snake, bare, taken)
        if column.name in exact and exact[column.name] not in taken:
            places[column.name] = exact[column.name]
        elif len(candidates) > 1:
            raise LandingError(_two_headers(table, feed, column, candidates, headers, label))
        elif candidates:
            places[column.name] = candidates[0]
        else:
            # One header may fill several columns: a population is a name, and says a state.
            others = [place for name in column.also for place in _places(name, snake, bare, taken)]
            if others:
                places[column.name] = others[0]
    _require_headers(table, feed, places, headers, label)
    return places


def _places(
    name: str, snake: dict[str, list[int]], bare: dict[str, list[int]], taken: set[int]
) -> list[int]:
    """Places of the headers that a name may mean, by the first way that finds any."""
    for found in (snake.get(name, []), bare.get(letters_and_digits(name), [])):
        free = [place for place in found if place not in taken]
        if free:
            return free
    return []


def _two_headers(
    table: Table, feed: Feed, column: Column, places: list[int], headers: list[str], label: str
) -> str:
    named = _listed(repr(headers[place]) for place in places)
    return (
        f"{label} has {named}, which both read as {column.name} of {table.name}: say which one "
        f"under `columns:` in {feed.file} (`{column.name}: {_shown(headers[places[0]])}`)."
    )


def _shown(header: str) -> str:
    """A header as a sentence can hold it."""
    return header if len(header) <= _SHOWN_CHARACTERS else f"{header[:_SHOWN_CHARACTERS]}…"


def _listed(headers: Iterable[str]) -> str:
    """A few headers in words."""
    shown = [_shown(header) for header in headers]
    more = len(shown) - _SHOWN_TWINS
    few = " and ".join(shown[:_SHOWN_TWINS])
    return f"{few} and {more} more" if more > 0 else few


def _require_headers(
    table: Table, feed: Feed, places: dict[str, int], headers: list[str], label: str
) -> None:
    missing = [
        column.name
        for column in table.columns
        if column.header_required
        and column.name not in places
        and column.name not in feed.constants
    ]
    if missing:
        raise LandingError(_missing_header(missing[0], feed, places, headers, label))
    for group in table.at_least_one_of:
        if not any(name in places or name in feed.constants for name in group):
            raise LandingError(_missing_header(" or ".join(group), feed, places, headers, label))


def _missing_header(
    missing: str, feed: Feed, places: dict[str, int], headers: list[str], label: str
) -> str:
    ours = missing.split(" or ", maxsplit=1)[0]
    expected = feed.columns.get(ours)
    free = [header for place, header in enumerate(headers) if place not in places.values()]
    guess = _closest(expected or ours, free) or "Their Header"
    mapped = f" (mapped to {expected!r})" if expected else ""
    shown = ", ".join(_shown(header) for header in headers[:_SHOWN_HEADERS])
    return (
        f"{label} has no column {missing}{mapped}; its headers are "
        f"{shown}: add `{ours}: {guess}` under `columns:` in {feed.file}, or ask "
        "for the column."
    )


def _closest(wanted: str, headers: list[str]) -> str | None:
    """The header that looks most like `wanted`, None when there is none."""
    by_name = {snake_case(header): header for header in headers if len(header) <= _SHOWN_CHARACTERS}
    close = difflib.get_close_matches(snake_case(wanted), list(by_name), n=1, cutoff=0.5)
    return by_name[close[0]] if close else None
