"""The deciding models and their unit tests as the SQL that dbt makes of them, once per project.

dbt runs every unit test once while its queries are listened to. A mutant is then a text put in the
place of the model's own text, in the same query, without dbt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from orchestration.dbt_invocation import DbtProject, close_warehouse
from orchestration.settings import Home, load_settings

DECIDING_FOLDERS = (
    "models/intermediate/",
    "models/marts/account_mapping/",
    "models/marts/accountability/",
    "models/marts/attribution/",
)
"""Where rules are decided. Staging renames and cleans, and the marts of core and ops show what was
decided elsewhere: neither decides."""


@dataclass(frozen=True)
class Model:
    """One model as dbt compiled it into an empty warehouse."""

    name: str
    relation: str
    path: str
    kind: str
    """How dbt builds it: `view`, `table`, `incremental`, or `ephemeral` inside its readers."""
    query: str
    parents: tuple[str, ...]

    @property
    def decides(self) -> bool:
        """Whether a mutation of this model is a mutation of a rule."""
        return self.path.startswith(DECIDING_FOLDERS)


@dataclass(frozen=True)
class UnitTest:
    """One unit test: its whole query, with the model's query inside it."""

    name: str
    model: str
    query: str


@dataclass(frozen=True)
class DataTest:
    """One blocking data test: the models that it reads, and the query of the failing rows."""

    name: str
    reads: tuple[str, ...]
    query: str


@dataclass(frozen=True)
class CompiledRules:
    """What dbt makes of one state of the project, each part made when it is first asked for.

    Args:
        home: a built home, whose tables give the unit tests their types; dbt opens its workshop.
        folder: where the parts are kept, named after the content of the project.
        only_unit_tests: their names, if not all of them.
        model_selection: dbt's selector of the models.
    """

    home: Home
    folder: Path
    only_unit_tests: tuple[str, ...] = ()
    model_selection: str = "resource_type:model"

    @cached_property
    def models(self) -> Mapping[str, Model]:
        """All models by name, in the order in which they are built."""
        file = self.folder / f"{self._hash_of_sql}_models.json"
        if not file.is_file():
            _write(file, [asdict(one) for one in self._compile_models()])
        rows = json.loads(file.read_text(encoding="utf-8"))
        return {row["name"]: Model(**{**row, "parents": tuple(row["parents"])}) for row in rows}

    @cached_property
    def unit_tests(self) -> tuple[UnitTest, ...]:
        """The unit tests; raises AssertionError where one fails without any mutation.

        Those that were heard before are not run again: only what is new is.
        """
        file = self.folder / f"{self._hash_of_sql}_unit_tests.json"
        heard = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        wanted = {
            name: _hash(json.dumps([one["given"], one["expect"], one["overrides"]], sort_keys=True))
            for name, one in self._selected_unit_tests().items()
        }
        new = [
            name for name, key in wanted.items() if name not in heard or heard[name]["key"] != key
        ]
        if new:
            everything = len(new) == len(self._project.manifest["unit_tests"])
            for one in self._listen(["test_type:unit"] if everything else new):
                heard[one.name] = {"key": wanted[one.name], **asdict(one)}
            _write(file, heard)
        return tuple(
            UnitTest(name, heard[name]["model"], heard[name]["query"]) for name in sorted(wanted)
        )

    @cached_property
    def data_tests(self) -> tuple[DataTest, ...]:
        """The data tests that stop a refresh."""
        file = self.folder / f"{self._project.project_hash[:16]}_data_tests.json"
        if not file.is_file():
            _write(file, [asdict(one) for one in self._compile_data_tests()])
        rows = json.loads(file.read_text(encoding="utf-8"))
        return tuple(DataTest(row["name"], tuple(row["reads"]), row["query"]) for row in rows)

    @cached_property
    def _project(self) -> DbtProject:
        return DbtProject(load_settings(self.home.root))

    @cached_property
    def _hash_of_sql(self) -> str:
        """Of all that can change what a model or a unit test compiles to, but for its own rows."""
        files = [
            file
            for folder in ("models", "macros", "seeds")
            for file in sorted((self._project.folder / folder).rglob("*"))
            if file.suffix in (".sql", ".csv")
        ]
        return _hash(*(file.read_text(encoding="utf-8") for file in files))

    def _selected_unit_tests(self) -> dict[str, Mapping[str, Any]]:
        found = self._project.manifest["unit_tests"].values()
        chosen = self.only_unit_tests
        return {one["name"]: one for one in found if not chosen or one["name"] in chosen}

    def _compile_models(self) -> list[Model]:
        """Compiled where no table stands: an incremental model is then the whole of its table."""
        root = self.folder / "empty_home"
        root.mkdir(parents=True, exist_ok=True)
        project = DbtProject(load_settings(root))
        file = project.compile(self.model_selection, self.folder / "target", self.folder / "logs")
        close_warehouse()
        nodes = json.loads(file.read_text(encoding="utf-8"))["nodes"]
        waiting = {
            unique_id: node
            for unique_id, node in nodes.items()
            if node["resource_type"] == "model" and node.get("compiled_code")
        }
        ordered: dict[str, Model] = {}
        while waiting:
            ready = [
                unique_id
                for unique_id, node in waiting.items()
                if not set(node["depends_on"]["nodes"]) & set(waiting)
            ]
            for unique_id in ready:
                node = waiting.pop(unique_id)
                ordered[node["name"]] = Model(
                    name=node["name"],
                    relation=f"{node['schema']}.{node['name']}",
                    path=node["original_file_path"],
                    kind=node["config"]["materialized"],
                    query=_without_database(node["compiled_code"]),
                    parents=tuple(
                        nodes[parent]["name"]
                        for parent in node["depends_on"]["nodes"]
                        if parent.startswith("model.")
                    ),
                )
        return list(ordered.values())

    def _listen(self, selection: Sequence[str]) -> list[UnitTest]:
        listener = _Listener()
        results = self._project.run_dbt("test", selection, ["--no-write-json"], listener)
        tested = self._project.manifest["unit_tests"]
        found = []
        for result in results:
            node = result.node
            if node is None or node.resource_type != "unit_test":
                continue
            assert str(result.status) == "pass", f"{node.name} fails unmutated: {result.message}"
            model = tested[node.unique_id]["model"]
            found.append(UnitTest(node.name, model, listener.queries[node.unique_id]))
        return found

    def _compile_data_tests(self) -> list[DataTest]:
        nodes = self._project.manifest["nodes"]
        return [
            DataTest(
                name=nodes[unique_id]["name"],
                reads=tuple(
                    nodes[parent]["name"]
                    for parent in nodes[unique_id]["depends_on"]["nodes"]
                    if parent.startswith("model.")
                ),
                query=_without_database(query),
            )
            for unique_id, query in self._project.compiled_tests().items()
            if nodes[unique_id]["config"].get("severity", "error").lower() == "error"
        ]


class _Listener:
    """A callback of dbt that keeps the last large query of every unit test."""

    def __init__(self) -> None:
        self.queries: dict[str, str] = {}

    def __call__(self, event: Any) -> None:
        if event.info.name == "SQLQuery" and "dbt_internal_unit_test_expected" in event.data.sql:
            self.queries[event.data.node_info.unique_id] = event.data.sql


def _write(file: Path, values: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(values), encoding="utf-8")


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def _without_database(query: str) -> str:
    """The names that dbt writes begin with the name of the warehouse file."""
    return query.replace('"warehouse".', "")
