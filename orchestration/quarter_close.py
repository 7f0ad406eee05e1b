"""Close a fiscal quarter: a person's signature, and the hash over what that person signed.

Both are landed like everything else that is decided: the signature as template `quarter_closes`,
what it froze as `cosell.quarter_freezes`. So a rebuild from landing closes the quarter again, at
the same step and over the same postings.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from orchestration.errors import CosellError
from orchestration.landing import ensure_landing_schema, land_file
from orchestration.landing.fiscal_calendar import fiscal_quarters
from orchestration.landing.refreshes import freeze_quarter, last_refresh
from orchestration.release import Release, current_release
from orchestration.release.quarter_verification import (
    CLOSES,
    FREEZES,
    LEDGER,
    QuarterContent,
    quarter_of_release,
)
from orchestration.settings import Home, load_company

QUARTER = re.compile(r"FY\d{4}-Q[1-9]")
COLUMNS = ("fiscal_quarter", "closed_at", "signed_by", "note")
FEED = "quarter_closes"


@dataclass(frozen=True)
class SignedQuarter:
    """What was signed: the quarter as the current release holds it."""

    fiscal_quarter: str
    signed_by: str
    signed_on: date
    release_id: str
    postings_count: int
    sha256: str


def close_quarter(
    home: Home, quarter: str, signed_by: str, note: str, as_of: date
) -> SignedQuarter:
    """Sign a quarter as the current release holds it; the next refresh freezes it.

    Raises CosellError for a name that is no quarter, for a quarter that the calendar lacks, that
    has not ended on `as_of` or that is closed already, where nobody is named, and where the current
    release is not what the newest refresh published.
    """
    quarter, signed_by = quarter.strip().upper(), signed_by.strip()
    if not QUARTER.fullmatch(quarter):
        raise CosellError(f"{quarter!r} is no fiscal quarter: write it like FY2027-Q1.")
    if not signed_by:
        raise CosellError("A quarter is closed by somebody: name them with --signed-by.")
    refuse_unfinished_quarter(home, quarter, as_of)
    release = signable_release(home, quarter, as_of)
    content = quarter_of_release(release, quarter)
    refuse_closed_quarter(home, release, content)
    ensure_landing_schema(home)
    file = write_signature(home, quarter, signed_by, note, as_of)
    land_file(home, FEED, file, as_of)
    signed = SignedQuarter(
        fiscal_quarter=quarter,
        signed_by=signed_by,
        signed_on=as_of,
        release_id=release.release_id,
        postings_count=len(content.postings),
        sha256=content.sha256,
    )
    with TemporaryDirectory() as folder:
        freeze_quarter(home, write_freeze(Path(folder), signed, newest_step(release)), as_of)
    return signed


def write_signature(home: Home, quarter: str, signed_by: str, note: str, as_of: date) -> Path:
    """Write the signature into the inbox; returns the file."""
    folder = home.inbox / FEED / as_of.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{FEED}_{quarter}.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerow((quarter, _moment_of_signature(as_of), signed_by, note))
    return file


def write_freeze(folder: Path, signed: SignedQuarter, ledger_step: int) -> Path:
    """Write what was signed as the one row of a Parquet file; returns the file."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    row = {
        "fiscal_quarter": signed.fiscal_quarter,
        "signed_by": signed.signed_by,
        "signed_on": signed.signed_on.isoformat(),
        "release_id": signed.release_id,
        "ledger_step": str(ledger_step),
        "postings_count": str(signed.postings_count),
        "postings_sha256": signed.sha256,
    }
    file = folder / f"quarter_freeze_{signed.fiscal_quarter}.parquet"
    parquet.write_table(pa.Table.from_pylist([row]), file)
    return file


def _moment_of_signature(as_of: date) -> str:
    """Return now for a signature of today, noon (UTC) of the day for any other."""
    now = datetime.now(UTC)
    moment = now if as_of == now.date() else datetime.combine(as_of, time(12), tzinfo=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def signable_release(home: Home, quarter: str, as_of: date) -> Release:
    """The release that is signed; raises CosellError where readers do not see the newest facts."""
    release = current_release(home)
    if release is None:
        raise CosellError(
            f"There is no release in {home.root}, so {quarter} has nothing to sign: run "
            "`cosell refresh` first."
        )
    newest = last_refresh(home)
    if newest is not None and newest.refresh_number != release.manifest["refresh_number"]:
        raise CosellError(
            f"{quarter} cannot be signed from release {release.release_id}, because refresh "
            f"{newest.refresh_id} has read more since: run `cosell refresh`, look at the quarter, "
            "then sign it."
        )
    if as_of < release.as_of:
        raise CosellError(
            f"{quarter} cannot be signed as of {as_of}, because the release that is signed knows "
            f"facts of {release.as_of}: name that day or a later one with --as-of."
        )
    return release


def refuse_closed_quarter(home: Home, release: Release, content: QuarterContent) -> None:
    """Raise CosellError where the quarter is closed, or signed as it stands and not yet frozen."""
    quarter = content.fiscal_quarter
    rows: Sequence[tuple[str, str, object]] = []
    if CLOSES in release.manifest["tables"]:
        rows = duckdb.execute(
            "select closed_by, signed_by, signed_on from read_parquet(?) where fiscal_quarter = ?",
            [str(release.table_file(CLOSES)), quarter],
        ).fetchall()
    if rows:
        closed_by, signed_by, signed_on = rows[0]
        by = f"by {signed_by} on {signed_on}" if closed_by == "signature" else "by policy"
        raise CosellError(
            f"{quarter} was closed {by}: a quarter is closed once; what became known later is "
            "posted into the open quarter."
        )
    signed = duckdb.execute(
        "select signed_by, signed_on from read_parquet(?) where fiscal_quarter = ? "
        "and postings_sha256 = ? limit 1",
        [str(home.landing.joinpath(*FREEZES, "*.parquet")), quarter, content.sha256],
    ).fetchall()
    if signed:
        raise CosellError(
            f"{quarter} was signed by {signed[0][0]} on {signed[0][1]} and freezes with the next "
            "refresh: run `cosell refresh`."
        )


def newest_step(release: Release) -> int:
    """The newest knowledge step that a release has a posting of."""
    found = duckdb.execute(
        "select coalesce(max(known_step), 0) from read_parquet(?)",
        [str(release.table_file(LEDGER))],
    ).fetchone()
    assert found is not None  # an aggregate without group by always returns a row
    return int(found[0])


def refuse_unfinished_quarter(home: Home, quarter: str, as_of: date) -> None:
    """Raise CosellError for a quarter that the calendar lacks, or that ends on or after `as_of`."""
    ends_on = quarter_end(home, quarter)
    if ends_on is None:
        raise CosellError(
            f"The fiscal calendar has no {quarter}: check the quarter and "
            f"fiscal_year_start_month in {home.company_file}."
        )
    if as_of <= ends_on:
        raise CosellError(
            f"{quarter} ends on {ends_on} and cannot be signed as of {as_of}: "
            "sign it on a later day, or name that day with --as-of."
        )


def quarter_end(home: Home, quarter: str) -> date | None:
    """Return the last day of a quarter of the company's calendar, None where it has no such."""
    for name, _, _, _, ends_on in fiscal_quarters(home, load_company(home)):
        if name == quarter:
            return date.fromisoformat(ends_on)
    return None
