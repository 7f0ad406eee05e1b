"""Draw docs/growth.svg and docs/where_time_goes.svg from growth.csv; tell costs and exponents.

`growth.svg`: processor time and peak memory against landed rows, the limits where one machine ends,
and every station of a first refresh with the exponent fitted through its sizes: 1 grows as the
rows do. Dots are measured; dashed lines are extrapolated, straight from the smallest company
through the largest, because a power fitted where the fixed work is most of it promises too much.

`where_time_goes.svg`: the stations of each refresh of each size as one bar, beside DuckDB alone.

    python -m benchmarks.growth_chart --results
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from benchmarks.drawn_page import drawn_page
from benchmarks.growth import DUCKDB_ALONE, MODELS, REFRESHES, STARTING, STATIONS, WHOLE
from benchmarks.results_page import (
    Section,
    add_results_option,
    markdown_table,
    report_figures,
)

DOCS = Path(__file__).resolve().parents[1] / "docs"
GROWTH_CHART = DOCS / "growth.svg"
TIME_CHART = DOCS / "where_time_goes.svg"
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 1080, 400, 70, 30, 80
ROWS = (1e5, 1e9)
COLOURS = {"first": "#b45309", "weekly": "#1d4ed8", DUCKDB_ALONE: "#4b5563"}
STATION_COLOURS = {
    STARTING: "#9ca3af",
    "landing": "#0f766e",
    "gate: landing": "#dc2626",
    "staging": "#a16207",
    "matching": "#7c3aed",
    "gate: matching": "#ef4444",
    "marts": "#1d4ed8",
    "gate: marts": "#f87171",
    "routing": "#0891b2",
    "release": "#15803d",
    WHOLE: "#4b5563",
}
MULTIPLIED = "medium:"
"""The company whose multiples tell how a refresh grows."""
SECTION = Section(
    "growth_chart",
    "Where the time of a refresh goes, and how it grows",
    "Drawn from `growth.csv`, which names the day and machine of each row. Every refresh in a "
    "process of its own, from the interpreter's start to the release; DuckDB alone runs the "
    "queries of all models back to back on the same landed rows.",
)
LARGEST_EXPONENT = 1.15
LEAST_SECONDS = 2.0
"""Below this a station's time is that of its fixed work: an exponent says nothing there."""
STYLE = (
    ".value{text-anchor:end;fill:#555}.note{fill:#555;font-size:11px}.on{fill:#fff;font-size:10px}"
    ".frame{fill:none;stroke:#999}.limit{stroke:#999;stroke-dasharray:1 3}"
)


@dataclass(frozen=True)
class Row:
    """One station of one refresh, as growth.csv has it."""

    company: str
    """Size and factor: `medium:3`."""
    refresh: str
    station: str
    landed_rows: float
    seconds: float
    processor_seconds: float
    import_seconds: float
    memory_gibibytes: float


@dataclass(frozen=True)
class Limit:
    """Where people say that one machine ends."""

    name: str
    value: float


@dataclass(frozen=True)
class Line:
    """What is drawn as dots and one dashed line: landed rows and a figure, the smallest first."""

    name: str
    colour: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Panel:
    """One part of the chart, with a figure on a logarithmic axis."""

    title: str
    axis: tuple[float, float]
    lines: tuple[Line, ...]
    limits: tuple[Limit, ...] = ()


def read_rows() -> list[Row]:
    """All measured stations, the smallest company first."""
    with STATIONS.open(encoding="utf-8", newline="") as lines:
        rows = [
            Row(
                f"{row['size']}:{row['factor']}",
                row["refresh"],
                row["station"],
                float(row["landed_rows"]),
                float(row["seconds"]),
                float(row["processor_seconds"]),
                float(row["import_seconds"]),
                float(row["peak_memory_bytes"]) / 2**30,
            )
            for row in csv.DictReader(lines)
        ]
    return sorted(rows, key=lambda row: row.landed_rows)


def fitted(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Exponent and factor of the power that fits best, by least squares of the logarithms."""
    logs = [(math.log(rows), math.log(value)) for rows, value in points]
    mean_x = sum(x for x, _ in logs) / len(logs)
    mean_y = sum(y for _, y in logs) / len(logs)
    spread = sum((x - mean_x) ** 2 for x, _ in logs)
    exponent = sum((x - mean_x) * (y - mean_y) for x, y in logs) / spread if spread else 0.0
    return exponent, math.exp(mean_y - exponent * mean_x)


def line_through(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """What a refresh of nothing takes, and what a row adds."""
    (first_rows, first), (last_rows, last) = points[0], points[-1]
    per_row = (last - first) / (last_rows - first_rows)
    return first - per_row * first_rows, per_row


def large_enough(line: Line) -> tuple[tuple[float, float], ...]:
    """The points that tell growth: where more than the fixed work is done."""
    return tuple(point for point in line.points if point[1] >= LEAST_SECONDS)


def panels(rows: Sequence[Row]) -> tuple[Panel, ...]:
    """Processor time, memory, and the stations of a first refresh."""

    def whole(refresh: str, figure: Callable[[Row], float]) -> Line:
        points = [
            (row.landed_rows, figure(row))
            for row in rows
            if (row.refresh, row.station) == (refresh, WHOLE)
        ]
        return Line(refresh, COLOURS[refresh], tuple(points))

    def station(name: str) -> Line:
        points = [
            (row.landed_rows, max(row.processor_seconds, 0.01))
            for row in rows
            if (row.refresh, row.station) == ("first", name)
        ]
        return Line(name, STATION_COLOURS[name], tuple(points))

    return (
        # Processor time: another program on the machine does not lengthen it as much.
        Panel(
            "processor seconds of a refresh",
            (1, 1_000_000),
            tuple(whole(refresh, lambda row: row.processor_seconds) for refresh in COLOURS),
            (Limit("a night (8 h) of 2 cores", 57_600), Limit("a night of 16 cores", 460_800)),
        ),
        Panel(
            "memory at its peak, GiB",
            (0.25, 256),
            tuple(whole(refresh, lambda row: row.memory_gibibytes) for refresh in COLOURS),
            (Limit("16 GiB", 16), Limit("64 GiB", 64)),
        ),
        Panel(
            "processor seconds of a first refresh by station",
            (0.1, 100_000),
            tuple(station(name) for name in STATION_COLOURS if name not in (WHOLE, STARTING)),
        ),
    )


def place(value: float, ends: tuple[float, float], begin: float, length: float) -> float:
    """A value on a logarithmic axis, in pixels."""
    share = math.log(value / ends[0]) / math.log(ends[1] / ends[0])
    return begin + share * length


def drawn(panel: Panel, left: float, width: float) -> Iterator[str]:
    """The elements of one panel."""
    bottom = HEIGHT - BOTTOM

    def x(rows: float) -> float:
        return place(rows, ROWS, left, width)

    def y(value: float) -> float:
        inside = min(max(value, panel.axis[0]), panel.axis[1])
        return place(inside, panel.axis, bottom, TOP - bottom)

    yield f'<text x="{left}" y="18" font-weight="bold">{panel.title}</text>'
    yield from axes(panel, left, width, x, y)
    for line in panel.lines:
        if len(line.points) > 1:
            fixed, per_row = line_through(line.points)
            steps = [10 ** (5 + step / 10) for step in range(41)]
            path = " ".join(
                f"{x(rows):.1f},{y(fixed + per_row * rows):.1f}"
                for rows in steps
                if rows >= line.points[0][0]
            )
            yield (
                f'<polyline points="{path}" fill="none" stroke="{line.colour}" '
                'stroke-dasharray="4 4"/>'
            )
        for rows, value in line.points:
            yield f'<circle cx="{x(rows):.1f}" cy="{y(value):.1f}" r="3.5" fill="{line.colour}"/>'
    yield from legend(panel, left)


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
        at = f'x="{x(10.0**power):.1f}" y="{bottom + 16}"'
        yield f'<text {at} class="mark">10{raised(power)}</text>'
    low, high = (math.log10(end) for end in panel.axis)
    for power in range(math.ceil(low), math.floor(high) + 1):
        value = 10.0**power
        yield f'<text x="{left - 4}" y="{y(value) + 4:.1f}" class="value">{value:g}</text>'
    yield f'<text x="{left + width / 2}" y="{bottom + 32}" class="mark">landed rows</text>'
    for limit in panel.limits:
        height = y(limit.value)
        yield f'<line x1="{left}" x2="{left + width}" y1="{height}" y2="{height}" class="limit"/>'
        yield f'<text x="{left + 6}" y="{height - 4}" class="note">{limit.name}</text>'


def legend(panel: Panel, left: float) -> Iterator[str]:
    """Names and colours of the lines, with the exponent where the line has one."""
    for number, line in enumerate(panel.lines):
        points = large_enough(line)
        said = f" ^{fitted(points)[0]:.2f}" if len(points) > 1 and not panel.limits else ""
        column, level = number % 3, number // 3
        yield (
            f'<text x="{left + 110 * column}" y="{HEIGHT - BOTTOM + 48 + 14 * level}" '
            f'fill="{line.colour}" style="font-size:11px">● {escape(line.name)}{said}</text>'
        )


def raised(power: int) -> str:
    """A power of ten in small digits."""
    return str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def bars(rows: Sequence[Row]) -> list[str]:
    """One bar per refresh of each company; companies are not comparable in length, shares are."""
    companies = list(dict.fromkeys(row.company for row in rows))
    kinds = (*REFRESHES, DUCKDB_ALONE)
    elements = []
    for number, station in enumerate(name for name in STATION_COLOURS if name != WHOLE):
        elements.append(
            f'<text x="{150 + 105 * (number % 6)}" y="{18 + 16 * (number // 6)}" '
            f'fill="{STATION_COLOURS[station]}">■ {escape(station)}</text>'
        )
    height = 56
    for company in companies:
        longest = max(row.seconds for row in rows if row.company == company)
        elements.append(f'<text x="10" y="{height + 12}" font-weight="bold">{company}</text>')
        for kind in kinds:
            elements += bar(rows, company, kind, height, 520 / longest)
            height += 22
        height += 14
    return [*elements, *slowest(companies, height)]


def bar(
    rows: Sequence[Row], company: str, refresh: str, height: int, pixels_per_second: float
) -> Iterator[str]:
    """The stations of one refresh in the order of the flow, and their sum in seconds."""
    found = {row.station: row for row in rows if (row.company, row.refresh) == (company, refresh)}
    if not found:
        return
    yield f'<text x="205" y="{height + 12}" class="value">{refresh}</text>'
    shown = (
        [WHOLE] if refresh == DUCKDB_ALONE else [name for name in STATION_COLOURS if name != WHOLE]
    )
    left = 212.0
    for station in shown:
        row = found.get(station)
        if row is None:
            continue
        width = row.seconds * pixels_per_second
        yield (
            f'<rect x="{left:.1f}" y="{height}" width="{width:.1f}" height="16" '
            f'fill="{STATION_COLOURS[station]}"><title>{escape(station)}: {row.seconds:.1f} s'
            f"</title></rect>"
        )
        if width > 26:
            yield f'<text x="{left + 3:.1f}" y="{height + 12}" class="on">{row.seconds:.1f}</text>'
        left += width
    whole = found[WHOLE]
    imports = f", {whole.import_seconds:.1f} s of it imports" if whole.import_seconds else ""
    yield (
        f'<text x="{left + 6:.1f}" y="{height + 12}" class="note">{whole.seconds:.1f} s wall, '
        f"{whole.processor_seconds:.1f} s processor{imports}</text>"
    )


def slowest(companies: Sequence[str], height: int) -> Iterator[str]:
    """The slowest models of the first refresh of the largest company."""
    with MODELS.open(encoding="utf-8", newline="") as lines:
        models = [
            row
            for row in csv.DictReader(lines)
            if f"{row['size']}:{row['factor']}" == companies[-1] and row["refresh"] == "first"
        ][:12]
    yield (
        f'<text x="10" y="{height + 14}" font-weight="bold">the slowest models of the first '
        f"refresh of {companies[-1]}</text>"
    )
    longest = max((float(row["seconds"]) for row in models), default=1.0)
    for number, row in enumerate(models):
        top = height + 26 + 18 * number
        width = float(row["seconds"]) / longest * 400
        yield f'<text x="330" y="{top + 11}" class="value">{escape(row["name"])}</text>'
        yield (
            f'<rect x="338" y="{top}" width="{width:.1f}" height="13" '
            f'fill="{STATION_COLOURS[row["station"]]}"/>'
        )
        counted = f", {int(row['rows']):,} rows" if row["rows"] else ""
        yield (
            f'<text x="{344 + width:.1f}" y="{top + 11}" class="note">'
            f"{float(row['seconds']):.1f} s{counted}</text>"
        )


def costs(rows: Sequence[Row]) -> str:
    """A table of whole refreshes beside DuckDB alone and beside the first."""
    whole = {(row.company, row.refresh): row for row in rows if row.station == WHOLE}
    lines = []
    for (company, refresh), row in whole.items():
        line = [
            company,
            refresh,
            f"{row.landed_rows:,.0f}",
            f"{row.seconds:.1f} s",
            f"{row.processor_seconds:.1f} s",
            f"{row.memory_gibibytes:.2f} GiB",
        ]
        for other in (DUCKDB_ALONE, "first"):
            limit = whole.get((company, other))
            line.append(
                f"{row.seconds / limit.seconds:.2f}, "
                f"{row.processor_seconds / limit.processor_seconds:.2f}"
                if limit is not None and limit is not row
                else ""
            )
        lines.append(line)
    columns = ["company", "refresh", "landed rows", "wall", "processor", "peak memory"]
    beside = [f"beside {DUCKDB_ALONE}: wall, processor", "beside the first: wall, processor"]
    return markdown_table([*columns, *beside], lines)


def exponents(rows: Sequence[Row]) -> str:
    """A table of the fitted exponents of every station, where more than fixed work is done."""
    multiples = [row for row in rows if row.company.startswith(MULTIPLIED)]
    largest = max((row.landed_rows for row in multiples), default=0.0)
    smallest = min((row.landed_rows for row in multiples), default=0.0)
    lines = []
    for station in STATION_COLOURS:
        told = []
        for refresh in (*REFRESHES[:2], DUCKDB_ALONE):
            found = [row for row in multiples if (row.refresh, row.station) == (refresh, station)]
            processor = [(row.landed_rows, row.processor_seconds) for row in found]
            memory = [(row.landed_rows, row.memory_gibibytes) for row in found]
            grows = len(found) > 1 and min(value for _, value in processor) >= LEAST_SECONDS
            told.append(f"{fitted(processor)[0]:.2f}, {fitted(memory)[0]:.2f}" if grows else "")
        if any(told):
            lines.append([station, *told])
    columns = ["station", *(f"{kind}: processor, memory" for kind in REFRESHES[:2]), DUCKDB_ALONE]
    return (
        f"Fitted exponents from {smallest:,.0f} to {largest:,.0f} landed rows (goal: none above "
        f"{LARGEST_EXPONENT}; 1 grows as the rows do):\n\n{markdown_table(columns, lines)}"
    )


def limits(everything: Sequence[Panel]) -> str:
    """Where the straight lines of the chart reach what people call the end of one machine."""
    return "\n".join(
        f"- {panel.title}, {line.name}: {limit.name} at "
        f"{(limit.value - fixed) / per_row / 1e6:,.0f} million landed rows"
        for panel in everything
        for line in panel.lines
        if len(line.points) > 1
        for fixed, per_row in [line_through(line.points)]
        for limit in panel.limits
    )


def main() -> None:
    """Write both charts; tell costs, exponents and where the lines reach their limits."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_results_option(parser)
    arguments = parser.parse_args()
    rows = read_rows()
    everything = panels(rows)
    width = WIDTH / len(everything) - LEFT
    elements = [
        element
        for number, panel in enumerate(everything)
        for element in drawn(panel, LEFT * 0.7 + number * (width + LEFT), width)
    ]
    GROWTH_CHART.write_text(drawn_page(WIDTH, HEIGHT, elements), encoding="utf-8")
    companies = len({row.company for row in rows})
    height = 56 + companies * (22 * (len(REFRESHES) + 1) + 14) + 26 + 18 * 12 + 10
    TIME_CHART.write_text(drawn_page(1080, height, bars(rows)), encoding="utf-8")
    report_figures(
        SECTION,
        f"{costs(rows)}\n\n{exponents(rows)}\n\nExtrapolated:\n\n{limits(everything)}",
        writes_results=arguments.writes_results,
    )


if __name__ == "__main__":
    main()
