"""Off-boarding: purge what a partner shared, everywhere the home keeps it, and leave a receipt.

The order survives a kill at any moment. What will go is written down first; from then on no file of
the partner lands and no refresh runs. Every step can be done twice. The receipt is written and
landed last, and only then is what was written down removed: whoever starts the same command again
finishes it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from orchestration.errors import CosellError
from orchestration.file_shares.share_settings import share_names
from orchestration.landing.closed_partners import BEGUN_ENDING, begun_offboardings
from orchestration.landing.contracts import Table
from orchestration.landing.feeds import load_feeds
from orchestration.landing.journal import (
    TEMPORARY_FOLDER,
    Journal,
    durable_file,
    landing_lock,
    private_folder,
)
from orchestration.landing.knowledge_tables import (
    PARTNER_OFFBOARDINGS,
    PURGED_BATCHES,
    recorded_rows,
)
from orchestration.landing.partner_rows import NamedPartner
from orchestration.landing.refreshes import land_offboarding
from orchestration.landing.refused_files import keep_refused_files, read_refused_files
from orchestration.landing.schema import write_schema_files
from orchestration.landing.sql_text import literal
from orchestration.offboarding.deliveries import DeliveredPart, find_delivered, purge_deliveries
from orchestration.offboarding.kept_releases import purge_release, rows_of_partner
from orchestration.offboarding.landed_batches import (
    BatchPart,
    find_parts,
    purge_batches,
    raw_files,
)
from orchestration.offboarding.naming import PartnerName, find_names, named_partner
from orchestration.progress import Progress, no_progress
from orchestration.release.publishing import open_database
from orchestration.release.purge_receipts import (
    RECEIPT_ENDING,
    SIGNATURE,
    read_receipt,
    receipt_file,
    receipt_hash,
)
from orchestration.release.release_folder import list_releases, remove_unfinished
from orchestration.routing.partner_sheets import folder_name
from orchestration.settings import Home, Settings, read_yaml_mapping
from orchestration.warehouse import DuckDBWarehouse
from orchestration.workshop import STATE_FILES, hold_refresh_lock

if TYPE_CHECKING:
    import duckdb

RECEIPT_FORMAT = 1
STATION = "off-boarding"
# What Dagster and dbt keep of past runs: checks quote the rows that failed them, as our logs do.
_RUN_HISTORY = ("history", "gates", "dbt", "storage", "logs")
KEPT = (
    "postings of the ledger, what was signed, and the ids and dates of the touches, registrations "
    "and roles behind them",
    "the partner's id and names, the terms of its feeds, its rows in the partner master",
    "our own CRM, our own activities, and what people wrote there",
    "counts, hashes and days of the batches that were purged",
)


@dataclass(frozen=True)
class OffboardingPlan:
    """What will go; written down before anything goes, so that a second start goes on.

    raw_files: below the home. feeds: the partner's own, which are closed. not_landed: files of
    other feeds that were refused and lie in the inbox: nobody knows what is in them.
    """

    receipt_id: str
    partner_id: str
    partner_name: str
    offboarded_on: str
    offboarded_by: str
    reason: str
    began_at: str
    names: tuple[PartnerName, ...]
    feeds: tuple[str, ...]
    batches: tuple[BatchPart, ...]
    raw_files: tuple[str, ...]
    not_landed: int
    delivered: DeliveredPart
    release_rows: dict[str, int]

    @property
    def partner(self) -> NamedPartner:
        """The partner as landed rows name it."""
        return named_partner(self.partner_id, list(self.names))

    @property
    def hidden_files(self) -> dict[str, str]:
        """Batch -> hash of the name of its file, of lists that were the partner's alone."""
        return {each.batch_id: each.file_name_sha256 for each in self.batches if each.hides_file}

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> OffboardingPlan:
        """The plan that was written down as JSON."""
        return cls(
            **{
                **{each.name: values[each.name] for each in fields(cls)},
                "names": tuple(PartnerName(**each) for each in values["names"]),
                "feeds": tuple(values["feeds"]),
                "batches": tuple(BatchPart(**each) for each in values["batches"]),
                "raw_files": tuple(values["raw_files"]),
                "delivered": DeliveredPart(**values["delivered"]),
            }
        )


@dataclass(frozen=True)
class Offboarding:
    """What an off-boarding did: the receipt, and whether it was this call that did it."""

    receipt: dict[str, Any]
    file: Path
    is_new: bool


def find_offboarding(home: Home, partner_id: str) -> Offboarding | None:
    """The receipt of a partner whose data was purged, None where it was not.

    Raises ReleaseError where the receipt is not what was signed.
    """
    for row in recorded_rows(home, PARTNER_OFFBOARDINGS, ["partner_id", "receipt_id"]):
        if row["partner_id"] == partner_id:
            receipt = read_receipt(home, row["receipt_id"])
            return Offboarding(receipt, receipt_file(home, row["receipt_id"]), False)
    return None


def begun_plan(home: Home, partner_id: str) -> OffboardingPlan | None:
    """What was begun for a partner and not finished."""
    for values in begun_offboardings(home):
        if values["partner_id"] == partner_id:
            return OffboardingPlan.from_values(values)
    return None


def plan_offboarding(
    settings: Settings, partner_id: str, by: str, reason: str, now: datetime | None = None
) -> OffboardingPlan:
    """What would go, in counts; nothing is changed.

    Raises CosellError where nobody knows the partner, the home is also built by Spark or in a lake,
    or a delivery waits for answers.
    """
    home = settings.home
    refuse_other_engines(settings)
    moment = now or datetime.now(UTC)
    with landing_lock(home):
        write_schema_files(home)
    with _engine(settings) as connection:
        partner_name, names = find_names(home, connection, partner_id)
        partner = named_partner(partner_id, names)
        journal = Journal(home)
        batches = find_parts(home, connection, journal, partner)
    feeds = tuple(feed.name for feed in load_feeds(home) if feed.partner_id == partner_id)
    files = {*raw_files(home, journal, batches)}
    for feed in feeds:
        files |= {path for path in home.inbox.joinpath(feed).rglob("*") if path.is_file()}
    day = moment.date().isoformat()
    digest = hashlib.sha256(f"{partner_id}\n{day}".encode()).hexdigest()[:8]
    return OffboardingPlan(
        receipt_id=f"{folder_name(partner_id)}_{day}_{digest}",
        partner_id=partner_id,
        partner_name=partner_name,
        offboarded_on=day,
        offboarded_by=by.strip(),
        reason=reason.strip(),
        began_at=moment.isoformat(timespec="seconds"),
        names=tuple(names),
        feeds=feeds,
        batches=tuple(batches),
        raw_files=tuple(home.relative(file) for file in sorted(files)),
        not_landed=sum(home.root / one.file not in files for one in read_refused_files(home)),
        delivered=find_delivered(home, partner),
        release_rows={
            release.release_id: rows_of_partner(settings, release, partner_id)
            for release in list_releases(home)
        },
    )


def refuse_unnamed(by: str, reason: str) -> None:
    """Raise CosellError where nobody is named or no reason is given."""
    if not by.strip():
        raise CosellError("A partner is off-boarded by somebody: name them with --by.")
    if not reason.strip():
        raise CosellError("An off-boarding has a reason, which the receipt keeps: write --reason.")


def refuse_other_engines(settings: Settings) -> None:
    """Raise CosellError where a copy of the data lies outside of what is purged here."""
    home = settings.home
    elsewhere = {
        "spark": home.spark_warehouse.exists(),
        "ducklake": home.lake_warehouse.exists(),
    }
    engine = next((name for name, is_there in elsewhere.items() if is_there), settings.engine)
    if engine != "duckdb":
        raise CosellError(
            f"Off-boarding does not reach the tables that {engine} keeps (old snapshots and files "
            "of other machines): drop this home's schemas there and remove "
            f"{home.relative(home.spark_warehouse if engine == 'spark' else home.lake_warehouse)} "
            "from the home, then off-board with --engine duckdb and build them anew."
        )


def offboard(
    settings: Settings,
    partner_id: str,
    by: str,
    reason: str,
    progress: Progress = no_progress,
) -> Offboarding:
    """Purge a partner's lists, routes and contacts and leave a receipt; once, however often asked.

    What was begun before is finished, under the name and reason with which it was begun. Raises
    what `plan_offboarding` and `refuse_unnamed` raise, and RefreshError where a refresh is running.
    """
    home = settings.home
    with hold_refresh_lock(home):
        plan = begun_plan(home, partner_id)
        if plan is None:
            done = find_offboarding(home, partner_id)
            if done is not None:
                return done
            refuse_unnamed(by, reason)
            plan = plan_offboarding(settings, partner_id, by, reason)
            _write_down(home, plan)
        else:
            refuse_other_engines(settings)
        return _carry_out(settings, plan, progress)


@contextmanager
def _engine(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB within this process's memory; what it spills stays below the home and goes there."""
    temporary = private_folder(settings.home.landing / TEMPORARY_FOLDER)
    with open_database(settings, ":memory:") as connection:
        connection.execute(f"set temp_directory = {literal(str(temporary))}")
        yield connection


def _begun_file(home: Home, partner_id: str) -> Path:
    return home.offboarding / f"{folder_name(partner_id)}{BEGUN_ENDING}"


def _write_down(home: Home, plan: OffboardingPlan) -> None:
    private_folder(home.offboarding)
    with durable_file(_begun_file(home, plan.partner_id)) as temporary:
        temporary.write_text(
            json.dumps(asdict(plan), indent=1, ensure_ascii=False), encoding="utf-8"
        )


def _carry_out(settings: Settings, plan: OffboardingPlan, progress: Progress) -> Offboarding:
    home, partner = settings.home, plan.partner
    progress(STATION, "workshop")
    DuckDBWarehouse(settings).remove()
    for name in STATE_FILES.values():
        home.dagster.joinpath(name).unlink(missing_ok=True)
    for name in _RUN_HISTORY:
        shutil.rmtree(home.dagster / name, ignore_errors=True)
    shutil.rmtree(home.logs, ignore_errors=True)
    progress(STATION, "inbox")
    _remove_raw_files(home, plan)
    progress(STATION, "landing")
    with landing_lock(home), _engine(settings) as connection:
        purge_batches(home, connection, partner, plan.batches)
    progress(STATION, "deliveries")
    purge_deliveries(home, partner)
    remove_unfinished(home)
    purge = {
        "receipt_id": plan.receipt_id,
        "partner_id": plan.partner_id,
        "purged_on": plan.offboarded_on,
    }
    purged = []
    releases = list_releases(home)
    for number, release in enumerate(releases):
        progress(STATION, release.release_id, number, len(releases))
        found = purge_release(settings, release, plan.partner_id, plan.hidden_files, purge)
        purged.append(asdict(found))
    progress(STATION, "receipt")
    return _sign(home, plan, purged)


def _remove_raw_files(home: Home, plan: OffboardingPlan) -> None:
    """Remove what was sent, and what is remembered of files that were refused."""
    for name in plan.raw_files:
        home.root.joinpath(name).unlink(missing_ok=True)
    for feed in plan.feeds:
        shutil.rmtree(home.inbox / feed, ignore_errors=True)
    # What was fetched is remembered by the names that the partner gave its files.
    for share in share_names(home):
        if read_yaml_mapping(home.share_files / f"{share}.yaml").get("feed") in plan.feeds:
            home.fetched.joinpath(f"{share}.json").unlink(missing_ok=True)
    refused = read_refused_files(home)
    keep_refused_files(
        home,
        [(one.file, one.sentence) for one in refused],
        datetime.now(UTC),
    )


def _sign(home: Home, plan: OffboardingPlan, releases: list[dict[str, Any]]) -> Offboarding:
    """Write the receipt, land it, and end the off-boarding."""
    receipt = receipt_of(plan, releases)
    file = receipt_file(home, plan.receipt_id)
    with durable_file(file) as temporary:
        temporary.write_text(
            json.dumps(receipt, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    day = date.fromisoformat(plan.offboarded_on)
    _land_once(home, PURGED_BATCHES, _purged_rows(plan), day, plan.receipt_id)
    _land_once(home, PARTNER_OFFBOARDINGS, _name_rows(plan, receipt), day, plan.receipt_id)
    _begun_file(home, plan.partner_id).unlink()
    return Offboarding(read_receipt(home, plan.receipt_id), file, True)


def receipt_of(plan: OffboardingPlan, releases: list[dict[str, Any]]) -> dict[str, Any]:
    """The receipt, signed: counts, hashes, days, people and the reason; nothing that was purged."""
    tables: dict[str, dict[str, int]] = {}
    for part in plan.batches:
        counts = tables.setdefault(
            f"{part.source}.{part.table}",
            {"batches": 0, "rows_removed": 0, "rows_emptied": 0, "refused_rows_emptied": 0},
        )
        counts["batches"] += 1
        counts["rows_removed"] += part.removed
        counts["rows_emptied"] += part.emptied
        counts["refused_rows_emptied"] += part.quarantined
    receipt: dict[str, Any] = {
        "format": RECEIPT_FORMAT,
        "receipt_id": plan.receipt_id,
        "partner_id": plan.partner_id,
        "partner_name": plan.partner_name,
        "offboarded_on": plan.offboarded_on,
        "offboarded_by": plan.offboarded_by,
        "reason": plan.reason,
        "began_at": plan.began_at,
        "closed_feeds": list(plan.feeds),
        "landing": tables,
        "batches": [asdict(part) for part in plan.batches],
        "raw_files_removed": len(plan.raw_files),
        "releases": releases,
        "deliveries": asdict(plan.delivered),
        "kept": list(KEPT),
        "still_to_do": still_to_do(plan),
    }
    receipt[SIGNATURE] = receipt_hash(receipt)
    return receipt


def still_to_do(plan: OffboardingPlan) -> list[str]:
    """What is outside of the home, or of this command, one sentence each."""
    todo = ["`cosell refresh` builds the tables anew, without the partner"]
    if plan.not_landed:
        todo.append(
            f"{plan.not_landed:,} refused files lie in the inbox (`cosell status`): look whether "
            "they name the partner"
        )
    for target, count in (plan.delivered.standing_flags or {}).items():
        todo.append(
            f"{count:,} flags of the partner stand in {target}: the next `cosell routes deliver` "
            "clears them"
        )
    if plan.delivered.messages:
        todo.append(
            f"{plan.delivered.messages:,} digests with its rows are in Slack: delete them there"
        )
    if plan.delivered.sheets or plan.delivered.tool_rows:
        todo.append(
            "copies of delivered files that people or tools have taken are theirs to remove"
        )
    return todo


def _purged_rows(plan: OffboardingPlan) -> list[dict[str, str]]:
    return [
        {
            "batch_id": part.batch_id,
            "source": part.source,
            "table_name": part.table,
            "partner_id": plan.partner_id,
            "good_count": str(part.good),
            "kept_count": str(part.kept),
            "emptied_count": str(part.emptied),
            "file_name_sha256": part.file_name_sha256,
            "file_sha256": part.file_sha256,
            "purged_on": plan.offboarded_on,
            "receipt_id": plan.receipt_id,
        }
        for part in plan.batches
    ]


def _name_rows(plan: OffboardingPlan, receipt: dict[str, Any]) -> list[dict[str, str | None]]:
    return [
        {
            "partner_id": plan.partner_id,
            "partner_name": name.partner_name,
            "platform_id": name.platform_id,
            "is_platform_name": str(name.is_platform_name).lower(),
            "offboarded_on": plan.offboarded_on,
            "offboarded_by": plan.offboarded_by,
            "reason": plan.reason,
            "receipt_id": plan.receipt_id,
            "receipt_sha256": receipt[SIGNATURE],
        }
        for name in plan.names
    ]


def _land_once(home: Home, table: Table, rows: list[Any], day: date, receipt_id: str) -> None:
    """Land rows of one receipt, unless a start before this one has."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    landed = {row["receipt_id"] for row in recorded_rows(home, table, ["receipt_id"])}
    if receipt_id in landed or not rows:
        return
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{table.name}_{receipt_id}.parquet"
        schema = pa.schema([(name, pa.string()) for name in table.column_names])
        parquet.write_table(pa.Table.from_pylist(rows, schema=schema), file)
        land_offboarding(home, table, file, day)


def list_receipts(home: Home) -> list[str]:
    """Ids of all receipts, sorted."""
    ending = len(RECEIPT_ENDING)
    return sorted(path.name[:-ending] for path in home.offboarding.glob(f"*{RECEIPT_ENDING}"))
