"""A copy of a built workshop in which one model is broken, with all that is built from it.

Everything happens in one transaction that is rolled back: the next mutant finds the workshop whole.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from tests.mutations.compiled_rules import CompiledRules, DataTest, Model

SECONDS_OF_ONE_MODEL = 300
"""A mutated join can pair everything with everything: what takes longer would not pass in CI."""
PUBLIC_SCHEMAS = ("account_mapping", "accountability", "attribution", "core", "ops")

Fingerprint = tuple[int, int]
"""Number of rows, and the sum of their hashes: equal for equal rows in any order."""


class Workshop:
    """The tables of the demo company, and how to build them again from a mutated model on."""

    def __init__(self, file: Path, copy: Path, rules: CompiledRules) -> None:
        """Copy the workshop `file` to `copy`, and remember what every table holds."""
        shutil.copyfile(file, copy)
        self.rules = rules
        self.connection = duckdb.connect(str(copy), config={"threads": "2", "memory_limit": "3GB"})
        self.connection.execute("set TimeZone = 'UTC'")
        self._children: dict[str, list[str]] = {name: [] for name in rules.models}
        for model in rules.models.values():
            for parent in model.parents:
                self._children[parent].append(model.name)
        self._known: dict[str, Fingerprint] = {}

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    @contextmanager
    def as_it_was(self) -> Iterator[None]:
        """What is built inside is undone at the end."""
        self.connection.execute("begin")
        try:
            yield
        finally:
            self.connection.execute("rollback")

    def is_equal(self, model: Model, query: str) -> bool:
        """Whether the query gives the rows that the model's table has."""
        with self._limited():
            return self._fingerprint(query) == self.fingerprint(model)

    def fingerprint(self, model: Model) -> Fingerprint:
        """What the model's unbroken table holds."""
        if model.name not in self._known:
            self._known[model.name] = self._fingerprint(_rows_of(model))
        return self._known[model.name]

    def build(self, model: Model, query: str) -> set[str]:
        """Build the model from another query, and every model that then reads something else.

        Returns the names of the models whose rows have changed. Raises duckdb.Error where a query
        fails, which in a refresh stops everything.
        """
        queries = {model.name: query}
        changed = set()
        for name in (model.name, *self._descendants(model.name)):
            one = self.rules.models[name]
            if name != model.name and not changed & set(one.parents):
                continue
            before = self.fingerprint(one)
            queries.setdefault(name, self._query_reading(one, queries))
            with self._limited():
                self._make(one, queries[name])
                now = self._fingerprint(_rows_of(replace(one, query=queries[name])))
            if now != before:
                changed.add(name)
        return changed

    def failing_data_test(self, changed: set[str]) -> str:
        """The first data test of the changed models that fails, '' if none does.

        None failed before: the demo company was released.
        """
        asked = (one for one in self.rules.data_tests if changed & set(one.reads))
        return next((one.name for one in asked if self._fails(one)), "")

    def export(self, changed: set[str], folder: Path) -> Mapping[str, Path]:
        """Write the changed public tables as Parquet files; their names with schema as keys."""
        files = {}
        for name in sorted(changed):
            relation = self.rules.models[name].relation
            if relation.split(".")[0] in PUBLIC_SCHEMAS:
                files[relation] = folder / f"{relation}.parquet"
                self.connection.execute(
                    f"copy (from {relation}) to '{files[relation]}' (format parquet)"
                )
        return files

    def _descendants(self, name: str) -> list[str]:
        found: set[str] = set()
        waiting = [name]
        while waiting:
            for child in self._children[waiting.pop()]:
                if child not in found:
                    found.add(child)
                    waiting.append(child)
        return [one for one in self.rules.models if one in found]

    def _query_reading(self, model: Model, queries: Mapping[str, str]) -> str:
        """The model's query; where it holds that of an ephemeral parent, with the one of today."""
        query = model.query
        for name in model.parents:
            parent = self.rules.models[name]
            if parent.kind == "ephemeral" and name in queries:
                query = query.replace(parent.query, queries[name])
        return query

    def _make(self, model: Model, query: str) -> None:
        if model.kind == "ephemeral":
            return
        kind = "view" if model.kind == "view" else "table"
        self.connection.execute(f"create or replace {kind} {model.relation} as {query}")

    def _fingerprint(self, query: str) -> Fingerprint:
        row = self.connection.execute(
            f"select count(*), coalesce(sum(hash(found)), 0) from ({query}) as found"
        ).fetchone()
        assert row is not None
        return int(row[0]), int(row[1])

    def _fails(self, test: DataTest) -> bool:
        found = self.connection.execute(f"select 1 from ({test.query}) limit 1")
        return found.fetchone() is not None

    @contextmanager
    def _limited(self) -> Iterator[None]:
        timer = threading.Timer(SECONDS_OF_ONE_MODEL, self.connection.interrupt)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _rows_of(model: Model) -> str:
    return model.query if model.kind == "ephemeral" else f"select * from {model.relation}"
