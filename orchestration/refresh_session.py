"""What the stations of one refresh share: settings, progress, and what each of them found.

Plain Python. One session lives as long as one run of the refresh job; the stations run in one
process, one after the other, so no station looks up what another one has just said.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.verdict import GateResult
from orchestration.dbt_invocation import DbtProject
from orchestration.errors import RefreshError
from orchestration.landing.closed_partners import refuse_unfinished
from orchestration.node_results import NodeResult
from orchestration.progress import Progress, no_progress
from orchestration.redaction import hide_secrets
from orchestration.refresh_log import RefreshLog
from orchestration.release import PublishedRelease, files_hash
from orchestration.release.public_tables import area_of
from orchestration.settings import Home, Settings
from orchestration.tracing import past_span, span
from orchestration.warehouse import Warehouse, warehouse_of
from orchestration.workshop import (
    WorkshopState,
    inputs_digest,
    is_up_to_date,
    landed_names,
    read_state,
    rebuild_reason,
    sent_files_digest,
    write_state,
)

if TYPE_CHECKING:
    from orchestration.landing import InboxReport, LandedFile, Refresh

STOPPED = (
    "The refresh was stopped from outside: the published release is untouched, run it again and "
    "it goes on."
)

_PACKAGE = Path(__file__).parent
# What decides, beside the models, what is landed, gated and released.
_DECIDING_CODE = (
    *(_PACKAGE / name for name in ("landing", "release", "defs")),
    _PACKAGE.parent / "expectations",
    *(_PACKAGE / f"{name}.py" for name in ("stations", "dbt_invocation", "quality_gate")),
)


@dataclass
class RefreshSession:
    """One refresh, as its stations see it."""

    settings: Settings
    as_of: date | None = None
    progress: Progress = no_progress
    is_rebuild: bool = False
    """Build everything again from landing alone: nothing is fetched, landed or newly learned."""

    inbox: InboxReport | None = None
    """What landing took from the inbox and what it refused."""
    landed: list[LandedFile] = field(default_factory=list)
    """The new batches, of the inbox and of the company's settings."""
    refresh: Refresh | None = None
    is_up_to_date: bool = False
    """Nothing landed and nothing changed since the last release: no station has to run."""
    rebuilt_because: str | None = None
    gates: dict[str, GateResult] = field(default_factory=dict)
    dbt_results: dict[str, list[NodeResult]] = field(default_factory=dict)
    frozen_week: date | None = None
    """The Monday (or first day) of the week whose routes were frozen now."""
    frozen_batches: set[str] = field(default_factory=set)
    """What this refresh itself has landed: lists, what goes with them, companies' new ids."""
    published: PublishedRelease | None = None
    failure: Exception | None = None
    """Why a station stopped; the stations after it do not run."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long every station took, in the order in which they ran."""

    log: RefreshLog = field(default_factory=RefreshLog)
    """Where every event of this refresh is written."""
    failed_station: str | None = None
    rows_counts: dict[str, int] = field(default_factory=dict)
    """Rows of every table of the warehouse by `schema.table`, as the last station left them."""

    not_fetched: list[tuple[str, str]] | None = None
    """(file, sentence) of what could not be fetched from shares; None before anything was."""

    _sent_files: str = ""
    _landed_names: frozenset[str] = frozenset()

    @property
    def home(self) -> Home:
        """The data folder."""
        return self.settings.home

    @cached_property
    def project(self) -> DbtProject:
        """The dbt project."""
        return DbtProject(self.settings)

    @cached_property
    def warehouse(self) -> Warehouse:
        """What dbt builds, on the engine of the settings."""
        return warehouse_of(self.settings)

    @cached_property
    def code_hash(self) -> str:
        """SHA-256 over our own Python: gates and stations decide what is released, too."""
        hashes = [files_hash(path, ("__pycache__",)) for path in _DECIDING_CODE]
        return hashlib.sha256("\n".join(hashes).encode()).hexdigest()

    @contextmanager
    def station(self, name: str) -> Iterator[None]:
        """Time a station and remember why it stopped; refuses to start after another stopped."""
        if self.failure is not None:
            raise RefreshError(f"The {name} station did not run: {self.failure}")
        self.progress(name)
        self.log.write("station_started", station=name)
        started = time.monotonic()
        try:
            with span(name):
                yield
        except Exception as error:
            hide_secrets(error, self.log.secrets)
            self.failure, self.failed_station = error, name
            raise
        except BaseException:
            # A signal: Dagster would report a failed step without a reason.
            self.failure, self.failed_station = RefreshError(STOPPED), name
            raise
        finally:
            seconds = time.monotonic() - started
            self.seconds[name] = self.seconds.get(name, 0.0) + seconds
            self.log.write(
                "station_finished",
                station=name,
                seconds=round(seconds, 3),
                outcome="failed" if self.failed_station == name else "done",
                tests=Counter(
                    one.status
                    for one in self.dbt_results.get(name, ())
                    if one.resource_type == "test"
                )
                or None,
            )

    def keep_results(self, station: str, results: list[NodeResult]) -> None:
        """Remember what became of a station's models, seeds and data tests, and log it."""
        self.dbt_results[station] = results
        self.rows_counts = self.warehouse.rows_counts()
        nodes = self.project.manifest["nodes"]
        for one in results:
            is_test = one.resource_type == "test"
            # Passed tests are counted in their station's line; hooks are no steps.
            if one.status == "pass" or one.resource_type == "operation":
                continue
            node = nodes.get(one.unique_id)
            table = None if is_test or node is None else f"{area_of(node)}.{one.name}"
            rows_count = one.failing_rows_count if is_test else self.rows_counts.get(table or "")
            self.log.write(
                one.resource_type,
                station=station,
                name=one.name,
                status=one.status,
                seconds=round(one.seconds, 3),
                rows=rows_count,
                message=one.message if one.status in ("error", "fail") else None,
            )
            if one.began_at is not None:
                facts = {"station": station, "status": one.status, "rows": rows_count}
                past_span(one.name, one.began_at, one.seconds, facts)

    def keep_gate(self, result: GateResult) -> None:
        """Remember what a gate found, and log it."""
        self.gates[result.gate] = result
        self.log.write(
            "gate",
            gate=result.gate,
            verdict=result.verdict,
            seconds=round(result.seconds, 3),
            rules=len(result.rules),
            failed=[rule.rule_id for rule in result.blocking],
            warned=[rule.rule_id for rule in result.warnings],
            message=result.message or None,
        )

    def fetch(self) -> None:
        """Fetch what is new in the file shares, once; what fails stops neither others nor us."""
        if self.not_fetched is not None:
            return
        self.not_fetched = []
        if self.is_rebuild:
            return
        if self.home.share_files.is_dir():
            from orchestration.file_shares import fetch_shares

            self.not_fetched = [
                (f"{each.share}/{each.name}".rstrip("/"), each.message)
                for each in fetch_shares(self.home)
                if each.status == "refused"
            ]

    def repeats_the_last(self) -> bool:
        """Whether nothing that a refresh reads has changed since the last one: then it is over.

        Asked before anything is imported that takes seconds. False also where this cannot be
        told without landing.
        """
        before = read_state(self.home, self.settings.engine)
        if self.is_rebuild or before is None or before.inputs_digest is None:
            return False
        now = replace(before, project_hash=self.project.project_hash, code_hash=self.code_hash)
        self.is_up_to_date = (
            self.as_of in (None, before.as_of)
            and is_up_to_date(
                self.warehouse, before, replace(now, status="building", release_id=None)
            )
            and before.inputs_digest == inputs_digest(self.home)
        )
        return self.is_up_to_date

    def open_workshop(self, refresh: Refresh) -> None:
        """Compare a refresh with what the warehouse holds, and make the warehouse fit for it.

        Sets `is_up_to_date` where there is nothing to do. Otherwise the state says `building`
        from here until `close_workshop`, and a warehouse that cannot be extended is removed.
        """
        refuse_unfinished(self.home)
        self.refresh = refresh
        self.log.refresh_id = refresh.refresh_id
        before = read_state(self.home, self.settings.engine)
        now = WorkshopState(
            status="building",
            refresh_id=refresh.refresh_id,
            refresh_number=refresh.refresh_number,
            as_of=refresh.as_of,
            project_hash=self.project.project_hash,
            code_hash=self.code_hash,
        )
        self.is_up_to_date = not self.is_rebuild and is_up_to_date(self.warehouse, before, now)
        if self.is_up_to_date:
            return
        self.rebuilt_because = (
            "it was asked for" if self.is_rebuild else rebuild_reason(self.warehouse, before, now)
        )
        is_extension = self.rebuilt_because is None and self.warehouse.exists()
        write_state(self.home, replace(now, is_extension=is_extension), self.settings.engine)
        if not is_extension:
            self.warehouse.remove()

    @property
    def state(self) -> WorkshopState:
        """What the warehouse is being built for, as the landing station wrote it."""
        state = read_state(self.home, self.settings.engine)
        if state is None:
            raise RefreshError(
                "No refresh has been opened in this home: run the landing station first, or "
                "`cosell refresh`, which runs them all."
            )
        return state

    @property
    def has_views_of_these_models(self) -> bool:
        """Whether the refresh extends a warehouse whose views the same models have built.

        In a lake they are built anew: nobody has measured that a view outlives the replacing of
        the tables that it reads there.
        """
        if self.settings.engine == "ducklake":
            return False
        state = self.state
        return state.is_extension and state.project_hash == self.project.project_hash

    def close_workshop(self, published: PublishedRelease) -> None:
        """Say that the warehouse holds a finished refresh."""
        self.published = published
        inputs = inputs_digest(self.home) if self._has_read_everything() else None
        state = self.state.completed(published.release.release_id, inputs)
        write_state(self.home, state, self.settings.engine)

    def begin_landing(self) -> None:
        """Fetch, then remember which files there are, before landing reads them.

        A close that was killed is finished first: the inbox may hold its signature.
        """
        from orchestration.quarter_close import finish_closes

        self.fetch()
        finish_closes(self.home)
        self._sent_files = sent_files_digest(self.home)

    def end_landing(self, inbox: InboxReport, configuration: list[LandedFile]) -> None:
        """Remember what landing took and refused."""
        inbox.refused[:0] = self.not_fetched or []
        self.inbox = inbox
        self.landed = [*inbox.landed, *configuration]
        self._landed_names = landed_names(self.home)
        for landed in self.landed:
            self.log.write(
                "landed",
                feed=landed.feed,
                table=f"{landed.source}.{landed.table}",
                file=landed.file,
                rows=landed.good,
                quarantined=landed.quarantined,
            )
        for file, sentence in inbox.refused:
            self.log.write("refused", file=file, message=sentence)

    def _has_read_everything(self) -> bool:
        """Whether this refresh knows all that there is now.

        It does not where a file was refused or is of a later day, and where one has arrived or
        landed since: the next refresh must then look for itself.
        """
        if self.inbox is None or self.inbox.refused or self.inbox.postponed:
            return False
        return (
            self._sent_files == sent_files_digest(self.home)
            and landed_names(self.home) - self._landed_names == self.frozen_batches
        )

    def report(self, station: str) -> Any:
        """A listener for dbt that passes every finished node on to whoever watches."""

        def listener(name: str, done: int, total: int) -> None:
            self.progress(station, name, done, total)

        return listener
