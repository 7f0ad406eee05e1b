"""How much longer does a whole refresh take than dbt alone?

Lands the small demo company once. Then, several times in turn and each in a process of its own:

- `cosell refresh`, from the command to the published release, into an empty warehouse: landing,
  gates with Great Expectations, Dagster, routing, release, and dbt in between;
- `dbt build` of the same project on the same landed data, into another empty warehouse: plainly,
  and without the unit tests, which a refresh leaves to `make test`.

Prints the ratio of the medians, in wall time and in processor time. Run it on a machine that does
nothing else:  python -m benchmarks.refresh_overhead --repetitions 3
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.results_page import Section, add_results_option, markdown_table, report_figures
from orchestration.dbt_invocation import PROJECT_FOLDER
from orchestration.demo_company import write_demo
from orchestration.settings import Settings, load_settings
from orchestration.warehouse import warehouse_of
from orchestration.workshop import STATE_FILES

GOAL = 2.5
SECTION = Section(
    "refresh_overhead",
    "A whole refresh beside dbt alone",
    "Small demo, both from an empty warehouse on the same landed data; medians.",
)


@dataclass(frozen=True)
class Duration:
    """What one process took, in seconds."""

    wall: float
    processor: float


def run(command: Sequence[str], environment: Mapping[str, str]) -> Duration:
    """Run a command to its end; raises CalledProcessError where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    completed = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if completed.returncode != 0:
        print(completed.stdout[-3000:], completed.stderr[-3000:], sep="\n", file=sys.stderr)
        completed.check_returncode()
    processor = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Duration(wall, processor)


def refresh(settings: Settings, day: str) -> Duration:
    """A whole refresh into an empty warehouse, as of the day of the landed data."""
    home = settings.home
    home.dagster.joinpath(STATE_FILES[settings.engine]).unlink(missing_ok=True)
    shutil.rmtree(home.releases, ignore_errors=True)
    warehouse_of(settings).remove()
    command = [sys.executable, "-m", "orchestration.command_line", "--home", str(home.root)]
    return run([*command, "refresh", "--as-of", day], {})


def dbt_build(settings: Settings, folder: Path, options: Sequence[str]) -> Duration:
    """A plain `dbt build` into another empty warehouse."""
    warehouse = folder / "dbt_alone.duckdb"
    warehouse.unlink(missing_ok=True)
    command = [
        *(str(Path(sys.executable).with_name("dbt")), "build"),
        *("--project-dir", str(PROJECT_FOLDER)),
        *("--profiles-dir", str(PROJECT_FOLDER)),
        *("--target", "duckdb"),
        *("--target-path", str(folder / "target")),
        *("--log-path", str(folder / "logs")),
        *options,
    ]
    environment = {**settings.dbt_environment(), "COSELL_WAREHOUSE": str(warehouse)}
    return run(command, environment)


def land_demo(root: Path) -> tuple[Settings, str]:
    """Write the small demo company and land it by a first refresh; the day of that refresh."""
    story = write_demo(root, "small", 1)
    day = story.refresh_days[-1].isoformat()
    settings = load_settings(root)
    refresh(settings, day)
    return settings, day


def median_of(durations: Sequence[Duration]) -> Duration:
    """The median of the runs of one kind."""
    return Duration(
        statistics.median(one.wall for one in durations),
        statistics.median(one.processor for one in durations),
    )


def report(whole: Sequence[Duration], alone: dict[str, Sequence[Duration]]) -> str:
    """A table of medians, with the refresh as a multiple of each way without it."""
    refreshed = median_of(whole)
    rows = [row_of("`cosell refresh`, command to release", whole)]
    for name, durations in alone.items():
        median = median_of(durations)
        ratio = f"{refreshed.wall / median.wall:.2f}, {refreshed.processor / median.processor:.2f}"
        rows.append([*row_of(name, durations)[:-1], ratio])
    goal = f"refresh beside it: wall (goal: at most {GOAL}), processor"
    return markdown_table(["", "wall", "processor", "wall of each run", goal], rows)


def row_of(name: str, durations: Sequence[Duration]) -> list[str]:
    """Name, medians and single runs."""
    median = median_of(durations)
    runs = ", ".join(f"{one.wall:.1f}" for one in durations)
    return [name, f"{median.wall:.1f} s", f"{median.processor:.1f} s", runs, ""]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=3)
    add_results_option(parser)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="refresh_overhead_") as name:
        folder = Path(name)
        settings, day = land_demo(folder / "home")
        without_unit_tests = ["--exclude-resource-type", "unit_test"]
        # The first run of each parses the project; a company does that once per release of it.
        dbt_build(settings, folder, without_unit_tests)
        refreshes, plain, bare = [], [], []
        for _ in range(arguments.repetitions):
            refreshes.append(refresh(settings, day))
            plain.append(dbt_build(settings, folder, []))
            bare.append(dbt_build(settings, folder, without_unit_tests))
    alone = {
        "`dbt build`": plain,
        "`dbt build` without unit tests, which a refresh leaves to `make test`": bare,
    }
    report_figures(SECTION, report(refreshes, alone), writes_results=arguments.writes_results)


if __name__ == "__main__":
    main()
