"""Data tests are compiled once and asked of the engine: the same verdicts as dbt's own."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from orchestration.data_tests import counts_of, refuse_unread_options, upstream_first
from orchestration.dbt_invocation import DbtProject
from orchestration.dbt_station import raise_for_failures
from orchestration.errors import GateError, RefreshError
from orchestration.refresh_session import RefreshSession
from orchestration.stations import STAGING
from tests.orchestration.small_project import build_all, change

NUMBERS_ARE_SMALL = "tests/assert_numbers_are_small.sql"


def test_one_query_that_breaks_leaves_the_others_their_answer() -> None:
    def ask(queries: Sequence[str]) -> list[int]:
        if "broken" in queries:
            raise ValueError("no such column")
        return [len(query) for query in queries]

    assert counts_of(["a", "broken", "ccc"], ask) == [1, "no such column", 3]
    assert counts_of(["a", "bb"], ask) == [1, 2]


def test_the_verdicts_are_those_of_dbt(session: RefreshSession) -> None:
    """On rows that pass, fail, warn and break."""
    change(
        session,
        "models/intermediate/matching/int_numbers_doubled.sql",
        "select number, name, nullif(number, 3) as doubled from {{ ref('stg_numbers') }}",
    )
    change(
        session,
        NUMBERS_ARE_SMALL,
        "select number from {{ ref('fct_numbers') }} where number > 4 -- the last line",
    )
    change(session, "tests/assert_broken.sql", "select nope from {{ ref('fct_numbers') }}")
    ours = {
        result.name: (result.status, result.failing_rows_count)
        for results in build_all(session).values()
        for result in results
        if result.resource_type == "test"
    }
    own = session.project.run_dbt("test", ["resource_type:test"], ["--no-write-json"])
    assert ours == {one.node.name: (str(one.status), one.failures) for one in own}
    assert sorted(status for status, _ in ours.values()) == ["error", "fail", "pass", "warn"]


def test_compiled_queries_are_kept_beside_the_project(
    session: RefreshSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = session.project.compiled_tests()
    assert len(before) == 3

    def refuse(*_: object) -> None:
        raise AssertionError("compiled again")

    with monkeypatch.context() as patch:
        patch.setattr(DbtProject, "run_dbt", refuse)
        assert DbtProject(session.settings, session.project.folder).compiled_tests() == before
    change(session, NUMBERS_ARE_SMALL, "select * from {{ ref('fct_numbers') }} where number > 5")
    assert session.project.compiled_tests() != before


def test_a_test_that_does_not_compile_is_named(session: RefreshSession) -> None:
    broken = "select {% if execute %}{{ 1 / 0 }}{% endif %} from {{ ref('fct_numbers') }}"
    change(session, NUMBERS_ARE_SMALL, broken)
    for _ in range(2):
        with pytest.raises(RefreshError, match=f"assert_numbers_are_small .{NUMBERS_ARE_SMALL}"):
            session.project.build(STAGING)


def test_a_test_about_what_could_not_be_built_is_skipped_and_rows_come_before_models(
    session: RefreshSession,
) -> None:
    """A model that breaks on bad rows is their consequence: the rows are named."""
    change(
        session, "models/staging/stg_numbers.sql", "select 1 as number, 'n' as name from range(2)"
    )
    change(
        session,
        "models/staging/stg_halves.sql",
        "select error('twice the same number') as half from {{ ref('stg_numbers') }}",
    )
    change(
        session,
        "tests/assert_halves.sql",
        "{{ config(tags=['later']) }} select * from {{ ref('stg_halves') }}",
    )
    change(session, "models/marts/fct_halves.sql", "select * from {{ ref('stg_halves') }}")
    results = session.project.build(STAGING)
    statuses = {one.name: one.status for one in results}
    assert statuses["stg_halves"] == "error"
    assert statuses["assert_halves"] == "skipped"
    with pytest.raises(GateError, match="1 row fails the test unique_stg_numbers_number"):
        raise_for_failures(session, STAGING, results)


def test_tests_of_what_others_are_built_from_come_first(session: RefreshSession) -> None:
    manifest = session.project.manifest
    tests = [one for one, node in manifest["nodes"].items() if node["resource_type"] == "test"]
    names = [manifest["nodes"][one]["name"] for one in upstream_first(manifest, tests[::-1])]
    assert names == [
        "unique_stg_numbers_number",
        "not_null_int_numbers_doubled_doubled",
        "assert_numbers_are_small",
    ]


def test_an_option_that_nothing_reads_is_refused(session: RefreshSession) -> None:
    change(
        session,
        NUMBERS_ARE_SMALL,
        "{{ config(error_if='> 10') }} select number from {{ ref('fct_numbers') }}",
    )
    with pytest.raises(RefreshError, match="has the option error_if, which a refresh does not"):
        refuse_unread_options(session.project.manifest)
