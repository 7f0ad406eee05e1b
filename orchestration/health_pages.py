"""How the health of a home looks in a terminal, for somebody who has just got up: trouble first."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from orchestration.pages import count

if TYPE_CHECKING:
    from orchestration.alerts.causes import Cause
    from orchestration.alerts.settings import AlertSettings
    from orchestration.alerts.telling import FailedChannel
    from orchestration.doctor import Examination, Finding

TOPIC_WIDTH = 11
_TITLES = {
    "problem": ("Needs a person", "bold red"),
    "note": ("Good to know", "bold yellow"),
    "healthy": ("As it should be", "bold green"),
}


def examination_page(examination: Examination) -> RenderableType:
    """One line on the whole, then the findings: what needs a person first."""
    problems = [one for one in examination.findings if one.level == "problem"]
    verdict = (
        Text(f"{count(len(problems), 'thing')} of {examination.home.root} need", style="bold red")
        .append("s" if len(problems) == 1 else "")
        .append(" a person.")
        if problems
        else Text(f"{examination.home.root} is healthy.", style="bold green")
    )
    parts: list[RenderableType] = [verdict]
    for level, (title, style) in _TITLES.items():
        found = [one for one in examination.findings if one.level == level]
        if found:
            parts += ["", Text(title, style=style), _findings_table(found)]
    return Group(*parts)


def _findings_table(findings: list[Finding]) -> RenderableType:
    """Topic and sentence; a topic is named once."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True, width=TOPIC_WIDTH)
    table.add_column(overflow="fold")
    for topic, group in groupby(findings, key=lambda one: one.topic):
        for number, one in enumerate(group):
            table.add_row("" if number else topic, Text(one.sentence))
    return Padding(table, (0, 0, 0, 2), expand=False)


def alerts_page(
    settings: AlertSettings,
    causes: list[Cause],
    failed: list[FailedChannel],
    sent: dict[str, str | None] | None,
) -> RenderableType:
    """Who is told, what is wrong now, what did not arrive, and how a test went."""
    told = {
        "slack": settings.slack and f"channel {settings.slack.channel}",
        "email": settings.email and ", ".join(settings.email.recipients),
        "webhook": settings.webhook and (settings.webhook.url or "an address kept as a secret"),
    }
    enabled = [f"{name}: {whom}" for name, whom in told.items() if whom]
    parts: list[RenderableType] = [Text("Who is told", style="bold cyan")]
    parts += [Text(f"  {line}") for line in enabled]
    if not enabled:
        parts.append(Text(f"  Nobody: enable a channel in {settings.file}."))
    parts += ["", Text("What is wrong now", style="bold cyan")]
    parts += [
        _indented(Text(f"{one.subject}, since {one.since}. {one.sentence}")) for one in causes
    ] or [Text("  Nothing.")]
    if failed:
        parts += ["", Text("What did not arrive", style="bold red")]
        parts += [
            _indented(Text(f"{one.channel}, since {one.since}: {one.message}")) for one in failed
        ]
    if sent is not None:
        parts += ["", Text("The test", style="bold cyan")]
        parts += [
            _indented(Text(f"{name}: {problem or 'sent'}", style="red" if problem else ""))
            for name, problem in sent.items()
        ]
    return Group(*parts)


def _indented(text: Text) -> RenderableType:
    return Padding(text, (0, 0, 0, 2), expand=False)
