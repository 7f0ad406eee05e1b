"""What every test may use: the repository, the shared real files, one built demo company.

The demo company is built once per run, by the command line itself, in a process of its own. A run
can use one that is already there (`pytest --demo-home ./demo`) or another seed (`--demo-seed 7`).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.command_line import main
from orchestration.local_spark import LocalSpark, local_spark
from orchestration.settings import Home

REPOSITORY = Path(__file__).resolve().parent.parent
DEMO_MINUTES = 20
OUTPUT_FOR_TESTS = {"NO_COLOR": "1", "COLUMNS": "120"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--demo-home",
        type=Path,
        default=None,
        help="a finished small demo to test against, instead of building one (it is not changed)",
    )
    parser.addoption(
        "--demo-as-it-stands",
        action="store_true",
        help="do not bring the given demo up to date first",
    )
    parser.addoption(
        "--histories",
        type=int,
        default=8,
        help="how many random histories of a company the ledger is checked on (a night: 2000)",
    )
    parser.addoption(
        "--kills",
        type=int,
        default=6,
        help="how many kills of a publication, of a close and of a delivery (make kill-test: 100)",
    )
    parser.addoption("--kill-seed", type=int, default=1, help="the seed of the kills' moments")
    parser.addoption(
        "--kill-log", type=Path, default=None, help="a file to which one line per kill is added"
    )
    parser.addoption(
        "--refresh-kills", type=int, default=0, help="how many kills of a refresh beside the fixed"
    )
    parser.addoption(
        "--whole-refreshes",
        type=int,
        default=0,
        help="through how many refreshes of the demo company twenty readers read",
    )
    parser.addoption("--demo-seed", default="1", help="the seed of the demo company")


# First of all, because pytest itself leaves out by markers what it has collected.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the fast tests first: what they find is known within a minute.

    What needs a cluster is marked `spark`, and left out unless it is asked for.
    """
    for item in items:
        if "spark_cluster" in _fixtures_of(item):
            item.add_marker("spark")
        if {"demo_home", "copy_of_demo_home", "demo_output"} & set(_fixtures_of(item)):
            item.add_marker("slow")
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


def _fixtures_of(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test never reads the home or the engine of the person who runs it."""
    for name in list(os.environ):
        if name.startswith("COSELL_"):
            monkeypatch.delenv(name)


@dataclass(frozen=True)
class CommandResult:
    """What one run of `cosell` printed and how it ended."""

    exit_code: int
    output: str
    errors: str


def run_cosell(
    *arguments: str | Path,
    environment: dict[str, str] | None = None,
    folder: Path | None = None,
    minutes: float = 3,
) -> CommandResult:
    """Run the installed command line in a process of its own, as a person would."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("COSELL_")
    }
    completed = subprocess.run(
        [sys.executable, "-m", "orchestration.command_line", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=minutes * 60,
        env={**inherited, **OUTPUT_FOR_TESTS, **(environment or {})},
    )
    return CommandResult(completed.returncode, completed.stdout, completed.stderr)


@pytest.fixture(scope="session")
def cosell_process() -> Callable[..., CommandResult]:
    """`cosell …` in a process of its own: for refreshes, and for what only a process can show."""
    return run_cosell


@pytest.fixture
def cosell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., CommandResult]:
    """`cosell …` inside the test's process, which saves the start of an interpreter."""

    def run(
        *arguments: str | Path,
        environment: dict[str, str] | None = None,
        folder: Path | None = None,
    ) -> CommandResult:
        capsys.readouterr()
        with monkeypatch.context() as here:
            for name, value in {**OUTPUT_FOR_TESTS, **(environment or {})}.items():
                here.setenv(name, value)
            if folder is not None:
                here.chdir(folder)
            here.setattr(sys, "argv", ["cosell", *map(str, arguments)])
            with pytest.raises(SystemExit) as ended:
                main()
        printed = capsys.readouterr()
        return CommandResult(int(ended.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def repository() -> Path:
    """The clone that is tested."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files that nobody here wrote; tests that need them are skipped where they are absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real files at {folder}")
    return folder


@dataclass(frozen=True)
class BuiltDemo:
    """A finished small demo and what `cosell demo` printed when it was asked for."""

    home: Home
    output: str


@pytest.fixture(scope="session")
def built_demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> BuiltDemo:
    """The small demo, built once per run; seed 1 unless `--demo-seed` says otherwise."""
    given: Path | None = request.config.getoption("--demo-home")
    root = given.resolve() if given else tmp_path_factory.mktemp("demo") / "demo"
    if given and request.config.getoption("--demo-as-it-stands"):
        return BuiltDemo(Home(root), "")
    # By a relative path, as `make demo` does.
    seed: str = request.config.getoption("--demo-seed")
    verb = ["--home", root.name, "demo", "--size", "small", "--seed", seed]
    result = run_cosell(*verb, folder=root.parent, minutes=DEMO_MINUTES)
    assert result.exit_code == 0, f"cosell demo failed:\n{result.errors}\n{result.output}"
    strays = [
        path
        for path in ("orchestration", "dbt_project")
        if (REPOSITORY / path / root.name).exists()
    ]
    assert not strays, f"the demo wrote outside of its home, into {strays}"
    return BuiltDemo(Home(root), result.output)


@pytest.fixture(scope="session")
def demo_home(built_demo: BuiltDemo) -> Home:
    """The home of the small demo: read it, never write to it (`copy_of_demo_home` is for that)."""
    return built_demo.home


@pytest.fixture(scope="session")
def demo_output(built_demo: BuiltDemo) -> str:
    """What `cosell demo` printed on standard output."""
    return built_demo.output


@pytest.fixture
def copy_of_demo_home(demo_home: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy of the demo home that a test may break; removed when the test is done."""
    copy = tmp_path / "home"
    shutil.copytree(demo_home.root, copy, symlinks=True)
    yield Home(copy)
    shutil.rmtree(copy, ignore_errors=True)


@pytest.fixture(scope="session")
def spark_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSpark]:
    """A real cluster of a master, two workers and a thrift server, one for the whole run."""
    # A run that is told to stop must still stop the cluster.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with local_spark(tmp_path_factory.mktemp("cluster")) as cluster:
            groups = [process.pid for process in cluster.processes().values()]
            yield cluster
        # The system clears away the last of them a moment after they were killed.
        deadline = time.monotonic() + 20
        while (left := [one for one in groups if _is_alive(one)]) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not left, f"processes of the cluster that did not end: {left}"
    finally:
        signal.signal(signal.SIGTERM, before)


def _is_alive(process_group: int) -> bool:
    try:
        os.killpg(process_group, 0)
    except ProcessLookupError:
        return False
    return True
