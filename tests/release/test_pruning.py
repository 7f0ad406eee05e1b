"""Old releases go by policy; what readers, refreshes or closed quarters need stays."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as parquet
import pytest
import sqlalchemy
from rich.console import Console

from orchestration.company_defaults import initialise_home
from orchestration.errors import ConfigurationError, ReleaseError
from orchestration.release import PublishedRelease, list_releases, prune, rollback, verify
from orchestration.release.pruning import read_retention, remove_release
from orchestration.release_pages import pruning_json, pruning_page, releases_page
from orchestration.settings import Settings

from . import conftest

Publish = Callable[[], PublishedRelease]
Change = Callable[[str], None]
LATER = datetime.now(UTC) + timedelta(days=400)


@pytest.fixture
def six(settings: Settings, publish_now: Publish, change_warehouse: Change) -> list[str]:
    """Six releases, oldest first."""
    initialise_home(settings.home)
    made = []
    for number in range(6):
        change_warehouse(f"delete from core.dim_accounts where account_id = 'a000{number}'")
        made.append(publish_now().release.release_id)
    return made


def kept(settings: Settings) -> list[str]:
    return [release.release_id for release in list_releases(settings.home)]


def test_the_newest_stay_and_the_rest_goes(settings: Settings, six: list[str]) -> None:
    found = prune(settings.home, LATER, keep=2)
    assert kept(settings) == six[-2:]
    assert [one.release.release_id for one in found.pruned] == six[3::-1]
    assert sorted(path.name for path in settings.home.releases.iterdir()) == sorted(
        [*six[-2:], "current"]
    )
    assert verify(settings.home).is_intact


def test_a_dry_run_tells_the_same_and_touches_nothing(settings: Settings, six: list[str]) -> None:
    told = prune(settings.home, LATER, keep=2, is_dry_run=True)
    assert kept(settings) == six
    done = prune(settings.home, LATER, keep=2)
    assert told.judged == done.judged


def test_the_current_release_stays_however_old(settings: Settings, six: list[str]) -> None:
    rollback(settings.home, to=six[0])
    prune(settings.home, LATER, keep=1)
    assert kept(settings) == [six[0], six[-1]]
    with pytest.raises(ReleaseError, match="is the current release"):
        remove_release(settings.home, list_releases(settings.home)[0])


def test_what_the_next_refresh_looks_for_stays(settings: Settings, six: list[str]) -> None:
    prune(settings.home, LATER, keep=1, needed={six[2]})
    assert kept(settings) == [six[2], six[-1]]


def test_releases_that_closed_quarters_name_stay(
    settings: Settings, six: list[str], change_warehouse: Change, publish_now: Publish, monkeypatch
) -> None:
    from orchestration.release import PublicTable

    folder = settings.home.landing / "cosell" / "quarter_freezes"
    folder.mkdir(parents=True)
    duckdb.execute(
        f"copy (select 'FY2027-Q1' as fiscal_quarter, '{six[1]}' as release_id "
        f"union all select 'FY2026-Q4', 'gone') to '{folder / 'one.parquet'}' (format parquet)"
    )
    tables = (*conftest.TABLES, PublicTable("attribution", "rpt_quarter_closes"))
    monkeypatch.setattr(conftest, "TABLES", tables)
    change_warehouse(
        "create table attribution.rpt_quarter_closes as "
        "select 'FY2027-Q2' as fiscal_quarter, 3 as postings_count union all select 'FY1999-Q1', 0"
    )
    first_closed = publish_now().release.release_id
    for day in (1, 2):
        change_warehouse(f"update core.dim_accounts set created_on = '2026-05-0{day}'")
        newest = publish_now().release.release_id
    found = prune(settings.home, LATER, keep=1)
    assert kept(settings) == [six[1], first_closed, newest]
    reasons = {one.release.release_id: one.reasons for one in found.judged}
    assert reasons[six[1]] == ("FY2027-Q1 was signed from it",)
    assert reasons[first_closed] == ("first to tell FY2027-Q2 as closed",)
    assert found.missing == (
        "FY2026-Q4 was signed from release gone, which is not there: restore it from a copy.",
    )


def test_a_release_whose_closes_cannot_be_read_is_not_judged_away(
    settings: Settings, change_warehouse: Change, publish_now: Publish, monkeypatch
) -> None:
    from orchestration.release import PublicTable

    tables = (*conftest.TABLES, PublicTable("attribution", "rpt_quarter_closes"))
    monkeypatch.setattr(conftest, "TABLES", tables)
    change_warehouse(
        "create table attribution.rpt_quarter_closes as "
        "select 'FY2027-Q2' as fiscal_quarter, 3 as postings_count"
    )
    damaged = publish_now().release
    damaged.table_file("attribution.rpt_quarter_closes").write_bytes(b"no parquet")
    for day in (1, 2):
        change_warehouse(f"update core.dim_accounts set created_on = '2026-05-0{day}'")
        newest = publish_now().release.release_id
    prune(settings.home, LATER, keep=1)
    assert damaged.release_id in kept(settings) and newest in kept(settings)


def test_the_policy_decides_where_nobody_says_a_number(settings: Settings, six: list[str]) -> None:
    file = settings.home.policies / "release_retention.csv"
    header = "policy_version,effective_from,newest_count,recent_days,reason\n"
    file.write_text(f"{header}2026.1,1998-01-01,2,10,a reason\n2026.2,2999-01-01,6,0,later\n")
    assert not prune(settings.home, datetime.now(UTC)).pruned
    assert len(prune(settings.home, LATER).pruned) == 4
    assert kept(settings) == six[-2:]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "run `cosell init`"),
        (
            "2026.1,1998-01-01,none,10,a reason",
            r"release_retention\.csv, row 1: .* correct the row",
        ),
        ("2026.1,1998-01-01,0,10,a reason", r"row 1: .* newest_count a whole number from 1"),
        ("", "has no rows"),
    ],
)
def test_a_policy_that_cannot_be_used_is_one_sentence(
    settings: Settings, six: list[str], text: str | None, sentence: str
) -> None:
    file = settings.home.policies / "release_retention.csv"
    file.unlink()
    if text is not None:
        file.write_text(f"policy_version,effective_from,newest_count,recent_days,reason\n{text}\n")
    with pytest.raises(ConfigurationError, match=sentence):
        prune(settings.home, LATER)
    assert kept(settings) == six


def test_the_default_policy_can_be_read(settings: Settings, six: list[str]) -> None:
    found = read_retention(settings.home, LATER.date())
    assert found.newest_count >= 1 and found.recent_days >= 0


def test_none_at_all_is_refused_and_so_is_a_home_without_a_current_release(
    settings: Settings, six: list[str]
) -> None:
    with pytest.raises(ReleaseError, match="at least the current release stays"):
        prune(settings.home, LATER, keep=0)
    settings.home.current_release.unlink()
    with pytest.raises(ReleaseError, match="There is no current release"):
        prune(settings.home, LATER, keep=1)
    assert kept(settings) == six


def test_readers_hold_what_they_opened(settings: Settings, six: list[str]) -> None:
    # One process may not open one file through both libraries.
    old, next_old = list_releases(settings.home)[:2]
    counting = "select count(*), min(account_id) from core.dim_accounts"
    connection = duckdb.connect(str(old.database), read_only=True)
    engine = sqlalchemy.create_engine(
        f"duckdb:///{next_old.database}", connect_args={"read_only": True}
    ).connect()
    file = parquet.ParquetFile(old.table_file("core.dim_accounts"))
    prune(settings.home, LATER, keep=1)
    assert not old.path.exists() and not next_old.path.exists()
    assert connection.execute(counting).fetchone() == (499, "a0001")
    assert tuple(engine.execute(sqlalchemy.text(counting)).one()) == (498, "a0002")
    assert file.read().num_rows == 499


@pytest.mark.parametrize("moment", ["flush_file", "rmtree"])
def test_a_kill_leaves_no_half_release(
    settings: Settings, six: list[str], moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.release import pruning

    def killed(*arguments: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    process = os.fork()
    if process == 0:
        place = pruning.shutil if moment == "rmtree" else pruning
        setattr(place, moment, killed)
        prune(settings.home, LATER, keep=2)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(process, 0)[1]) == signal.SIGKILL
    for release in list_releases(settings.home):
        assert verify(settings.home, release.release_id).is_intact
    assert six[-1] in kept(settings)
    prune(settings.home, LATER, keep=2)
    assert kept(settings) == six[-2:]
    assert not list(Path(settings.home.releases).glob(".*"))


@pytest.mark.parametrize("width", [80, 120])
def test_the_pages_fit_the_terminal(settings: Settings, six: list[str], width: int) -> None:
    found = prune(settings.home, LATER, keep=2, is_dry_run=True)
    quarters = {six[0]: ["FY2027-Q1 was signed from it"]}
    console = Console(width=width, force_terminal=False)
    with console.capture() as captured:
        console.print(pruning_page(found))
        console.print(releases_page(list_releases(settings.home), quarters, datetime.now(UTC)))
    page = captured.get()
    assert max(len(line.rstrip()) for line in page.splitlines()) <= width
    assert "4 releases" in page and "would go" in page and "among the newest 2" in page
    assert "FY2027-Q1 was signed from it" in page
    assert sum(one["is_pruned"] for one in pruning_json(found)["releases"]) == 4
