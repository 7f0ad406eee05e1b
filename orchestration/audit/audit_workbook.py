"""The workbook of an audit sample: text stays text, money is a number, the bytes are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from orchestration.audit.sampling import Sample, SampledDeal
from orchestration.explanation import Step
from orchestration.safe_sheets import fill_sheet, save_workbook

DEAL_COLUMNS = (
    "opportunity_id",
    "opportunity_name",
    "account",
    "class",
    "partner",
    "credited rep",
    "rule",
    "tie-break",
    "stage",
    "created on",
    "close on",
    "amount",
    "currency",
    "amount, company currency",
    "postings",
    "page",
)


def write_workbook(file: Path, sample: Sample) -> None:
    """Write the sheets Sample, Deals, Postings, What was known, Touches, Rules, Landed rows."""
    from openpyxl import Workbook

    workbook = Workbook()
    first = workbook.active
    assert first is not None  # a new workbook has one sheet
    first.title = "Sample"
    fill_sheet(first, ("fact", "value"), about(sample))
    fill_sheet(
        workbook.create_sheet("Deals"), DEAL_COLUMNS, [_deal_row(deal) for deal in sample.deals]
    )
    postings = [posting for deal in sample.deals for posting in deal.postings]
    fill_sheet(
        workbook.create_sheet("Postings"),
        tuple(postings[0]),
        [list(posting.values()) for posting in postings],
    )
    for sheet, title in (
        ("What was known", "What was known at each refresh"),
        ("Touches", "Touches, in and out of the window"),
        ("Rules", "The rules, in the order in which they are asked"),
    ):
        steps = [(deal.opportunity_id, _step(deal, title)) for deal in sample.deals]
        columns = next((step.table_columns for _, step in steps if step.table_columns), ())
        fill_sheet(
            workbook.create_sheet(sheet),
            ("opportunity_id", *columns),
            [[name, *row] for name, step in steps for row in step.table_rows],
        )
    fill_sheet(
        workbook.create_sheet("Landed rows"),
        ("opportunity_id", "table", "file", "row", "sha256", "as of", "batch", "values"),
        [
            [
                deal.opportunity_id,
                f"{row.source}.{row.table}",
                row.file,
                row.row_number,
                row.sha256,
                row.as_of,
                row.batch_id,
                ", ".join(f"{name}={value}" for name, value in row.values.items()),
            ]
            for deal in sample.deals
            for step in deal.explanation.steps
            for row in step.landed
        ],
    )
    save_workbook(workbook, file)


def about(sample: Sample) -> list[list[Any]]:
    """What the sample is and how to draw it again."""
    return [
        ["company", sample.company],
        ["fiscal quarter", sample.fiscal_quarter],
        ["quarter", sample.closed or "open"],
        ["release", sample.release_id],
        ["deals in the sample", len(sample.deals)],
        ["deals with a posting in the quarter", sample.population],
        ["postings in the quarter", sample.postings_count],
        ["SHA-256 over these postings", sample.postings_sha256],
        ["seed", sample.seed],
        [
            "drawn again by",
            f"cosell audit sample --quarter {sample.fiscal_quarter} --n {len(sample.deals)} "
            f"--seed {sample.seed}",
        ],
        ["verified by", f"cosell verify {sample.fiscal_quarter}"],
        [
            "how it is drawn",
            "the deals with the smallest SHA-256 of `seed|opportunity id`, of all deals with a "
            "posting in the quarter",
        ],
    ]


def _step(deal: SampledDeal, title: str) -> Step:
    return next(step for step in deal.explanation.steps if step.title == title)


def _deal_row(deal: SampledDeal) -> list[Any]:
    row = deal.opportunity
    return [
        deal.opportunity_id,
        row["opportunity_name"],
        deal.account_name,
        row["attribution_class"],
        deal.partner_name,
        deal.rep_name,
        row["rule_id"],
        row["tie_break"],
        row["stage_name"],
        row["created_on"],
        row["close_on"],
        row["amount"],
        row["currency"],
        row["amount_company_currency"],
        len(deal.postings),
        deal.page,
    ]
