"""A HubSpot portal as its documentation says it answers: v3 objects and search, v4 associations."""

from __future__ import annotations

import re
import ssl
from typing import Any

from tests.crm.local_server import Answer, Asked, LocalServer

SEARCH_LIMIT = 10_000


class HubSpotServer(LocalServer):
    """The portal: records by endpoint, and what hangs on them."""

    def __init__(self, tls: ssl.SSLContext, token: str) -> None:
        super().__init__(tls, token)
        self.records: dict[str, list[dict[str, Any]]] = {}
        self.associations: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {}
        self.histories: dict[str, dict[str, list[dict[str, Any]]]] = {}
        self.properties: dict[str, list[dict[str, Any]]] = {}
        self.refusals: dict[str, str] = {}
        self.writes: dict[str, list[dict[str, str]]] = {}
        self.owners: list[dict[str, Any]] = []
        self.pipelines: list[dict[str, Any]] = []

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != f"Bearer {self.token}":
            said = f"Authentication credentials not found: {asked.headers.get('Authorization')}"
            return refusal(401, "INVALID_AUTHENTICATION", said)
        if asked.path == "/crm/v3/owners":
            return self._page(
                [
                    owner
                    for owner in self.owners
                    if str(bool(owner.get("archived"))).lower() == asked.parameters["archived"]
                ]
                if "archived" in asked.parameters
                else self.owners,
                asked,
            )
        if asked.path == "/crm/v3/pipelines/deals":
            return Answer(content={"results": self.pipelines})
        if found := re.fullmatch(r"/crm/v3/objects/(\w+)", asked.path):
            wanted = asked.parameters.get("archived") == "true"
            records = [
                each
                for each in self.records.get(found[1], [])
                if bool(each.get("archived")) == wanted
            ]
            return self._page([_shown(each, asked.parameters) for each in records], asked)
        if found := re.fullmatch(r"/crm/v3/objects/(\w+)/search", asked.path):
            return self._search(found[1], asked.body)
        if asked.path == "/account-info/v3/details":
            return Answer(content={"portalId": 1234567, "timeZone": "US/Eastern"})
        if found := re.fullmatch(r"/crm/v3/properties/(\w+)", asked.path):
            return Answer(content={"results": self.properties.get(found[1], [])})
        if found := re.fullmatch(r"/crm/v3/objects/(\w+)/batch/update", asked.path):
            return self._update(found[1], asked.body["inputs"])
        if asked.path == "/crm/v3/objects/companies/batch/read":
            return self._read(asked.body)
        if asked.path == "/crm/v3/objects/deals/batch/read":
            ids = [each["id"] for each in asked.body["inputs"]]
            assert len(ids) <= 50, "the API reads the history of 50 records at most"
            results = [
                {"id": each, "propertiesWithHistory": self.histories.get(each, {})} for each in ids
            ]
            return Answer(content={"status": "COMPLETE", "results": results})
        if found := re.fullmatch(r"/crm/v4/associations/(\w+)/(\w+)/batch/read", asked.path):
            kept = self.associations.get((found[1], found[2]), {})
            results = [
                {"from": {"id": each["id"]}, "to": kept[each["id"]]}
                for each in asked.body["inputs"]
                if each["id"] in kept
            ]
            return Answer(
                207 if len(results) < len(asked.body["inputs"]) else 200, {"results": results}
            )
        return refusal(404, "OBJECT_NOT_FOUND", "resource not found")

    def _update(self, endpoint: str, inputs: list[dict[str, Any]]) -> Answer:
        """A value that a property does not take refuses the batch; a missing record only itself."""
        if len(inputs) > 100:
            return refusal(400, "VALIDATION_ERROR", "The maximum batch size is 100")
        for each in inputs:
            if message := self.refusals.get(each["id"]):
                return refusal(400, "VALIDATION_ERROR", message)
        known = {each["id"]: each for each in self.records.get(endpoint, [])}
        missing = [each["id"] for each in inputs if each["id"] not in known]
        results = []
        for each in inputs:
            if each["id"] in known:
                known[each["id"]]["properties"] |= each["properties"]
                self.writes.setdefault(each["id"], []).append(each["properties"])
                results.append({"id": each["id"], "properties": each["properties"]})
        content: dict[str, Any] = {"status": "COMPLETE", "results": results}
        if missing:
            content["numErrors"] = 1
            content["errors"] = [
                {
                    "status": "error",
                    "category": "OBJECT_NOT_FOUND",
                    "message": "Could not get some COMPANY objects, they may be deleted",
                    "context": {"ids": missing},
                }
            ]
        return Answer(207 if missing else 200, content)

    def _read(self, body: dict[str, Any]) -> Answer:
        wanted = {each["id"] for each in body["inputs"]}
        results = [
            {
                "id": each["id"],
                "properties": {n: each["properties"].get(n) for n in body["properties"]},
            }
            for each in self.records.get("companies", [])
            if each["id"] in wanted
        ]
        return Answer(207 if len(results) < len(wanted) else 200, {"results": results})

    def _page(self, results: list[dict[str, Any]], asked: Asked) -> Answer:
        first = int(asked.parameters.get("after", 0))
        behind = first + int(asked.parameters["limit"])
        content: dict[str, Any] = {"results": results[first:behind]}
        if behind < len(results):
            content["paging"] = {"next": {"after": str(behind), "link": "…"}}
        return Answer(content=content)

    def _search(self, endpoint: str, body: dict[str, Any]) -> Answer:
        if int(body.get("after", 0)) + body["limit"] > SEARCH_LIMIT or body["limit"] > 200:
            return refusal(400, "VALIDATION_ERROR", "The maximum number of results is 10000")
        results = [each for each in self.records.get(endpoint, []) if not each.get("archived")]
        for each in body["filterGroups"][0]["filters"]:
            name, bound = each["propertyName"], int(each["value"])
            tests = {"GTE": int.__ge__, "LT": int.__lt__, "GT": int.__gt__}
            results = [
                record
                for record in results
                if tests[each["operator"]](_number(record, name), bound)
            ]
        results.sort(key=lambda record: int(record["id"]))
        return Answer(content={"total": len(results), "results": results[: body["limit"]]})


def _number(record: dict[str, Any], name: str) -> int:
    if name == "hs_object_id":
        return int(record["id"])
    return int(record["properties"]["_modified_ms"])


def _shown(record: dict[str, Any], parameters: dict[str, str]) -> dict[str, Any]:
    wanted = parameters.get("properties", "").split(",")
    kept = {name: value for name, value in record["properties"].items() if name in wanted}
    return {**record, "properties": kept}


def refusal(
    status: int, category: str, message: str, headers: dict[str, str] | None = None
) -> Answer:
    """An error as the API writes it."""
    content = {"status": "error", "category": category, "message": message}
    return Answer(status, content, headers or {})
