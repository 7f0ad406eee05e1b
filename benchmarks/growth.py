"""How do time, memory and disk grow with the company, and where does one machine end?

For each size: writes a demo company (not counted), refreshes it up to the week before its last one
into an empty home, then refreshes the last week. Both refreshes run in processes of their own, so
that their peak of memory is theirs. Appends one row per refresh to `benchmarks/growth.csv`, with
the machine; `growth_chart.py` draws docs/growth.svg from it.

    python benchmarks/growth.py small:1 small:3 medium:1 medium:3 medium:10 large:1
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path

RESULTS = Path(__file__).with_name("growth.csv")
BUILT_BY_DBT = ("staging", "matching", "marts")


@dataclass(frozen=True)
class Point:
    """One measured refresh. Sizes in bytes, times in seconds."""

    measured_on: str
    machine: str
    size: str
    factor: int
    refresh: str
    """`first`: everything but the last week, into an empty home; `weekly`: the last week."""
    landed_rows: int
    """Rows of all batches that the refresh could read."""
    landed_bytes: int
    new_rows: int
    """Rows of the batches that this refresh landed."""
    seconds: float
    processor_seconds: float
    """Of all cores together: what a shared machine does not distort."""
    landing_seconds: float
    dbt_seconds: float
    gates_and_release_seconds: float
    peak_memory_bytes: int
    warehouse_bytes: int
    release_bytes: int


def scaled_size(name: str, factor: int) -> str:
    """Register a demo size `factor` times as large as `name`; its own name."""
    from orchestration.demo_company.sizes import SIZES

    size = SIZES[name]
    if factor == 1:
        return name
    scaled = f"{name}_times_{factor}"
    SIZES[scaled] = replace(
        size,
        name=scaled,
        # Reps grow with the root: a larger company has more accounts per rep, too.
        reps=round(size.reps * factor**0.5),
        teams=round(size.teams * factor**0.5),
        accounts=size.accounts * factor,
        opportunities=size.opportunities * factor,
        activities=size.activities * factor,
        contacts=size.contacts * factor,
        partner_rows=(size.partner_rows[0] * factor, size.partner_rows[1] * factor),
    )
    return scaled


def write_company(home: Path, name: str, factor: int) -> list[date]:
    """Write the demo company; the days of its last two refreshes."""
    from orchestration.demo_company import write_demo

    return write_demo(home, scaled_size(name, factor), 1).refresh_days[-2:]


def refresh_once(home: Path, as_of: date) -> dict[str, float | int]:
    """Refresh in this process; what it took, with the peak of memory of this process."""
    from orchestration.refresh import run_refresh
    from orchestration.settings import load_settings

    settings = load_settings(home)
    started = time.perf_counter()
    outcome = run_refresh(settings, as_of=as_of)
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    landing = outcome.seconds_by_station["landing"]
    dbt = sum(outcome.seconds_by_station[station] for station in BUILT_BY_DBT)
    journal = [json.loads(path.read_text()) for path in settings.home.journal.glob("*.json")]
    readable = [entry for entry in journal if entry["as_of"] <= as_of.isoformat()]
    new = {batch.batch_id for batch in outcome.landed}
    return {
        "landed_rows": sum(entry["rows"] for entry in readable),
        "landed_bytes": bytes_below(settings.home.landing),
        "new_rows": sum(entry["rows"] for entry in readable if entry["batch_id"] in new),
        "seconds": round(seconds, 1),
        "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
        "landing_seconds": round(landing, 1),
        "dbt_seconds": round(dbt, 1),
        "gates_and_release_seconds": round(seconds - landing - dbt, 1),
        # Linux counts in kibibytes.
        "peak_memory_bytes": used.ru_maxrss * 1024,
        "warehouse_bytes": settings.home.warehouse.stat().st_size,
        "release_bytes": bytes_below(settings.home.releases / outcome.release_id),
    }


def bytes_below(folder: Path) -> int:
    """What the files below a folder hold, links not followed."""
    return sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )


def in_process_of_its_own(*arguments: str) -> str:
    """Run one step of this script in a new process; its last line."""
    completed = subprocess.run(
        [sys.executable, __file__, *arguments], capture_output=True, text=True, check=False
    )
    if completed.returncode != 0:
        print(completed.stdout[-3000:], completed.stderr[-3000:], sep="\n", file=sys.stderr)
        completed.check_returncode()
    return completed.stdout.strip().splitlines()[-1]


def measure(name: str, factor: int, folder: Path) -> list[Point]:
    """The two refreshes of one size."""
    home = folder / f"{name}_{factor}"
    days = json.loads(in_process_of_its_own("--write", str(home), name, str(factor)))
    points = []
    for refresh, day in zip(("first", "weekly"), days, strict=True):
        figures: Mapping[str, float | int] = json.loads(
            in_process_of_its_own("--refresh", str(home), day)
        )
        points.append(
            Point(
                measured_on=date.today().isoformat(),  # noqa: DTZ011 (the day of the person)
                machine=machine(),
                size=name,
                factor=factor,
                refresh=refresh,
                **figures,  # type: ignore[arg-type]
            )
        )
    shutil.rmtree(home)
    return points


def machine() -> str:
    """Processors, memory and versions: a figure without its machine says nothing."""
    from importlib.metadata import version

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        f"{os.cpu_count()} cores {memory / 2**30:.0f} GiB {platform.system()} "
        f"{platform.machine()} duckdb {version('duckdb')}"
    )


def append(points: list[Point]) -> None:
    """Add rows to the results; the head is written once."""
    is_new = not RESULTS.exists()
    with RESULTS.open("a", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, [one.name for one in fields(Point)], lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerows(asdict(point) for point in points)


def main() -> None:
    """Measure the sizes that are asked for, or do one step of a measurement."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sizes", nargs="*", help="size:factor, for example medium:3")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--refresh", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write:
        home, name, factor = arguments.write
        print(json.dumps([day.isoformat() for day in write_company(Path(home), name, int(factor))]))
    elif arguments.refresh:
        home, day = arguments.refresh
        print(json.dumps(refresh_once(Path(home), date.fromisoformat(day))))
    else:
        for asked in arguments.sizes:
            name, _, factor = asked.partition(":")
            points = measure(name, int(factor or 1), arguments.folder)
            append(points)
            for point in points:
                print(
                    f"{asked:10} {point.refresh:6} {point.landed_rows:>11,} rows "
                    f"{point.seconds:7.1f} s  {point.peak_memory_bytes / 2**30:5.2f} GiB"
                )


if __name__ == "__main__":
    main()
