"""Spans of a refresh reach OpenTelemetry where it is there, and cost nothing where it is not."""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from orchestration.observed_refresh import observed
from orchestration.refresh_log import read_attempts, read_events
from orchestration.refresh_session import RefreshSession
from orchestration.settings import Home, Settings

REFRESHES = """
import sys, time
from pathlib import Path
from orchestration.errors import RefreshError
from orchestration.observed_refresh import observed
from orchestration.refresh_session import RefreshSession
from orchestration.settings import Home, Settings
from orchestration.tracing import past_span
session = RefreshSession(Settings(Home(Path(sys.argv[1])), "duckdb", 1))
with observed(session):
    with session.station("staging"):
        past_span("stg_model", time.time() - 2, 1.5, {"rows": 7, "status": "success"})
    try:
        with session.station("marts"):
            raise RefreshError("a could not be built: mend it.")
    except RefreshError:
        pass
"""


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """A receiver of OTLP over HTTP, and the bodies that it was sent."""
    bodies: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """The test's output stays the test's."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_packed = self.headers.get("Content-Encoding") == "gzip"
            bodies.append(gzip.decompress(body) if is_packed else body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", bodies
    server.shutdown()
    server.server_close()


def run(home: Path, environment: dict[str, str], code: str = REFRESHES) -> str:
    import os

    done = subprocess.run(
        [sys.executable, "-c", code, str(home)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout + done.stderr


def test_a_collector_gets_the_refresh_its_stations_and_models(
    tmp_path: Path, collector: tuple[str, list[bytes]]
) -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
        ExportTraceServiceRequest,
    )

    endpoint, bodies = collector
    assert run(tmp_path, {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}) == ""
    spans = {}
    for body in bodies:
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            named = {each.key: each.value.string_value for each in resource.resource.attributes}
            assert named["service.name"] == "cosell"
            for scope in resource.scope_spans:
                spans |= {each.name: each for each in scope.spans}
    assert set(spans) == {"refresh", "staging", "stg_model", "marts"}
    assert spans["staging"].parent_span_id == spans["refresh"].span_id
    assert spans["stg_model"].parent_span_id == spans["staging"].span_id
    model = spans["stg_model"]
    assert (model.end_time_unix_nano - model.start_time_unix_nano) / 1e9 == pytest.approx(1.5)
    attributes = {each.key: each.value for each in model.attributes}
    assert attributes["cosell.rows"].int_value == 7
    failed = spans["refresh"]
    assert failed.status.code == 2 and "mend it" in failed.status.message
    outcome = {each.key: each.value.string_value for each in failed.attributes}
    assert outcome["cosell.outcome"] == "failed"


def test_a_collector_that_is_away_is_a_line_in_the_log(tmp_path: Path) -> None:
    away = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
    }
    assert run(tmp_path, away) == ""
    events = list(read_events(next(read_attempts(Home(tmp_path))).file))
    assert [each["event"] for each in events][-1] == "spans_not_sent"


def test_without_a_collector_nothing_is_imported(tmp_path: Path) -> None:
    code = f"{REFRESHES}\nprint([each for each in sys.modules if 'opentelemetry' in each])"
    assert run(tmp_path, {}, code).strip() == "[]"


def test_without_the_package_the_log_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("orchestration.tracing.is_installed", lambda: False)
    for name in [each for each in sys.modules if each.startswith("opentelemetry")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    home = Home(tmp_path)
    with observed(RefreshSession(Settings(home, "duckdb", 1))):
        pass
    last = list(read_events(next(read_attempts(home)).file))[-1]
    assert last["event"] == "spans_not_sent" and "telemetry" in last["message"]
