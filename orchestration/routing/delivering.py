"""Delivering a week: each target in turn clears up what is in doubt, plans, and sends.

The order in each target: connect, settle the attempts that a kill or lost answer left in doubt,
close what was never sent, compute the difference to what stands there, write it down, send it. A
target that fails does not keep the next one from its turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.crm.credentials import Credentials, read_credentials
from orchestration.crm.sessions import Patience
from orchestration.errors import ConfigurationError, CosellError, RoutingError
from orchestration.landing import load_feed
from orchestration.landing.feeds import Feed, feed_names
from orchestration.progress import Progress, no_progress
from orchestration.routing.audience import PartnerAudience, partner_audience, sharing_terms
from orchestration.routing.delivery_settings import (
    CrmSettings,
    DeliverySettings,
    ReviewPackSettings,
    SlackSettings,
    load_delivery_settings,
)
from orchestration.routing.enablement_files import EnablementFiles
from orchestration.routing.journal import DeliveryJournal
from orchestration.routing.partner_sheets import PartnerSheets
from orchestration.routing.routed_list import RoutedList, read_routed_list
from orchestration.routing.targets import Plan, Target
from orchestration.settings import Home

TARGETS = ("review_packs", "salesforce", "hubspot", "slack", "enablement", "partner_sheets")
EXTRAS = {"salesforce": "salesforce", "slack": "slack"}


@dataclass(frozen=True)
class RefusedRow:
    """One row that the target did not take, and why, in its own words."""

    record_key: str
    note: str


@dataclass(frozen=True)
class TargetReport:
    """What became of one target.

    accepted: receipts of this delivery, those found in place included. error: the sentence of a
    target that could not be reached or finished; the others are not affected by it.
    """

    name: str
    unit: str
    destination: str
    plan: Plan | None
    accepted: int = 0
    refused: tuple[RefusedRow, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Delivery:
    """What was (or in a dry run: would be) delivered of one week.

    left_out: reason -> rows of the week that go nowhere. not_enabled: targets that are switched
    off.
    """

    week: date
    release_id: str
    rows: int
    reps: int
    left_out: Mapping[str, int]
    reports: tuple[TargetReport, ...]
    not_enabled: tuple[str, ...]
    is_dry_run: bool

    @property
    def has_failed(self) -> bool:
        """Whether a target failed or refused a row."""
        return any(each.error or each.refused for each in self.reports)


def deliver(
    home: Home,
    week: date | None = None,
    *,
    is_dry_run: bool = False,
    only: tuple[str, ...] = (),
    patience: Patience | None = None,
    progress: Progress = no_progress,
) -> Delivery:
    """Bring a week's list (default: the newest) to every enabled target, or those in `only`.

    A dry run sends and writes nothing. Raises CosellError where there is no list, the settings
    cannot be used, or another delivery is at work.
    """
    settings = load_delivery_settings(home)
    for name in only:
        if name not in TARGETS:
            raise RoutingError(f"--target {name} is not known: use one of {', '.join(TARGETS)}.")
    with DeliveryJournal(home, read_only=is_dry_run) as journal:
        listed = read_routed_list(home, journal.connection, week)
        makers = _makers(home, settings, listed, patience or Patience(), is_dry_run)
        wanted = [name for name in TARGETS if name in makers and (not only or name in only)]
        reports = tuple(
            _served(name, makers[name], journal, listed, is_dry_run, progress) for name in wanted
        )
    return Delivery(
        week=listed.week,
        release_id=listed.release.release_id,
        rows=listed.rows,
        reps=listed.reps,
        left_out=listed.left_out,
        reports=reports,
        not_enabled=tuple(name for name in TARGETS if name not in makers),
        is_dry_run=is_dry_run,
    )


# --- one target ---------------------------------------------------------------------------------


def _served(
    name: str,
    make: Callable[[], Target],
    journal: DeliveryJournal,
    listed: RoutedList,
    is_dry_run: bool,
    progress: Progress,
) -> TargetReport:
    before = _last_receipt(journal)
    plan: Plan | None = None
    destination, unit, error = "", "row", None
    try:
        target = make()
        destination, unit = target.destination, target.unit
        progress(name, destination)
        target.connect()
        destination = target.destination
        _refuse_older_week(journal, target, listed)
        if is_dry_run:
            plan = target.plan(listed, with_items=True)
        else:
            for attempt in journal.attempts_in_doubt(target.name, destination):
                target.settle(journal, attempt)
            journal.supersede(target.name, destination)
            plan = target.plan(listed, with_items=False)
            journal.intend(
                target.name, destination, listed.week, listed.release.release_id, "changed"
            )
            intents = journal.open_intents(target.name, destination)
            if intents:
                target.send(journal, intents, progress)
    except CosellError as stopped:
        error = str(stopped)
    accepted, refused = _receipts_since(journal, name, before)
    return TargetReport(name, unit, destination, plan, accepted, refused, error)


def _refuse_older_week(journal: DeliveryJournal, target: Target, listed: RoutedList) -> None:
    """What stands at a target is of one week: an older one would overwrite the newer (case 40)."""
    newest = journal.newest_week(target.name, target.destination)
    if newest is not None and listed.week < newest:
        raise RoutingError(
            f"The week of {listed.week} is older than that of {newest}, which {target.name} has "
            f"already: deliver --week {newest} or a newer one."
        )


def _last_receipt(journal: DeliveryJournal) -> int:
    found = journal.connection.execute("select max(receipt_id) from receipts").fetchone()
    return int(found[0] or 0) if found else 0


def _receipts_since(
    journal: DeliveryJournal, target: str, before: int
) -> tuple[int, tuple[RefusedRow, ...]]:
    """What a target got receipts for after the receipt `before`."""
    rows = journal.connection.execute(
        """
        select intents.record_key, receipts.outcome, receipts.note
        from receipts inner join intents on receipts.intent_id = intents.intent_id
        where intents.target = ? and receipts.receipt_id > ? and receipts.outcome <> 'superseded'
        order by receipts.receipt_id
        """,
        [target, before],
    ).fetchall()
    accepted = sum(outcome == "accepted" for _, outcome, _ in rows)
    refused = {key: note for key, outcome, note in rows if outcome == "refused"}
    for key, outcome, _ in rows:
        if outcome == "accepted":
            refused.pop(key, None)
    return accepted, tuple(RefusedRow(key, note) for key, note in refused.items())


# --- making targets -----------------------------------------------------------------------------


def _makers(
    home: Home,
    settings: DeliverySettings,
    listed: RoutedList,
    patience: Patience,
    is_dry_run: bool,
) -> dict[str, Callable[[], Target]]:
    """How each enabled target is made; made in its turn, so that its errors are its own."""
    makers: dict[str, Callable[[], Target]] = {}
    salesforce, hubspot, slack = settings.salesforce, settings.hubspot, settings.slack
    packs = settings.review_packs
    # First, so that a page is there when a message or a field leads to it.
    if packs is not None:
        makers["review_packs"] = lambda: _review_packs(home)
    if salesforce is not None:
        makers["salesforce"] = lambda: _linked(
            home, listed, salesforce, packs, _salesforce(home, salesforce, patience, is_dry_run)
        )
    if hubspot is not None:
        makers["hubspot"] = lambda: _linked(
            home, listed, hubspot, packs, _hubspot(home, hubspot, patience, is_dry_run)
        )
    if slack is not None:
        makers["slack"] = lambda: _slack(home, settings, slack, listed, patience, is_dry_run)
    if settings.tools:
        makers["enablement"] = lambda: EnablementFiles(home, settings.tools)
    if settings.partner_sheets:
        makers["partner_sheets"] = lambda: PartnerSheets(home, audiences(home, listed))
    return makers


def _review_packs(home: Home) -> Target:
    from orchestration.routing.review_packs import ReviewPacks

    return ReviewPacks(home)


def _linked(
    home: Home,
    listed: RoutedList,
    settings: CrmSettings,
    packs: ReviewPackSettings | None,
    target: Target,
) -> Target:
    """The target of a CRM, its accounts linked to the review pages where a field is for that."""
    if packs is not None and "review_page" in settings.fields:
        from orchestration.routing.review_packs import write_review_pages

        write_review_pages(home, listed, packs)
    return target


def _salesforce(home: Home, settings: CrmSettings, patience: Patience, is_dry_run: bool) -> Target:
    with _needs("salesforce"):
        from orchestration.routing.salesforce_fields import SalesforceFields
    feed = _feed(home, settings.feed, "salesforce")
    credentials = _credentials(home, feed.name, "salesforce", is_dry_run)
    return SalesforceFields(settings, feed, credentials, patience)


def _hubspot(home: Home, settings: CrmSettings, patience: Patience, is_dry_run: bool) -> Target:
    from orchestration.routing.hubspot_properties import HubSpotProperties

    feed = _feed(home, settings.feed, "hubspot")
    credentials = _credentials(home, feed.name, "hubspot", is_dry_run)
    return HubSpotProperties(settings, feed, credentials, patience)


def _slack(
    home: Home,
    all_settings: DeliverySettings,
    settings: SlackSettings,
    listed: RoutedList,
    patience: Patience,
    is_dry_run: bool,
) -> Target:
    with _needs("slack"):
        from orchestration.routing.slack_messages import SlackMessages, record_links
    readers = audiences(home, listed)
    for channel in settings.channels:
        if channel.partner is not None and channel.partner not in readers:
            raise ConfigurationError(
                f"{all_settings.file}: slack.channels {channel.channel} names the partner "
                f"{channel.partner!r}, which is not in the partner master: correct the id."
            )
    feed = all_settings.salesforce.feed if all_settings.salesforce else "salesforce_org"
    url = None
    if feed in feed_names(home):
        url = load_feed(home, feed).connection.get("instance_url")
    portal = all_settings.hubspot.portal_id if all_settings.hubspot else None
    links = record_links(url.rstrip("/") if url else None, portal)
    credentials = _credentials(home, "slack", "slack", is_dry_run)
    reviews = []
    if all_settings.review_packs is not None:
        from orchestration.routing.review_packs import manager_headlines

        reviews = manager_headlines(home, listed, all_settings.review_packs)
    return SlackMessages(settings, readers, links, credentials, patience, reviews)


class _needs:  # noqa: N801 - reads as a word where it is used
    """Says how to install what a target needs, where its package is missing."""

    def __init__(self, target: str) -> None:
        self.target = target

    def __enter__(self) -> None:
        """Import inside."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, ModuleNotFoundError):
            raise ConfigurationError(
                f"{self.target} is enabled in config/delivery.yaml, but its package is not "
                f"installed: run `pip install -e '.[{EXTRAS[self.target]}]'`."
            ) from None


def _feed(home: Home, name: str, source: str) -> Feed:
    if name not in feed_names(home):
        raise ConfigurationError(
            f"config/delivery.yaml: {source}.feed names {name}, but there is no config/feeds/"
            f"{name}.yaml: rename {name}.yaml.example there and fill in its connection."
        )
    feed = load_feed(home, name)
    if feed.source != source:
        raise ConfigurationError(
            f"config/delivery.yaml: {source}.feed names {name}, which is a feed of {feed.source}: "
            f"name a feed of {source}."
        )
    return feed


def _credentials(home: Home, feed_name: str, source: str, is_dry_run: bool) -> Credentials | None:
    try:
        return read_credentials(home, feed_name, source)
    except ConfigurationError:
        if is_dry_run:
            return None
        raise


def audiences(home: Home, listed: RoutedList) -> dict[str, PartnerAudience]:
    """Every partner of the company as a reader of its own rows."""
    names = listed.partner_names()
    terms = sharing_terms(home)
    further = former_names(home, listed.connection)
    return {each: partner_audience(each, names, further, terms) for each in names}


def former_names(home: Home, connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """Partner id -> every name that a landed partner master or a feed ever gave it (case 29)."""
    found: dict[str, set[str]] = {}
    folder = home.landing / "templates" / "partners"
    if any(folder.glob("*.parquet")):
        pattern = str(folder / "*.parquet").replace("'", "''")
        rows = connection.execute(
            "select distinct partner_id, partner_name "
            f"from read_parquet('{pattern}', union_by_name = true) "
            "where partner_id is not null and partner_name is not null"
        ).fetchall()
        for partner_id, name in rows:
            found.setdefault(partner_id, set()).add(name)
    for name in feed_names(home):
        feed = load_feed(home, name)
        if feed.partner_id and feed.partner_name:
            found.setdefault(feed.partner_id, set()).add(feed.partner_name)
    return found
