"""How the difference of a CRM's fields reads to people: old value -> new value."""

from __future__ import annotations

import json
from collections.abc import Sequence

from orchestration.routing.crm_fields import Difference
from orchestration.routing.targets import Plan, PlannedItem


def crm_plan(
    difference: Difference,
    rows: Sequence[tuple[str, str, str, str, str]],
    notes: Sequence[str],
) -> Plan:
    """The plan of a difference; rows are those of `changed_rows`."""
    emptied = [
        f"{field} stays empty in {count:,} rows: the picklist does not offer {value!r}"
        for (field, value), count in difference.emptied.items()
    ]
    return Plan(
        to_send=difference.to_set,
        to_clear=difference.to_clear,
        unchanged=difference.unchanged,
        notes=(*notes, *emptied),
        items=tuple(_item(*row) for row in rows),
    )


def _item(record: str, account: str, kind: str, new: str, old: str) -> PlannedItem:
    before, after = json.loads(old), json.loads(new)
    lines = tuple(
        f"{name}: {value or '(empty)'}"
        if not before.get(name)
        else f"{name}: {before[name]} -> {value or '(empty)'}"
        for name, value in after.items()
        if value != before.get(name, "")
    )
    title = record if account == record else f"{record} {account}"
    return PlannedItem(title, kind, lines)
