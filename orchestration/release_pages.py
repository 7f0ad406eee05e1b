"""How releases, their differences and their pruning look in a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from orchestration.pages import WIDE, ago, count, plain_table
from orchestration.review_pack.wording import unsteered

if TYPE_CHECKING:
    from rich.table import Table

    from orchestration.release import Pruning, Release, ReleaseDifference, RowChange, SumChange
    from orchestration.release.comparison import ColumnChange, TableDifference

SHOWN_SUMS = 60
LONGEST_VALUE = 60
NOTHING = Text("∅", style="dim")


def size_text(size: int) -> str:
    """Bytes as people read them: 512 B, 36 MB."""
    value, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"


def releases_page(
    releases: Sequence[Release], quarters: Mapping[str, Sequence[str]], now: datetime
) -> RenderableType:
    """Every release, newest first, the current one marked; below, what closed quarters need."""
    table = plain_table()
    table.add_column("", no_wrap=True)
    table.add_column("Release", no_wrap=True)
    table.add_column("As of", no_wrap=True)
    table.add_column("Published", no_wrap=True)
    table.add_column("Tables", justify="right")
    table.add_column("Rows", justify="right")
    for release in reversed(releases):
        table.add_row(
            "[green]●[/]" if release.is_current else "",
            release.release_id,
            str(release.as_of),
            ago(release.created_at, now),
            f"{release.tables_count:,}",
            f"{release.rows_count:,}",
        )
    needed = [
        Text(f"  {release.release_id}: {reason}", style="dim")
        for release in reversed(releases)
        for reason in quarters.get(release.release_id, ())
    ]
    return (
        Group(table, "", Text("Closed quarters", style="bold cyan"), *needed) if needed else table
    )


def releases_json(
    releases: Sequence[Release], quarters: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """The same for programs, newest first."""
    return {
        "releases": [
            {**_release(release), "closed_quarters": list(quarters.get(release.release_id, ()))}
            for release in reversed(releases)
        ]
    }


def _release(release: Release) -> dict[str, Any]:
    return {
        "release_id": release.release_id,
        "is_current": release.is_current,
        "as_of": release.as_of.isoformat(),
        "refresh_id": release.refresh_id,
        "created_at": release.created_at.isoformat(),
        "content_hash": release.content_hash,
        "tables_count": release.tables_count,
        "rows_count": release.rows_count,
        "path": str(release.path),
    }


def difference_page(
    found: ReleaseDifference,
    sums: Sequence[SumChange],
    rows: Sequence[RowChange],
    width: int,
    *,
    is_detailed: bool,
) -> RenderableType:
    """Which tables differ and by how much; `is_detailed` shows columns, sums and rows of one."""
    before, after = found.before, found.after
    parts: list[RenderableType] = [
        Text.assemble((before.release_id, "bold"), (" → ", "dim"), (after.release_id, "bold")),
        Text(f"as of {before.as_of} → {after.as_of}", style="dim"),
    ]
    if not found.tables:
        same = f"all {count(found.same_count, 'table')} are" if found.same_count != 1 else "it is"
        return Group(*parts, "", Text(f"Nothing differs: {same} the same."))
    parts += ["", _tables(found.tables)]
    if found.same_count:
        parts.append(Text(f"and {count(found.same_count, 'table')} without a difference", "dim"))
    columns = [(table.name, change) for table in found.tables for change in table.columns]
    changed = [each for each in columns if _is_in_both(found, each[0])]
    if changed:
        parts += ["", Text("Columns", style="bold cyan"), _columns(changed)]
    named = [(None, one) for one in sums] if is_detailed else _money(found)
    if named:
        parts += ["", Text("Sums", style="bold cyan"), _sums(named, width)]
    if rows:
        parts += ["", Text("Rows", style="bold cyan"), _rows(rows)]
    if not is_detailed:
        parts += ["", Text("--table AREA.TABLE shows sums per quarter and rows", style="dim")]
    return Group(*parts)


def _money(found: ReleaseDifference) -> list[tuple[str | None, SumChange]]:
    """The sums of money of every table; how many rows there are is told above."""
    return [
        (table.name, one)
        for table in found.tables
        for one in table.sums
        if not one.measure.endswith("_count")
    ]


def _is_in_both(found: ReleaseDifference, name: str) -> bool:
    return any(table.name == name and table.kind == "changed" for table in found.tables)


def _tables(tables: Sequence[TableDifference]) -> Table:
    shown = plain_table()
    shown.add_column("Table", overflow="fold")
    for heading in ("Rows\nbefore", "\nafter", "\nadded", "\nremoved", "\nchanged"):
        shown.add_column(heading, justify="right", no_wrap=True)
    area = ""
    for table in tables:
        of_area, _, name = table.name.partition(".")
        if of_area != area:
            shown.add_row(Text(of_area, style="bold"))
            area = of_area
        note = {"added": "  new", "removed": "  gone", "changed": ""}[table.kind]
        shown.add_row(
            Text.assemble(f"  {name}", (note, "yellow")),
            "" if table.kind == "added" else f"{table.rows_before:,}",
            "" if table.kind == "removed" else f"{table.rows_after:,}",
            *(_figure(number) for number in table.rows.values()),
        )
    return shown


def _figure(value: int) -> Text:
    return Text(f"{value:,}", style="" if value else "dim")


def _columns(changes: Sequence[tuple[str, ColumnChange]]) -> RenderableType:
    lines = plain_table(header=False)
    lines.add_column(overflow="fold")
    lines.add_column(overflow="fold")
    for name, change in changes:
        if change.before is None:
            said = f"new, {change.after}"
        elif change.after is None:
            said = f"gone, was {change.before}"
        else:
            said = f"{change.before} becomes {change.after}"
        lines.add_row(f"{name}.{change.name}", said)
    return Padding(lines, (0, 0, 0, 2), expand=False)


def _amount(measure: str, value: Decimal | None) -> str:
    """Money to the cent, and a count without the decimals that its type has."""
    if value is None:
        return ""
    is_whole = value == value.to_integral_value()
    return f"{value:,.0f}" if is_whole and measure.endswith("_count") else f"{value:,}"


def _sums(sums: Sequence[tuple[str | None, SumChange]], width: int) -> RenderableType:
    """One line per sum, below the name of its table where it has one."""
    table = plain_table()
    table.add_column("Sum of", overflow="fold")
    for heading in ("before", "after", "change"):
        table.add_column(heading, justify="right", no_wrap=True)
    shown_of: str | None = None
    for name, one in sums[:SHOWN_SUMS]:
        if name is not None and name != shown_of:
            table.add_row(Text(name, style="bold"))
            shown_of = name
        group = ", ".join(value if value is not None else "∅" for value in one.group.values())
        measure = one.measure if width >= WIDE else one.measure.replace("_company_currency", "")
        change = (one.after or Decimal(0)) - (one.before or Decimal(0))
        table.add_row(
            Text.assemble(f"  {measure}", (f"  {unsteered(group)}", "dim")),
            _amount(one.measure, one.before),
            _amount(one.measure, one.after),
            f"{'+' if change > 0 else ''}{_amount(one.measure, change)}",
        )
    further = len(sums) - SHOWN_SUMS
    if further <= 0:
        return table
    return Group(table, Text(f"and {count(further, 'more sum')}; --json has all", style="dim"))


def _rows(rows: Sequence[RowChange]) -> RenderableType:
    table = plain_table()
    table.add_column("", no_wrap=True)
    table.add_column("Row", overflow="fold", ratio=2)
    for heading in ("Column", "Before", "After"):
        table.add_column(heading, overflow="fold", ratio=2)
    styles = {"added": "green", "removed": "red", "changed": "yellow"}
    signs = {"added": "+", "removed": "−", "changed": "~"}
    for row in rows:
        sign = Text(signs[row.kind], style=styles[row.kind])
        name = Text(unsteered(" · ".join(value or "∅" for value in row.key.values())))
        if row.kind != "changed":
            table.add_row(sign, name, "", *_whole_row(row))
            continue
        for column, (before, after) in row.values.items():
            table.add_row(sign, name, column, _value(before), _value(after))
            sign, name = Text(""), Text("")
    return table


def _whole_row(row: RowChange) -> tuple[Text, Text]:
    """What an added or removed row says, on the side on which it is there."""
    place = 0 if row.kind == "removed" else 1
    told = [
        f"{column}={value}"
        for column, values in row.values.items()
        if (value := values[place]) is not None
    ]
    text = Text(unsteered(_cut(", ".join(told), 2 * LONGEST_VALUE)), style="dim")
    return (text, Text("")) if row.kind == "removed" else (Text(""), text)


def _value(value: str | None) -> Text:
    return NOTHING if value is None else Text(unsteered(_cut(value, LONGEST_VALUE)))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def difference_json(
    found: ReleaseDifference, sums: Sequence[SumChange], rows: Sequence[RowChange]
) -> dict[str, Any]:
    """Everything that differs; sums as text to the last digit. Details are of the asked table."""
    return {
        "before": _release(found.before),
        "after": _release(found.after),
        "same_tables_count": found.same_count,
        "tables": [
            {
                "table": table.name,
                "kind": table.kind,
                "key": list(table.key),
                "rows_before": table.rows_before,
                "rows_after": table.rows_after,
                "rows": dict(table.rows),
                "columns": [vars(change) for change in table.columns],
                "sums": [_sum(one) for one in table.sums],
            }
            for table in found.tables
        ],
        "sums_by": [_sum(one) for one in sums],
        "differing_rows": [
            {
                "table": row.table,
                "kind": row.kind,
                "key": dict(row.key),
                "values": {
                    column: {"before": before, "after": after}
                    for column, (before, after) in row.values.items()
                },
            }
            for row in rows
        ],
    }


def _sum(one: SumChange) -> dict[str, Any]:
    return {
        "measure": one.measure,
        "group": dict(one.group),
        "before": None if one.before is None else str(one.before),
        "after": None if one.after is None else str(one.after),
    }


def pruning_page(found: Pruning) -> RenderableType:
    """What went or would go, and why each of the others stays."""
    table = plain_table()
    table.add_column("Release", no_wrap=True)
    table.add_column("Size", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("Why", overflow="fold")
    gone = "would go" if found.is_dry_run else "removed"
    for one in found.judged:
        table.add_row(
            one.release.release_id,
            size_text(one.bytes),
            Text(gone, style="yellow") if one.is_pruned else Text("stays", style="green"),
            Text("; ".join(one.reasons) if one.reasons else "nothing needs it", style="dim"),
        )
    size = size_text(sum(one.bytes for one in found.pruned))
    number = count(len(found.pruned), "release")
    if not found.pruned:
        line = "Nothing to prune: every release is kept for a reason."
    elif found.is_dry_run:
        line = f"{number}, {size}, would go; without --dry-run they do."
    else:
        line = f"Removed {number}, {size}."
    notes = [Text(sentence, style="yellow") for sentence in found.missing]
    return Group(table, "", Text(line), *notes)


def pruning_json(found: Pruning) -> dict[str, Any]:
    """The same for programs, newest first."""
    return {
        "is_dry_run": found.is_dry_run,
        "newest_count": found.retention.newest_count,
        "recent_days": found.retention.recent_days,
        "missing": list(found.missing),
        "releases": [
            {
                **_release(one.release),
                "bytes": one.bytes,
                "is_pruned": one.is_pruned,
                "reasons": list(one.reasons),
            }
            for one in found.judged
        ],
    }
