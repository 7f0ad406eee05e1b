"""Where does the time of a refresh go, and how do time, memory and disk grow with the company?

For each size: writes a demo company (not counted), refreshes it up to the week before its last one
into an empty home, then refreshes the last week, then refreshes again with nothing new. Each runs
in a process of its own, from the interpreter's start to the release, so that its peak of memory is
its own. At last DuckDB alone runs the queries of all models back to back on the same landed rows:
the limit. Rows are replaced in `benchmarks/growth.csv` (one per refresh and station, with the
machine) and in `benchmarks/growth_models.csv` (the slowest models); `growth_chart.py` draws both.

    python -m benchmarks.growth small:1 medium:1 medium:3 medium:10 large:1
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.refresh_meter import RefreshMeter
from benchmarks.results_page import machine

STATIONS = Path(__file__).with_name("growth.csv")
MODELS = Path(__file__).with_name("growth_models.csv")
WHOLE = "whole"
STARTING = "starting"
DUCKDB_ALONE = "duckdb alone"
REFRESHES = ("first", "weekly", "nothing new")
KEPT_MODELS = 25


@dataclass(frozen=True)
class StationRow:
    """One station of one measured refresh. Sizes in bytes, times in seconds."""

    measured_on: str
    machine: str
    size: str
    factor: int
    refresh: str
    """`first`: everything but the last week, into an empty home; `weekly`: the last week;
    `nothing new`: once more; `duckdb alone`: the queries of `weekly` from nothing, without us."""
    landed_rows: int
    """Rows of all batches that the refresh could read."""
    landed_bytes: int
    new_rows: int
    """Rows of the batches that this refresh landed."""
    warehouse_bytes: int
    release_bytes: int
    station: str
    """`starting` is what comes before the first one; `whole` their sum, from the interpreter's
    start on."""
    seconds: float
    processor_seconds: float
    """Of all cores together: what a shared machine does not distort as much."""
    import_seconds: float
    peak_memory_bytes: int


@dataclass(frozen=True)
class ModelRow:
    """One of the slowest models of one measured refresh."""

    size: str
    factor: int
    refresh: str
    station: str
    name: str
    seconds: float
    """Of the wall, beside the other models that dbt's threads built meanwhile."""
    rows: int | None
    """None where nobody counted: a view."""


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


def refresh_once(home: Path, as_of: date, spawned_at: float) -> dict[str, Any]:
    """Refresh in this process, which was started at `spawned_at`; what each station took."""
    before_python = time.time() - spawned_at
    meter = RefreshMeter(STARTING)
    with meter.counting_imports():
        from orchestration.refresh import run_refresh
        from orchestration.settings import load_settings

        settings = load_settings(home)
        outcome = run_refresh(settings, as_of=as_of, progress=meter)
    meter.end()
    stations = [asdict(one) for one in meter.used]
    stations[0]["seconds"] += before_python
    journal = [json.loads(path.read_text()) for path in settings.home.journal.glob("*.json")]
    readable = [entry for entry in journal if entry["as_of"] <= as_of.isoformat()]
    new = {batch.batch_id for batch in outcome.landed}
    return {
        "sizes": {
            "landed_rows": sum(entry["rows"] for entry in readable),
            "landed_bytes": bytes_below(settings.home.landing),
            "new_rows": sum(entry["rows"] for entry in readable if entry["batch_id"] in new),
            "warehouse_bytes": settings.home.warehouse.stat().st_size,
            "release_bytes": bytes_below(settings.home.releases / outcome.release_id),
        },
        "stations": stations,
        "models": slowest_models(settings.home.refresh_logs),
    }


def slowest_models(logs: Path) -> list[dict[str, Any]]:
    """From the newest log of a refresh: its slowest models and seeds."""
    newest = max(logs.iterdir(), key=lambda file: file.name)
    events = [json.loads(line) for line in newest.read_text(encoding="utf-8").splitlines()]
    built = [event for event in events if event["event"] in ("model", "seed")]
    built.sort(key=lambda event: -float(event["seconds"]))
    return [
        {name: event.get(name) for name in ("station", "name", "seconds", "rows")}
        for event in built[:KEPT_MODELS]
    ]


def duckdb_alone(home: Path, folder: Path) -> dict[str, Any]:
    """The queries of all models, back to back in one DuckDB, on what the home has landed."""
    from benchmarks.compiled_sql import run_compiled_sql
    from orchestration.settings import load_settings

    used = run_compiled_sql(load_settings(home), folder)
    return {
        "station": WHOLE,
        "seconds": used.seconds,
        "processor_seconds": used.processor_seconds,
        "import_seconds": 0.0,
        "peak_memory_bytes": used.peak_memory_bytes,
    }


def bytes_below(folder: Path) -> int:
    """What the files below a folder hold, links not followed."""
    return sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )


def in_process_of_its_own(*arguments: str) -> Any:
    """Run one step of this script in a new process; what its last line says."""
    completed = subprocess.run(
        [sys.executable, "-m", "benchmarks.growth", *arguments],
        cwd=STATIONS.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    if completed.returncode != 0:
        print(completed.stdout[-3000:], completed.stderr[-3000:], sep="\n", file=sys.stderr)
        completed.check_returncode()
    return json.loads(completed.stdout.strip().splitlines()[-1])


def measure(name: str, factor: int, folder: Path) -> tuple[list[StationRow], list[ModelRow]]:
    """The refreshes of one size, and DuckDB alone."""
    own_folder = Path(tempfile.mkdtemp(prefix=f"growth_{name}_{factor}_", dir=folder))
    home = own_folder / "home"
    stations: list[StationRow] = []
    models: list[ModelRow] = []
    described: dict[str, Any] = {
        "measured_on": date.today().isoformat(),  # noqa: DTZ011 (the day of the person)
        "machine": machine(),
        "size": name,
        "factor": factor,
    }
    try:
        show(name, factor, "writing the company")
        first, last = in_process_of_its_own("--write", str(home), name, str(factor))
        for refresh, day in zip(REFRESHES, (first, last, last), strict=True):
            show(name, factor, f"refresh: {refresh}")
            figures = in_process_of_its_own("--refresh", str(home), day, str(time.time()))
            described |= {"refresh": refresh, **figures["sizes"]}
            used = [*figures["stations"], whole(figures["stations"])]
            stations += [StationRow(**described, **rounded(one)) for one in used]
            models += [ModelRow(name, factor, refresh, **one) for one in figures["models"]]
        show(name, factor, DUCKDB_ALONE)
        alone = in_process_of_its_own("--alone", str(home), str(own_folder))
        described |= {"refresh": DUCKDB_ALONE, "new_rows": 0, "release_bytes": 0}
        stations.append(StationRow(**described, **rounded(alone)))
    finally:
        shutil.rmtree(own_folder, ignore_errors=True)
    return stations, models


def show(name: str, factor: int, step: str) -> None:
    """Say what is being done, with the time: large sizes take long."""
    print(f"{time.strftime('%H:%M:%S')} {name}:{factor} {step}", flush=True)


def whole(stations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All stations of a refresh together."""
    summed = ("seconds", "processor_seconds", "import_seconds")
    return {
        "station": WHOLE,
        **{name: sum(one[name] for one in stations) for name in summed},
        "peak_memory_bytes": max(one["peak_memory_bytes"] for one in stations),
    }


def rounded(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Seconds to a hundredth."""
    return {
        name: round(value, 2) if isinstance(value, float) else value
        for name, value in figures.items()
    }


def replace_rows(file: Path, kind: type, rows: Sequence[Any], size: str, factor: int) -> None:
    """Put the rows of one size in the place of those that the file holds."""
    kept = []
    if file.exists():
        with file.open(encoding="utf-8", newline="") as lines:
            kept = [
                row
                for row in csv.DictReader(lines)
                if (row["size"], row["factor"]) != (size, str(factor))
            ]
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, [one.name for one in fields(kind)], lineterminator="\n")
        writer.writeheader()
        writer.writerows([*kept, *map(asdict, rows)])


def report(stations: Sequence[StationRow]) -> None:
    """Print the refreshes of one size, and how the first stands to DuckDB alone."""
    wholes = {row.refresh: row for row in stations if row.station == WHOLE}
    for refresh, row in wholes.items():
        print(
            f"  {refresh:12} {row.landed_rows:>11,} rows {row.seconds:7.1f} s wall "
            f"{row.processor_seconds:7.1f} s processor {row.peak_memory_bytes / 2**30:5.2f} GiB"
        )
    first, weekly, alone = (wholes[name] for name in ("first", "weekly", DUCKDB_ALONE))
    print(
        f"  first / duckdb alone {first.seconds / alone.seconds:.2f} wall, "
        f"{first.processor_seconds / alone.processor_seconds:.2f} processor; "
        f"weekly / first {weekly.seconds / first.seconds:.2f} wall, "
        f"{weekly.processor_seconds / first.processor_seconds:.2f} processor"
    )


def main() -> None:
    """Measure the sizes that are asked for, or do one step of a measurement."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sizes", nargs="*", help="size:factor, for example medium:3")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--refresh", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--alone", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write:
        home, name, factor = arguments.write
        print(json.dumps([day.isoformat() for day in write_company(Path(home), name, int(factor))]))
    elif arguments.refresh:
        home, day, spawned_at = arguments.refresh
        print(json.dumps(refresh_once(Path(home), date.fromisoformat(day), float(spawned_at))))
    elif arguments.alone:
        home, folder = arguments.alone
        print(json.dumps(duckdb_alone(Path(home), Path(folder))))
    for asked in arguments.sizes:
        name, _, factor = asked.partition(":")
        stations, models = measure(name, int(factor or 1), arguments.folder)
        replace_rows(STATIONS, StationRow, stations, name, int(factor or 1))
        replace_rows(MODELS, ModelRow, models, name, int(factor or 1))
        report(stations)


if __name__ == "__main__":
    main()
