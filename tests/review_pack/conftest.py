"""Packs of one manager of the demo company: as it is, and with names that would do harm."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.release import current_release
from orchestration.review_pack.writing import WrittenPack, write_packs
from orchestration.settings import Home

HOSTILE = '<script>alert(1)</script>=HYPERLINK("http://x.example")|*_[a](b) \u202egnp.exe'


@dataclass(frozen=True)
class PackOnDisk:
    """A written pack and a connection to the release that it tells about."""

    home: Home
    pack: WrittenPack
    release: duckdb.DuckDBPyConnection

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.release.execute(query, list(values)).fetchall()

    @property
    def team(self) -> list[str]:
        """The reps below the manager, from the table of reporting lines."""
        return [
            rep
            for (rep,) in self.rows(
                "select distinct rep_id from core.dim_reporting_lines"
                " where is_current and manager_id = ? order by rep_id",
                self.pack.document.manager.identifier,
            )
        ]

    @property
    def quarter(self) -> str:
        return self.pack.document.fiscal_quarter


def lean_copy(home: Home, folder: Path) -> Home:
    """A home with the settings and the current release of another, which a test may change."""
    copy = Home(folder)
    shutil.copytree(home.config, copy.config)
    release = current_release(home)
    assert release is not None
    shutil.copytree(release.path, copy.releases / release.release_id)
    copy.current_release.symlink_to(release.release_id)
    return copy


def change_release(home: Home, *statements: str) -> None:
    """Change the tables of a copied release."""
    with duckdb.connect(str(home.current_release / "cosell.duckdb")) as database:
        for statement in statements:
            database.execute(statement)


@pytest.fixture(scope="session")
def busy_manager(demo_home: Home) -> str:
    """Who has the most partner deals open in a team of those who report directly."""
    with duckdb.connect(str(demo_home.current_release / "cosell.duckdb"), read_only=True) as found:
        (name,) = found.execute(
            """
            select reps.manager_name
            from attribution.fct_attributed_opportunities as deals
            inner join core.dim_reps as reps on deals.owner_rep_id = reps.rep_id
            where not deals.is_closed and deals.partner_id is not null
                and reps.manager_name is not null
            group by reps.manager_name order by count(*) desc, reps.manager_name limit 1
            """
        ).fetchall()[0]
    return str(name)


@pytest.fixture(scope="session")
def demo_pack(
    demo_home: Home, busy_manager: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PackOnDisk]:
    """The pack of the newest week."""
    (pack,) = write_packs(demo_home, busy_manager, None, tmp_path_factory.mktemp("pack"))
    database = str(demo_home.current_release / "cosell.duckdb")
    with duckdb.connect(database, read_only=True) as release:
        yield PackOnDisk(demo_home, pack, release)


@pytest.fixture(scope="session")
def hostile_pack(
    demo_home: Home, demo_pack: PackOnDisk, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PackOnDisk]:
    """The same with every name turned against the reader, and with all tables of a review."""
    home = lean_copy(demo_home, tmp_path_factory.mktemp("hostile") / "home")
    text = HOSTILE.replace("'", "''")
    manager = demo_pack.pack.document.manager.identifier
    hygiene = "accountability.fct_opportunity_hygiene"
    deals = "attribution.fct_attributed_opportunities"
    change_release(
        home,
        f"update core.dim_reps set rep_name = '{text} ' || rep_name",
        f"update core.dim_partners set partner_name = '{text} ' || partner_name",
        f"update attribution.rpt_rep_partner_pipeline set partner_name = '{text} ' || partner_name,"
        f" rep_name = '{text} ' || rep_name",
        f"update core.dim_accounts set account_name = '{text}'",
        f"update {deals} set opportunity_name = '{text}', stage_name = '{text} ' || stage_name",
        f"update account_mapping.fct_weekly_routes set suggested_next_step = '{text}'",
        f"drop table if exists {hygiene}",
        f"create table {hygiene} as select opportunity_id, owner_rep_id, rules.rule_id, account_id,"
        " rules.rule_id = 'close_date_past' or opportunity_id < 'M' as is_flagged,"
        " 3 as measured_count, 0 as allowed_count, exclusion"
        f" from {deals}"
        " cross join unnest(['next_step_missing', 'close_date_past']) as rules (rule_id)"
        " where not is_closed",
        "drop table if exists accountability.fct_rep_support",
        "create table accountability.fct_rep_support as select distinct"
        " 's' || rep_id as rep_support_id, rep_id, fiscal_quarter, 2 as intros_asked_count,"
        " 1 as intros_given_count, 0 as enablement_asked_count, 0 as enablement_given_count,"
        " 1 as overlap_data_asked_count, 0 as overlap_data_given_count,"
        " 0.25::decimal(9, 6) as overlap_coverage_share, 'support_gap' as support_status,"
        f" '{text}' as support_gaps from accountability.fct_ae_quarters",
        *(
            f"alter table accountability.fct_ae_weeks add column if not exists {column}"
            for column in (
                "is_flagged boolean default true",
                f"flag_reason varchar default '{text}'",
                "projected_attainment decimal(18, 6) default 0.5",
                "projected_low_attainment decimal(18, 6) default 0.25",
                "projected_high_attainment decimal(18, 6) default 1.25",
            )
        ),
    )
    folder = tmp_path_factory.mktemp("hostile_pack")
    (pack,) = write_packs(home, manager, None, folder)
    database = str(home.current_release / "cosell.duckdb")
    with duckdb.connect(database, read_only=True) as release:
        yield PackOnDisk(home, pack, release)
