"""The Public Suffix List as it lies in the package `publicsuffixlist`, without any network.

Rules in letters beyond ASCII are kept in both spellings, because domains arrive in both.
"""

from __future__ import annotations

import functools
from importlib import metadata
from pathlib import Path

_SECTIONS = {
    "===BEGIN ICANN DOMAINS===": "icann",
    "===BEGIN PRIVATE DOMAINS===": "private",
}


@functools.cache
def public_suffixes() -> tuple[tuple[tuple[str, ...], ...], str]:
    """Rows (suffix, kind, section) and the package and version that they come from.

    kind: `normal`; `wildcard` for `*.<suffix>`; `exception` for a name below a wildcard that is
    no suffix.
    """
    import publicsuffixlist

    rows: dict[tuple[str, ...], None] = {}
    section = "icann"
    for line in Path(publicsuffixlist.PSLFILE).read_text(encoding="utf-8").splitlines():
        rule = line.strip()
        section = next((name for mark, name in _SECTIONS.items() if mark in rule), section)
        if rule and not rule.startswith("//"):
            for row in _rule_rows(rule.split()[0].lower(), section):
                rows[row] = None
    return tuple(rows), f"publicsuffixlist {metadata.version('publicsuffixlist')}"


def _rule_rows(rule: str, section: str) -> list[tuple[str, ...]]:
    kind, suffix = "normal", rule
    if rule.startswith("*."):
        kind, suffix = "wildcard", rule[2:]
    elif rule.startswith("!"):
        kind, suffix = "exception", rule[1:]
    spellings = dict.fromkeys([suffix, _ascii_spelling(suffix)])
    return [(spelling, kind, section) for spelling in spellings]


def _ascii_spelling(suffix: str) -> str:
    return suffix if suffix.isascii() else suffix.encode("idna").decode("ascii")
