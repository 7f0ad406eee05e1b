"""How much longer does a whole refresh take than dbt alone?

Lands the small demo company once. Then, several times in turn and each in a process of its own:

- `cosell refresh`, from the command to the published release, into an empty warehouse: landing,
  gates with Great Expectations, Dagster, routing, release, and dbt in between;
- `dbt build` of the same project on the same landed data, into another empty warehouse: plainly,
  and without the unit tests, which a refresh leaves to `make test`.

Prints the ratio of the medians, in wall time and in processor time. Run it on a machine that does
nothing else:  python benchmarks/refresh_overhead.py --repetitions 3
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

from orchestration.dbt_invocation import PROJECT_FOLDER
from orchestration.demo_company import write_demo
from orchestration.settings import Settings, load_settings
from orchestration.warehouse import warehouse_of
from orchestration.workshop import STATE_FILES

GOAL = 2.5


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


def report(name: str, durations: Sequence[Duration]) -> Duration:
    """Print the runs of one kind and return their median."""
    median = Duration(
        statistics.median(one.wall for one in durations),
        statistics.median(one.processor for one in durations),
    )
    runs = ", ".join(f"{one.wall:.1f}" for one in durations)
    print(f"{name:28} {median.wall:6.1f} s wall  {median.processor:6.1f} s processor  ({runs})")
    return median


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=3)
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
        whole = report("cosell refresh", refreshes)
        for text, durations in (("dbt build", plain), ("dbt build, no unit tests", bare)):
            alone = report(text, durations)
            ratio = whole.wall / alone.wall
            print(
                f"  refresh / {text}: {ratio:.2f} wall (goal: at most {GOAL}), "
                f"{whole.processor / alone.processor:.2f} processor"
            )


if __name__ == "__main__":
    main()
