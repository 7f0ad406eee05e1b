"""A refresh that is watched: its log, its spans, and whoever is to be told how it went.

The command line, the schedules and Dagster's UI all refresh inside `observed`.
"""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.errors import one_sentence
from orchestration.private_files import private_files
from orchestration.redaction import without_secrets
from orchestration.refresh_log import FINISHED, STARTED, RefreshLog, open_refresh_log
from orchestration.refresh_session import STOPPED, RefreshSession
from orchestration.release import current_release
from orchestration.tracing import exported_spans, span

_NUMBERS = re.compile(r"\d+")


@contextmanager
def observed(session: RefreshSession, verb: str = "refresh") -> Iterator[None]:
    """Log the refresh of this block from its beginning to its end, whatever ends it.

    Alerts are told after it; neither they nor a collector of spans can make it fail.
    """
    with private_files():
        yield from _observed(session, verb)


def _observed(session: RefreshSession, verb: str) -> Iterator[None]:
    log = session.log = open_refresh_log(session.home)
    log.write(
        STARTED,
        verb=verb,
        engine=session.settings.engine,
        as_of=session.as_of,
        process=os.getpid(),
        host=socket.gethostname(),
    )
    started = time.monotonic()
    stopped_by: BaseException | None = None
    facts: dict[str, str] = {}
    problems: list[str] = []
    try:
        with exported_spans() as problems, span(verb) as whole:
            try:
                yield
            except BaseException as error:
                stopped_by = error
                raise
            finally:
                facts = _how_it_ended(session, stopped_by)
                whole.note({key: value for key, value in facts.items() if key != "message"})
                if "message" in facts:
                    whole.fail(str(facts["message"]))
    finally:
        log.write(FINISHED, **facts, seconds=round(time.monotonic() - started, 3))
        for problem in problems:
            log.write("spans_not_sent", message=problem)
        _tell(session, log)


def _how_it_ended(session: RefreshSession, stopped_by: BaseException | None) -> dict[str, str]:
    error = session.failure or stopped_by
    if error is None:
        release = current_release(session.home)
        facts = {"outcome": _good_outcome(session)}
        return facts if release is None else {**facts, "release_id": release.release_id}
    is_signal = str(error) == STOPPED or not isinstance(error, Exception)
    sentence = STOPPED if is_signal else one_sentence(str(error)) or type(error).__name__
    station = session.failed_station or "beginning"
    message = without_secrets(sentence, session.log.secrets)
    judged = None if is_signal else _what_was_judged(session, station)
    return {
        "outcome": "stopped" if is_signal else "failed",
        "station": station,
        "error": type(error).__name__,
        "cause": judged or f"{station}: {type(error).__name__}: {_NUMBERS.sub('#', message)[:200]}",
        "message": message,
        "summary": message if judged is None else f"Stopped by the {judged}.",
    }


def _good_outcome(session: RefreshSession) -> str:
    if session.is_up_to_date:
        return "up_to_date"
    if session.published is None:
        return "partial"
    return "published" if session.published.is_switched else "unchanged"


def _what_was_judged(session: RefreshSession, station: str) -> str | None:
    """The rules of a gate or the nodes of a station that stopped it; None for anything else.

    The same text for the same trouble of another day, and no row is quoted in it.
    """
    for gate in session.gates.values():
        if gate.blocking:
            return f"{gate.gate} gate: {', '.join(sorted(one.rule_id for one in gate.blocking))}"
    failed = sorted(
        one.name for one in session.dbt_results.get(station, ()) if one.status in ("error", "fail")
    )
    return f"{station} station: {', '.join(failed)}" if failed else None


def _tell(session: RefreshSession, log: RefreshLog) -> None:
    """Tell those who want to know; what goes wrong with that is logged, and nothing else."""
    try:
        from orchestration.alerts.settings import load_alert_settings

        if load_alert_settings(session.home).are_enabled:
            from orchestration.alerts.telling import tell_of_refresh

            tell_of_refresh(session.home, log)
    except Exception as error:
        log.write("alerts_failed", message=f"{type(error).__name__}: {one_sentence(str(error))}")
