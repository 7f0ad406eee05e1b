"""Which tables are public: every dbt model below `models/marts`, discovered in dbt's manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MARTS_FOLDER = "models/marts/"
KEY_TESTS = ("primary_key", "unique_combination", "unique")
"""The tests that say what a row's key is, the strictest first."""
IGNORED_IN_HASH = "ignored_in_content_hash"
"""Key of a column's dbt `meta`: true for moments of the wall clock, which no rerun can repeat."""


@dataclass(frozen=True)
class PublicTable:
    """A table that readers see."""

    area: str
    name: str
    ignored_columns: frozenset[str] = field(default_factory=frozenset)
    key: tuple[str, ...] = ()
    """The columns that name a row; empty where no test of the project says which."""

    @property
    def full_name(self) -> str:
        """`area.table`, the name that readers use."""
        return f"{self.area}.{self.name}"


def _column_meta(column: Mapping[str, Any]) -> Mapping[str, Any]:
    """A column's meta; dbt keeps it in `config.meta` and, for older readers, in `meta`."""
    meta: Mapping[str, Any] = {
        **(column.get("meta") or {}),
        **((column.get("config") or {}).get("meta") or {}),
    }
    return meta


def area_of(node: Mapping[str, Any]) -> str:
    """The schema that the project gives a model, without the prefix that an engine may add."""
    configured: str | None = (node.get("config") or {}).get("schema")
    return configured or str(node["schema"])


def _keys(manifest: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The key of every model whose tests name one, by unique id; of several the shortest."""
    found: dict[str, list[tuple[int, int, tuple[str, ...]]]] = {}
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        if test.get("name") not in KEY_TESTS or not node.get("attached_node"):
            continue
        given = test.get("kwargs") or {}
        columns = tuple(given.get("columns") or [given.get("column_name")])
        strictness = KEY_TESTS.index(test["name"])
        found.setdefault(node["attached_node"], []).append((len(columns), strictness, columns))
    return {model: min(keys)[-1] for model, keys in found.items()}


def public_tables(manifest: Mapping[str, Any]) -> tuple[PublicTable, ...]:
    """The public tables of a dbt manifest (as parsed from manifest.json), sorted by name."""
    tables = []
    keys = _keys(manifest)
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] != "model":
            continue
        if not node["original_file_path"].replace("\\", "/").startswith(MARTS_FOLDER):
            continue
        ignored = frozenset(
            name
            for name, column in node.get("columns", {}).items()
            if _column_meta(column).get(IGNORED_IN_HASH) is True
        )
        name = node.get("alias") or node["name"]
        tables.append(PublicTable(area_of(node), name, ignored, keys.get(unique_id, ())))
    return tuple(sorted(tables, key=lambda table: table.full_name))


def read_public_tables(manifest_file: Path) -> tuple[PublicTable, ...]:
    """The public tables named in a manifest.json file."""
    return public_tables(json.loads(manifest_file.read_text(encoding="utf-8")))
