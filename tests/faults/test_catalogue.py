"""Each fault of the catalogue, alone in a healthy company: where it is caught, and what is said.

Faults that landing or its gate catches go through the landing station itself, in this process.
Faults behind it are planted in a copy of the workshop, in front of the gate. That a gate which
blocks stops the next station and the release is seen in whole refreshes, in
test_gates_stop_planted_faults.py; here no fault may come as far as a gate that lets it pass.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from expectations.gates import RULES_OF_GATES
from expectations.verdict import GateResult
from orchestration.defs.landing.assets import land_everything
from orchestration.errors import BrokenCheckError, CosellError, GateError
from orchestration.landing import read_journal
from orchestration.quality_gate import gate_named, raise_where_blocked, run_gate
from orchestration.refresh_session import RefreshSession
from orchestration.release import current_release
from orchestration.settings import Home, load_settings
from tests.faults.catalogue import FAULTS, PAGE, page
from tests.faults.fault import Fault
from tests.faults.planting import Company, linked_home, plant_in

GATE_OF_RULE = {rule.rule_id: gate for gate, rules in RULES_OF_GATES.items() for rule in rules}


def faults_at(*places: str) -> pytest.MarkDecorator:
    own = [fault for fault in FAULTS if fault.place in places]
    return pytest.mark.parametrize("fault", own, ids=lambda fault: fault.name)


@pytest.fixture
def company(demo_home: Home, tmp_path: Path) -> Iterator[Company]:
    """The healthy company, before the fault; afterwards readers must have what they had."""
    home = linked_home(demo_home, tmp_path / "home")
    before = current_release(home)
    yield Company(demo_home, home)
    after = current_release(home)
    assert before is not None and after is not None
    assert after.release_id == before.release_id
    shutil.rmtree(home.root)


def land(company: Company) -> RefreshSession:
    """The landing station of a refresh, in this process."""
    session = RefreshSession(load_settings(company.home.root))
    land_everything(session, None)
    return session


def assert_said(sentence: str, fault: Fault) -> None:
    assert "\n" not in sentence and sentence.endswith(".")
    missing = [text for text in fault.says if text not in sentence]
    assert not missing, f"{missing} is not in: {sentence}"


def something_good(company: Company) -> str:
    company.drop(
        "support_log",
        "support_log.csv",
        "support_id,rep_id,partner_id,account_id,kind,asked_at,given_at,note\n"
        f"SUP-NEW,,,,intro,{company.day.isoformat()}T09:00:00Z,,\n",
    )
    return "support_log"


def test_the_company_is_healthy_before_a_fault_is_planted(demo_home: Home) -> None:
    release = current_release(demo_home)
    assert release is not None
    gates = [GateResult.from_record(record) for record in release.manifest["gates"]]
    assert [gate.gate for gate in gates] == list(RULES_OF_GATES)
    assert {gate.verdict for gate in gates} == {"passed"}
    assert [one.rule_id for gate in gates for one in gate.warnings] == []


@faults_at("configuration")
def test_settings_that_are_wrong_begin_no_refresh(fault: Fault, company: Company) -> None:
    assert fault.plant is not None
    something_good(company)
    fault.plant(company)
    with pytest.raises(CosellError) as stopped:
        land(company)
    assert_said(str(stopped.value), fault)
    assert not company.home.warehouse.exists()


@faults_at("file")
def test_a_refused_file_leaves_the_last_good_rows(fault: Fault, company: Company) -> None:
    assert fault.plant is not None
    before = {entry.batch_id for entry in read_journal(company.home)}
    fault.plant(company)
    good = something_good(company)
    session = land(company)
    assert session.inbox is not None
    [(file, sentence)] = session.inbox.refused
    assert_said(f"{file}: {sentence}", fault)
    new = [entry for entry in read_journal(company.home) if entry.batch_id not in before]
    assert {entry.feed for entry in new} - {"policy", "settings", "reference"} == {good}


@faults_at("rows")
def test_bad_rows_are_quarantined_and_good_ones_land(fault: Fault, company: Company) -> None:
    assert fault.plant is not None
    fault.plant(company)
    session = land(company)
    assert session.inbox is not None and session.inbox.refused == []
    [landed] = session.inbox.landed
    assert landed.rows == landed.good + landed.quarantined
    assert landed.good > 0 and landed.quarantined > 0
    place = f"{landed.source}/{landed.table}/{landed.batch_id}.parquet"
    with duckdb.connect() as connection:
        refused = connection.execute(
            "select distinct _row_number, reason_code, reason from read_parquet(?)",
            [str(company.home.quarantine / place)],
        ).fetchall()
        kept = connection.execute(
            "select _row_number from read_parquet(?)", [str(company.home.landing / place)]
        ).fetchall()
    assert {code for _, code, _ in refused} == {fault.caught_by}, refused[0]
    assert_said(refused[0][2], fault)
    # What no batch holds, no model can read and no release can show.
    assert not {number for number, _, _ in refused} & {number for (number,) in kept}
    assert len(kept) == landed.good


@faults_at("landing")
def test_the_landing_gate_stops_the_fault(fault: Fault, company: Company) -> None:
    assert fault.plant is not None
    if fault.after_landing:
        something_good(company)
    else:
        fault.plant(company)
    session = land(company)
    assert session.inbox is not None and session.inbox.refused == []
    if fault.after_landing:
        fault.plant(company)
    assert_stopped(fault, run_gate(session, gate_named("landing")))
    assert not company.home.warehouse.exists()


def test_a_waived_fault_passes_until_its_day_and_is_told(company: Company) -> None:
    """The day of the refresh decides, not the clock: both days lie before today."""
    fault = next(one for one in FAULTS if one.name == "a_lost_tail")
    assert fault.plant is not None
    fault.plant(company)
    waivers = company.home.policies / "gate_waivers.csv"
    header = waivers.read_text(encoding="utf-8")
    line = "{0},{1},full_lists_do_not_shrink,feed=harborview,Dana Fox,{2},A smaller book\n"
    begins = company.last_day.isoformat()
    waivers.write_text(header + line.format("w1", begins, begins), encoding="utf-8")
    session = land(company)
    expired = run_gate(session, gate_named("landing"))
    assert_stopped(fault, expired)
    assert f"the waiver by Dana Fox expired on {begins}" in expired.message

    longer = line.format("w1", begins, begins) + line.format("w2", begins, company.day)
    waivers.write_text(header + longer, encoding="utf-8")
    result = run_gate(land(company), gate_named("landing"))
    raise_where_blocked(result)
    [told] = result.waived
    assert told.waived_until == company.day.isoformat() and told.approved_by == "Dana Fox"
    assert told in result.warnings


@faults_at("matching", "marts")
def test_the_gate_stops_what_stands_wrong_in_the_workshop(fault: Fault, company: Company) -> None:
    home, healthy = company.home, company.healthy
    shutil.copy2(healthy.warehouse, home.warehouse)
    shutil.copy2(healthy.dagster / "workshop.json", home.dagster / "workshop.json")
    plant_in(home.warehouse, fault.statement)
    gate = gate_named(fault.place)
    table = next(rule.table for rule in gate.rules if rule.rule_id == fault.caught_by)
    # The rules of the table itself: the whole gate runs in whole refreshes.
    own = replace(gate, rules=[rule for rule in gate.rules if rule.table == table])
    assert_stopped(fault, run_gate(RefreshSession(load_settings(home.root)), own))


def assert_stopped(fault: Fault, result: GateResult) -> None:
    """The fault's own rule blocks, and says so in one sentence."""
    verdict = next(rule for rule in result.rules if rule.rule_id == fault.caught_by)
    assert verdict.verdict == ("broke" if fault.breaks_check else "failed"), result.message
    assert verdict.is_blocking
    assert_said(f"{verdict.message}.", fault)
    with pytest.raises(BrokenCheckError if fault.breaks_check else GateError) as stopped:
        raise_where_blocked(result)
    assert fault.caught_by in str(stopped.value)


def test_there_are_enough_faults_and_each_has_a_name_of_its_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 60


def test_each_fault_names_the_rule_of_the_gate_that_catches_it() -> None:
    for fault in FAULTS:
        if fault.place in RULES_OF_GATES:
            assert GATE_OF_RULE.get(fault.caught_by) == fault.place, fault.name


def test_the_page_of_faults_is_that_of_the_catalogue() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python -m tests.faults`"
