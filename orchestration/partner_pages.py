"""How partners, an off-boarding and its receipt look in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from orchestration.pages import count, plain_table

if TYPE_CHECKING:
    from pathlib import Path

    from orchestration.offboarding import OffboardingPlan
    from orchestration.partner_list import ListedPartner


def partners_page(partners: list[ListedPartner], command: str) -> RenderableType:
    """Lay out the partners, those that have left with their receipt."""
    table = plain_table()
    for title in ("Partner", "Name", "Newest list", "State"):
        table.add_column(title, overflow="fold")
    for each in partners:
        table.add_row(
            Text(each.partner_id),
            Text(each.partner_name),
            Text(str(each.newest_list_on or "")),
            _state(each),
        )
    parts: list[RenderableType] = [table]
    if any(each.receipt_id and not each.is_unfinished for each in partners):
        parts.append(Text(f"A receipt: {command} partners receipt PARTNER", style="dim"))
    return Group(*parts)


def _state(partner: ListedPartner) -> Text:
    if partner.is_unfinished:
        return Text("off-boarding not finished: run it again", style="bold yellow")
    if partner.offboarded_on is not None:
        return Text(f"off-boarded {partner.offboarded_on}, receipt {partner.receipt_id}")
    return Text("active" if partner.is_active else "the partnership has ended")


def plan_page(plan: OffboardingPlan, todo: list[str], command: str) -> RenderableType:
    """Lay out what an off-boarding would purge, in counts."""
    table = plain_table()
    for title in ("Where", "What goes"):
        table.add_column(title, overflow="fold")
    by_table: dict[str, list[int]] = {}
    for part in plan.batches:
        counts = by_table.setdefault(f"{part.source}.{part.table}", [0, 0, 0, 0])
        for place, value in enumerate((1, part.removed, part.emptied, part.quarantined)):
            counts[place] += value
    for name, (batches, removed, emptied, refused) in by_table.items():
        table.add_row(
            Text(f"landing {name}"), Text(_landed_line(batches, removed, emptied, refused))
        )
    table.add_row(Text("raw files"), Text(count(len(plan.raw_files), "file")))
    for release_id, rows in plan.release_rows.items():
        table.add_row(Text(f"release {release_id}"), Text(count(rows, "row")))
    delivered = plan.delivered
    table.add_row(
        Text("deliveries"),
        Text(
            f"{count(delivered.payloads, 'recorded request')}, "
            f"{count(delivered.sheets, 'partner sheet')}, "
            f"{count(delivered.tool_rows, 'row')} in files of tools"
        ),
    )
    table.add_row(
        Text("workshop, runs"), Text("all: the next refresh builds the workshop from landing")
    )
    return Group(
        Text(
            f"Off-boarding {plan.partner_id} ({plan.partner_name}) would purge", style="bold cyan"
        ),
        table,
        *_still_to_do(todo),
        Text(
            f"Nothing was changed. To purge it for good: {command} partners offboard "
            f"{plan.partner_id} --by NAME --reason TEXT --yes",
            style="dim",
        ),
    )


def _landed_line(batches: int, removed: int, emptied: int, refused: int) -> str:
    parts = [
        text
        for number, text in (
            (removed, f"{count(removed, 'row')} removed"),
            (emptied, f"{count(emptied, 'row')} without contacts and texts"),
            (refused, f"{count(refused, 'refused row')} without what they said"),
        )
        if number
    ]
    return f"{', '.join(parts) or 'the names of its files'} ({count(batches, 'file')})"


def receipt_page(receipt: Mapping[str, Any], file: Path) -> RenderableType:
    """Lay out a receipt for people: who, when, why, what went, what was kept, what is to do."""
    table = plain_table()
    for title in ("Where", "What went"):
        table.add_column(title, overflow="fold")
    for name, counts in receipt["landing"].items():
        line = _landed_line(*(counts[key] for key in _LANDED_COUNTS))
        table.add_row(Text(f"landing {name}"), Text(line))
    table.add_row(Text("raw files"), Text(count(receipt["raw_files_removed"], "file")))
    for release in receipt["releases"]:
        rows = sum(each["rows_before"] - each["rows"] for each in release["tables"].values())
        table.add_row(
            Text(f"release {release['release_id']}"),
            Text(
                f"{count(rows, 'row')} of {count(len(release['tables']), 'table')}, "
                f"{count(release['reports_removed'], 'gate report')}"
            ),
        )
    delivered = receipt["deliveries"]
    table.add_row(
        Text("deliveries"),
        Text(
            f"{count(delivered['payloads'], 'recorded request')}, "
            f"{count(delivered['sheets'], 'partner sheet')}, "
            f"{count(delivered['tool_rows'], 'row')} in files of tools"
        ),
    )
    return Group(
        Text(
            f"{receipt['partner_id']} ({receipt['partner_name']}) was off-boarded on "
            f"{receipt['offboarded_on']} by {receipt['offboarded_by']}: {receipt['reason']}",
            style="bold cyan",
        ),
        table,
        Text("Kept", style="bold"),
        *(Padding(Text(f"{each}."), (0, 0, 0, 2)) for each in receipt["kept"]),
        *_still_to_do(receipt["still_to_do"]),
        Text(f"Receipt {file}, SHA-256 {receipt['sha256']}", style="dim", overflow="fold"),
    )


_LANDED_COUNTS = ("batches", "rows_removed", "rows_emptied", "refused_rows_emptied")


def _still_to_do(todo: list[str]) -> list[RenderableType]:
    return [
        Text("Still to do", style="bold"),
        *(Padding(Text(f"{each}."), (0, 0, 0, 2)) for each in todo),
    ]
