"""A seeded generator of a company whose right answers are known: Northwind Metrics.

`write_demo` writes what the company's real systems would export (`config/`, `inbox/`) and, beside
it, what is true (`truth/`), which no part of the pipeline reads. See README.md in this folder.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class DemoStory:
    """What was written, and the days on which the story is refreshed."""

    home: Path
    size: str
    seed: int
    refresh_days: list[date]
    close_quarter: str
    truth: Path
    files: int
    rows: dict[str, int] = field(default_factory=dict)


def write_demo(
    home: Path,
    size: str,
    seed: int,
    progress: Callable[[str, float], None] | None = None,
) -> DemoStory:
    """Write the demo company of one size (tiny, small, medium, large) and seed into `home`.

    `progress` is told a message and the share of the work that is done. Files of equal size and
    seed are equal byte by byte. Raises ValueError for an unknown size.
    """
    from orchestration.demo_company.cases import plant_cases
    from orchestration.demo_company.clock import FINAL_LANDING, as_date
    from orchestration.demo_company.configuration import write_configuration
    from orchestration.demo_company.inbox import Inbox
    from orchestration.demo_company.partner_files import write_partner_lists
    from orchestration.demo_company.salesforce_files import write_salesforce
    from orchestration.demo_company.sizes import size_named
    from orchestration.demo_company.story import tell
    from orchestration.demo_company.surroundings import plant_surroundings
    from orchestration.demo_company.template_files import LAST_CLOSE, write_templates
    from orchestration.demo_company.truth import write_truth

    def say(message: str, fraction: float) -> None:
        if progress is not None:
            progress(message, fraction)

    place = Path(home)
    story = tell(seed, size_named(size), plant_surroundings, plant_cases, say)
    write_configuration(place, story.partners)
    inbox = Inbox(place / "inbox")
    write_salesforce(inbox, story, say)
    write_partner_lists(inbox, story, say)
    write_templates(inbox, story, say)
    write_truth(place / "truth", story, say)
    say("Demo company written", 1.0)
    return DemoStory(
        home=place,
        size=size,
        seed=seed,
        refresh_days=[
            date(2026, 7, 27),
            date.fromisoformat(LAST_CLOSE[2]),
            date(2026, 8, 17),
            as_date(FINAL_LANDING),
        ],
        close_quarter=LAST_CLOSE[0],
        truth=place / "truth",
        files=inbox.files,
        rows=dict(sorted(inbox.rows.items())),
    )
