"""How a pair that waits for a person looks in a terminal: both records side by side, 80 and up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from orchestration.pages import count, money, plain_table

if TYPE_CHECKING:
    from orchestration.match_review import QueuedPair

LABELS = {
    "account_name": "name",
    "website": "website",
    "country": "country",
    "city": "city",
    "industry": "industry",
    "employees_count": "employees",
    "duns": "DUNS",
    "state": "state",
}


def pair_page(queued: QueuedPair, place: int, total: int) -> RenderableType:
    """One pair: what is at stake, both records, why it waits."""
    stake = f"{money(queued.open_pipeline)} {queued.currency}"
    behind = count(queued.open_opportunities, "open opportunity", "open opportunities")
    return Group(
        Text.assemble(
            (f"{place} of {total}  ", "dim"),
            (stake if queued.open_opportunities else "nothing open", "bold"),
            (f" in {behind}" if queued.open_opportunities else " behind it", "dim"),
        ),
        Text(queued.pair.match_id, style="cyan", overflow="fold"),
        Padding(_side_by_side(queued), (0, 0, 0, 2), expand=False),
        Padding(_why(queued), (0, 0, 0, 2), expand=False),
        "",
    )


def _side_by_side(queued: QueuedPair) -> RenderableType:
    table = plain_table()
    table.add_column("", style="dim", no_wrap=True, width=11)
    table.add_column("Ours", overflow="fold", min_width=30)
    table.add_column(escape(queued.partner_name), overflow="fold", min_width=30)
    for name, label in LABELS.items():
        ours, theirs = queued.ours.get(name, ""), queued.theirs.get(name, "")
        if ours or theirs:
            same = ours.casefold().strip() == theirs.casefold().strip()
            style = "green" if same else ""
            table.add_row(label, Text(ours, style=style), Text(theirs, style=style))
    return table


def _why(queued: QueuedPair) -> RenderableType:
    facts = plain_table(header=False)
    facts.add_column(style="dim", no_wrap=True, width=12)
    facts.add_column(overflow="fold")
    for place, evidence in enumerate(queued.evidence.split("; ")):
        facts.add_row("evidence" if place == 0 else "", escape(evidence))
    facts.add_row("waits for", escape(queued.rule_id.replace("_", " ")))
    facts.add_row("probability", f"{queued.probability.normalize():f} by {escape(queued.tier)}")
    if queued.other_account:
        facts.add_row(
            "also", escape(f"{queued.other_account} was considered ({queued.other_decision})")
        )
    if queued.decision_expired_on:
        facts.add_row("before", f"a decision held until {queued.decision_expired_on}")
    return facts


def queue_line(shown: int, total: int, gone: int, command: str) -> RenderableType:
    """What is left in the queue, what was decided about records that are gone, what to type."""
    lines = [f"{count(total, 'pair')} wait for a person, {shown} shown; most open pipeline first."]
    if gone:
        lines.append(
            f"{count(gone, 'decision')} speak of records that are gone; they are kept "
            "(account_mapping.fct_match_decisions)."
        )
    if total:
        lines.append(f"{command} matches accept 'PAIR' --reason '…' --by you@…")
    return Group(*(Text(line, style="dim") for line in lines))
