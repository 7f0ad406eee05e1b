"""Which model belongs to which station, read from dbt's manifest.

The stations cut the dbt project where a gate must stand. Which models a station builds is not
listed anywhere: a station has anchors, and builds its anchors and whatever they need that no
earlier station has built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LANDING = "landing"
STAGING = "staging"
MATCHING = "matching"
MARTS = "marts"
ROUTING = "routing"
RELEASE = "release"

FLOW = (LANDING, STAGING, MATCHING, MARTS, ROUTING, RELEASE)
"""Every station, in the order of the flow."""


@dataclass(frozen=True)
class DbtStation:
    """A station that dbt builds; `anchors` are the beginnings of paths in the dbt project."""

    name: str
    anchors: tuple[str, ...]


DBT_STATIONS = (
    DbtStation(STAGING, ("models/staging/", "seeds/")),
    # The matches are published from here, so that their gate stands before every other mart.
    DbtStation(
        MATCHING,
        ("models/intermediate/matching/", "models/marts/account_mapping/fct_account_matches.sql"),
    ),
    DbtStation(MARTS, ("models/",)),
)

BUILT_TYPES = ("model", "seed", "snapshot")

Manifest = Mapping[str, Any]
Node = Mapping[str, Any]


@dataclass(frozen=True)
class StationContent:
    """What one station builds and tests: unique ids of dbt, in the manifest's order."""

    name: str
    built: tuple[str, ...]
    tests: tuple[str, ...]


def _path_of(node: Node) -> str:
    return str(node["original_file_path"]).replace("\\", "/")


def _built_nodes(manifest: Manifest) -> dict[str, Node]:
    return {
        unique_id: node
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in BUILT_TYPES
        and node["config"].get("materialized") != "ephemeral"
    }


def needs(node: Node) -> list[str]:
    """Unique ids of what a node reads; a seed reads nothing."""
    needed: list[str] = (node.get("depends_on") or {}).get("nodes") or []
    return needed


def _with_ancestors(manifest: Manifest, start: Iterable[str]) -> set[str]:
    """The nodes and everything that they are built from, ephemeral models included."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        unique_id = waiting.pop()
        node = manifest["nodes"].get(unique_id)
        if node is not None and unique_id not in found:
            found.add(unique_id)
            waiting.extend(needs(node))
    return found


def station_of_each_node(manifest: Manifest) -> dict[str, str]:
    """Station of every model, seed and data test, by unique id.

    A test belongs to the last station that builds one of the tables it reads.
    """
    built = _built_nodes(manifest)
    station_of: dict[str, str] = {}
    for station in DBT_STATIONS:
        anchors = [
            unique_id
            for unique_id, node in built.items()
            if _path_of(node).startswith(station.anchors)
        ]
        for unique_id in _with_ancestors(manifest, anchors):
            if unique_id in built:
                station_of.setdefault(unique_id, station.name)
    order = {station.name: place for place, station in enumerate(DBT_STATIONS)}
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] == "test":
            # What a table is built from stands in its station or in an earlier one.
            read = [station_of[one] for one in _nearest(manifest, node, station_of)]
            station_of[unique_id] = max(read, key=order.__getitem__, default=STAGING)
    return station_of


def _nearest(manifest: Manifest, node: Node, known: Mapping[str, Any]) -> Iterator[str]:
    """The known nodes that a node reads, through unknown ones to what they read."""
    seen: set[str] = set()
    waiting = list(needs(node))
    while waiting:
        parent = waiting.pop(0)
        if parent in seen:
            continue
        seen.add(parent)
        if parent in known:
            yield parent
        elif parent in manifest["nodes"]:
            waiting.extend(needs(manifest["nodes"][parent]))


def station_contents(manifest: Manifest) -> dict[str, StationContent]:
    """What every dbt station builds and tests, by its name."""
    station_of = station_of_each_node(manifest)
    built = _built_nodes(manifest)
    return {
        station.name: StationContent(
            name=station.name,
            built=tuple(one for one in built if station_of[one] == station.name),
            tests=tuple(
                one
                for one, node in manifest["nodes"].items()
                if node["resource_type"] == "test" and station_of[one] == station.name
            ),
        )
        for station in DBT_STATIONS
    }


def built_parents(manifest: Manifest, unique_id: str) -> Iterator[str]:
    """Models, seeds and sources that a node reads; through ephemeral models to what they read."""
    known = {**_built_nodes(manifest), **manifest["sources"]}
    yield from _nearest(manifest, manifest["nodes"][unique_id], known)


def node_under_test(manifest: Manifest, test_id: str) -> str | None:
    """The model, seed or source that a data test is about, None where it reads none.

    dbt names it for the tests written beside a column; a test in a file of its own is about the
    table it reads first.
    """
    test = manifest["nodes"][test_id]
    attached = test.get("attached_node")
    if attached:
        return str(attached)
    source_tested = [one for one in needs(test) if one in manifest["sources"]]
    return next(iter([*built_parents(manifest, test_id), *source_tested]), None)
