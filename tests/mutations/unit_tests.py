"""The dbt unit tests of one model, asked again with another text in the place of the model's."""

from __future__ import annotations

from collections import Counter

import duckdb

from tests.mutations.compiled_rules import UnitTest
from tests.mutations.sql_mutations import Place, model_inside, parsed, places, written


def fails(unit_test: UnitTest, connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the unit test fails as it is."""
    return _fails(unit_test.query, connection)


def catches(
    unit_test: UnitTest,
    signatures: list[tuple[str, str, str]],
    chosen: int,
    connection: duckdb.DuckDBPyConnection,
) -> bool:
    """Whether the unit test fails when the chosen mutation of its model is made.

    Args:
        unit_test: a unit test of the model.
        signatures: of all places of the model, in order.
        chosen: the number of the place.
        connection: any DuckDB that knows the seeds.
    """
    whole = parsed(unit_test.query)
    place = _same_place(places(model_inside(whole)), signatures, chosen)
    if place is None:
        return False
    place.make()
    try:
        return _fails(written(whole), connection)
    except duckdb.Error:
        # The rows of this test do not get through the broken query.
        return True


def _same_place(
    found: list[Place], signatures: list[tuple[str, str, str]], chosen: int
) -> Place | None:
    """The place inside the unit test: where macros were overridden, by what is written there."""
    if [place.signature for place in found] == signatures:
        return found[chosen]
    wanted = signatures[chosen]
    occurrence = signatures[:chosen].count(wanted)
    alike = [place for place in found if place.signature == wanted]
    return alike[occurrence] if occurrence < len(alike) else None


def _fails(query: str, connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether actual and expected rows differ, each counted as often as it is there."""
    result = connection.execute(query)
    names = [column[0] for column in result.description or ()]
    kind = names.index("actual_or_expected")
    sides: dict[str, Counter[tuple[object, ...]]] = {"actual": Counter(), "expected": Counter()}
    for row in result.fetchall():
        values = tuple(repr(value) for place, value in enumerate(row) if place != kind)
        sides[row[kind]][values] += 1
    return sides["actual"] != sides["expected"]
