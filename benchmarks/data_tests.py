"""What do a refresh's data tests cost beside the same tests in dbt?

Asks all data tests of a built home twice, in this process and in turn: as a refresh does, and by
dbt's own `test`. Prints processor seconds, their ratio, and whether the verdicts are the same.

    python benchmarks/data_tests.py --home demo
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from orchestration.data_tests import run_tests
from orchestration.dbt_invocation import DbtProject
from orchestration.settings import load_settings
from orchestration.stations import station_contents
from orchestration.warehouse import warehouse_of

Verdicts = dict[str, tuple[str, int | None]]


def timed(ask: Callable[[], Verdicts]) -> tuple[float, Verdicts]:
    """Processor seconds of this process, and what was found."""
    started = time.process_time()
    found = ask()
    return time.process_time() - started, found


def main() -> None:
    """Compare on one home."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--home", type=Path, default=Path("demo"))
    settings = load_settings(arguments.parse_args().home)
    project = DbtProject(settings)
    compiled = project.compiled_tests()
    tests = [
        one for content in station_contents(project.manifest).values() for one in content.tests
    ]

    def as_a_refresh() -> Verdicts:
        results = run_tests(project.manifest, compiled, tests, [], warehouse_of(settings))
        return {one.unique_id: (one.status, one.failing_rows_count) for one in results}

    def by_dbt() -> Verdicts:
        results = project.run_dbt("test", ["resource_type:test"], ["--no-write-json"])
        return {
            one.node.unique_id: (str(one.status), one.failures)
            for one in results
            if one.node.unique_id in compiled
        }

    # dbt is imported in the first of these.
    by_dbt()
    ours, verdicts = timed(as_a_refresh)
    dbt, own_verdicts = timed(by_dbt)
    print(f"{len(tests)} data tests, processor seconds: as a refresh {ours:.1f}, by dbt {dbt:.1f}")
    print(f"ratio {ours / dbt:.2f}; verdicts equal: {verdicts == own_verdicts}")


if __name__ == "__main__":
    main()
