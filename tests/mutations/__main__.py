"""`python -m tests.mutations HOME` breaks rules one place at a time and counts what is noticed.

See README.md. `make mutations SEED=1 COUNT=100` is how people start it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from orchestration.settings import Home
from tests.mutations.compiled_rules import CompiledRules
from tests.mutations.python_rules import PythonJudge, python_mutants
from tests.mutations.sql_rules import SqlJudge, sql_mutants
from tests.mutations.verdicts import EQUIVALENT, KnownVerdicts, Verdict, print_report

TARGET = Path(__file__).resolve().parents[2] / "dbt_project" / "target" / "mutations"


def main(arguments: list[str]) -> int:
    """Judge so many mutants; the exit code is 1 when too few were caught, 3 when time was up."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("home", type=Path, help="a finished small demo; it is only read")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--language", choices=("sql", "python"), default="sql")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--least", type=int, default=95, help="caught of 100, below which it fails")
    parser.add_argument("--minutes", type=float, help="stop after; a later run goes on from there")
    parser.add_argument("--unit-tests-only", action="store_true", help="leave the demo out")
    parser.add_argument("--kept", type=Path, default=TARGET, help="where verdicts are kept")
    options = parser.parse_args(arguments)
    home = Home(options.home.resolve())
    started = time.monotonic()
    known = KnownVerdicts(options.kept / f"verdicts_{options.language}.jsonl")
    judged: list[Verdict] = []
    equivalent: list[Verdict] = []
    with tempfile.TemporaryDirectory() as folder:
        judge, mutants = _judge_and_mutants(options, home, Path(folder))
        for mutant in mutants:
            if len(judged) == options.count:
                break
            if options.minutes and time.monotonic() - started > options.minutes * 60:
                print(f"time is up after {len(judged)} of {options.count}: run it again to go on")
                break
            earlier = known.by_key.get(mutant.key)
            if earlier and judge.still_counts(earlier):
                judged.append(earlier)
                continue
            if not judge.is_runnable(mutant):
                continue
            verdict = judge.judge(mutant)
            known.add(verdict)
            # What changes nothing on any input is no mutant: the next one is drawn in its place.
            (equivalent if verdict.outcome == EQUIVALENT else judged).append(verdict)
            print(
                f"{len(judged):4} {verdict.outcome:16} {verdict.subject} {verdict.kind} "
                f"{verdict.number} {verdict.noticed_by[:100]}",
                flush=True,
            )
    print_report([*judged, *equivalent], sys.stdout)
    if len(judged) < options.count:
        return 3
    caught = sum(verdict.is_caught for verdict in judged)
    return 0 if caught * 100 >= options.least * len(judged) else 1


def _judge_and_mutants(
    options: argparse.Namespace, home: Home, folder: Path
) -> tuple[Any, Iterable[Any]]:
    if options.language == "python":
        return PythonJudge(folder, options.kept), python_mutants(options.seed)
    rules = CompiledRules(home, options.kept)
    judge = SqlJudge(rules, home, folder, asks_demo=not options.unit_tests_only)
    return judge, sql_mutants(rules, options.seed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
