"""What do a refresh's data tests cost beside the same tests in dbt?

Asks all data tests of a built home twice, in this process and in turn: as a refresh does, and by
dbt's own `test`. Prints processor seconds, their ratio, and whether the verdicts are the same.

    python -m benchmarks.data_tests --home demo
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.results_page import Section, add_results_option, markdown_table, report_figures
from orchestration.data_tests import run_tests
from orchestration.dbt_invocation import DbtProject
from orchestration.settings import load_settings
from orchestration.stations import station_contents
from orchestration.warehouse import warehouse_of

SECTION = Section(
    "data_tests",
    "Data tests beside dbt's own `test`",
    "The same compiled queries on the same built home, in one process, in turn.",
)
Verdicts = dict[str, tuple[str, int | None]]


def timed(ask: Callable[[], Verdicts]) -> tuple[float, Verdicts]:
    """Processor seconds of this process, and what was found."""
    started = time.process_time()
    found = ask()
    return time.process_time() - started, found


def main() -> None:
    """Compare on one home."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=Path("demo"))
    add_results_option(parser)
    arguments = parser.parse_args()
    settings = load_settings(arguments.home)
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
    row = [f"{ours:.1f} s", f"{dbt:.1f} s", f"{ours / dbt:.2f}", str(verdicts == own_verdicts)]
    columns = [f"{len(tests)} data tests, processor", "as a refresh", "by dbt", "ratio"]
    figures = markdown_table([*columns, "verdicts equal"], [["", *row]])
    report_figures(SECTION, figures, writes_results=arguments.writes_results)


if __name__ == "__main__":
    main()
