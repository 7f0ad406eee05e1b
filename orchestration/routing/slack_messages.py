"""Slack: one digest per rep and week, to the rep alone, to an own channel, or to a partner's.

`chat.postMessage` cannot be made idempotent: Slack gives no key that would refuse a second one. So
every digest carries an id of ours in its metadata, and where an answer was lost (a kill, a timeout,
a server in trouble) the channel's history is looked through for that id before anything is posted
again. The bot needs chat:write, im:write, users:read, users:read.email, channels:read, groups:read,
and channels:history, groups:history, im:history for that look.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any

import pyarrow
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from orchestration.crm.credentials import Credentials
from orchestration.crm.sessions import Patience
from orchestration.errors import RoutingError, one_sentence
from orchestration.progress import Progress
from orchestration.routing.audience import NamesAnotherPartnerError, PartnerAudience
from orchestration.routing.delivery_settings import SlackChannel, SlackSettings
from orchestration.routing.journal import Attempt, DeliveryJournal, Intent, Receipt
from orchestration.routing.partner_rows import partner_rows
from orchestration.routing.review_packs import ManagerHeadline
from orchestration.routing.routed_list import RoutedList
from orchestration.routing.slack_digests import partner_digest, rep_digest, review_digest
from orchestration.routing.targets import ROUNDS, Plan, PlannedItem

TARGET = "slack"
EVENT_TYPE = "cosell_weekly_digest"
_USERS_PER_PAGE = 200
_HISTORY_PER_PAGE = 100
# Slack's clock and ours may differ; so much earlier than our attempt the history is read.
_CLOCKS_DIFFER = timedelta(days=1)
# The whole workspace refuses us; every other error is about one channel or message.
_WORKSPACE_ERRORS = (
    *("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"),
    *("no_permission", "missing_scope", "not_allowed_token_type", "access_denied", "ratelimited"),
)
_IN_TROUBLE = ("internal_error", "fatal_error", "service_unavailable", "request_timeout")

# Only what a digest shows is fetched: a large company routes half a million rows a week.
_REP_ROWS = """
select
    rep_id, rep_name, rep_email, rep_is_active, account_id, account_name, partner_name, rank, score,
    reason, suggested_next_step, accounts, partners, one_sided
from (
    select
        *,
        row_number() over (
            partition by rep_id order by rank, score desc, account_id, partner_id
        ) as place,
        count(*) over (partition by rep_id) as accounts
    from routed
)
inner join (
    select rep_id, count(distinct partner_id) as partners,
        count(*) filter (where roll_up like 'one!_sided%' escape '!') as one_sided
    from routed
    group by rep_id
) using (rep_id)
where place <= ?
order by rep_name, rep_id, place
"""


class _LostAnswerError(Exception):
    """Nobody knows whether Slack did what was asked."""


class SlackMessages:
    """The messages of one workspace."""

    name = TARGET
    unit = "digest"

    def __init__(
        self,
        settings: SlackSettings,
        audiences: Mapping[str, PartnerAudience],
        links: Mapping[str, str],
        credentials: Credentials | None,
        patience: Patience,
        reviews: Sequence[ManagerHeadline] = (),
    ) -> None:
        """audiences: the partners that channels are shared with. links: see `record_links`.

        reviews: the headline of each manager who is to be told of their review pack.
        credentials: None in a dry run where there are none; then Slack is not asked.
        """
        self.settings = settings
        self.audiences = audiences
        self.links = links
        self.patience = patience
        self.reviews = reviews
        self._credentials = credentials
        self._team = ""
        self._users: dict[str, dict[str, Any]] = {}
        quiet = logging.getLogger("cosell.slack")
        quiet.addHandler(logging.NullHandler())
        quiet.propagate = False
        self._client = WebClient(
            token=credentials.access_token if credentials else None,
            base_url=settings.url,
            timeout=max(1, int(patience.timeout_seconds)),
            ssl=ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE")),
            # Only what Slack says it did not do is repeated by itself.
            retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=patience.retries)],
            logger=quiet,
        )

    @property
    def destination(self) -> str:
        """The API's address and the workspace's id, which the token tells."""
        return f"{self.settings.url}{self._team}"

    # --- before ---------------------------------------------------------------------------------

    def connect(self) -> None:
        """Log in, read who is in the workspace, and check who else reads each channel."""
        if self._credentials is None:
            return
        self._team = str(self._ask("auth.test")["team_id"])
        for user in self._pages("users.list", "members", limit=_USERS_PER_PAGE):
            email = str(user.get("profile", {}).get("email") or "").lower()
            if email:
                self._users[email] = user
        for channel in self.settings.channels:
            self._check_readers(channel)

    def _check_readers(self, channel: SlackChannel) -> None:
        """Refuse a channel with readers whom the settings do not name (case 45)."""
        found = self._ask("conversations.info", channel=channel.channel)["channel"]
        others = {
            *found.get("shared_team_ids", []),
            *found.get("connected_team_ids", []),
            *found.get("pending_connected_team_ids", []),
            *found.get("pending_shared", []),
        } - {self._team}
        is_open = found.get("is_ext_shared") or found.get("is_pending_ext_shared")
        if channel.partner is None and (is_open or others):
            raise RoutingError(
                f"slack.channels {channel.channel} is shared with another company "
                f"({', '.join(sorted(others)) or 'pending'}), but the digests of reps name several "
                "partners: name its `partner` and `team` in config/delivery.yaml, or another "
                "channel."
            )
        if strangers := others - {channel.team}:
            raise RoutingError(
                f"slack.channels {channel.channel} is for {channel.partner} ({channel.team}), but "
                f"{', '.join(sorted(strangers))} read it too: nothing was posted; take them out or "
                "name another channel in config/delivery.yaml."
            )

    # --- the plan -------------------------------------------------------------------------------

    def plan(self, listed: RoutedList, *, with_items: bool) -> Plan:
        """The digests of the week that have not been posted."""
        held_back: list[str] = []
        digests = [
            *self._rep_digests(listed, held_back),
            *self._review_digests(listed, held_back),
            *self._partner_digests(listed, held_back),
        ]
        rows = [
            (key, json.dumps(payload, ensure_ascii=False, separators=(",", ":")), partner)
            for key, payload, partner in digests
        ]
        wanted = pyarrow.table(
            {
                "record_key": pyarrow.array([key for key, _, _ in rows], pyarrow.string()),
                "payload": pyarrow.array([text for _, text, _ in rows], pyarrow.string()),
                "partner_id": pyarrow.array([each for _, _, each in rows], pyarrow.string()),
            }
        )
        connection = listed.connection
        connection.register("digests", wanted)
        # One digest per rep or manager and week: whatever it said, a second one is never posted.
        connection.execute(
            """
            create or replace temp table changed as
            select record_key, 'post' as kind, payload, sha256(payload) as content_hash, partner_id
            from digests
            where not exists (
                select 1 from standing
                where standing.target = ? and standing.destination = ?
                    and standing.record_key = digests.record_key
            )
            """,
            [TARGET, self.destination],
        )
        connection.unregister("digests")
        keys = {key for (key,) in connection.execute("select record_key from changed").fetchall()}
        notes = () if self._credentials else ("no credentials: Slack was not asked who is there",)
        return Plan(
            to_send=len(keys),
            to_clear=0,
            unchanged=len(rows) - len(keys),
            held_back=tuple(held_back),
            notes=notes,
            items=tuple(_item(payload) for key, payload, _ in digests if key in keys)
            if with_items
            else (),
        )

    def _own_channels(self) -> dict[str, list[str]]:
        """E-mail of a person -> our own channels that get their digests."""
        channels: dict[str, list[str]] = {}
        for channel in self.settings.channels:
            for email in channel.reps if channel.partner is None else ():
                channels.setdefault(email, []).append(channel.channel)
        return channels

    def _review_digests(
        self, listed: RoutedList, held_back: list[str]
    ) -> Iterator[tuple[str, dict[str, Any], str | None]]:
        channels = self._own_channels()
        for review in self.reviews:
            email = (review.manager.email or "").lower()
            places = [f"channel:{each}" for each in channels.get(email, [])]
            if self.settings.direct_messages:
                problem = self._no_reader({"rep_is_active": None}, email)
                if problem is None:
                    places.append(f"user:{email}")
                else:
                    held_back.append(f"{review.manager.name}, review: {problem}")
            digest = review_digest(review.facts, listed.week, review.address, review.is_url)
            for place in places:
                key = f"{listed.week} review {review.manager.identifier} {place}"
                yield key, {"place": place, **digest}, None

    def _rep_digests(
        self, listed: RoutedList, held_back: list[str]
    ) -> Iterator[tuple[str, dict[str, Any], str | None]]:
        channels = self._own_channels()
        for rows in _by_rep(listed, self.settings.rows):
            rep, email = rows[0], str(rows[0]["rep_email"] or "")
            places = [f"channel:{each}" for each in channels.get(email, [])]
            if self.settings.direct_messages:
                problem = self._no_reader(rep, email)
                if problem is None:
                    places.append(f"user:{email}")
                else:
                    held_back.append(f"{rep['rep_name']}: {problem}")
            if not places:
                continue
            digest = rep_digest(rows, listed.week, self.links_of(rows))
            for place in places:
                yield f"{listed.week} {rep['rep_id']} {place}", {"place": place, **digest}, None

    def _no_reader(self, rep: Mapping[str, Any], email: str) -> str | None:
        """Why the rep gets no direct message; None where there is no reason."""
        if not email:
            return "has no e-mail address in the CRM"
        if rep["rep_is_active"] is False:
            return "is not active in the CRM"
        if self._credentials is None:
            return None
        user = self._users.get(email)
        if user is None or user.get("deleted") or user.get("is_bot"):
            return f"nobody in Slack has the address {email}"
        is_guest = user.get("is_restricted") or user.get("is_ultra_restricted")
        if is_guest or user.get("is_stranger") or user.get("team_id", self._team) != self._team:
            return f"{email} is a guest in Slack, not one of us"
        return None

    def _partner_digests(
        self, listed: RoutedList, held_back: list[str]
    ) -> Iterator[tuple[str, dict[str, Any], str | None]]:
        for channel in self.settings.channels:
            if channel.partner is None:
                continue
            audience = self.audiences.get(channel.partner)
            if audience is None or not {"account_name", "partner_account_id"} & {*audience.fields}:
                held_back.append(
                    f"{channel.channel}: the terms of {channel.partner} share no account's name, "
                    "so nothing may be posted"
                )
                continue
            shown: list[dict[str, str]] = []
            for row in partner_rows(listed, audience.partner_id):
                try:
                    shown.append(audience.shown(row))
                except NamesAnotherPartnerError as error:
                    held_back.append(f"{row['route_id']}: {error}")
            if shown:
                name, week = audience.partner_name, listed.week
                digest = partner_digest(shown, name, week, self.settings.rows)
                place = f"channel:{channel.channel}"
                yield f"{week} {place}", {"place": place, **digest}, audience.partner_id

    def links_of(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Account -> address of its record, where the CRM it is in is known."""
        links = {}
        for row in rows:
            account = str(row["account_id"])
            crm, _, number = account.rpartition(":")
            template = self.links.get(crm or "salesforce")
            if template is not None and number.isalnum():
                links[account] = template.replace("{id}", number)
        return links

    # --- sending --------------------------------------------------------------------------------

    def settle(self, journal: DeliveryJournal, attempt: Attempt) -> None:
        """Look for the digest in the channel's history."""
        for intent in journal.intents_in_doubt(attempt):
            if self._is_posted(attempt.handle, _time_of(attempt), _digest_id(intent)):
                found = Receipt(intent.intent_id, "accepted", "found in place")
                journal.receive([found], attempt)

    def send(self, journal: DeliveryJournal, intents: Sequence[Intent], progress: Progress) -> None:
        """Post one digest after the other; a lost answer is looked up before the next try."""
        # A journal that knows of no attempt may be a new one: what another posted is looked for.
        looks_first = not journal.has_attempted(TARGET, self.destination)
        for number, intent in enumerate(intents):
            progress(TARGET, f"{number:,} digests", number, len(intents))
            self._send_one(journal, intent, looks_first=looks_first)
        progress(TARGET, f"{len(intents):,} digests", len(intents), len(intents))

    def _send_one(self, journal: DeliveryJournal, intent: Intent, *, looks_first: bool) -> None:
        message = json.loads(intent.payload)
        try:
            channel = self._channel_of(message["place"])
        except _RefusedHereError as refused:
            journal.receive([Receipt(intent.intent_id, "refused", str(refused))])
            return
        first_day = datetime.combine(intent.week_starts_on, datetime.min.time(), UTC)
        if looks_first and self._is_posted(channel, first_day, _digest_id(intent)):
            journal.receive([Receipt(intent.intent_id, "accepted", "found in place")])
            return
        for round_number in range(1, ROUNDS + 1):
            attempt = journal.attempt(TARGET, self.destination, channel, [intent])
            try:
                self._post(channel, message, _digest_id(intent))
            except _RefusedHereError as refused:
                journal.receive([Receipt(intent.intent_id, "refused", str(refused))], attempt)
                return
            except _LostAnswerError as lost:
                time.sleep(self.patience.backoff_seconds * round_number)
                if self._is_posted(channel, _time_of(attempt), _digest_id(intent)):
                    found = Receipt(intent.intent_id, "accepted", "found in place")
                    journal.receive([found], attempt)
                    return
                if round_number == ROUNDS:
                    raise RoutingError(
                        f"Slack does not answer ({lost}): deliver again later, what was posted is "
                        "in the journal."
                    ) from None
            else:
                journal.receive([Receipt(intent.intent_id, "accepted")], attempt)
                return

    def _channel_of(self, place: str) -> str:
        kind, _, name = place.partition(":")
        if kind == "channel":
            return name
        user = self._users.get(name)
        if user is None:
            raise _RefusedHereError(f"nobody in Slack has the address {name}")
        return str(self._ask_again("conversations.open", users=user["id"])["channel"]["id"])

    def _post(self, channel: str, message: Mapping[str, Any], digest_id: str) -> None:
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"digest_id": digest_id}}
        self._call(
            "chat.postMessage",
            json={
                "channel": channel,
                "text": message["text"],
                "blocks": message["blocks"],
                "metadata": metadata,
                "unfurl_links": False,
                "unfurl_media": False,
            },
        )

    def _is_posted(self, channel: str, since: datetime, digest_id: str) -> bool:
        oldest = (since - _CLOCKS_DIFFER).timestamp()
        messages = self._pages(
            "conversations.history",
            "messages",
            channel=channel,
            oldest=f"{oldest:.6f}",
            include_all_metadata="true",
            limit=_HISTORY_PER_PAGE,
        )
        return any(
            each.get("metadata", {}).get("event_payload", {}).get("digest_id") == digest_id
            for each in messages
        )

    # --- calls ----------------------------------------------------------------------------------

    def _pages(self, method: str, key: str, **asked: Any) -> Iterator[dict[str, Any]]:
        cursor = ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            answer = self._ask_again(method, **asked, **more)
            yield from answer[key]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _ask(self, method: str, **asked: Any) -> dict[str, Any]:
        """Ask for something that changes nothing; raises RoutingError for every refusal."""
        try:
            return self._ask_again(method, **asked)
        except _RefusedHereError as refused:
            about = asked.get("channel", "the workspace")
            raise RoutingError(
                f"Slack refused {method} of {about} ({refused}): correct config/delivery.yaml, or "
                "invite the bot."
            ) from None

    def _ask_again(self, method: str, **asked: Any) -> dict[str, Any]:
        """Ask for something that may be asked twice, again when the answer was lost."""
        for round_number in range(1, ROUNDS + 1):
            try:
                return self._call(method, params=asked)
            except _LostAnswerError as lost:
                if round_number == ROUNDS:
                    raise RoutingError(
                        f"Slack does not answer ({lost}): deliver again later, what was posted is "
                        "in the journal."
                    ) from None
                time.sleep(self.patience.backoff_seconds * round_number)
        raise AssertionError("every round returns or raises")

    def _call(self, method: str, **arguments: Any) -> dict[str, Any]:
        try:
            answer = self._client.api_call(method, **arguments)
        except SlackApiError as error:
            raise self._refusal(method, error) from None
        except (SlackClientError, HTTPException, OSError) as error:
            raise _LostAnswerError(one_sentence(str(error))[:160]) from None
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    def _refusal(self, method: str, error: SlackApiError) -> Exception:
        data = error.response.data if isinstance(error.response.data, dict) else {}
        code = str(data.get("error", ""))
        status = error.response.status_code
        if status == 429 or code == "ratelimited":
            return RoutingError(
                f"Slack limits us longer than {self.patience.retries} waits: deliver again later, "
                "what was posted is in the journal."
            )
        if status >= 500 or code in _IN_TROUBLE or not code.replace("_", "").isalnum():
            return _LostAnswerError(f"{status} for {method}")
        if code in _WORKSPACE_ERRORS:
            needed = data.get("needed")
            lacks = f", it needs {needed}" if needed else ""
            return RoutingError(
                f"Slack does not accept the bot's token for {method} ({code}{lacks}): renew "
                "COSELL_SLACK_ACCESS_TOKEN or give the app its scopes."
            )
        return _RefusedHereError(code)


class _RefusedHereError(Exception):
    """Slack refused one channel or message; the text is its own word for it."""


def record_links(salesforce_url: str | None, hubspot_portal: str | None) -> dict[str, str]:
    """CRM -> address of an account's record with {id} in it."""
    links = {}
    if salesforce_url is not None:
        links["salesforce"] = f"{salesforce_url}/lightning/r/Account/{{id}}/view"
    if hubspot_portal is not None:
        links["hubspot"] = f"https://app.hubspot.com/contacts/{hubspot_portal}/record/0-2/{{id}}"
    return links


def _time_of(attempt: Attempt) -> datetime:
    return datetime.fromisoformat(attempt.attempted_at).replace(tzinfo=UTC)


def _digest_id(intent: Intent) -> str:
    """The id of a rep's week in a place; the same in every attempt of every delivery."""
    return hashlib.sha256(intent.record_key.encode()).hexdigest()[:32]


def _by_rep(listed: RoutedList, shown: int) -> Iterator[list[dict[str, Any]]]:
    rows = listed.connection.execute(_REP_ROWS, [shown]).to_arrow_table().to_pylist()
    block: list[dict[str, Any]] = []
    for row in rows:
        if block and block[0]["rep_id"] != row["rep_id"]:
            yield block
            block = []
        block.append(row)
    if block:
        yield block


def _item(payload: Mapping[str, Any]) -> PlannedItem:
    kind, _, name = str(payload["place"]).partition(":")
    lines: list[str] = []
    for block in payload["blocks"]:
        texts = [block["text"]] if "text" in block else block.get("elements", [])
        lines += [line for text in texts for line in text["text"].splitlines()]
    title = f"to {name}" if kind == "user" else f"in channel {name}"
    return PlannedItem(title, "post", tuple(lines))
