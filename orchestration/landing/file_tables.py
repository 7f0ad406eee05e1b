"""Which table of a source a file fills, where its feed does not say: words of the file's name."""

from __future__ import annotations

import re

from orchestration.errors import LandingError
from orchestration.landing import hubspot, salesforce
from orchestration.landing.contracts import Table
from orchestration.landing.crm_objects import CrmObject, object_of_file
from orchestration.landing.feeds import CRM_OBJECTS
from orchestration.landing.text_files import MAXIMUM_LINE_BYTES, TextFile

_CRM_NAMES = {salesforce.SOURCE: "Salesforce", hubspot.SOURCE: "HubSpot"}


def table_of_file(tables: tuple[Table, ...], stem: str) -> Table:
    """The table that a file of this stem fills.

    The longest word of `file_words` in the name decides; a name that says nothing means the
    source's first table, whose headers then prove or refuse it.
    """
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower())
    found = [(len(word), table) for table in tables for word in table.file_words if word in name]
    return max(found, key=lambda each: each[0])[1] if found else tables[0]


def object_in_file(source: str, stem: str, label: str, text: TextFile | None) -> CrmObject:
    """The object of a CRM that a file of this stem holds; LandingError for an unknown one.

    `text`: the file itself where it is text, for its first line.
    """
    objects = CRM_OBJECTS[source]
    found = object_of_file(objects, stem)
    if found is None:
        raise LandingError(
            f"{label} names no known {_CRM_NAMES[source]} object: begin its name with one of "
            f"{', '.join(each.name for each in objects)}, such as {objects[0].name}_2026-02-09.csv."
        )
    if source == salesforce.SOURCE and text is not None:
        return salesforce.object_behind_history(found, _first_line(text))
    return found


def _first_line(text: TextFile) -> str:
    with text.path.open("rb") as stream:
        return stream.readline(MAXIMUM_LINE_BYTES).decode("utf-8", errors="replace")
