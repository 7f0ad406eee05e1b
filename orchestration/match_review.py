"""People decide which records are one company: the queue, and decisions on their way to landing.

The queue is read from the current release. A decision is written into the inbox as a file of the
feed `match_decisions` and landed like any other, so that it is hashed, dated and replayed; the
next refresh follows it. Nothing here talks to a terminal.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self

import duckdb

from orchestration.answers import open_release
from orchestration.errors import CosellError
from orchestration.landing import LandedFile, ensure_landing_schema, land_file
from orchestration.release import Release, current_release
from orchestration.settings import Home, load_company

FEED = "match_decisions"
COLUMNS = (
    *("crm_account_id", "partner_id", "partner_account_id", "decision"),
    *("decided_by", "decided_at", "reason", "expires_on"),
)
FULL_ID, SHORT_ID = 18, 15

Word = Literal["accept", "reject"]
PAST = {"accept": "accepted", "reject": "rejected"}


@dataclass(frozen=True)
class Pair:
    """A record of ours and one of a partner."""

    crm_account_id: str
    partner_id: str
    partner_account_id: str

    @property
    def match_id(self) -> str:
        """The id that `fct_account_matches` gives the pair."""
        return f"{self.crm_account_id}|{self.partner_id}|{self.partner_account_id}"


@dataclass(frozen=True)
class Decision:
    """What a person says of a pair; `expires_on` is its last day, None for ever."""

    pair: Pair
    word: Word
    decided_by: str
    reason: str
    expires_on: date | None = None


@dataclass(frozen=True)
class QueuedPair:
    """A row of the queue: what is at stake, both records, the evidence.

    open_pipeline: of our account, in `currency`. ours, theirs: field and value, as published.
    """

    pair: Pair
    rank: int
    open_pipeline: Decimal
    open_opportunities: int
    currency: str
    partner_name: str
    tier: str
    probability: Decimal
    rule_id: str
    evidence: str
    ours: dict[str, str]
    theirs: dict[str, str]
    other_account: str | None
    other_decision: str | None
    decision_expired_on: date | None


@dataclass(frozen=True)
class Landed:
    """What became of a handful of decisions."""

    decisions: int
    file: LandedFile


FIELDS = ("account_name", "website", "country", "city", "industry", "employees_count", "duns")


class ReviewDesk:
    """The open review of one home: its queue, what is known, what was decided.

    Use it as a context manager; raises CosellError where there is no release to review.
    """

    def __init__(self, home: Home) -> None:
        """Open the current release of a home."""
        release = current_release(home)
        if release is None:
            raise CosellError(
                f"There is no release in {home.root}: run `cosell refresh` first, then review."
            )
        self.home = home
        self.release: Release = release
        self._opened = open_release(release.database)

    def __enter__(self) -> Self:
        """Open the release's database."""
        self._connection = self._opened.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self._opened.__exit__(None, None, None)

    def _rows(self, query: str, *parameters: object) -> list[dict[str, Any]]:
        found = self._connection.execute(query, list(parameters))
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    # the queue

    def queue(self, partner_id: str | None = None) -> list[QueuedPair]:
        """The pairs that wait for a person and that nobody has decided since the release."""
        currency = load_company(self.home).currency
        decided = {decision["pair"] for decision in self._decided_since_release()}
        rows = self._rows(
            "select queue.*, partners.partner_name"
            " from account_mapping.rpt_match_review_queue as queue"
            " left join core.dim_partners as partners using (partner_id)"
            " where $1 is null or partner_id = $1 order by queue_rank",
            partner_id,
        )
        found = [_queued(row, currency) for row in rows]
        return [queued for queued in found if queued.pair not in decided]

    def decisions_about_gone_records(self) -> int:
        """How many decisions in force speak of a record that is not listed or known today."""
        (row,) = self._rows(
            "select count(*) as gone from account_mapping.fct_match_decisions"
            " where status = 'in_force' and not (is_account_known and is_partner_record_listed)"
        )
        return int(row["gone"])

    # what is known

    def find(self, account: str, partner_id: str, partner_account: str) -> Pair:
        """The pair that a person names; ids of 15 and 18 characters are the same.

        Raises CosellError where the release knows no such account or record.
        """
        accounts = self._rows(
            "select account_id from core.fct_company_records where partner_id is null"
            " and (account_id = $1 or (length(account_id) = $2 and account_id[:$3] = $1)"
            " or account_id = 'hubspot:' || $1) order by account_id limit 1",
            account.strip(),
            FULL_ID,
            SHORT_ID,
        )
        if not accounts:
            raise CosellError(
                f"The release {self.release.release_id} knows no account {account!r} of ours: "
                "give its CRM id, or the id of the pair as account_mapping.fct_account_matches "
                "has it."
            )
        records = self._rows(
            "select 1 from core.fct_company_records where partner_id = $1"
            " and partner_account_id = $2 limit 1",
            partner_id.strip(),
            partner_account.strip(),
        )
        if not records:
            raise CosellError(
                f"Partner {partner_id!r} lists no record {partner_account!r} in the release "
                f"{self.release.release_id}: give the partner's id and its own id of the record."
            )
        return Pair(accounts[0]["account_id"], partner_id.strip(), partner_account.strip())

    def find_written(self, words: Sequence[str]) -> Pair:
        """The pair of one word `account|partner|record`, or of three words."""
        if len(words) == 1 and words[0].count("|") >= 2:
            words = words[0].split("|", 2)
        if len(words) != 3 or not all(word.strip() for word in words):
            raise CosellError(
                "A pair is our account, the partner and the partner's record: three words, or one "
                "as `cosell matches review` shows it, such as '001…|skybridge|SK-1'."
            )
        return self.find(*words)

    # what was decided

    def refuse_decided(self, decision: Decision, *, overrule: bool = False) -> None:
        """Raise CosellError where a decision in force says the same, or the opposite.

        `overrule` allows the opposite: the newest counts, and both stay visible.
        """
        before = self.decided(decision.pair)
        if before is None:
            return
        by = before["decided_by"] or "somebody"
        said = f"{decision.pair.match_id} was {PAST[before['decision']]} by {by} ({before['day']})"
        if before["decision"] == decision.word:
            raise CosellError(f"{said} already: there is nothing to decide.")
        if not overrule:
            raise CosellError(
                f"{said}: write --overrule to say the opposite; the newest decision counts and "
                "both stay visible."
            )

    def decided(self, pair: Pair) -> dict[str, Any] | None:
        """The decision that holds for a pair: of the release, or landed since."""
        since = [each for each in self._decided_since_release() if each["pair"] == pair]
        if since:
            return since[-1]
        published = self._rows(
            "select decision, decided_by, effective_on as day"
            " from account_mapping.fct_match_decisions where status = 'in_force'"
            " and crm_account_id = $1 and partner_id = $2 and partner_account_id = $3",
            pair.crm_account_id,
            pair.partner_id,
            pair.partner_account_id,
        )
        return published[0] if published else None

    def _decided_since_release(self) -> list[dict[str, Any]]:
        """Decisions that landed and that no refresh has followed yet, oldest first."""
        files = self.home.landing / "templates" / FEED / "*.parquet"
        rows = self._rows(
            "select crm_account_id, partner_id, partner_account_id, decision, decided_by,"
            " coalesce(decided_at[:10], cast(_as_of as varchar)) as day"
            " from read_parquet(?) where _batch_id not in"
            " (select batch_id from account_mapping.fct_match_decisions)"
            " order by decided_at nulls first, _landed_at, _row_number",
            str(files),
        )
        if not rows:
            return []
        spelled = {
            row["account_id"][:SHORT_ID]: row["account_id"]
            for row in self._rows(
                "select account_id from core.fct_company_records"
                " where partner_id is null and length(account_id) = ?",
                FULL_ID,
            )
        }
        return [
            {
                **row,
                "pair": Pair(
                    spelled.get(row["crm_account_id"], row["crm_account_id"]),
                    row["partner_id"],
                    row["partner_account_id"],
                ),
            }
            for row in rows
        ]


def _queued(row: dict[str, Any], currency: str) -> QueuedPair:
    def side(prefix: str) -> dict[str, str]:
        values = {name: row[f"{prefix}_{name}"] for name in FIELDS}
        return {name: str(value) for name, value in values.items() if value is not None}

    return QueuedPair(
        pair=Pair(row["crm_account_id"], row["partner_id"], row["partner_account_id"]),
        rank=row["queue_rank"],
        open_pipeline=row["open_pipeline_amount"],
        open_opportunities=row["open_opportunities_count"],
        currency=currency,
        partner_name=row["partner_name"] or row["partner_id"],
        tier=row["tier"],
        probability=row["probability"],
        rule_id=row["rule_id"],
        evidence=row["evidence"],
        ours=side("crm"),
        theirs={**side("partner"), "state": row["partner_state"]},
        other_account=row["other_crm_account_id"],
        other_decision=row["other_decision"],
        decision_expired_on=row["decision_expired_on"],
    )


def checked(decision: Decision, as_of: date) -> Decision:
    """The decision with its texts trimmed; raises CosellError where who or why is missing."""
    reason, by = decision.reason.strip(), decision.decided_by.strip()
    if not reason:
        raise CosellError(
            f"A decision about {decision.pair.match_id} needs a reason: say with --reason what "
            "you saw."
        )
    if not by:
        raise CosellError(
            f"A decision about {decision.pair.match_id} is somebody's: name them with --by."
        )
    if decision.expires_on is not None and decision.expires_on < as_of:
        raise CosellError(
            f"A decision of {as_of} cannot expire on {decision.expires_on}: give a later day, or "
            "none."
        )
    return Decision(decision.pair, decision.word, by, reason, decision.expires_on)


def land_decisions(home: Home, decisions: Sequence[Decision], as_of: date) -> Landed:
    """Write decisions into the inbox and land them; raises CosellError where one is refused."""
    ensure_landing_schema(home)
    moment = moment_of_decision(as_of)
    file = write_decisions(home, decisions, as_of, moment)
    landed = land_file(home, FEED, file, as_of)
    if landed.quarantined:
        raise CosellError(f"{landed.message}; {landed.quarantined} of the decisions were refused.")
    return Landed(len(decisions), landed)


def write_decisions(
    home: Home, decisions: Sequence[Decision], as_of: date, moment: datetime
) -> Path:
    """Write decisions as a new file of the feed's inbox."""
    folder = home.inbox / FEED / as_of.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{FEED}_{datetime.now(UTC):%H%M%S%f}"
    file = folder / f"{stem}.csv"
    with file.open("x", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for decision in decisions:
            writer.writerow(
                (
                    decision.pair.crm_account_id,
                    decision.pair.partner_id,
                    decision.pair.partner_account_id,
                    decision.word,
                    decision.decided_by,
                    f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}",
                    decision.reason,
                    decision.expires_on or "",
                )
            )
    return file


def moment_of_decision(as_of: date) -> datetime:
    """Now for a decision of today, noon (UTC) of the day for any other."""
    now = datetime.now(UTC)
    return now if as_of == now.date() else datetime.combine(as_of, time(12), tzinfo=UTC)


def newest_matching_policy(home: Home, as_of: date) -> Decimal | None:
    """The probability from which a match is automatic, as the policy of that day has it."""
    files = home.landing / "policy" / "matching" / "*.parquet"
    with closing(duckdb.connect()) as connection:
        try:
            row = connection.execute(
                "select cast(automatic_probability as decimal(9, 6)) from read_parquet(?)"
                " where _as_of <= ? and cast(effective_from as date) <= ?"
                " order by _as_of desc, _landed_at desc, effective_from desc limit 1",
                [str(files), as_of, as_of],
            ).fetchone()
        except duckdb.Error:
            return None
    return row[0] if row else None
