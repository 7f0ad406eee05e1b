"""The truth tables agree with each other."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestration.demo_company import DemoStory
from orchestration.demo_company.truth import CELLS, ROLL_UPS

MEASURES = {
    "pipeline_created": ("created_quarter", lambda deal: not deal["is_deleted"]),
    "bookings": ("close_quarter", lambda deal: deal["is_won"]),
}


def table(story: DemoStory, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(story.truth / f"{name}.parquet").to_pylist()
    return rows


def test_classes_sum_to_the_total_of_each_quarter(tiny: DemoStory) -> None:
    for row in table(tiny, "ledger_totals"):
        assert row["sourced"] + row["influenced"] + row["direct"] == row["total"], row


@pytest.mark.parametrize("measure", MEASURES)
def test_ledger_totals_are_the_sums_of_the_deals(tiny: DemoStory, measure: str) -> None:
    quarter, counts = MEASURES[measure]
    sums: Counter[tuple[str, str]] = Counter()
    for deal in table(tiny, "opportunities"):
        if counts(deal):
            sums[(deal[quarter], deal["class"])] += Decimal(deal["amount_company_currency"])
    totals = {
        (row["fiscal_quarter"], name): row[name]
        for row in table(tiny, "ledger_totals")
        if row["measure"] == measure
        for name in ("sourced", "influenced", "direct")
    }
    assert {key: value for key, value in totals.items() if value} == {
        key: value for key, value in sums.items() if value
    }


def test_results_of_reps_are_sums_of_counted_deals(tiny: DemoStory) -> None:
    created: Counter[tuple[str, str]] = Counter()
    for deal in table(tiny, "opportunities"):
        if not deal["is_deleted"] and deal["exclusion"] is None:
            key = (deal["pipeline_rep_id"], deal["created_quarter"])
            created[key] += Decimal(deal["amount_company_currency"])
    for row in table(tiny, "ae_quarters"):
        if row["metric"] == "pipeline_created":
            assert row["actual"] == created[(row["rep_id"], row["fiscal_quarter"])]


def test_partner_is_named_exactly_where_a_deal_is_not_direct(tiny: DemoStory) -> None:
    for deal in table(tiny, "opportunities"):
        assert (deal["partner_id"] is None) == (deal["class"] == "direct"), deal
        assert (deal["rule"] is None) == (deal["class"] == "direct"), deal


def test_every_class_type_and_exclusion_occurs(tiny: DemoStory) -> None:
    deals = table(tiny, "opportunities")
    assert {deal["class"] for deal in deals} == {"sourced", "influenced", "direct"}
    assert {deal["exclusion"] for deal in deals} == {None, "renewal", "test", "internal"}
    assert {deal["currency"] for deal in deals} == {"USD", "EUR", "GBP", "JPY", "CAD"}
    assert {deal["is_deleted"] for deal in deals} == {True, False}


def test_matches_join_records_of_one_company(tiny: DemoStory) -> None:
    company = {
        (row["system"], row["record_id"]): row["true_company_id"]
        for row in table(tiny, "companies")
    }
    matches = table(tiny, "matches")
    assert {row["findable_by"] for row in matches} == {"crm_id", "duns", "domain", "name", "none"}
    for row in matches:
        ours = company[("crm", row["crm_account_id"])]
        assert ours == company[(row["partner_id"], row["partner_account_id"])], row


def test_each_account_has_one_segment_per_active_partner(tiny: DemoStory) -> None:
    segments = table(tiny, "segments")
    keys = Counter(
        (row["partner_id"], row["account_id"] or row["partner_account_id"]) for row in segments
    )
    assert set(keys.values()) == {1}
    accounts = Counter(row["partner_id"] for row in segments if row["account_id"])
    assert len(set(accounts.values())) == 1
    assert "copperfield" not in accounts and "brightloom" not in accounts


def test_roll_up_follows_from_the_cell(tiny: DemoStory) -> None:
    roll_up = dict(zip(CELLS, ROLL_UPS, strict=True)) | {None: None}
    for row in table(tiny, "segments"):
        assert row["roll_up"] == roll_up[row["cell"]], row


def test_one_sided_cells_need_a_whole_list(tiny: DemoStory) -> None:
    for row in table(tiny, "segments"):
        if row["partner_id"] in ("marisol", "aurelia"):
            assert "only" not in (row["expected_cell_by_keys"] or ""), row


def test_a_quarter_on_leave_has_no_fair_target(tiny: DemoStory) -> None:
    rows = [row for row in table(tiny, "ae_quarters") if row["case"] == "22"]
    away = [row for row in rows if row["fair_target_numerator"] == 0]
    assert {row["fiscal_quarter"] for row in away} == {"FY2027-Q1"}
    part = [
        row for row in rows if 0 < row["fair_target_numerator"] < row["fair_target_denominator"]
    ]
    assert "FY2027-Q2" in {row["fiscal_quarter"] for row in part}


def test_quota_in_euro_is_compared_in_dollars(tiny: DemoStory) -> None:
    rows = [
        row
        for row in table(tiny, "ae_quarters")
        if row["case"] == "46" and row["metric"] == "bookings"
    ]
    assert {row["target"] for row in rows} == {Decimal("125000.00")}


def test_nothing_but_the_generator_names_the_truth_files() -> None:
    root = Path(__file__).resolve().parents[2]
    names = ("matches.parquet", "ae_quarters.parquet", "ledger_totals.parquet", "cases.csv")
    sources = chain(
        (root / "orchestration").rglob("*.py"),
        (root / "expectations").rglob("*.py"),
        (root / "dbt_project").rglob("*.sql"),
    )
    readers = [
        path
        for path in sources
        if "demo_company" not in path.parts
        and "target" not in path.parts
        and any(name in path.read_text(encoding="utf-8") for name in names)
    ]
    assert readers == []
