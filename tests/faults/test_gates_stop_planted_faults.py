"""One planted fault before each gate, in whole refreshes: the next station does not run, the
release does not move. All other faults are in the catalogue, planted before the gates themselves.

The fault is planted between the station and its gate, at the moment in which the gate is announced,
so that the gate alone can find it. Each refresh runs in this process, as `cosell refresh` does.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import CosellError, GateError
from orchestration.landing import read_journal
from orchestration.refresh import run_refresh
from orchestration.release import current_release
from orchestration.settings import Home, load_settings

pytestmark = pytest.mark.slow

STATIONS_IN_ORDER = (
    "landing",
    "gate: landing",
    "staging",
    "matching",
    "gate: matching",
    "marts",
    "gate: marts",
    "routing",
    "release",
)


@dataclass
class Watcher:
    """Remembers which stations ran, and plants a fault when one of them begins."""

    at: str | None = None
    plant: Callable[[], None] | None = None
    stations: list[str] = field(default_factory=list)

    def __call__(
        self, station: str, detail: str = "", done: int | None = None, total: int | None = None
    ) -> None:
        if not self.stations or self.stations[-1] != station:
            self.stations.append(station)
            if station == self.at and self.plant is not None:
                self.plant()


@pytest.fixture
def home(copy_of_demo_home: Home) -> Home:
    """The demo, with one more landed day, so that a refresh has something to do."""
    day = _newest_day(copy_of_demo_home) + datetime.timedelta(days=7)
    folder = copy_of_demo_home.inbox / "support_log" / day.isoformat()
    folder.mkdir(parents=True)
    (folder / "support_log.csv").write_text(
        "support_id,rep_id,partner_id,account_id,kind,asked_at,given_at,note\n"
        f"SUP-NEW,,,,intro,{day.isoformat()}T09:00:00Z,,\n",
        encoding="utf-8",
    )
    return copy_of_demo_home


def _newest_day(home: Home) -> datetime.date:
    release = current_release(home)
    assert release is not None
    return release.as_of


def _refresh_that_stops(home: Home, watcher: Watcher) -> CosellError:
    """Run a refresh that must stop; the released directory must not have moved."""
    before = home.current_release.readlink()
    releases = sorted(path.name for path in home.releases.iterdir() if path.is_dir())
    with pytest.raises(CosellError) as stopped:
        run_refresh(load_settings(home.root), progress=watcher)
    assert home.current_release.readlink() == before
    assert sorted(path.name for path in home.releases.iterdir() if path.is_dir()) == releases
    assert "\n" not in str(stopped.value)
    return stopped.value


def _stations_after(station: str) -> set[str]:
    return set(STATIONS_IN_ORDER[STATIONS_IN_ORDER.index(station) + 1 :])


def _change(home: Home, statement: str) -> Callable[[], None]:
    def plant() -> None:
        with duckdb.connect(str(home.warehouse)) as connection:
            changed = connection.execute(statement).fetchone()
            assert changed is None or changed[0] != 0, "the fault must be there to be found"

    return plant


def test_a_full_list_that_lost_half_its_rows_stops_before_staging(home: Home) -> None:
    """Case 31: a part of a list, sent as if it were the whole, would read as mass churn."""
    full_lists = [
        entry
        for entry in read_journal(home)
        if entry.source == "bilateral" and entry.mode == "full" and entry.file.endswith(".csv")
    ]
    newest = max(full_lists, key=lambda entry: (entry.as_of, entry.feed))
    lines = (home.inbox / newest.file).read_bytes().splitlines(keepends=True)
    day = _newest_day(home) + datetime.timedelta(days=7)
    folder = home.inbox / newest.feed / day.isoformat()
    folder.mkdir(parents=True)
    (folder / Path(newest.file).name).write_bytes(b"".join(lines[: len(lines) // 2]))

    watcher = Watcher()
    error = _refresh_that_stops(home, watcher)
    assert isinstance(error, GateError)
    assert newest.feed in str(error)
    assert "gate: landing" in watcher.stations
    assert not _stations_after("gate: landing") & set(watcher.stations)


def test_two_automatic_matches_of_one_record_stop_before_the_marts(home: Home) -> None:
    plant = _change(
        home,
        """
        insert into account_mapping.fct_account_matches
        select * replace (
            (
                select other.account_id from core.dim_accounts as other
                where other.account_id <> matches.crm_account_id
                order by other.account_id limit 1
            ) as crm_account_id
        )
        from account_mapping.fct_account_matches as matches
        where decision = 'automatic'
        limit 1
        """,
    )
    watcher = Watcher("gate: matching", plant)
    error = _refresh_that_stops(home, watcher)
    assert isinstance(error, GateError)
    assert "one_automatic_match_per_partner_record" in str(error)
    assert not _stations_after("gate: matching") & set(watcher.stations)


def test_a_dollar_that_the_crm_does_not_hold_stops_the_ledger_itself(home: Home) -> None:
    """Rules section 7.9: the posting is new, in an open quarter, well formed, and of nobody's deal.

    The total of the CRM comes from the landed rows by a path of its own, so it does not follow.
    """
    plant = _change(
        home,
        """
        insert into attribution.fct_attribution_ledger
        select ledger.* replace (
            'f' || substr(posting_id, 2) as posting_id,
            0.01 as amount, 0.01 as amount_company_currency
        )
        from attribution.fct_attribution_ledger as ledger
        where known_step = (select max(known_step) from attribution.fct_attribution_ledger)
            and posting_kind = 'original'
        order by posting_id
        limit 1
        """,
    )
    watcher = Watcher("marts", plant)
    error = _refresh_that_stops(home, watcher)
    assert isinstance(error, GateError)
    assert "assert_the_ledger_reconciles_with_the_crm_to_the_cent" in str(error)
    assert not _stations_after("marts") & set(watcher.stations)


def test_an_emptied_ledger_stops_before_the_release_and_the_next_refresh_mends_it(
    home: Home,
) -> None:
    """The workshop is built again from landing: an edited warehouse leaves nothing behind."""
    watcher = Watcher(
        "gate: marts", _change(home, "delete from attribution.fct_attribution_ledger")
    )
    error = _refresh_that_stops(home, watcher)
    assert isinstance(error, GateError)
    assert "published_postings_stay_as_they_are" in str(error)
    assert not _stations_after("gate: marts") & set(watcher.stations)

    outcome = run_refresh(load_settings(home.root))
    assert outcome.is_new_release
    release = current_release(home)
    assert release is not None
    with duckdb.connect(str(home.current_release / "cosell.duckdb"), read_only=True) as connection:
        difference = connection.execute(
            "select sum(abs(difference_amount)) from attribution.rpt_ledger_reconciliation"
        ).fetchone()
    assert difference == (0,)
