"""A review pack as one HTML page: readable on a phone, in print and by a screen reader.

On a narrow screen each row of a table becomes a card whose values carry their column's name. The
roles are written out because browsers take `display: block` for the end of a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from orchestration.pages import long_day
from orchestration.review_pack.document import (
    Cell,
    Chart,
    Column,
    Document,
    Evidence,
    Fact,
    Section,
    Table,
)
from orchestration.review_pack.wording import unsteered
from orchestration.web_page import web_page

STYLE = """
:root { --ink: #1b2733; --soft: #4f5d6b; --line: #dde3ea; --head: #22405f; --paper: #fff;
  --ground: #f4f6f8; --good: #14603f; --watch: #8a4b08; --bad: #a4161a; }
* { box-sizing: border-box; }
html { scroll-behavior: auto; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 20px 56px; }
.company { color: var(--soft); font-size: 13px; margin: 0 0 8px; }
a { color: var(--head); text-underline-offset: 2px; }
a:focus-visible, summary:focus-visible { outline: 3px solid #2b5fa8; outline-offset: 2px; }
h1 { font-size: 27px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 0 0 2px; }
h3 { font-size: 14px; margin: 0 0 6px; }
.sub, .lead, .note { color: var(--soft); margin: 0 0 14px; overflow-wrap: anywhere; }
.note { margin: 10px 0 14px; font-size: 13.5px; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 6px 16px; padding: 0;
  margin: 0 0 18px; font-size: 14px; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 8px;
  padding: 18px 20px; margin: 0 0 16px; scroll-margin-top: 8px; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); gap: 12px;
  margin: 0 0 16px; }
.facts div { border: 1px solid var(--line); border-radius: 6px; padding: 10px 14px; min-width: 0; }
.facts dt { color: var(--soft); font-size: 13px; }
.facts dd { margin: 2px 0 0; font-size: 21px; font-weight: 650; overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: 18px;
  margin: 0 0 18px; }
figure { margin: 0; min-width: 0; }
figcaption { font-size: 13px; font-weight: 600; margin: 0 0 4px; }
figure svg { max-width: 100%; height: auto; display: block; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; margin: 0 0 18px; }
caption { text-align: left; font-weight: 600; font-size: 14.5px; padding: 0 0 6px; }
thead th { text-align: left; vertical-align: bottom; color: var(--soft); font-weight: 600;
  font-size: 12.5px; border-bottom: 2px solid var(--line); padding: 6px 12px 6px 0; }
tbody th, td { text-align: left; font-weight: 400; border-bottom: 1px solid var(--line);
  padding: 7px 12px 7px 0; vertical-align: top; overflow-wrap: anywhere; }
tbody th { font-weight: 600; min-width: 8em; }
tr:last-child > * { border-bottom: 0; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
thead .number { white-space: normal; }
.day { white-space: nowrap; }
td small, th small { display: block; font-weight: 400; font-size: 12px; color: var(--soft);
  white-space: normal; }
.nil { color: var(--soft); }
.good, .good small { color: var(--good); } .watch, .watch small { color: var(--watch); }
.bad, .bad small { color: var(--bad); }
details { border-top: 1px solid var(--line); padding-top: 10px; }
summary { cursor: pointer; color: var(--head); font-weight: 600; }
.ids { font-size: 12.5px; margin-top: 10px; table-layout: fixed; }
.ids th:first-child { width: 28%; } .ids th:nth-child(2) { width: 14%; }
.ids td:last-child { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 11.5px; }
.ids td span { display: inline-block; margin: 0 12px 2px 0; overflow-wrap: anywhere; }
.ids tr:target { background: #fdf3d7; }
footer { color: var(--soft); font-size: 12.5px; overflow-wrap: anywhere; }
@media (max-width: 720px) {
  main { padding: 14px 10px 40px; }
  section { padding: 14px 12px; }
  h1 { font-size: 22px; }
  .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; }
  .facts div { padding: 8px 10px; } .facts dd { font-size: 17px; }
  table, caption, tbody, tr, tbody th, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { border: 1px solid var(--line); border-radius: 6px; padding: 8px 10px; margin: 0 0 8px; }
  tbody th, td { border: 0; padding: 2px 0; }
  td { display: grid; grid-template-columns: 44% 1fr; column-gap: 10px; }
  td::before { content: attr(data-column); color: var(--soft); font-size: 12.5px;
    white-space: normal; text-align: left; overflow-wrap: anywhere; }
  td > span, td > a { grid-column: 2; } td > small { grid-column: 2; }
  .number { text-align: left; white-space: normal; }
  .ids td:last-child { display: block; } .ids td:last-child::before { display: block; }
}
@media print {
  @page { margin: 14mm; }
  body { background: #fff; font-size: 11px; } main { max-width: none; padding: 0; }
  nav { display: none; } a { color: inherit; text-decoration: none; }
  section { border: 0; border-top: 2px solid #999; border-radius: 0; padding: 10px 0; }
  tr, figure, .facts div { break-inside: avoid; } h2, caption { break-after: avoid; }
  table { font-size: 10px; }
}
"""
_SVG_OPENING = re.compile(r"^<svg ")
_LABELLED_PARTS = re.compile(
    r' (?:role="graphics-[a-z]+"|aria-roledescription="[^"]*"|aria-label="[^"]*")'
)


def html_page(document: Document) -> str:
    """The whole page."""
    links = "".join(
        f'<li><a href="#{escape(each.anchor)}">{escape(each.title)}</a></li>'
        for each in document.sections
    )
    body = (
        f'<header><p class="company">{escape(document.company)}</p>'
        f"<h1>Pipeline review: {_text(document.manager.name)}</h1>"
        f'<p class="sub">Week of {long_day(document.week_starts_on)}, told up to '
        f"{long_day(document.day)}. Every underlined figure leads to the ids behind it.</p>"
        "</header>"
        f'<nav aria-label="Sections"><ul>{links}</ul></nav>'
        f"{''.join(_section(each) for each in document.sections)}"
        f"<footer>Release {escape(document.release_id)}, as of {document.as_of}. An id is followed "
        "to its landed file and row by <code>cosell explain ID</code>.</footer>"
    )
    return web_page(unsteered(document.title), STYLE, body)


def _text(value: str) -> str:
    """A text of others: escaped, and its writing direction kept to itself."""
    return f"<bdi>{escape(unsteered(value))}</bdi>"


def _section(section: Section) -> str:
    anchor = escape(section.anchor)
    parts = [f'<h2 id="{anchor}-title">{escape(section.title)}</h2>']
    parts.append(f'<p class="lead">{_text(section.lead)}</p>')
    if section.facts:
        parts.append(f'<dl class="facts">{"".join(_fact(fact) for fact in section.facts)}</dl>')
    if section.charts:
        charts = "".join(_chart(anchor, place, each) for place, each in enumerate(section.charts))
        parts.append(f'<div class="charts">{charts}</div>')
    parts += [_table(table) for table in section.tables]
    parts += [f'<p class="note">{_text(note)}</p>' for note in section.notes]
    if section.evidence:
        parts.append(_evidence(section))
    return f'<section id="{anchor}" aria-labelledby="{anchor}-title">{"".join(parts)}</section>'


def _fact(fact: Fact) -> str:
    return (
        f"<div><dt>{_text(fact.label)}</dt><dd{_tone(fact.value)}>{_value(fact.value)}</dd></div>"
    )


def _chart(anchor: str, place: int, chart: Chart) -> str:
    """The drawing is one image to a screen reader, told in words."""
    key = f"{anchor}-chart-{place + 1}"
    described = f'<desc id="{key}-words">{escape(unsteered(chart.words))}</desc>'
    opening = f'<svg role="img" aria-labelledby="{key}" aria-describedby="{key}-words" '
    svg = _SVG_OPENING.sub(opening, _LABELLED_PARTS.sub("", chart.svg))
    first_end = svg.index(">") + 1
    svg = svg[:first_end] + described + svg[first_end:]
    return f'<figure><figcaption id="{key}">{_text(chart.title)}</figcaption>{svg}</figure>'


def _table(table: Table) -> str:
    heads = "".join(
        f'<th scope="col" role="columnheader"{_kind(column)}>{_text(column.title)}</th>'
        for column in table.columns
    )
    rows = "".join(_row(table.columns, row) for row in table.rows)
    return (
        f'<table role="table"><caption>{_text(table.caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table>'
    )


def _row(columns: Sequence[Column], row: Sequence[Cell]) -> str:
    cells = []
    for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
        content = _value(cell) + (f"<small>{_text(cell.detail)}</small>" if cell.detail else "")
        if place == 0:
            cells.append(f'<th scope="row" role="rowheader"{_tone(cell)}>{content}</th>')
        else:
            label = escape(column.title)
            kind = _kind(column, cell)
            cells.append(f'<td role="cell" data-column="{label}"{kind}>{content}</td>')
    return f'<tr role="row">{"".join(cells)}</tr>'


def _kind(column: Column, cell: Cell | None = None) -> str:
    named: list[str] = [column.kind] if column.kind != "text" else []
    named += [cell.tone] if cell is not None and cell.tone else []
    named += ["nil"] if cell is not None and cell.text in ("0", "0.00") else []
    return f' class="{" ".join(named)}"' if named else ""


def _tone(cell: Cell) -> str:
    return f' class="{cell.tone}"' if cell.tone else ""


def _value(cell: Cell) -> str:
    if cell.evidence is None:
        return f"<span>{_text(cell.text)}</span>"
    return f'<a href="#{escape(cell.evidence)}">{_text(cell.text)}</a>'


def _evidence(section: Section) -> str:
    rows = "".join(_evidence_row(each) for each in section.evidence)
    heads = "".join(
        f'<th scope="col" role="columnheader">{title}</th>' for title in ("What", "Figure", "Ids")
    )
    return (
        f"<details><summary>The ids behind {len(section.evidence)} figures</summary>"
        f'<table class="ids" role="table"><caption>{_text(section.title)}: ids</caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table></details>'
    )


def _evidence_row(each: Evidence) -> str:
    records = " ".join(f"<span>{_text(record)}</span>" for record in each.records)
    return (
        f'<tr role="row" id="{escape(each.key)}"><th scope="row" role="rowheader">'
        f"{_text(each.label)}</th>"
        f'<td role="cell" data-column="Figure"><span>{_text(each.figure)}</span></td>'
        f'<td role="cell" data-column="Ids">{records}</td></tr>'
    )
