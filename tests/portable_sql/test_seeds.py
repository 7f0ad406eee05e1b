"""Seeds hold the same on both engines."""

from __future__ import annotations

import csv
from pathlib import Path

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"


def test_no_cell_is_the_word_that_dbt_reads_as_no_value() -> None:
    """DuckDB reads a seed itself and keeps the word; for Spark dbt reads it and does not."""
    found = [
        (file.name, number)
        for file in SEEDS.glob("*.csv")
        for number, row in enumerate(csv.reader(file.open(encoding="utf-8", newline="")), 1)
        if any(cell.strip().casefold() == "null" for cell in row)
    ]
    assert list(SEEDS.glob("*.csv"))
    assert found == []
