"""The partners of the current release, and which of them have left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from orchestration.errors import CosellError
from orchestration.landing.closed_partners import begun_offboardings, closed_partners
from orchestration.release import current_release
from orchestration.settings import Home


@dataclass(frozen=True)
class ListedPartner:
    """One partner; newest_list_on: None where none ever landed.

    offboarded_on, receipt_id: None while it has not left. is_unfinished: its off-boarding was begun
    and waits for a second start.
    """

    partner_id: str
    partner_name: str
    is_active: bool
    newest_list_on: date | None
    offboarded_on: str | None
    receipt_id: str | None
    is_unfinished: bool


def list_partners(home: Home) -> list[ListedPartner]:
    """Every partner, sorted by id; raises CosellError where there is no release."""
    import duckdb

    release = current_release(home)
    if release is None:
        raise CosellError(f"There is no release in {home.root}: run `cosell refresh` first.")
    rows = duckdb.execute(
        "select partner_id, partner_name, is_active, last_landed_on from read_parquet(?) "
        "order by partner_id",
        [str(release.table_file("core.dim_partners"))],
    ).fetchall()
    closed = closed_partners(home)
    unfinished = {begun["partner_id"] for begun in begun_offboardings(home)}
    return [
        ListedPartner(
            partner_id=partner_id,
            partner_name=name,
            is_active=is_active and partner_id not in closed,
            newest_list_on=newest,
            offboarded_on=closed[partner_id].since if partner_id in closed else None,
            receipt_id=closed[partner_id].receipt_id if partner_id in closed else None,
            is_unfinished=partner_id in unfinished,
        )
        for partner_id, name, is_active, newest in rows
    ]
