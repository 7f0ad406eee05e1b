"""Every page fits 80 and 120 columns, keeps every figure whole, and never adds the classes up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console

from orchestration.answers import QuarterSums, RepAnswer, Summary
from orchestration.pages import short_money, summary_page


def rep(number: int) -> RepAnswer:
    return RepAnswer(
        rep_id=f"005{number:015d}",
        rep_name=f"Bartholomew-Alexander Featherstonehaugh {number}",
        has_quota_seat=True,
        is_in_seat=True,
        touches=123,
        partners=12,
        sourced_opportunities=41,
        influenced_opportunities=37,
        sourced_pipeline=Decimal("1234567.89"),
        influenced_pipeline=Decimal("987654.32"),
        direct_pipeline=Decimal("55555.55"),
        sourced_bookings=Decimal("345678.90"),
        influenced_bookings=Decimal("0"),
    )


def idle(number: int) -> RepAnswer:
    return replace(
        rep(number), touches=0, sourced_opportunities=0, influenced_opportunities=0, partners=0
    )


SUMS = [
    QuarterSums(
        fiscal_quarter="FY2027-Q1",
        measure=measure,
        sourced=Decimal("12345678.90"),
        influenced=Decimal("2345678.01"),
        direct=Decimal("345678.02"),
        crm_total=Decimal("15037034.93"),
        difference=Decimal("0.00"),
    )
    for measure in ("pipeline_created", "bookings")
]
SUMMARY = Summary(
    quarters=["FY2026-Q2", "FY2026-Q3", "FY2026-Q4", "FY2027-Q1"],
    currency="USD",
    engaging=[rep(number) for number in range(15)],
    not_engaging=[idle(number) for number in range(20)],
    sums=SUMS,
)


def drawn(summary: Summary, width: int) -> list[str]:
    console = Console(width=width, force_terminal=False)
    with console.capture() as captured:
        console.print(summary_page(summary, console))
    return captured.get().splitlines()


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(len(line.rstrip()) for line in drawn(SUMMARY, width)) <= width


@pytest.mark.parametrize("width", [80, 120])
def test_every_figure_is_whole(width: int) -> None:
    page = "\n".join(drawn(SUMMARY, width))
    for figure in ("1.23M", "988k", "346k", "123", "12,345,678.90", "15,037,034.93", "0.00"):
        assert figure in page


def test_sourced_and_influenced_are_never_added_up() -> None:
    page = "\n".join(drawn(SUMMARY, 120))
    together = Decimal("1234567.89") + Decimal("987654.32")
    assert short_money(together) not in page
    assert "total" not in page.replace("CRM total", "")


def test_those_who_engage_nobody_are_named_and_counted() -> None:
    page = "\n".join(drawn(SUMMARY, 120))
    assert "20 reps in seat engaged no partner" in page
    assert "and 14 more" in page


def test_an_empty_company_is_told_in_words() -> None:
    empty = Summary(["FY2027-Q1"], "USD", engaging=[], not_engaging=[], sums=[])
    page = "\n".join(drawn(empty, 80))
    assert "No rep has engaged a partner" in page
    assert "Nothing was created or won" in page


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0"),
        ("0.00", "0"),
        ("950", "950"),
        ("1000", "1.00k"),
        ("12345", "12.3k"),
        ("123456", "123k"),
        ("1234567.89", "1.23M"),
        ("-45000", "-45.0k"),
        ("2500000000", "2.50B"),
    ],
)
def test_short_money_has_three_figures_and_a_unit(amount: str, shown: str) -> None:
    assert short_money(Decimal(amount)) == shown
