"""Draw docs/peers.svg from measured.csv: what each way of working costs beside how right it is.

python -m benchmarks.peers.compare --results
python -m benchmarks.peers.chart
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from benchmarks.drawn_page import drawn_page

MEASURED = Path(__file__).with_name("measured.csv")
CHART = Path(__file__).resolve().parents[2] / "docs" / "peers.svg"
WIDTH, LEFT, TOP, ROW, PANEL, GAP = 900, 190, 52, 46, 310, 50
COLOURS = {
    "match_precision": ("#1d4ed8", "matches that are right"),
    "match_recall": ("#0891b2", "records matched"),
    "segments_of_partner": ("#a16207", "cells right, where the partner lists the account"),
    "credit_paid": ("#be185d", "partner money to the right class, partner and rep"),
}
LOWEST = 0.6


def read_measured() -> list[dict[str, str]]:
    """The rows of measured.csv, ours first."""
    with MEASURED.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def times(rows: list[dict[str, str]]) -> Iterator[str]:
    """Bars of processor seconds."""
    longest = max(float(row["processor"]) for row in rows)
    yield f'<text x="{LEFT}" y="20" font-weight="bold">processor seconds</text>'
    for number, row in enumerate(rows):
        seconds = float(row["processor"])
        y, length = TOP + ROW * number, PANEL * 0.85 * seconds / longest
        yield f'<text x="{LEFT - 12}" y="{y + 19}" class="way">{row["way"]}</text>'
        yield f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="28" fill="#94a3b8"/>'
        yield f'<text x="{LEFT + length + 6:.1f}" y="{y + 19}">{seconds:.0f}</text>'


def rightness(rows: list[dict[str, str]]) -> Iterator[str]:
    """Dots of each share; what a way does not do has none."""
    left, bottom = LEFT + PANEL + GAP, TOP + ROW * len(rows) - 8

    def x(value: float) -> float:
        return left + (max(value, LOWEST) - LOWEST) / (1 - LOWEST) * PANEL

    yield f'<text x="{left}" y="20" font-weight="bold">share that is right</text>'
    for tenth in range(round(LOWEST * 10), 11):
        place = x(tenth / 10)
        yield f'<line x1="{place}" x2="{place}" y1="{TOP - 8}" y2="{bottom}" class="line"/>'
        yield f'<text x="{place}" y="{bottom + 16}" class="mark">{tenth / 10:.1f}</text>'
    for number, row in enumerate(rows):
        for place, (column, (colour, text)) in enumerate(COLOURS.items()):
            if row[column]:
                value = float(row[column])
                # One below the other, so that equal shares do not cover each other.
                yield (
                    f'<circle cx="{x(value):.1f}" cy="{TOP + ROW * number + 3 + 7.5 * place}"'
                    f' r="4" fill="{colour}"><title>{text}: {value:.3f}</title></circle>'
                )


def main() -> None:
    """Write the chart."""
    rows = read_measured()
    height = TOP + ROW * len(rows) + 80
    legend = [
        f'<text x="{30 + 440 * (number % 2)}" y="{height - 34 + 20 * (number // 2)}"'
        f' fill="{colour}">● {text}</text>'
        for number, (colour, text) in enumerate(COLOURS.values())
    ]
    elements = [*times(rows), *rightness(rows), *legend]
    page = drawn_page(WIDTH, height, elements, ".way{text-anchor:end}")
    CHART.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
