"""How much longer does landing a large CSV take than DuckDB's own copy of it to Parquet?

Writes CSV files of the two shapes that are large in practice, then, several times in turn and each
in a process of its own:

- landing: `land_file` into a fresh home, with everything it does: SHA-256, encoding, NUL, quotes
  and line ends, headers, kinds, bounds, vocabularies, row numbers, originals, journal, fsync;
- the peer: `copy (select * from read_csv(FILE)) to … (format parquet)` in DuckDB, with its own
  defaults.

Prints the ratio of the medians and the largest memory (peak resident set) of landing. Run it on a
machine that does nothing else:  python -m benchmarks.landing_speed --rows 10000000
"""

from __future__ import annotations

import argparse
import datetime
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process_cost import Cost, hear_cost, median_cost, tell_cost
from benchmarks.results_page import Section, add_results_option, markdown_table, report_figures

SECTION = Section(
    "landing_speed",
    "Landing a large CSV beside DuckDB's copy of it",
    "Medians; each in a process of its own. The goals are 1.5 times the wall time and 2 GiB.",
)
GOAL_RATIO = 1.5
GOAL_MEBIBYTES = 2048
DAY = datetime.date(2026, 2, 9)

_PARTNER_FEED = """\
feed: acme
source: bilateral
partner_id: acme
coverage: full_list
mode: full
values:
  status:
    Active Client: customer
    Lost Client: former_customer
    In Negotiation: open_opportunity
    Target: prospect
"""

# Feed, name of the file, and the columns as SQL over the row's number i.
_PICK = "[1 + cast(hash(i + {salt}) % {count} as bigint)]"
_ID = "'{prefix}' || lpad(cast(hash(i + {salt}) % {count} as varchar), 15, '0')"


def _pick(words: list[str], salt: int) -> str:
    return f"{words!r}" + _PICK.format(salt=salt, count=len(words))


def _id(prefix: str, salt: int, count: int) -> str:
    return _ID.format(prefix=prefix, salt=salt, count=count)


_A_TIME = "timestamp '2023-01-01' + to_seconds(cast(hash(i + 9) % 98000000 as bigint))"
_ISO_TIME = f"strftime({_A_TIME}, '%Y-%m-%dT%H:%M:%S.000Z')"


@dataclass(frozen=True)
class Shape:
    """A file to land: its feed, its name and its columns (header -> SQL over the row number i)."""

    title: str
    feed: str
    file_name: str
    columns: dict[str, str]


SHAPES = (
    Shape(
        "partner list, 10 columns, states through a value map",
        "acme",
        "accounts.csv",
        {
            "partner_account_id": "'P-' || lpad(cast(i as varchar), 9, '0')",
            "account_name": "'Company ' || cast(hash(i) % 7000000 as varchar) || "
            + _pick([" Inc.", " GmbH", ", LLC", " Ltd"], 1),
            "website": "'www.company' || cast(hash(i) % 7000000 as varchar) || '.com'",
            "country": _pick(["US", "DE", "FR", "GB", "JP"], 2),
            "city": _pick(["Berlin", "Paris", "New York", "São Paulo", "Tokyo"], 3),
            "employees": "cast(hash(i + 4) % 50000 as varchar)",
            "duns": "lpad(cast(hash(i + 5) % 1000000000 as varchar), 9, '0')",
            "status": _pick(["Active Client", "Target", "In Negotiation", "Lost Client"], 6),
            "customer_since": "strftime(date '2015-01-01' + cast(hash(i + 7) % 4000 as integer), "
            "'%Y-%m-%d')",
            "owner_email": "'seller' || cast(hash(i + 8) % 900 as varchar) || '@partner.example'",
        },
    ),
    Shape(
        "Salesforce activities, 13 columns, two times rewritten in each row",
        "salesforce",
        "Task.csv",
        {
            "Id": "'00T' || lpad(cast(i as varchar), 15, '0')",
            "WhoId": _id("003", 0, 900_000),
            "WhatId": _id("006", 1, 2_000_000),
            "AccountId": _id("001", 2, 1_000_000),
            "OwnerId": _id("005", 3, 3_000),
            "Subject": _pick(["Call", "Email: follow up", "Demo, second round", "Meeting"], 4),
            "ActivityDate": "strftime(date '2023-01-01' + cast(hash(i + 5) % 1100 as integer), "
            "'%Y-%m-%d')",
            "Status": _pick(["Completed", "Open", "Deferred"], 6),
            "Type": _pick(["Call", "Email", "Meeting"], 7),
            "IsClosed": _pick(["true", "false"], 8),
            "CreatedDate": _ISO_TIME,
            "IsDeleted": "'false'",
            "SystemModstamp": _ISO_TIME,
        },
    ),
)


def write_csv(shape: Shape, rows: int, target: Path) -> None:
    """Write a file of a shape; the same rows each time."""
    import duckdb

    columns = ", ".join(f'{sql} as "{header}"' for header, sql in shape.columns.items())
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select {columns} from range({rows}) as numbers(i)) to '{target}' "
            "(format csv, header)"
        )


def land(feed: str, file: Path, folder: Path) -> None:
    """Land a file into a home of its own."""
    from orchestration.company_defaults import initialise_home
    from orchestration.landing import ensure_landing_schema, land_file
    from orchestration.settings import Home

    home = Home(folder / "home")
    initialise_home(home)
    (home.feeds / "acme.yaml").write_text(_PARTNER_FEED, encoding="utf-8")
    ensure_landing_schema(home)
    tell_cost(lambda: print(land_file(home, feed, file, DAY).message, file=sys.stderr))


def copy(file: Path, folder: Path) -> None:
    """Copy a file to Parquet by DuckDB alone."""
    import duckdb

    with duckdb.connect() as connection:
        tell_cost(
            lambda: connection.execute(
                f"copy (select * from read_csv('{file}')) to '{folder / 'copy.parquet'}' "
                "(format parquet)"
            )
        )


def compare(shape: Shape, rows: int, repetitions: int, folder: Path) -> list[str]:
    """Measure one shape; its row of the table."""
    file = folder / shape.file_name
    write_csv(shape, rows, file)
    mebibytes = file.stat().st_size / 2**20
    print(f"{shape.title}: {rows:,} rows, {mebibytes:,.0f} MiB", file=sys.stderr)
    runs: dict[str, list[Cost]] = {"landing": [], "copy": []}
    for _ in range(repetitions):
        for what, found in runs.items():
            work = folder / "work"
            work.mkdir()
            asked = ["--only", what, shape.feed, str(file), str(work)]
            found.append(hear_cost("benchmarks.landing_speed", asked))
            shutil.rmtree(work)
    file.unlink()
    ours, peer = median_cost(runs["landing"]), median_cost(runs["copy"])
    return [
        f"{shape.title} ({mebibytes:,.0f} MiB)",
        f"{ours.wall:.1f} s, {ours.processor:.1f} s of processor",
        f"{peer.wall:.1f} s, {peer.processor:.1f} s",
        f"{ours.wall / peer.wall:.2f}",
        f"{ours.processor / peer.processor:.2f}",
        f"{ours.peak_memory / 2**20:.0f} MiB",
    ]


def main() -> None:
    """Measure all shapes, or do one piece of work where a process was asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repetitions", type=int, default=3)
    add_results_option(parser)
    parser.add_argument("--only", nargs=4, metavar=("WHAT", "FEED", "FILE", "FOLDER"))
    arguments = parser.parse_args()
    if arguments.only:
        what, feed, file, folder = arguments.only
        if what == "landing":
            land(feed, Path(file), Path(folder))
        else:
            copy(Path(file), Path(folder))
        return
    with tempfile.TemporaryDirectory(prefix="landing_speed_") as name:
        rows = [
            compare(shape, arguments.rows, arguments.repetitions, Path(name)) for shape in SHAPES
        ]
    columns = ["file", "landing", "copy", "wall", "processor", "peak memory of landing"]
    report_figures(SECTION, markdown_table(columns, rows), writes_results=arguments.writes_results)


if __name__ == "__main__":
    main()
