"""A live Salesforce org: Bulk API 2.0 queries of what changed, deleted and merged records included.

Only fields that the org has are asked for, found by describing each object; an object that the org
does not have is passed over. Objects that the Bulk API does not serve are read through REST.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from simple_salesforce import Salesforce
from simple_salesforce.bulk2 import JobState, Operation

from orchestration.crm.credentials import Credentials
from orchestration.crm.pulling import (
    Cursor,
    CursorLostError,
    Page,
    Window,
    rows_of_csv,
    write_page,
)
from orchestration.crm.salesforce_connection import Answer, SalesforceConnection
from orchestration.crm.sessions import Patience, RefusedError, text_of
from orchestration.errors import PullError, one_sentence
from orchestration.landing import salesforce
from orchestration.landing.contracts import Table
from orchestration.landing.feeds import Feed
from orchestration.landing.headers import letters_and_digits

PAGE_ROWS = 100_000
# What says when a record changed, best first; an object with none of them is read whole.
_STAMPS = ("SystemModstamp", "LastModifiedDate", "CreatedDate")
# Not data of the record: parts of it put together, or files.
_NO_VALUES = ("address", "location", "base64", "complexvalue")
_NO_BULK_CODES = (
    "INVALIDENTITY",
    "INVALID_ENTITY",
    "API_NOT_SUPPORTED",
    "FUNCTIONALITY_NOT_ENABLED",
)


class SalesforceOrg(SalesforceConnection):
    """The org that a feed's `connection:` names, as pulls read it.

    Further keys of the connection: `objects` and `page_rows`, both optional.
    """

    def __init__(self, feed: Feed, credentials: Credentials, patience: Patience) -> None:
        super().__init__(feed, credentials, patience)
        self.page_rows = int(text_of(feed.connection, "page_rows") or PAGE_ROWS)
        self._fields: dict[str, list[str]] = {}

    # --- what a pull asks for -----------------------------------------------------------------

    def object_names(self) -> tuple[str, ...]:
        """Every object that landing knows."""
        return tuple(each.name for each in salesforce.OBJECTS)

    def now(self) -> datetime.datetime:
        """The org's own time: ours may be wrong, and its stamps are made with its own."""
        self.call(lambda client: client.restful("limits"))
        return self._server_time or datetime.datetime.now(datetime.UTC)

    def begin(self, name: str, window: Window) -> Cursor | None:
        """Create the query job; None when the org has no such object."""
        fields = self._fields_of(name)
        if fields is None:
            return None
        soql = _query(name, fields, window)
        try:
            job = self.call(
                lambda client: _bulk(client, name).create_job(Operation.query_all, query=soql)
            )
        except RefusedError as refused:
            if refused.code in _NO_BULK_CODES:
                return {"soql": soql, "fields": fields}
            raise
        return {"job": str(job["id"]), "locator": ""}

    def fetch(self, name: str, cursor: Cursor, target: Path) -> Page:
        """Write one page of the job's result; waits for the job before the first."""
        if "soql" in cursor:
            return Page(self._fetch_through_rest(name, cursor, target), None)
        job, locator = str(cursor["job"]), str(cursor["locator"])
        if not locator:
            self._wait(name, job)
        try:
            page = self._call_job(
                name, lambda client: _download(client, name, job, locator, target, self.page_rows)
            )
        except KeyError:
            # The library believes any answer of 200 to have Salesforce's own headers.
            raise self._cut_page(name, "the answer is not Salesforce's") from None
        expected = int(page["number_of_records"])
        try:
            found = rows_of_csv(target)
        except PullError as error:
            raise self._cut_page(name, str(error)) from None
        if found != expected:
            raise self._cut_page(name, f"{found} of {expected} rows arrived")
        following = str(page["locator"] or "")
        return Page(found, {"job": job, "locator": following} if following else None)

    # --- fields -------------------------------------------------------------------------------

    def _fields_of(self, name: str) -> list[str] | None:
        if name not in self._fields:
            try:
                described: Any = self.call(
                    lambda client: client.restful(f"sobjects/{name}/describe")
                )
            except RefusedError as refused:
                if refused.status == 404:
                    return None
                raise
            table = next(each.table for each in salesforce.OBJECTS if each.name == name)
            self._fields[name] = self._wanted(name, table, described["fields"])
        return self._fields[name]

    def _wanted(self, name: str, table: Table, described: list[dict[str, Any]]) -> list[str]:
        """Fields of the org that fill a declared column or mark a change."""
        mapped = {self.feed.columns.get(each, each) for each in table.column_names}
        wanted = {letters_and_digits(each) for each in (*mapped, *_STAMPS)}
        fields = [
            str(field["name"])
            for field in described
            if field.get("type") not in _NO_VALUES and letters_and_digits(field["name"]) in wanted
        ]
        if "Id" not in fields:
            raise PullError(
                f"{name} of {self.feed.name} shows no Id to this user: give the user read access."
            )
        return fields

    # --- the job ------------------------------------------------------------------------------

    def _wait(self, name: str, job: str) -> None:
        pause = self.patience.poll_seconds
        deadline = time.monotonic() + self.patience.job_hours * 3600
        while True:
            info = self._call_job(name, lambda client: _bulk(client, name).get_job(job, True))
            state = info["state"]
            if state == JobState.job_complete:
                return
            if state in (JobState.failed, JobState.aborted):
                reason = one_sentence(str(info.get("errorMessage") or "no reason given"))[:200]
                raise CursorLostError(
                    f"{name} of {self.feed.name}: the query job {job} was {str(state).lower()} by "
                    f"Salesforce ({reason}): pull again, or leave the object out of "
                    f"connection.objects in {self.feed.file}."
                )
            if time.monotonic() > deadline:
                raise PullError(
                    f"{name} of {self.feed.name}: the query job {job} is still {state} after "
                    f"{self.patience.job_hours:g} hours: pull again later, it goes on waiting."
                )
            time.sleep(pause)
            pause = min(pause * 2, self.patience.longest_poll_seconds)

    def _cut_page(self, name: str, reason: str) -> PullError:
        return PullError(
            f"{name} of {self.feed.name}: a page arrived damaged ({reason}): pull again, it goes "
            "on with that page."
        )

    def _fetch_through_rest(self, name: str, cursor: Cursor, target: Path) -> int:
        fields = [str(field) for field in cursor["fields"]]

        def write(client: Salesforce) -> int:
            records = client.query_all_iter(str(cursor["soql"]), include_deleted=True)
            return write_page(target, fields, _rows(records, fields))

        return self.call(write)

    # --- calls --------------------------------------------------------------------------------

    def _call_job(self, name: str, ask: Callable[[Salesforce], Answer]) -> Answer:
        try:
            return self.call(ask)
        except RefusedError as refused:
            if refused.status == 404:
                raise CursorLostError(
                    f"{name} of {self.feed.name}: Salesforce no longer knows the query job (it "
                    "keeps results for seven days): pull again, it begins anew."
                ) from None
            raise


def _bulk(client: Salesforce, name: str) -> Any:
    """The library's Bulk 2.0 client of one object, whose jobs can be taken up again by their id."""
    return getattr(client.bulk2, name)._client


def _download(
    client: Salesforce, name: str, job: str, locator: str, target: Path, page_rows: int
) -> dict[str, Any]:
    page = _bulk(client, name).download_job_data(
        str(target.parent), job, locator, max_records=page_rows, chunk_size=1024 * 1024
    )
    Path(page["file"]).replace(target)
    return dict(page)


def _query(name: str, fields: list[str], window: Window) -> str:
    stamp = next((each for each in _STAMPS if each in fields), None)
    conditions = []
    if stamp is not None:
        conditions = [f"{stamp} < {window.until:%Y-%m-%dT%H:%M:%SZ}"]
        if window.since is not None:
            conditions.append(f"{stamp} >= {window.since:%Y-%m-%dT%H:%M:%SZ}")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(fields)} FROM {name}{where}"


def _rows(records: Iterator[dict[str, Any]], fields: list[str]) -> Iterator[list[str]]:
    for record in records:
        yield [_text(record.get(field)) for field in fields]


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
