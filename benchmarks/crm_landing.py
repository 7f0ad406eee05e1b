"""How long does landing a CRM's files take beside DuckDB's own conversion of the same files?

Writes an export of tasks and opportunities in Salesforce's shape (quoted subjects, ISO times, long
ids), then, in turn and each in a process of its own:

- `land`: `land_inbox` of a new home, from the bytes to immutable batches with their journal;
- `duckdb`: `copy (select * from read_csv(…, all_varchar)) to … (format parquet, compression zstd)`.

Then an increment: a file of one percent of the tasks lands into the home that holds them all,
beside DuckDB's conversion of that small file: a cost that grows with what lies there would show.

Goal: landing within 1.5 times of DuckDB's wall time. Run it on a machine that does nothing else:
    python -m benchmarks.crm_landing --tasks 20000000 --opportunities 2000000
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.results_page import Section, add_results_option, markdown_table, report_figures
from orchestration.company_defaults import initialise_home
from orchestration.landing import ensure_landing_schema, land_inbox
from orchestration.settings import Home

SECTION = Section(
    "crm_landing",
    "A CRM's whole export and one increment",
    "One run; both sides compress with zstd.",
)
GOAL = 1.5
DAY, NEXT_DAY = "2026-02-09", "2026-02-10"

TASKS = """
    select
        '00T' || lpad(i::varchar, 12, '0') || 'AAA' as Id,
        '003' || lpad((i % 600000)::varchar, 12, '0') || 'AAA' as WhoId,
        '006' || lpad((i % 2000000)::varchar, 12, '0') || 'AAA' as WhatId,
        '001' || lpad((i % 1000000)::varchar, 12, '0') || 'AAA' as AccountId,
        '005' || lpad((i % 1500)::varchar, 12, '0') || 'AAA' as OwnerId,
        'Call, with "' || (i % 977) || '"' as Subject,
        strftime(date '2024-01-01' + (i % 700)::integer, '%Y-%m-%d') as ActivityDate,
        'Completed' as Status, 'Call' as Type, 'Task' as TaskSubtype, 'true' as IsClosed,
        strftime(timestamp '2024-01-01' + to_seconds(i), '%Y-%m-%dT%H:%M:%S.000Z') as CreatedDate,
        'false' as IsDeleted,
        strftime(timestamp '2024-01-01' + to_seconds(i), '%Y-%m-%dT%H:%M:%S.000Z') as SystemModstamp
    from range({first}, {behind}) as numbers(i)
"""
OPPORTUNITIES = """
    select
        '006' || lpad(i::varchar, 12, '0') || 'AAA' as Id,
        '001' || lpad((i % 1000000)::varchar, 12, '0') || 'AAA' as AccountId,
        'Deal ' || i as Name, 'Prospecting' as StageName, (i % 90000)::varchar || '.5' as Amount,
        strftime(date '2024-01-01' + (i % 900)::integer, '%Y-%m-%d') as CloseDate,
        '005' || lpad((i % 1500)::varchar, 12, '0') || 'AAA' as OwnerId,
        strftime(timestamp '2024-01-01' + to_seconds(i), '%Y-%m-%dT%H:%M:%S.000Z') as CreatedDate,
        'USD' as CurrencyIsoCode, 'false' as IsDeleted
    from range({first}, {behind}) as numbers(i)
"""


def write_export(folder: Path, tasks: range, opportunities: range) -> list[Path]:
    """Write the objects as CSV into `folder`; gives the files that have rows."""
    folder.mkdir(parents=True)
    files = []
    for name, query, rows in (
        ("Task", TASKS, tasks),
        ("Opportunity", OPPORTUNITIES, opportunities),
    ):
        if rows:
            file = folder / f"{name}.csv"
            selected = query.format(first=rows.start, behind=rows.stop)
            duckdb.execute(f"copy ({selected}) to '{file}' (header)")
            files.append(file)
    return files


def convert(files: list[Path], folder: Path) -> None:
    """DuckDB's own conversion of the files to Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        duckdb.execute(
            f"copy (select * from read_csv('{file}', all_varchar = true)) "
            f"to '{folder / file.stem}.parquet' (format parquet, compression zstd)"
        )


def land(home: Home) -> None:
    """Land what lies in the inbox; raises for a refused file."""
    report = land_inbox(home)
    if report.refused:
        raise SystemExit(f"refused: {report.refused[0]}")


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds of wall and of processor, and its peak memory."""

    wall: float
    processor: float
    mebibytes: float


def cost_in_a_process(function: Callable[..., None], *arguments: object) -> Cost:
    """The cost of `function` in a process of its own, without the start of the interpreter."""
    code = (
        "import resource, time; from benchmarks import crm_landing as own;"
        "from pathlib import Path; from orchestration.settings import Home;"
        "began, busy = time.perf_counter(), time.process_time();"
        f"own.{function.__name__}{_written(arguments)};"
        "print(time.perf_counter() - began, time.process_time() - busy,"
        " resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr[-2000:])
    return Cost(*(float(each) for each in done.stdout.split()[-3:]))


def _written(arguments: tuple[object, ...]) -> str:
    texts = [
        f"Home(Path({str(each.root)!r}))" if isinstance(each, Home) else _paths(each)
        for each in arguments
    ]
    return f"({', '.join(texts)})"


def _paths(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_paths(each) for each in value)}]"
    return f"Path({str(value)!r})"


def compare(title: str, home: Home, files: list[Path], folder: Path) -> list[str]:
    """Convert and land the same files; the row of the table."""
    converted = cost_in_a_process(convert, files, folder)
    landed = cost_in_a_process(land, home)
    size = sum(file.stat().st_size for file in files) / 1e6
    return [
        title,
        f"{size:,.0f} MB",
        f"{landed.wall:.1f} s, {landed.processor:.1f} s of processor",
        f"{converted.wall:.1f} s, {converted.processor:.1f} s",
        f"{landed.wall / converted.wall:.2f}",
        f"{landed.processor / converted.processor:.2f}",
        f"{landed.mebibytes:,.0f} MiB",
    ]


def main() -> None:
    """Run the comparison once."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--tasks", type=int, default=2_000_000)
    parser.add_argument("--opportunities", type=int, default=200_000)
    add_results_option(parser)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crm_landing_") as name:
        home = Home(Path(name) / "home")
        initialise_home(home)
        feed = home.feeds / "salesforce.yaml"
        feed.write_text(feed.read_text(encoding="utf-8").replace("mode: full", "mode: delta"))
        ensure_landing_schema(home)
        inbox = home.inbox / "salesforce"
        files = write_export(inbox / DAY, range(chosen.tasks), range(chosen.opportunities))
        title = f"{chosen.tasks:,} tasks and {chosen.opportunities:,} opportunities"
        rows = [compare(title, home, files, Path(name) / "converted")]
        changed = range(chosen.tasks, chosen.tasks + chosen.tasks // 100)
        more = write_export(inbox / NEXT_DAY, changed, range(0))
        title = f"{len(changed):,} tasks more, into the same home"
        rows.append(compare(title, home, more, Path(name) / "converted_more"))
    goal = f"wall (goal: at most {GOAL})"
    columns = ["", "files", "landing", "DuckDB", goal, "processor", "peak memory of landing"]
    report_figures(SECTION, markdown_table(columns, rows), writes_results=chosen.writes_results)


if __name__ == "__main__":
    main()
