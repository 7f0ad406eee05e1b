"""The runner breaks what it says, and tells a rule that is tested from one that is not."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.settings import Home
from tests.mutations import verdicts as outcome
from tests.mutations.compiled_rules import DECIDING_FOLDERS, CompiledRules
from tests.mutations.lines_run import LinesRun
from tests.mutations.python_mutations import mutated, python_places
from tests.mutations.python_rules import TESTS_OF, PythonJudge, python_mutants
from tests.mutations.sql_mutations import parsed, places, written
from tests.mutations.sql_rules import SqlJudge, mutant_of
from tests.mutations.unit_tests import fails
from tests.mutations.verdicts import KnownVerdicts, Verdict, equivalent_mutants, print_report

RULE = "int_support_gaps_found"
ITS_TEST = "support_that_was_owed_and_did_not_come_is_a_gap"

SQL_MUTANTS = {
    "select a < 1 as b": {"select a <= 1", "select a < 2", "select a < 0"},
    "select a >= b as c": {"select a > b"},
    "select a = b as c": {"select a <> b"},
    "select a is distinct from b as c": {"select a is not distinct from b"},
    "select a + b as c": {"select a - b"},
    "select a and b as c": {"select (a or b)"},
    "select not a as c": {"select a"},
    "select greatest(a, b) as c": {"select least(a, b)"},
    "select max(a) as c": {"select min(a)"},
    "select coalesce(a, b) as c": {"select a"},
    "select * from a left join b on c": {"select * from a inner join b on c"},
    "select * from a inner join b on c": {"select * from a left join b on c"},
    "select sum(a) over (partition by b, c order by d desc) as e": {
        "select sum(a) over (partition by c order by d desc)",
        "select sum(a) over (partition by b order by d desc)",
        "select sum(a) over (partition by b, c order by d asc)",
    },
}


@pytest.mark.parametrize("query", SQL_MUTANTS)
def test_a_query_is_broken_in_every_place_and_one_at_a_time(query: str) -> None:
    found = set()
    for number in range(len(places(parsed(query)))):
        tree = parsed(query)
        places(tree)[number].make()
        found.add(written(tree).lower().rsplit(" as ", 1)[0])
    expected = SQL_MUTANTS[query]
    assert found == expected


def test_a_condition_that_is_turned_binds_as_it_stood() -> None:
    tree = parsed("select 1 from t where x and y and z")
    next(place for place in places(tree) if place.before == "x AND y").make()
    assert written(tree).endswith("WHERE (x OR y) AND z")


def test_fixtures_of_unit_tests_are_left_alone() -> None:
    assert not places(parsed("with __dbt__cte__a as (select 1 = 1) select * from __dbt__cte__a"))


@pytest.mark.parametrize(
    ("source", "broken"),
    [
        ("a < b", {"a <= b"}),
        ("a in b", {"a not in b"}),
        ("a is None", {"a is not None"}),
        ("a and b", {"a or b"}),
        ("not a", {"a"}),
        ("a - b", {"a + b"}),
        ("min(a)", {"max(a)"}),
        ("any(a)", {"all(a)"}),
        ("a = 7", {"a = 8"}),
        ("a = True", {"a = False"}),
        ("a < b <= c", {"a <= b <= c", "a < b < c"}),
        ("'a < 1'", set()),
        ("def f(a: Literal[1]) -> Literal[2]:\n    return a", set()),
        ("dataclass(frozen=True)", set()),
        ("zip(a, b, strict=True)", set()),
    ],
)
def test_a_module_is_broken_in_every_place_and_one_at_a_time(source: str, broken: set[str]) -> None:
    assert {mutated(source, place).strip() for place in python_places(source)} == broken


def test_a_place_knows_the_lines_of_its_statement_and_whether_tests_run_it_again() -> None:
    source = """LIMIT = 1
def rule(a, b=2):
    if (a
            < b):
        return a == 3
    return not a
@cache
def table():
    return 4
"""
    found = {one.before: (one.lines, one.is_run_once) for one in python_places(source)}
    assert found == {
        "1": (range(1, 2), True),
        "2": (range(2, 3), True),
        "a < b": (range(3, 5), False),
        "a == 3": (range(5, 6), False),
        "3": (range(5, 6), False),
        "not a": (range(6, 7), False),
        "4": (range(9, 10), True),
    }


RULE_OF_ROUTING = """
def is_sent(amount, floor):
    return amount >= floor


def untested(amount):
    return amount == 0


def counted(rows):
    number = 0
    while True:
        if number == len(rows):
            return number
        number += 1
"""
TESTS_OF_ROUTING = """
from orchestration.routing.rule import counted, is_sent


def test_an_amount_at_the_floor_is_sent():
    assert is_sent(2, 2)
    assert not is_sent(1, 2)


def test_rows_are_counted():
    assert counted("abc") == 3


def test_that_fails_as_it_stands():
    assert not is_sent(2, 2)
"""


def test_python_is_judged_by_the_tests_that_run_it_and_nothing_is_left_behind(
    tmp_path: Path,
) -> None:
    repository = tmp_path / "repository"
    files = {
        "orchestration/__init__.py": "",
        "orchestration/routing/__init__.py": "",
        "orchestration/routing/rule.py": RULE_OF_ROUTING,
        "tests/routing/test_rule.py": TESTS_OF_ROUTING,
        "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--import-mode=importlib'\n"
        "markers = ['slow', 'spark']\n",
    }
    for name, text in files.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(text, encoding="utf-8")
    (tmp_path / "judge").mkdir()
    judge = PythonJudge(tmp_path / "judge", tmp_path / "kept", repository, processor_seconds=8)
    verdicts = {
        verdict.before: verdict
        for verdict in map(judge.judge, python_mutants(1, repository))
        if verdict.before in ("amount >= floor", "amount == 0", "1")
    }
    caught = verdicts["amount >= floor"]
    assert caught.outcome == outcome.UNIT_TEST
    assert caught.noticed_by == "tests/routing/test_rule.py::test_an_amount_at_the_floor_is_sent"
    assert judge.still_counts(caught)
    assert not judge.still_counts(replace(caught, witness="of another test"))
    assert verdicts["amount == 0"].outcome == outcome.SURVIVED
    assert verdicts["amount == 0"].noticed_by == "2 tests"
    assert not judge.still_counts(verdicts["amount == 0"])
    # `number += 2` steps over the end of three rows and never ends.
    assert (verdicts["1"].outcome, verdicts["1"].noticed_by) == (outcome.ERROR, "took too long")
    # After an edit the lines are known without another run: the two new ones by their neighbour.
    edited = RULE_OF_ROUTING.replace("    number = 0\n", "    number = 0\n    a = 1\n    b = 2\n")
    (judge.copy / "orchestration/routing/rule.py").write_text("# A rule.\n" + edited)
    asked = judge.run.tests
    edited_run = LinesRun(
        judge.copy, ["orchestration/routing"], ["tests"], tmp_path / "kept" / "lines_run.json"
    )
    assert [test.seconds for test in edited_run.tests] == [test.seconds for test in asked]
    line = edited[: edited.index("a = 1")].count("\n") + 2
    counted = ["tests/routing/test_rule.py::test_rows_are_counted"]
    for number in (line, line + 1, line + 2):
        found = edited_run.running("orchestration/routing/rule.py", range(number, number + 1))
        assert [test.name for test in found] == counted
    (judge.copy / "orchestration/routing/rule.py").write_text(RULE_OF_ROUTING)
    for name, text in files.items():
        assert (repository / name).read_text(encoding="utf-8") == text
        assert (judge.copy / name).read_text(encoding="utf-8") == text
    assert not list(repository.rglob("__pycache__"))


def test_a_planted_mutant_is_caught_and_the_model_as_it_is_passes(
    copy_of_demo_home: Home, tmp_path: Path
) -> None:
    rules = CompiledRules(copy_of_demo_home, tmp_path / "kept", (ITS_TEST,), RULE)
    model = rules.models[RULE]
    assert model.decides
    judge = SqlJudge(rules, copy_of_demo_home, tmp_path, asks_demo=False)
    assert not any(fails(one, judge.reader) for one in rules.unit_tests)
    (planted,) = (
        number
        for number, place in enumerate(places(parsed(model.query)))
        if place.before == "given_count < minimum_count"
    )
    caught = judge.judge(mutant_of(model, planted))
    assert (caught.outcome, caught.noticed_by) == (outcome.UNIT_TEST, ITS_TEST)
    # What no test looks at is not called caught.
    blind = SqlJudge(replace(rules), copy_of_demo_home, tmp_path, asks_demo=False)
    blind.unit_tests.clear()
    assert blind.judge(mutant_of(model, planted)).outcome == outcome.SURVIVED


def _verdict(key: str, what: str) -> Verdict:
    return Verdict(key, "model", "comparison", 1, "a < b", "a <= b", what)


def test_survivors_and_equivalents_are_shown_and_only_survivors_count_against_the_tests(
    tmp_path: Path,
) -> None:
    known = KnownVerdicts(tmp_path / "verdicts.jsonl")
    for key, what in (("1", outcome.UNIT_TEST), ("2", outcome.SURVIVED), ("3", outcome.EQUIVALENT)):
        known.add(_verdict(key, what))
    again = KnownVerdicts(tmp_path / "verdicts.jsonl")
    assert again.by_key == known.by_key
    shown = io.StringIO()
    print_report(list(again.by_key.values()), shown)
    assert "caught 1 of 2" in shown.getvalue()
    assert "survived: model" in shown.getvalue()
    assert "equivalent: model" in shown.getvalue()


def test_every_equivalent_mutant_names_its_rule_and_its_reason(repository: Path) -> None:
    models = {path.stem for path in (repository / "dbt_project" / "models").rglob("*.sql")}
    for (subject, _, before, after), reason in equivalent_mutants().items():
        assert subject in models or (repository / subject).is_file(), subject
        assert before != after and len(reason.split()) > 5, subject


def test_every_folder_that_decides_is_there_and_has_tests(repository: Path) -> None:
    for folder in DECIDING_FOLDERS:
        assert any((repository / "dbt_project" / folder).rglob("*.sql")), folder
    for folder, tests in TESTS_OF.items():
        assert any((repository / folder).glob("*.py")), folder
        for one in tests:
            assert any((repository / one).glob("test_*.py")), one
