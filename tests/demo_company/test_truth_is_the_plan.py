"""The plan that the truth is taken from holds in the files, by rules written a second time."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pyarrow.parquet as pq
import pytest

from orchestration.demo_company import DemoStory

from .plain_attribution import PlainAttribution, counted_touches
from .story_files import StoryFiles


@pytest.fixture(scope="module")
def attribution(files: StoryFiles) -> PlainAttribution:
    return PlainAttribution(files)


def test_evidence_in_the_files_makes_every_planned_class_true(
    tiny: DemoStory, files: StoryFiles, attribution: PlainAttribution
) -> None:
    different = []
    for true in pq.read_table(tiny.truth / "opportunities.parquet").to_pylist():
        verdict = attribution.verdict(true["opportunity_id"])
        found = (
            verdict.attribution_class,
            verdict.partner_id,
            verdict.pipeline_rep_id,
            verdict.bookings_rep_id,
            str(verdict.amount_company_currency),
            files.survivor(files.opportunities[true["opportunity_id"]]["AccountId"]),
        )
        planned = (
            true["class"],
            true["partner_id"],
            true["pipeline_rep_id"],
            true["bookings_rep_id"],
            true["amount_company_currency"],
            true["account_id"],
        )
        if found != planned:
            different.append((true["opportunity_id"], true["cases"], found, planned))
    assert different == []


def test_touches_in_the_files_are_the_counted_ones(
    tiny: DemoStory, attribution: PlainAttribution
) -> None:
    touches: Counter[tuple[str, str]] = Counter()
    joint_calls: Counter[tuple[str, str]] = Counter()
    for (rep_id, on), types in counted_touches(attribution).items():
        touches[(rep_id, fiscal_quarter(on))] += len(types)
        joint_calls[(rep_id, fiscal_quarter(on))] += types.count("joint_call")
    found = {"partner_touches": touches, "joint_calls": joint_calls}
    rows = [
        row
        for row in pq.read_table(tiny.truth / "ae_quarters.parquet").to_pylist()
        if row["metric"] in found
    ]
    assert sum(int(row["actual"]) for row in rows) > 0
    assert [
        row
        for row in rows
        if found[row["metric"]][(row["rep_id"], row["fiscal_quarter"])] != int(row["actual"])
    ] == []


def fiscal_quarter(on: date) -> str:
    """The quarter of a fiscal year that starts in February and is named after its end."""
    year = on.year + 1 if on.month >= 2 else on.year
    return f"FY{year}-Q{(on.month - 2) % 12 // 3 + 1}"
