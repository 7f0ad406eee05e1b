"""Files as they come on a bad day, and what each way of working makes of them.

Each fault is one file more, dated as the last day or just before. What may not happen is looked up
in the answers by a query: rows in `bad_rows` say that the fault got through, told or not.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

UNKNOWN_RECORD = "AL-999999"
TEXT_DEAL, ENDLESS_DEAL = "006Nw0009999999IAA", "006Nw0009999998IAA"


@dataclass(frozen=True)
class Fault:
    """One bad file.

    plant: writes it into an inbox for a day and gives its path. bad_rows: a query over the tables
    `segments`, `matches`, `credit` and the same before it, `clean_…`; rows say that it got through.
    """

    name: str
    plant: Callable[[Path, str], Path]
    bad_rows: str


def newest_file(inbox: Path, feed: str, name: str) -> Path:
    """The last delivery of a feed."""
    return sorted(inbox.glob(f"{feed}/*/{name}"))[-1]


def delivered(inbox: Path, day: str, feed: str, name: str, text: str) -> Path:
    """Write one more delivery."""
    file = inbox / feed / day / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def cut_off(inbox: Path, day: str) -> Path:
    """Half of a full list, its last row broken off: a transfer that ended too early."""
    text = newest_file(inbox, "skybridge", "accounts.csv").read_text(encoding="utf-8")
    return delivered(inbox, day, "skybridge", "accounts.csv", text[: len(text) // 2])


def renamed_header(inbox: Path, day: str) -> Path:
    """A full list in which the partner gave two columns other names."""
    text = newest_file(inbox, "harborview", "accounts.csv").read_text(encoding="utf-8")
    head, rows = text.split("\n", 1)
    head = head.replace('"Client"', '"Customer"').replace('"Relationship"', '"Stage"')
    return delivered(inbox, day, "harborview", "accounts.csv", f"{head}\n{rows}")


def unknown_status(inbox: Path, day: str) -> Path:
    """A full list with one record more, whose status nobody knows."""
    text = newest_file(inbox, "alpenglow", "accounts.tsv").read_text(encoding="utf-8")
    fields = text.split("\n", 1)[0].split("\t")
    told = {
        "Kundennummer": UNKNOWN_RECORD,
        "Firma": "Nirgendwo GmbH",
        "Land": "DE",
        "Status": "Vielleicht",
    }
    row = "\t".join(told.get(field.strip('"'), "") for field in fields)
    return delivered(inbox, day, "alpenglow", "accounts.tsv", f"{text.rstrip()}\n{row}\n")


def _deal(inbox: Path, day: str, days_before: int, deal: str, amount: str) -> Path:
    """An export of a day without one, with a deal of this id and amount, else like another."""
    late = (date.fromisoformat(day) - timedelta(days=days_before)).isoformat()
    with newest_file(inbox, "salesforce", "Opportunity.csv").open(encoding="utf-8") as lines:
        row = next(csv.DictReader(lines))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row), quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerow({**row, "Id": deal, "Amount": amount})
    return delivered(inbox, late, "salesforce", "Opportunity.csv", text.getvalue())


def amount_as_text(inbox: Path, day: str) -> Path:
    """A deal whose amount somebody wrote as a European would."""
    return _deal(inbox, day, 1, TEXT_DEAL, "1.250.000,00 EUR")


def endless_amount(inbox: Path, day: str) -> Path:
    """A deal of a hundred trillion: a key that stuck."""
    return _deal(inbox, day, 2, ENDLESS_DEAL, "100000000000000.00")


FAULTS = (
    Fault(
        "a full list cut off half way",
        cut_off,
        "select * from clean_segments where partner_id = 'skybridge' except select * from segments",
    ),
    Fault(
        "two headers renamed",
        renamed_header,
        "select * from clean_segments where partner_id = 'harborview'"
        " except select * from segments",
    ),
    Fault(
        "a status that nobody knows",
        unknown_status,
        f"select * from segments where cast(partner_account_id as varchar) = '{UNKNOWN_RECORD}'",
    ),
    Fault(
        "an amount written as text",
        amount_as_text,
        f"select * from credit where opportunity_id like '{TEXT_DEAL[:15]}%'",
    ),
    Fault(
        "an amount of 100 trillion",
        endless_amount,
        f"select * from credit where opportunity_id like '{ENDLESS_DEAL[:15]}%'",
    ),
)


def verdict(*, exit_code: int, is_named: bool, got_through: bool | None) -> str:
    """What became of a fault, in words.

    is_named: whether the output or a quarantine names the file. got_through: whether bad rows are
    in the answers; None where there are no new answers.
    """
    if exit_code != 0 or got_through is None:
        return "whole run stops, file named" if is_named else "whole run stops, file not named"
    if got_through:
        return "taken, and told" if is_named else "silently taken"
    return "held back, and told" if is_named else "silently lost"


def bad_rows_count(
    fault: Fault, answers: Mapping[str, str], clean_answers: Mapping[str, str]
) -> int:
    """How many rows say that a fault got through; answers are queries by table."""
    import duckdb

    with duckdb.connect() as connection:
        for prefix, tables in (("", answers), ("clean_", clean_answers)):
            for name, query in tables.items():
                connection.execute(f"create table {prefix}{name} as {query}")
        return len(connection.execute(fault.bad_rows).fetchall())
