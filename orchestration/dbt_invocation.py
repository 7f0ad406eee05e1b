"""Parse the dbt project once and run parts of it inside this process.

No Dagster here. dbt itself takes seconds to import, so that happens inside the functions.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import signal
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from orchestration.data_tests import refuse_unread_options, run_tests
from orchestration.errors import CosellError, RefreshError, one_sentence, packages_are_missing
from orchestration.node_results import NodeListener, NodeResult
from orchestration.release import files_hash
from orchestration.settings import Engine, Settings
from orchestration.stations import Manifest, station_contents, station_of_each_node
from orchestration.warehouse import warehouse_of

PROJECT_FOLDER = Path(__file__).resolve().parents[1] / "dbt_project"
WRITTEN_BY_TOOLS = ("target", "logs", "dbt_packages", ".user.yml", "__pycache__")
MANIFEST_JSON = "manifest.json"
MANIFEST_BINARY = "partial_parse.msgpack"
COMPILED_TESTS = "data_tests_{warehouse}.json"
KEPT_MANIFESTS = 8
KEPT_KINDS = ("view", "seed")
"""Materializations that hold nothing of what was landed."""
STATION_TAG = "station_"
ADAPTERS: Mapping[Engine, str] = {
    "duckdb": "dbt-duckdb",
    "ducklake": "dbt-duckdb",
    "spark": "dbt-spark",
}
# The classes through which an error came; the sentence after them names its own code.
_SPARK_PREFIX = re.compile(
    r"(?:org\.apache\.hive\S+Exception: )?Error running query: (?:\[[\w.]+\] [\w.]+: )?"
)

# DuckLake repeats all that it wanted to write into its catalog, before the catalog's answer.
_DUCKLAKE_QUERY = re.compile(r'Failed to execute query ".*": (?=ERROR: )')


@dataclass(frozen=True)
class DbtProject:
    """The dbt project as one process sees it."""

    settings: Settings
    folder: Path = PROJECT_FOLDER

    @cached_property
    def project_hash(self) -> str:
        """SHA-256 over the project's files and the versions of what reads them."""
        return files_hash(self.folder, WRITTEN_BY_TOOLS)

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest as plain values; parses the project where nobody has yet."""
        file = self._manifest_folder() / MANIFEST_JSON
        if not file.is_file():
            self._parse()
        return _read_manifest(file)

    def _manifest_folder(self) -> Path:
        """Where the parsed project is kept: beside dbt's own output, one folder per content."""
        engine = self.settings.engine
        try:
            versions = "_".join(version(package) for package in ("dbt-core", ADAPTERS[engine]))
        except PackageNotFoundError:
            raise RefreshError(packages_are_missing(engine)) from None
        prefix = self.settings.schema_prefix
        name = f"{self.project_hash[:16]}_{engine}_{versions}{f'_{prefix}' if prefix else ''}"
        return self._writable_folder() / "parsed" / name

    def _writable_folder(self) -> Path:
        beside_project = self.folder / "target"
        writable = beside_project if beside_project.exists() else self.folder
        if os.access(writable, os.W_OK):
            return beside_project
        return self.settings.home.dagster / "dbt"

    def _parse(self) -> None:
        """Parse the project and keep the manifest under its hash.

        Written aside and renamed, so that two processes may parse at the same time.
        """
        from dbt.cli.main import dbtRunner

        kept = self._manifest_folder()
        aside = kept.with_name(f".{kept.name}-{uuid.uuid4().hex[:8]}")
        aside.mkdir(parents=True)
        try:
            newest = self._newest_manifest_folder()
            if newest is not None:
                # dbt then reads again only the files that have changed.
                shutil.copy(newest / MANIFEST_BINARY, aside / MANIFEST_BINARY)
            with _dbt_environment(self.settings):
                outcome = dbtRunner().invoke(["parse", *self._options(aside, aside)])
            if not outcome.success:
                raise _sentence_of_exception("The dbt project cannot be read", outcome.exception)
            if not kept.exists():
                aside.rename(kept)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        for old in self._manifest_folders()[KEPT_MANIFESTS:]:
            shutil.rmtree(old, ignore_errors=True)

    def _manifest_folders(self) -> list[Path]:
        folders = [
            folder
            for folder in self._manifest_folder().parent.glob("*")
            if folder.joinpath(MANIFEST_BINARY).is_file() and not folder.name.startswith(".")
        ]
        return sorted(folders, key=lambda folder: folder.stat().st_mtime, reverse=True)

    def _newest_manifest_folder(self) -> Path | None:
        return next(iter(self._manifest_folders()), None)

    def _options(self, target_folder: Path, log_folder: Path) -> list[str]:
        return [
            *("--project-dir", str(self.folder)),
            *("--profiles-dir", str(self.folder)),
            *("--target", self.settings.engine),
            *("--target-path", str(target_folder.absolute())),
            *("--log-path", str(log_folder.absolute())),
            *("--log-level", "none"),
            *("--log-level-file", "none"),
            "--no-version-check",
            "--no-use-colors",
        ]

    def compile(self, selection: str, target_folder: Path, log_folder: Path) -> Path:
        """Compile models as dbt would run them now; returns the manifest with their SQL.

        An incremental model compiles to what would be added where the warehouse has its table, and
        to the whole where it has none. Raises RefreshError where dbt could not compile.
        """
        self._invoke("compile", selection, target_folder, log_folder)
        return target_folder / MANIFEST_JSON

    def run(self, selection: str) -> None:
        """Build models without their tests, for a warehouse that is released to nobody.

        Raises RefreshError where a model could not be built.
        """
        own_folder = self.settings.home.dagster / "dbt"
        try:
            self._invoke("run", selection, own_folder / "target", own_folder / "logs")
        finally:
            close_warehouse()

    def _invoke(self, verb: str, selection: str, target_folder: Path, log_folder: Path) -> None:
        from dbt.cli.main import dbtRunner

        manifest = _read_tagged_manifest(self._manifest_folder() / MANIFEST_BINARY, self.manifest)
        with _dbt_environment(self.settings):
            outcome = dbtRunner(manifest=manifest).invoke(
                [verb, "--select", *selection.split(), *self._options(target_folder, log_folder)]
            )
        if outcome.success:
            return
        results: Any = getattr(outcome.result, "results", None) or []
        failed = [
            f" {result.node.name} ({error_message(str(result.message or ''))})"
            for result in results
            if str(result.status) == "error"
        ]
        beginning = f"dbt could not {verb}{failed[0] if failed else ' the models'}"
        raise _sentence_of_exception(beginning, outcome.exception)

    def build(
        self,
        station: str,
        listener: NodeListener | None = None,
        names: Sequence[str] | None = None,
        keeps_views: bool = False,
    ) -> list[NodeResult]:
        """Build and test what belongs to a station, in this process.

        Args:
            station: name of a dbt station.
            listener: told of every node that is ready.
            names: only these nodes of the station (unique names), which are built and not tested;
                default all.
            keeps_views: views and seeds stand as the same project built them before, and are
                tested only; a view reads what is there when it is asked.

        Returns the result of every node, failed ones included, models before tests. Raises
        RefreshError where dbt could not run at all. Connections to the warehouse are closed
        afterwards.
        """
        compiled = self.compiled_tests() if names is None else {}
        tests = station_contents(self.manifest)[station].tests if names is None else ()
        built = self._build_models(station, listener, names, keeps_views, len(tests))
        if not tests:
            return built
        warehouse = warehouse_of(self.settings)
        return built + run_tests(self.manifest, compiled, tests, built, warehouse, listener)

    def compiled_tests(self) -> Mapping[str, str]:
        """The query of every data test by unique id; compiled once and kept beside the manifest.

        Raises RefreshError where a test does not compile, or has options that only dbt reads.
        """
        name = COMPILED_TESTS.format(warehouse=self.settings.warehouse.stem)
        kept = self._manifest_folder() / name
        if kept.is_file():
            compiled: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
            return compiled
        refuse_unread_options(self.manifest)
        options = ["--no-write-json", "--no-populate-cache"]
        results = self.run_dbt("compile", ["resource_type:test"], options)
        queries = {one.unique_id: one.query for one in map(_node_result, results)}
        aside = kept.with_name(f".{name}-{uuid.uuid4().hex[:8]}")
        # Another process may have cleared the folder away as an old one: nothing is lost but time.
        with suppress(FileNotFoundError):
            aside.write_text(json.dumps(queries), encoding="utf-8")
            aside.replace(kept)
        return queries

    def _build_models(
        self,
        station: str,
        listener: NodeListener | None,
        names: Sequence[str] | None,
        keeps_views: bool,
        tests_count: int,
    ) -> list[NodeResult]:
        selection = [f"tag:{STATION_TAG}{station}"]
        if names is not None:
            selection = [f"{selection[0]},{name}" for name in names]
        kept = KEPT_KINDS if keeps_views else ()
        wanted = self._wanted(station, names, kept)
        options = [*_excluded(kept), "--no-write-json"]
        verb = "run"
        if any(node["resource_type"] != "model" for node in wanted):
            # Only `build` loads seeds too; it takes a second more, for tests that it then leaves.
            verb = "build"
            for left_out in ("test", "unit_test"):
                options += ["--exclude-resource-type", left_out]
        counting = _Counting(listener, len(wanted) + tests_count)
        results = self.run_dbt(verb, selection, options, counting)
        return [_node_result(result) for result in results]

    def run_dbt(
        self,
        verb: str,
        selection: Sequence[str],
        options: Sequence[str],
        listener: _Counting | None = None,
    ) -> list[Any]:
        """What dbt made of the selected nodes, whatever became of them, as dbt's own results."""
        from dbt.cli.main import dbtRunner

        manifest = _read_tagged_manifest(self._manifest_folder() / MANIFEST_BINARY, self.manifest)
        own_folder = self.settings.home.dagster / "dbt"
        everything = self._options(own_folder / "target", own_folder / "logs")
        with _dbt_environment(self.settings), _signals_that_dbt_knows():
            try:
                outcome = dbtRunner(
                    manifest=manifest, callbacks=[listener] if listener else []
                ).invoke([verb, "--select", *selection, *options, *everything])
            finally:
                close_warehouse()
        if outcome.exception is not None and not isinstance(outcome.exception, Exception):
            # A signal that reached the process while dbt was at work: not dbt's failure.
            raise outcome.exception
        if outcome.result is None:
            raise _sentence_of_exception(f"dbt could not {verb} the project", outcome.exception)
        return list(outcome.result.results)

    def _wanted(
        self, station: str, names: Sequence[str] | None, kept: Sequence[str]
    ) -> list[Mapping[str, Any]]:
        """The nodes of a station that dbt is to build."""
        nodes = [
            self.manifest["nodes"][one] for one in station_contents(self.manifest)[station].built
        ]
        return [
            node
            for node in nodes
            if (names is None or node["name"] in names)
            and node["config"].get("materialized") not in kept
        ]


def _excluded(kinds: Sequence[str]) -> list[str]:
    """dbt's options to leave out what is materialized in these ways."""
    return ["--exclude", *(f"config.materialized:{kind}" for kind in kinds)] if kinds else []


@functools.lru_cache(maxsize=2)
def _read_manifest(file: Path) -> Manifest:
    """The manifest as plain values; its folder is named after its content, so it never changes."""
    manifest: Manifest = json.loads(file.read_text(encoding="utf-8"))
    return manifest


_tagged_manifests: dict[Path, Any] = {}


def _read_tagged_manifest(file: Path, manifest: Manifest) -> Any:
    """The manifest as dbt's own object, every node tagged with its station.

    The tags are how a station is selected: dbt compares every selector with every node, and
    hundreds of names would take longer than building small models. One process keeps one.
    """
    if file not in _tagged_manifests:
        from dbt.contracts.graph.manifest import Manifest as DbtManifest

        tagged = DbtManifest.from_msgpack(file.read_bytes())
        tagged.build_flat_graph()
        for unique_id, station in station_of_each_node(manifest).items():
            tagged.nodes[unique_id].tags.append(f"{STATION_TAG}{station}")
        _tagged_manifests.clear()
        _tagged_manifests[file] = tagged
    _forget_what_was_compiled(_tagged_manifests[file])
    return _tagged_manifests[file]


def _forget_what_was_compiled(manifest: Any) -> None:
    """As if no invocation had used the manifest: dbt puts ephemeral models into a query only once.

    A query that it compiles again would name them without having them.
    """
    for node in manifest.nodes.values():
        if getattr(node, "extra_ctes_injected", False):
            node.compiled, node.compiled_code = False, None
            node.extra_ctes_injected, node.extra_ctes = False, []
            node._pre_injected_sql = None


class _Counting:
    """A callback of dbt that counts the nodes of a station as they finish."""

    def __init__(self, listener: NodeListener | None, total: int) -> None:
        self.listener = listener
        self.total = total
        self.done = 0

    def __call__(self, event: Any) -> None:
        if self.listener is not None and event.info.name == "NodeFinished":
            self.done += 1
            name = event.data.node_info.node_name
            self.listener(name, self.done, max(self.total, self.done))


def close_warehouse() -> None:
    """Let go of the warehouse file, so that another configuration or process can open it."""
    if "dbt.adapters.duckdb.connections" not in sys.modules:
        return
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters

    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()
    reset_adapters()


@contextmanager
def _dbt_environment(settings: Settings) -> Iterator[None]:
    """The variables that dbt's profile reads, for as long as dbt runs."""
    wanted = settings.dbt_environment()
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _signals_that_dbt_knows() -> Iterator[None]:
    """Let a signal that stops the process reach dbt as the one interrupt that it handles.

    dbt then waits for the queries of its threads. After any other exception they would go on while
    the interpreter ends, which aborts the process in the middle of the engine's code.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number in before:
            signal.signal(number, signal.default_int_handler)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _node_result(result: Any) -> NodeResult:
    node = result.node
    return NodeResult(
        unique_id=node.unique_id,
        name=node.name,
        resource_type=str(node.resource_type),
        status=str(result.status),
        seconds=float(result.execution_time or 0.0),
        failing_rows_count=result.failures,
        message=str(result.message or ""),
        query=str(getattr(node, "compiled_code", None) or ""),
        began_at=_began_at(result),
    )


def _began_at(result: Any) -> float | None:
    """When dbt began to execute a node; dbt's moments are UTC and say so or not."""
    for timing in result.timing or ():
        if timing.name == "execute" and timing.started_at is not None:
            return float(timing.started_at.replace(tzinfo=UTC).timestamp())
    return None


def _sentence_of_exception(beginning: str, exception: BaseException | None) -> CosellError:
    """An error of dbt as one sentence; the exception itself stays its cause for `--debug`."""
    error = RefreshError(f"{beginning}: {error_message(str(exception))}.")
    error.__cause__ = exception
    return error


def error_message(text: str) -> str:
    """What dbt says about a node that failed, in one line, without SQL's place or Java's stack."""
    lines = [
        line
        for line in text.strip().splitlines()
        if not line.strip().startswith(("compiled code at", "LINE ", "^", "at ", "Caused by:"))
    ]
    message = _SPARK_PREFIX.sub("", one_sentence(" ".join(lines)))
    message = _DUCKLAKE_QUERY.sub("", message)
    return message.rstrip(".") or "no message"


def results_by_id(results: Sequence[NodeResult]) -> Mapping[str, NodeResult]:
    """The results by unique id of their node."""
    return {result.unique_id: result for result in results}
