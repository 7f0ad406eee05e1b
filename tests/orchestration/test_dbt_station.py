"""A part of the dbt project runs in this process; what stops it is one readable sentence.

The small project stands in for ours, so that faults can be planted in it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import dagster as dg
import duckdb
import pytest

from orchestration.dbt_invocation import DbtProject
from orchestration.dbt_station import (
    SESSION,
    build_dbt_station,
    gate_key,
    raise_for_failures,
    station_check_specs,
)
from orchestration.errors import BrokenCheckError, CosellError, GateError, RefreshError
from orchestration.refresh_session import RefreshSession
from orchestration.stations import LANDING, MARTS, MATCHING, STAGING, station_contents
from orchestration.workshop import WorkshopState, write_state
from tests.orchestration.small_project import FILES, build_all, change


def stop_of(session: RefreshSession) -> CosellError:
    """What stops the last of the stations."""
    with pytest.raises(CosellError) as caught:
        for station, results in build_all(session).items():
            raise_for_failures(session, station, results)
    return caught.value


def test_stations_build_their_part_in_turn_and_let_go_of_the_warehouse(
    session: RefreshSession,
) -> None:
    seen: list[tuple[str, int, int]] = []
    results = session.project.build(STAGING, lambda *event: seen.append(event))
    assert [(one.name, one.status) for one in results] == [
        ("stg_numbers", "success"),
        ("unique_stg_numbers_number", "pass"),
    ]
    assert seen[-1] == ("unique_stg_numbers_number", 2, 2)
    with duckdb.connect(str(session.home.warehouse), config={"threads": "1"}) as connection:
        assert connection.execute("select table_name from duckdb_tables()").fetchall() == [
            ("stg_numbers",)
        ]
    everything = build_all(session)
    assert [len(results) for results in everything.values()] == [2, 2, 3]
    for station, results in everything.items():
        raise_for_failures(session, station, results)


def test_a_part_of_a_station_can_be_built(session: RefreshSession) -> None:
    build_all(session)
    results = session.project.build(MARTS, names=["fct_sums"])
    assert [one.name for one in results] == ["fct_sums"]


def test_views_that_stand_are_kept_and_said_to_be(session: RefreshSession) -> None:
    # A table reads it: Dagster wants to hear of parents first.
    view = "{{ config(materialized='view') }} " + FILES["models/marts/fct_numbers.sql"]
    change(session, "models/marts/fct_numbers.sql", view)
    built = build_all(session)[MARTS]
    models = session.project.project_hash
    state = WorkshopState("building", "000002_20260209", 2, date(2026, 2, 9), models, "code")
    write_state(session.home, replace(state, is_extension=True))
    marts = build_dbt_station(session.project.manifest, MARTS)
    outcome = dg.materialize(
        [marts], resources={SESSION: dg.ResourceDefinition.hardcoded_resource(session)}
    )
    kept = {
        event.asset_key.path[-1]: "kept" in event.metadata
        for event in outcome.asset_materializations_for_node(MARTS)
    }
    assert outcome.success
    assert kept == {"fct_numbers": True, "fct_sums": False}
    extended = session.dbt_results[MARTS]
    assert {one.name for one in built} - {one.name for one in extended} == {"fct_numbers"}
    assert {one.status for one in extended} <= {"success", "pass"}


def test_an_ephemeral_model_is_in_every_query_that_reads_it_also_the_next_time(
    session: RefreshSession,
) -> None:
    ephemeral = "{{ config(materialized='ephemeral') }} select range as number from range(9)"
    change(session, "models/marts/int_numbers.sql", ephemeral)
    change(session, "models/marts/fct_sums.sql", "select number from {{ ref('int_numbers') }}")
    build_all(session)
    again = build_all(session)
    assert {one.name: one.status for one in again[MARTS]}["fct_sums"] == "success"


def test_a_project_is_parsed_once(session: RefreshSession, monkeypatch: pytest.MonkeyPatch) -> None:
    hash_before = session.project.project_hash
    assert "model.small.fct_sums" in session.project.manifest["nodes"]

    def refuse(self: DbtProject) -> None:
        raise AssertionError("parsed again")

    with monkeypatch.context() as patch:
        patch.setattr(DbtProject, "_parse", refuse)
        assert DbtProject(session.settings, session.project.folder).manifest
    change(session, "models/marts/fct_more.sql", "select 1 as one")
    assert session.project.project_hash != hash_before
    assert "model.small.fct_more" in session.project.manifest["nodes"]


def test_a_project_that_cannot_be_read_is_one_sentence(session: RefreshSession) -> None:
    change(session, "models/marts/fct_sums.sql", "select * from {{ ref('nowhere') }}")
    with pytest.raises(RefreshError) as caught:
        assert session.project.manifest
    message = str(caught.value)
    assert message.startswith("The dbt project cannot be read: ")
    assert "nowhere" in message and "\n" not in message


def test_a_failing_test_names_its_rows(session: RefreshSession) -> None:
    change(
        session,
        "tests/assert_numbers_are_small.sql",
        "select number, name, doubled from {{ ref('fct_numbers') }} where number > 4 order by 1",
    )
    stop = stop_of(session)
    assert isinstance(stop, GateError)
    assert str(stop) == (
        "The marts station stopped: 4 rows fail the test assert_numbers_are_small on "
        "main.fct_numbers: number=5, name=n5, doubled=10; number=6, name=n6, doubled=12; "
        "number=7, name=n7, doubled=14."
    )


def test_a_model_that_cannot_be_built_names_its_file(session: RefreshSession) -> None:
    change(session, "models/marts/fct_sums.sql", "select nope from {{ ref('fct_numbers') }}")
    stop = stop_of(session)
    assert isinstance(stop, RefreshError)
    assert str(stop).startswith("The marts station stopped: fct_sums could not be built (")
    assert '"nope" not found' in str(stop)
    assert str(stop).endswith(": mend dbt_project/models/marts/fct_sums.sql.")


def test_a_test_that_breaks_says_nothing_about_the_data(session: RefreshSession) -> None:
    change(
        session,
        "tests/assert_numbers_are_small.sql",
        "select nope from {{ ref('fct_numbers') }}",
    )
    stop = stop_of(session)
    assert isinstance(stop, BrokenCheckError)
    assert "the test assert_numbers_are_small broke and says nothing about the data" in str(stop)


def test_a_warning_stops_nothing(session: RefreshSession) -> None:
    change(
        session,
        "models/intermediate/matching/int_numbers_doubled.sql",
        "select number, name, nullif(number, 3) as doubled from {{ ref('stg_numbers') }}",
    )
    results = build_all(session)
    assert [one.status for one in results[MATCHING]] == ["success", "warn"]
    for station, found in results.items():
        raise_for_failures(session, station, found)


def test_the_assets_of_a_station_follow_from_the_manifest(session: RefreshSession) -> None:
    manifest = session.project.manifest
    staging = build_dbt_station(manifest, STAGING, behind=LANDING)
    spec = next(iter(staging.specs))
    assert spec.key == dg.AssetKey(["main", "stg_numbers"])
    assert spec.description == "One row per number."
    assert [dep.asset_key for dep in spec.deps] == [gate_key(LANDING)]
    checks = station_check_specs(manifest, station_contents(manifest)[MATCHING])
    assert [(check.name, check.blocking) for check in checks] == [
        ("not_null_int_numbers_doubled_doubled", False)
    ]


def test_only_what_reads_an_earlier_station_stands_behind_its_gate(
    session: RefreshSession,
) -> None:
    marts = build_dbt_station(session.project.manifest, MARTS, behind=MATCHING)
    behind = {
        spec.key.path[-1]: gate_key(MATCHING) in [dep.asset_key for dep in spec.deps]
        for spec in marts.specs
    }
    assert behind == {"fct_numbers": True, "fct_sums": False}
