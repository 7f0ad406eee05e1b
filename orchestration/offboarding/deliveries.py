"""Deliveries without the partner: the journal's payloads, its sheets, its rows in tools' files.

What was sent stays recorded (to which record, when, with which outcome), so that the next delivery
still knows which flags stand in the CRMs and clears them. What was sent goes.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.errors import RoutingError, one_sentence
from orchestration.landing.journal import durable_file
from orchestration.landing.partner_rows import NamedPartner, name_key
from orchestration.landing.sql_text import literal
from orchestration.routing.journal import JOURNAL_FILE, DeliveryJournal
from orchestration.routing.partner_sheets import folder_name
from orchestration.settings import Home

CRM_TARGETS = ("salesforce", "hubspot")
_EMPTY = "{}"


@dataclass(frozen=True)
class DeliveredPart:
    """The partner's part in what was delivered.

    payloads: recorded requests that hold something of it. standing_flags: accounts that carry a
    flag of the partner in a CRM now, by target. messages: digests in Slack that show its rows; they
    are in Slack and stay there. sheets: its own files. tool_rows: its rows in the tools' files.
    """

    payloads: int = 0
    standing_flags: dict[str, int] | None = None
    messages: int = 0
    sheets: int = 0
    tool_rows: int = 0


def find_delivered(home: Home, partner: NamedPartner) -> DeliveredPart:
    """What the deliveries hold of the partner.

    Raises RoutingError where a delivery waits for answers: what stands at a CRM is then unknown.
    """
    sheets = sum(len(list(folder.iterdir())) for folder in _sheet_folders(home, partner))
    tool_rows = sum(_tool_rows(file, partner)[0] for file in _tool_files(home))
    file = home.deliveries / JOURNAL_FILE
    if not file.is_file():
        return DeliveredPart(sheets=sheets, tool_rows=tool_rows)
    with DeliveryJournal(home, read_only=True) as journal:
        ask = journal.connection
        doubtful = ask.execute(
            "select count(*) from open_intents where intent_id in "
            "(select intent_id from attempted_intents)"
        ).fetchall()[0][0]
        if doubtful:
            raise RoutingError(
                f"{doubtful} requests of a delivery wait for their answers, so nobody knows which "
                f"flags of {partner.partner_id} stand: run `cosell routes deliver` first."
            )
        holds = _holds(partner)
        payloads = ask.execute(f"select count(*) from intents where {holds}").fetchall()[0][0]
        flags = dict(
            ask.execute(
                f"select target, count(*) from standing where kind = 'set' and {holds} "
                f"and target in {CRM_TARGETS} group by target order by target"
            ).fetchall()
        )
        messages = ask.execute(
            f"select count(*) from standing where target = 'slack' and {holds}"
        ).fetchall()[0][0]
    return DeliveredPart(int(payloads), flags, int(messages), sheets, tool_rows)


def purge_deliveries(home: Home, partner: NamedPartner) -> None:
    """Write the journal and the files without the partner; done twice it changes nothing."""
    for folder in _sheet_folders(home, partner):
        shutil.rmtree(folder)
    for file in _tool_files(home):
        found, content = _tool_rows(file, partner)
        if found:
            with durable_file(file) as temporary:
                temporary.write_bytes(content)
    _purge_journal(home, partner)


def _purge_journal(home: Home, partner: NamedPartner) -> None:
    """Copy the journal into a new file, because DuckDB keeps freed blocks as they were."""
    file = home.deliveries / JOURNAL_FILE
    if not file.is_file():
        return
    holds = _holds(partner)
    with DeliveryJournal(home) as journal:
        if not journal.connection.execute(
            f"select 1 from intents where {holds} limit 1"
        ).fetchall():
            return
        # The lock of the journal is held while it is copied: no delivery writes meanwhile.
        with durable_file(file) as aside:
            # What a kill in the middle of a copy left behind.
            aside.with_name(f"{aside.name}.wal").unlink(missing_ok=True)
            try:
                _copy_journal(journal.connection, aside, holds)
            except duckdb.Error as error:
                raise RoutingError(
                    f"{home.relative(file)} cannot be written anew "
                    f"({one_sentence(str(error))[:120]}): make room and run the same command again."
                ) from None
    file.with_name(f"{file.name}.wal").unlink(missing_ok=True)


def _copy_journal(journal: duckdb.DuckDBPyConnection, aside: Path, holds: str) -> None:
    journal.execute("checkpoint")
    journal.execute(f"attach {literal(str(aside))} as purged")
    own = journal.execute("select current_database()").fetchall()[0][0]
    journal.execute(f'copy from database "{own}" to purged (schema)')
    journal.execute(
        f"""
        insert into purged.intents
        select * replace (
            case when {holds} then '{_EMPTY}' else payload end as payload,
            case when {holds} then sha256('{_EMPTY}') else content_hash end as content_hash
        ) from intents
        """
    )
    journal.execute(
        f"""
        insert into purged.receipts
        select * replace (
            case when intent_id in (select intent_id from intents where {holds}) then ''
            else note end as note
        ) from receipts
        """
    )
    for table in ("attempts", "attempted_intents"):
        journal.execute(f"insert into purged.{table} select * from {table}")
    journal.execute("detach purged")


def _holds(partner: NamedPartner) -> str:
    """SQL that is true for intents that say something of the partner and still say it."""
    said = f"' ' || {name_key('payload')} || ' '"
    named = " or ".join(
        f"contains({said}, ' ' || {name_key(literal(name))} || ' ')" for name in partner.names
    )
    is_file = "kind = 'file'"
    return (
        f"(payload <> '{_EMPTY}' and not {is_file} and "
        f"(coalesce(partner_id = {literal(partner.partner_id)}, false) or {named or 'false'}))"
    )


def _sheet_folders(home: Home, partner: NamedPartner) -> Iterable[Path]:
    return sorted(home.deliveries.glob(f"*/partners/{folder_name(partner.partner_id)}"))


def _tool_files(home: Home) -> Iterable[Path]:
    return sorted(home.deliveries.glob("*/enablement/*/routed_accounts.*"))


def _tool_rows(file: Path, partner: NamedPartner) -> tuple[int, bytes]:
    """How many rows of a tool's file are the partner's, and the file without them."""
    content = file.read_bytes()
    if file.suffix == ".json":
        document = json.loads(content)
        rest = [row for row in document["rows"] if row["partner_id"] != partner.partner_id]
        found = len(document["rows"]) - len(rest)
        document["rows"] = rest
        return found, (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    place = header.index("partner_id")
    rest = [row for row in rows if row[place] != partner.partner_id]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([header, *rest])
    return len(rows) - len(rest), text.getvalue().encode("utf-8-sig")
