"""The demo from end to end: write the company, then refresh it as its weeks went by.

What the company is, is `demo_company`; what a refresh does, is `refresh`. Here is only the order,
and the care that nothing but a demo is ever overwritten.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.errors import CosellError
from orchestration.progress import Progress, no_progress
from orchestration.settings import Home, Settings

MARKER = "demo.json"
SIZES = ("small", "medium", "large")

# All that the demo and its refreshes write below a home; `--force` removes these and no others.
OWN_ENTRIES = (
    "config",
    "inbox",
    "landing",
    "quarantine",
    "releases",
    "truth",
    "dagster",
    "warehouse.duckdb",
    "warehouse.duckdb.wal",
    "warehouse_ducklake",
    "warehouse_spark",
)


@dataclass(frozen=True)
class DemoOutcome:
    """Whether the demo was built now or had been built before."""

    is_new: bool


def run_demo(
    settings: Settings,
    *,
    size: str = "small",
    seed: int = 1,
    force: bool = False,
    progress: Progress = no_progress,
) -> DemoOutcome:
    """Build the demo company of a size and seed in `settings.home` and refresh it.

    A finished demo of the same size and seed is refreshed again, which changes nothing unless the
    code did; an unfinished one is built anew.
    Raises CosellError for a home that is no demo, or that holds another demo (unless `force`).
    """
    if size not in SIZES:
        raise CosellError(f"There is no demo of size {size!r}: use {', '.join(SIZES)}.")
    home = settings.home
    found = read_marker(home)
    wanted = {"size": size, "seed": seed}
    if found is not None and not force:
        if {key: found.get(key) for key in wanted} != wanted:
            raise CosellError(
                f"{home.root} holds the demo of size {found.get('size')} and seed "
                f"{found.get('seed')}: add --force to replace it, or choose another --home."
            )
        if found.get("finished"):
            refresh_again(settings, date.fromisoformat(found["as_of"]), progress)
            return DemoOutcome(is_new=False)
    if found is None:
        refuse_foreign_home(home)
    remove_demo(home)
    build_demo(settings, size, seed, progress)
    return DemoOutcome(is_new=True)


def build_demo(settings: Settings, size: str, seed: int, progress: Progress) -> None:
    """Write the company's files and refresh on each day of its story, the oldest first."""
    from orchestration.demo_company import write_demo
    from orchestration.refresh import run_refresh

    home = settings.home
    home.root.mkdir(parents=True, exist_ok=True)
    write_marker(home, {"size": size, "seed": seed, "finished": False})
    story = write_demo(home.root, size, seed, progress=_share_of_writing(progress))
    for day in story.refresh_days:
        run_refresh(settings, as_of=day, progress=_one_bar(progress, f"refresh {day}"))
    as_of = story.refresh_days[-1].isoformat()
    write_marker(home, {"size": size, "seed": seed, "finished": True, "as_of": as_of})


def refresh_again(settings: Settings, as_of: date, progress: Progress) -> None:
    """Refresh a finished demo as of its last day, with the settings that came since."""
    from orchestration.company_defaults import write_company_defaults
    from orchestration.refresh import run_refresh

    write_company_defaults(settings.home)
    run_refresh(settings, as_of=as_of, progress=_one_bar(progress, f"refresh {as_of}"))


def _share_of_writing(progress: Progress) -> Callable[[str, float], None]:
    """Show the generator's share of work as one line."""

    def written(message: str, share: float) -> None:
        progress("demo company", message, round(share * 100), 100)

    return written


def _one_bar(progress: Progress, name: str) -> Progress:
    """Show all stations of one refresh as one line; the line's detail names the station."""

    def in_that_line(
        station: str, detail: str = "", done: int | None = None, total: int | None = None
    ) -> None:
        progress(name, f"{station}  {detail}".rstrip())

    return in_that_line


def read_marker(home: Home) -> dict[str, Any] | None:
    """Return what `demo.json` says, None for a home that is no demo."""
    file = home.root / MARKER
    if not file.is_file():
        return None
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def write_marker(home: Home, content: dict[str, Any]) -> None:
    """Say in the home that it is a demo, of which size and seed, and whether it is finished."""
    file = home.root / MARKER
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def refuse_foreign_home(home: Home) -> None:
    """Raise CosellError where the home holds anything that a demo did not write."""
    if not home.root.exists():
        return
    if not home.root.is_dir():
        raise CosellError(f"{home.root} is a file: choose a folder with --home.")
    entry = next((path.name for path in sorted(home.root.iterdir())), None)
    if entry is not None:
        raise CosellError(
            f"{home.root} is not empty and no demo (it holds {entry}): "
            "choose another folder with --home; nothing was changed."
        )


def remove_demo(home: Home) -> None:
    """Remove what a demo wrote; files of any other name stay."""
    for name in OWN_ENTRIES:
        path: Path = home.root / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
