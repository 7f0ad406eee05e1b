"""What became of every mutant, kept in a file so that a run goes on where it stopped."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

EQUIVALENT_FILE = Path(__file__).with_name("equivalent_mutants.csv")

UNIT_TEST = "unit test"
DATA_TEST = "data test"
ACCEPTANCE_TEST = "acceptance test"
ERROR = "error"
SURVIVED = "survived"
EQUIVALENT = "equivalent"


@dataclass(frozen=True)
class Verdict:
    """One mutant: where, what, and which test noticed it."""

    key: str
    """Hash of the mutated query: the same mutant in every run of the same project."""
    subject: str
    """Model or Python module."""
    kind: str
    number: int
    """The place's number in its model."""
    before: str
    after: str
    outcome: str
    noticed_by: str = ""
    witness: str = ""
    """Hash of the test that noticed it: a verdict counts as long as that test is there."""

    @property
    def is_caught(self) -> bool:
        """Whether a test failed."""
        return self.outcome not in (SURVIVED, EQUIVALENT)


class KnownVerdicts:
    """The verdicts of earlier runs, by mutant."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.by_key: dict[str, Verdict] = {}
        if file.is_file():
            for line in file.read_text(encoding="utf-8").splitlines():
                verdict = Verdict(**json.loads(line))
                self.by_key[verdict.key] = verdict

    def add(self, verdict: Verdict) -> None:
        """Keep a verdict, also should the run be stopped after it."""
        self.by_key[verdict.key] = verdict
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(verdict)) + "\n")


def equivalent_mutants(file: Path = EQUIVALENT_FILE) -> dict[tuple[str, str, str, str], str]:
    """Reasons of the mutants that change nothing, by subject, kind, before and after."""
    with file.open(encoding="utf-8", newline="") as lines:
        return {
            (row["subject"], row["kind"], row["before"], row["after"]): row["reason"]
            for row in csv.DictReader(lines)
        }


def print_report(verdicts: Sequence[Verdict], out: TextIO) -> None:
    """Every mutant that nobody noticed, then the figures, of all but the equivalent ones."""
    for verdict in verdicts:
        if not verdict.is_caught:
            print(
                f"{verdict.outcome}: {verdict.subject}, {verdict.kind} {verdict.number}", file=out
            )
            print(f"    {_one_line(verdict.before)}\n    {_one_line(verdict.after)}", file=out)
    counted = [verdict for verdict in verdicts if verdict.outcome != EQUIVALENT]
    by_kind = Counter(verdict.kind for verdict in counted)
    caught = Counter(verdict.kind for verdict in counted if verdict.is_caught)
    for kind, count in sorted(by_kind.items()):
        print(f"{kind:12} {caught[kind]:4} of {count:4}", file=out)
    for outcome, count in Counter(verdict.outcome for verdict in verdicts).most_common():
        print(f"{outcome:16} {count:4}", file=out)
    print(f"caught {sum(caught.values())} of {len(counted)}", file=out)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 400 else f"{line[:250]} … {line[-150:]}"
