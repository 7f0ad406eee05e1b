"""Mutants of the deciding dbt models, and the tests that CI would ask about them.

In the order of their price: the dbt unit tests of the model; then the model and what is built from
it on the demo company, with dbt's data tests; then the acceptance tests on the tables so published.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import duckdb

from orchestration.dbt_invocation import PROJECT_FOLDER
from orchestration.settings import Home
from tests.mutations import verdicts as outcome
from tests.mutations.compiled_rules import CompiledRules, Model, UnitTest
from tests.mutations.sql_mutations import Place, parsed, places, written
from tests.mutations.unit_tests import catches
from tests.mutations.verdicts import Verdict, equivalent_mutants
from tests.mutations.workshop import Workshop

REPOSITORY = Path(__file__).resolve().parents[2]
ACCEPTANCE_TESTS = (
    "tests/acceptance/test_demo_matches_truth.py",
    "tests/acceptance/test_cases.py",
    "tests/acceptance/test_companies_of_the_demo.py",
    "tests/acceptance/test_ledger_readings.py",
    "tests/acceptance/test_lists_and_outcomes.py",
    "tests/acceptance/test_teams_cohorts_and_plans.py",
)
"""Those that read the published tables of the demo company and nothing else."""


@dataclass(frozen=True)
class SqlMutant:
    """One model with one place changed."""

    model: Model
    number: int
    kind: str
    before: str
    after: str
    query: str
    copies: tuple[tuple[Model, int], ...] = ()
    """Where a macro has written the same place into other models."""

    @property
    def key(self) -> str:
        """Hash of the mutated query."""
        return _hash(f"{self.model.name} {self.number} {self.query}")


def sql_mutants(rules: CompiledRules, seed: int) -> Iterator[SqlMutant]:
    """Mutants of all deciding models, in an order that the seed decides.

    What is written once is one place, also where a loop writes it many times into a model or a
    macro into many models: the seed decides which of the copies is broken, and whether a number
    goes up or down.
    """
    chance = random.Random(seed)
    everywhere: dict[tuple[str, ...], list[tuple[Model, int]]] = {}
    for model in sorted(rules.models.values(), key=lambda one: one.name):
        if not model.decides:
            continue
        own_text = _squashed((PROJECT_FOLDER / model.path).read_text(encoding="utf-8"))
        for number, place in enumerate(places(parsed(model.query))):
            is_own = _squashed(place.around or place.before) in own_text
            key = (*place.shape, model.name) if is_own else place.shape
            everywhere.setdefault(key, []).append((model, number))
    written_places = list(everywhere.values())
    chance.shuffle(written_places)
    for copies in written_places:
        model, number = chance.choice(copies)
        mutant = mutant_of(model, number)
        elsewhere = [one for one in copies if one[0] is not model]
        yield replace(mutant, copies=tuple(elsewhere))


def _squashed(text: str) -> str:
    """The text as a template and a syntax tree both write it."""
    bare = "".join(text.lower().split())
    return bare.replace("nullslast", "").replace("nullsfirst", "")


def mutant_of(model: Model, number: int) -> SqlMutant:
    """The mutant of one place of a model."""
    tree = parsed(model.query)
    place = places(tree)[number]
    place.make()
    return SqlMutant(model, number, place.kind, place.before, place.after, written(tree))


class SqlJudge:
    """Asks the tests about one mutant after the other."""

    def __init__(self, rules: CompiledRules, home: Home, folder: Path, asks_demo: bool) -> None:
        """Nothing is opened before it is needed; `folder` is for copies of the workshop."""
        self.rules = rules
        self.home = home
        self.folder = folder
        self.asks_demo = asks_demo
        self.equivalent = equivalent_mutants()
        self.unit_tests: dict[str, list[UnitTest]] = {}
        for one in rules.unit_tests:
            self.unit_tests.setdefault(one.model, []).append(one)
        self.reader = duckdb.connect(str(home.warehouse), read_only=True)
        self.reader.execute("set TimeZone = 'UTC'")
        self._places: dict[str, list[Place]] = {}

    @cached_property
    def workshop(self) -> Workshop:
        """The demo company's tables to build again."""
        return Workshop(self.home.warehouse, self.folder / "warehouse.duckdb", self.rules)

    @cached_property
    def witnesses(self) -> Mapping[str, str]:
        """Hashes of all tests that can notice something, by name."""
        found = {one.name: _hash(one.query) for one in self.rules.unit_tests}
        if self.asks_demo:
            found |= {one.name: _hash(one.query) for one in self.rules.data_tests}
        return found | {path: _hash((REPOSITORY / path).read_text()) for path in ACCEPTANCE_TESTS}

    def is_runnable(self, mutant: SqlMutant) -> bool:
        """Whether the engine accepts the mutant: what it refuses at once is no mutant."""
        try:
            self.reader.execute(f"explain {mutant.query}")
        except duckdb.Error:
            return False
        return True

    def still_counts(self, verdict: Verdict) -> bool:
        """Whether a verdict of an earlier run is that of today's tests."""
        if verdict.outcome == outcome.ERROR:
            return True
        return verdict.is_caught and verdict.witness == self.witnesses.get(verdict.noticed_by)

    def judge(self, mutant: SqlMutant) -> Verdict:
        """Which test notices the mutant, the cheapest first."""
        what, noticed_by = self._judged(mutant)
        return Verdict(
            mutant.key,
            mutant.model.name,
            mutant.kind,
            mutant.number,
            mutant.before,
            mutant.after,
            what,
            noticed_by,
            self.witnesses.get(noticed_by, ""),
        )

    def _judged(self, mutant: SqlMutant) -> tuple[str, str]:
        # A macro that is broken is broken in all its models: a test of any of them notices it.
        for model, number in ((mutant.model, mutant.number), *mutant.copies):
            tests = self.unit_tests.get(model.name, [])
            signatures = self._signatures(model) if tests else []
            if tests and signatures[number] != self._signatures(mutant.model)[mutant.number]:
                continue
            for unit_test in tests:
                if catches(unit_test, signatures, number, self.reader):
                    return outcome.UNIT_TEST, unit_test.name
        described = (mutant.model.name, mutant.kind, mutant.before, mutant.after)
        if described in self.equivalent:
            return outcome.EQUIVALENT, ""
        return self._judged_by_demo(mutant) if self.asks_demo else (outcome.SURVIVED, "")

    def _signatures(self, model: Model) -> list[tuple[str, str, str]]:
        if model.name not in self._places:
            self._places[model.name] = places(parsed(model.query))
        return [place.signature for place in self._places[model.name]]

    def _judged_by_demo(self, mutant: SqlMutant) -> tuple[str, str]:
        workshop = self.workshop
        with workshop.as_it_was():
            try:
                if workshop.is_equal(mutant.model, mutant.query):
                    return outcome.SURVIVED, "nothing of the demo company differs"
                changed = workshop.build(mutant.model, mutant.query)
                failing = workshop.failing_data_test(changed)
                if failing:
                    return outcome.DATA_TEST, failing
                folder = self.folder / "changed"
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                files = workshop.export(changed, folder)
            except duckdb.Error as error:
                return outcome.ERROR, str(error).splitlines()[0]
        if not files:
            return outcome.SURVIVED, "no public table differs"
        return self._judged_by_acceptance_tests(files)

    def _judged_by_acceptance_tests(self, files: Mapping[str, Path]) -> tuple[str, str]:
        home = self._home_with(files)
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=no"]
        command += ["--demo-home", str(home.root), "--demo-as-it-stands", "-p", "no:cacheprovider"]
        finished = subprocess.run(
            [*command, *ACCEPTANCE_TESTS],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode == 1:
            failed = [line for line in finished.stdout.splitlines() if line.startswith("FAILED")]
            return outcome.ACCEPTANCE_TEST, failed[0].split()[1].split("::")[0]
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return outcome.SURVIVED, f"differs: {', '.join(files)}"

    def _home_with(self, files: Mapping[str, Path]) -> Home:
        """A home that is the demo company's but for these tables of its current release."""
        home = Home(self.folder / "home")
        shutil.rmtree(home.root, ignore_errors=True)
        home.root.mkdir()
        for entry in self.home.root.iterdir():
            if entry != self.home.releases:
                (home.root / entry.name).symlink_to(entry)
        release = self.home.current_release.resolve()
        home.releases.mkdir()
        for other in self.home.releases.iterdir():
            if other.name not in ("current", release.name):
                (home.releases / other.name).symlink_to(other)
        mutated = home.releases / release.name
        mutated.mkdir()
        for entry in release.iterdir():
            if entry.name != "cosell.duckdb":
                (mutated / entry.name).symlink_to(entry)
        database = mutated / "cosell.duckdb"
        shutil.copyfile(release / "cosell.duckdb", database)
        (home.releases / "current").symlink_to(release.name)
        with duckdb.connect(str(database)) as connection:
            for relation, file in files.items():
                connection.execute(
                    f"create or replace table {relation} as from read_parquet('{file}')"
                )
        return home


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
