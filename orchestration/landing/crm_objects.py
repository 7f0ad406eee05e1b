"""Which table a file of a CRM fills: said by the object that its name begins with.

`Account.csv`, `Account_2026-02-09.csv`, `opportunity_history.csv`, `sf_user_role_data.csv` and
`ENGAGEMENT_MEETING.parquet` all name one; the longest name that fits is meant, so that
OpportunityHistory is not read as Opportunity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orchestration.landing.contracts import Table

_SEPARATORS = re.compile(r"[^0-9A-Za-z]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Behind the name of an object these words make the name of another one, which nobody landed:
# opportunity_line_item, AccountShare, contact_point_email.
_MAKE_ANOTHER_OBJECT = (
    *("app", "asset", "brand", "change", "clean", "competitor", "contact", "feed", "item", "line"),
    *("login", "member", "package", "partner", "permission", "point", "preference", "product"),
    *("record", "relation", "relationship", "role", "share", "stage", "tag", "team", "territory"),
    *("territory2", "type", "what", "who"),
)
# What connectors, packages and people write in front of the object.
_PREFIXES = ("sf", "sfdc", "salesforce", "hs", "hubspot", "xbeamprod")


@dataclass(frozen=True)
class CrmObject:
    """One object of a CRM and the table that its records fill.

    constants: columns whose value follows from the object (a file of meetings holds meetings).
    """

    name: str
    table: Table
    constants: Mapping[str, str] = field(default_factory=dict)


def object_of_file(objects: Iterable[CrmObject], stem: str) -> CrmObject | None:
    """The object that a file's stem names, None when it names none of `objects`."""
    words = [word.lower() for word in _SEPARATORS.split(stem) if word]
    if words and words[0] in _PREFIXES:
        words = words[1:]
    by_name = {re.sub("[^0-9a-z]", "", each.name.lower()): each for each in objects}
    for count in range(len(words), 0, -1):
        found = by_name.get("".join(words[:count]))
        if found is not None:
            is_another = count < len(words) and words[count] in _MAKE_ANOTHER_OBJECT
            return None if is_another else found
    return None
