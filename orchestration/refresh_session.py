"""What the stations of one refresh share: settings, progress, and what each of them found.

Plain Python. One session lives as long as one run of the refresh job; the stations run in one
process, one after the other, so no station looks up what another one has just said.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.verdict import GateResult
from orchestration.dbt_invocation import DbtProject, NodeResult
from orchestration.errors import RefreshError
from orchestration.progress import Progress, no_progress
from orchestration.release import PublishedRelease, files_hash
from orchestration.settings import Home, Settings
from orchestration.warehouse import Warehouse, warehouse_of
from orchestration.workshop import (
    WorkshopState,
    is_up_to_date,
    read_state,
    rebuild_reason,
    write_state,
)

if TYPE_CHECKING:
    from orchestration.landing import InboxReport, LandedFile, Refresh

_OWN_PACKAGES = (Path(__file__).parent, Path(__file__).parents[1] / "expectations")


@dataclass
class RefreshSession:
    """One refresh, as its stations see it."""

    settings: Settings
    as_of: date | None = None
    progress: Progress = no_progress

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
    published: PublishedRelease | None = None
    failure: Exception | None = None
    """Why a station stopped; the stations after it do not run."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long every station took, in the order in which they ran."""

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
        return "-".join(files_hash(folder, ("__pycache__",))[:32] for folder in _OWN_PACKAGES)

    @contextmanager
    def station(self, name: str) -> Iterator[None]:
        """Time a station and remember why it stopped; refuses to start after another stopped."""
        if self.failure is not None:
            raise RefreshError(f"The {name} station did not run: {self.failure}")
        self.progress(name)
        started = time.monotonic()
        try:
            yield
        except Exception as error:
            self.failure = error
            raise
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - started

    def open_workshop(self, refresh: Refresh) -> None:
        """Compare a refresh with what the warehouse holds, and make the warehouse fit for it.

        Sets `is_up_to_date` where there is nothing to do. Otherwise the state says `building`
        from here until `close_workshop`, and a warehouse that cannot be extended is removed.
        """
        self.refresh = refresh
        before = read_state(self.home, self.settings.engine)
        now = WorkshopState(
            status="building",
            refresh_id=refresh.refresh_id,
            refresh_number=refresh.refresh_number,
            as_of=refresh.as_of,
            project_hash=self.project.project_hash,
            code_hash=self.code_hash,
        )
        self.is_up_to_date = is_up_to_date(self.warehouse, before, now)
        if self.is_up_to_date:
            return
        self.rebuilt_because = rebuild_reason(self.warehouse, before, now)
        write_state(self.home, now, self.settings.engine)
        if self.rebuilt_because is not None:
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

    def close_workshop(self, published: PublishedRelease) -> None:
        """Say that the warehouse holds a finished refresh."""
        self.published = published
        state = self.state.completed(published.release.release_id)
        write_state(self.home, state, self.settings.engine)

    def report(self, station: str) -> Any:
        """A listener for dbt that passes every finished node on to whoever watches."""

        def listener(name: str, done: int, total: int) -> None:
            self.progress(station, name, done, total)

        return listener
