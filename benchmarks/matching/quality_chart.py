"""Draw docs/matching.svg from quality.csv: how right and how complete, per labelled set.

python -m benchmarks.matching.quality --demo demo --csv benchmarks/matching/quality.csv
python -m benchmarks.matching.quality_chart
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.drawn_page import drawn_page

MEASURED = Path(__file__).with_name("quality.csv")
CHART = Path(__file__).resolve().parents[2] / "docs" / "matching.svg"
WIDTH, LEFT, TOP, ROW = 900, 190, 44, 24
COLOURS = {
    "cosell": "#1d4ed8",
    "equal names": "#a16207",
    "RapidFuzz": "#be185d",
    "Splink": "#059669",
}


@dataclass(frozen=True)
class Panel:
    """One half of the chart; which method of the table stands for whom."""

    title: str
    column: str
    axis: tuple[float, float]
    methods: dict[str, str]


PANELS = (
    Panel(
        "precision of what no person looks at",
        "precision",
        (0.8, 1.0),
        {
            "cosell": "automatic",
            "equal names": "equal names",
            "RapidFuzz": "RapidFuzz >= 85",
            "Splink": "Splink at 0.99",
        },
    ),
    Panel(
        "F1 with what waits for a person",
        "f1",
        (0.0, 1.0),
        {
            "cosell": "automatic + review",
            "equal names": "equal names",
            "RapidFuzz": "RapidFuzz >= 85",
            "Splink": "Splink at its best",
        },
    ),
)
Figures = dict[tuple[str, str], dict[str, str]]


def drawn(panel: Panel, sets: list[str], figures: Figures, left: float) -> Iterator[str]:
    """The elements of one panel; what found no pair has no dot."""
    width = (WIDTH - LEFT) / 2 - 30
    low, high = panel.axis
    bottom = TOP + ROW * len(sets)

    def x(value: float) -> float:
        return left + (max(value, low) - low) / (high - low) * width

    yield f'<text x="{left}" y="18" font-weight="bold">{panel.title}</text>'
    for step in range(5):
        value = low + (high - low) * step / 4
        yield f'<line x1="{x(value)}" x2="{x(value)}" y1="{TOP - 8}" y2="{bottom}" class="line"/>'
        yield f'<text x="{x(value)}" y="{bottom + 14}" class="mark">{value:.2f}</text>'
    for row, name in enumerate(sets):
        y = TOP + ROW * (row + 0.5)
        # Ours last, so that it lies on top.
        for peer in reversed(COLOURS):
            one = figures[name, panel.methods[peer]]
            if int(one["pairs"]):
                value = float(one[panel.column])
                yield (
                    f'<circle cx="{x(value):.1f}" cy="{y}" r="{6 if peer == "cosell" else 4}"'
                    f' fill="{COLOURS[peer]}"><title>{peer}: {value:.3f}</title></circle>'
                )


def main() -> None:
    """Write the chart."""
    with MEASURED.open(encoding="utf-8") as lines:
        figures = {(row["set"], row["method"]): row for row in csv.DictReader(lines)}
    sets = list(dict.fromkeys(name for name, _ in figures))
    height = TOP + ROW * len(sets) + 50
    elements = [
        f'<text x="{LEFT - 14}" y="{TOP + ROW * (row + 0.5) + 4}" class="set">'
        f"{name.replace('_', ' ')}</text>"
        for row, name in enumerate(sets)
    ]
    for number, panel in enumerate(PANELS):
        elements += drawn(panel, sets, figures, LEFT + number * (WIDTH - LEFT) / 2)
    elements += [
        f'<text x="{LEFT + 150 * number}" y="{height - 8}" fill="{colour}">● {peer}</text>'
        for number, (peer, colour) in enumerate(COLOURS.items())
    ]
    page = drawn_page(WIDTH, height, elements, ".set{text-anchor:end}")
    CHART.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
