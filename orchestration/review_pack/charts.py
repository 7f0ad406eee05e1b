"""The small charts: drawn by Vega-Lite as SVG on this machine, each with the same in words.

Altair states the chart and vl-convert draws it, without a browser and without the network. Marks
are dark enough on white, and none means anything by its colour alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orchestration.pages import short_money
from orchestration.review_pack.document import Chart
from orchestration.review_pack.wording import plain

if TYPE_CHECKING:
    import altair

INK, SOFT, BAND, DONE, BEFORE = "#1b2733", "#55636f", "#cfd8e3", "#22405f", "#b45309"
CLASS_COLOURS = {"sourced": "#1e6b4a", "influenced": "#5b8bd0"}
FONT = "Liberation Sans, Helvetica, Arial, sans-serif"
WIDTH, WIDE, ROW_HEIGHT, LINE_HEIGHT = 160, 230, 24, 120
LONGEST_NAME = 112
TICKS = 4
# Vega numbers what it clips; several drawings share one page.
_NUMBERED = re.compile(r'(id="|url\(#)(clip|gradient_)(\d+)')


@dataclass(frozen=True)
class Bullet:
    """One rep and one metric: what is fair, where an even pace would be, what is done.

    pace and before: None where no week has been told yet.
    """

    name: str
    target: Decimal
    done: Decimal
    pace: Decimal | None
    before: Decimal | None


@dataclass(frozen=True)
class WeekPoint:
    """A team's sum at the end of a week, and where an even pace to the target would be."""

    week_ends_on: date
    done: Decimal
    pace: Decimal


def bullets(title: str, rows: Sequence[Bullet], *, is_money: bool) -> Chart:
    """One bar per rep on a band as long as the fair target."""
    import altair as alt

    values = [
        {
            "name": _unique(rows, place),
            "target": float(row.target),
            "done": float(row.done),
            "pace": None if row.pace is None else float(row.pace),
            "before": None if row.before is None else float(row.before),
        }
        for place, row in enumerate(rows)
    ]
    base = alt.Chart(alt.Data(values=values), width=WIDTH, height=alt.Step(ROW_HEIGHT)).encode(
        y=alt.Y("name:N", sort=None, title=None)
    )
    largest = max(max(row.target, row.done) for row in rows)
    scale = alt.X("target:Q", title=None, axis=_number_axis(largest, is_money=is_money))
    layers = [
        base.mark_bar(color=BAND, size=16).encode(x=scale),
        base.mark_bar(color=DONE, size=7).encode(x="done:Q"),
        base.mark_tick(color=INK, thickness=2, size=18).encode(x="pace:Q"),
        base.mark_point(color=BEFORE, shape="diamond", filled=True, size=46, opacity=1).encode(
            x="before:Q"
        ),
    ]
    words = "; ".join(_bullet_words(row, is_money=is_money) for row in rows)
    return Chart(title, _drawn(alt.layer(*layers), title), words)


def weeks(title: str, points: Sequence[WeekPoint], *, is_money: bool) -> Chart:
    """What the team has done by the end of each week, beside an even pace."""
    import altair as alt

    values = [
        {
            "week": point.week_ends_on.isoformat(),
            "done": float(point.done),
            "pace": float(point.pace),
        }
        for point in points
    ]
    base = alt.Chart(alt.Data(values=values), width=WIDTH, height=LINE_HEIGHT).encode(
        x=alt.X(
            "week:O", title=None, axis=alt.Axis(labelAngle=-45, labelExpr="slice(datum.label, 5)")
        )
    )
    largest = max(max(point.done, point.pace) for point in points)
    axis = alt.Y("done:Q", title=None, axis=_number_axis(largest, is_money=is_money))
    layers = [
        base.mark_line(color=SOFT, strokeDash=[4, 3]).encode(y="pace:Q"),
        base.mark_line(color=DONE, point=alt.OverlayMarkDef(color=DONE, size=30)).encode(y=axis),
    ]
    words = "; ".join(
        f"to {point.week_ends_on}: {_shown(point.done, is_money=is_money)}, even pace "
        f"{_shown(point.pace, is_money=is_money)}"
        for point in points
    )
    return Chart(title, _drawn(alt.layer(*layers), title), words)


def grouped_bars(
    title: str, rows: Sequence[tuple[str, str, Decimal | int]], *, is_money: bool
) -> Chart:
    """One bar per name and class, the classes beside each other and never on top."""
    import altair as alt

    values = [{"name": name, "class": kind, "value": float(value)} for name, kind, value in rows]
    kinds = [kind for kind in CLASS_COLOURS if kind in {kind for _, kind, _ in rows}]
    largest = max(value for _, _, value in rows)
    shades = alt.Scale(domain=kinds, range=[CLASS_COLOURS[kind] for kind in kinds])
    chart = (
        alt.Chart(alt.Data(values=values), width=WIDE, height=alt.Step(9))
        .mark_bar()
        .encode(
            y=alt.Y("name:N", sort=None, title=None),
            yOffset=alt.YOffset("class:N", sort=kinds),
            x=alt.X("value:Q", title=None, axis=_number_axis(largest, is_money=is_money)),
            color=alt.Color(
                "class:N", scale=shades, sort=kinds, legend=alt.Legend(title=None, orient="top")
            ),
        )
    )
    words = "; ".join(
        f"{name}, {kind}: {_shown(value, is_money=is_money)}" for name, kind, value in rows
    )
    return Chart(title, _drawn(chart, title), words)


def _number_axis(largest: Decimal | int, *, is_money: bool) -> altair.Axis:
    """At most four ticks; a count has no half ones."""
    import altair as alt

    if is_money:
        return alt.Axis(tickCount=TICKS, format="~s")
    return alt.Axis(tickCount=max(1, min(TICKS, int(largest))), format=",.2~f")


def _drawn(chart: Any, title: str) -> str:
    """The chart as an SVG that can stand in a page with others."""
    import vl_convert

    text = {"labelColor": INK, "titleColor": INK, "labelFontSize": 12, "labelLimit": LONGEST_NAME}
    configured = chart.configure(font=FONT, background="white").configure_axis(
        gridColor="#e6ebf0", domainColor=SOFT, tickColor=SOFT, **text
    )
    configured = configured.configure_view(stroke=None).configure_legend(
        labelColor=INK, labelFontSize=12
    )
    svg: str = vl_convert.vegalite_to_svg(configured.to_dict(), allowed_base_urls=[])
    prefix = re.sub(r"\W+", "-", title.lower()).strip("-")
    return _NUMBERED.sub(rf"\g<1>{prefix}-\g<2>\g<3>", svg)


def _unique(rows: Sequence[Bullet], place: int) -> str:
    """The rep's name; two people of one name stay two bars."""
    same = [other for other, row in enumerate(rows) if row.name == rows[place].name]
    return rows[place].name + (f" {same.index(place) + 1}" if len(same) > 1 else "")


def _bullet_words(row: Bullet, *, is_money: bool) -> str:
    told = f"{row.name}: {_shown(row.done, is_money=is_money)} of "
    told += _shown(row.target, is_money=is_money)
    if row.pace is not None:
        told += f", even pace {_shown(row.pace, is_money=is_money)}"
    if row.before is not None:
        told += f", a week before {_shown(row.before, is_money=is_money)}"
    return told


def _shown(value: Decimal | int, *, is_money: bool) -> str:
    return short_money(Decimal(value)) if is_money else plain(round(Decimal(value), 2))
