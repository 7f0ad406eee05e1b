"""Spans of a refresh for OpenTelemetry: one for the refresh, one per station, gate and model.

Where the package is not installed, or nobody has asked for spans, nothing is imported and nothing
is done. They are asked for by the standard variable OTEL_EXPORTER_OTLP_ENDPOINT (or its form for
traces), or by a program around us that has set a tracer provider.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

ENDPOINT_VARIABLES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
INSTALL = "pip install -e '.[telemetry]'"
SCOPE = "cosell"
_FLUSH_MILLISECONDS = 5_000
_NANOSECONDS = 1_000_000_000

Attributes = Mapping[str, str | int | float | bool | None]


def are_spans_wanted() -> bool:
    """Whether a collector is named by the environment."""
    return any(os.environ.get(name) for name in ENDPOINT_VARIABLES)


def is_installed() -> bool:
    """Whether spans can be sent to a collector from here."""
    from importlib.util import find_spec

    try:
        return find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        return False


def _tracer() -> Any:
    """OpenTelemetry's tracer; None where nobody would see its spans."""
    if "opentelemetry.trace" not in sys.modules and not are_spans_wanted():
        return None
    try:
        from opentelemetry import trace
    except ImportError:
        return None
    return trace.get_tracer(SCOPE)


@contextmanager
def exported_spans() -> Iterator[list[str]]:
    """Send the spans of this block to the collector that the environment names.

    Yields a list that holds, after the block, one sentence per way in which sending failed; nothing
    is ever raised for it. A provider that is set already stays.
    """
    problems: list[str] = []
    if not are_spans_wanted():
        yield problems
        return
    if not is_installed():
        problems.append(f"a collector is named, but OpenTelemetry is not installed: {INSTALL}")
        yield problems
        return
    from opentelemetry import trace

    listener = _Listener(problems)
    logger = logging.getLogger("opentelemetry")
    propagated, logger.propagate = logger.propagate, False
    logger.addHandler(listener)
    try:
        if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            trace.set_tracer_provider(_provider())
        yield problems
    finally:
        flush = getattr(trace.get_tracer_provider(), "force_flush", None)
        if flush is not None and not flush(_FLUSH_MILLISECONDS):
            problems.append("the collector did not take all spans in five seconds")
        logger.removeHandler(listener)
        logger.propagate = propagated


class _Listener(logging.Handler):
    """Keeps what OpenTelemetry would write on the terminal, each sentence once."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._problems = problems

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one sentence."""
        sentence = " ".join(record.getMessage().split())[:300]
        if sentence not in self._problems:
            self._problems.append(sentence)


def _provider() -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = os.environ.get("OTEL_SERVICE_NAME", SCOPE)
    provider = TracerProvider(resource=Resource.create({"service.name": named}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


@contextmanager
def span(name: str, attributes: Attributes | None = None) -> Iterator[Span]:
    """A span around a block; an error that leaves the block marks it as failed."""
    tracer = _tracer()
    if tracer is None:
        yield Span(None)
        return
    with tracer.start_as_current_span(
        name, attributes=_known(attributes), record_exception=False, set_status_on_exception=False
    ) as opened:
        current = Span(opened)
        try:
            yield current
        except BaseException as error:
            current.fail(str(error) or type(error).__name__)
            raise


class Span:
    """A span that is open; without a tracer it does nothing."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened

    def note(self, attributes: Attributes) -> None:
        """Add what is known by now."""
        if self._opened is not None:
            self._opened.set_attributes(_known(attributes))

    def fail(self, sentence: str) -> None:
        """Mark it as failed."""
        if self._opened is not None:
            from opentelemetry.trace import Status, StatusCode

            self._opened.set_status(Status(StatusCode.ERROR, sentence))


def past_span(name: str, began_at: float, seconds: float, attributes: Attributes) -> None:
    """A span for work that is over; `began_at` in seconds since 1970."""
    tracer = _tracer()
    if tracer is None:
        return
    start = int(began_at * _NANOSECONDS)
    opened = tracer.start_span(name, attributes=_known(attributes), start_time=start)
    opened.end(start + int(seconds * _NANOSECONDS))


def _known(attributes: Attributes | None) -> dict[str, str | int | float | bool]:
    return {
        f"cosell.{name}": value for name, value in (attributes or {}).items() if value is not None
    }
