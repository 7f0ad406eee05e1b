"""How a seller's weekly list looks in a terminal, 80 columns and up. No work is done here."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from orchestration.pages import count, plain_table

if TYPE_CHECKING:
    from orchestration.route_lists import ListedAccount, RepList

PARTS = (
    ("relationship", "relationship_depth_points", "cyan"),
    ("in market", "in_market_points", "green"),
    ("fit", "icp_fit_points", "blue"),
    ("strategic", "strategic_importance_points", "magenta"),
)
SHOWN_LEAVERS = 8


def list_page(found: RepList, limit: int) -> RenderableType:
    """The list of one rep: what to do first, with whom, why; who left it, and why."""
    heading = Text.assemble(
        (found.rep_name, "bold cyan"),
        (f"  week of {found.week_starts_on}", "bold"),
        (f"  {count(len(found.rows), 'account')}", "dim"),
    )
    if not found.rows:
        return Group(heading, Text(f"No list: {found.why_empty}.", style="yellow"))
    parts: list[RenderableType] = [heading, _legend(), ""]
    parts += [_account(row) for row in found.rows[:limit]]
    hidden = len(found.rows) - limit
    if hidden > 0:
        parts.append(Text(f"and {hidden} more; --limit shows them", style="dim"))
    if found.left:
        parts += [_left(found)]
    return Group(*parts)


def _legend() -> Text:
    legend = Text("score of 100 = ", style="dim")
    for place, (name, _, colour) in enumerate(PARTS):
        legend.append(" + " if place else "", style="dim")
        legend.append(name, style=colour)
    legend.append("; – is not known", style="dim")
    return legend


def _points(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _account(row: ListedAccount) -> RenderableType:
    table = plain_table(header=False)
    table.add_column(justify="right", style="dim", no_wrap=True, width=3)
    table.add_column(justify="right", no_wrap=True, width=5)
    table.add_column(overflow="fold")
    title = Text.assemble(
        (row.account_name or row.account_id, "bold"),
        (f"  with {row.partner_name or 'a former partner'}", ""),
        (f"  {(row.cell or '').replace('_', ' ')}", "dim"),
    )
    score = Text()
    for place, (_, field, colour) in enumerate(PARTS):
        score.append(" + " if place else "", style="dim")
        value: Decimal | None = getattr(row, field)
        score.append(_points(value), style=colour if value is not None else "dim")
    table.add_row(str(row.rank), Text(_points(row.score), style="bold"), title)
    table.add_row("", "", score)
    table.add_row("", "why", escape(row.reason or ""))
    table.add_row("", "call", escape(row.partner_seller_name or "the partner names nobody"))
    table.add_row("", "next", Text(row.suggested_next_step or "", style="bold"))
    return Padding(table, (0, 0, 1, 0), expand=False)


def _left(found: RepList) -> RenderableType:
    table = plain_table(header=False)
    table.add_column(overflow="fold", max_width=34)
    table.add_column(style="dim", overflow="fold")
    for name, reason in found.left[:SHOWN_LEAVERS]:
        table.add_row(escape(name), escape(reason))
    more = len(found.left) - SHOWN_LEAVERS
    return Group(
        Text(f"Left the list: {count(len(found.left), 'account')}", style="bold"),
        Padding(table, (0, 0, 0, 2), expand=False),
        Text(f"  and {more} more" if more > 0 else "", style="dim"),
    )
