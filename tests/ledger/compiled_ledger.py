"""The ledger's own dbt models, compiled once and run in one DuckDB in memory.

What is run is the SQL that dbt compiles, from the landed tables up to `fct_attribution_ledger`;
only the way it is started differs, because a dbt invocation per refresh would take seconds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.dbt_invocation import DbtProject, close_warehouse
from orchestration.landing.contracts import LANDING_COLUMNS, declared_tables
from orchestration.settings import Home, load_settings

LEDGER = "attribution.fct_attribution_ledger"
STORED_TYPES = {"BIGINT": "bigint", "DATE": "date", "TIMESTAMP": "timestamp"}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class CompiledModel:
    """One model as dbt compiled it: built from nothing, and added to what is there."""

    relation: str
    reads: tuple[str, ...]
    """The relations that it is made of, landed tables among them."""
    is_view: bool
    query: str
    query_of_new_rows: str | None = None
    """Of an incremental model: what dbt appends to the table that is already there."""


@dataclass(frozen=True)
class CompiledLedger:
    """The models below and including the ledger, in the order in which they are built."""

    models: tuple[CompiledModel, ...]
    seeds: Mapping[str, Path]
    tests: Mapping[str, str]
    """Queries of the failing rows of the data tests that guard the ledger, by name."""


def compile_ledger(
    folder: Path, targets: Sequence[str] = ("fct_attribution_ledger",)
) -> CompiledLedger:
    """Compile the models that lead to `targets`; `folder` is for what dbt writes.

    dbt compiles an incremental model in two ways, and tells them apart by whether its table is in
    the warehouse: so it compiles twice, the second time beside empty tables of these names.
    """
    settings = load_settings(Home(folder / "home").root)
    settings.home.root.mkdir(parents=True)
    project = DbtProject(settings)
    selection = " ".join(f"+{target}" for target in targets)
    whole = _compiled(project, folder, selection)
    manifest = whole["nodes"]
    wanted = [f"model.cosell.{target}" for target in targets]
    order = list(_in_order(manifest, wanted))
    incremental = [
        unique_id
        for unique_id in order
        if manifest[unique_id]["config"]["materialized"] == "incremental"
    ]
    with duckdb.connect(str(settings.warehouse)) as warehouse:
        for unique_id in incremental:
            node = manifest[unique_id]
            warehouse.execute(f"create schema if not exists {node['schema']}")
            warehouse.execute(f"create table {node['schema']}.{node['name']} (known_step bigint)")
    names = " ".join(manifest[unique_id]["name"] for unique_id in incremental)
    beside_tables = _compiled(project, folder, names)["nodes"]
    models = tuple(
        CompiledModel(
            relation=f"{manifest[unique_id]['schema']}.{manifest[unique_id]['name']}",
            reads=tuple(
                _relation_of(whole, parent) for parent in manifest[unique_id]["depends_on"]["nodes"]
            ),
            is_view=manifest[unique_id]["config"]["materialized"] == "view",
            query=_without_database(manifest[unique_id]["compiled_code"]),
            query_of_new_rows=_without_database(beside_tables[unique_id]["compiled_code"])
            if unique_id in incremental
            else None,
        )
        for unique_id in order
        if manifest[unique_id]["resource_type"] == "model"
    )
    seeds = {
        f"{manifest[unique_id]['schema']}.{manifest[unique_id]['name']}": project.folder
        / manifest[unique_id]["original_file_path"]
        for unique_id in order
        if manifest[unique_id]["resource_type"] == "seed"
    }
    built = {model.relation for model in models}
    tests = {
        node["name"]: _without_database(node["compiled_code"])
        for node in manifest.values()
        if node["resource_type"] == "test"
        and node.get("compiled_code")
        and node["original_file_path"].startswith("data_tests/attribution/")
        and all(
            f"{manifest[parent]['schema']}.{manifest[parent]['name']}" in built
            for parent in node["depends_on"]["nodes"]
        )
    }
    return CompiledLedger(models, seeds, tests)


def _compiled(project: DbtProject, folder: Path, selection: str) -> dict[str, Any]:
    manifest_file = project.compile(selection, folder / "target", folder / "logs")
    close_warehouse()
    compiled: dict[str, Any] = json.loads(manifest_file.read_text(encoding="utf-8"))
    return compiled


def _relation_of(manifest: Mapping[str, Any], unique_id: str) -> str:
    node = manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]
    return f"{node['schema']}.{node['name']}"


def _in_order(manifest: Mapping[str, Any], wanted: Iterable[str]) -> Iterable[str]:
    seen: set[str] = set()

    def visit(unique_id: str) -> Iterable[str]:
        if unique_id in seen or unique_id not in manifest:
            return
        seen.add(unique_id)
        for parent in manifest[unique_id]["depends_on"].get("nodes", []):
            yield from visit(parent)
        yield unique_id

    for unique_id in wanted:
        yield from visit(unique_id)


def _without_database(query: str) -> str:
    """The names that dbt writes begin with the name of the warehouse file."""
    return query.replace('"warehouse".', "")


class Warehouse:
    """A warehouse in memory: landed tables that take rows, and the ledger's models over them."""

    def __init__(
        self,
        compiled: CompiledLedger,
        file: Path | None = None,
        threads: int = 1,
        memory: str = "2GB",
    ) -> None:
        """Make the landed tables, empty; in a file where there is too much for memory."""
        self.compiled = compiled
        self.connection = duckdb.connect(
            str(file or ":memory:"),
            config={
                "threads": str(threads),
                "memory_limit": memory,
                "preserve_insertion_order": "false" if file else "true",
            },
        )
        self.connection.execute("set TimeZone = 'UTC'")
        self.is_built = False
        # Planning a view again for each of its readers costs more than its few rows; where there
        # are many, it stays the view that dbt makes of it.
        self.keeps_views = file is not None
        self.has_changed: set[str] = set()
        added = [f"{name} {STORED_TYPES.get(kind, 'varchar')}" for name, kind in LANDING_COLUMNS]
        for table in declared_tables():
            columns = [f'"{name}" varchar' for name in table.column_names] + added
            self.connection.execute(f"create schema if not exists landing_{table.source}")
            self.connection.execute(
                f"create table landing_{table.source}.{table.name} ({', '.join(columns)})"
            )
        for relation in [model.relation for model in compiled.models] + list(compiled.seeds):
            self.connection.execute(f"create schema if not exists {relation.split('.')[0]}")
        for relation, file in compiled.seeds.items():
            self.connection.execute(f"create table {relation} as from read_csv('{file}')")

    def land(self, source: str, table: str, rows: Sequence[Row]) -> None:
        """Add rows to a landed table; columns that a row lacks are NULL."""
        self.has_changed.add(f"landing_{source}.{table}")
        by_columns: dict[tuple[str, ...], list[list[Any]]] = {}
        for row in rows:
            by_columns.setdefault(tuple(row), []).append(list(row.values()))
        for columns, values in by_columns.items():
            names = ", ".join(f'"{name}"' for name in columns)
            one = f"({', '.join('?' for _ in columns)})"
            self.connection.execute(
                f"insert into landing_{source}.{table} ({names}) values "
                + ", ".join([one] * len(values)),
                [value for each in values for value in each],
            )

    def refresh(self) -> dict[str, float]:
        """Build the models as a refresh does: what reads something new; incremental ones grow.

        A staging model of a feed that sent nothing is left as it is: its rows are those of its own
        batches, and which of them are known never changes afterwards. Returns the seconds that each
        model took.
        """
        changed = self.has_changed
        seconds: dict[str, float] = {}
        for model in self.compiled.models:
            read = set(model.reads)
            is_of_feed = model.relation.startswith("staging.") and "_cosell__" not in model.relation
            if is_of_feed:
                read -= {"staging.stg_cosell__landed_batches"}
            if self.is_built and not read & changed:
                continue
            changed.add(model.relation)
            started = time.monotonic()
            if model.query_of_new_rows is not None and self.is_built:
                self.connection.execute(f"insert into {model.relation} {model.query_of_new_rows}")
            elif model.is_view and self.keeps_views:
                if not self.is_built:
                    self.connection.execute(f"create view {model.relation} as {model.query}")
            else:
                self.connection.execute(
                    f"create or replace table {model.relation} as {model.query}"
                )
            seconds[model.relation] = time.monotonic() - started
        self.has_changed = set()
        self.is_built = True
        return seconds

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query by column name."""
        result = self.connection.execute(query)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def postings(self) -> list[dict[str, Any]]:
        """The ledger, in the order in which it was posted."""
        return self.rows(f"select * from {LEDGER} order by known_step, posting_id")

    def failing_tests(self) -> dict[str, int]:
        """The data tests of the ledger that fail, with the number of their rows."""
        failing = {}
        for name, query in self.compiled.tests.items():
            count = len(self.connection.execute(query).fetchall())
            if count:
                failing[name] = count
        return failing

    def close(self) -> None:
        """Let go of the memory."""
        self.connection.close()
