"""What does a refresh cost on DuckDB and on Spark, and how does it grow with the company?

For each size: writes a demo company and lands its first day (not counted: landing is the same code
on both), then refreshes two copies of that home from an empty warehouse, one per engine, each in a
process of its own, on the cluster that `orchestration.local_spark` starts. The releases must be
equal, else there is nothing to compare. With two sizes, the fixed cost and the growth are told
apart per engine and station: the line through both points.

    python -m benchmarks.engines small medium

Sizes that take long can be measured one by one: `--keep FILE` keeps what was measured and reports
it together with what the file holds; with `--report` it measures nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from benchmarks.results_page import Section, add_results_option, markdown_table, report_figures

SECTION = Section(
    "engines",
    "Two engines",
    "First refresh of a landed demo company from an empty warehouse, landing itself not counted, "
    "Spark on the cluster of the tests; the releases are equal.",
)
ENGINES = ("duckdb", "spark")
STATIONS = (
    "gate: landing",
    "staging",
    "matching",
    "gate: matching",
    "marts",
    "gate: marts",
    "release",
)
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measured:
    """One refresh of one company on one engine."""

    engine: str
    size: str
    landed_rows: int
    landed_bytes: int
    seconds_by_station: dict[str, float]
    seconds: float
    python_seconds: float
    """Processor time of the process that refreshes."""
    cluster_seconds: float
    """Processor time of the cluster meanwhile: driver, executors, master."""
    release_id: str


def write_and_land(home: Path, size: str) -> date:
    """Write the company and land its first day; returns the day."""
    from orchestration.demo_company import write_demo
    from orchestration.landing import ensure_landing_schema, land_company_configuration, land_inbox
    from orchestration.settings import Home

    day = write_demo(home, size, 1).refresh_days[0]
    ensure_landing_schema(Home(home))
    land_inbox(Home(home), default_as_of=day, until=day)
    land_company_configuration(Home(home), day)
    return day


def refresh_once(home: Path, day: date) -> dict[str, object]:
    """Refresh in this process, on the engine of the environment."""
    from orchestration.refresh import run_refresh
    from orchestration.settings import load_settings

    started = time.perf_counter()
    outcome = run_refresh(load_settings(home), as_of=day)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": time.perf_counter() - started,
        "python_seconds": used.ru_utime + used.ru_stime,
        "seconds_by_station": dict(outcome.seconds_by_station),
        "release_id": outcome.release_id,
    }


def processor_seconds(process_groups: list[int]) -> float:
    """Processor time of all living processes of some groups (Linux)."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) in process_groups:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def in_process_of_its_own(environment: dict[str, str], *arguments: str) -> str:
    """Run one step of this script in a new process; its last line."""
    inherited = {name: value for name, value in os.environ.items() if "COSELL_" not in name}
    completed = subprocess.run(
        [sys.executable, "-m", "benchmarks.engines", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**inherited, **environment},
    )
    if completed.returncode != 0:
        raise SystemExit(completed.stdout[-2000:] + completed.stderr[-2000:])
    return completed.stdout.strip().splitlines()[-1]


def measure(size: str, folder: Path) -> Iterator[Measured]:
    """Both engines on one company; the cluster lives only as long as it is measured."""
    from orchestration.local_spark import local_spark

    landed = folder / size
    day = in_process_of_its_own({}, "--write", str(landed), size)
    journal = (json.loads(file.read_text()) for file in landed.glob("landing/_journal/*.json"))
    rows = sum(int(entry["rows"]) for entry in journal)
    size_in_bytes = sum(file.stat().st_size for file in landed.glob("landing/*/*/*.parquet"))
    for engine in ENGINES:
        home = folder / f"{size}_{engine}"
        shutil.copytree(landed, home)
        with local_spark(folder / f"cluster_{size}") if engine == "spark" else no_cluster() as it:
            groups = [] if it is None else [one.pid for one in it.processes().values()]
            environment = {"COSELL_ENGINE": engine} if it is None else it.environment()
            before = processor_seconds(groups)
            found = json.loads(in_process_of_its_own(environment, "--refresh", str(home), day))
            cluster_seconds = processor_seconds(groups) - before
        shutil.rmtree(home)
        yield Measured(
            engine=engine,
            size=size,
            landed_rows=rows,
            landed_bytes=size_in_bytes,
            cluster_seconds=cluster_seconds,
            **found,
        )


@contextmanager
def no_cluster() -> Iterator[None]:
    """DuckDB needs none."""
    yield None


def report(measured: list[Measured]) -> str:
    """A table of seconds per station, then fixed cost and growth where there are two sizes."""
    by = {(one.size, one.engine): one for one in measured}
    by_rows = sorted(measured, key=lambda one: one.landed_rows)
    sizes = list(dict.fromkeys(one.size for one in by_rows))
    columns = [by[size, engine] for size in sizes for engine in ENGINES]
    rows = [
        (station, [f"{one.seconds_by_station.get(station, 0.0):.1f}" for one in columns])
        for station in STATIONS
    ]
    rows.append(("whole refresh", [f"{one.seconds:.1f}" for one in columns]))
    rows.append(("processor: Python", [f"{one.python_seconds:.1f}" for one in columns]))
    rows.append(("processor: cluster", [f"{one.cluster_seconds:.1f}" for one in columns]))
    said = []
    for size in sizes:
        one = by[size, "duckdb"]
        said.append(f"{size}: {one.landed_rows:,} landed rows, {one.landed_bytes / 1e6:.1f} MB.")
        if by[size, "spark"].release_id != one.release_id:
            raise SystemExit(f"{size}: the engines do not agree, there is nothing to compare")
    if len(sizes) > 1:
        said += [
            f"{fixed_and_growth(engine, by[sizes[0], engine], by[sizes[-1], engine])}."
            for engine in ENGINES
        ]
    titles = [f"{one.size}, {one.engine}" for one in columns]
    figures = markdown_table(["seconds", *titles], [[name, *values] for name, values in rows])
    return "\n\n".join([figures, *said])


def fixed_and_growth(engine: str, small: Measured, large: Measured) -> str:
    """The line through two companies, in processor seconds: a shared machine bends them least."""
    spent = [one.python_seconds + one.cluster_seconds for one in (small, large)]
    per_million = (spent[1] - spent[0]) / (large.landed_rows - small.landed_rows) * 1e6
    fixed = spent[0] - per_million * small.landed_rows / 1e6
    return (
        f"{engine}: fixed {fixed:.0f} processor seconds, and {per_million:.0f} per million landed "
        f"rows ({spent[0]:.0f} for {small.size}, {spent[1]:.0f} for {large.size})"
    )


def read_kept(file: Path | None) -> list[Measured]:
    """What was measured before."""
    if file is None or not file.exists():
        return []
    return [Measured(**json.loads(line)) for line in file.read_text().splitlines()]


def main() -> None:
    """Measure the sizes that are asked for, or do one step of a measurement."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sizes", nargs="*", default=["small"])
    parser.add_argument("--keep", type=Path, help="keep what was measured in this file")
    add_results_option(parser)
    parser.add_argument("--report", action="store_true", help="only report what that file holds")
    parser.add_argument("--write", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--refresh", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write:
        print(write_and_land(Path(arguments.write[0]), arguments.write[1]).isoformat())
    elif arguments.refresh:
        home, day = arguments.refresh
        print(json.dumps(refresh_once(Path(home), date.fromisoformat(day))))
    elif arguments.report:
        figures = report(read_kept(arguments.keep))
        report_figures(SECTION, figures, writes_results=arguments.writes_results)
    else:
        before = read_kept(arguments.keep)
        with tempfile.TemporaryDirectory() as folder:
            measured = [one for size in arguments.sizes for one in measure(size, Path(folder))]
        if arguments.keep is not None:
            lines = "".join(f"{json.dumps(asdict(one))}\n" for one in measured)
            with arguments.keep.open("a", encoding="utf-8") as opened:
                opened.write(lines)
        figures = report([*before, *measured])
        report_figures(SECTION, figures, writes_results=arguments.writes_results)


if __name__ == "__main__":
    main()
