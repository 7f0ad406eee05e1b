"""Reads the demo company's inbox with nothing but the standard library, newest version first."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
Row = dict[str, str]


def moment(text: str) -> datetime:
    """A moment as the demo's files write it, in UTC."""
    cleaned = text.replace(".000+0000", "+00:00").replace("Z", "+00:00")
    return datetime.fromisoformat(cleaned).astimezone(UTC)


def company_day(at: datetime) -> date:
    """The company's calendar day of a moment."""
    return at.astimezone(ZONE).date()


def files_of(home: Path, feed: str, stem: str) -> list[Path]:
    """The files of one feed and object in the order in which they landed."""
    found = sorted((home / "inbox" / feed).glob(f"*/{stem}*.csv"))
    return [path for path in found if path.stem in (stem, f"{stem}_restated")]


def rows_of(home: Path, feed: str, stem: str) -> list[Row]:
    """Every row of every landing."""
    rows: list[Row] = []
    for path in files_of(home, feed, stem):
        with path.open(encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file))
    return rows


def newest(home: Path, feed: str, stem: str, key: str) -> dict[str, Row]:
    """The last landed version of each record."""
    return {row[key]: row for row in rows_of(home, feed, stem)}


@dataclass
class StoryFiles:
    """The files of a demo home, read once."""

    home: Path
    accounts: dict[str, Row] = field(init=False)
    opportunities: dict[str, Row] = field(init=False)
    leads: dict[str, Row] = field(init=False)
    users: dict[str, Row] = field(init=False)
    activities: list[tuple[str, Row]] = field(init=False)
    owner_changes: dict[str, list[Row]] = field(init=False)
    roles: dict[str, list[Row]] = field(init=False)
    touches: list[Row] = field(init=False)
    registrations: dict[str, Row] = field(init=False)
    partners: dict[str, Row] = field(init=False)
    rates: dict[tuple[str, str], str] = field(init=False)

    def __post_init__(self) -> None:
        read = self.home
        self.accounts = newest(read, "salesforce", "Account", "Id")
        self.opportunities = newest(read, "salesforce", "Opportunity", "Id")
        self.leads = newest(read, "salesforce", "Lead", "Id")
        self.users = newest(read, "salesforce", "User", "Id")
        self.activities = [
            (name, row) for name in ("Task", "Event") for row in rows_of(read, "salesforce", name)
        ]
        self.owner_changes = {}
        for row in rows_of(read, "salesforce", "OpportunityFieldHistory"):
            if row["NewValue"].startswith("005"):
                self.owner_changes.setdefault(row["OpportunityId"], []).append(row)
        self.roles = {}
        for row in rows_of(read, "salesforce", "OpportunityPartner"):
            self.roles.setdefault(row["OpportunityId"], []).append(row)
        self.touches = rows_of(read, "partner_touches", "partner_touches")
        self.registrations = newest(
            read, "deal_registrations", "deal_registrations", "registration_id"
        )
        self.partners = newest(read, "partners", "partners", "partner_id")
        self.rates = {
            (row["IsoCode"], row["StartDate"]): row["ConversionRate"]
            for row in rows_of(read, "salesforce", "DatedConversionRate")
        }

    def survivor(self, account_id: str) -> str:
        """The account that an id leads to through all merges."""
        seen = set()
        while self.accounts[account_id]["MasterRecordId"] and account_id not in seen:
            seen.add(account_id)
            account_id = self.accounts[account_id]["MasterRecordId"]
        return account_id
