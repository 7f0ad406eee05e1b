"""What a review pack consists of, whatever it is written as.

A figure is a cell that names its evidence: the records that were counted or summed, listed in the
same section. So no figure of a page stands without ids behind it, and every format shows the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from orchestration.known_names import Known

ColumnKind = Literal["text", "number", "day"]
# Never told by colour alone: the cell's words say the same.
Tone = Literal["good", "watch", "bad"]


@dataclass(frozen=True)
class Cell:
    """One value as people read it; `evidence` is the key of the records behind it."""

    text: str
    evidence: str | None = None
    tone: Tone | None = None
    detail: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    title: str
    kind: ColumnKind = "text"


@dataclass(frozen=True)
class Table:
    """Rows under one caption; the first cell of a row is what the row is about."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Chart:
    """A drawing (SVG, nothing loaded) and the same in words."""

    title: str
    svg: str
    words: str


@dataclass(frozen=True)
class Fact:
    """One headline figure."""

    label: str
    value: Cell


@dataclass(frozen=True)
class Evidence:
    """The records behind one figure: `figure` as shown, `records` one text per record."""

    key: str
    label: str
    figure: str
    records: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """One question of the review and its answer."""

    anchor: str
    title: str
    lead: str
    facts: Sequence[Fact] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()
    evidence: Sequence[Evidence] = ()


@dataclass(frozen=True)
class Document:
    """The whole pack of one manager and week."""

    title: str
    manager: Known
    week_starts_on: date
    day: date
    fiscal_quarter: str
    company: str
    release_id: str
    as_of: date
    sections: Sequence[Section]


@dataclass
class EvidenceList:
    """Collects the records behind the figures of one section."""

    anchor: str
    listed: list[Evidence] = field(default_factory=list)

    def cell(
        self,
        figure: str,
        label: str,
        records: Sequence[str],
        tone: Tone | None = None,
        detail: str = "",
    ) -> Cell:
        """A cell that shows `figure` and leads to its records; without records it leads nowhere."""
        if not records:
            return Cell(figure, tone=tone, detail=detail)
        key = f"{self.anchor}-{len(self.listed) + 1}"
        self.listed.append(Evidence(key, label, figure, tuple(records)))
        return Cell(figure, key, tone, detail)
