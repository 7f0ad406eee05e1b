"""How much longer does a whole refresh take than dbt alone?

Lands the small demo company once. Then, several times in turn and each in a process of its own:

- `cosell refresh`, from the command to the published release, into an empty warehouse: landing,
  gates with Great Expectations, Dagster, routing, release, and dbt in between;
- the same command again, with nothing new;
- `dbt build` of the same project on the same landed data, into another empty warehouse: plainly,
  and without the unit tests, which a refresh leaves to `make test`.

Prints the ratio of the medians, in wall time and in processor time. Run it on a machine that does
nothing else:  python -m benchmarks.refresh_overhead --repetitions 3
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.process_cost import Cost, median_cost, run_alone
from benchmarks.results_page import Section, add_results_option, markdown_table, report_figures
from orchestration.dbt_invocation import PROJECT_FOLDER
from orchestration.demo_company import write_demo
from orchestration.settings import Settings, load_settings
from orchestration.warehouse import warehouse_of
from orchestration.workshop import STATE_FILES

GOAL = 1.5
GOAL_WITH_NOTHING_NEW = 0.5
SECTION = Section(
    "refresh_overhead",
    "A whole refresh beside dbt alone",
    "Small demo, both from an empty warehouse on the same landed data; medians.",
)


def run(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run a command to its end; what it printed is shown where it fails."""
    finished = run_alone(command, environment)
    if finished.exit_code != 0:
        print(finished.output[-3000:], file=sys.stderr)
        raise SystemExit(f"{command[0]} ended with exit code {finished.exit_code}.")
    return finished.cost


def refresh(settings: Settings, day: str) -> Cost:
    """A whole refresh into an empty warehouse, as of the day of the landed data."""
    home = settings.home
    home.dagster.joinpath(STATE_FILES[settings.engine]).unlink(missing_ok=True)
    shutil.rmtree(home.releases, ignore_errors=True)
    warehouse_of(settings).remove()
    return refresh_again(settings, day)


def refresh_again(settings: Settings, day: str) -> Cost:
    """A refresh of the home as it stands."""
    command = [sys.executable, "-m", "orchestration.command_line"]
    return run([*command, "--home", str(settings.home.root), "refresh", "--as-of", day], {})


def dbt_build(settings: Settings, folder: Path, options: Sequence[str]) -> Cost:
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


def report(refreshes: Mapping[str, Sequence[Cost]], alone: Mapping[str, Sequence[Cost]]) -> str:
    """A table of medians, with each refresh as a multiple of each way without it."""
    columns = ["", "wall", "processor", "peak memory", "wall of each run"]
    rows = []
    for name, costs in {**refreshes, **alone}.items():
        median = median_cost(costs)
        row = [
            name,
            f"{median.wall:.1f} s",
            f"{median.processor:.1f} s",
            f"{median.peak_memory / 2**20:.0f} MiB",
            ", ".join(f"{one.wall:.1f}" for one in costs),
        ]
        for other in alone.values():
            limit = median_cost(other)
            ratio = f"{median.wall / limit.wall:.2f}, {median.processor / limit.processor:.2f}"
            row.append(ratio if name in refreshes else "")
        rows.append(row)
    return markdown_table([*columns, *(f"beside {name}: wall, processor" for name in alone)], rows)


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
        from_nothing, nothing_new, plain, bare = [], [], [], []
        for _ in range(arguments.repetitions):
            from_nothing.append(refresh(settings, day))
            nothing_new.append(refresh_again(settings, day))
            plain.append(dbt_build(settings, folder, []))
            bare.append(dbt_build(settings, folder, without_unit_tests))
    refreshes = {
        f"`cosell refresh`, command to release (goal: {GOAL})": from_nothing,
        f"`cosell refresh` with nothing new (goal: {GOAL_WITH_NOTHING_NEW})": nothing_new,
    }
    alone = {
        "`dbt build`": plain,
        "`dbt build` without unit tests, which a refresh leaves to `make test`": bare,
    }
    report_figures(SECTION, report(refreshes, alone), writes_results=arguments.writes_results)


if __name__ == "__main__":
    main()
