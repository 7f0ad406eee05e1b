"""How a delivery looks in a terminal: what goes where, what was refused, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from orchestration.pages import count, plain_table

if TYPE_CHECKING:
    from orchestration.routing import Delivery, TargetReport

SHOWN_PROBLEMS = 20
TITLES = {
    "review_packs": "Review packs",
    "salesforce": "Salesforce",
    "hubspot": "HubSpot",
    "slack": "Slack",
    "enablement": "Enablement files",
    "partner_sheets": "Partners' sheets",
}
KINDS = {"set": "set", "clear": "clear", "post": "post", "file": "write"}


def delivery_page(delivery: Delivery, command: str) -> RenderableType:
    """Lay out a delivery: the list, one line per target, then what needs a person."""
    verb = "Would deliver" if delivery.is_dry_run else "Delivered"
    parts: list[RenderableType] = [
        Text(f"{verb} the week of {delivery.week}", style="bold cyan"),
        Text(
            f"{count(delivery.rows, 'row')} of {count(delivery.reps, 'rep')}, "
            f"release {delivery.release_id}",
            style="dim",
        ),
    ]
    parts += [
        Text(f"{count(rows, 'row')} left out: {reason}", style="yellow")
        for reason, rows in delivery.left_out.items()
    ]
    if delivery.is_dry_run:
        for report in delivery.reports:
            parts += ["", *_planned(report)]
    parts += ["", _overview(delivery)]
    for report in delivery.reports:
        parts += _problems(report)
    if delivery.not_enabled:
        names = ", ".join(TITLES[name] for name in delivery.not_enabled)
        parts.append(Text(f"Not enabled in config/delivery.yaml: {names}.", style="dim"))
    if delivery.is_dry_run:
        parts.append(Text(f"Nothing was sent. To send: {command} routes deliver", style="dim"))
    return Group(*parts)


def _overview(delivery: Delivery) -> RenderableType:
    if not delivery.reports:
        return Text("No target is enabled: switch one on in config/delivery.yaml.")
    table = plain_table()
    table.add_column("Target", no_wrap=True)
    done = "To send" if delivery.is_dry_run else "Accepted"
    for heading in (done, "To clear" if delivery.is_dry_run else "of it cleared"):
        table.add_column(heading, justify="right")
    for heading in ("Unchanged", "Refused", "Held back"):
        table.add_column(heading, justify="right")
    table.add_column("Where", overflow="fold", style="dim")
    for report in delivery.reports:
        plan = report.plan
        sent = (plan.to_send if plan else 0) if delivery.is_dry_run else report.accepted
        table.add_row(
            Text(TITLES[report.name], style="red" if report.error else ""),
            f"{sent:,}",
            f"{plan.to_clear:,}" if plan else "-",
            f"{plan.unchanged:,}" if plan else "-",
            f"{len(report.refused):,}",
            f"{len(plan.held_back):,}" if plan else "-",
            Text(report.destination),
        )
    return table


def _planned(report: TargetReport) -> list[RenderableType]:
    """Everything that one target would send."""
    parts: list[RenderableType] = [Text(f"{TITLES[report.name]}  {report.destination}", "bold")]
    if report.plan is None:
        return parts
    if not report.plan.items:
        parts.append(Text("  nothing to send: everything stands there already", style="dim"))
    for item in report.plan.items:
        style = "yellow" if item.kind == "clear" else "green"
        head = Text.assemble((f"  {KINDS[item.kind]:<6}", style), _printable(item.title))
        parts.append(head)
        lines = (Text(_printable(line)) for line in item.lines)
        parts += [Padding(line, (0, 0, 0, 8), expand=False) for line in lines]
    return parts


def _problems(report: TargetReport) -> list[RenderableType]:
    """What a person should look at, target by target."""
    title = TITLES[report.name]
    parts: list[RenderableType] = []
    if report.error:
        parts.append(Text(f"{title}: {report.error}", style="red"))
    lines = [f"{each.record_key} refused: {each.note}" for each in report.refused]
    if report.plan is not None:
        lines += [f"held back: {each}" for each in report.plan.held_back]
        lines += list(report.plan.notes)
    shown = (_printable(line) for line in lines[:SHOWN_PROBLEMS])
    parts += [Text(f"{title}: {line}", style="yellow") for line in shown]
    more = len(lines) - SHOWN_PROBLEMS
    if more > 0:
        parts.append(Text(f"{title}: and {more:,} more; the journal holds each.", style="yellow"))
    return parts


def _printable(text: str) -> str:
    """A text of others without what would steer the terminal."""
    return "".join(each if each.isprintable() or each == "\t" else "·" for each in text)
