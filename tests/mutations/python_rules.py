"""Mutants of the Python that decides: landing, release and routing, judged by their own tests."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from orchestration.settings import Home
from tests.mutations import verdicts as outcome
from tests.mutations.python_mutations import PythonPlace, mutated, python_places
from tests.mutations.verdicts import Verdict, equivalent_mutants

REPOSITORY = Path(__file__).resolve().parents[2]
COPIED = ("orchestration", "expectations", "dbt_project", "tests", "pyproject.toml")
TESTS_OF: Mapping[str, tuple[str, ...]] = {
    "orchestration/landing": ("tests/landing", "tests/partner_feeds"),
    "orchestration/release": ("tests/release",),
    "orchestration/routing": ("tests/routing",),
}
"""Where Python decides what is taken in, let out and sent, and the tests of it."""
MINUTES_OF_ONE_MUTANT = 5


@dataclass(frozen=True)
class PythonMutant:
    """One module with one place changed."""

    path: str
    number: int
    place: PythonPlace

    @cached_property
    def module(self) -> str:
        """The mutated module."""
        return mutated((REPOSITORY / self.path).read_text("utf-8"), self.place)

    @property
    def key(self) -> str:
        """Hash of the mutated module."""
        text = f"{self.path} {self.number} {self.module}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def python_mutants(seed: int) -> Iterator[PythonMutant]:
    """All mutants of the deciding modules, in an order that the seed decides."""
    modules = sorted(
        path.relative_to(REPOSITORY).as_posix()
        for folder in TESTS_OF
        for path in (REPOSITORY / folder).rglob("*.py")
    )
    found = {path: python_places((REPOSITORY / path).read_text("utf-8")) for path in modules}
    everywhere = [(path, number) for path in modules for number in range(len(found[path]))]
    random.Random(seed).shuffle(everywhere)
    for path, number in everywhere:
        yield PythonMutant(path, number, found[path][number])


class PythonJudge:
    """Asks the tests of a mutant's folder, in a copy of the repository."""

    def __init__(self, home: Home, folder: Path) -> None:
        """Copy what the tests need; `home` is a built demo for those that read one."""
        self.home = home
        self.copy = folder / "copy"
        self.equivalent = equivalent_mutants()
        without = shutil.ignore_patterns("__pycache__", "target", "logs")
        self.copy.mkdir()
        for name in COPIED:
            source = REPOSITORY / name
            if source.is_dir():
                shutil.copytree(source, self.copy / name, ignore=without)
            else:
                shutil.copy(source, self.copy / name)

    def still_counts(self, verdict: Verdict) -> bool:
        """A module's tests are asked again only about what survived them."""
        return verdict.is_caught

    def is_runnable(self, mutant: PythonMutant) -> bool:
        """Every mutated tree is a module."""
        return True

    def judge(self, mutant: PythonMutant) -> Verdict:
        """Whether the tests of the module's folder notice the mutant."""
        place = mutant.place
        file = self.copy / mutant.path
        whole = file.read_text(encoding="utf-8")
        file.write_text(mutant.module, encoding="utf-8")
        try:
            what, noticed_by = self._judged(mutant)
        finally:
            file.write_text(whole, encoding="utf-8")
        described = (mutant.path, place.kind, place.before, place.after)
        if what == outcome.SURVIVED and described in self.equivalent:
            what = outcome.EQUIVALENT
        return Verdict(
            mutant.key,
            f"{mutant.path}:{place.line}",
            place.kind,
            mutant.number,
            place.before,
            place.after,
            what,
            noticed_by,
        )

    def _judged(self, mutant: PythonMutant) -> tuple[str, str]:
        folder = str(Path(mutant.path).parents[0])
        of_folder = next(tests for name, tests in TESTS_OF.items() if folder.startswith(name))
        for which in ("not slow and not spark", "slow and not spark"):
            command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=no"]
            command += ["-p", "no:cacheprovider", "-m", which, *of_folder]
            command += ["--demo-home", str(self.home.root), "--demo-as-it-stands"]
            environment = {**os.environ, "PYTHONPATH": str(self.copy)}
            try:
                finished = subprocess.run(
                    command,
                    cwd=self.copy,
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=MINUTES_OF_ONE_MUTANT * 60,
                )
            except subprocess.TimeoutExpired:
                return outcome.ERROR, "took too long"
            if finished.returncode not in (0, 5):
                failed = [
                    line for line in finished.stdout.splitlines() if line.startswith("FAILED")
                ]
                return outcome.UNIT_TEST, (failed or ["could not be imported"])[0]
        return outcome.SURVIVED, ""
