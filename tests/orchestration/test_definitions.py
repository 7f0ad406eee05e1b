"""What Dagster shows: the graph as a snapshot, every asset described, gates between the stations.

The snapshot is `asset_graph.txt`. After a wanted change, write it again and read its difference:
UPDATE_ASSET_GRAPH=1 python -m pytest tests/orchestration/test_definitions.py
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.execution.api import create_execution_plan

from orchestration.definitions import defs
from orchestration.quality_gate import GATES
from orchestration.stations import FLOW

SNAPSHOT = Path(__file__).parent / "asset_graph.txt"


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """The definitions as they are before there is a company."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COSELL_HOME", str(tmp_path_factory.mktemp("empty") / "home"))
        loaded = defs()
    assert isinstance(loaded, dg.Definitions)
    return loaded


def lines_of(definitions: dg.Definitions) -> Iterator[str]:
    repository = definitions.get_repository_def()
    for job in sorted(definitions.jobs or [], key=lambda job: job.name):
        yield f"job {job.name}"
    for schedule in sorted(repository.schedule_defs, key=lambda one: one.name):
        yield f"schedule {schedule.name} ({schedule.cron_schedule}) -> {schedule.job_name}"
    for sensor in sorted(repository.sensor_defs, key=lambda one: one.name):
        yield f"sensor {sensor.name} -> {sensor.job_name}"
    graph = definitions.resolve_asset_graph()
    for station in FLOW:
        yield f"\nstation {station}"
        for key in sorted(graph.get_all_asset_keys()):
            node = graph.get(key)
            if node.group_name != station:
                continue
            parents = ", ".join(sorted(parent.to_user_string() for parent in node.parent_keys))
            yield f"  {key.to_user_string()}{f' <- {parents}' if parents else ''}"
            for check in sorted(graph.get_check_keys_for_assets({key})):
                blocking = "" if graph.get(check).blocking else " (warns)"
                yield f"    check {check.name}{blocking}"


def test_the_asset_graph_is_as_it_was(definitions: dg.Definitions) -> None:
    found = "\n".join(lines_of(definitions)) + "\n"
    if os.environ.get("UPDATE_ASSET_GRAPH"):
        SNAPSHOT.write_text(found, encoding="utf-8")
    assert found == SNAPSHOT.read_text(encoding="utf-8"), "see the top of this file"


def test_every_asset_is_described_and_in_a_station(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.group_name in FLOW, key
        assert (node.description or "").strip(), key


def test_every_gate_rule_is_a_check_of_its_gate(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for gate in GATES:
        found = {
            check.name: graph.get(check).blocking
            for check in graph.get_check_keys_for_assets({dg.AssetKey([gate.name, "gate"])})
        }
        assert found == {rule.rule_id: rule.severity == "critical" for rule in gate.rules}


def test_each_station_waits_for_the_gate_before_it(definitions: dg.Definitions) -> None:
    plan = create_execution_plan(definitions.resolve_job_def("refresh"))
    waits_for = {
        step.key: set().union(*(one.dependency_keys for one in step.step_inputs))
        for step in plan.steps
    }
    order = [
        *("landing", "landing_gate", "staging", "matching", "matching_gate"),
        *("marts", "marts_gate", "routing", "release"),
    ]
    assert set(waits_for) == set(order)
    for before, after in pairwise(order):
        assert before in waits_for[after], f"{after} does not wait for {before}"


def test_loading_the_definitions_needs_neither_dbt_nor_great_expectations(
    definitions: dg.Definitions,
) -> None:
    program = (
        "import sys\n"
        "from orchestration.definitions import defs\n"
        "defs()\n"
        "print([name for name in ('great_expectations', 'dbt.cli.main') if name in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip().splitlines()[-1] == "[]"
