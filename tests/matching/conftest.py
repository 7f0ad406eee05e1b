"""One warehouse in which lists are matched by the product's own models, shared by these tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.matching.product import MatchingWarehouse
from tests.matching.companies import ACCOUNTS, RECORDS, Company


@dataclass(frozen=True)
class Matched:
    """What became of the companies of `companies.py`."""

    connection: duckdb.DuckDBPyConnection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def decisions(self, record_id: str) -> dict[str, str]:
        """Decision per account that was considered for the partner's record."""
        return dict(
            self.rows(
                "select crm_account_id, decision from matching.int_matches_decided"
                f" where partner_account_id = '{record_id}'"
            )
        )


@pytest.fixture(scope="session")
def matched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matched]:
    patch = pytest.MonkeyPatch()
    patch.setenv("COSELL_THREADS", "2")
    folder = tmp_path_factory.mktemp("matching")
    patch.setenv("COSELL_LANDING", str(folder))
    patch.setenv("COSELL_WAREHOUSE", str(folder))
    warehouse = MatchingWarehouse(Path(folder))
    with duckdb.connect() as lists:
        for name, companies in (("accounts", ACCOUNTS), ("records", RECORDS)):
            _write(lists, companies, folder / f"{name}.parquet")
    warehouse.match(f"from '{folder}/accounts.parquet'", f"from '{folder}/records.parquet'")
    with warehouse.connect() as connection:
        yield Matched(connection)
    patch.undo()


def _write(lists: duckdb.DuckDBPyConnection, companies: list[Company], path: Path) -> None:
    fields = list(Company.__dataclass_fields__)
    columns = ", ".join(f"{name} varchar" for name in fields)
    lists.execute(f"create or replace table companies ({columns})")
    marks = ", ".join("?" for _ in fields)
    lists.executemany(
        f"insert into companies values ({marks})",
        [[getattr(one, name) for name in fields] for one in companies],
    )
    lists.execute(f"copy (select *, 'meridian' as list_id from companies) to '{path}'")
