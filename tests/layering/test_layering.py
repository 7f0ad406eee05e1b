"""Each rule of the layers refuses a small project that breaks it, and the real one passes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.layering.project_files import read_project
from tests.layering.rules import (
    RULES,
    LayerException,
    read_exceptions,
    unused_exceptions,
    violations,
)

REPOSITORY = Path(__file__).resolve().parents[2]

KEYED = """
      - name: {model}
        description: "One row per account."
        columns:
          - name: account_id
            description: "Key of the account."
            data_tests: [unique, not_null]
"""
TESTED = """
      - name: an_account_is_kept
        model: {model}
"""
CONTRACTED = KEYED.replace(
    "        columns:",
    "        config:\n          contract:\n            enforced: true\n        columns:",
)

SOUND = {
    "models/staging/salesforce/stg_salesforce__accounts.sql": (
        "select * from {{ source('salesforce', 'accounts') }}"
    ),
    "models/staging/salesforce/_salesforce__models.yml": "models:"
    + KEYED.format(model="stg_salesforce__accounts"),
    "models/intermediate/crm/int_accounts_kept.sql": (
        "select * from {{ ref('stg_salesforce__accounts') }}"
    ),
    "models/intermediate/crm/_crm__models.yml": "models:" + KEYED.format(model="int_accounts_kept"),
    "models/marts/core/dim_accounts.sql": "select * from {{ ref('int_accounts_kept') }}",
    "models/marts/core/_core__models.yml": "models:" + CONTRACTED.format(model="dim_accounts"),
    "seeds/country_names.csv": "country\n",
    "models/intermediate/crm/_crm__unit_tests.yml": "unit_tests:"
    + TESTED.format(model="int_accounts_kept")
    + TESTED.format(model="int_accounts_lost"),
}

# What is changed in the sound project, and the rule that must refuse it.
BROKEN: dict[str, tuple[str, dict[str, str | None]]] = {
    "staging joins": (
        "staging_reads_one_source",
        {
            "models/staging/salesforce/stg_salesforce__accounts.sql": (
                "select * from {{ source('salesforce', 'accounts') }}\n"
                "cross join {{ ref('country_names') }}"
            )
        },
    ),
    "staging reads two sources": (
        "staging_reads_one_source",
        {
            "models/staging/salesforce/stg_salesforce__accounts.sql": (
                "select * from {{ source('salesforce', 'accounts') }}\n"
                "union all select * from {{ source('salesforce', 'users') }}"
            )
        },
    ),
    "a mart reads a source": (
        "only_staging_reads_sources",
        {
            "models/marts/core/dim_accounts.sql": (
                "select * from {{ ref('int_accounts_kept') }}\n"
                "union all select * from {{ source('salesforce', 'accounts') }}"
            )
        },
    ),
    "an intermediate model reads a mart": (
        "intermediate_reads_no_mart",
        {
            "models/intermediate/crm/int_accounts_kept.sql": (
                "select * from {{ ref('stg_salesforce__accounts') }}\n"
                "union all select * from {{ ref('dim_accounts') }}"
            )
        },
    ),
    "a ref leads nowhere": (
        "every_read_table_exists",
        {
            "models/marts/core/dim_accounts.sql": (
                "select * from {{ ref('int_accounts_kept') }}\n"
                "union all select * from {{ ref('int_accounts_lost') }}"
            )
        },
    ),
    "nobody reads a model": (
        "every_intermediate_model_is_read",
        {
            "models/intermediate/crm/int_accounts_lost.sql": (
                "select * from {{ ref('stg_salesforce__accounts') }}"
            ),
            "models/intermediate/crm/_crm__models.yml": "models:"
            + KEYED.format(model="int_accounts_kept")
            + KEYED.format(model="int_accounts_lost"),
        },
    ),
    "a mart has the name of no mart": (
        "names_say_the_layer",
        {
            "models/marts/core/accounts.sql": "select * from {{ ref('int_accounts_kept') }}",
            "models/marts/core/dim_accounts.sql": None,
            "models/marts/core/_core__models.yml": "models:" + CONTRACTED.format(model="accounts"),
        },
    ),
    "a model has no entry": (
        "every_model_is_described_with_its_key",
        {"models/intermediate/crm/_crm__models.yml": None},
    ),
    "the entry lies in another folder": (
        "every_model_is_described_with_its_key",
        {
            "models/intermediate/crm/_crm__models.yml": None,
            "models/intermediate/calendar/_calendar__models.yml": "models:"
            + KEYED.format(model="int_accounts_kept"),
        },
    ),
    "a description is empty": (
        "every_model_is_described_with_its_key",
        {
            "models/intermediate/crm/_crm__models.yml": "models:"
            + KEYED.format(model="int_accounts_kept").replace("One row per account.", " ")
        },
    ),
    "a key may be NULL": (
        "every_model_is_described_with_its_key",
        {
            "models/intermediate/crm/_crm__models.yml": "models:"
            + KEYED.format(model="int_accounts_kept").replace("[unique, not_null]", "[unique]")
        },
    ),
    "a model that decides has no test of its rule": (
        "every_deciding_model_has_a_test_of_its_rule",
        {"models/intermediate/crm/_crm__unit_tests.yml": None},
    ),
    "a mart that decides is tested for its key alone": (
        "every_deciding_model_has_a_test_of_its_rule",
        {
            "models/marts/core/dim_accounts.sql": None,
            "models/marts/core/_core__models.yml": None,
            "models/marts/attribution/dim_accounts.sql": SOUND[
                "models/marts/core/dim_accounts.sql"
            ],
            "models/marts/attribution/_attribution__models.yml": "models:"
            + CONTRACTED.format(model="dim_accounts"),
        },
    ),
    "an entry outlives its model": (
        "every_entry_has_a_model",
        {
            "models/intermediate/crm/_crm__models.yml": "models:"
            + KEYED.format(model="int_accounts_kept")
            + KEYED.format(model="int_accounts_lost")
        },
    ),
    "a mart has no contract": (
        "every_mart_has_a_contract",
        {"models/marts/core/_core__models.yml": "models:" + KEYED.format(model="dim_accounts")},
    ),
    "a mart's column is not described": (
        "every_mart_has_a_contract",
        {
            "models/marts/core/_core__models.yml": "models:"
            + CONTRACTED.format(model="dim_accounts").replace("Key of the account.", "")
        },
    ),
}

MakeProject = Callable[[dict[str, str | None]], Path]


@pytest.fixture
def make_project(tmp_path: Path) -> MakeProject:
    def make(changes: dict[str, str | None]) -> Path:
        for name, content in {**SOUND, **changes}.items():
            if content is not None:
                path = tmp_path / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
        return tmp_path

    return make


def test_a_sound_project_breaks_no_rule(make_project: MakeProject) -> None:
    assert violations(read_project(make_project({})), []) == []


@pytest.mark.parametrize("what", sorted(BROKEN))
def test_what_breaks_a_rule_is_refused_by_that_rule_alone(
    what: str, make_project: MakeProject
) -> None:
    rule_id, changes = BROKEN[what]

    found = violations(read_project(make_project(changes)), [])

    assert {violation.rule_id for violation in found} == {rule_id}
    assert found[0].mend


@pytest.mark.parametrize(
    "tests",
    [
        {"data_tests/assert_accounts_are_kept.sql": "select 1 from {{ ref('int_accounts_kept') }}"},
        {
            "models/intermediate/crm/_crm__models.yml": "models:"
            + KEYED.format(model="int_accounts_kept").replace(
                "[unique, not_null]", "[unique, not_null, {accepted_values: {values: [a]}}]"
            )
        },
    ],
    ids=["a data test of its own", "a test of its values"],
)
def test_a_data_test_is_a_test_of_the_rule(
    tests: dict[str, str | None], make_project: MakeProject
) -> None:
    without = BROKEN["a model that decides has no test of its rule"][1]
    assert violations(read_project(make_project({**without, **tests})), []) == []


def test_every_rule_has_a_project_that_breaks_it() -> None:
    assert {rule_id for rule_id, _ in BROKEN.values()} == set(RULES)


def test_a_row_excuses_what_it_names_and_nothing_else(make_project: MakeProject) -> None:
    rule_id, changes = BROKEN["an intermediate model reads a mart"]
    files = read_project(make_project(changes))
    fitting = LayerException(rule_id, "int_*", "dim_accounts", "one home of accounts")
    other = LayerException(rule_id, "int_*", "dim_reps", "one home of reps")

    assert violations(files, [fitting]) == []
    assert len(violations(files, [other])) == 1


def test_a_row_that_nobody_needs_is_refused(make_project: MakeProject) -> None:
    row = LayerException("intermediate_reads_no_mart", "int_*", "dim_accounts", "no longer")
    assert unused_exceptions(read_project(make_project({})), [row]) == [row]


def test_every_exception_names_a_rule_and_a_reason() -> None:
    for row in read_exceptions():
        assert row.rule_id in RULES
        assert len(row.reason.split()) > 3


def test_the_models_of_this_project_keep_to_their_layers() -> None:
    files = read_project(REPOSITORY / "dbt_project")
    exceptions = read_exceptions()

    assert [str(violation) for violation in violations(files, exceptions)] == []
    assert unused_exceptions(files, exceptions) == []


def test_the_command_fails_on_a_broken_project(make_project: MakeProject) -> None:
    project = make_project(BROKEN["a mart reads a source"][1])
    completed = subprocess.run(
        [sys.executable, "-m", "tests.layering", str(project)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 1
    assert "only_staging_reads_sources: dim_accounts reads salesforce.accounts" in completed.stdout
