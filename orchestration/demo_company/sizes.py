"""How big each demo company is.

The same code builds every size; only the numbers here differ. `tiny` exists for tests.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoSize:
    """The numbers of one size of the demo company.

    Counts are those of the random population; the planted cases add about a hundred accounts and
    a dozen reps on top. `weekly_landings` counts the Mondays on which files arrive, the opening
    included; None means every Monday of the story.
    """

    name: str
    accounts: int
    reps: int
    teams: int
    opportunities: int
    activities: int
    contacts: int
    partners: int
    partner_rows: tuple[int, int]
    weekly_landings: int | None
    every_nth_monday: int = 1


SIZES: dict[str, DemoSize] = {
    size.name: size
    for size in (
        DemoSize("tiny", 200, 8, 2, 260, 1_500, 200, 6, (30, 60), None, every_nth_monday=4),
        DemoSize("small", 2_000, 52, 8, 4_000, 40_000, 3_000, 12, (150, 900), None),
        DemoSize("medium", 20_000, 260, 12, 40_000, 400_000, 30_000, 12, (1_500, 9_000), None),
        DemoSize(
            "large",
            1_000_000,
            1_500,
            40,
            2_000_000,
            20_000_000,
            600_000,
            15,
            (200_000, 200_000),
            24,
        ),
    )
}


def size_named(name: str) -> DemoSize:
    """The size called `name`; raises ValueError naming the sizes there are."""
    if name not in SIZES:
        raise ValueError(f"There is no demo size {name!r}; choose one of {', '.join(SIZES)}.")
    return SIZES[name]
