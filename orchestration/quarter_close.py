"""Sign a fiscal quarter: a person's decision, written as a file that is landed like any other."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import duckdb

from orchestration.errors import CosellError
from orchestration.landing.fiscal_calendar import fiscal_quarters
from orchestration.settings import Home, load_company

QUARTER = re.compile(r"FY\d{4}-Q[1-9]")
COLUMNS = ("fiscal_quarter", "closed_at", "signed_by", "note")
FEED = "quarter_closes"


def write_quarter_close(home: Home, quarter: str, signed_by: str, note: str, as_of: date) -> Path:
    """Write the signature into the inbox; returns the file.

    Raises CosellError for a name that is no quarter, for one that is signed already, and for one
    that has not ended on `as_of`.
    """
    quarter, signed_by = quarter.strip().upper(), signed_by.strip()
    if not QUARTER.fullmatch(quarter):
        raise CosellError(f"{quarter!r} is no fiscal quarter: write it like FY2027-Q1.")
    if not signed_by:
        raise CosellError("A quarter is closed by somebody: name them with --signed-by.")
    refuse_signed_quarter(home, quarter)
    refuse_unfinished_quarter(home, quarter, as_of)
    folder = home.inbox / FEED / as_of.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{FEED}_{quarter}.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        writer.writerow((quarter, _moment_of_signature(as_of), signed_by, note))
    return file


def _moment_of_signature(as_of: date) -> str:
    """Return now for a signature of today, noon (UTC) of the day for any other."""
    now = datetime.now(UTC)
    moment = now if as_of == now.date() else datetime.combine(as_of, time(12), tzinfo=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def refuse_signed_quarter(home: Home, quarter: str) -> None:
    """Raise CosellError where the quarter was signed before."""
    signed = duckdb.execute(
        "select signed_by, _as_of from read_parquet(?) where fiscal_quarter = ? limit 1",
        [str(home.landing / "templates" / FEED / "*.parquet"), quarter],
    ).fetchone()
    if signed is not None:
        raise CosellError(
            f"{quarter} was signed by {signed[0]} as of {signed[1]}: a quarter is closed once; "
            "what became known later is posted into the open quarter."
        )


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
