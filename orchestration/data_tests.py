"""Run dbt's data tests, compiled once, on what a station has just built.

`dbt build` spends about 40 milliseconds of Python on a test whose query takes 3, and a refresh has
several hundred. A test is a query of the rows that break a rule, and its text changes only when the
project does: dbt compiles all of them once, and a refresh asks the engine itself. `dbt build` and
`dbt test` by hand run the same queries to the same verdicts.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from itertools import groupby

from orchestration.errors import RefreshError
from orchestration.node_results import NodeListener, NodeResult
from orchestration.stations import Manifest, built_parents, needs, node_under_test
from orchestration.warehouse import Ask, Warehouse

UNREAD_OPTIONS = {"fail_calc": "count(*)", "error_if": "!= 0", "warn_if": "!= 0", "limit": None}
"""Options of a test that nothing here reads, and their defaults."""


def refuse_unread_options(manifest: Manifest) -> None:
    """Raise RefreshError where a test asks for something else than that no row fails it."""
    for node in manifest["nodes"].values():
        if node["resource_type"] != "test":
            continue
        for option, default in UNREAD_OPTIONS.items():
            if node["config"].get(option, default) != default:
                raise RefreshError(
                    f"The test {node['name']} has the option {option}, which a refresh does not "
                    "read: say in its query which rows fail it, and remove the option "
                    f"(dbt_project/{node['original_file_path']})."
                )


def upstream_first(manifest: Manifest, test_ids: Sequence[str]) -> list[str]:
    """Tests of the tables that others are built from first: their rows are nearest to the cause."""
    parents = {
        unique_id: [one for one in needs(node) if one in manifest["nodes"]]
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] != "test"
    }
    place = {one: number for number, one in enumerate(TopologicalSorter(parents).static_order())}

    def last_read(test_id: str) -> int:
        return max((place.get(one, -1) for one in needs(manifest["nodes"][test_id])), default=-1)

    return sorted(test_ids, key=lambda one: (last_read(one), manifest["nodes"][one]["name"]))


def run_tests(
    manifest: Manifest,
    compiled: Mapping[str, str],
    test_ids: Sequence[str],
    built: Sequence[NodeResult],
    warehouse: Warehouse,
    listener: NodeListener | None = None,
) -> list[NodeResult]:
    """Ask for the rows that fail each test; a test about what could not be built is skipped.

    Args:
        manifest: dbt's.
        compiled: the query of every test by unique id.
        test_ids: the tests of the station.
        built: what became of the station's models, counted for the listener as done.
        warehouse: where they stand; nobody writes to it meanwhile.
        listener: told of every test that is done.

    Returns a result per test, upstream first. A query that the engine refuses is the status
    `error`: such a test says nothing about the data.
    """
    missing = {one.unique_id for one in built if one.status in ("error", "skipped")}
    total = len(built) + len(test_ids)
    results: list[NodeResult] = []
    ordered = upstream_first(manifest, test_ids)
    with warehouse.asking() as ask:
        for _, together in groupby(ordered, lambda one: node_under_test(manifest, one)):
            for result in _results_of(manifest, compiled, list(together), missing, ask):
                results.append(result)
                if listener is not None:
                    listener(result.name, len(built) + len(results), total)
    return results


def _results_of(
    manifest: Manifest,
    compiled: Mapping[str, str],
    test_ids: list[str],
    missing: set[str],
    ask: Ask,
) -> Iterator[NodeResult]:
    """The verdicts on one table, from as few queries as the engine likes."""
    asked = []
    for test_id in test_ids:
        if missing and missing.intersection(built_parents(manifest, test_id)):
            yield _result(manifest, test_id, "skipped", query=compiled[test_id])
        else:
            asked.append(test_id)
    if not asked:
        return
    started = time.monotonic()
    counts = counts_of([compiled[one] for one in asked], ask)
    seconds = (time.monotonic() - started) / len(asked)
    for test_id, count in zip(asked, counts, strict=True):
        query = compiled[test_id]
        if isinstance(count, str):
            yield _result(manifest, test_id, "error", seconds, message=count, query=query)
        else:
            yield _verdict(manifest, test_id, count, seconds, query)


def counts_of(queries: Sequence[str], ask: Ask) -> list[int | str]:
    """Rows of each query, or what the engine says against it."""
    try:
        return list(ask(queries))
    # Every engine's driver has an error class of its own; what it says is the test's message.
    except Exception as error:
        if len(queries) == 1:
            return [str(error)]
    return [one for query in queries for one in counts_of([query], ask)]


def _verdict(
    manifest: Manifest, test_id: str, count: int, seconds: float, query: str
) -> NodeResult:
    is_error = manifest["nodes"][test_id]["config"].get("severity", "error").lower() == "error"
    status = "pass" if count == 0 else "fail" if is_error else "warn"
    message = "" if count == 0 else f"{count} {'row' if count == 1 else 'rows'} found, 0 expected"
    return _result(manifest, test_id, status, seconds, count, message, query)


def _result(
    manifest: Manifest,
    test_id: str,
    status: str,
    seconds: float = 0.0,
    failing_rows_count: int | None = None,
    message: str = "",
    query: str = "",
) -> NodeResult:
    name = manifest["nodes"][test_id]["name"]
    return NodeResult(test_id, name, "test", status, seconds, failing_rows_count, message, query)
