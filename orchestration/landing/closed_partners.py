"""Partners that have left: no file of theirs lands any more.

A partner is closed from the moment in which its off-boarding was begun. What was finished is landed
(`cosell.partner_offboardings`); what was begun lies in `<home>/offboarding` until it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.errors import LandingError, RefreshError
from orchestration.landing.contracts import Table
from orchestration.landing.knowledge_tables import (
    PARTNER_OFFBOARDINGS,
    PURGED_BATCHES,
    recorded_rows,
)
from orchestration.landing.partner_rows import (
    PLATFORM_LISTS,
    NamedPartner,
    has_part_in,
    is_of_partner,
)
from orchestration.settings import Home

BEGUN_ENDING = ".begun.json"


@dataclass(frozen=True)
class ClosedPartner:
    """A partner that has left, by all its names, and the day."""

    partner: NamedPartner
    since: str
    receipt_id: str

    @property
    def partner_id(self) -> str:
        """Our id of the partner."""
        return self.partner.partner_id


def closed_partners(home: Home) -> dict[str, ClosedPartner]:
    """Partner id -> partner, of all that have left or are leaving."""
    found: dict[str, ClosedPartner] = {}
    names: dict[str, list[dict[str, str]]] = {}
    for row in recorded_rows(home, PARTNER_OFFBOARDINGS, list(PARTNER_OFFBOARDINGS.column_names)):
        names.setdefault(row["partner_id"], []).append(row)
    for partner_id, rows in names.items():
        found[partner_id] = _closed(
            partner_id, rows, rows[0]["offboarded_on"], rows[0]["receipt_id"]
        )
    for begun in begun_offboardings(home):
        partner_id = begun["partner_id"]
        found[partner_id] = _closed(
            partner_id, begun["names"], begun["offboarded_on"], begun["receipt_id"]
        )
    return found


def _closed(
    partner_id: str, names: list[dict[str, Any]], since: str, receipt_id: str
) -> ClosedPartner:
    partner = NamedPartner(
        partner_id,
        tuple(sorted({row["partner_name"] for row in names})),
        tuple(sorted({row["platform_id"] for row in names if row["platform_id"]})),
    )
    return ClosedPartner(partner, since, receipt_id)


def begun_offboardings(home: Home) -> list[dict[str, Any]]:
    """What every off-boarding that was begun and is not finished had planned."""
    return [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(home.offboarding.glob(f"*{BEGUN_ENDING}"))
    ]


def refuse_unfinished(home: Home) -> None:
    """Raise RefreshError while an off-boarding is half done: landing is in between."""
    for begun in begun_offboardings(home):
        raise RefreshError(
            f"The off-boarding of {begun['partner_id']} was begun on {begun['offboarded_on']} and "
            f"not finished: run `cosell partners offboard {begun['partner_id']}` again."
        )


def purged_batch_ids(home: Home) -> set[str]:
    """Batches that lost rows or texts of a partner that has left."""
    purged = {row["batch_id"] for row in recorded_rows(home, PURGED_BATCHES, ["batch_id"])}
    for begun in begun_offboardings(home):
        purged |= {batch["batch_id"] for batch in begun["batches"]}
    return purged


def refuse_closed_feed(
    closed: dict[str, ClosedPartner], label: str, feed_file: str, partner_id: str | None
) -> None:
    """Raise LandingError for a file, or a share, of a partner that has left."""
    if partner_id is not None and partner_id in closed:
        raise LandingError(
            f"{label} is of {partner_id}, which was off-boarded on {closed[partner_id].since} "
            f"(receipt {closed[partner_id].receipt_id}), so {feed_file} is closed and nothing of "
            "it lands: remove it."
        )


def refuse_purged_file(label: str, batch_id: str, purged: set[str]) -> None:
    """Raise LandingError for the very file of which a part was purged."""
    if batch_id in purged:
        raise LandingError(
            f"{label} has landed as {batch_id} and holds what was purged from it when a partner "
            "was off-boarded: remove the file."
        )


def refuse_rows_of_closed(
    connection: Any, closed: dict[str, ClosedPartner], table: Table, label: str, landed: Path
) -> None:
    """Raise LandingError where a platform's file still holds rows of a partner that has left.

    landed: the Parquet file of its good rows, which is not landed yet.
    """
    if (table.source, table.name) not in PLATFORM_LISTS:
        return
    for each in closed.values():
        condition = f"{is_of_partner(table, each.partner)} or {has_part_in(table, each.partner)}"
        found = connection.execute(
            f"select count(*), min(_row_number) from read_parquet(?) where {condition}",
            [str(landed)],
        ).fetchone()
        if found and found[0]:
            raise LandingError(
                f"{label}, row {found[1]}: {found[0]} rows are about {each.partner_id}, which was "
                f"off-boarded on {each.since}: end the sharing with it on the platform, and "
                "export the file again without it."
            )
