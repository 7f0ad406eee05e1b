"""Which fast test runs which line of the deciding modules: no other can notice a mutant of it.

As a plugin of pytest (`-p tests.mutations.lines_run`) this writes them down; `LinesRun` keeps them
by module of tests, so that after a new test only its own module is run again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path
from typing import Any

import coverage
import pytest

FOLDERS = "MUTATIONS_LINES_OF"
"""Names the environment variable with the measured folders, separated like a PATH."""
WRITTEN = "lines_run.json"
FIXTURE = "fixture "

Lines = Mapping[str, Sequence[int]]
"""Lines by module."""


@dataclass(frozen=True)
class FastTest:
    """A test that passes, how long it takes, and what it runs."""

    name: str
    """As pytest names it, `tests/x/test_y.py::test_z[1]`."""
    seconds: float
    """Of the processor, so that a busy machine makes no test longer."""
    lines: Lines

    @property
    def module(self) -> str:
        """The file it stands in."""
        return self.name.split("::")[0]


class LinesRun:
    """The passing fast tests of a copy of the repository with the lines that they run."""

    def __init__(
        self, copy: Path, folders: Sequence[str], tests: Sequence[str], kept: Path
    ) -> None:
        """See which tests of some folders run which lines of the modules of other `folders`.

        What an earlier run has measured is not measured again while the tests are unchanged; `kept`
        is the file that remembers.

        Raises RuntimeError where pytest could not even collect the tests.
        """
        self.copy = copy
        modules = [
            path.relative_to(copy).as_posix()
            for folder in tests
            for path in _modules_in(copy / folder)
        ]
        shared = _hash_of(*sorted((copy / "tests").rglob("conftest.py")))
        self.hashes = {one: shared + _hash_of(copy / one) for one in modules}
        read = json.loads(kept.read_text("utf-8")) if kept.is_file() else {}
        self.sources: dict[str, str] = read.get("sources", {})
        known = {
            name: one
            for name, one in read.get("modules", {}).items()
            if one["hash"] == self.hashes.get(name)
        }
        for folder, of_folder in groupby(modules, key=lambda one: Path(one).parent):
            stale = [one for one in of_folder if one not in known]
            if not stale:
                continue
            print(f"{len(stale)} modules of {folder} are run once to see what they run", flush=True)
            found = self._measured(stale, folders)
            for one in stale:
                known[one] = self._remembered(one, found.get(one, {}))
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps({"sources": self.sources, "modules": known}), "utf-8")
        self._moved: dict[tuple[str, str], dict[int, list[int]]] = {}
        self.tests = [
            FastTest(name, test["seconds"], self._lines_of_today(test["lines"], one["read"]))
            for one in known.values()
            for name, test in one["tests"].items()
        ]

    def _remembered(self, module: str, tests: Mapping[str, Any]) -> dict[str, Any]:
        read = {}
        for path in sorted({path for test in tests.values() for path in test["lines"]}):
            read[path] = _hash_of(self.copy / path)
            self.sources[read[path]] = (self.copy / path).read_text("utf-8")
        return {"hash": self.hashes[module], "read": read, "tests": tests}

    def _lines_of_today(self, lines: Lines, read: Mapping[str, str]) -> Lines:
        """The measured lines where they stand since the modules were edited."""
        today = {}
        for path, measured in lines.items():
            if (self.copy / path).is_file():
                moved = self._moved_lines(path, read[path])
                today[path] = [new for old in measured for new in moved.get(old, [old])]
        return today

    def _moved_lines(self, path: str, hashed: str) -> dict[int, list[int]]:
        """Where each line of an edited module went; lines that are new follow those before them."""
        if hashed == _hash_of(self.copy / path):
            return {}
        if (path, hashed) not in self._moved:
            old = self.sources[hashed].splitlines()
            new = (self.copy / path).read_text("utf-8").splitlines()
            moved: dict[int, list[int]] = defaultdict(list)
            for kind, begin, end, first, last in SequenceMatcher(
                None, old, new, autojunk=False
            ).get_opcodes():
                if kind == "equal":
                    for number in range(end - begin):
                        moved[begin + number + 1].append(first + number + 1)
                else:
                    for number in range(begin, end) if end > begin else [begin - 1]:
                        moved[number + 1] += range(first + 1, last + 1)
            self._moved[path, hashed] = moved
        return self._moved[path, hashed]

    def running(self, module: str, lines: range | None) -> list[FastTest]:
        """The tests that run one of these lines of the module, or any of it."""
        return [
            test
            for test in self.tests
            if module in test.lines
            and (lines is None or any(line in lines for line in test.lines[module]))
        ]

    def _measured(self, modules: Sequence[str], folders: Sequence[str]) -> dict[str, Any]:
        written = self.copy / WRITTEN
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "--tb=line"]
        command += ["-p", "no:cacheprovider", "-p", "tests.mutations.lines_run"]
        command += ["-m", "not slow and not spark", *modules]
        measured = os.pathsep.join(str(self.copy / folder) for folder in folders)
        paths = os.pathsep.join(map(str, (self.copy, Path(__file__).parents[2])))
        environment = {**os.environ, "PYTHONPATH": paths, FOLDERS: measured}
        log = self.copy.parent / "lines_run.log"
        with log.open("w") as output:
            subprocess.run(
                command, cwd=self.copy, env=environment, stdout=output, stderr=output, check=False
            )
        if not written.is_file():
            raise RuntimeError(f"the fast tests could not be run:\n{log.read_text()[-4000:]}")
        found: dict[str, Any] = json.loads(written.read_text("utf-8"))
        written.unlink()
        for failed in found.pop("failed"):
            print(f"fails as it stands, and is not asked: {failed}", flush=True)
        return found


def _modules_in(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(place.rglob("test_*.py"))


def _hash_of(*files: Path) -> str:
    found = hashlib.sha256()
    for file in files:
        found.update(file.name.encode() + file.read_bytes())
    return found.hexdigest()[:16]


class _Recorder:
    """Tells coverage which test or shared fixture runs, and writes all down at the end."""

    def __init__(self, folders: Sequence[str]) -> None:
        self.measured = coverage.Coverage(
            data_file=None, source=list(folders), config_file=False, branch=False
        )
        self.measured.start()
        self.seconds: dict[str, float] = {}
        self.outcomes: dict[str, set[str]] = defaultdict(set)
        self.fixtures: dict[str, list[str]] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.fixtures[item.nodeid] = list(getattr(item, "fixturenames", []))
        self.measured.switch_context(item.nodeid)
        begun = time.process_time()
        yield
        self.seconds[item.nodeid] = time.process_time() - begun
        self.measured.switch_context("")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Iterator[None]:
        """What a shared fixture runs is run for every test that uses it."""
        if fixturedef.scope == "function":
            yield
            return
        self.measured.switch_context(FIXTURE + fixturedef.argname)
        yield
        self.measured.switch_context(request._pyfuncitem.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.outcomes[report.nodeid].add(report.outcome)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.measured.stop()
        lines = self._lines_by_context()
        found: dict[str, Any] = defaultdict(dict)
        for name, outcomes in self.outcomes.items():
            if outcomes == {"passed"}:
                contexts = [name, *(FIXTURE + one for one in self.fixtures[name])]
                run = _united([lines[one] for one in contexts if one in lines])
                found[name.split("::")[0]][name] = {"seconds": self.seconds[name], "lines": run}
        failed = [name for name, outcomes in self.outcomes.items() if "failed" in outcomes]
        text = json.dumps({**found, "failed": failed})
        (session.config.rootpath / WRITTEN).write_text(text, encoding="utf-8")

    def _lines_by_context(self) -> dict[str, dict[str, set[int]]]:
        found: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        data = self.measured.get_data()
        for file in data.measured_files():
            module = Path(file).relative_to(Path.cwd()).as_posix()
            for line, contexts in data.contexts_by_lineno(file).items():
                for context in contexts:
                    found[context][module].add(line)
        return found


def _united(parts: Sequence[Mapping[str, set[int]]]) -> dict[str, list[int]]:
    modules = {module for part in parts for module in part}
    return {
        module: sorted({line for part in parts for line in part.get(module, ())})
        for module in sorted(modules)
    }


def pytest_configure(config: pytest.Config) -> None:
    """Begin to measure, where this is asked for as a plugin."""
    if folders := os.environ.get(FOLDERS):
        config.pluginmanager.register(_Recorder(folders.split(os.pathsep)))


def copy_of_the_repository(repository: Path, copy: Path, names: Sequence[str]) -> None:
    """Copy what tests read to `copy`, with the shared real files beside it where there are any."""
    without = shutil.ignore_patterns("__pycache__", "target", "logs", "node_modules")
    copy.mkdir(parents=True)
    for name in names:
        source = repository / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=without)
        elif source.is_file():
            shutil.copy(source, copy / name)
    shared = repository.parent / "shared"
    if shared.is_dir():
        shutil.copytree(shared, copy.parent / "shared")
