"""Runs the benchmarks one after the other, each in a process of its own, and names what failed.

    python -m benchmarks            a quick set: about a quarter of an hour on two quiet cores
    python -m benchmarks full       the sizes that the goals speak of: hours
    python -m benchmarks --only lists companies

Each writes its own section of RESULTS.md. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Benchmark:
    """A module below `benchmarks`, and its arguments for each set; None: not in that set.

    writes_results: whether it has a section of RESULTS.md; the others keep their figures elsewhere.
    """

    module: str
    quick: str | None
    full: str | None
    writes_results: bool = True

    @property
    def file(self) -> Path:
        """Where the module lies."""
        return Path(__file__).parent.joinpath(*self.module.split(".")).with_suffix(".py")

    def command(self, arguments: str) -> list[str]:
        """What to run from the top of the repository."""
        results = ["--results"] if self.writes_results else []
        return [
            *(sys.executable, "-m", f"benchmarks.{self.module}"),
            *shlex.split(arguments),
            *results,
        ]


# In the order in which a reader would ask. What needs a cluster, the labelled sets or a built demo
# is in the full set alone.
BENCHMARKS = (
    Benchmark("refresh_overhead", "--repetitions 1", "--repetitions 5"),
    Benchmark("peers.compare", "--size small", "--size medium --repetitions 3"),
    Benchmark("peers.chart", "", "", writes_results=False),
    Benchmark("landing_speed", "--rows 1000000 --repetitions 1", "--rows 10000000"),
    Benchmark(
        "crm_landing",
        "--tasks 1000000 --opportunities 100000",
        "--tasks 20000000 --opportunities 2000000",
    ),
    Benchmark("companies", "30000", "100000 300000 1000000"),
    Benchmark(
        "matching.speed",
        "--accounts 10000",
        "--accounts 100000 300000 1000000 --splink 100000 --models",
    ),
    Benchmark("matching.quality", None, "--demo demo --csv benchmarks/matching/quality.csv"),
    Benchmark("matching.quality_chart", None, "", writes_results=False),
    Benchmark("lists", "--accounts 20000", "--accounts 1000000 --memory 9GB"),
    Benchmark(
        "ledger_scale",
        "--opportunities 20000 --activities 200000 --refreshes 12",
        "--opportunities 2000000 --activities 20000000 --refreshes 24",
    ),
    Benchmark("release_speed", "--rows 2000000", "--rows 50000000"),
    Benchmark("delivery_diff", "--reps 1000", "--reps 10000"),
    Benchmark("data_tests", None, "--home demo"),
    Benchmark("engines", None, "small medium"),
    Benchmark(
        "growth",
        "small:1",
        "small:1 medium:1 medium:3 medium:10 medium:30 large:1",
        writes_results=False,
    ),
    Benchmark("growth_chart", "", ""),
)


def chosen(which: str, only: Sequence[str]) -> list[tuple[Benchmark, str]]:
    """The benchmarks of a set with their arguments, or those of it that are named."""
    asked = [
        (one, arguments)
        for one in BENCHMARKS
        if (arguments := one.full if which == "full" else one.quick) is not None
    ]
    unknown = sorted(set(only) - {one.module for one, _ in asked})
    if unknown:
        known = ", ".join(one.module for one, _ in asked)
        raise SystemExit(f"The {which} set has no {', '.join(unknown)}; it has {known}.")
    return [(one, arguments) for one, arguments in asked if not only or one.module in only]


def run_all(asked: Sequence[tuple[Benchmark, str]]) -> list[str]:
    """Run them in turn, with a line before and behind each; the names of those that failed."""
    failed = []
    for number, (one, arguments) in enumerate(asked, start=1):
        command = one.command(arguments)
        print(f"[{number}/{len(asked)}] {shlex.join(command[1:])}", flush=True)
        started = time.monotonic()
        exit_code = subprocess.run(command, cwd=REPOSITORY, check=False).returncode
        word = "done" if exit_code == 0 else f"FAILED with exit code {exit_code}"
        seconds = time.monotonic() - started
        print(f"[{number}/{len(asked)}] {one.module} {word} in {seconds:.0f} s\n", flush=True)
        if exit_code != 0:
            failed.append(one.module)
    return failed


def main() -> None:
    """Run a set; exit code 1 where a benchmark failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("set", nargs="?", choices=("quick", "full"), default="quick")
    parser.add_argument("--only", nargs="+", default=[], help="these of the set alone")
    arguments = parser.parse_args()
    failed = run_all(chosen(arguments.set, arguments.only))
    if failed:
        raise SystemExit(f"Failed, and without new figures: {', '.join(failed)}.")
    print("All benchmarks ran; their figures are in benchmarks/RESULTS.md.")


if __name__ == "__main__":
    main()
