"""What of landing is the partner's, and landing without it.

Lists, routes and decisions about the partner's records go as whole rows. Evidence of the ledger
stays, row by row, without contacts and free texts: a posting can still be followed to it. Rows that
went to quarantine stay counted, without what they said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.errors import LandingError
from orchestration.landing.contracts import Table, declared_table
from orchestration.landing.journal import Journal, JournalEntry, durable_file
from orchestration.landing.knowledge_tables import COMPANY_ASSIGNMENTS, LANDED_BATCHES
from orchestration.landing.partner_rows import (
    NAMING_COLUMNS,
    NamedPartner,
    has_part_in,
    is_of_partner,
    name_key,
    without_partner,
)
from orchestration.landing.schema import SCHEMA_FILE
from orchestration.landing.sql_text import literal
from orchestration.settings import Home

if TYPE_CHECKING:
    import duckdb

REDACTED = "redacted"
"""Stands for a contact of the partner: that there was one is a fact of the ledger's evidence."""
PURGED_REASON = "Purged with the data of a partner that was off-boarded."
PURGED_FILE = "purged/"

# Tables whose rows are the partner's lists, routes and what people decided about its records.
LISTS = (
    ("bilateral", "partner_accounts"),
    ("crossbeam", "account_overlaps"),
    ("reveal", "accounts"),
    ("partnertap", "accounts"),
    ("partnertap", "opportunities"),
    ("templates", "match_decisions"),
    ("cosell", "weekly_routes"),
    ("cosell", "route_comparisons"),
    ("cosell", "route_leavers"),
)
_FREE = {"_extra": "null", "_original_values": "null"}
# Tables whose rows are evidence: column -> what it holds afterwards. The names of PartnerTap's
# events and their users are part of the ids that postings name, so they stay.
EVIDENCE: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("crossbeam", "signals"): {**_FREE, "deal_name": "null", "deal_stage": "null"},
    ("partnertap", "attribution_events"): {
        **_FREE,
        "event_description": "null",
        "event_user_name": "null",
        "event_user_title": "null",
        "event_source_link": "null",
    },
    ("templates", "partners"): _FREE,
    ("templates", "deal_registrations"): {
        **_FREE,
        "account_name": "null",
        "partner_account_id": "null",
    },
    ("templates", "partner_touches"): {
        **_FREE,
        "partner_seller_email": f"case when partner_seller_email is not null then '{REDACTED}' end",
        # A contact of ours at the account leads the touch to it; anybody else is the partner's.
        "contact_email": "case when lower(contact_email) in (select email from our_contacts) "
        "then contact_email end",
    },
    ("templates", "support_log"): {**_FREE, "note": "null"},
    ("templates", "partner_plans"): {**_FREE, "partner_owner_name": "null"},
    ("templates", "partner_plan_metrics"): {**_FREE, "owner": "null"},
    ("templates", "partner_plan_reviews"): {
        **_FREE,
        "attendees": "null",
        "adjustment": "null",
        "reason": "null",
    },
}
_OF_PLANS = ("partner_plan_metrics", "partner_plan_reviews")
_OUR_CONTACTS = (("salesforce", "contacts"), ("salesforce", "leads"), ("hubspot", "contacts"))


@dataclass(frozen=True)
class BatchPart:
    """The partner's part in one landed batch.

    good: rows of the batch as it landed (a purge before this one may have taken some). removed:
    rows that go. emptied: rows that stay without contacts and texts. quarantined: refused rows
    that lose what they said. hides_file: whether the name of its file goes, too.
    """

    source: str
    table: str
    batch_id: str
    stored: int
    good: int
    removed: int
    emptied: int
    quarantined: int
    file_name_sha256: str
    file_sha256: str
    hides_file: bool

    @property
    def kept(self) -> int:
        """Rows that the batch has afterwards."""
        return self.stored - self.removed


@dataclass(frozen=True)
class _TablePart:
    """What goes of one table, as SQL over its rows."""

    table: Table
    removed_when: str = "false"
    emptied_when: str = "false"
    emptied: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_changed(self) -> str:
        """True for rows that stay and lose something."""
        differences = [f"{name} is distinct from ({sql})" for name, sql in self.emptied.items()]
        return f"not ({self.removed_when}) and ({self.emptied_when}) and ({_or(differences)})"

    @property
    def rest(self) -> str:
        """The select list of the rows that stay."""
        replaced = ", ".join(
            f"case when {self.emptied_when} then cast({sql} as varchar) else {name} end as {name}"
            for name, sql in self.emptied.items()
        )
        return f"* replace ({replaced})" if replaced else "*"


def find_parts(
    home: Home, connection: duckdb.DuckDBPyConnection, journal: Journal, partner: NamedPartner
) -> list[BatchPart]:
    """The partner's part in every landed batch, in the order of tables and batches."""
    found: list[BatchPart] = []
    for part in _table_parts(home, connection, partner):
        folder = home.landing / part.table.source / part.table.name
        if not any(path.name != SCHEMA_FILE for path in folder.glob("*.parquet")):
            continue
        rows = connection.execute(
            f"""
            select _batch_id, count(*),
                count(*) filter (where {part.removed_when}),
                count(*) filter (where {part.is_changed})
            from read_parquet({literal(str(folder / "*.parquet"))})
            where _batch_id is not null group by _batch_id
            """
        ).fetchall()
        counted = {batch: tuple(map(int, counts)) for batch, *counts in rows}
        for entry in journal.of_table(part.table.source, part.table.name):
            stored, removed, emptied = counted.get(entry.batch_id, (0, 0, 0))
            quarantined = _quarantined_rows(home, connection, entry, partner)
            is_own = entry.partner_id == partner.partner_id
            hides_file = is_own and (entry.source, entry.table) in LISTS
            is_hidden = entry.file.startswith(PURGED_FILE)
            if removed or emptied or quarantined or (hides_file and not is_hidden):
                found.append(
                    BatchPart(
                        source=entry.source,
                        table=entry.table,
                        batch_id=entry.batch_id,
                        stored=stored,
                        good=entry.good,
                        removed=removed,
                        emptied=emptied,
                        quarantined=quarantined,
                        file_name_sha256=hashlib.sha256(entry.file.encode()).hexdigest(),
                        file_sha256=entry.sha256,
                        hides_file=hides_file,
                    )
                )
    return found


def raw_files(home: Home, journal: Journal, parts: Iterable[BatchPart]) -> list[Path]:
    """The files of the inbox from which these batches landed, with the manifests beside them."""
    found: set[Path] = set()
    for part in parts:
        entry = journal.entries[part.batch_id]
        if entry.file.startswith(PURGED_FILE):
            continue
        place = home.inbox / entry.file
        # A member of an archive has no file of its own: the archive goes.
        while place != home.inbox and not place.is_file():
            place = place.parent
        if place.is_file():
            found.add(place)
            manifest = place.with_name(f"{place.name}.manifest.json")
            if manifest.is_file():
                found.add(manifest)
    return sorted(found)


def purge_batches(
    home: Home,
    connection: duckdb.DuckDBPyConnection,
    partner: NamedPartner,
    parts: Iterable[BatchPart],
) -> None:
    """Write every batch without the partner's part; what is done already is done again in vain."""
    tables = {
        (part.table.source, part.table.name): part
        for part in _table_parts(home, connection, partner)
    }
    journal = Journal(home)
    hidden: dict[str, str] = {}
    for part in parts:
        how = tables[part.source, part.table]
        place = home.landing / part.source / part.table / f"{part.batch_id}.parquet"
        if part.removed or part.emptied:
            _rewrite(
                connection, place, f"select {how.rest} from {{rows}} where not ({how.removed_when})"
            )
        entry = journal.entries[part.batch_id]
        refused = home.quarantine / part.source / part.table / place.name
        if part.quarantined:
            said = _said_by(entry, partner)
            file = f"'{PURGED_FILE}{part.file_name_sha256}'" if part.hides_file else "_source_file"
            _rewrite(
                connection,
                refused,
                f"select * replace (case when {said} then '{PURGED_REASON}' else reason end as "
                f"reason, case when {said} then '{{}}' else row_json end as row_json, "
                f"{file} as _source_file) from {{rows}}",
            )
        if part.hides_file:
            hidden[part.batch_id] = f"{PURGED_FILE}{part.file_name_sha256}"
            journal.write(
                replace(
                    entry,
                    file=hidden[part.batch_id],
                    columns={},
                    dialect={},
                    file_size=0,
                    file_modified_ns=0,
                )
            )
    _hide_files(home, connection, hidden)


def _hide_files(
    home: Home, connection: duckdb.DuckDBPyConnection, hidden: Mapping[str, str]
) -> None:
    """Write the records of the refreshes without the names of the partner's own files."""
    folder = home.landing / LANDED_BATCHES.source / LANDED_BATCHES.name
    if not hidden:
        return
    ids = ", ".join(literal(batch_id) for batch_id in hidden)
    names = " ".join(f"when {literal(one)} then {literal(name)}" for one, name in hidden.items())
    for path in sorted(folder.glob("[0-9]*.parquet")):
        named = connection.execute(
            f"select count(*) from read_parquet(?) where batch_id in ({ids}) "
            f"and not starts_with(file, '{PURGED_FILE}')",
            [str(path)],
        ).fetchone()
        if named and named[0]:
            _rewrite(
                connection,
                path,
                f"select * replace (case when batch_id in ({ids}) then case batch_id {names} end "
                "else file end as file) from {rows}",
            )


def _rewrite(connection: duckdb.DuckDBPyConnection, place: Path, statement: str) -> None:
    """Replace a Parquet file by the result of a statement over its rows, in one step."""
    rows = f"read_parquet({literal(str(place))})"
    before = connection.execute(f"describe select * from {rows}").fetchall()
    with durable_file(place) as temporary:
        connection.execute(
            f"copy ({statement.replace('{rows}', rows)}) to {literal(str(temporary))} "
            "(format parquet, compression zstd)"
        )
        written = f"describe select * from read_parquet({literal(str(temporary))})"
        if connection.execute(written).fetchall() != before:
            raise LandingError(
                f"{place.name} would change its columns when rows are purged from it: nothing "
                "was written; report this as a defect."
            )


# --- what goes of each table ----------------------------------------------------------------------


def _table_parts(
    home: Home, connection: duckdb.DuckDBPyConnection, partner: NamedPartner
) -> Iterator[_TablePart]:
    _mount_our_contacts(home, connection)
    for source, name in LISTS:
        yield _list_part(declared_table(source, name), partner)
    for (source, name), emptied in EVIDENCE.items():
        table = declared_table(source, name)
        if name in _OF_PLANS:
            plans = str(home.landing / "templates" / "partner_plans" / "*.parquet")
            mine = (
                f"plan_id in (select plan_id from read_parquet({literal(plans)}) "
                f"where partner_id = {literal(partner.partner_id)})"
            )
        else:
            mine = is_of_partner(table, partner)
        yield _TablePart(table, emptied_when=mine, emptied=emptied)
    # The ids of companies that others are in stay, without the ids of the partner's records.
    record = f"partner|{partner.partner_id}|"
    yield _TablePart(
        COMPANY_ASSIGNMENTS,
        removed_when=f"starts_with(record_id, {literal(record)})",
        emptied_when="true",
        emptied={
            name: hidden_record(name, partner.partner_id)
            for name in ("founder_record_id", "keeper_record_id")
        },
    )


def hidden_record(column: str, partner_id: str) -> str:
    """SQL of a record's id in which nothing of the partner's own id of it is left."""
    record = f"partner|{partner_id}|"
    is_open = f"starts_with({column}, {literal(record)}) and not "
    purged = f"{record}purged-"
    return (
        f"case when {is_open}starts_with({column}, {literal(purged)}) "
        f"then {literal(purged)} || left(sha256({column}), 24) else {column} end"
    )


def _list_part(table: Table, partner: NamedPartner) -> _TablePart:
    mine = is_of_partner(table, partner)
    naming = NAMING_COLUMNS[table.source, table.name]
    if not naming.lists:
        return _TablePart(table, removed_when=mine)
    # What several partners share stays for the others; without any other it goes.
    rest = {column: without_partner(column, partner) for column in naming.lists}
    others = [naming.own_id, naming.name, naming.platform_id]
    nobody = " and ".join(f"({sql}) is null" for sql in (*filter(None, others), *rest.values()))
    shared = has_part_in(table, partner)
    return _TablePart(
        table,
        removed_when=f"{mine} or ({shared} and {nobody})",
        emptied_when=shared,
        emptied={**rest, **_FREE},
    )


def _mount_our_contacts(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    """The view `our_contacts`: e-mail addresses of people in our own CRM."""
    files = [home.landing / source / name / "*.parquet" for source, name in _OUR_CONTACTS]
    emails = " union ".join(
        f"select lower(email) as email from read_parquet({literal(str(each))})" for each in files
    )
    connection.execute(
        "create or replace temp view our_contacts as "
        f"select email from ({emails}) where email is not null"
    )


# --- quarantine -----------------------------------------------------------------------------------


def _quarantined_rows(
    home: Home,
    connection: duckdb.DuckDBPyConnection,
    entry: JournalEntry,
    partner: NamedPartner,
) -> int:
    place = home.quarantine / entry.source / entry.table / f"{entry.batch_id}.parquet"
    if not place.is_file():
        return 0
    found: Any = connection.execute(
        f"select count(*) from read_parquet(?) where {_said_by(entry, partner)} "
        f"and reason <> '{PURGED_REASON}'",
        [str(place)],
    ).fetchone()
    return int(found[0])


def _said_by(entry: JournalEntry, partner: NamedPartner) -> str:
    """SQL that is true for the partner's refused rows: all of its own feed, else what names it."""
    if entry.partner_id == partner.partner_id:
        return "true"
    said = f"' ' || {name_key('row_json')} || ' '"
    names = (partner.partner_id, *partner.names, *partner.platform_ids)
    return _or(
        f"contains({said}, ' ' || {name_key(literal(name))} || ' ')" for name in sorted({*names})
    )


def _or(conditions: Iterable[str]) -> str:
    return " or ".join(f"({each})" for each in conditions) or "false"
