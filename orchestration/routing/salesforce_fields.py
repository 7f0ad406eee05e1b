"""Salesforce: fields of the account, upserted by Bulk API 2.0, one receipt per row.

A job does nothing before it is closed, and it is known by its id from its creation on. The id is in
the journal before a row is uploaded, so after a kill the job itself says what became of the rows:
an open one is aborted, a closed one is waited for and its results are read. No row goes out twice.
"""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from simple_salesforce import Salesforce
from simple_salesforce.bulk2 import JobState, Operation
from simple_salesforce.exceptions import SalesforceBulkV2LoadError

from orchestration.crm.credentials import Credentials
from orchestration.crm.salesforce_connection import Answer, SalesforceConnection
from orchestration.crm.sessions import DELIVERING, Patience, RefusedError
from orchestration.errors import PullError, RoutingError, one_sentence
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

TARGET = "salesforce"
# A job takes 150 MB after encoding; rows of a few hundred bytes stay far below it.
JOB_ROWS = 100_000
# Empties a field; an empty text would leave it as it is.
_NOTHING = "#N/A"
# Another process had the record in hand, or the org was busy: the same row may pass a moment later.
_PASSING_CODES = (
    *("UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "REQUEST_RUNNING_TOO_LONG", "QUERY_TIMEOUT"),
    *("TRANSACTION_QUOTA_EXCEEDED", "API_TEMPORARILY_UNAVAILABLE"),
)
# The record was deleted or merged away (case 8): there is no flag left to clear.
_GONE_CODES = ("ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY")


class _Org(SalesforceConnection):
    errand = DELIVERING


class SalesforceFields:
    """The fields of the records of one org."""

    name = TARGET
    unit = "record"

    def __init__(
        self,
        settings: CrmSettings,
        feed: Feed,
        credentials: Credentials | None,
        patience: Patience,
        job_rows: int = JOB_ROWS,
    ) -> None:
        """credentials: None in a dry run where there are none; then the org is not asked."""
        self.settings = settings
        self.patience = patience
        self.job_rows = job_rows
        self._is_known = credentials is not None
        self._org = _Org(feed, credentials or Credentials(), patience)
        self._limits: dict[str, FieldLimit] = {}

    @property
    def destination(self) -> str:
        """The org's address."""
        return self._org.instance_url

    def connect(self) -> None:
        """Describe the object: each field must be there and writable."""
        if not self._is_known:
            return
        name = self.settings.record_type
        described: Any = self._call(lambda client: client.restful(f"sobjects/{name}/describe"))
        fields = {str(each["name"]): each for each in described["fields"]}
        for ours, theirs in self.settings.fields.items():
            found = fields.get(theirs)
            if found is None or not found.get("updateable", True):
                state = "does not exist" if found is None else "cannot be written"
                raise RoutingError(
                    f"{name}.{theirs} {state} in {self.destination} for this user: create it, give "
                    f"the user access, or correct salesforce.fields.{ours} in config/delivery.yaml."
                )
            self._limits[ours] = _limit_of(found)

    def plan(self, listed: RoutedList, *, with_items: bool) -> Plan:
        """The records whose fields are to be set or cleared."""
        emptied = write_wanted(listed, self.settings, self._limits, of_hubspot=False)
        difference = write_difference(listed, self.settings, TARGET, self.destination, emptied)
        rows = changed_rows(listed.connection) if with_items else []
        notes = [] if self._is_known else ["no credentials: the org was not asked for its limits"]
        return crm_plan(difference, rows, notes)

    def settle(self, journal: DeliveryJournal, attempt: Attempt) -> None:
        """Ask the job what became of its rows; rows of a job that did nothing stay open."""
        intents = journal.intents_in_doubt(attempt)
        try:
            job = self._call(lambda client: self._bulk(client).get_job(attempt.handle, False))
        except RefusedError as refused:
            if refused.status != 404:
                raise RoutingError(str(refused)) from None
            # Salesforce forgets jobs after seven days. Sent again, the rows change nothing.
            return
        if job["state"] == JobState.open:
            self._call(lambda client: self._bulk(client).abort_job(attempt.handle, False))
            return
        self._wait(attempt.handle)
        self._receive(journal, attempt, intents, is_last_round=True)

    def send(self, journal: DeliveryJournal, intents: Sequence[Intent], progress: Progress) -> None:
        """Send the rows in jobs; rows that may pass a moment later go out again."""
        waiting, done = list(intents), 0
        for round_number in range(1, ROUNDS + 1):
            open_again: list[Intent] = []
            for first in range(0, len(waiting), self.job_rows):
                rows = waiting[first : first + self.job_rows]
                progress(TARGET, f"{self.settings.record_type} of {self.destination}", done)
                attempt = self._send_job(journal, rows)
                again = self._receive(journal, attempt, rows, is_last_round=round_number == ROUNDS)
                open_again += again
                done += len(rows) - len(again)
                progress(TARGET, f"{done:,} records", done, len(intents))
            waiting = open_again
            if not waiting:
                return
            time.sleep(self.patience.backoff_seconds * round_number)

    # --- one job --------------------------------------------------------------------------------

    def _send_job(self, journal: DeliveryJournal, intents: Sequence[Intent]) -> Attempt:
        job = self._call(
            lambda client: self._bulk(client).create_job(Operation.upsert, external_id_field="Id")
        )
        attempt = journal.attempt(TARGET, self.destination, str(job["id"]), intents)
        text = _as_csv(intents)
        self._call(lambda client: self._bulk(client).upload_job_data(attempt.handle, text))
        self._call(lambda client: self._bulk(client).close_job(attempt.handle))
        self._wait(attempt.handle)
        return attempt

    def _wait(self, job: str) -> None:
        pause = self.patience.poll_seconds
        deadline = time.monotonic() + self.patience.job_hours * 3600
        while True:
            info = self._call(lambda client: self._bulk(client).get_job(job, False))
            # A failed or aborted job has results too: what it did before, and what it did not.
            if info["state"] in (JobState.job_complete, JobState.failed, JobState.aborted):
                return
            if time.monotonic() > deadline:
                raise RoutingError(
                    f"{self.destination}: the job {job} is still {info['state']} after "
                    f"{self.patience.job_hours:g} hours: deliver again later, it goes on waiting."
                )
            time.sleep(pause)
            pause = min(pause * 1.5, self.patience.longest_poll_seconds)

    def _receive(
        self,
        journal: DeliveryJournal,
        attempt: Attempt,
        intents: Sequence[Intent],
        *,
        is_last_round: bool,
    ) -> list[Intent]:
        """Write a receipt per row that is settled; returns the rows to be sent again."""
        by_record = {each.record_key: each for each in intents}
        receipts: list[Receipt] = []
        for row in self._results(attempt.handle, "successfulResults"):
            if (intent := by_record.pop(row["Id"], None)) is not None:
                receipts.append(Receipt(intent.intent_id, "accepted"))
        again: list[Intent] = []
        for row in self._results(attempt.handle, "failedResults"):
            if (intent := by_record.pop(row["Id"], None)) is None:
                continue
            said = one_sentence(row.get("sf__Error", ""))[:300]
            code = said.split(":")[0]
            if code in _PASSING_CODES and not is_last_round:
                again.append(intent)
            elif code in _GONE_CODES and intent.kind == "clear":
                receipts.append(Receipt(intent.intent_id, "accepted", "the record is gone"))
            else:
                receipts.append(Receipt(intent.intent_id, "refused", said or "no reason given"))
        # What is in neither was not processed.
        again += by_record.values()
        if is_last_round:
            receipts += [
                Receipt(each.intent_id, "refused", "not processed by Salesforce") for each in again
            ]
            again = []
        journal.receive(receipts, attempt)
        return again

    def _results(self, job: str, kind: str) -> Iterator[Mapping[str, str]]:
        text = self._call(lambda client: self._bulk(client).get_ingest_results(job, kind))
        reader = csv.DictReader(io.StringIO(text, newline=""))
        if reader.fieldnames is not None and "Id" not in reader.fieldnames:
            raise RoutingError(
                f"{self.destination}: the {kind} of job {job} are not Salesforce's (no column Id): "
                "deliver again, the job is asked once more."
            )
        return iter(reader)

    # --- calls ----------------------------------------------------------------------------------

    def _bulk(self, client: Salesforce) -> Any:
        """The library's Bulk 2.0 client of one object, whose jobs are known by their id."""
        return getattr(client.bulk2, self.settings.record_type)._client

    def _call(self, ask: Callable[[Salesforce], Answer]) -> Answer:
        try:
            return self._org.call(ask)
        except RefusedError:
            raise
        except PullError as error:
            raise RoutingError(str(error)) from None
        except SalesforceBulkV2LoadError as error:
            raise RoutingError(
                f"{self.destination}: Salesforce did not take the upload "
                f"({one_sentence(str(error))[:160]}): deliver again."
            ) from None


def _as_csv(intents: Sequence[Intent]) -> str:
    """Rows for the Bulk API, which computes nothing; an empty value empties the field."""
    fields = list(json.loads(intents[0].payload))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["Id", *fields])
    for intent in intents:
        values = json.loads(intent.payload)
        writer.writerow([intent.record_key, *(values[each] or _NOTHING for each in fields)])
    return text.getvalue()


def _limit_of(described: Mapping[str, Any]) -> FieldLimit:
    length = int(described.get("length") or 0) or None
    choices = None
    if described.get("restrictedPicklist"):
        choices = frozenset(
            str(each["value"])
            for each in described.get("picklistValues", [])
            if each.get("active", True)
        )
    return FieldLimit(length, choices)
