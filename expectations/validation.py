"""Run the rules of a gate with Great Expectations on DuckDB or Spark, through SQL.

Great Expectations is imported inside `validate`, never with this module: it takes seconds.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.rule import Rule
from expectations.verdict import GateResult, RuleVerdict
from expectations.waiver import Waiver, WaiversOfRule

if TYPE_CHECKING:
    from great_expectations.data_context import EphemeralDataContext

    from expectations.sql_datasources import DuckDBDatasource

EXAMPLES_COUNT = 5
_EXCEPTION_CLASS = re.compile(r"^\(?_?(?:duckdb|pyhive\.exc)\.\w+\)?:?\s*")
# Spark's answer is a structure of thrift with the sentence among stack traces.
_SPARK_MESSAGE = re.compile(
    r"Error running query: (?:\[[\w.]+\] [\w.]+: )?(.+?)(?: SQLSTATE|;? line \d+ pos|\\n|$)"
)
VALIDATION_FILE = "validation_results.json"
DATA_DOCS_FOLDER = "data_docs"


@dataclass(frozen=True)
class SparkThrift:
    """A Spark thrift server as SQLAlchemy reaches it."""

    url: str
    connect_args: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class GateSource:
    """Where the tables of a gate are.

    database: a DuckDB file that is opened read-only, None for an empty database in memory.
    relations: for tables that are not in the database, `area.table` -> a select that reads them.
    spark: where Spark evaluates the rules instead of DuckDB.
    opening: statements with which DuckDB opens tables that are in no file.
    schema_prefix: what the names of the schemas begin with, where many share a catalog.
    unchanged: tables of which nothing has arrived that was not judged before; their rules have
    nothing to say and are not evaluated.
    """

    database: Path | None
    threads: int
    relations: Mapping[str, str] = field(default_factory=dict)
    spark: SparkThrift | None = None
    opening: tuple[str, ...] = field(default=(), repr=False)
    schema_prefix: str = ""
    unchanged: frozenset[str] = frozenset()


def load_great_expectations() -> None:
    """Import Great Expectations, with everything that reports home switched off."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations

        import expectations.sql_datasources

    assert great_expectations and expectations.sql_datasources


def validate(
    gate: str,
    rules: Sequence[Rule],
    source: GateSource,
    parameters: Mapping[str, str],
    folder: Path,
    waivers: Sequence[Waiver] = (),
    as_of: date = date.max,
) -> GateResult:
    """Evaluate every rule of a gate and keep the results in a folder.

    The folder is emptied first; afterwards it holds the validation results as JSON, the Data Docs
    and the verdict. A rule that cannot be evaluated (its table is missing, its query is wrong) has
    the verdict `broke`; the others are evaluated all the same. A waiver counts on the day `as_of`
    of the refresh, and never for a check that broke.
    """
    started = time.monotonic()
    load_great_expectations()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    queries = {
        rule.rule_id: None
        if rule.table in source.unchanged
        else rule.query_for(parameters, source.schema_prefix)
        for rule in rules
    }
    waived = {rule.rule_id: WaiversOfRule.of(rule.rule_id, waivers, as_of) for rule in rules}
    applicable = [rule for rule in rules if queries[rule.rule_id] is not None]
    with _Quietly(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = _Run(gate, source, folder, waived)
        try:
            for table in dict.fromkeys(rule.table for rule in applicable):
                run.add_table(table, [rule for rule in applicable if rule.table == table], queries)
            found = run.evaluate()
            run.write(found)
        finally:
            run.close()
    verdicts = tuple(
        _verdict(
            rule,
            queries[rule.rule_id],
            found.get(rule.rule_id),
            run.unreadable,
            waived[rule.rule_id],
        )
        for rule in rules
    )
    result = GateResult(gate, verdicts, time.monotonic() - started, folder)
    result.write()
    return result


class _Run:
    """One validation: a context in memory, one asset per table, one checkpoint."""

    def __init__(
        self, gate: str, source: GateSource, folder: Path, waived: Mapping[str, WaiversOfRule]
    ) -> None:
        self.waived = waived
        self.gate = gate
        self.source = source
        self.folder = folder
        self.unreadable: dict[str, str] = {}
        """Tables that could not be opened, with the engine's message."""
        self.context = _context_in_memory(folder / DATA_DOCS_FOLDER)
        self.datasource = self._datasource()
        self.validations: list[Any] = []

    def _datasource(self) -> DuckDBDatasource:
        sources: Any = self.context.data_sources
        datasource: DuckDBDatasource
        if self.source.spark is not None:
            datasource = sources.add_spark_thrift(
                self.gate,
                connection_string=self.source.spark.url,
                kwargs={"connect_args": dict(self.source.spark.connect_args)},
            )
            return datasource
        database = ":memory:" if self.source.database is None else str(self.source.database)
        connect_args: dict[str, Any] = {"config": {"threads": self.source.threads}}
        if self.source.database is not None:
            connect_args["read_only"] = True
        datasource = sources.add_duckdb(
            self.gate,
            connection_string=f"duckdb:///{database}",
            kwargs={"connect_args": connect_args},
        )
        engine: Any = datasource.get_execution_engine()
        engine.opening = self.source.opening
        return datasource

    def add_table(
        self, table: str, rules: Sequence[Rule], queries: Mapping[str, str | None]
    ) -> None:
        """Register a table with its rules; a table that cannot be opened breaks its rules."""
        import great_expectations as gx

        area, _, name = table.partition(".")
        asset: Any
        if table in self.source.relations:
            asset = self.datasource.add_query_asset(table, self.source.relations[table])
        elif self.source.spark is not None or self.source.opening:
            # Whether there is such a table shows when it is read; asking first costs a statement.
            asset = self.datasource.add_query_asset(
                table, f"select * from {self.source.schema_prefix}{table}"
            )
        elif self._exists(area, name):
            asset = self.datasource.add_table_asset(table, name, schema_name=area)
        else:
            self.unreadable[table] = "there is no such table"
            return
        suite = self.context.suites.add(
            gx.ExpectationSuite(
                name=table,
                expectations=[
                    _expectation(rule, queries[rule.rule_id], self.waived[rule.rule_id])
                    for rule in rules
                ],
            )
        )
        self.validations.append(
            self.context.validation_definitions.add(
                gx.ValidationDefinition(
                    name=table,
                    data=asset.add_batch_definition_whole_table("whole table"),
                    suite=suite,
                )
            )
        )

    def _exists(self, area: str, name: str) -> bool:
        from sqlalchemy import text

        query = text(
            "select count(*) from information_schema.tables "
            "where table_schema = :area and table_name = :name"
        )
        with self.datasource.get_engine().connect() as connection:
            return bool(connection.execute(query, {"area": area, "name": name}).scalar())

    def evaluate(self) -> dict[str, dict[str, Any]]:
        """Run everything; the results as plain values, by rule id."""
        import great_expectations as gx

        if not self.validations:
            return {}
        checkpoint = self.context.checkpoints.add(
            gx.Checkpoint(
                name=self.gate,
                validation_definitions=self.validations,
                result_format={"result_format": "COMPLETE"},
            )
        )
        run = checkpoint.run()
        return {
            result["expectation_config"]["meta"]["rule_id"]: result
            for suite in run.run_results.values()
            for result in suite.to_json_dict()["results"]
        }

    def write(self, found: Mapping[str, dict[str, Any]]) -> None:
        """Keep the validation results and build the Data Docs."""
        text = json.dumps(list(found.values()), indent=2, ensure_ascii=False, default=str)
        self.folder.joinpath(VALIDATION_FILE).write_text(text + "\n", encoding="utf-8")
        if self.validations:
            self.context.build_data_docs()
            images = self.folder / DATA_DOCS_FOLDER / "static" / "images"
            for animation in images.glob("*.gif"):
                # Three megabytes of a tour that these pages never show.
                animation.unlink()

    def close(self) -> None:
        self.datasource.close()


def _context_in_memory(data_docs: Path) -> EphemeralDataContext:
    """A context that writes nothing but the Data Docs.

    The default one would build its documents in a temporary folder as well, and never remove it.
    """
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        data_docs_sites={
            "gate": {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(data_docs.absolute()),
                },
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            }
        },
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def _expectation(rule: Rule, query: str | None, waived: WaiversOfRule) -> Any:
    import great_expectations as gx
    from great_expectations.expectations.metadata_types import FailureSeverity

    assert query is not None  # only applicable rules come here
    lets_pass = f" {waived.as_told[0].upper()}{waived.as_told[1:]}." if waived.in_force else ""
    return gx.expectations.UnexpectedRowsExpectation(
        unexpected_rows_query=query,
        severity=FailureSeverity(rule.severity),
        description=(
            f"{rule.rule_id}: {rule.statement}. Why: {rule.reason}. Owner: {rule.owner}.{lets_pass}"
        ),
        meta={"rule_id": rule.rule_id, "owner": rule.owner, "mend": rule.mend},
    )


class _Quietly:
    """Great Expectations logs every broken metric with its traceback; the verdict says it once."""

    def __enter__(self) -> None:
        self.logger = logging.getLogger("great_expectations")
        self.level = self.logger.level
        self.logger.setLevel(logging.CRITICAL)

    def __exit__(self, *exception: object) -> None:
        self.logger.setLevel(self.level)


def _verdict(
    rule: Rule,
    query: str | None,
    found: Mapping[str, Any] | None,
    unreadable: Mapping[str, str],
    waived: WaiversOfRule,
) -> RuleVerdict:
    """What a result of Great Expectations says about a rule."""
    if query is None:
        return RuleVerdict(rule.rule_id, rule.table, rule.severity, "not_applicable", None, (), "")
    if found is None:
        broken = unreadable.get(rule.table, "it was not evaluated")
    else:
        broken = _exception_in(found)
    if broken or found is None:
        return RuleVerdict(
            rule_id=rule.rule_id,
            table=rule.table,
            severity=rule.severity,
            verdict="broke",
            failing_rows_count=None,
            examples=(),
            message=(
                f"the check {rule.rule_id} on {rule.table} broke and says nothing about the data "
                f"({broken.rstrip('.')}): mend the rule or the model"
            ),
        )
    count = int(found["result"]["observed_value"])
    if count == 0:
        return RuleVerdict(rule.rule_id, rule.table, rule.severity, "passed", 0, (), "")
    failing = _failing_rows(found)
    is_waived = waived.cover_all(failing, count)
    # What blocks is shown before what a person has let pass.
    shown_rows = failing if is_waived else [*waived.not_covered(failing), *failing]
    examples = tuple(dict.fromkeys(_named(row) for row in shown_rows))[:EXAMPLES_COUNT]
    shown = "; ".join(examples)
    more = f" and {count - len(examples)} more" if count > len(examples) else ""
    rows = "1 row breaks" if count == 1 else f"{count} rows break"
    broken_rule = (
        f"{rows} the rule {rule.rule_id} on {rule.table} ({rule.statement}): {shown}{more}"
    )
    return RuleVerdict(
        rule_id=rule.rule_id,
        table=rule.table,
        severity=rule.severity,
        verdict="waived" if is_waived else "failed",
        failing_rows_count=count,
        examples=examples,
        message=f"{broken_rule}; {_what_to_do(rule, waived, is_waived)}",
        approved_by=", ".join(one.approved_by for one in waived.in_force) if is_waived else "",
        waived_until=(
            min(one.expires_on for one in waived.in_force).isoformat() if is_waived else ""
        ),
    )


def _what_to_do(rule: Rule, waived: WaiversOfRule, is_waived: bool) -> str:
    """The mend, and what waivers have to do with it."""
    if is_waived:
        return f"{waived.as_told}, after that it blocks: {rule.mend}"
    if waived.in_force:
        return f"{rule.mend} (what is {waived.as_told} does not cover all of it)"
    if waived.expired:
        last = max(waived.expired, key=lambda one: one.expires_on)
        return f"{rule.mend} (the waiver by {last.approved_by} expired on {last.expires_on})"
    return rule.mend


def _failing_rows(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = found["result"].get("details", {}).get("unexpected_rows", [])
    return rows


def _named(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items())


def _exception_in(found: Mapping[str, Any]) -> str:
    """The message of a check that broke, empty where it was evaluated.

    Great Expectations keeps one entry per metric, or a single one for the whole expectation.
    """
    information: Mapping[str, Any] = found.get("exception_info") or {}
    entries: Iterable[Any] = (
        [information] if "raised_exception" in information else information.values()
    )
    for entry in entries:
        if isinstance(entry, Mapping) and entry.get("raised_exception"):
            return _first_line(str(entry.get("exception_message")))
    if "observed_value" not in found.get("result", {}):
        return "it returned no result"
    return ""


def _first_line(text: str) -> str:
    """The line of a database error that says what is wrong, without exception class or query."""
    from_spark = _SPARK_MESSAGE.search(text)
    if from_spark:
        return from_spark[1].strip()
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return _EXCEPTION_CLASS.sub("", lines[0]) if lines else "no message"
