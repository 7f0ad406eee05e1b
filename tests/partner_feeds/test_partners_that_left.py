"""Partners that only platforms know leave: their rows go, what they did is still theirs."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from orchestration.dbt_invocation import close_warehouse
from orchestration.offboarding import offboard
from orchestration.settings import Home, load_settings
from tests.partner_feeds.conftest import build

# A partner under two names and an id, one that nobody listed, one of a list shared with others.
LEAVERS = ("skybridge", "tap_partner", "tau_partner")
FIGURES = (
    "attribution.fct_attribution_ledger",
    "attribution.fct_attributed_opportunities",
    "attribution.fct_partner_claims",
    "attribution.fct_partner_touches",
    "attribution.fct_partner_touch_evidence",
    "attribution.rpt_ledger_reconciliation",
    "attribution.fct_analytic_credits",
)
LEFT = "('skybridge', 'tap_partner', 'tau_partner')"


def test_their_lists_go_and_their_touches_stay_theirs(built_home: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(built_home.root, home.root, symlinks=True)
    settings = load_settings(home.root)
    for partner in LEAVERS:
        offboard(settings, partner, "Dana Reyes", "The agreement has ended")
    close_warehouse()
    build(home)
    close_warehouse()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built_home.warehouse}' as was (read_only)")
        connection.execute(f"attach '{home.warehouse}' as is_now (read_only)")

        def ask(query: str) -> list[tuple[object, ...]]:
            return connection.execute(query).fetchall()

        for figure in FIGURES:
            assert ask(f"select count(*) from was.{figure}") != [(0,)]
            changed = f"select * from was.{figure} except all select * from is_now.{figure}"
            assert ask(changed) == [], figure
        assert ask(
            f"select partner_id, is_active from is_now.core.dim_partners "
            f"where partner_id in {LEFT} order by 1"
        ) == [(partner, False) for partner in LEAVERS]
        for table in ("fct_account_matches", "fct_account_segments", "fct_segment_history"):
            named = f"account_mapping.{table} where partner_id in {LEFT}"
            assert ask(f"select count(*) from was.{named}") != [(0,)]
            assert ask(f"select count(*) from is_now.{named}") == [(0,)]
            others = "account_mapping.fct_account_matches where partner_id = 'rho'"
            query = f"select crm_account_id, partner_account_id, decision from {{}}.{others}"
            assert sorted(ask(query.format("is_now"))) == sorted(ask(query.format("was")))
        shared = f"{home.landing}/crossbeam/account_overlaps/*_by_state_*.parquet"
        assert ask(
            f"select our_record_id, customer_of from read_parquet('{shared}') "
            "where customer_of is not null"
        ) == [("001A", "Rho")]
