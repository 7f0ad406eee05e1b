"""Every macro that differs between the engines has literal examples, and both engines run them.

The examples are dbt data tests: every refresh runs them on the engine that it uses, so `make demo`
and the tests do on DuckDB, and `make test-spark` on Spark.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.portable_sql.conftest import MACROS

EXAMPLES = MACROS.parent / "data_tests" / "macros"
DISPATCHED = sorted(
    macro
    for file in MACROS.glob("*.sql")
    for macro in re.findall(r"adapter\.dispatch\(\s*'(\w+)'", file.read_text(encoding="utf-8"))
    # They say what is created instead of writing SQL; a refresh on each engine is their test.
    if macro not in ("mount_landing", "read_in_place")
)


def macros_behind(text: str) -> set[str]:
    """Macros that a template calls, and those that these call."""
    called: set[str] = set()
    waiting = [text]
    while waiting:
        for name in re.findall(r"\b(\w+)\(", waiting.pop()):
            file = MACROS / f"{name}.sql"
            if file.is_file() and name not in called:
                called.add(name)
                waiting.append(file.read_text(encoding="utf-8"))
    return called


@pytest.mark.parametrize("macro", DISPATCHED)
def test_a_macro_that_differs_between_the_engines_has_examples(macro: str) -> None:
    examples: list[Path] = [
        file
        for file in EXAMPLES.glob("assert_*.sql")
        if macro in macros_behind(file.read_text(encoding="utf-8"))
    ]
    assert examples, f"write dbt_project/data_tests/macros/assert_… with literals for {macro}"


@pytest.mark.parametrize("macro", DISPATCHED)
def test_a_macro_is_written_for_both_engines(macro: str) -> None:
    text = MACROS.joinpath(f"{macro}.sql").read_text(encoding="utf-8")
    assert re.search(rf"macro (spark|default)__{macro}\(", text)
    assert re.search(rf"macro (duckdb|default)__{macro}\(", text)
