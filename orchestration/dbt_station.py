"""A station that dbt builds, as Dagster sees it: one asset per model, one check per data test.

The assets come from dbt's manifest, nobody lists them. A station is one step: its models run in one
dbt invocation inside this process, and Dagster's blocking checks stop the step after it.
"""

# No postponed annotations here: Dagster compares the annotation of a context with its type.
import functools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.dbt_invocation import (
    KEPT_KINDS,
    DbtProject,
    error_message,
    results_by_id,
)
from orchestration.errors import BrokenCheckError, CosellError, GateError, RefreshError
from orchestration.node_results import NodeResult
from orchestration.refresh_session import RefreshSession
from orchestration.release.public_tables import area_of
from orchestration.settings import load_settings
from orchestration.stations import (
    LANDING,
    Manifest,
    StationContent,
    built_parents,
    node_under_test,
    station_contents,
)

if TYPE_CHECKING:
    import duckdb

EXAMPLES_COUNT = 3
EXAMPLE_COLUMNS_COUNT = 4
ADAPTER_KIND = "duckdb"
SESSION = "refresh_session"
"""Key of the resource that every station needs, a RefreshSession."""


@functools.cache
def project_manifest() -> Manifest:
    """The manifest of the dbt project; parsed once, and only where nobody has parsed it yet."""
    return DbtProject(load_settings()).manifest


def landed_table_key(source: str, table: str) -> dg.AssetKey:
    """Key of a landed table."""
    return dg.AssetKey([LANDING, source, table])


def warehouse_table_key(full_name: str) -> dg.AssetKey:
    """Key of a table of the warehouse named `schema.table`."""
    return dg.AssetKey(full_name.split("."))


def gate_key(station: str) -> dg.AssetKey:
    """Key of the gate behind a station."""
    return dg.AssetKey([station, "gate"])


def asset_key(manifest: Manifest, unique_id: str) -> dg.AssetKey:
    """Key of a model, seed or source: its place in the warehouse or in landing."""
    if unique_id in manifest["sources"]:
        source = manifest["sources"][unique_id]
        return landed_table_key(source["source_name"], source["name"])
    node = manifest["nodes"][unique_id]
    return warehouse_table_key(f"{area_of(node)}.{node.get('alias') or node['name']}")


def station_specs(
    manifest: Manifest, content: StationContent, behind: str | None
) -> list[dg.AssetSpec]:
    """One asset per model and seed of a station, described as in the dbt project.

    `behind` is the station whose gate this one stands behind: whatever reads a table of an
    earlier station reads it through that gate.
    """
    return [_asset_spec(manifest, content, unique_id, behind) for unique_id in content.built]


def _asset_spec(
    manifest: Manifest, content: StationContent, unique_id: str, behind: str | None
) -> dg.AssetSpec:
    node = manifest["nodes"][unique_id]
    parents = list(built_parents(manifest, unique_id))
    deps = list(dict.fromkeys(asset_key(manifest, parent) for parent in parents))
    if behind is not None and not set(parents) & set(content.built):
        deps.append(gate_key(behind))
    kind = "seed" if node["resource_type"] == "seed" else node["config"]["materialized"]
    description = str(node.get("description") or "").strip()
    return dg.AssetSpec(
        key=asset_key(manifest, unique_id),
        deps=deps,
        group_name=content.name,
        description=description or f"The dbt {kind} {node['name']}.",
        kinds={"dbt", ADAPTER_KIND, kind},
        owners=[f"team:{node['group']}"] if node.get("group") else None,
        metadata={"dbt_file": node["original_file_path"]},
        skippable=True,
    )


def station_check_specs(manifest: Manifest, content: StationContent) -> list[dg.AssetCheckSpec]:
    """One check per data test about a table of the station; blocking where its severity is error.

    A test about a landed table runs in the station that reads it; it stops that station like any
    other, and has no check because the station does not own the table.
    """
    built = set(content.built)
    return [
        _check_spec(manifest, test_id, tested)
        for test_id in content.tests
        if (tested := node_under_test(manifest, test_id)) in built and tested is not None
    ]


def _check_spec(manifest: Manifest, test_id: str, tested: str) -> dg.AssetCheckSpec:
    test = manifest["nodes"][test_id]
    return dg.AssetCheckSpec(
        name=test["name"],
        asset=asset_key(manifest, tested),
        description=str(test.get("description") or "").strip() or None,
        blocking=_is_blocking(test),
        metadata={"dbt_file": test["original_file_path"]},
    )


def _is_blocking(test: Mapping[str, Any]) -> bool:
    return str(test["config"].get("severity", "error")).lower() == "error"


def build_dbt_station(
    manifest: Manifest, station: str, behind: str | None = None
) -> dg.AssetsDefinition:
    """The assets of a station, as one step that runs dbt behind another station's gate."""
    content = station_contents(manifest)[station]
    specs = station_specs(manifest, content, behind)
    node_of_key = {asset_key(manifest, unique_id): unique_id for unique_id in content.built}

    @dg.multi_asset(
        name=station,
        specs=specs,
        check_specs=station_check_specs(manifest, content),
        can_subset=True,
        required_resource_keys={SESSION},
    )
    def run(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        session: RefreshSession = getattr(context.resources, SESSION)
        selected = {node_of_key[key] for key in context.selected_asset_keys}
        names = None
        if len(selected) < len(content.built):
            names = [manifest["nodes"][unique_id]["name"] for unique_id in selected]
        with reporting_failures(session, station):
            # A part that somebody asks for is built as asked.
            keeps_views = names is None and session.has_views_of_these_models
            results = session.project.build(station, session.report(station), names, keeps_views)
            session.warehouse.show(session.project.manifest)
            session.keep_results(station, results)
            yield from _materializations(
                manifest, selected, results, session.rows_counts, keeps_views
            )
            yield from _check_results(manifest, content, results, context)
            raise_for_failures(session, station, results)

    return run


@contextmanager
def reporting_failures(session: RefreshSession, station: str) -> Iterator[None]:
    """Time a station; a CosellError becomes Dagster's failure with the same sentence.

    Dagster shows a failure's description as it stands, and any other exception as a traceback.
    """
    try:
        with session.station(station):
            yield
    except CosellError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error


@contextmanager
def open_warehouse(session: RefreshSession) -> Iterator["duckdb.DuckDBPyConnection"]:
    """The warehouse, to read; dbt must have closed it."""
    import duckdb

    connection = duckdb.connect(str(session.warehouse.file), read_only=True)
    try:
        yield connection
    finally:
        connection.close()


def _materializations(
    manifest: Manifest,
    selected: set[str],
    results: Sequence[NodeResult],
    rows_counts: Mapping[str, int],
    keeps_views: bool,
) -> Iterator[dg.MaterializeResult]:
    """What stands now, parents first: built by dbt, or kept because it had no need to.

    What reads a table that could not be built is left out.
    """
    by_id = results_by_id(results)
    parents = {one: set(built_parents(manifest, one)) & selected for one in sorted(selected)}
    told: set[str] = set()
    for unique_id in TopologicalSorter(parents).static_order():
        if not parents[unique_id] <= told:
            continue
        key = asset_key(manifest, unique_id)
        result = by_id.get(unique_id)
        metadata: dict[str, Any] = {}
        if result is not None and result.status == "success":
            metadata["seconds"] = round(result.seconds, 3)
        elif keeps_views and result is None and _is_kept(manifest["nodes"][unique_id]):
            metadata["kept"] = "as the refresh before built it, of the same models"
        else:
            continue
        rows_count = rows_counts.get(".".join(key.path))
        if rows_count is not None:
            metadata["dagster/row_count"] = rows_count
        told.add(unique_id)
        yield dg.MaterializeResult(asset_key=key, metadata=metadata)


def _is_kept(node: Mapping[str, Any]) -> bool:
    return node["config"]["materialized"] in KEPT_KINDS


def _check_results(
    manifest: Manifest,
    content: StationContent,
    results: Sequence[NodeResult],
    context: dg.AssetExecutionContext,
) -> Iterator[dg.AssetCheckResult]:
    by_id = results_by_id(results)
    wanted = context.op_execution_context.selected_asset_check_keys
    for test_id in content.tests:
        tested = node_under_test(manifest, test_id)
        result = by_id.get(test_id)
        if tested is None or result is None or result.status == "skipped":
            continue
        key = dg.AssetCheckKey(asset_key(manifest, tested), manifest["nodes"][test_id]["name"])
        if key not in wanted:
            continue
        yield dg.AssetCheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=result.status == "pass",
            severity=(
                dg.AssetCheckSeverity.ERROR
                if _is_blocking(manifest["nodes"][test_id])
                else dg.AssetCheckSeverity.WARN
            ),
            metadata={
                "failing_rows_count": result.failing_rows_count or 0,
                "seconds": round(result.seconds, 3),
            },
            description=None if result.status == "pass" else error_message(result.message),
        )


def raise_for_failures(
    session: RefreshSession, station: str, results: Sequence[NodeResult]
) -> None:
    """Raise for the first thing that stopped a station, naming all the others.

    Rows that fail a test come first (GateError), upstream ones before the others: a model that
    breaks on such rows is their consequence. Then models that could not be built (RefreshError),
    then tests that could not be evaluated (BrokenCheckError).
    """
    manifest = session.project.manifest
    tests = [one for one in results if one.resource_type == "test"]
    built = [one for one in results if one.resource_type != "test"]
    for error_class, failed, sentence in (
        (GateError, [one for one in tests if one.status == "fail"], _sentence_of_test),
        (RefreshError, [one for one in built if one.status == "error"], _sentence_of_model),
        (BrokenCheckError, [one for one in tests if one.status == "error"], _sentence_of_broken),
    ):
        if failed:
            others = ", ".join(one.name for one in failed[1:])
            also = f"; also stopped by {others}" if others else ""
            first = sentence(session, manifest, failed[0])
            raise error_class(f"The {station} station stopped: {first}{also}.")


def _sentence_of_model(session: RefreshSession, manifest: Manifest, failed: NodeResult) -> str:
    node = manifest["nodes"].get(failed.unique_id, {})
    file = node.get("original_file_path", "dbt_project.yml")
    return (
        f"{failed.name} could not be built ({error_message(failed.message)}): "
        f"mend dbt_project/{file}"
    )


def _sentence_of_test(session: RefreshSession, manifest: Manifest, failed: NodeResult) -> str:
    tested = node_under_test(manifest, failed.unique_id)
    about = "" if tested is None else f" on {'.'.join(asset_key(manifest, tested).path)}"
    count = failed.failing_rows_count or 0
    rows = "1 row fails" if count == 1 else f"{count} rows fail"
    examples = _failing_rows(session, failed)
    shown = f": {'; '.join(examples)}" if examples else ""
    return f"{rows} the test {failed.name}{about}{shown}"


def _sentence_of_broken(session: RefreshSession, manifest: Manifest, failed: NodeResult) -> str:
    file = manifest["nodes"][failed.unique_id]["original_file_path"]
    return (
        f"the test {failed.name} broke and says nothing about the data "
        f"({error_message(failed.message)}): mend dbt_project/{file}"
    )


def _failing_rows(session: RefreshSession, failed: NodeResult) -> list[str]:
    """The first rows that a test found, each as `column=value, …`; a test is their query."""
    if not failed.query:
        return []
    try:
        names, rows = session.warehouse.sample(failed.query, EXAMPLES_COUNT)
    except Exception:
        # The sentence without examples is still true; the test's own failure must not be hidden,
        # whichever class of error the engine's driver has.
        return []
    return [
        ", ".join(
            f"{name}={value}"
            for name, value in list(zip(names, row, strict=True))[:EXAMPLE_COLUMNS_COUNT]
        )
        for row in rows
    ]
