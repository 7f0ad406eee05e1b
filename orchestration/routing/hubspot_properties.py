"""HubSpot: properties of the company, by batch update of 100, one receipt per row.

HubSpot keeps no record of a request, so when an answer is lost the records are read back: what
holds the new values was done, and only the rest goes out again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from orchestration.crm.credentials import Credentials
from orchestration.crm.hubspot_connection import HubSpotConnection
from orchestration.crm.sessions import DELIVERING, LostRequestError, Patience, RefusedError
from orchestration.errors import RoutingError, one_sentence
from orchestration.landing.feeds import Feed
from orchestration.progress import Progress
from orchestration.routing.crm_fields import (
    FieldLimit,
    changed_rows,
    write_difference,
    write_wanted,
)
from orchestration.routing.crm_plan import crm_plan
from orchestration.routing.delivery_settings import CrmSettings
from orchestration.routing.journal import Attempt, DeliveryJournal, Intent, Receipt
from orchestration.routing.routed_list import RoutedList
from orchestration.routing.targets import ROUNDS, Plan

TARGET = "hubspot"
BATCH_ROWS = 100
# HubSpot's own limit of a text property.
TEXT_LENGTH = 65_536
_PASSING_CATEGORIES = ("RATE_LIMITS", "INTERNAL_ERROR")


class _Portal(HubSpotConnection):
    errand = DELIVERING
    # An update without an answer may have been done: it is looked up, never repeated blindly.
    repeats_lost_requests = False


class HubSpotProperties:
    """The properties of the records of one portal."""

    name = TARGET
    unit = "record"

    def __init__(
        self, settings: CrmSettings, feed: Feed, credentials: Credentials | None, patience: Patience
    ) -> None:
        """credentials: None in a dry run where there are none; then the portal is not asked."""
        self.settings = settings
        self.patience = patience
        self._is_known = credentials is not None
        self._portal = _Portal(feed, credentials or Credentials(access_token=""), patience)
        self._number = settings.portal_id
        self._limits: dict[str, FieldLimit] = {}

    @property
    def destination(self) -> str:
        """The API's address and the portal's number, which the token tells."""
        return f"{self._portal.url}/{self._number}" if self._number else self._portal.url

    @property
    def _path(self) -> str:
        return f"/crm/v3/objects/{self.settings.record_type}/batch"

    def connect(self) -> None:
        """Ask which portal this is, and for its properties: each must be there and writable."""
        if not self._is_known:
            return
        try:
            number = str(self._portal.ask("GET", "/account-info/v3/details").json()["portalId"])
        except (ValueError, KeyError, TypeError):
            raise RoutingError(
                f"{self._portal.url} does not say which portal it is: check connection.url of "
                f"config/feeds/{self.settings.feed}.yaml."
            ) from None
        if self._number not in (None, number):
            raise RoutingError(
                f"The access token belongs to the portal {number}, but hubspot.portal_id in "
                f"config/delivery.yaml is {self._number}: correct the one that is wrong."
            )
        self._number = number
        path = f"/crm/v3/properties/{self.settings.record_type}"
        listed = self._answer("GET", path, None).get("results", [])
        properties = {str(each["name"]): each for each in listed}
        for ours, theirs in self.settings.fields.items():
            found = properties.get(theirs)
            read_only = (found or {}).get("modificationMetadata", {}).get("readOnlyValue", False)
            if found is None or read_only:
                state = "does not exist" if found is None else "cannot be written"
                raise RoutingError(
                    f"The property {theirs} of {self.settings.record_type} {state} in HubSpot: "
                    f"create it or correct hubspot.fields.{ours} in config/delivery.yaml."
                )
            is_choice = found.get("type") == "enumeration"
            options = frozenset(str(each["value"]) for each in found.get("options", []))
            self._limits[ours] = FieldLimit(TEXT_LENGTH, options if is_choice else None)

    def plan(self, listed: RoutedList, *, with_items: bool) -> Plan:
        """The records whose properties are to be set or cleared."""
        emptied = write_wanted(listed, self.settings, self._limits, of_hubspot=True)
        difference = write_difference(listed, self.settings, TARGET, self.destination, emptied)
        rows = changed_rows(listed.connection) if with_items else []
        notes = [] if self._is_known else ["no credentials: HubSpot was not asked for its limits"]
        return crm_plan(difference, rows, notes)

    def settle(self, journal: DeliveryJournal, attempt: Attempt) -> None:
        """Read the records back; those that hold the new values are done."""
        self._settled(journal, attempt, journal.intents_in_doubt(attempt))

    def send(self, journal: DeliveryJournal, intents: Sequence[Intent], progress: Progress) -> None:
        """Send batch after batch."""
        for first in range(0, len(intents), BATCH_ROWS):
            progress(TARGET, f"{first:,} records", first, len(intents))
            self._send_batch(journal, intents[first : first + BATCH_ROWS])
        progress(TARGET, f"{len(intents):,} records", len(intents), len(intents))

    # --- one batch ------------------------------------------------------------------------------

    def _send_batch(self, journal: DeliveryJournal, intents: Sequence[Intent]) -> None:
        waiting = list(intents)
        for round_number in range(1, ROUNDS + 1):
            attempt = journal.attempt(TARGET, self.destination, self._path, waiting)
            try:
                answer = self._answer("POST", f"{self._path}/update", _inputs(waiting))
            except RefusedError as refused:
                if refused.status not in (400, 404):
                    raise
                self._send_halves(journal, attempt, waiting, refused)
                return
            except LostRequestError:
                if round_number == ROUNDS:
                    raise
                time.sleep(self.patience.backoff_seconds * round_number)
                waiting = self._settled(journal, attempt, waiting)
            else:
                waiting = self._receive(journal, attempt, waiting, answer)
            if not waiting:
                return
        journal.receive(
            [Receipt(each.intent_id, "refused", "HubSpot neither took nor refused it")
             for each in waiting]
        )  # fmt: skip

    def _send_halves(
        self,
        journal: DeliveryJournal,
        attempt: Attempt,
        intents: Sequence[Intent],
        refused: RefusedError,
    ) -> None:
        """One bad row refuses its whole batch: halve it until the row stands alone."""
        if len(intents) == 1:
            note = f"{refused.code}: {refused.reason}"
            journal.receive([Receipt(intents[0].intent_id, "refused", note)], attempt)
            return
        middle = len(intents) // 2
        self._send_batch(journal, intents[:middle])
        self._send_batch(journal, intents[middle:])

    def _receive(
        self,
        journal: DeliveryJournal,
        attempt: Attempt,
        intents: Sequence[Intent],
        answer: Mapping[str, Any],
    ) -> list[Intent]:
        """Write a receipt per row of a (multi-status) answer; returns the rows to send again."""
        by_record = {each.record_key: each for each in intents}
        receipts: list[Receipt] = []
        again: list[Intent] = []
        for record in answer.get("results", []):
            if (intent := by_record.pop(str(record["id"]), None)) is not None:
                receipts.append(Receipt(intent.intent_id, "accepted"))
        for error in answer.get("errors", []):
            category = str(error.get("category", ""))
            note = f"{category}: {one_sentence(str(error.get('message', '')))[:300]}"
            for record_id in error.get("context", {}).get("ids", []):
                if (intent := by_record.pop(str(record_id), None)) is None:
                    continue
                if category in _PASSING_CATEGORIES:
                    again.append(intent)
                elif category == "OBJECT_NOT_FOUND" and intent.kind == "clear":
                    receipts.append(Receipt(intent.intent_id, "accepted", "the record is gone"))
                else:
                    receipts.append(Receipt(intent.intent_id, "refused", note))
        journal.receive(receipts, attempt)
        return [*again, *by_record.values()]

    def _settled(
        self, journal: DeliveryJournal, attempt: Attempt, intents: Sequence[Intent]
    ) -> list[Intent]:
        """Receipts for what HubSpot holds already; returns the others."""
        held: dict[str, Mapping[str, Any]] = {}
        for first in range(0, len(intents), BATCH_ROWS):
            rows = intents[first : first + BATCH_ROWS]
            names = sorted({name for each in rows for name in json.loads(each.payload)})
            asked = {"properties": names, "inputs": [{"id": each.record_key} for each in rows]}
            answer = self._answer("POST", f"{self._path}/read", asked)
            held |= {str(each["id"]): each.get("properties", {}) for each in answer["results"]}
        done = [each for each in intents if _holds(held.get(each.record_key), each)]
        journal.receive(
            [Receipt(each.intent_id, "accepted", "found in place") for each in done], attempt
        )
        settled = {each.intent_id for each in done}
        return [each for each in intents if each.intent_id not in settled]

    def _answer(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        try:
            found = self._portal.ask(method, path, None, body).json()
        except ValueError:
            found = None
        if not isinstance(found, dict) or not isinstance(found.get("results"), list):
            raise LostRequestError(
                f"{self.destination}: HubSpot's answer to {path} is cut or no list: deliver again, "
                "what was accepted is in the journal."
            )
        return found


def _inputs(intents: Sequence[Intent]) -> dict[str, Any]:
    return {
        "inputs": [
            {"id": each.record_key, "properties": json.loads(each.payload)} for each in intents
        ]
    }


def _holds(properties: Mapping[str, Any] | None, intent: Intent) -> bool:
    """Whether a record holds the values of an intent; HubSpot gives numbers back in its own way."""
    if properties is None:
        return False
    return all(
        _plain(properties.get(name)) == _plain(value)
        for name, value in json.loads(intent.payload).items()
    )


def _plain(value: object) -> str:
    text = "" if value is None else str(value)
    try:
        return f"{float(text):.6f}"
    except ValueError:
        return text
