"""A live HubSpot portal: v3 objects with their property history, v4 associations with their labels.

The first pull lists every record; later ones search for what was modified since. Archived records
are listed each time, because nothing else tells of them. A search never gives more than 10,000
results, so it goes on behind the highest id seen instead of counting pages.
"""

from __future__ import annotations

import datetime
import email.utils
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.crm.hubspot_connection import HubSpotConnection
from orchestration.crm.pulling import Cursor, Page, Window, write_page
from orchestration.errors import PullError
from orchestration.landing import hubspot
from orchestration.landing.contracts import Table

_LIST_ROWS = 100
_SEARCH_ROWS = 200
_HISTORY_ROWS = 50
_HISTORY = ("dealstage", "amount", "closedate", "hubspot_owner_id")
_NOT_PROPERTIES = ("id", "archived", "is_deleted", "fivetran_deleted", "fivetran_synced")
_OF_EVERY_ENGAGEMENT = ("hs_timestamp", "hs_createdate", "hs_lastmodifieddate", "hubspot_owner_id")
_ENGAGEMENTS: dict[str, tuple[str, ...]] = {
    "calls": ("hs_call_title", "hs_call_status", "hs_activity_type"),
    "emails": ("hs_email_subject",),
    "meetings": (
        "hs_meeting_title",
        "hs_meeting_start_time",
        "hs_meeting_end_time",
        "hs_meeting_outcome",
        "hs_activity_type",
    ),
    "notes": (),
    "tasks": ("hs_task_subject", "hs_task_status"),
}


@dataclass(frozen=True)
class _Pulled:
    """One object of landing: the endpoints whose records it is read from, one after the other.

    associated: the other end, for objects that are associations. of_properties: None = those that
    the table declares.
    """

    endpoints: tuple[str, ...]
    associated: str | None = None
    of_properties: tuple[str, ...] | None = None


_ALL_ENGAGEMENTS = tuple(_ENGAGEMENTS)
_RECORDS: dict[str, _Pulled] = {
    "Company": _Pulled(("companies",)),
    "Contact": _Pulled(("contacts",)),
    "Deal": _Pulled(("deals",)),
    "DealCompany": _Pulled(("deals",), associated="companies"),
    "DealPropertyHistory": _Pulled(("deals",)),
    **{
        f"Engagement{endpoint.title()[:-1]}": _Pulled(
            (endpoint,), of_properties=(*_OF_EVERY_ENGAGEMENT, *own)
        )
        for endpoint, own in _ENGAGEMENTS.items()
    },
    "EngagementCompany": _Pulled(_ALL_ENGAGEMENTS, associated="companies"),
    "EngagementDeal": _Pulled(_ALL_ENGAGEMENTS, associated="deals"),
    "EngagementContact": _Pulled(_ALL_ENGAGEMENTS, associated="contacts"),
}
_LISTS = ("Owner", "DealPipeline", "DealPipelineStage")
_OTHER_ID = {"companies": "company_id", "deals": "deal_id", "contacts": "contact_id"}


@dataclass
class _Records:
    """One page of records and where the next one begins."""

    records: list[dict[str, Any]]
    after: str | None = None
    last_id: str | None = None
    is_last: bool = field(default=False)


class HubSpotPortal(HubSpotConnection):
    """The portal that a feed's `connection:` names, as pulls read it.

    A further key of the connection: `objects`, optional.
    """

    def object_names(self) -> tuple[str, ...]:
        """Every object of landing that the API gives."""
        return (*_RECORDS, *_LISTS)

    def now(self) -> datetime.datetime:
        """The portal's own time."""
        answer = self.ask("GET", "/crm/v3/owners", {"limit": "1"})
        stamp = answer.headers.get("Date")
        if stamp:
            return email.utils.parsedate_to_datetime(stamp)
        return datetime.datetime.now(datetime.UTC)

    def begin(self, name: str, window: Window) -> Cursor | None:
        """The first page of the first endpoint."""
        return {
            "endpoint": 0,
            "archived": False,
            "after": None,
            "last_id": None,
            "since": None if window.since is None else _milliseconds(window.since),
            "until": _milliseconds(window.until),
        }

    def fetch(self, name: str, cursor: Cursor, target: Path) -> Page:
        """Write one page of an object; the cursor says which."""
        if name == "Owner":
            return self._owners(cursor, target)
        if name in _LISTS:
            return Page(self._pipelines(name, target), None)
        pulled = _RECORDS[name]
        endpoint = pulled.endpoints[int(cursor["endpoint"])]
        properties = self._properties(name, pulled)
        found = self._records(endpoint, properties, cursor)
        rows = self._write(name, pulled, endpoint, properties, found.records, target)
        return Page(rows, _next_cursor(cursor, found, len(pulled.endpoints)))

    # --- pages of records ---------------------------------------------------------------------

    def _records(self, endpoint: str, properties: list[str], cursor: Cursor) -> _Records:
        if cursor["since"] is None or cursor["archived"]:
            return self._listed(endpoint, properties, cursor)
        return self._searched(endpoint, properties, cursor)

    def _listed(self, endpoint: str, properties: list[str], cursor: Cursor) -> _Records:
        asked = {
            "limit": str(_LIST_ROWS),
            "archived": "true" if cursor["archived"] else "false",
            "properties": ",".join(properties),
        }
        if cursor["after"]:
            asked["after"] = str(cursor["after"])
        answer = self._results("GET", f"/crm/v3/objects/{endpoint}", asked)
        records = [
            record
            for record in answer["results"]
            if not cursor["archived"] or _archived_since(record, cursor["since"])
        ]
        after = _after(answer)
        return _Records(records, after=after, is_last=after is None)

    def _searched(self, endpoint: str, properties: list[str], cursor: Cursor) -> _Records:
        modified = "lastmodifieddate" if endpoint == "contacts" else "hs_lastmodifieddate"
        filters = [
            {"propertyName": modified, "operator": "GTE", "value": str(cursor["since"])},
            {"propertyName": modified, "operator": "LT", "value": str(cursor["until"])},
        ]
        if cursor["last_id"]:
            behind = {"propertyName": "hs_object_id", "operator": "GT"}
            filters.append({**behind, "value": str(cursor["last_id"])})
        answer = self._results(
            "POST",
            f"/crm/v3/objects/{endpoint}/search",
            body={
                "filterGroups": [{"filters": filters}],
                "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
                "properties": properties,
                "limit": _SEARCH_ROWS,
            },
        )
        records = list(answer["results"])
        if not records:
            return _Records([], is_last=True)
        last_id = str(max(int(record["id"]) for record in records))
        return _Records(records, last_id=last_id, is_last=len(records) < _SEARCH_ROWS)

    def _properties(self, name: str, pulled: _Pulled) -> list[str]:
        if pulled.associated is not None or name == "DealPropertyHistory":
            return []
        table = _table(name)
        own = pulled.of_properties or tuple(
            column for column in table.column_names if column not in _NOT_PROPERTIES
        )
        mapped = [self.feed.columns.get(column, column) for column in own]
        added = [
            header
            for column, header in self.feed.columns.items()
            if column in table.column_names and header not in mapped
        ]
        return [*mapped, *added]

    def _write(
        self,
        name: str,
        pulled: _Pulled,
        endpoint: str,
        properties: list[str],
        records: list[dict[str, Any]],
        target: Path,
    ) -> int:
        if pulled.associated is not None:
            key = "deal_id" if endpoint == "deals" else "engagement_id"
            columns = [key, _OTHER_ID[pulled.associated], "type_id", "category", "label"]
            return write_page(
                target, columns, self._associations(endpoint, pulled.associated, records)
            )
        if name == "DealPropertyHistory":
            columns = ["deal_id", "name", "value", "timestamp", "source", "source_id"]
            return write_page(target, columns, self._histories(records))
        rows = (
            [
                str(record["id"]),
                *(_text(record.get("properties", {}).get(each)) for each in properties),
                _text(bool(record.get("archived"))),
            ]
            for record in records
        )
        return write_page(target, ["id", *properties, "archived"], rows)

    def _associations(
        self, endpoint: str, associated: str, records: list[dict[str, Any]]
    ) -> Iterator[list[str]]:
        if not records:
            return
        answer = self._results(
            "POST",
            f"/crm/v4/associations/{endpoint}/{associated}/batch/read",
            body={"inputs": [{"id": str(record["id"])} for record in records]},
        )
        for found in answer["results"]:
            for other in found["to"]:
                for kind in other["associationTypes"]:
                    yield [
                        str(found["from"]["id"]),
                        str(other["toObjectId"]),
                        _text(kind.get("typeId")),
                        _text(kind.get("category")),
                        _text(kind.get("label")),
                    ]

    def _histories(self, records: list[dict[str, Any]]) -> Iterator[list[str]]:
        ids = [str(record["id"]) for record in records]
        for first in range(0, len(ids), _HISTORY_ROWS):
            answer = self._results(
                "POST",
                "/crm/v3/objects/deals/batch/read",
                body={
                    "properties": [],
                    "propertiesWithHistory": list(_HISTORY),
                    "inputs": [{"id": each} for each in ids[first : first + _HISTORY_ROWS]],
                },
            )
            for record in answer["results"]:
                for name, values in record.get("propertiesWithHistory", {}).items():
                    for each in values:
                        yield [
                            str(record["id"]),
                            name,
                            _text(each.get("value")),
                            _text(each.get("timestamp")),
                            _text(each.get("sourceType")),
                            _text(each.get("sourceId")),
                        ]

    # --- lists --------------------------------------------------------------------------------

    def _owners(self, cursor: Cursor, target: Path) -> Page:
        asked = {"limit": "100", "archived": "true" if cursor["archived"] else "false"}
        if cursor["after"]:
            asked["after"] = str(cursor["after"])
        answer = self._results("GET", "/crm/v3/owners", asked)
        names = ["id", "email", "firstName", "lastName", "type", "userId", "createdAt", "updatedAt"]
        rows = (
            [*(_text(owner.get(each)) for each in names), _text(bool(owner.get("archived")))]
            for owner in answer["results"]
        )
        headers = ["id", "email", "first_name", "last_name", "type", "user_id", "created_at"]
        count = write_page(target, [*headers, "updated_at", "archived"], rows)
        after = _after(answer)
        return Page(count, _next_cursor(cursor, _Records([], after=after, is_last=not after), 1))

    def _pipelines(self, name: str, target: Path) -> int:
        pipelines = self._results("GET", "/crm/v3/pipelines/deals")["results"]
        if name == "DealPipeline":
            rows = (
                [str(each["id"]), _text(each.get("label")), _text(each.get("displayOrder"))]
                for each in pipelines
            )
            return write_page(target, ["pipeline_id", "label", "display_order"], rows)
        stages = (
            [
                str(stage["id"]),
                str(pipeline["id"]),
                _text(stage.get("label")),
                _text(stage.get("displayOrder")),
                _text(stage.get("metadata", {}).get("probability")),
                _text(stage.get("metadata", {}).get("isClosed")),
                _text(_is_certain(stage.get("metadata", {}).get("probability"))),
                _text(stage.get("updatedAt")),
                _text(bool(stage.get("archived"))),
            ]
            for pipeline in pipelines
            for stage in pipeline["stages"]
        )
        columns = ["stage_id", "pipeline_id", "label", "display_order", "probability", "is_closed"]
        return write_page(target, [*columns, "closed_won", "updated_at", "archived"], stages)

    # --- calls --------------------------------------------------------------------------------

    def _results(
        self,
        method: str,
        path: str,
        asked: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        answer = self.ask(method, path, asked, body)
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict) or not isinstance(found.get("results"), list):
            raise PullError(
                f"{self.feed.name}: HubSpot's answer to {path} is cut or no list: pull again, it "
                "goes on with that page."
            )
        return found


def _next_cursor(cursor: Cursor, found: _Records, endpoints: int) -> Cursor | None:
    """The next page: of this list, then of what was archived, then of the next endpoint."""
    if not found.is_last:
        return {**cursor, "after": found.after, "last_id": found.last_id}
    fresh = {**cursor, "after": None, "last_id": None}
    if not cursor["archived"]:
        return {**fresh, "archived": True}
    if int(cursor["endpoint"]) + 1 < endpoints:
        return {**fresh, "archived": False, "endpoint": int(cursor["endpoint"]) + 1}
    return None


def _after(answer: dict[str, Any]) -> str | None:
    following = (answer.get("paging") or {}).get("next") or {}
    return str(following["after"]) if following.get("after") else None


def _archived_since(record: dict[str, Any], since: int | None) -> bool:
    stamp = record.get("archivedAt") or record.get("updatedAt")
    if since is None or not stamp:
        return True
    archived_at = datetime.datetime.fromisoformat(str(stamp).replace("Z", "+00:00"))
    return _milliseconds(archived_at) >= since


def _table(name: str) -> Table:
    return next(each.table for each in hubspot.OBJECTS if each.name == name)


def _milliseconds(moment: datetime.datetime) -> int:
    return int(moment.timestamp() * 1000)


def _is_certain(probability: object) -> bool:
    """Whether a stage is won: HubSpot says so by a probability of 1."""
    return str(probability) in ("1", "1.0")


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
