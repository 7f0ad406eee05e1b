"""The steps of a refresh as facts: what took how long, for how many rows.

They are landed before the release is published, so that a kill in between loses none; the release's
own time is in the log alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orchestration.landing.refreshes import record_refresh_steps
from orchestration.refresh_session import RefreshSession
from orchestration.release.public_tables import area_of
from orchestration.stations import FLOW, RELEASE, station_contents

Step = dict[str, str | None]


def land_steps(session: RefreshSession) -> None:
    """Land the steps of the refresh that is about to be published."""
    state = session.state
    steps: list[Step] = [
        {"refresh_number": str(state.refresh_number), "refresh_id": state.refresh_id, **step}
        for step in steps_of(session)
    ]
    record_refresh_steps(session.home, state.refresh_id, state.as_of, steps)


def steps_of(session: RefreshSession) -> Iterator[Step]:
    """Every step that a whole refresh has, in the order of the flow.

    Which rows there are follows from the project alone: what this process did not run (a view that
    stands, a gate that another run has passed) has no seconds.
    """
    manifest = session.project.manifest
    contents = station_contents(manifest)
    seconds = {
        one.unique_id: one.seconds for results in session.dbt_results.values() for one in results
    }
    for station in FLOW:
        if station == RELEASE:
            continue
        landed = sum(one.good for one in session.landed) if station == FLOW[0] else None
        yield _step(station, "station", station, landed, session.seconds.get(station))
        if station in contents:
            # Not the manifest's order, which depends on what was parsed anew.
            for unique_id in sorted(contents[station].built):
                node = manifest["nodes"][unique_id]
                yield _node_step(session, station, node, seconds.get(unique_id))
            tests = [seconds[one] for one in contents[station].tests if one in seconds]
            yield _step(station, "data_tests", station, None, sum(tests) if tests else None)
        gate = session.gates.get(station)
        if gate is not None:
            yield _step(station, "gate", station, None, gate.seconds)


def _node_step(
    session: RefreshSession, station: str, node: dict[str, Any], seconds: float | None
) -> Step:
    name = str(node.get("alias") or node["name"])
    rows_count = session.rows_counts.get(f"{area_of(node)}.{name}")
    return _step(station, node["resource_type"], name, rows_count, seconds)


def _step(station: str, kind: str, name: str, rows: int | None, seconds: float | None) -> Step:
    return {
        "station": station,
        "step_kind": kind,
        "step_name": name,
        "rows_count": None if rows is None else str(rows),
        "seconds": None if seconds is None else f"{seconds:.3f}",
    }
