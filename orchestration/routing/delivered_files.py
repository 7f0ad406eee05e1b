"""Files that deliveries write below `<home>/deliveries`: whole or not at all, private."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow

from orchestration.errors import RoutingError
from orchestration.landing.journal import durable_file, private_folder
from orchestration.progress import Progress
from orchestration.release.durability import file_sha256
from orchestration.routing.journal import Attempt, DeliveryJournal, Intent, Receipt
from orchestration.routing.routed_list import RoutedList
from orchestration.routing.targets import Plan, PlannedItem
from orchestration.settings import Home

DESTINATION = "deliveries"


@dataclass(frozen=True)
class MadeFile:
    """One file: its path below `<home>/deliveries`, its bytes, and what it says in a line."""

    path: str
    content: bytes = field(repr=False)
    partner_id: str | None
    summary: str


class DeliveredFiles(ABC):
    """A target that writes files; subclasses make them from the list."""

    name = ""
    unit = "file"

    def __init__(self, home: Home) -> None:
        self.home = home
        self._contents: dict[str, bytes] = {}

    @property
    def destination(self) -> str:
        """The folder of the home, wherever the home lies."""
        return DESTINATION

    def connect(self) -> None:
        """Nothing is far away; where nothing can be written, writing says so."""
        self._contents = {}

    @abstractmethod
    def make(self, listed: RoutedList, held_back: list[str]) -> list[MadeFile]:
        """The files of the week; what must not be in them is added to `held_back`."""

    def settle(self, journal: DeliveryJournal, attempt: Attempt) -> None:
        """A file that is there with the intended bytes was written."""
        for intent in journal.intents_in_doubt(attempt):
            file = self._place(intent.record_key)
            intended = json.loads(intent.payload)["sha256"]
            if file.is_file() and file_sha256(file) == intended:
                found = Receipt(intent.intent_id, "accepted", "found in place")
                journal.receive([found], attempt)

    def plan(self, listed: RoutedList, *, with_items: bool) -> Plan:
        """The files of the week that were not written, or would say something else now."""
        held_back: list[str] = []
        files = self.make(listed, held_back)
        self._contents = {each.path: each.content for each in files}
        hashes = [hashlib.sha256(each.content).hexdigest() for each in files]
        payloads = [json.dumps({"sha256": each}) for each in hashes]
        made = pyarrow.table(
            {
                "record_key": pyarrow.array([each.path for each in files], pyarrow.string()),
                "payload": pyarrow.array(payloads, pyarrow.string()),
                "content_hash": pyarrow.array(hashes, pyarrow.string()),
                "partner_id": pyarrow.array([each.partner_id for each in files], pyarrow.string()),
            }
        )
        connection = listed.connection
        connection.register("made", made)
        connection.execute(
            """
            create or replace temp table changed as
            select record_key, 'file' as kind, payload, content_hash, partner_id
            from made
            where not exists (
                select 1 from standing
                where standing.target = ? and standing.destination = ?
                    and standing.record_key = made.record_key
                    and standing.content_hash = made.content_hash
            )
            """,
            [self.name, self.destination],
        )
        connection.unregister("made")
        paths = {
            path for (path,) in connection.execute("select record_key from changed").fetchall()
        }
        return Plan(
            to_send=len(paths),
            to_clear=0,
            unchanged=len(files) - len(paths),
            held_back=tuple(held_back),
            items=_items([each for each in files if each.path in paths]) if with_items else (),
        )

    def send(self, journal: DeliveryJournal, intents: Sequence[Intent], progress: Progress) -> None:
        """Write the files."""
        for number, intent in enumerate(intents):
            progress(self.name, intent.record_key, number, len(intents))
            attempt = journal.attempt(self.name, self.destination, intent.record_key, [intent])
            place = self._place(intent.record_key)
            try:
                for folder in reversed(place.relative_to(self.home.deliveries).parents):
                    private_folder(self.home.deliveries / folder)
                with durable_file(place) as temporary:
                    temporary.write_bytes(self._contents[intent.record_key])
            except OSError as error:
                raise RoutingError(
                    f"{self.home.relative(place)} cannot be written ({error.strerror}): make room "
                    "or correct the folder's rights, then deliver again."
                ) from None
            journal.receive([Receipt(intent.intent_id, "accepted")], attempt)
        progress(self.name, f"{len(intents):,} files", len(intents), len(intents))

    def _place(self, path: str) -> Path:
        return self.home.deliveries / path


def _items(files: Sequence[MadeFile]) -> tuple[PlannedItem, ...]:
    """What is in each file: its rows where it is a table of text, and equal content once."""
    items: list[PlannedItem] = []
    shown: dict[bytes, str] = {}
    for made in files:
        lines: tuple[str, ...] = ()
        if made.content in shown:
            lines = (f"the same as {DESTINATION}/{shown[made.content]}",)
        elif made.path.endswith(".csv"):
            lines = tuple(made.content.decode("utf-8-sig").splitlines())
        shown.setdefault(made.content, made.path)
        items.append(PlannedItem(f"{DESTINATION}/{made.path}", "file", (made.summary, *lines)))
    return tuple(items)
