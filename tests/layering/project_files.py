"""A dbt project as its files say it: models, what they read, and what their yml says of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.portable_sql.rendering import ProjectRenderer

LAYERS = ("staging", "intermediate", "marts")
_KEY_TESTS = frozenset({"primary_key", "unique_combination", "unique", "not_null"})
_REF = re.compile(r"ref\(\s*['\"](\w+)")


@dataclass(frozen=True)
class ModelEntry:
    """What the yml beside a model says of it."""

    path: Path
    name: str
    description: str
    has_key_test: bool
    has_value_test: bool
    """Whether any test asks more of its values than that they are there and a key."""
    has_contract: bool
    undescribed_columns: tuple[str, ...]
    has_columns: bool


@dataclass(frozen=True)
class Model:
    """One model file with the tables that it reads."""

    path: Path
    name: str
    layer: str
    folder: str
    refs: frozenset[str]
    sources: frozenset[str]


@dataclass
class ProjectFiles:
    """The models and entries of one project, by name; `entries` may hold a name twice."""

    models: dict[str, Model] = field(default_factory=dict)
    entries: list[ModelEntry] = field(default_factory=list)
    seeds: frozenset[str] = frozenset()
    tested: frozenset[str] = frozenset()
    """The models that a unit test gives rows to or a data test of its own reads."""


def read_project(project: Path) -> ProjectFiles:
    """Read models, entries and seeds from the folder of a dbt project."""
    renderer = ProjectRenderer(project / "macros")
    files = ProjectFiles(
        seeds=frozenset(path.stem for path in (project / "seeds").rglob("*.csv")),
    )
    tested = {
        name
        for path in (project / "data_tests").rglob("*.sql")
        for name in _REF.findall(path.read_text(encoding="utf-8"))
    }
    for path in sorted((project / "models").rglob("*.sql")):
        rendered = renderer.render(path)
        inside = path.relative_to(project / "models").parts
        files.models[path.stem] = Model(
            path=path,
            name=path.stem,
            layer=inside[0],
            folder=inside[-2],
            refs=frozenset().union(*(one.refs for one in rendered)),
            sources=frozenset().union(*(one.sources for one in rendered)),
        )
    for path in sorted((project / "models").rglob("*.yml")):
        # `unit_tests` live in files of their own and say nothing of the model itself.
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_FastLoader) or {}
        files.entries.extend(_entry(path, entry) for entry in content.get("models") or [])
        tested.update(test["model"] for test in content.get("unit_tests") or [])
    files.tested = frozenset(tested)
    return files


_FastLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _entry(path: Path, entry: dict[str, Any]) -> ModelEntry:
    columns: list[dict[str, Any]] = entry.get("columns") or []
    contract = (entry.get("config") or {}).get("contract") or {}
    return ModelEntry(
        path=path,
        name=entry["name"],
        description=(entry.get("description") or "").strip(),
        has_key_test=_has_key_test(entry, columns),
        has_value_test=any(_test_names(holder) - _KEY_TESTS for holder in (entry, *columns)),
        has_contract=contract.get("enforced") is True,
        undescribed_columns=tuple(
            column["name"] for column in columns if not (column.get("description") or "").strip()
        ),
        has_columns=bool(columns),
    )


def _has_key_test(entry: dict[str, Any], columns: list[dict[str, Any]]) -> bool:
    """Whether the key of the model, of one column or more, is tested."""
    if {"primary_key", "unique_combination"} & _test_names(entry):
        return True
    return any({"unique", "not_null"} <= _test_names(column) for column in columns)


def _test_names(holder: dict[str, Any]) -> set[str]:
    tests = [*(holder.get("data_tests") or []), *(holder.get("tests") or [])]
    return {test if isinstance(test, str) else next(iter(test)) for test in tests}
