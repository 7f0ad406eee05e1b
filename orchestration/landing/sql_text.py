"""Literals for the SQL that landing writes; the only place where quoting is decided."""

from __future__ import annotations


def literal(text: str) -> str:
    """A string literal of DuckDB for any text."""
    escaped = text.replace("'", "''")
    if "\x00" in escaped:
        # A literal cannot hold the character; it never occurs in a name that a person gave.
        escaped = escaped.replace("\x00", "")
    return f"'{escaped}'"
