"""What does publishing a release cost beside DuckDB's own copy of the same rows?

Writes a workshop with one public table in the shape of the ledger (not counted). Then, each in a
process of its own and in turn: `publish`, which copies the table into the release's database,
writes it as Parquet, hashes both, and flushes them to the disk; and DuckDB alone, which copies the
table into another database and to Parquet, without a hash and without a check.

    python -m benchmarks.release_speed --rows 50000000
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.process_cost import hear_cost, tell_cost
from benchmarks.results_page import Section, add_results_option, markdown_table, report_figures
from orchestration.progress import no_progress
from orchestration.release import CodeVersion, PublicTable, ReleaseFacts, publish
from orchestration.settings import Settings, load_settings

TABLE = PublicTable("attribution", "fct_attribution_ledger", key=("posting_id",))
SECTION = Section(
    "release_speed",
    "Publishing a release beside DuckDB's copy of the same rows",
    "One table in the shape of the ledger, into a database and to Parquet, hashed, read back and "
    "flushed to the disk; DuckDB copies it into a database and to Parquet, and no more.",
)
COPY_TO_PARQUET = "copy {name} to '{file}' (format parquet, compression zstd)"


def write_workshop(settings: Settings, rows: int) -> None:
    """One table in the shape of the ledger: ids, amounts, days, and words that repeat."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(f"create schema {TABLE.area}")
        connection.execute(
            f"""
            create table {TABLE.full_name} as
            select
                substr(md5(cast(i as varchar)), 1, 16) as posting_id,
                printf('006%015d', i // 6) as opportunity_id,
                'partner' || (i % 15) as partner_id,
                'R' || (i % 1500) as rep_id,
                ['sourced', 'co_sell', 'influenced'][i % 3 + 1] as attribution_class,
                ['posting', 'reversal'][cast(i % 7 = 0 as integer) + 1] as posting_kind,
                cast((i * 7919 % 100000000) as decimal(18, 2)) / 100 as amount,
                date '2024-01-01' + cast(i % 900 as integer) as posted_on,
                cast(i % 24 as bigint) as known_step
            from range({rows}) as r(i)
            """
        )


def publish_once(settings: Settings) -> None:
    """Publish the table as a refresh does."""
    facts = ReleaseFacts(date(2026, 8, 24), "000001_20260824", 1, CodeVersion("0", None, ""), ())
    publish(settings, [], tables=[TABLE], facts=facts, progress=no_progress)


def copy_once(settings: Settings) -> None:
    """Copy the table into another database and to Parquet, with the same threads and memory."""
    folder = settings.home.root
    with duckdb.connect(str(folder / "copy.duckdb"), config={"threads": settings.threads}) as copy:
        copy.execute(f"set memory_limit = '{settings.memory}'")
        copy.execute(f"attach '{settings.warehouse}' as workshop (read_only)")
        copy.execute(f"create schema {TABLE.area}")
        copy.execute(f"create table {TABLE.full_name} as from workshop.{TABLE.full_name}")
        copy.execute("checkpoint")
        copy.execute(COPY_TO_PARQUET.format(name=TABLE.full_name, file=folder / "copy.parquet"))


STEPS = {"publish": publish_once, "copy": copy_once}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    add_results_option(parser)
    arguments = parser.parse_args()
    if arguments.step:
        settings = load_settings(arguments.home)
        tell_cost(lambda: STEPS[arguments.step](settings))
        return
    with tempfile.TemporaryDirectory(prefix="release_speed_") as name:
        home = Path(name)
        write_workshop(load_settings(home), arguments.rows)
        copy, publication = (
            hear_cost("benchmarks.release_speed", ["--step", step, "--home", str(home)])
            for step in ("copy", "publish")
        )
    ratio = f"{publication.wall / copy.wall:.2f}, {publication.processor / copy.processor:.2f}"
    rows = [
        [
            name,
            f"{cost.wall:.1f} s",
            f"{cost.processor:.1f} s",
            f"{cost.peak_memory / 2**30:.2f} GiB",
            beside,
        ]
        for name, cost, beside in (
            (f"publish {arguments.rows:,} rows of 9 columns", publication, ratio),
            ("DuckDB's copy", copy, ""),
        )
    ]
    columns = ["", "wall", "processor", "peak memory", "beside it: wall, processor"]
    figures_text = markdown_table(columns, rows)
    report_figures(SECTION, figures_text, writes_results=arguments.writes_results)


if __name__ == "__main__":
    main()
