"""Which model belongs to which station follows from the dbt project's folders and references."""

from __future__ import annotations

from typing import Any

import pytest

from orchestration.stations import (
    MARTS,
    MATCHING,
    STAGING,
    built_parents,
    node_under_test,
    station_contents,
    station_of_each_node,
)


def model(path: str, *needs: str, materialized: str = "table") -> dict[str, Any]:
    return {
        "resource_type": "model",
        "original_file_path": path,
        "config": {"materialized": materialized},
        "depends_on": {"nodes": list(needs)},
    }


def data_test(*needs: str, attached: str | None = None) -> dict[str, Any]:
    return {
        "resource_type": "test",
        "original_file_path": "data_tests/one.sql",
        "config": {"materialized": "test"},
        "depends_on": {"nodes": list(needs)},
        "attached_node": attached,
    }


MANIFEST: dict[str, Any] = {
    "sources": {"source.accounts": {"source_name": "salesforce", "name": "accounts"}},
    "nodes": {
        "seed.countries": {
            **model("seeds/countries.csv", materialized="seed"),
            "resource_type": "seed",
        },
        "model.refresh": model("models/intermediate/refresh/int_refresh.sql"),
        "model.stg": model("models/staging/stg.sql", "source.accounts", "model.refresh"),
        "model.hidden": model(
            "models/intermediate/crm/hidden.sql", "model.stg", materialized="ephemeral"
        ),
        "model.crm": model("models/intermediate/crm/int_crm.sql", "model.hidden"),
        "model.matching": model(
            "models/intermediate/matching/int_m.sql", "model.crm", "seed.countries"
        ),
        "model.matches": model(
            "models/marts/account_mapping/fct_account_matches.sql", "model.matching"
        ),
        "model.ledger": model("models/marts/attribution/fct_ledger.sql", "model.crm"),
        "test.stg": data_test("model.stg", attached="model.stg"),
        "test.across": data_test("model.ledger", "model.stg", attached="model.stg"),
        "test.through_ephemeral": data_test("model.hidden"),
        "test.of_source": data_test("source.accounts"),
        "operation.hook": {
            "resource_type": "operation",
            "original_file_path": "dbt_project.yml",
            "config": {"materialized": "view"},
            "depends_on": {"nodes": []},
        },
    },
}


@pytest.mark.parametrize(
    ("unique_id", "station"),
    [
        ("seed.countries", STAGING),
        ("model.stg", STAGING),
        ("model.refresh", STAGING),
        ("model.crm", MATCHING),
        ("model.matching", MATCHING),
        ("model.matches", MATCHING),
        ("model.ledger", MARTS),
        ("test.stg", STAGING),
        ("test.across", MARTS),
        ("test.through_ephemeral", STAGING),
        ("test.of_source", STAGING),
    ],
)
def test_a_node_belongs_to_the_station_that_first_needs_it(unique_id: str, station: str) -> None:
    assert station_of_each_node(MANIFEST)[unique_id] == station


def test_every_model_is_built_once_and_ephemeral_ones_never() -> None:
    built = [one for content in station_contents(MANIFEST).values() for one in content.built]
    assert sorted(built) == sorted(
        one
        for one, node in MANIFEST["nodes"].items()
        if node["resource_type"] in ("model", "seed") and one != "model.hidden"
    )


def test_a_model_reads_through_an_ephemeral_one() -> None:
    assert list(built_parents(MANIFEST, "model.crm")) == ["model.stg"]


@pytest.mark.parametrize(
    ("test_id", "tested"),
    [
        ("test.across", "model.stg"),
        ("test.through_ephemeral", "model.stg"),
        ("test.of_source", "source.accounts"),
    ],
)
def test_a_data_test_is_about_one_table(test_id: str, tested: str) -> None:
    assert node_under_test(MANIFEST, test_id) == tested
