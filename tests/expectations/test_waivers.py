"""What a person lets pass: for which rows, until when, and that it is told for as long as it lasts.

A waiver counts on the day of the refresh, whatever the clock says.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import duckdb
import pytest

from expectations.rule import Rule
from expectations.validation import GateSource, validate
from expectations.verdict import GateResult
from expectations.waiver import Waiver
from orchestration.company_defaults import initialise_home
from orchestration.company_status import CompanyStatus
from orchestration.errors import BrokenCheckError, ConfigurationError, GateError
from orchestration.landing import land_company_configuration, open_refresh
from orchestration.landing.gate_policy import limits_on, refuse_bad_waivers, waivers_on
from orchestration.quality_gate import raise_where_blocked
from orchestration.release import Release
from orchestration.settings import Home

ON = date(2026, 2, 9)
RULE = Rule(
    rule_id="lists_are_long",
    table="lists.sizes",
    severity="critical",
    owner="partnerships",
    statement="every list is long",
    reason="a short list has lost its tail",
    mend="send it again",
    query="select feed, rows_count from batch where rows_count < 100 order by feed",
)
BROKEN = Rule(**{**RULE.__dict__, "rule_id": "lists_are_blue", "query": "select blue from batch"})


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("lists") / "workshop.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "create schema lists; create table lists.sizes as select * from (values "
            "('acme', 7), ('bolt', 9), ('long', 500)) as sizes (feed, rows_count)"
        )
    return file


def waiver(scope: str = "*", expires_on: date = ON, begins_on: date = date(2026, 2, 1)) -> Waiver:
    return Waiver(
        "lists_are_long", scope, "Dana Fox", "the list really is short", begins_on, expires_on
    )


def judged(database: Path, folder: Path, *waivers: Waiver, rule: Rule = RULE) -> GateResult:
    return validate("landing", [rule], GateSource(database, 1), {}, folder / "g", waivers, ON)


def test_a_waived_failure_passes_and_is_told_with_approver_and_expiry(
    database: Path, tmp_path: Path
) -> None:
    result = judged(database, tmp_path, waiver())
    raise_where_blocked(result)
    assert result.verdict == "passed"
    [told] = result.warnings
    assert told.verdict == "waived"
    assert (told.approved_by, told.waived_until) == ("Dana Fox", "2026-02-09")
    assert "waived until 2026-02-09 by Dana Fox (the list really is short)" in told.message
    assert "feed=acme" in told.message
    # In the kept results, and in the Data Docs that go into the release.
    assert GateResult.read(tmp_path / "g").waived == (told,)
    assert json.loads((tmp_path / "g" / "verdict.json").read_text())["rules"][0]["approved_by"]
    docs = (tmp_path / "g" / "data_docs" / "expectations" / "lists" / "sizes.html").read_text()
    assert "aived until 2026-02-09 by Dana Fox" in docs


@pytest.mark.parametrize(
    ("waivers", "says"),
    [
        ((), "send it again."),
        ((waiver(expires_on=date(2026, 2, 8)),), "the waiver by Dana Fox expired on 2026-02-08"),
        ((waiver(begins_on=date(2026, 2, 10)),), "send it again."),
        ((waiver("feed=acme"),), "does not cover all of it"),
        ((waiver("feed=long"),), "does not cover all of it"),
    ],
    ids=["none", "expired", "not begun", "other rows left", "another row"],
)
def test_what_no_waiver_in_force_covers_blocks_and_says_why(
    database: Path, tmp_path: Path, waivers: tuple[Waiver, ...], says: str
) -> None:
    result = judged(database, tmp_path, *waivers)
    with pytest.raises(GateError) as stopped:
        raise_where_blocked(result)
    assert says in str(stopped.value)
    assert "feed=bolt" in str(stopped.value)


def test_waivers_of_several_rows_together_cover_them(database: Path, tmp_path: Path) -> None:
    result = judged(database, tmp_path, waiver("feed=acme"), waiver("feed=bolt"))
    raise_where_blocked(result)
    assert len(result.waived) == 1


def test_a_check_that_broke_is_never_waived(database: Path, tmp_path: Path) -> None:
    own = Waiver(BROKEN.rule_id, "*", "Dana Fox", "a test", date(2026, 2, 1), date(2026, 3, 1))
    with pytest.raises(BrokenCheckError, match="says nothing about the data"):
        raise_where_blocked(judged(database, tmp_path, own, rule=BROKEN))


def test_a_broken_check_blocks_however_severe_it_is(database: Path, tmp_path: Path) -> None:
    warning = Rule(**{**BROKEN.__dict__, "severity": "warning"})
    with pytest.raises(BrokenCheckError):
        raise_where_blocked(judged(database, tmp_path, rule=warning))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    initialise_home(made)
    return made


@pytest.fixture
def write(home: Home) -> Callable[..., Path]:
    def write_waivers(*rows: tuple[str, ...]) -> Path:
        path = home.policies / "gate_waivers.csv"
        with path.open("a", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
        return path

    return write_waivers


GOOD = ("w1", "2026-02-01", "full_lists_do_not_shrink", "feed=acme", "Dana Fox", "2026-03-01", "ok")


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        (2, "full_list_do_not_shrink", "did you mean 'full_lists_do_not_shrink'"),
        (3, "acme", "neither * for every row nor column=value"),
        (4, "", "fill in approved_by"),
        (5, "soon", "must be days"),
        (5, "2026-01-01", "not before it begins"),
        (5, "2027-01-01", "within 92 days"),
        (6, "", "fill in reason"),
    ],
)
def test_a_waiver_that_is_none_is_refused_in_one_sentence(
    home: Home, write: Callable[..., Path], place: int, value: str, says: str
) -> None:
    path = write(GOOD, tuple(value if n == place else text for n, text in enumerate(GOOD)))
    with pytest.raises(ConfigurationError) as refused:
        refuse_bad_waivers(home, path)
    assert says in str(refused.value)
    assert str(refused.value).startswith("config/policy/gate_waivers.csv, row 2: ")


def test_waivers_and_limits_are_those_known_on_the_day(
    home: Home, write: Callable[..., Path]
) -> None:
    """A refresh of the past is judged as it was then."""
    assert limits_on(home, ON)["maximum_shrink_share"] == "0.20"
    land_company_configuration(home, ON)
    open_refresh(home, ON)
    assert waivers_on(home, ON) == []
    write(GOOD)
    limits = home.policies / "gate_limits.csv"
    text = limits.read_text(encoding="utf-8")
    limits.write_text(f"{text}2,2026-02-16,maximum_shrink_share,0.3,A test\n", encoding="utf-8")
    land_company_configuration(home, date(2026, 2, 16))
    open_refresh(home, date(2026, 2, 16))
    assert waivers_on(home, ON) == [] and limits_on(home, ON)["maximum_shrink_share"] == "0.20"
    [found] = waivers_on(home, date(2026, 2, 16))
    assert (found.scope, found.approved_by) == ("feed=acme", "Dana Fox")
    assert found.holds_on(date(2026, 3, 1)) and not found.holds_on(date(2026, 3, 2))
    assert limits_on(home, date(2026, 2, 16))["maximum_shrink_share"] == "0.3"


def test_status_tells_of_what_is_waived(home: Home, database: Path, tmp_path: Path) -> None:
    result = judged(database, tmp_path, waiver())
    release = SimpleNamespace(manifest={"gates": [result.as_record()]})
    status = CompanyStatus(home, cast(Release, release), 1, ON, [], [], [])
    [told] = status.waived
    assert "Dana Fox" in told.message and "2026-02-09" in told.message
