"""Draw docs/growth.svg from growth.csv: time and memory of a refresh, and where one machine ends.

Dots are measured, dashed lines are extrapolated: the straight line through the smallest and the
largest company of each refresh. Prints the rows at which a line reaches a limit.

    python benchmarks/growth_chart.py
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

MEASURED = Path(__file__).with_name("growth.csv")
CHART = Path(__file__).resolve().parents[1] / "docs" / "growth.svg"
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 360, 70, 30, 50
ROWS = (1e5, 1e9)
COLOURS = {"first": "#b45309", "weekly": "#1d4ed8"}


@dataclass(frozen=True)
class Limit:
    """Where people say that one machine ends."""

    name: str
    value: float


@dataclass(frozen=True)
class Panel:
    """One half of the chart: a figure on a logarithmic axis, and its limits."""

    title: str
    column: str
    unit: float
    """What the column is divided by."""
    axis: tuple[float, float]
    limits: tuple[Limit, ...]


PANELS = (
    # Processor time: another program on the machine does not lengthen it.
    Panel(
        "processor hours of a refresh",
        "processor_seconds",
        3600,
        (0.01, 1000),
        (Limit("a night (8 h) of 2 cores", 16), Limit("a night of 16 cores", 128)),
    ),
    Panel(
        "memory at its peak, GiB",
        "peak_memory_bytes",
        2**30,
        (0.5, 1000),
        (Limit("64 GiB", 64), Limit("256 GiB", 256)),
    ),
)


def points(panel: Panel, refresh: str) -> list[tuple[float, float]]:
    """Landed rows and the panel's figure, the smallest company first."""
    with MEASURED.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["refresh"] == refresh]
    found = [(float(row["landed_rows"]), float(row[panel.column]) / panel.unit) for row in rows]
    return sorted(found)


def line_through(measured: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """What a refresh of nothing takes, and what a row adds."""
    (first_rows, first), (last_rows, last) = measured[0], measured[-1]
    per_row = (last - first) / (last_rows - first_rows)
    return first - per_row * first_rows, per_row


def place(value: float, ends: tuple[float, float], begin: float, length: float) -> float:
    """A value on a logarithmic axis, in pixels."""
    share = math.log(value / ends[0]) / math.log(ends[1] / ends[0])
    return begin + share * length


def drawn(panel: Panel, left: float, width: float) -> Iterator[str]:
    """The elements of one panel."""

    def x(rows: float) -> float:
        return place(rows, ROWS, left, width)

    def y(value: float) -> float:
        low = HEIGHT - BOTTOM
        return place(min(max(value, panel.axis[0]), panel.axis[1]), panel.axis, low, TOP - low)

    yield f'<text x="{left}" y="18" font-weight="bold">{panel.title}</text>'
    yield from axes(panel, left, width, x, y)
    for refresh, colour in COLOURS.items():
        measured = points(panel, refresh)
        fixed, per_row = line_through(measured)
        steps = [10 ** (5 + place / 10) for place in range(41)]
        path = " ".join(f"{x(rows):.1f},{y(fixed + per_row * rows):.1f}" for rows in steps)
        yield (f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-dasharray="4 4"/>')
        for rows, value in measured:
            yield f'<circle cx="{x(rows):.1f}" cy="{y(value):.1f}" r="4" fill="{colour}"/>'


def axes(
    panel: Panel,
    left: float,
    width: float,
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> Iterator[str]:
    """Frame, marks and limits of one panel."""
    bottom = HEIGHT - BOTTOM
    yield f'<rect x="{left}" y="{TOP}" width="{width}" height="{bottom - TOP}" class="frame"/>'
    for power in range(5, 10):
        rows = 10.0**power
        yield f'<text x="{x(rows):.1f}" y="{bottom + 16}" class="mark">10{raised(power)}</text>'
    low, high = (math.log10(end) for end in panel.axis)
    for power in range(math.ceil(low), math.floor(high) + 1):
        value = 10.0**power
        yield f'<text x="{left - 4}" y="{y(value) + 4:.1f}" class="value">{value:g}</text>'
    yield f'<text x="{left + width / 2}" y="{bottom + 34}" class="mark">landed rows</text>'
    for limit in panel.limits:
        height = y(limit.value)
        yield f'<line x1="{left}" x2="{left + width}" y1="{height}" y2="{height}" class="limit"/>'
        yield f'<text x="{left + 6}" y="{height - 4}" class="note">{limit.name}</text>'


def raised(power: int) -> str:
    """A power of ten in small digits."""
    return str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def main() -> None:
    """Write the chart and print where the lines reach their limits."""
    width = (WIDTH - 2 * LEFT) / 2
    elements = [
        element
        for number, panel in enumerate(PANELS)
        for element in drawn(panel, LEFT * 0.6 + number * (width + LEFT), width)
    ]
    legend = [
        f'<text x="{LEFT / 2 + 150 * number}" y="{HEIGHT - 4}" fill="{colour}">'
        f"● {refresh} refresh</text>"
        for number, (refresh, colour) in enumerate(COLOURS.items())
    ]
    style = (
        "text{font:12px sans-serif}.mark{text-anchor:middle;fill:#555}"
        ".value{text-anchor:end;fill:#555}.note{fill:#555;font-size:11px}"
        ".frame{fill:none;stroke:#999}.limit{stroke:#999;stroke-dasharray:1 3}"
    )
    body = "\n".join([*elements, *legend])
    CHART.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">\n'
        f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n',
        encoding="utf-8",
    )
    for panel in PANELS:
        for refresh in COLOURS:
            fixed, per_row = line_through(points(panel, refresh))
            for limit in panel.limits:
                rows = (limit.value - fixed) / per_row
                print(f"{refresh}: {limit.name} at {rows / 1e6:,.0f} million landed rows")


if __name__ == "__main__":
    main()
