"""Close a fiscal quarter: a person's signature, and the hash over what that person signed.

Both are landed like everything else that is decided: the signature as template `quarter_closes`,
what it froze as `cosell.quarter_freezes`. So a rebuild from landing closes the quarter again, at
the same step and over the same postings.

A close is killed nowhere in between: first what is frozen is laid aside, then the signature is put
into the inbox in one step, and from there on the quarter is signed. Whoever comes next, another
close or a refresh, first finishes what was signed and forgets what was not.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import duckdb

from orchestration.errors import CosellError
from orchestration.landing import ensure_landing_schema, land_file
from orchestration.landing.fiscal_calendar import fiscal_quarters
from orchestration.landing.journal import durable_file
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
from orchestration.workshop import hold_refresh_lock

QUARTER = re.compile(r"FY\d{4}-Q[1-9]")
COLUMNS = ("fiscal_quarter", "closed_at", "signed_by", "note")
FEED = "quarter_closes"
LAID_ASIDE = "_closing"


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
    has not ended on `as_of` or that is closed already, where nobody is named, where the current
    release is not what the newest refresh published, and while a refresh of the home runs.
    """
    quarter, signed_by = quarter.strip().upper(), signed_by.strip()
    if not QUARTER.fullmatch(quarter):
        raise CosellError(f"{quarter!r} is no fiscal quarter: write it like FY2027-Q1.")
    if not signed_by:
        raise CosellError("A quarter is closed by somebody: name them with --signed-by.")
    refuse_unfinished_quarter(home, quarter, as_of)
    with hold_refresh_lock(home):
        finish_closes(home)
        return _sign(home, quarter, signed_by, note, as_of)


def _sign(home: Home, quarter: str, signed_by: str, note: str, as_of: date) -> SignedQuarter:
    release = signable_release(home, quarter, as_of)
    content = quarter_of_release(release, quarter)
    refuse_closed_quarter(home, release, content)
    ensure_landing_schema(home)
    signed = SignedQuarter(
        fiscal_quarter=quarter,
        signed_by=signed_by,
        signed_on=as_of,
        release_id=release.release_id,
        postings_count=len(content.postings),
        sha256=content.sha256,
    )
    freeze = write_freeze(home, signed, newest_step(release))
    write_signature(home, quarter, signed_by, note, as_of)
    _land_signed(home, quarter, as_of, freeze)
    return signed


def finish_closes(home: Home) -> None:
    """Finish what a kill left of closes: what was signed is landed, what was not is forgotten.

    Nobody may close a quarter meanwhile (`hold_refresh_lock`).
    """
    for freeze in sorted(home.landing.joinpath(LAID_ASIDE).glob("*.parquet")):
        quarter, signed_on = _whose(freeze)
        if signature_file(home, quarter, signed_on).is_file():
            _land_signed(home, quarter, signed_on, freeze)
        else:
            freeze.unlink()


def _land_signed(home: Home, quarter: str, signed_on: date, freeze: Path) -> None:
    """Land a signature that lies in the inbox and what it froze; twice is once."""
    ensure_landing_schema(home)
    land_file(home, FEED, signature_file(home, quarter, signed_on), signed_on)
    freeze_quarter(home, freeze, signed_on)
    freeze.unlink()


def signature_file(home: Home, quarter: str, signed_on: date) -> Path:
    """Where the signature of a quarter lies in the inbox."""
    return home.inbox / FEED / signed_on.isoformat() / f"{FEED}_{quarter}.csv"


def write_signature(home: Home, quarter: str, signed_by: str, note: str, as_of: date) -> None:
    """Put the signature into the inbox, whole or not at all."""
    file = signature_file(home, quarter, as_of)
    with durable_file(file) as temporary, temporary.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        writer.writerow((quarter, _moment_of_signature(as_of), signed_by, note))


def _whose(freeze: Path) -> tuple[str, date]:
    """Quarter and day of a freeze that was laid aside, as its name says."""
    _, quarter, signed_on = freeze.stem.rsplit("_", 2)
    return quarter, date.fromisoformat(signed_on)


def write_freeze(home: Home, signed: SignedQuarter, ledger_step: int) -> Path:
    """Lay aside what is signed, as the one row of a Parquet file; returns the file."""
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
    name = f"quarter_freeze_{signed.fiscal_quarter}_{signed.signed_on.isoformat()}.parquet"
    file = home.landing / LAID_ASIDE / name
    with durable_file(file) as temporary:
        parquet.write_table(pa.Table.from_pylist([row]), temporary)
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
