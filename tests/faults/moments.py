"""When a run is killed: moments and operations drawn from a seed, and what is told of each kill."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.warm_process import Run


@dataclass(frozen=True)
class Moment:
    """One kill: before the n-th operation on files, or so long after the beginning."""

    operation: int | None = None
    seconds: float | None = None

    def options(self) -> dict[str, float | int | None]:
        """As a warm process wants it."""
        return {"kill_at_operation": self.operation, "kill_after_seconds": self.seconds}

    def __str__(self) -> str:
        if self.operation is not None:
            return f"before operation {self.operation}"
        return f"after {self.seconds:.3f} s"


def moments(kind: str, seed: int, undisturbed: Run) -> Iterator[Moment]:
    """Moments of a run like the undisturbed one: every other at an operation, the rest by time.

    The operations are drawn without repeating until all have been, so that many kills meet each.
    There is no end: a run may be over before its moment comes, and then there is no kill to count.
    """
    chance = random.Random(f"{kind} {seed}")
    waiting: list[int] = []
    for number in itertools.count():
        if number % 2 == 0 and undisturbed.operations:
            if not waiting:
                waiting = list(range(1, undisturbed.operations + 1))
                chance.shuffle(waiting)
            yield Moment(operation=waiting.pop())
        else:
            yield Moment(seconds=chance.uniform(0, undisturbed.seconds))


class KillLog:
    """What was killed, when, and what was found after it; printed, and kept in a file if asked."""

    def __init__(self, kind: str, seed: int, file: Path | None) -> None:
        self.kind = kind
        self.file = file
        self.number = 0
        self.killed = 0
        print(f"{kind}: seed {seed}")

    def is_short_of(self, kills: int) -> bool:
        """Whether there were fewer kills; raises AssertionError where hardly any run is killed."""
        assert self.number < 20 + 4 * kills, f"only {self.killed} of {self.number} were killed"
        return self.killed < kills

    def tell(self, moment: Moment | str, run: Run, found: str) -> None:
        """One line per kill. A run may have ended before its moment came."""
        self.number += 1
        self.killed += run.status == -9
        how = "killed" if run.status == -9 else f"had ended with {run.status}"
        line = f"{self.kind} {self.number}: {how} {moment}: {found}"
        print(line)
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")
