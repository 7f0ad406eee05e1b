"""How long work tells whoever started it how far it is.

The stations call a `Progress`; the command line draws it, schedules log it and tests ignore it.
Nothing here draws anything.
"""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Something that is told which station works, on what, and how far it is."""

    def __call__(
        self,
        station: str,
        detail: str = "",
        done: int | None = None,
        total: int | None = None,
    ) -> None:
        """Report that `station` is at work.

        `station` is the name a person sees ("landing", "staging", "gate: marts"); `detail` names
        the thing in hand (a file, a model); `done` and `total` count those things where they are
        known. A call with another station's name ends the former one.
        """


def no_progress(
    station: str,
    detail: str = "",
    done: int | None = None,
    total: int | None = None,
) -> None:
    """A `Progress` that nobody watches."""
