"""What DuckDB itself needs for the SQL of a whole refresh: the limit for a refresh.

dbt compiles every model as it would build it from nothing; the queries are then run back to back in
one DuckDB, with the threads and the memory of a refresh: no dbt, no Dagster, no tests, no gates, no
release. What was landed is read from the home where it lies.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.refresh_meter import peak_memory_bytes, processor_seconds
from orchestration.dbt_invocation import DbtProject, close_warehouse
from orchestration.settings import Home, Settings


@dataclass(frozen=True)
class CompiledSqlUse:
    """What the queries of all models took, one after the other."""

    seconds: float
    processor_seconds: float
    peak_memory_bytes: int
    models_count: int


def run_compiled_sql(settings: Settings, folder: Path) -> CompiledSqlUse:
    """Build every model of the home's landed data into a DuckDB of its own below `folder`."""
    root = folder / "compiled_sql"
    root.mkdir(parents=True)
    for name in ("landing", "config"):
        (root / name).symlink_to(settings.home.root.absolute() / name)
    alone = replace(settings, home=Home(root))
    project = DbtProject(alone)
    # Mounts landing, as every run of dbt does, and loads the seeds.
    project.run_dbt("seed", ["resource_type:seed"], [])
    file = project.compile("resource_type:model", folder / "target", folder / "logs")
    close_warehouse()
    nodes = json.loads(file.read_text(encoding="utf-8"))["nodes"]
    with duckdb.connect(str(alone.warehouse), config={"threads": str(alone.threads)}) as database:
        database.execute(f"set TimeZone = 'UTC'; set memory_limit = '{alone.memory}'")
        started, before = time.perf_counter(), processor_seconds()
        models = list(_in_order(nodes))
        for node in models:
            _build(database, node)
        database.execute("checkpoint")
        return CompiledSqlUse(
            time.perf_counter() - started,
            processor_seconds() - before,
            peak_memory_bytes(),
            len(models),
        )


def _build(database: duckdb.DuckDBPyConnection, node: Mapping[str, Any]) -> None:
    kind = node["config"]["materialized"]
    if kind == "ephemeral":
        return
    relation = f"{node['schema']}.{node['alias']}"
    database.execute(f"create schema if not exists {node['schema']}")
    kind = "view" if kind == "view" else "table"
    database.execute(f"create or replace {kind} {relation} as {node['compiled_code']}")


def _in_order(nodes: Mapping[str, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The models, each after those that it reads."""
    done: set[str] = set()

    def visit(unique_id: str) -> Iterator[Mapping[str, Any]]:
        node = nodes.get(unique_id)
        if node is None or node["resource_type"] != "model" or unique_id in done:
            return
        done.add(unique_id)
        for parent in node["depends_on"]["nodes"]:
            yield from visit(parent)
        yield node

    for unique_id in nodes:
        yield from visit(unique_id)
