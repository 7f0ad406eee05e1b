"""A Salesforce org as its documentation says it answers: OAuth, describe, Bulk API 2.0, REST query.

Ingest jobs take one upload, do nothing before they are closed, and give a result per row; a row
that `refusals` names is refused as often as it says.

Jobs are created, run through their states, and give their results page by page, each page with the
headers Sforce-Locator and Sforce-NumberOfRecords; locators stay valid as long as their job.
"""

from __future__ import annotations

import csv
import io
import re
import ssl
from dataclasses import dataclass, field
from typing import Any

from tests.crm.local_server import Answer, Asked, LocalServer


@dataclass
class Job:
    """One query job: its rows, and the states that asking for it still walks through."""

    rows: list[dict[str, str]]
    fields: list[str]
    soql: str
    states: list[str]
    error: str = ""


@dataclass
class SObject:
    """One object of the org: the types of its fields, and its records."""

    fields: dict[str, str]
    records: list[dict[str, str]] = field(default_factory=list)
    is_in_bulk: bool = True
    described: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class IngestJob:
    """One ingest job: what was uploaded and, once it is closed, what became of each row."""

    operation: str
    object_name: str
    key: str
    rows: list[dict[str, str]] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    state: str = "Open"
    polls: int = 1
    results: dict[str, list[dict[str, str]]] = field(default_factory=dict)


class SalesforceServer(LocalServer):
    """The org; `objects` may be changed between pulls."""

    def __init__(self, tls: ssl.SSLContext, token: str) -> None:
        super().__init__(tls, token)
        self.objects: dict[str, SObject] = {}
        self.jobs: dict[str, Job] = {}
        self.states = ["InProgress", "JobComplete"]
        self.job_error = ""
        self.client = ("the-client", "the-client-secret")
        self.ingest: dict[str, IngestJob] = {}
        self.refusals: dict[str, list[str]] = {}
        self.unprocessed: list[str] = []
        self.writes: dict[str, list[dict[str, str]]] = {}

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/services/oauth2/token":
            return self._log_in(asked)
        if asked.headers.get("Authorization") != f"Bearer {self.token}":
            return refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
        path = re.sub(r"^/services/data/v[\d.]+", "", asked.path)
        if path == "/limits":
            return Answer(content={"DailyApiRequests": {"Max": 15000, "Remaining": 14998}})
        if found := re.fullmatch(r"/sobjects/(\w+)/describe", path):
            return self._describe(found[1])
        if path.startswith("/jobs/ingest"):
            return self._ingest(path, asked)
        if path == "/jobs/query" and asked.method == "POST":
            return self._create(asked.body)
        if found := re.fullmatch(r"/jobs/query/(\w+)", path):
            return self._state(found[1])
        if found := re.fullmatch(r"/jobs/query/(\w+)/results", path):
            return self._results(found[1], asked)
        if path.rstrip("/") == "/queryAll":
            return self._query_all(asked)
        return refusal(404, "NOT_FOUND", f"The requested resource does not exist: {path}")

    def _log_in(self, asked: Asked) -> Answer:
        given = (asked.body.get("client_id"), asked.body.get("client_secret"))
        if given != self.client or asked.body.get("grant_type") != "client_credentials":
            content = {"error": "invalid_client", "error_description": f"invalid client {given[1]}"}
            return Answer(400, content)
        return Answer(content={"access_token": self.token, "instance_url": self.url})

    def _describe(self, name: str) -> Answer:
        if name not in self.objects:
            return refusal(404, "NOT_FOUND", "The requested resource does not exist")
        fields = self.objects[name].fields
        more = self.objects[name].described
        described = [
            {"name": each, "type": kind, **more.get(each, {})} for each, kind in fields.items()
        ]
        return Answer(content={"name": name, "fields": described})

    def _create(self, body: dict[str, Any]) -> Answer:
        name, fields, rows = self._selected(body["query"])
        if body["operation"] != "queryAll":
            rows = [row for row in rows if row.get("IsDeleted") != "true"]
        if not self.objects[name].is_in_bulk:
            return refusal(
                400, "INVALIDENTITY", f"Entity '{name}' is not supported by the Bulk API."
            )
        job = f"750R{len(self.jobs):011d}"
        self.jobs[job] = Job(rows, fields, body["query"], list(self.states), self.job_error)
        return Answer(content={"id": job, "state": "UploadComplete", "object": name})

    def _selected(self, soql: str) -> tuple[str, list[str], list[dict[str, str]]]:
        match = re.fullmatch(r"SELECT (.+) FROM (\w+)(?: WHERE (.+))?", soql)
        assert match is not None, soql
        fields = match[1].split(", ")
        rows = self.objects[match[2]].records
        assert set(fields) <= set(self.objects[match[2]].fields), soql
        for condition in (match[3] or "").split(" AND "):
            if condition:
                stamp, operator, bound = condition.split(" ")
                rows = [
                    row
                    for row in rows
                    if (row[stamp] >= bound if operator == ">=" else row[stamp] < bound)
                ]
        return match[2], fields, rows

    def _state(self, job_id: str) -> Answer:
        job = self.jobs.get(job_id)
        if job is None:
            return refusal(404, "NOT_FOUND", "The requested resource does not exist")
        state = job.states.pop(0) if len(job.states) > 1 else job.states[0]
        content = {"id": job_id, "state": state, "operation": "queryAll"}
        if state in ("Failed", "Aborted"):
            content["errorMessage"] = job.error
        return Answer(content=content)

    def _results(self, job_id: str, asked: Asked) -> Answer:
        job = self.jobs.get(job_id)
        if job is None:
            return refusal(404, "NOT_FOUND", "The requested resource does not exist")
        first = int(asked.parameters.get("locator", "MA")[2:] or 0)
        behind = first + int(asked.parameters["maxRecords"])
        page = job.rows[first:behind]
        locator = f"MA{behind}" if behind < len(job.rows) else "null"
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(job.fields)
        writer.writerows([[row.get(each, "") for each in job.fields] for row in page])
        headers = {"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(len(page))}
        return Answer(content=text.getvalue(), headers=headers)

    def _ingest(self, path: str, asked: Asked) -> Answer:
        if path == "/jobs/ingest":
            name = f"7505e{len(self.ingest):010d}"
            body = asked.body
            self.ingest[name] = IngestJob(
                body["operation"], body["object"], body.get("externalIdFieldName", "")
            )
            return Answer(content={"id": name, "state": "Open", "object": body["object"]})
        _, _, name, *rest = path.strip("/").split("/")
        job = self.ingest.get(name)
        if job is None:
            return refusal(404, "NOT_FOUND", "The requested resource does not exist")
        if rest == ["batches"]:
            if job.state != "Open" or job.rows:
                return refusal(400, "INVALIDJOBSTATE", "only one upload per job")
            reader = csv.DictReader(io.StringIO(asked.body, newline=""))
            job.rows, job.fields = list(reader), list(reader.fieldnames or [])
            return Answer(201)
        if rest:
            return self._ingest_results(job, rest[0])
        if asked.method == "PATCH":
            job.state = asked.body["state"]
            if job.state == "UploadComplete":
                self._process(job)
        elif job.state in ("UploadComplete", "InProgress"):
            job.polls -= 1
            job.state = "InProgress" if job.polls >= 0 else "JobComplete"
        return Answer(content={"id": name, "state": job.state, "object": job.object_name})

    def _process(self, job: IngestJob) -> None:
        """What Salesforce does with the rows: `#N/A` empties a field, an empty text leaves it."""
        known = {each["Id"]: each for each in self.objects[job.object_name].records}
        done: dict[str, list[dict[str, str]]] = {
            "successfulResults": [],
            "failedResults": [],
            "unprocessedRecords": [],
        }
        for row in job.rows:
            record, waiting = known.get(row[job.key]), self.refusals.get(row[job.key], [])
            too_long = [
                name
                for name, value in row.items()
                if len(value.encode("utf-16-le")) // 2 > self._length(job.object_name, name)
            ]
            if row[job.key] in self.unprocessed:
                self.unprocessed.remove(row[job.key])
                done["unprocessedRecords"].append(row)
            elif waiting:
                error = waiting.pop(0)
                done["failedResults"].append({"sf__Id": "", "sf__Error": error, **row})
            elif record is None or too_long:
                error = f"STRING_TOO_LONG:{too_long}" if too_long else "ENTITY_IS_DELETED:gone:--"
                done["failedResults"].append({"sf__Id": "", "sf__Error": error, **row})
            else:
                changed = {name: value for name, value in row.items() if value}
                record |= {n: "" if v == "#N/A" else v for n, v in changed.items()}
                self.writes.setdefault(row[job.key], []).append(row)
                done["successfulResults"].append(
                    {"sf__Id": row[job.key], "sf__Created": "false", **row}
                )
        job.results = done

    def _length(self, object_name: str, field_name: str) -> int:
        described = self.objects[object_name].described.get(field_name, {})
        return int(described.get("length") or 100_000)

    def _ingest_results(self, job: IngestJob, kind: str) -> Answer:
        first = {
            "successfulResults": ["sf__Id", "sf__Created"],
            "failedResults": ["sf__Id", "sf__Error"],
        }
        columns = [*first.get(kind, []), *job.fields]
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(job.results.get(kind, []))
        return Answer(content=text.getvalue())

    def _query_all(self, asked: Asked) -> Answer:
        _, fields, rows = self._selected(asked.parameters["q"])
        records = [
            {"attributes": {}, **{each: row.get(each) or None for each in fields}} for row in rows
        ]
        return Answer(content={"totalSize": len(records), "done": True, "records": records})


def refusal(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Answer:
    """An error as every resource of the API writes it."""
    return Answer(status, [{"errorCode": code, "message": message}], headers or {})
