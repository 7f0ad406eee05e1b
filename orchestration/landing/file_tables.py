"""Which table of a source a file fills, where its feed does not say: words of the file's name."""

from __future__ import annotations

import re

from orchestration.errors import LandingError
from orchestration.landing import crossbeam, salesforce
from orchestration.landing.contracts import Table


def table_of_file(source: str, tables: tuple[Table, ...], stem: str, label: str) -> Table:
    """The table that a file of this stem fills; LandingError for an unknown Salesforce object.

    The longest word of `file_words` in the name decides; a name that says nothing means the
    source's first table, whose headers then prove or refuse it.
    """
    if source == salesforce.SOURCE:
        return _table_of_object(stem, label)
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower())
    found = [(len(word), table) for table in tables for word in table.file_words if word in name]
    return max(found, key=lambda each: each[0])[1] if found else tables[0]


def _table_of_object(stem: str, label: str) -> Table:
    if crossbeam.SALESFORCE_OBJECT.lower() in stem.lower():
        return crossbeam.OVERLAPS
    table = salesforce.table_of_file(stem)
    if table is None:
        raise LandingError(
            f"{label} names no known Salesforce object: begin its name with one of "
            f"{', '.join(salesforce.OBJECT_NAMES)}, such as Account_2026-02-09.csv."
        )
    return table
