"""The review queue as a spreadsheet, out and back in.

Written with a byte order mark, so that a spreadsheet reads it as UTF-8; read back as a person's
spreadsheet saves it: with or without the mark, separated by commas, semicolons or tabs, in UTF-8
or Windows-1252. A text that a spreadsheet would take for a formula is written with an apostrophe
before it. A row without a decision is left alone; one row that cannot be followed refuses the
file, so that nothing is half decided.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from orchestration.errors import CosellError
from orchestration.match_review import (
    FIELDS,
    PAST,
    Decision,
    Pair,
    QueuedPair,
    ReviewDesk,
    Word,
    checked,
)
from orchestration.safe_sheets import csv_text

TO_FILL = ("decision", "reason", "decided_by", "expires_on")
KEYS = ("account_match_id", "crm_account_id", "partner_id", "partner_account_id")
SHOWN = (
    *("queue_rank", "open_pipeline_amount", "currency", "open_opportunities_count"),
    *("tier", "probability", "rule_id", "evidence"),
    *(f"{side}_{name}" for name in FIELDS for side in ("crm", "partner")),
    *("partner_state", "other_crm_account_id", "other_decision"),
)
WORDS: dict[str, Word] = {
    "accept": "accept",
    "accepted": "accept",
    "reject": "reject",
    "rejected": "reject",
}
DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y")
ENCODINGS = ("utf-8-sig", "cp1252")
SHOWN_PROBLEMS = 3


@dataclass(frozen=True)
class ReadSheet:
    """What a filled sheet says: new decisions, rows left open, rows that were decided so before."""

    decisions: list[Decision]
    open_rows: int
    repeated_rows: int


def write_sheet(queue: Sequence[QueuedPair], file: Path) -> None:
    """Write the queue with empty columns for the decisions; never over a file that is there."""
    try:
        with file.open("x", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow((*TO_FILL, *SHOWN, *KEYS))
            for queued in queue:
                writer.writerow([*("" for _ in TO_FILL), *map(csv_text, _shown(queued))])
    except FileExistsError:
        raise CosellError(
            f"{file} is there already and may hold decisions: name another file."
        ) from None
    except OSError as error:
        raise CosellError(f"{file} cannot be written ({error.strerror}): name another.") from None


def _shown(queued: QueuedPair) -> list[object]:
    pair = queued.pair
    sides = [side.get(name) for name in FIELDS for side in (queued.ours, queued.theirs)]
    return [
        *(queued.rank, queued.open_pipeline, queued.currency, queued.open_opportunities),
        *(queued.tier, queued.probability, queued.rule_id, queued.evidence),
        *sides,
        *(queued.theirs.get("state"), queued.other_account, queued.other_decision),
        *(pair.match_id, pair.crm_account_id, pair.partner_id, pair.partner_account_id),
    ]


def read_sheet(
    desk: ReviewDesk, file: Path, decided_by: str, as_of: date, *, overrule: bool = False
) -> ReadSheet:
    """Read the decisions of a filled sheet; `decided_by` where a row names nobody.

    Raises CosellError, naming file and rows, where the file or one of its decisions is no good.
    """
    rows = _rows_of(file)
    decisions: dict[Pair, Decision] = {}
    problems: list[str] = []
    open_rows = repeated = 0
    for number, row in enumerate(rows, start=1):
        if not row.get("decision", "").strip():
            open_rows += 1
            continue
        try:
            decision = _decision_of(desk, row, decided_by, as_of)
            before = decisions.get(decision.pair) or desk.decided(decision.pair)
            word = before.word if isinstance(before, Decision) else (before or {}).get("decision")
            if word == decision.word:
                repeated += 1
                continue
            if isinstance(before, Decision):
                raise CosellError(f"{decision.pair.match_id} is decided twice in different ways.")
            desk.refuse_decided(decision, overrule=overrule)
            decisions[decision.pair] = decision
        except CosellError as error:
            problems.append(f"row {number}: {error}")
    if problems:
        more = len(problems) - SHOWN_PROBLEMS
        further = f" And {more} more rows." if more > 0 else ""
        raise CosellError(
            f"{file.name}, {' '.join(problems[:SHOWN_PROBLEMS])}{further} Nothing was landed."
        )
    return ReadSheet(list(decisions.values()), open_rows, repeated)


def _decision_of(desk: ReviewDesk, row: dict[str, str], decided_by: str, as_of: date) -> Decision:
    said = row["decision"].strip().casefold()
    word = WORDS.get(said)
    if word is None:
        raise CosellError(f"{row['decision']!r} is no decision: write accept or reject.")
    match_id = row.get("account_match_id", "").strip()
    words = [match_id] if match_id else [row.get(name, "").strip() for name in KEYS[1:]]
    return checked(
        Decision(
            pair=desk.find_written(words),
            word=word,
            decided_by=row.get("decided_by", "").strip() or decided_by,
            reason=row.get("reason", "").strip(),
            expires_on=_day(row.get("expires_on", "").strip(), as_of),
        ),
        as_of,
    )


def _day(text: str, as_of: date) -> date | None:
    if not text:
        return None
    found = set()
    for form in DAYS:
        try:
            found.add(datetime.strptime(text, form).replace(tzinfo=UTC).date())
        except ValueError:
            continue
    if len(found) != 1:
        raise CosellError(
            f"{text!r} is no day that can be read without doubt: write it like {as_of}."
        )
    return found.pop()


def _rows_of(file: Path) -> list[dict[str, str]]:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CosellError(f"{file} cannot be read ({error.strerror}): check its name.") from None
    text = _decoded(data, file)
    lines = text.splitlines()
    separator_line = lines[0] if lines else ""
    if separator_line.lower().startswith("sep=") and len(separator_line) == 5:
        separator, text = separator_line[4], text.split("\n", 1)[-1]
    else:
        separator = max(",;\t", key=separator_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        header, *rows = list(reader) or [[]]
    except csv.Error as error:
        raise CosellError(f"{file.name} cannot be read as CSV ({error}): save it again.") from None
    names = [name.strip().casefold() for name in header]
    if "decision" not in names or not ("account_match_id" in names or set(KEYS[1:]) <= set(names)):
        raise CosellError(
            f"{file.name} has no columns decision and account_match_id: fill the file that "
            "`cosell matches review --export` writes."
        )
    return [dict(zip(names, row, strict=False)) for row in rows if any(map(str.strip, row))]


def _decoded(data: bytes, file: Path) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CosellError(f"{file.name} is no text: save it as CSV (UTF-8).")


def summary_of(sheet: ReadSheet) -> str:
    """One line about what a sheet said."""
    counted = {word: sum(each.word == word for each in sheet.decisions) for word in PAST}
    return (
        f"{counted['accept']} accepted, {counted['reject']} rejected; "
        f"{sheet.open_rows} left open, {sheet.repeated_rows} decided so before."
    )
