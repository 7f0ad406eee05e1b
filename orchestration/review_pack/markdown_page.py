"""A review pack as Markdown: for wikis, tickets and mails. The same figures, with their ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from orchestration.pages import long_day
from orchestration.review_pack.document import Cell, Document, Section, Table
from orchestration.review_pack.wording import unsteered

# Whatever would format, link, end a cell or become HTML.
_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~>-])")


def markdown_page(document: Document) -> str:
    """The whole page."""
    lines = [
        f"# Pipeline review: {_text(document.manager.name)}",
        "",
        f"{_text(document.company)}, week of {long_day(document.week_starts_on)}, told up to "
        f"{long_day(document.day)}. Release {_text(document.release_id)}, as of {document.as_of}.",
    ]
    for section in document.sections:
        lines += ["", *_section(section)]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """A text of others: nothing in it is a mark, and nothing becomes HTML."""
    escaped = unsteered(value).replace("&", "&amp;").replace("<", "&lt;")
    return _MARKS.sub(r"\\\1", escaped)


def _section(section: Section) -> Iterator[str]:
    yield f"## {_text(section.title)}"
    yield ""
    yield _text(section.lead)
    if section.facts:
        yield ""
        yield from (f"- {_text(fact.label)}: **{_cell(fact.value)}**" for fact in section.facts)
    for table in section.tables:
        yield ""
        yield from _table(table)
    for chart in section.charts:
        yield ""
        yield f"{_text(chart.title)}: {_text(chart.words)}."
    for note in section.notes:
        yield ""
        yield _text(note)
    if section.evidence:
        yield ""
        yield "### Ids behind the figures"
        yield ""
        yield from _rows(["What", "Figure", "Ids"])
        for each in section.evidence:
            anchor = f'<a id="{each.key}"></a>'
            ids = ", ".join(_text(record) for record in each.records)
            yield f"| {anchor}{_text(each.label)} | {_text(each.figure)} | {ids} |"


def _table(table: Table) -> Iterator[str]:
    yield f"### {_text(table.caption)}"
    yield ""
    yield from _rows([column.title for column in table.columns])
    for row in table.rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"


def _rows(titles: Sequence[str]) -> Iterator[str]:
    yield f"| {' | '.join(_text(title) for title in titles)} |"
    yield f"|{' --- |' * len(titles)}"


def _cell(cell: Cell) -> str:
    shown = f"[{_text(cell.text)}](#{cell.evidence})" if cell.evidence else _text(cell.text)
    return f"{shown} ({_text(cell.detail)})" if cell.detail else shown
