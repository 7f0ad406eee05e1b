"""The journal of deliveries: intent, attempt, receipt. Rows are only ever added.

Before anything leaves, what is to be sent is written down (intent); before each request, which of
it goes out with it (attempt); after the answer, what became of it (receipt). Each is on disk before
the next step. So whoever comes after a kill knows what surely was not sent (no attempt), what
surely was (a receipt), and what must be asked about (an attempt without receipts).

What stands at a destination is the newest accepted intent per record; the difference to it is all
that is sent. The journal is one DuckDB file below `<home>/deliveries`, readable by its owner alone,
and held by one process at a time.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Literal, Self

import duckdb
import pyarrow

from orchestration.errors import RoutingError, one_sentence
from orchestration.landing.journal import current_time, private_folder
from orchestration.settings import Home

JOURNAL_FILE = "journal.duckdb"

Kind = Literal["set", "clear", "post", "file"]
Outcome = Literal["accepted", "refused", "superseded"]

_SHAPE = """
create sequence if not exists intent_ids;
create sequence if not exists attempt_ids;
create table if not exists intents (
    intent_id bigint not null,
    target varchar not null,
    destination varchar not null,
    week_starts_on date not null,
    record_key varchar not null,
    kind varchar not null,
    payload varchar not null,
    content_hash varchar not null,
    partner_id varchar,
    release_id varchar not null,
    intended_at timestamp not null
);
create table if not exists attempts (
    attempt_id bigint not null,
    target varchar not null,
    destination varchar not null,
    handle varchar not null,
    attempted_at timestamp not null
);
create table if not exists attempted_intents (
    attempt_id bigint not null, intent_id bigint not null
);
create sequence if not exists receipt_ids;
create table if not exists receipts (
    receipt_id bigint not null,
    intent_id bigint not null,
    attempt_id bigint,
    outcome varchar not null,
    note varchar not null,
    received_at timestamp not null
);
create or replace view open_intents as
    select * from intents
    where not exists (select 1 from receipts where receipts.intent_id = intents.intent_id);
create or replace view standing as
    with newest as (
        select max(intents.intent_id) as intent_id
        from intents
        inner join receipts on intents.intent_id = receipts.intent_id
        where receipts.outcome = 'accepted'
        group by intents.target, intents.destination, intents.record_key
    )
    select intents.* from intents inner join newest on intents.intent_id = newest.intent_id;
"""


@dataclass(frozen=True)
class Intent:
    """One thing to be sent: the whole new content of a record, a message or a file.

    payload: JSON. record_key: what it is about at the destination (a record's id, a rep and week,
    a file). partner_id: the only partner whose data is in it, None where it may be several.
    """

    intent_id: int
    record_key: str
    kind: Kind
    payload: str
    week_starts_on: date


@dataclass(frozen=True)
class Attempt:
    """One request that carried intents out; `handle` is how the remote side knows it."""

    attempt_id: int
    handle: str
    attempted_at: str


@dataclass(frozen=True)
class Receipt:
    """What became of one intent; the note says why it was refused, or how it was found."""

    intent_id: int
    outcome: Outcome
    note: str = ""


def _unusable(file: str, error: duckdb.Error) -> RoutingError:
    if "lock" in str(error):
        return RoutingError(
            f"Another delivery holds {file}: wait until it has finished and try again."
        )
    return RoutingError(
        f"{file} cannot be read ({one_sentence(str(error))[:120]}): restore it from a copy, or "
        "move it away: fields are then sent anew, and digests are looked up before they are posted."
    )


class DeliveryJournal:
    """The journal of one home, held until it is closed."""

    def __init__(self, home: Home, *, read_only: bool = False) -> None:
        """Open the journal; read_only leaves the home as it is, even where there is none yet."""
        file = home.deliveries / JOURNAL_FILE
        in_memory = read_only and not file.is_file()
        # DuckDB makes its files with the process's mask; nobody else may read these lists.
        mask = os.umask(0o077)
        try:
            if not read_only:
                private_folder(home.deliveries)
            self.connection = duckdb.connect(
                ":memory:" if in_memory else str(file), read_only=read_only and not in_memory
            )
            if in_memory or not read_only:
                self.connection.execute(_SHAPE)
        except duckdb.Error as error:
            raise _unusable(home.relative(file), error) from None
        finally:
            os.umask(mask)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.connection.close()

    def intend(
        self, target: str, destination: str, week: date, release_id: str, wanted: str
    ) -> int:
        """Write down what a relation of the connection holds; returns how many intents.

        wanted: its name; columns record_key, kind, payload, content_hash and partner_id.
        """
        written = self.connection.execute(
            f"""
            insert into intents
            select nextval('intent_ids'), ?, ?, ?, record_key, kind, payload, content_hash,
                partner_id, ?, ?
            from (select * from {wanted} order by record_key)
            """,
            [target, destination, week, release_id, current_time()],
        ).fetchone()
        return int(written[0]) if written else 0

    def open_intents(self, target: str, destination: str) -> list[Intent]:
        """What has no receipt yet, in the order in which it was intended."""
        return self._intents(
            "select * from open_intents where target = ? and destination = ?", [target, destination]
        )

    def attempts_in_doubt(self, target: str, destination: str) -> list[Attempt]:
        """Attempts of which some intent has no receipt, oldest first."""
        rows = self.connection.execute(
            """
            select distinct attempts.attempt_id, attempts.handle, attempts.attempted_at
            from attempts
            inner join attempted_intents on attempts.attempt_id = attempted_intents.attempt_id
            inner join open_intents on attempted_intents.intent_id = open_intents.intent_id
            where attempts.target = ? and attempts.destination = ?
            order by attempts.attempt_id
            """,
            [target, destination],
        ).fetchall()
        return [Attempt(number, handle, at.isoformat()) for number, handle, at in rows]

    def has_attempted(self, target: str, destination: str) -> bool:
        """Whether anything was ever sent there from this home."""
        found = self.connection.execute(
            "select count(*) from attempts where target = ? and destination = ?",
            [target, destination],
        ).fetchone()
        return bool(found and found[0])

    def intents_in_doubt(self, attempt: Attempt) -> list[Intent]:
        """The intents of an attempt that have no receipt."""
        return self._intents(
            "select * from open_intents where intent_id in "
            "(select intent_id from attempted_intents where attempt_id = ?)",
            [attempt.attempt_id],
        )

    def attempt(
        self, target: str, destination: str, handle: str, intents: Sequence[Intent]
    ) -> Attempt:
        """Write down that these intents are about to leave."""
        at = current_time()
        carried = pyarrow.table({"intent_id": [each.intent_id for each in intents]})
        self.connection.begin()
        found = self.connection.execute("select nextval('attempt_ids')").fetchone()
        number = int(found[0]) if found else 0
        self.connection.execute(
            "insert into attempts values (?, ?, ?, ?, ?)", [number, target, destination, handle, at]
        )
        self.connection.register("carried", carried)
        self.connection.execute(
            "insert into attempted_intents select ?, intent_id from carried", [number]
        )
        self.connection.unregister("carried")
        self.connection.commit()
        return Attempt(number, handle, at.isoformat())

    def receive(self, receipts: Iterable[Receipt], attempt: Attempt | None = None) -> None:
        """Write down what became of intents."""
        listed = list(receipts)
        if not listed:
            return
        told = pyarrow.table(
            {
                "intent_id": [each.intent_id for each in listed],
                "outcome": [each.outcome for each in listed],
                "note": [each.note for each in listed],
            }
        )
        self.connection.register("told", told)
        self.connection.execute(
            "insert into receipts "
            "select nextval('receipt_ids'), intent_id, ?, outcome, note, ? from told",
            [attempt.attempt_id if attempt else None, current_time()],
        )
        self.connection.unregister("told")

    def supersede(self, target: str, destination: str) -> None:
        """Close what was never sent: the difference is computed anew and intends it again."""
        self.connection.execute(
            """
            insert into receipts
            select nextval('receipt_ids'), intent_id, null, 'superseded', '', ? from open_intents
            where target = ? and destination = ?
            """,
            [current_time(), target, destination],
        )

    def newest_week(self, target: str, destination: str) -> date | None:
        """The newest week of which something was accepted there."""
        found = self.connection.execute(
            "select max(week_starts_on) from standing where target = ? and destination = ?",
            [target, destination],
        ).fetchone()
        return found[0] if found else None

    def _intents(self, query: str, parameters: list[object]) -> list[Intent]:
        rows = self.connection.execute(
            "select intent_id, record_key, kind, payload, week_starts_on "
            f"from ({query}) order by intent_id",
            parameters,
        ).fetchall()
        return [Intent(*row) for row in rows]
