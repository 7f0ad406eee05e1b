"""Every rule refuses its own example, at its own line, and nothing else; the mended twin passes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.portable_sql.conftest import FIXTURE_PROJECT, MACROS
from tests.portable_sql.lint import (
    ONE_ENGINE_MACRO,
    PROJECT_RULES,
    RULES,
    findings_in_files,
    findings_in_macros,
)
from tests.portable_sql.rendering import ProjectRenderer, model_files
from tests.portable_sql.words import PORTABLE_FUNCTIONS, RESERVED_WORDS

REPOSITORY = Path(__file__).resolve().parents[2]
REFUSED = {path.stem: path for path in (FIXTURE_PROJECT / "models/refused").rglob("*.sql")}
MENDED = {path.stem: path for path in (FIXTURE_PROJECT / "models/mended").rglob("*.sql")}
RULE_IDS = {rule.rule_id for rule in RULES} | set(PROJECT_RULES) - {ONE_ENGINE_MACRO}


def run_lint(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.portable_sql", *map(str, arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_rule_has_an_example_and_every_example_a_rule() -> None:
    assert set(REFUSED) == RULE_IDS
    assert {name.removesuffix("_mended") for name in MENDED} == RULE_IDS


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_the_example_is_refused_by_its_rule_alone_and_at_its_line(
    name: str, renderer: ProjectRenderer
) -> None:
    path = REFUSED[name]
    marked = {
        number
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if line.endswith("-- refused")
    }

    findings = findings_in_files(renderer, [path])

    assert {finding.rule_id for finding in findings} == {name}
    assert {finding.line for finding in findings} == marked
    assert str(findings[0]).startswith(f"{path}:{min(marked)}: {name}:")
    assert findings[0].mend in str(findings[0])


@pytest.mark.parametrize("name", sorted(MENDED))
def test_the_mended_twin_passes(name: str, renderer: ProjectRenderer) -> None:
    assert findings_in_files(renderer, [MENDED[name]]) == []


def test_the_models_of_this_project_pass() -> None:
    renderer = ProjectRenderer(MACROS)
    findings = findings_in_files(renderer, model_files(REPOSITORY / "dbt_project"))

    assert [str(finding) for finding in findings] == []
    assert findings_in_macros(renderer) == []


def test_the_command_fails_on_the_fixture_project_and_names_the_mend() -> None:
    refused = run_lint(FIXTURE_PROJECT / "models/refused")
    mended = run_lint(FIXTURE_PROJECT / "models/mended")

    assert refused.returncode == 1
    assert "refused/distinct_on.sql:1: distinct_on: `distinct on` Spark has no" in refused.stdout
    assert "keep the first" in refused.stdout
    assert mended.returncode == 0, mended.stdout
    assert mended.stdout == ""


def test_a_comment_or_a_text_breaks_no_rule(renderer: ProjectRenderer, tmp_path: Path) -> None:
    model = tmp_path / "stg_words.sql"
    model.write_text(
        "-- qualify, x::date, now(), a / b\n"
        "select 'now() :: qualify ilike' as note  /* group by all */\n"
        "from {{ ref('touches') }} {# distinct on (a) #}\n"
    )
    assert findings_in_files(renderer, [model]) == []


def test_a_line_after_a_macro_of_many_lines_keeps_its_number(
    renderer: ProjectRenderer, tmp_path: Path
) -> None:
    model = tmp_path / "int_words.sql"
    model.write_text(
        "select\n"
        "    {{ hash_id([\n"
        "        'touch_id',\n"
        "        'account_id',\n"
        "    ]) }} as row_id,\n"
        "    label::date as label_on\n"
        "from {{ latest_batch(ref('touches')) }} as touches\n"
        "where label ilike 'x'\n"
    )
    lines = [(finding.rule_id, finding.line) for finding in findings_in_files(renderer, [model])]
    assert lines == [("double_colon", 6), ("ilike", 8)]


def test_both_ways_of_an_incremental_model_are_read(
    renderer: ProjectRenderer, tmp_path: Path
) -> None:
    model = tmp_path / "int_words.sql"
    model.write_text(
        "select touch_id\n"
        "from {{ ref('touches') }}\n"
        "{% if is_incremental() %}\n"
        "where label ilike 'x'\n"
        "{% else %}\n"
        "where occurred_on < current_date\n"
        "{% endif %}\n"
    )
    found = {(finding.rule_id, finding.line) for finding in findings_in_files(renderer, [model])}
    assert found == {("ilike", 4), ("clock", 6)}


def test_what_a_plain_macro_writes_is_read_too(tmp_path: Path) -> None:
    macros = tmp_path / "macros"
    shutil.copytree(MACROS, macros)
    (macros / "halved.sql").write_text(
        "{% macro halved(value) -%}\n({{ value }} // 2)\n{%- endmacro %}\n"
    )
    model = tmp_path / "int_words.sql"
    model.write_text("select\n    {{ halved('minutes_count') }} as half_count\nfrom touches\n")

    findings = findings_in_files(ProjectRenderer(macros), [model])

    assert [(finding.rule_id, finding.line) for finding in findings] == [("whole_division", 2)]


def test_a_macro_that_is_dispatched_to_one_engine_only_is_refused(tmp_path: Path) -> None:
    (tmp_path / "half.sql").write_text(
        "{% macro half(value) -%}\n"
        "    {{ return(adapter.dispatch('half', 'cosell')(value)) }}\n"
        "{%- endmacro %}\n"
        "{% macro duckdb__half(value) -%}\n({{ value }} // 2)\n{%- endmacro %}\n"
    )
    findings = findings_in_macros(ProjectRenderer(tmp_path))
    assert [finding.rule_id for finding in findings] == [ONE_ENGINE_MACRO]
    assert "spark__half" in str(findings[0])


def test_a_value_without_a_type_is_followed_to_the_mart_that_publishes_it(
    renderer: ProjectRenderer, tmp_path: Path
) -> None:
    inner = tmp_path / "models" / "intermediate" / "int_minutes_summed.sql"
    compared = tmp_path / "models" / "marts" / "fct_busy_accounts.sql"
    published = tmp_path / "models" / "marts" / "fct_account_minutes.sql"
    for path in (inner, compared, published):
        path.parent.mkdir(parents=True, exist_ok=True)
    inner.write_text(
        "select\n    account_id,\n    sum(minutes_count) as minutes_count\n"
        "from {{ ref('touches') }}\ngroup by account_id\n"
    )
    compared.write_text(
        "select account_id from {{ ref('int_minutes_summed') }} where minutes_count > 60\n"
    )
    published.write_text(
        "with minutes as (select * from {{ ref('int_minutes_summed') }})\n"
        "select account_id, coalesce(minutes.minutes_count, 0) as total_count from minutes\n"
    )

    assert findings_in_files(renderer, [inner, compared]) == []
    findings = findings_in_files(renderer, [inner, compared, published])
    assert [(finding.path, finding.line) for finding in findings] == [(inner, 3)]
    assert "fct_account_minutes publishes it as total_count" in str(findings[0])


def test_the_mends_name_macros_that_exist() -> None:
    macros = {path.stem for path in MACROS.glob("*.sql")}
    mends = [rule.mend for rule in RULES] + [mend for _, mend in PROJECT_RULES.values()]
    named = {name for mend in mends for name in re.findall(r"\b([a-z_]{4,})\(", mend)}
    sql_names = PORTABLE_FUNCTIONS | {"decimal"}
    assert named - sql_names <= macros


def test_the_reserved_words_hold_those_of_the_installed_duckdb(
    duck: duckdb.DuckDBPyConnection,
) -> None:
    words = duck.sql(
        "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
    ).fetchall()
    assert {word for (word,) in words} <= RESERVED_WORDS
