"""Reference facts that come with a package: the Public Suffix List."""

from __future__ import annotations

from orchestration.landing.contracts import Table, columns_of

SOURCE = "reference"

TABLES: tuple[Table, ...] = (
    Table(
        SOURCE,
        "public_suffixes",
        "Rules of the Public Suffix List; international ones in both spellings.",
        columns_of(
            "suffix!* kind!* section!*",
            vocabularies={
                "kind": ("normal", "wildcard", "exception"),
                "section": ("icann", "private"),
            },
        ),
    ),
)
