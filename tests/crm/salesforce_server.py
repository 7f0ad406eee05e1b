"""A Salesforce org as its documentation says it answers: OAuth, describe, Bulk API 2.0, REST query.

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


class SalesforceServer(LocalServer):
    """The org; `objects` may be changed between pulls."""

    def __init__(self, tls: ssl.SSLContext, token: str) -> None:
        super().__init__(tls, token)
        self.objects: dict[str, SObject] = {}
        self.jobs: dict[str, Job] = {}
        self.states = ["InProgress", "JobComplete"]
        self.job_error = ""
        self.client = ("the-client", "the-client-secret")

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
        described = [{"name": each, "type": kind} for each, kind in fields.items()]
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

    def _query_all(self, asked: Asked) -> Answer:
        _, fields, rows = self._selected(asked.parameters["q"])
        records = [
            {"attributes": {}, **{each: row.get(each) or None for each in fields}} for row in rows
        ]
        return Answer(content={"totalSize": len(records), "done": True, "records": records})


def refusal(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Answer:
    """An error as every resource of the API writes it."""
    return Answer(status, [{"errorCode": code, "message": message}], headers or {})
