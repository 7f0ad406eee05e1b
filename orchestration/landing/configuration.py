"""What the company decided, landed like everything else: policies, settings and reference facts.

Each table is landed when its content differs from what landed last, so that a refresh of the past
can be replayed with the rules of the past. One bad row refuses the whole: half a policy is none.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.landing import company, gate_policy, policy, reference
from orchestration.landing.as_of_dates import FileDay
from orchestration.landing.contracts import Table
from orchestration.landing.feeds import Feed, load_feeds
from orchestration.landing.files import LandedFile, LandingSession, OpenedFile, landing_session
from orchestration.landing.fiscal_calendar import FIRST_FISCAL_YEAR, fiscal_quarters
from orchestration.landing.holiday_calendar import holidays_of
from orchestration.landing.policy_versions import refuse_changed_version
from orchestration.landing.public_suffix_list import public_suffixes
from orchestration.landing.refreshes import newest_known_day
from orchestration.landing.text_files import check_text_file
from orchestration.settings import Home, did_you_mean

_TOTAL_PRIORITY_WEIGHT = 100


def land_company_configuration(home: Home, as_of: datetime.date | None = None) -> list[LandedFile]:
    """Land what changed in `config/` since it landed last; returns the new batches.

    `as_of` is the day of the refresh (default: the newest known day, else today) and becomes the
    day of what changed; what lands first holds from the beginning of the calendar on. Raises
    ConfigurationError or LandingError naming file, row and mend; tables before it stay landed.
    """
    with landing_session(home) as session:
        day = as_of or newest_known_day(home) or session.today()
        lander = _ConfigurationLander(session, FileDay(day, "refresh"))
        lander.land_policies()
        lander.land_settings()
        lander.land_reference()
        return lander.landed


class _ConfigurationLander:
    """Lands the changed tables of one home on one day."""

    def __init__(self, session: LandingSession, day: FileDay) -> None:
        self.session = session
        self.home = session.home
        self.day = day
        self.landed: list[LandedFile] = []
        # Read before anything is written: a bad setting should not leave half a configuration.
        self.settings = self._settings()

    def land_policies(self) -> None:
        """Land each changed file of `config/policy`; raises for a file that is no policy."""
        known = {table.name: table for table in policy.TABLES}
        for path in sorted(self.home.policies.glob("*.csv")):
            if path.stem not in known:
                raise ConfigurationError(
                    f"{self.home.relative(path)} is no policy{did_you_mean(path.stem, known)}: "
                    f"rename or remove it; the policies are {', '.join(known)}."
                )
        for table in policy.TABLES:
            path = self.home.policies / f"{table.name}.csv"
            if not path.is_file():
                raise ConfigurationError(
                    f"{self.home.relative(path)} does not exist: run `cosell init` to write the "
                    "default policies."
                )
            refuse_changed_version(self.home, table, path)
            if table.name == gate_policy.LIMITS:
                gate_policy.refuse_bad_limits(self.home, path)
            if table.name == gate_policy.WAIVERS:
                gate_policy.refuse_bad_waivers(self.home, path)
            self._land_file(table, path, self.home.relative(path))
        refuse_unbalanced_weights(self.home)

    def land_settings(self) -> None:
        """Land the company, its feeds, its fiscal quarters and its holidays."""
        for table, source_file, rows in self.settings:
            self._land_rows(table, source_file, rows)

    def _settings(self) -> list[tuple[Table, str, Iterable[tuple[str, ...]]]]:
        """Table, origin and rows of every setting; raises ConfigurationError for the first bad."""
        settings = self.session.company
        company_file = self.home.relative(self.home.company_file)
        month = settings.fiscal_year_start_month
        company_row = (
            settings.name,
            settings.time_zone,
            settings.currency,
            "" if month is None else str(month),
            settings.week_starts_on,
            settings.holidays_country,
            settings.managers_from,
        )
        calendar = settings.fiscal_calendar
        calendar_file = company_file if calendar is None else self.home.relative(calendar)
        quarters = fiscal_quarters(self.home, settings)
        feeds = [_feed_row(feed) for feed in load_feeds(self.home)]
        holidays, package = holidays_of(self.home, settings.holidays_country, company_file)
        return [
            (company.COMPANY, company_file, [company_row]),
            (company.FEEDS, self.home.relative(self.home.feeds), feeds),
            (company.FISCAL_QUARTERS, calendar_file, quarters),
            (company.HOLIDAYS, package, holidays),
        ]

    def land_reference(self) -> None:
        """Land the Public Suffix List of the installed package."""
        suffixes, package = public_suffixes()
        self._land_rows(reference.TABLES[0], package, suffixes)

    def _land_rows(self, table: Table, source_file: str, rows: Iterable[tuple[str, ...]]) -> None:
        """Land rows that were made here, through a file like any other."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(table.column_names)
        writer.writerows(rows)
        path = self.session.temporary / f"{table.source}_{table.name}.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        try:
            self._land_file(table, path, source_file)
        finally:
            path.unlink(missing_ok=True)

    def _land_file(self, table: Table, path: Path, source_file: str) -> None:
        feed = Feed(
            name=table.source, source=table.source, table=table, file=source_file, dates="iso"
        )
        copy = self.session.temporary / "recoded.text"
        text = check_text_file(path, source_file, "auto", source_file, copy)
        landed_before = self.session.journal.of_table(table.source, table.name)
        if landed_before and landed_before[-1].sha256 == text.sha256:
            return
        state = path.stat()
        opened = OpenedFile(
            feed=feed,
            table=table,
            path=path,
            label=source_file,
            source_file=source_file,
            sha256=text.sha256,
            text=text,
            size=state.st_size,
            modified_ns=state.st_mtime_ns,
            strict=True,
        )
        # What a company starts with holds from the first day on: the facts that it is applied to
        # are older than the first landing of its rules.
        day = (
            self.day if landed_before else FileDay(datetime.date(FIRST_FISCAL_YEAR, 1, 1), "first")
        )
        landed = self.session.land_prepared(opened, day)
        self.landed.append(replace(landed, message=f"{source_file}: {table.name} landed"))


def _feed_row(feed: Feed) -> tuple[str, ...]:
    return (
        feed.name,
        feed.source,
        feed.table.name if feed.table is not None else "",
        feed.partner_id or "",
        feed.partner_name or "",
        feed.coverage,
        feed.mode,
        "" if feed.cadence_days is None else str(feed.cadence_days),
        json.dumps(feed.sharing, sort_keys=True) if feed.sharing else "",
    )


def refuse_unbalanced_weights(home: Home) -> None:
    """Raise ConfigurationError when the priority weights of some day do not sum to 100."""
    path = home.policies / "priority_weights.csv"
    sums: dict[str, Decimal] = {}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            day = row["effective_from"].strip()
            sums[day] = sums.get(day, Decimal(0)) + Decimal(row["weight"].strip())
    for day, total in sums.items():
        if total != _TOTAL_PRIORITY_WEIGHT:
            raise ConfigurationError(
                f"{home.relative(path)}: the weights effective from {day} sum to {total} and not "
                f"to {_TOTAL_PRIORITY_WEIGHT}: correct the column weight."
            )
