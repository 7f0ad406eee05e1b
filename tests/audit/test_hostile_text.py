"""What people typed into a CRM is shown as it is, and never computed, run or cut short."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from orchestration.audit.audit_workbook import write_workbook
from orchestration.audit.deal_pages import deal_page, index_page
from orchestration.audit.sampling import Sample, SampledDeal
from orchestration.explanation import Explanation, LandedRow, Step

HOSTILE = (
    '=HYPERLINK("http://attacker.example","open")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "bell \x07 and half a pair \ud800",
    "Müller & Söhne 株式会社",
)


def sample_of(name: str) -> Sample:
    """A sample of one deal that everybody calls `name`."""
    titles = (
        "What was known at each refresh",
        "Touches, in and out of the window",
        "The rules, in the order in which they are asked",
    )
    landed = LandedRow(
        "salesforce", "opportunities", "b1", name, "ab", 1, "d", "t", {name: name}, {}, ""
    )
    steps = [
        Step(title, name, [(name, name)], ("counts", "why"), [("no", name)], [landed], name)
        for title in titles
    ]
    deal = SampledDeal(
        opportunity={
            "opportunity_id": "006x",
            "opportunity_name": name,
            "attribution_class": "direct",
            "rule_id": "r",
            "tie_break": None,
            "stage_name": name,
            "created_on": None,
            "close_on": None,
            "amount": Decimal("1.00"),
            "currency": "USD",
            "amount_company_currency": Decimal("1.00"),
        },
        postings=[
            {
                "posting_id": "p",
                "posted_quarter": "FY2027-Q1",
                "measure": "bookings",
                "reason": name,
                "amount_company_currency": Decimal("1.00"),
            }
        ],
        explanation=Explanation("opportunity", "006x", name, "r1", steps),
        rep_name=name,
        partner_name=name,
        account_name=name,
    )
    return Sample(
        "FY2027-Q1", 1, "r1", datetime(2026, 1, 1, tzinfo=UTC), 1, 1, "ab", name, name, [deal]
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_of_the_workbook_is_a_formula(tmp_path: Path, name: str) -> None:
    file = tmp_path / "sample.xlsx"
    write_workbook(file, sample_of(name))
    cells = [cell for sheet in load_workbook(file) for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    texts = [cell for cell in cells if isinstance(cell.value, str) and cell.row > 1]
    assert all(cell.quotePrefix for cell in texts)
    readable = name.replace("\x07", "\ufffd").replace("\ud800", "\ufffd")
    assert readable in [cell.value for cell in texts]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_page_holds_it_as_markup(name: str) -> None:
    sample = sample_of(name)
    for page in (index_page(sample), deal_page(sample, sample.deals[0], 1)):
        assert "<script" not in page
        assert "<img" not in page
        assert "default-src 'none'" in page
        assert page.encode("utf-8")
