"""The declared tables, and the notation in which they are declared."""

from __future__ import annotations

import pytest

from orchestration.landing.contracts import (
    Column,
    columns_of,
    declared_table,
    declared_tables,
)


def test_the_notation_of_columns() -> None:
    assert columns_of("id!* amount:n seen_at!:ts ends_on:d kind", open_ended=("ends_on",)) == (
        Column("id", header_required=True, value_required=True),
        Column("amount", "decimal"),
        Column("seen_at", "timestamp", header_required=True),
        Column("ends_on", "date", open_ended=True),
        Column("kind"),
    )


@pytest.mark.parametrize("word", ["Id", "id:x", "id*!", "id-1", ":d"])
def test_a_malformed_declaration_is_an_error(word: str) -> None:
    with pytest.raises(ValueError, match="not a column declaration"):
        columns_of(word)


def test_a_vocabulary_of_no_column_is_an_error() -> None:
    with pytest.raises(ValueError, match="kind"):
        columns_of("id", vocabularies={"kind": ("a",)})


def test_every_table_is_declared_once_with_distinct_columns() -> None:
    names = [(table.source, table.name) for table in declared_tables()]
    assert len(names) == len(set(names))
    for table in declared_tables():
        assert len(set(table.column_names)) == len(table.columns), table.name
        assert table.description.endswith((".", ":")), table.name


def test_every_source_has_its_tables() -> None:
    counts: dict[str, int] = {}
    for table in declared_tables():
        counts[table.source] = counts.get(table.source, 0) + 1
    assert counts == {
        "salesforce": 21,
        "hubspot": 14,
        "bilateral": 1,
        "crossbeam": 3,
        "reveal": 1,
        "partnertap": 4,
        "bombora": 2,
        "sixsense": 1,
        "templates": 14,
        "policy": 31,
        "settings": 4,
        "reference": 1,
        "cosell": 12,
    }


def test_every_policy_is_effective_dated_and_gives_a_reason() -> None:
    for table in declared_tables():
        if table.source == "policy":
            assert table.column_names[:2] == ("policy_version", "effective_from")
            assert table.column_names[-1] == "reason"


def test_a_table_that_is_not_declared_is_an_error() -> None:
    with pytest.raises(KeyError):
        declared_table("salesforce", "nothing")
