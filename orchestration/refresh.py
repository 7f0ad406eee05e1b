"""Run the refresh job in this process: the same job that the UI, schedules and the sensor run."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from expectations.verdict import GateResult
from orchestration.errors import RefreshError, ReleaseError, one_sentence
from orchestration.landing.knowledge_tables import LANDED_BATCHES, recorded_rows
from orchestration.observed_refresh import observed
from orchestration.progress import Progress, no_progress
from orchestration.refresh_session import STOPPED, RefreshSession
from orchestration.release import current_release
from orchestration.settings import Home, Settings
from orchestration.workshop import hold_refresh_lock

if TYPE_CHECKING:
    import dagster as dg

    from orchestration.landing import LandedFile

STARTING = "starting"
LEDGER = "attribution.fct_attribution_ledger"

# Runs of one home wait for each other; nothing is reported to anybody, and the UI asks nobody to
# subscribe; and what a station prints is not mirrored into files by further processes, because all
# that it has to say is in its events.
DAGSTER_CONFIGURATION = """\
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
event_log_storage:
  module: orchestration.event_log
  class: KeptConnectionsEventLogStorage
  config:
    base_dir: {event_log_folder}
"""
EVENT_LOG_FOLDER = "history/runs"
# Remarks on each check that a station did not reach, because there was nothing to do.
REMARKS_ON_CHECKS = "dagster._core.execution.plan.active"


@dataclass(frozen=True)
class RefreshOutcome:
    """What a refresh did."""

    release_id: str
    """The release that readers open now."""
    is_new_release: bool
    """Whether readers see another release than before."""
    is_up_to_date: bool
    """Nothing had landed and nothing had changed: no station ran."""
    as_of: date
    refresh_id: str
    refresh_number: int
    landed: tuple[LandedFile, ...]
    """New batches, of the inbox and of the company's settings."""
    refused: tuple[tuple[str, str], ...]
    """Files that could not be landed, each with one sentence; they stop nobody else."""
    gates: tuple[GateResult, ...]
    frozen_week: date | None
    """First day of the week whose routes were frozen by this refresh."""
    rebuilt_because: str | None
    """Why the warehouse was built from nothing; None where it was extended."""
    seconds_by_station: Mapping[str, float]
    seconds: float
    messages: tuple[str, ...]
    """What a person should know: warnings of gates and tests, why the warehouse was rebuilt."""


def run_refresh(
    settings: Settings,
    as_of: date | None = None,
    progress: Progress | None = None,
    wait_seconds: float = 0.0,
) -> RefreshOutcome:
    """Land what lies in the inbox, build, pass the gates, publish a release.

    Args:
        settings: of the home to refresh.
        as_of: the day as of which the data is read; default: the newest landed day.
        progress: told which station works, on what, and how far it is.
        wait_seconds: how long to wait for another refresh of the same home.

    Raises a CosellError with one sentence where something stopped the refresh: GateError for bad
    data, BrokenCheckError for a check that could not be evaluated, LandingError, RefreshError,
    ReleaseError. `releases/current` is untouched then.
    """
    started = time.monotonic()
    _refuse_future(as_of)
    session = RefreshSession(settings, as_of, no_progress if progress is None else progress)
    session.progress(STARTING)
    with hold_refresh_lock(settings.home, wait_seconds), observed(session):
        session.fetch()
        if not session.repeats_the_last():
            session.warehouse.check()
            _run_job(session)
    return _outcome(session, time.monotonic() - started)


@dataclass(frozen=True)
class RebuildOutcome:
    """What a rebuild gave, beside what had been published of the same refresh."""

    release_id: str
    batches_count: int
    steps_count: int
    postings_count: int
    ledger_hash: str
    compared_with: str | None
    """The release that the ledger was compared with; None where there was none to compare with."""
    other_tables: tuple[str, ...]
    """Tables whose content is not that of the release compared with."""
    seconds: float


def run_rebuild(settings: Settings, progress: Progress | None = None) -> RebuildOutcome:
    """Throw the workshop away and build the newest refresh again, from landing alone.

    The steps in which the batches became known are replayed in their order. Raises ReleaseError
    where the ledger is not the one that was published; what `run_refresh` raises, too.
    """
    started = time.monotonic()
    home = settings.home
    before = current_release(home)
    session = RefreshSession(
        settings, progress=no_progress if progress is None else progress, is_rebuild=True
    )
    session.progress(STARTING)
    with hold_refresh_lock(home), observed(session, "rebuild"):
        session.warehouse.check()
        _run_job(session)
    after = current_release(home)
    assert after is not None  # else something was raised
    tables = after.manifest["tables"]
    compared = before is not None and before.refresh_id == after.refresh_id
    published = before.manifest["tables"] if before is not None and compared else tables
    other = tuple(
        name
        for name in sorted({*tables, *published})
        if tables.get(name, {}).get("content_hash") != published.get(name, {}).get("content_hash")
    )
    if before is not None and LEDGER in other:
        raise ReleaseError(
            f"The ledger that was rebuilt from landing is not that of release {before.release_id}: "
            f"`cosell verify {before.release_id}` says whether that release was changed since."
        )
    batches, steps = _known_batches(home, session.state.refresh_number)
    return RebuildOutcome(
        release_id=after.release_id,
        batches_count=batches,
        steps_count=steps,
        postings_count=tables[LEDGER]["rows"],
        ledger_hash=tables[LEDGER]["content_hash"],
        compared_with=before.release_id if before is not None and compared else None,
        other_tables=other,
        seconds=time.monotonic() - started,
    )


def _known_batches(home: Home, refresh_number: int) -> tuple[int, int]:
    """How many batches the refreshes up to one have used, and in how many steps they were known."""
    rows = recorded_rows(home, LANDED_BATCHES, ["refresh_number", "known_step"])
    known = [row["known_step"] for row in rows if int(row["refresh_number"]) <= refresh_number]
    return len(known), len(set(known))


def _refuse_future(as_of: date | None) -> None:
    """Raise RefreshError for a day later than tomorrow (a zone ahead of ours may have tomorrow).

    What is landed afterwards would be known on that day only, and never before it.
    """
    today = datetime.now(UTC).date()
    if as_of is not None and as_of > today + timedelta(days=1):
        raise RefreshError(
            f"--as-of {as_of} lies in the future (today is {today}): give a day that has come."
        )


def _run_job(session: RefreshSession) -> None:
    """Execute the refresh job with a session; raises what stopped it."""
    import dagster as dg

    from orchestration.dbt_station import SESSION
    from orchestration.schedules import REFRESH_JOB

    job = _definitions().resolve_job_def(REFRESH_JOB)
    prepare_dagster_home(session.home)
    with dg.DagsterInstance.from_config(str(session.home.dagster)) as instance, _only_errors():
        try:
            result = job.execute_in_process(
                instance=instance,
                resources={SESSION: session},
                raise_on_error=False,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
        except dg.DagsterExecutionInterruptedError:
            raise RefreshError(STOPPED) from None
    if session.failure is not None:
        raise session.failure
    if not result.success:
        raise RefreshError(f"The refresh did not finish: {_reason(result)}.")


@contextmanager
def _only_errors() -> Iterator[None]:
    """Keep Dagster's remarks off the terminal; what matters to a person is in the outcome.

    Dagster sets the level of its own logger anew while it runs; a module's keeps its level.
    """
    loggers = [logging.getLogger(name) for name in ("dagster", REMARKS_ON_CHECKS)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _definitions() -> dg.Definitions:
    """The definitions that `dg` loads as well."""
    from orchestration import definitions

    load: Any = definitions.defs
    loaded: dg.Definitions = load()
    return loaded


def _reason(result: dg.ExecuteInProcessResult) -> str:
    """Why a run failed outside every station, from Dagster's own events."""
    for event in result.all_events:
        if event.is_failure:
            error = getattr(event.event_specific_data, "error", None)
            said = one_sentence(error.message if error is not None else event.message or "")
            if said:
                return said.rstrip(".")
    return "Dagster gave no reason"


def prepare_dagster_home(home: Home) -> None:
    """Write the configuration of the home's Dagster instance where it is missing or old.

    It names a path of its own, so it is written again where the home was copied or moved.
    """
    home.dagster.mkdir(parents=True, exist_ok=True)
    file = home.dagster / "dagster.yaml"
    folder = home.dagster.absolute() / EVENT_LOG_FOLDER
    wanted = DAGSTER_CONFIGURATION.format(event_log_folder=json.dumps(str(folder)))
    if not file.is_file() or file.read_text(encoding="utf-8") != wanted:
        file.write_text(wanted, encoding="utf-8")


def _outcome(session: RefreshSession, seconds: float) -> RefreshOutcome:
    release = current_release(session.home)
    state = session.state
    assert release is not None  # else something was raised
    return RefreshOutcome(
        release_id=release.release_id,
        is_new_release=session.published is not None and session.published.is_switched,
        is_up_to_date=session.is_up_to_date,
        as_of=state.as_of,
        refresh_id=state.refresh_id,
        refresh_number=state.refresh_number,
        landed=tuple(session.landed),
        refused=tuple(session.inbox.refused) if session.inbox else (),
        gates=tuple(session.gates.values()),
        frozen_week=session.frozen_week,
        rebuilt_because=session.rebuilt_because,
        seconds_by_station=dict(session.seconds),
        seconds=seconds,
        messages=tuple(_messages(session)),
    )


def _messages(session: RefreshSession) -> list[str]:
    messages = []
    if session.rebuilt_because is not None:
        messages.append(f"The warehouse was built from nothing: {session.rebuilt_because}.")
    for gate in session.gates.values():
        messages += [f"Warning of the {gate.gate} gate: {one.message}." for one in gate.warnings]
    for station, results in session.dbt_results.items():
        messages += [
            f"Warning of the {station} station: {one.failing_rows_count or 0} rows fail the test "
            f"{one.name}."
            for one in results
            if one.status == "warn"
        ]
    return messages
