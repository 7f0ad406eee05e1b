"""How "which reps engage which partners?" looks in a terminal, 80 columns and up, and as JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from orchestration.engagement import FIGURES, EngagedPair, WhoEngages, shown_figure
from orchestration.pages import WIDE, plain_table, short_money
from orchestration.review_pack.wording import unsteered

HEADINGS = (
    *("Touches", "Joint\ncalls", "Opps\nsrc", "Opps\ninfl"),
    *("Created\nsrc", "Created\ninfl", "Booked\nsrc", "Booked\ninfl"),
)
LEGEND = "src sourced, infl influenced: never added up; created and booked pipeline in {currency}"


def who_engages_page(found: WhoEngages, width: int, *, with_ids: bool) -> RenderableType:
    """One row per rep and partner; `with_ids` lists the records behind each of its figures."""
    parts: list[RenderableType] = [
        Text("Which reps engage which partners, and what did it produce?", style="bold cyan"),
        Text(_asked(found), style="dim"),
    ]
    if not found.pairs:
        return Group(*parts, Text(f"Nobody did: {_asked(found)} has no figure.", style="yellow"))
    parts.append(_table(found, width))
    parts.append(Text(LEGEND.format(currency=found.currency), style="dim"))
    if not with_ids:
        parts.append(Text("--ids lists the records behind every figure", style="dim"))
        return Group(*parts)
    for pair in found.pairs:
        parts += [
            "",
            Text.assemble((unsteered(pair.rep_name), "bold"), f"  {unsteered(pair.partner_name)}"),
            _ids(pair),
        ]
    return Group(*parts)


def who_engages_json(found: WhoEngages) -> dict[str, Any]:
    """The same for programs: figures as numbers, money as text to the cent, ids as lists."""
    return {
        "release_id": found.release_id,
        "fiscal_quarters": found.quarters,
        "currency": found.currency,
        "manager_id": found.manager.identifier if found.manager else None,
        "partner_id": found.partner.identifier if found.partner else None,
        "rows": [_row(pair) for pair in found.pairs],
    }


def _asked(found: WhoEngages) -> str:
    team = f"the team of {found.manager.name}" if found.manager else "every rep"
    partner = found.partner.name if found.partner else "every partner"
    return f"{', '.join(found.quarters)}, {team}, {partner}"


def _table(found: WhoEngages, width: int) -> RenderableType:
    is_wide = width >= WIDE
    table = plain_table()
    for heading in ("Rep", "Partner"):
        table.add_column(
            heading, no_wrap=True, overflow="ellipsis", max_width=22 if is_wide else 12
        )
    for heading in HEADINGS:
        table.add_column(heading, justify="right", overflow="fold")
    shown = None
    for pair in found.pairs:
        figures = [_short(pair, place) for place in range(len(FIGURES))]
        is_same = pair.rep_id == shown and shown is not None
        name = Text("") if is_same else _name(pair.rep_name)
        table.add_row(name, _name(pair.partner_name), *figures)
        shown = pair.rep_id
    return table


def _name(name: str) -> Text:
    """A name of others: no markup, nothing that steers the terminal."""
    return Text(unsteered(name))


def _short(pair: EngagedPair, place: int) -> str:
    figure = FIGURES[place]
    value = pair.values[figure.key]
    shown = short_money(Decimal(value)) if figure.is_money else f"{value:,}"
    return f"[dim]{shown}[/]" if not value else shown


def _ids(pair: EngagedPair) -> RenderableType:
    table = plain_table(header=False)
    table.add_column(style="dim", no_wrap=True, width=24)
    table.add_column(justify="right", no_wrap=True, min_width=12)
    table.add_column(overflow="fold")
    for figure in FIGURES:
        records = pair.records[figure.key]
        if records or pair.values[figure.key]:
            listed = Text(", ".join(record.text for record in records))
            table.add_row(figure.title, shown_figure(figure, pair.values[figure.key]), listed)
    return Padding(table, (0, 0, 0, 2), expand=False)


def _row(pair: EngagedPair) -> dict[str, Any]:
    figures = {
        figure.key: {
            "value": str(pair.values[figure.key]) if figure.is_money else pair.values[figure.key],
            "records": [
                {"id": record.record_id}
                | ({} if record.amount is None else {"amount": str(record.amount)})
                for record in pair.records[figure.key]
            ],
        }
        for figure in FIGURES
    }
    return {
        "rep_id": pair.rep_id,
        "rep_name": pair.rep_name,
        "partner_id": pair.partner_id,
        "partner_name": pair.partner_name,
        "figures": figures,
    }
