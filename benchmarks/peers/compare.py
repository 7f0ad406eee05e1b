"""The motion on the same files, four ways: what it costs, how right it is, what a bad file does.

    python -m benchmarks.peers.compare --size small

Writes a demo company and gives its inbox to each way in turn, each in a process of its own:

- `cosell refresh` into an empty home;
- `analyst_script.py`: pandas, RapidFuzz, Excel out;
- `plain_dbt/`: dbt on DuckDB without our stations, exact keys, `dbt build`;
- `splink_script.py`: the match alone.

Their answers are compared with the demo company's truth (`scoring.py`). Then each bad file of
`planted_faults.py` is added: to the peers' inbox one at a time, as the first of them would hide the
others; to ours in one further refresh, which tells them apart.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from benchmarks.peers.planted_faults import FAULTS, bad_rows_count, verdict
from benchmarks.peers.scoring import Scores, scores_of
from benchmarks.process_cost import Cost, Finished, median_cost, run_alone
from benchmarks.results_page import Section, add_results_option, markdown_table, report_figures

HERE = Path(__file__).parent
MEASURED = HERE / "measured.csv"
SECTION = Section(
    "peers.compare",
    "Peers on the same files",
    "Same inbox for all, each in a process of its own, medians; the processor's seconds are those "
    "of all cores. Ours also lands, keeps history, gates, routes, freezes and publishes; the peers "
    "keep nothing. Splink does the match alone.",
)
Answers = Mapping[str, str]
"""Queries by `matches`, `segments` and `credit` (see scoring.py)."""


@dataclass(frozen=True)
class Way:
    """One way to do the motion.

    command: for a home and an empty folder; environment: for that folder; answers: what it left in
    the home or folder.
    """

    name: str
    command: Callable[[Path, Path, str], list[str]]
    answers: Callable[[Path, Path], Answers]
    environment: Callable[[Path], dict[str, str]] = lambda folder: {}

    def folder(self, among: Path) -> Path:
        """Where it leaves its answers."""
        return among / self.name.replace("'", "").replace(",", "").replace(" ", "_")


@dataclass(frozen=True)
class Measured:
    """A way's cost and scores."""

    way: str
    cost: Cost
    scores: Scores


def released(home: Path, folder: Path) -> Answers:
    """Our answers: what a reader of the release sees."""
    tables = (home / "releases" / "current").resolve() / "tables"
    return {
        "matches": "select crm_account_id, partner_id, partner_account_id from "
        f"read_parquet('{tables}/account_mapping.fct_account_matches.parquet') "
        "where decision in ('automatic', 'accepted')",
        "segments": "select account_id, partner_id, partner_account_id, cell from "
        f"read_parquet('{tables}/account_mapping.fct_account_segments.parquet')",
        "credit": "select opportunity_id, attribution_class as class, partner_id, rep_id from "
        f"read_parquet('{tables}/attribution.fct_attributed_opportunities.parquet')",
    }


def of_workbook(home: Path, folder: Path) -> Answers:
    """The analyst's sheets, read back."""
    import pandas as pd

    for sheet in ("matches", "segments", "credit"):
        rows = pd.read_excel(
            folder / "answers.xlsx", sheet_name=sheet, dtype=str, engine="calamine"
        )
        rows.to_parquet(folder / f"{sheet}.parquet")
    return of_parquet(folder, "matches", "segments", "credit")


def of_warehouse(home: Path, folder: Path) -> Answers:
    """The marts of the plain project."""
    import duckdb

    with duckdb.connect(str(folder / "plain.duckdb"), read_only=True) as connection:
        for name in ("matches", "segments", "credit"):
            connection.execute(f"copy {name} to '{folder}/{name}.parquet'")
    return of_parquet(folder, "matches", "segments", "credit")


def of_parquet(folder: Path, *names: str) -> Answers:
    """Tables that lie as Parquet in a folder."""
    segments = "account_id, partner_id, partner_account_id, cell"
    chosen = {"segments": segments}
    return {
        name: f"select {chosen.get(name, '*')} from read_parquet('{folder}/{name}.parquet')"
        for name in names
    }


def dbt_command(home: Path, folder: Path, as_of: str) -> list[str]:
    """`dbt build` of the plain project."""
    return [
        *(str(Path(sys.executable).with_name("dbt")), "--no-use-colors", "build"),
        *("--project-dir", str(HERE / "plain_dbt"), "--profiles-dir", str(HERE / "plain_dbt")),
        *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        *("--vars", json.dumps({"inbox": str(home / "inbox"), "as_of": as_of})),
    ]


def cosell_command(home: Path, folder: Path, as_of: str) -> list[str]:
    """One refresh, from the files to the release."""
    program = [sys.executable, "-m", "orchestration.command_line"]
    return [*program, "--home", str(home), "refresh", "--as-of", as_of]


OURS = Way("cosell refresh", cosell_command, released)
ANALYST = Way(
    "analyst's script",
    lambda home, folder, as_of: [
        *(sys.executable, str(HERE / "analyst_script.py")),
        *(str(home / "inbox"), as_of, str(folder / "answers.xlsx")),
    ],
    of_workbook,
)
PLAIN_DBT = Way(
    "plain dbt",
    dbt_command,
    of_warehouse,
    lambda folder: {"PLAIN_WAREHOUSE": str(folder / "plain.duckdb")},
)
SPLINK = Way(
    "Splink, the match alone",
    lambda home, folder, as_of: [
        *(sys.executable, "-m", "benchmarks.peers.splink_script"),
        *(str(home / "inbox"), as_of, str(folder / "matches.parquet")),
    ],
    lambda home, folder: of_parquet(folder, "matches"),
)
WAYS = (OURS, ANALYST, PLAIN_DBT, SPLINK)


def run_way(way: Way, home: Path, folder: Path, as_of: str) -> Finished:
    """Run one way into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return run_alone(way.command(home, folder, as_of), way.environment(folder))


def must_succeed(done: Finished) -> Cost:
    """The cost of a run; one that failed ends the benchmark with what it said."""
    if done.exit_code != 0:
        raise SystemExit(done.output[-3000:])
    return done.cost


def said(text: str) -> None:
    """Progress, beside the figures."""
    print(text, file=sys.stderr, flush=True)


def measure(files: Path, folder: Path, as_of: str, repetitions: int) -> list[Measured]:
    """All ways in turn; what they leave in the folder is that of the last turn."""
    costs: dict[str, list[Cost]] = {way.name: [] for way in WAYS}
    for turn in range(repetitions):
        # Ours last: a peer that fails is known after seconds.
        for way in reversed(WAYS):
            said(f"{way.name}, run {turn + 1} of {repetitions}")
            home = files
            if way is OURS:
                home = folder / "home"
                shutil.rmtree(home, ignore_errors=True)
                shutil.copytree(files, home)
            done = run_way(way, home, way.folder(folder), as_of)
            costs[way.name].append(must_succeed(done))
            said(f"  {done.cost}")
    return [
        Measured(
            way.name,
            median_cost(costs[way.name]),
            scores_of(way.answers(folder / "home", way.folder(folder)), files / "truth"),
        )
        for way in WAYS
    ]


def faults_of_peers(files: Path, folder: Path, as_of: str, way: Way) -> list[str]:
    """What a peer makes of each bad file alone."""
    clean = kept(
        way.answers(files, way.folder(folder)), folder / f"{way.folder(folder).name}_clean"
    )
    found = []
    for fault in FAULTS:
        said(f"{way.name}: {fault.name}")
        file = fault.plant(files / "inbox", as_of)
        place = way.folder(folder)
        done = run_way(way, files, place, as_of)
        file.unlink()
        answers = None if done.exit_code else way.answers(files, place)
        found.append(
            verdict(
                exit_code=done.exit_code,
                is_named=is_named(file, done.output),
                got_through=None if answers is None else bad_rows_count(fault, answers, clean) > 0,
            )
        )
        said(f"  {found[-1]}")
    return found


def faults_of_ours(folder: Path, as_of: str) -> list[str]:
    """What a further refresh makes of all bad files together."""
    home = folder / "home"
    clean = kept(released(home, folder), folder / "home_clean")
    files = [fault.plant(home / "inbox", as_of) for fault in FAULTS]
    said("cosell refresh: all bad files")
    done = run_way(OURS, home, OURS.folder(folder), as_of)
    # What is held back is told in the output, and row by row in the quarantine.
    told = done.output + quarantined_files(home)
    return [
        verdict(
            exit_code=done.exit_code,
            is_named=is_named(file, told),
            got_through=bad_rows_count(fault, released(home, folder), clean) > 0,
        )
        for fault, file in zip(FAULTS, files, strict=True)
    ]


def quarantined_files(home: Path) -> str:
    """The files with rows in quarantine, one per line."""
    import duckdb

    if not list(home.glob("quarantine/*/*/*.parquet")):
        return ""
    rows = duckdb.execute(
        "select distinct _source_file from "
        f"read_parquet('{home}/quarantine/*/*/*.parquet', union_by_name = true)"
    ).fetchall()
    return "\n".join(row[0] for row in rows)


def is_named(file: Path, output: str) -> bool:
    """Whether a text names a file: its feed, day and name, in a line that may be broken."""
    name = "/".join(file.parts[-3:])
    return name in "".join(line.strip() for line in output.splitlines())


def kept(answers: Answers, folder: Path) -> Answers:
    """Answers that stay when the next run replaces them."""
    import duckdb

    folder.mkdir()
    for name, query in answers.items():
        duckdb.execute(f"copy ({query}) to '{folder}/{name}.parquet'")
    return of_parquet(folder, *answers)


def cost_table(measured: list[Measured]) -> str:
    """What each way took, and as a multiple of ours."""
    ours = measured[0].cost
    return markdown_table(
        ["", "wall", "processor", "peak memory", "beside ours: wall, processor, memory"],
        [
            [
                one.way,
                f"{one.cost.wall:.1f} s",
                f"{one.cost.processor:.1f} s",
                f"{one.cost.peak_memory / 2**20:,.0f} MiB",
                f"{one.cost.wall / ours.wall:.2f}, {one.cost.processor / ours.processor:.2f}, "
                f"{one.cost.peak_memory / ours.peak_memory:.2f}",
            ]
            for one in measured
        ],
    )


def scores_table(measured: list[Measured]) -> str:
    """How right each way was."""

    def shown(value: float | None) -> str:
        return "" if value is None else f"{value:.3f}"

    names = {
        "match_precision": "matches that are right",
        "match_recall": "records matched",
        "segments": "cells right",
        "segments_of_partner": "… of accounts that the partner lists",
        "credit_paid": "partner money with the right class, partner and rep",
        "credit_wrong": "of the money credited to partners, wrong",
        "deals": "deals right",
    }
    return markdown_table(
        ["share", *(one.way for one in measured)],
        [
            [text, *(shown(getattr(one.scores, name)) for one in measured)]
            for name, text in names.items()
        ],
    )


def faults_table(found: dict[str, list[str]]) -> str:
    """What became of each bad file."""
    return markdown_table(
        ["bad file", *found],
        [
            [fault.name, *(verdicts[number] for verdicts in found.values())]
            for number, fault in enumerate(FAULTS)
        ],
    )


def write_measured(measured: list[Measured]) -> None:
    """The figures for chart.py."""
    names = [field.name for field in fields(Cost)] + [field.name for field in fields(Scores)]
    with MEASURED.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["way", *names], lineterminator="\n")
        writer.writeheader()
        for one in measured:
            figures = {**asdict(one.cost), **asdict(one.scores)}
            rounded = {
                name: round(value, 4) if isinstance(value, float) else value
                for name, value in figures.items()
            }
            writer.writerow({"way": one.way, **rounded})


def write_company(home: Path, size: str) -> str:
    """Write the demo company; the day of its last files."""
    from orchestration.demo_company import write_demo

    return write_demo(home, size, 1).refresh_days[-1].isoformat()


def compare(
    folder: Path, size: str, repetitions: int
) -> tuple[list[Measured], dict[str, list[str]]]:
    """Costs and scores of all ways, and the verdicts on bad files by way."""
    files = folder / "files"
    said(f"writing the {size} company")
    own = [sys.executable, "-m", "benchmarks.peers.compare"]
    written = run_alone([*own, "--size", size, "--write", str(files)])
    must_succeed(written)
    as_of = written.output.strip().splitlines()[-1]
    measured = measure(files, folder, as_of, repetitions)
    found = {OURS.name: faults_of_ours(folder, as_of)}
    for way in (ANALYST, PLAIN_DBT):
        found[way.name] = faults_of_peers(files, folder, as_of, way)
    return measured, found


def main() -> None:
    """Measure all ways, or write the company where a process was asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--size", default="small", help="of the demo company")
    parser.add_argument("--repetitions", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="an empty folder to work in, and to keep")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    add_results_option(parser)
    arguments = parser.parse_args()
    if arguments.write:
        print(write_company(arguments.write, arguments.size))
        return
    place = (
        tempfile.TemporaryDirectory(prefix="peers_")
        if arguments.folder is None
        else nullcontext(arguments.folder)
    )
    with place as name:
        measured, found = compare(Path(name), arguments.size, arguments.repetitions)
    figures = "\n\n".join([cost_table(measured), scores_table(measured), faults_table(found)])
    report_figures(SECTION, figures, writes_results=arguments.writes_results)
    if arguments.writes_results:
        write_measured(measured)


if __name__ == "__main__":
    main()
