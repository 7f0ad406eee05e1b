"""Each of the 48 cases is there, labelled, and its records exist in the files."""

from __future__ import annotations

import csv
import re

import pytest
from python_calamine import CalamineWorkbook

from orchestration.demo_company import DemoStory
from orchestration.demo_company.cases import case_functions

AREAS = {
    "foundation",
    "feeds",
    "crm",
    "matching",
    "ledger",
    "mapping",
    "accountability",
    "gates",
}


@pytest.fixture(scope="module")
def cases(tiny: DemoStory) -> list[dict[str, str]]:
    with (tiny.truth / "cases.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def ids_in_files(tiny: DemoStory) -> set[str]:
    """Every word of every file that looks like an id."""
    found: set[str] = set()
    for path in (tiny.home / "inbox").rglob("*.*"):
        if path.suffix in (".csv", ".tsv", ".jsonl"):
            text = path.read_text(encoding="utf-8")
        elif path.suffix == ".xlsx":
            rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
            text = " ".join(str(cell) for row in rows for cell in row)
        else:
            continue
        found.update(re.findall(r"[0-9A-Za-z-]+", text))
    return found


def test_every_case_is_labelled_once_in_order(cases: list[dict[str, str]]) -> None:
    assert [int(case["case"]) for case in cases] == list(range(1, 49))
    assert list(case_functions()) == list(range(1, 49))


def test_every_case_says_what_is_right_and_who_decides_it(cases: list[dict[str, str]]) -> None:
    for case in cases:
        assert case["title"] and case["expected"].endswith("."), case
        assert case["decided_by"] in AREAS, case


def test_records_of_every_case_exist(cases: list[dict[str, str]], ids_in_files: set[str]) -> None:
    missing = [
        (case["case"], record)
        for case in cases
        for record in case["where"].split()
        if record not in ids_in_files
    ]
    assert missing == []
