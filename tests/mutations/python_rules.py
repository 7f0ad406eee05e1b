"""Mutants of the Python that decides: landing, release and routing, judged by the fast tests."""

from __future__ import annotations

import compileall
import hashlib
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing.process import BaseProcess
from pathlib import Path
from py_compile import PycInvalidationMode

import pytest

from tests.mutations import verdicts as outcome
from tests.mutations.lines_run import FastTest, LinesRun, copy_of_the_repository
from tests.mutations.python_mutations import PythonPlace, mutated, python_places
from tests.mutations.verdicts import Verdict, equivalent_mutants

REPOSITORY = Path(__file__).resolve().parents[2]
COPIED = (
    *("orchestration", "expectations", "dbt_project", "tests", "benchmarks", "docs"),
    *("pyproject.toml", "README.md", "Makefile", "LICENSE"),
    *("requirements.lock", "requirements-spark.lock", ".ci"),
)
TESTS_OF: Mapping[str, tuple[str, ...]] = {
    "orchestration/landing": ("tests/landing", "tests/partner_feeds"),
    "orchestration/release": ("tests/release",),
    "orchestration/routing": ("tests/routing",),
}
"""Where Python decides what is taken in, let out and sent, and the nearest tests of it."""
ALSO_ASKED = (
    *("tests/file_shares", "tests/crm", "tests/offboarding"),
    *("tests/company_defaults", "tests/security", "tests/expectations/test_waivers.py"),
)
"""Tests of what uses them, asked after the nearest."""

SECONDS_OF_TESTS = 120
"""The tests of one mutant, the nearest first, as long as they take together when nothing is broken.

Survivors cost this much; a place that more than two minutes of tests run is noticed by the first.
"""
PROCESSOR_SECONDS = 60
"""An endless loop has used as many beyond ten times those of its tests, on a busy machine too."""
WALL_SECONDS = 300
LARGEST_MEMORY = 6 * 2**30
LARGEST_FILE = 2**30
"""What a mutant may take of the machine, in bytes."""
NOTICED_BY = "noticed_by.txt"
IMPORTED_ONCE = (
    *("duckdb", "hypothesis", "numpy", "openpyxl", "pandas", "pyarrow.parquet", "pydantic"),
    *("python_calamine", "requests", "rich.progress", "typer", "yaml"),
)
"""Packages of others that every mutant finds imported."""
FORKS = multiprocessing.get_context("forkserver")
"""Mutants fork from a process with nothing but these: one with threads of its own forks badly."""
FORKS.set_forkserver_preload(["pytest", *IMPORTED_ONCE])


@dataclass(frozen=True)
class PythonMutant:
    """One module with one place changed."""

    path: str
    number: int
    place: PythonPlace
    source: str = field(repr=False)
    """The module as it is."""

    @cached_property
    def module(self) -> str:
        """The mutated module."""
        return mutated(self.source, self.place)

    @property
    def key(self) -> str:
        """Hash of the mutated module."""
        text = f"{self.path} {self.number} {self.module}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def python_mutants(seed: int, repository: Path = REPOSITORY) -> list[PythonMutant]:
    """All mutants of the deciding modules, in an order that the seed decides."""
    modules = sorted(path for folder in TESTS_OF for path in (repository / folder).rglob("*.py"))
    everywhere = []
    for module in modules:
        source = module.read_text("utf-8")
        path = module.relative_to(repository).as_posix()
        everywhere += [
            PythonMutant(path, number, place, source)
            for number, place in enumerate(python_places(source))
        ]
    random.Random(seed).shuffle(everywhere)
    return everywhere


class PythonJudge:
    """Asks the tests that run a mutant's line, in a copy of the repository, one process each."""

    def __init__(
        self,
        folder: Path,
        kept: Path,
        repository: Path = REPOSITORY,
        processor_seconds: int = PROCESSOR_SECONDS,
    ) -> None:
        """Copy what the tests need below `folder`; in `kept` lies what they were seen to run."""
        self.folder = folder
        self.copy = folder / "copy"
        self.processor_seconds = processor_seconds
        self.equivalent = equivalent_mutants()
        copy_of_the_repository(repository, self.copy, COPIED)
        # By content: a mutant may be as long and as old, to the second, as the one before it.
        compileall.compile_dir(
            self.copy, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH
        )
        asked = [tests for near in TESTS_OF.values() for tests in near]
        self.run = LinesRun(
            self.copy, tuple(TESTS_OF), [*asked, *ALSO_ASKED], kept / "lines_run.json"
        )

    def still_counts(self, verdict: Verdict) -> bool:
        """What was caught stays caught as long as the test that did it is unchanged."""
        module = verdict.noticed_by.split("::")[0]
        return verdict.is_caught and verdict.witness == self.run.hashes.get(module)

    def is_runnable(self, mutant: PythonMutant) -> bool:
        """Every mutated tree is a module."""
        return True

    def judge(self, mutant: PythonMutant) -> Verdict:
        """Whether a fast test notices the mutant."""
        place = mutant.place
        file = self.copy / mutant.path
        whole = file.read_text(encoding="utf-8")
        file.write_text(mutant.module, encoding="utf-8")
        try:
            what, noticed_by = self._judged(self._asked(mutant))
        finally:
            file.write_text(whole, encoding="utf-8")
        described = (mutant.path, place.kind, place.before, place.after)
        if what == outcome.SURVIVED and described in self.equivalent:
            what = outcome.EQUIVALENT
        return Verdict(
            mutant.key,
            f"{mutant.path}:{place.lines.start}",
            place.kind,
            mutant.number,
            place.before,
            place.after,
            what,
            noticed_by,
            self.run.hashes.get(noticed_by.split("::")[0], ""),
        )

    def _asked(self, mutant: PythonMutant) -> list[FastTest]:
        """The tests that run the place, the nearest and fastest first.

        Where none is seen to run it (a declaration, or what Arrow runs in threads of its own),
        those that run anything of its module, else those of its folder.
        """
        place = mutant.place
        found = [] if place.is_run_once else self.run.running(mutant.path, place.lines)
        found = found or self.run.running(mutant.path, None)
        near = next(tests for folder, tests in TESTS_OF.items() if mutant.path.startswith(folder))
        found = found or [test for test in self.run.tests if test.name.startswith(near)]
        of_module: Counter[str] = Counter()
        for test in found:
            of_module[test.module] += test.seconds
        # Module by module, because what its tests share is made once for all that follow; that of
        # the same name first.
        named = f"test_{Path(mutant.path).stem}"
        found.sort(
            key=lambda test: (
                not test.name.startswith(near),
                named not in test.module,
                of_module[test.module],
                test.module,
                test.seconds,
            )
        )
        seconds = 0.0
        for number, test in enumerate(found):
            seconds += test.seconds
            if seconds > SECONDS_OF_TESTS:
                return found[: number + 1]
        return found

    def _judged(self, tests: Sequence[FastTest]) -> tuple[str, str]:
        written = self.folder / NOTICED_BY
        written.unlink(missing_ok=True)
        limit = self.processor_seconds + 10 * sum(test.seconds for test in tests)
        status = self._in_a_process([test.name for test in tests], int(limit))
        if status is None or status < 0:
            return outcome.ERROR, "took too long"
        if status == pytest.ExitCode.OK:
            return outcome.SURVIVED, f"{len(tests)} tests"
        if written.is_file():
            return outcome.UNIT_TEST, written.read_text(encoding="utf-8")
        return outcome.ERROR, "could not be run"

    def _in_a_process(self, tests: Sequence[str], processor_seconds: int) -> int | None:
        """How a process ended that ran the tests, below zero by a signal; None: it had to be."""
        scratch = self.folder / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        process = FORKS.Process(
            target=_run_tests, args=(self.folder, self.copy, scratch, tests, processor_seconds)
        )
        process.start()
        process.join(WALL_SECONDS)
        ended = process.exitcode
        _end_group(process)
        return ended


def _run_tests(
    folder: Path, copy: Path, scratch: Path, tests: Sequence[str], processor_seconds: int
) -> None:
    """Run `tests` on the mutant in `copy` within the limits, and end this process."""
    os.setsid()
    limits = {
        resource.RLIMIT_CPU: processor_seconds,
        resource.RLIMIT_DATA: LARGEST_MEMORY,
        resource.RLIMIT_FSIZE: LARGEST_FILE,
        resource.RLIMIT_CORE: 0,
    }
    for name, limit in limits.items():
        resource.setrlimit(name, (limit, limit))
    output = os.open(folder / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(copy)
    os.environ.update({"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"})
    os.environ.update({"TMPDIR": str(scratch), "HOME": str(scratch)})
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(copy))
    for name in list(sys.modules):
        if name.partition(".")[0] in ("orchestration", "expectations", "tests"):
            del sys.modules[name]
    options = ["-x", "-q", "--no-header", "--tb=short", "-p", "no:cacheprovider"]
    options += ["--basetemp", str(scratch / "tests"), "-m", ""]
    status = 1
    try:
        status = pytest.main([*options, *tests], plugins=[_FirstFailure(folder / NOTICED_BY)])
    finally:
        # Whatever threads a mutant has left running.
        os._exit(status)


class _FirstFailure:
    """Writes down which test failed first."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._write(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._write(report)

    def _write(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed and not self.file.exists():
            self.file.write_text(report.nodeid, encoding="utf-8")


def _end_group(leader: BaseProcess) -> None:
    """End the process and what the tests of a mutant may have left running."""
    if leader.pid is None:
        return
    with suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGKILL)
    leader.join()
