"""Runs the product's own matching models on two lists: no second implementation of any rule.

A warehouse is made as a refresh makes it (defaults landed, seeds loaded, every model built on
nothing); then the accounts and the partners' records of a set are put where the CRM and the lists
would stand, and dbt runs the models of matching on them.
"""

from __future__ import annotations

import datetime
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.company_defaults import initialise_home
from orchestration.landing import ensure_landing_schema, land_company_configuration
from orchestration.landing.refreshes import open_refresh
from orchestration.settings import Home

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
AS_OF = datetime.date(2026, 3, 2)
ACCOUNTS, RECORDS = "intermediate.int_crm_accounts_current", "matching.int_partner_accounts_known"
# From the first model that reads the lists to the last that decides.
MODELS = (
    "int_websites_cleaned",
    "int_hosts_registered",
    "int_company_records_unified",
    "int_texts_folded",
    "int_company_names_normalized",
    "int_name_words_placed",
    "int_name_words_weighted",
    "int_company_cores_weighted",
    "int_company_records_normalized",
    "int_crm_accounts_normalized",
    "int_partner_accounts_normalized",
    "int_domains_shared",
    "int_phones_shared",
    "int_account_email_domains_known",
    "int_matches_by_crm_id",
    "int_company_keys_blocked",
    "int_match_pairs_blocked",
    "int_match_pairs_compared",
    "int_match_pairs_scored",
    "int_matches_by_duns",
    "int_matches_by_domain",
    "int_matches_by_email_domain",
    "int_matches_by_name_and_field",
    "int_matches_by_name",
    "int_match_candidates_combined",
    "int_match_evidence_compared",
    "int_matches_decided",
)


@dataclass(frozen=True)
class ModelTime:
    """Seconds that one model took."""

    name: str
    seconds: float


class MatchingWarehouse:
    """A folder with a warehouse in which lists can be matched, one pair of lists at a time."""

    def __init__(self, folder: Path) -> None:
        """Build everything that does not depend on the lists; takes some seconds."""
        self.folder = folder
        self.empty = folder / "empty.duckdb"
        self.path = folder / "warehouse.duckdb"
        home = Home(folder / "home")
        initialise_home(home)
        ensure_landing_schema(home)
        land_company_configuration(home, AS_OF)
        open_refresh(home, AS_OF)
        os.environ["COSELL_LANDING"] = str(home.root / "landing")
        os.environ["COSELL_WAREHOUSE"] = str(self.path)
        no_tests = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
        self._dbt("build", *no_tests, "-s", "+int_matches_decided", "+int_match_evidence_compared")
        shutil.copy(self.path, self.empty)

    def reseed(self, *seeds: str) -> None:
        """Load seeds again, after they have changed."""
        shutil.copy(self.empty, self.path)
        self._dbt("seed", "-s", *seeds)
        shutil.copy(self.path, self.empty)

    def match(self, accounts: str, records: str) -> list[ModelTime]:
        """Match the rows of two queries and leave the results in the warehouse.

        accounts has record_id, records list_id and record_id; both may have account_name, website,
        duns, phone, country, state, city, industry. What is missing is NULL.
        """
        shutil.copy(self.empty, self.path)
        with duckdb.connect(str(self.path)) as connection:
            _fill(connection, ACCOUNTS, accounts, {"account_id": "record_id", "crm": "'test'"})
            _fill(
                connection,
                RECORDS,
                records,
                {
                    "partner_id": "list_id",
                    "partner_account_id": "record_id",
                    "is_in_force": "true",
                },
            )
        return self.refresh()

    def refresh(self) -> list[ModelTime]:
        """Run the models of matching on what the warehouse holds."""
        return self._dbt("run", "-s", *MODELS)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """The warehouse, for reading; close it before the next match."""
        return duckdb.connect(str(self.path))

    def _dbt(self, *arguments: str) -> list[ModelTime]:
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        project = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        folders = ["--target-path", str(self.folder / "target"), "--log-path", str(self.folder)]
        DuckDBConnectionManager.close_all_connections()
        result = dbtRunner().invoke(["--quiet", arguments[0], *project, *folders, *arguments[1:]])
        DuckDBConnectionManager.close_all_connections()
        if not result.success:
            said = [f"{one.node.name}: {one.message}" for one in result.result or [] if one.message]
            raise RuntimeError(f"dbt failed: {result.exception or said}")
        return [ModelTime(one.node.name, one.execution_time) for one in result.result]


def _fill(
    connection: duckdb.DuckDBPyConnection, table: str, query: str, expressions: dict[str, str]
) -> None:
    """Fill a table of the warehouse from a query, columns by their names."""
    given = {row[0] for row in connection.execute(f"describe {query}").fetchall()}
    columns = [(row[0], row[1]) for row in connection.execute(f"describe {table}").fetchall()]
    chosen = ", ".join(
        f"cast({expressions.get(name, name if name in given else 'null')} as {data_type}) as {name}"
        for name, data_type in columns
    )
    connection.execute(f"insert into {table} select {chosen} from ({query}) as given")
