"""A dbt project of four models and three tests, in which faults can be planted."""

from __future__ import annotations

from orchestration.dbt_invocation import DbtProject
from orchestration.node_results import NodeResult
from orchestration.refresh_session import RefreshSession
from orchestration.stations import MARTS, MATCHING, STAGING

FILES = {
    "dbt_project.yml": """
name: small
version: "1.0.0"
profile: small
flags: {send_anonymous_usage_stats: false}
models: {small: {+materialized: table}}
""",
    "profiles.yml": """
small:
  target: duckdb
  outputs:
    duckdb:
      type: duckdb
      path: "{{ env_var('COSELL_WAREHOUSE') }}"
      threads: "{{ env_var('COSELL_THREADS') | as_number }}"
""",
    "models/staging/stg_numbers.sql": "select range as number, 'n' || range as name from range(9)",
    "models/intermediate/matching/int_numbers_doubled.sql": (
        "select number, name, number * 2 as doubled from {{ ref('stg_numbers') }}"
    ),
    "models/marts/fct_numbers.sql": "select * from {{ ref('int_numbers_doubled') }}",
    "models/marts/fct_sums.sql": "select sum(number) as total from {{ ref('fct_numbers') }}",
    "models/models.yml": """
models:
  - name: stg_numbers
    description: One row per number.
    columns:
      - name: number
        data_tests: [unique]
  - name: int_numbers_doubled
    columns:
      - name: doubled
        data_tests:
          - not_null: {config: {severity: warn}}
""",
    "tests/assert_numbers_are_small.sql": (
        "select number, name, doubled from {{ ref('fct_numbers') }} where number > 100"
    ),
}


def change(session: RefreshSession, name: str, text: str) -> None:
    """Write a file of the project and read the project again."""
    session.project.folder.joinpath(name).write_text(text, encoding="utf-8")
    session.__dict__["project"] = DbtProject(session.settings, session.project.folder)


def build_all(session: RefreshSession) -> dict[str, list[NodeResult]]:
    return {station: session.project.build(station) for station in (STAGING, MATCHING, MARTS)}
