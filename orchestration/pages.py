"""How answers look in a terminal: from data to Rich, 80 columns and up. No work is done here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from orchestration.answers import QuarterSums, RepAnswer, Summary
    from orchestration.company_status import CompanyStatus
    from orchestration.explanation import Explanation, LandedRow, Step
    from orchestration.file_shares import FetchedFile
    from orchestration.landing import RefusedFile
    from orchestration.landing.preview import Preview
    from orchestration.policy_diff import Change, PolicyDiff
    from orchestration.refresh import RefreshOutcome

SHOWN_REPS = 12
SHOWN_NAMES = 6
WIDE = 100
# Columns of an explanation that say where a row comes from, and those that hold one day.
PLACE_COLUMNS = ("landed row", "row")
DAY_COLUMNS = ("day", "known on", "closes on", "posted in")
MEASURES = {"pipeline_created": "Created", "bookings": "Booked"}
KILO, MEGA, GIGA = Decimal(1_000), Decimal(1_000_000), Decimal(1_000_000_000)


def short_money(amount: Decimal) -> str:
    """Return an amount in three or four characters and a unit: 0, 950, 12.3k, 1.24M."""
    size = abs(amount)
    if size == 0:
        return "0"
    for unit, letter in ((GIGA, "B"), (MEGA, "M"), (KILO, "k")):
        if size >= unit:
            value = amount / unit
            digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
            return f"{value:.{digits}f}{letter}"
    return f"{amount:.0f}"


def money(amount: Decimal) -> str:
    """Return an amount to the cent, with separators."""
    return f"{amount:,.2f}"


def count(value: int, thing: str, things: str | None = None) -> str:
    """Return `1 file`, `2 files`."""
    return f"{value:,} {thing if value == 1 else things or thing + 's'}"


def long_day(day: date) -> str:
    """A day as people read it anywhere: 24 August 2026."""
    return f"{day.day} {day:%B %Y}"


def plain_table(*, header: bool = True) -> Table:
    """Return the one kind of table that these pages use."""
    return Table(
        box=box.SIMPLE_HEAD if header else None,
        show_header=header,
        header_style="bold",
        pad_edge=False,
        padding=(0, 1),
        collapse_padding=True,
        show_edge=False,
    )


def summary_page(summary: Summary, console: Console) -> RenderableType:
    """Lay out "which reps engage partners, and what did it produce?"."""
    first, last = summary.quarters[0], summary.quarters[-1]
    span = first if first == last else f"{first} to {last}"
    return Group(
        Text("Which reps engage partners, and what did it produce?", style="bold cyan"),
        Text(f"{span}, by quarter of origin, in {summary.currency}", style="dim"),
        reps_table(summary.engaging, wide=console.width >= WIDE),
        reps_left_out(summary),
        "",
        Text("Does the ledger agree with the CRM?", style="bold cyan"),
        Text("sourced + influenced + direct = CRM total, to the cent", style="dim"),
        sums_table(summary.sums),
    )


NARROW_HEADINGS = (
    *("Partners", "Touches", "Opps\nsrc", "Opps\ninfl"),
    *("Created\nsrc", "Created\ninfl", "Booked\nsrc", "Booked\ninfl"),
)
WIDE_HEADINGS = (
    *("Partners", "Touches", "Opportunities\nsourced", "Opportunities\ninfluenced"),
    *("Pipeline\nsourced", "Pipeline\ninfluenced", "Bookings\nsourced", "Bookings\ninfluenced"),
)


def reps_table(reps: list[RepAnswer], *, wide: bool) -> RenderableType:
    """One line per rep who engages partners; sourced and influenced are never added up."""
    if not reps:
        return Text("  No rep has engaged a partner in these quarters.")
    table = plain_table()
    table.add_column("Rep", no_wrap=True, overflow="ellipsis", max_width=24 if wide else 15)
    for heading in WIDE_HEADINGS if wide else NARROW_HEADINGS:
        table.add_column(heading, justify="right", overflow="fold")
    for rep in reps[:SHOWN_REPS]:
        table.add_row(escape(rep.rep_name), *_rep_figures(rep))
    if wide:
        return table
    return Group(
        table, Text("src sourced, infl influenced; created and booked pipeline", style="dim")
    )


def _rep_figures(rep: RepAnswer) -> list[str]:
    figures = [
        str(rep.partners),
        str(rep.touches),
        str(rep.sourced_opportunities),
        str(rep.influenced_opportunities),
        short_money(rep.sourced_pipeline),
        short_money(rep.influenced_pipeline),
        short_money(rep.sourced_bookings),
        short_money(rep.influenced_bookings),
    ]
    return [f"[dim]{figure}[/]" if figure == "0" else figure for figure in figures]


def reps_left_out(summary: Summary) -> RenderableType:
    """Say who is not in the table: further engaging reps, and those who engage nobody."""
    lines = []
    further = len(summary.engaging) - SHOWN_REPS
    if further > 0:
        lines.append(f"[dim]and {count(further, 'more rep')} who engage partners[/]")
    nobody = summary.not_engaging
    if nobody:
        names = ", ".join(escape(rep.rep_name) for rep in nobody[:SHOWN_NAMES])
        more = len(nobody) - SHOWN_NAMES
        names += f" and {more} more" if more > 0 else ""
        alone = short_money(sum((rep.direct_pipeline for rep in nobody), Decimal(0)))
        lines.append(
            f"[yellow]{count(len(nobody), 'rep')} in seat engaged no partner[/]"
            f" ({alone} pipeline, all direct): {names}"
        )
    return Text.from_markup("\n".join(lines)) if lines else Text("")


def sums_table(sums: list[QuarterSums]) -> RenderableType:
    """One table per measure, one line per quarter, to the cent."""
    if not sums:
        return Text("  Nothing was created or won in these quarters.")
    measures = dict.fromkeys(row.measure for row in sums)
    tables = [
        _sums_of(measure, [row for row in sums if row.measure == measure]) for measure in measures
    ]
    return Group(*tables)


def _sums_of(measure: str, sums: list[QuarterSums]) -> RenderableType:
    table = plain_table()
    table.add_column(f"{MEASURES.get(measure, measure)}\nQuarter", overflow="fold")
    for heading in ("sourced", "influenced", "direct", "CRM total", "off by"):
        table.add_column(f"\n{heading}", justify="right", overflow="fold")
    for row in sums:
        style = "green" if row.difference == 0 else "bold red"
        table.add_row(
            row.fiscal_quarter,
            money(row.sourced),
            money(row.influenced),
            money(row.direct),
            money(row.crm_total),
            f"[{style}]{money(row.difference)}[/]",
        )
    return table


def paths_page(paths: Iterable[tuple[str, str]], commands: Iterable[str]) -> RenderableType:
    """What to open and what to type next."""
    opened = plain_table(header=False)
    opened.add_column(style="dim", no_wrap=True)
    opened.add_column(overflow="fold")
    for name, path in paths:
        opened.add_row(name, escape(path))
    return Group(
        Text("Open", style="bold cyan"),
        Padding(opened, (0, 0, 1, 2), expand=False),
        Text("Next", style="bold cyan"),
        *(Text(f"  {command}", no_wrap=True) for command in commands),
    )


def refresh_page(outcome: RefreshOutcome, command: str) -> RenderableType:
    """What a refresh landed, refused and published, and what a person should know."""
    lines = [_what_was_published(outcome)]
    rows = sum(landed.good for landed in outcome.landed)
    if outcome.landed:
        lines.append(f"Landed {count(len(outcome.landed), 'batch', 'batches')}, {rows:,} rows.")
    quarantined = sum(landed.quarantined for landed in outcome.landed)
    if quarantined:
        lines.append(
            f"[yellow]{count(quarantined, 'row')} could not be read and lie in quarantine; "
            f"{command} status says why.[/]"
        )
    lines += [
        f"[yellow]Refused {escape(file)}: {escape(sentence)}[/]"
        for file, sentence in outcome.refused
    ]
    lines += [f"[yellow]{escape(message)}[/]" for message in outcome.messages]
    return Group(*(Text.from_markup(line) for line in lines))


def _what_was_published(outcome: RefreshOutcome) -> str:
    release = f"release [bold]{outcome.release_id}[/] as of [bold]{outcome.as_of}[/]"
    if outcome.is_up_to_date:
        return f"Nothing has landed since {release}: nothing was done."
    if not outcome.is_new_release:
        return f"The content is that of {release}: nothing was published ({outcome.seconds:.0f} s)."
    return f"Published {release} ({outcome.seconds:.0f} s)."


def status_page(status: CompanyStatus, steps: list[str], now: datetime) -> RenderableType:
    """The release, the feeds, what was refused, what to do next."""
    parts: list[RenderableType] = [_release_line(status, now), *_refresh_lines(status, now), ""]
    parts.append(_feeds_table(status))
    if status.refused_files:
        parts += ["", Text("Refused files", style="bold yellow")]
        parts += [_refused_file(one) for one in status.refused_files]
    if status.refused:
        parts += ["", Text("Refused rows", style="bold cyan"), _refused_table(status)]
    if status.waived:
        parts += ["", Text("Waived checks", style="bold yellow")]
        parts += [Text(f"  {one.message}") for one in status.waived]
    if steps:
        parts += ["", Text("Next", style="bold cyan"), *(Text(f"  {step}") for step in steps)]
    return Group(*parts)


def _release_line(status: CompanyStatus, now: datetime) -> RenderableType:
    release = status.release
    if release is None:
        return Text.from_markup(
            f"[bold]{escape(str(status.home.root))}[/]: no release yet", style="yellow"
        )
    return Text.from_markup(
        f"[bold]{escape(str(status.home.root))}[/]: release [bold]{release.release_id}[/] "
        f"as of [bold]{release.as_of}[/]\n"
        f"[dim]published {ago(release.created_at, now)} · "
        f"{count(release.tables_count, 'table')} · {count(release.rows_count, 'row')} · "
        f"{count(status.releases_count, 'release')} kept[/]"
    )


def _refresh_lines(status: CompanyStatus, now: datetime) -> list[RenderableType]:
    """Who refreshes now, and why the newest refresh did not end well and since when."""
    lines: list[RenderableType] = []
    if status.running is not None:
        lines.append(Text(f"A refresh is at work: {status.running}.", style="cyan"))
    if status.trouble is None:
        if status.attempt is not None and status.attempt.finished_at is not None:
            ended = ago(status.attempt.finished_at, now)
            lines.append(Text(f"last refresh {ended}, nothing stopped it", style="dim"))
        return lines
    newest, first, times = status.trouble.newest, status.trouble.first, status.trouble.count
    verb = {"failed": "failed", "stopped": "was stopped"}.get(newest.outcome or "", "broke off")
    again = f", {times} times since {first.started_at:%Y-%m-%d %H:%M} UTC" if times > 1 else ""
    where = f" at {newest.station}" if newest.station else ""
    heading = f"The last {newest.verb} {verb}{where} {ago(newest.started_at, now)}{again}"
    said = newest.message or "Its process ended without a word; the published release is untouched."
    return [
        *lines,
        "",
        Text(heading, style="bold red"),
        Padding(Text(said), (0, 0, 0, 2), expand=False),
    ]


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was, in one unit."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = max(0, int((now - moment).total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{count(seconds // size, unit)} ago"
    return "just now"


def _feeds_table(status: CompanyStatus) -> RenderableType:
    table = plain_table()
    table.add_column("Feed", no_wrap=True, overflow="ellipsis", max_width=30)
    table.add_column("Newest", no_wrap=True)
    table.add_column("Files", justify="right")
    table.add_column("Rows", justify="right")
    table.add_column("Refused", justify="right")
    silent = [feed.feed for feed in status.feeds if not feed.files_count]
    newest = status.newest_landed_as_of
    for feed in status.feeds:
        if not feed.files_count:
            continue
        late = newest is not None and feed.is_late(newest)
        day = f"[yellow]{feed.newest_as_of} late[/]" if late else str(feed.newest_as_of)
        refused = (
            f"[yellow]{feed.quarantined_count:,}[/]" if feed.quarantined_count else "[dim]0[/]"
        )
        table.add_row(
            escape(feed.feed), day, f"{feed.files_count:,}", f"{feed.rows_count:,}", refused
        )
    if not silent:
        return table
    line = Text(f"nothing yet from: {', '.join(silent)}", style="dim")
    return Group(table, line) if table.row_count else line


def _refused_file(refused: RefusedFile) -> RenderableType:
    sentence = Text(f"{refused.sentence} (since {refused.since[:16].replace('T', ' ')} UTC)")
    return Padding(sentence, (0, 0, 0, 2), expand=False)


def _refused_table(status: CompanyStatus) -> RenderableType:
    table = plain_table(header=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(style="dim", overflow="fold")
    for reason in status.refused:
        table.add_row(f"{reason.rows_count:,}", escape(reason.reason_code), escape(reason.example))
    return table


SHOWN_COLUMNS = 6


def preview_page(preview: Preview) -> RenderableType:
    """A mapping, the first rows as they would land, what would be refused, what is open."""
    name = f"config/feeds/{preview.feed}.yaml"
    title = f"A mapping to begin with: {name}" if preview.is_proposed else f"The mapping: {name}"
    parts: list[RenderableType] = [
        Text(preview.file, style="bold"),
        "",
        Text(title, style="bold cyan"),
        Padding(Text(preview.feed_yaml.rstrip()), (0, 0, 0, 2), expand=False),
    ]
    if preview.rows:
        parts += ["", Text("The first rows as they would land", style="bold cyan")]
        parts.append(_previewed_rows(preview))
    parts += ["", Text("What would be refused", style="bold cyan"), *_previewed_refusals(preview)]
    if preview.questions:
        parts += ["", Text("To decide", style="bold yellow")]
        parts += [Text(f"  {question}") for question in preview.questions]
    return Group(*parts)


def _previewed_rows(preview: Preview) -> RenderableType:
    table = plain_table()
    for column in preview.columns[: SHOWN_COLUMNS + 1]:
        heading = "row" if column == "_row_number" else column.replace("_", " ")
        table.add_column(heading, overflow="fold")
    for row in preview.rows:
        table.add_row(*(escape(value) for value in row[: SHOWN_COLUMNS + 1]))
    further = preview.columns[SHOWN_COLUMNS + 1 :]
    if not further:
        return table
    return Group(table, Text(f"and the columns {', '.join(further)}", style="dim"))


def _previewed_refusals(preview: Preview) -> list[RenderableType]:
    if preview.refusal is not None:
        return [Text(f"  The whole file: {preview.refusal}", style="yellow")]
    landed = preview.landed
    assert landed is not None  # else there is a refusal
    if not landed.quarantined:
        return [Text(f"  Nothing: all {count(landed.rows, 'row')} would land.")]
    lines: list[RenderableType] = [
        Text(
            f"  {landed.quarantined:,} of {count(landed.rows, 'row')}; {landed.good:,} would land."
        )
    ]
    lines += [Text(f"  {sentence}", style="yellow") for _, sentence in preview.refused]
    return lines


FETCH_STYLES = {"fetched": "green", "unchanged": "dim", "waiting": "", "refused": "yellow"}


def fetch_page(found: list[FetchedFile]) -> RenderableType:
    """One line per file of the shares, with what became of it."""
    if not found:
        return Text("Nothing lies in the shares (config/shares has one YAML per share).")
    return Group(
        *(
            Text.assemble((f"{each.status:10}", FETCH_STYLES[each.status]), each.message)
            for each in found
        )
    )


def explanation_page(explanation: Explanation) -> RenderableType:
    """The chain, one link under the other."""
    parts: list[RenderableType] = [
        Text.assemble(
            (f"{explanation.kind} ", "dim"),
            (explanation.identifier, "bold"),
            ("  ", ""),
            (explanation.headline, "bold cyan"),
        ),
        Text(f"release {explanation.release_id}", style="dim"),
    ]
    for step in explanation.steps:
        parts += ["", *_step(step)]
    return Group(*parts)


def _step(step: Step) -> list[RenderableType]:
    parts: list[RenderableType] = [
        Text.assemble((step.title, "bold"), (f"  {step.where}" if step.where else "", "dim"))
    ]
    if step.facts:
        parts.append(Padding(_facts(step.facts), (0, 0, 0, 2), expand=False))
    if step.table_rows:
        parts.append(Padding(_Listing(step), (0, 0, 0, 2), expand=False))
    if step.note:
        parts.append(Padding(Text(step.note), (0, 0, 0, 2), expand=False))
    parts += [Padding(_landed(row), (0, 0, 0, 2), expand=False) for row in step.landed]
    return parts


def _facts(facts: list[tuple[str, str]]) -> Table:
    table = plain_table(header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(escape(name), escape(value))
    return table


@dataclass(frozen=True)
class _Listing:
    """The table of a step. Where it is narrow, the landed row stands below what it is beside."""

    step: Step

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield _listing(self.step, is_narrow=options.max_width < WIDE)


def _listing(step: Step, is_narrow: bool) -> Table:
    has_place = step.table_columns[-1] in PLACE_COLUMNS
    columns = step.table_columns[:-1] if has_place and is_narrow else step.table_columns
    table = plain_table()
    for column in columns:
        is_amount = column.endswith(("amount", "currency", "probability"))
        table.add_column(
            column.replace("_company_currency", "").replace("_", " "),
            justify="right" if is_amount else "left",
            no_wrap=is_amount or column in DAY_COLUMNS,
            overflow="fold",
        )
    for row in step.table_rows:
        cells = [escape(value) for value in row]
        if has_place:
            cells[-1] = f"[dim]{cells[-1]}[/]"
        if has_place and is_narrow:
            cells[-2:] = [f"{cells[-2]}\n{cells[-1]}"]
        table.add_row(*cells)
    return table


def _landed(row: LandedRow) -> RenderableType:
    shown = ", ".join(f"{name}={value}" for name, value in row.values.items())
    facts = [
        ("landed row", f"{row.file}, row {row.row_number}, as of {row.as_of}"),
        ("sha256", row.sha256),
        ("landed", f"{row.landed_at} as {row.source}/{row.table}/{row.batch_id}.parquet"),
        ("the file", row.file_state),
        ("values", shown),
    ]
    if row.original_values:
        own_words = ", ".join(f"{name}={value}" for name, value in row.original_values.items())
        facts.append(("in the file", own_words))
    return _facts(facts)


SIDES = ("before", "after", "change")
SHOWN_GROUPS = 20


def policy_diff_page(diff: PolicyDiff) -> RenderableType:
    """What a policy would move, by class, partner, rep and quarter, with examples."""
    parts: list[RenderableType] = [
        Text.assemble((diff.old, "bold"), (" → ", "dim"), (diff.new, "bold")),
        Text(f"as of release {diff.release_id}, which stays as it is", style="dim"),
    ]
    if not diff.opportunities_count:
        return Group(*parts, "", Text("Nothing would change."))
    posted = ", ".join(
        f"{count(number, 'posting')} in {quarter}" for quarter, number in diff.postings
    )
    parts += [
        "",
        Text(
            f"{count(diff.opportunities_count, 'opportunity', 'opportunities')} would stand "
            f"otherwise{f': {posted}' if posted else ''}."
        ),
    ]
    for grouping, changes in diff.changes.items():
        if changes:
            parts += [
                "",
                Text(f"By {grouping}", style="bold cyan"),
                _changes_table(grouping, changes),
            ]
    parts += ["", Text("Examples, the largest first", style="bold cyan"), _examples_table(diff)]
    return Group(*parts)


def _changes_table(grouping: str, changes: Sequence[Change]) -> RenderableType:
    table = plain_table()
    table.add_column("measure", no_wrap=True)
    if grouping != "class":
        table.add_column(grouping, overflow="fold")
    table.add_column("class", overflow="fold")
    for side in SIDES:
        table.add_column(side, justify="right", no_wrap=True)
    largest = sorted(changes, key=lambda one: -abs(one.change))[:SHOWN_GROUPS]
    for one in [change for change in changes if change in largest]:
        named = [one.group] if grouping != "class" else []
        table.add_row(
            MEASURES.get(one.measure, one.measure),
            *(escape(name) for name in named),
            escape(one.attribution_class),
            f"{one.before:,}",
            f"{one.after:,}",
            f"{one.change:+,}",
        )
    further = len(changes) - len(largest)
    if further <= 0:
        return table
    return Group(table, Text(f"and {count(further, 'smaller change')}", style="dim"))


def _examples_table(diff: PolicyDiff) -> RenderableType:
    table = plain_table()
    for heading in ("opportunity", "measure", "before", "after"):
        table.add_column(heading, overflow="fold")
    table.add_column("amount", justify="right", no_wrap=True)
    for one in diff.examples:
        table.add_row(
            f"{escape(one.opportunity_id)}\n[dim]{escape(one.name)}[/]",
            MEASURES.get(one.measure, one.measure),
            f"{escape(one.before)}\n[dim]{escape(one.rule_before)}[/]",
            f"{escape(one.after)}\n[dim]{escape(one.rule_after)}[/]",
            f"{one.amount:,}",
        )
    return table
