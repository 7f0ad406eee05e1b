"""What a target of deliveries is: it clears up what is in doubt, plans, and sends.

Errors of a whole target are RoutingError; what is wrong with one row is a receipt with a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from orchestration.progress import Progress
from orchestration.routing.journal import Attempt, DeliveryJournal, Intent
from orchestration.routing.routed_list import RoutedList

# How often what may succeed a moment later is sent again within one delivery.
ROUNDS = 3


@dataclass(frozen=True)
class PlannedItem:
    """One thing that would be sent, for people: what it is about, and its lines."""

    title: str
    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What one target would send.

    The rows to intend are in the table `changed` of the connection. unchanged: things that stand
    already as wanted. held_back: what is not sent and why. notes: what a person should know.
    """

    to_send: int
    to_clear: int
    unchanged: int
    held_back: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    items: tuple[PlannedItem, ...] = field(default=(), repr=False)


class Target(Protocol):
    """One place that the week's list is brought to."""

    name: str
    unit: str

    @property
    def destination(self) -> str:
        """Which org, portal, workspace or folder; whole once it is connected."""

    def connect(self) -> None:
        """Reach the remote side and check what it takes; raises RoutingError."""

    def settle(self, journal: DeliveryJournal, attempt: Attempt) -> None:
        """Find out what became of an attempt that a kill or lost answer left in doubt."""

    def plan(self, listed: RoutedList, *, with_items: bool) -> Plan:
        """Write `changed`; `with_items` describes each thing for people."""

    def send(self, journal: DeliveryJournal, intents: Sequence[Intent], progress: Progress) -> None:
        """Send everything; afterwards each intent has a receipt, or RoutingError is raised."""
