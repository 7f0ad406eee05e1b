"""The day of a file: what it describes the world as of."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import LandingError
from orchestration.settings import Home

# Digits before or behind would make it part of a longer number.
_DAY_IN_NAME = re.compile(r"(?<!\d)(\d{4})(-?)(\d{2})\2(\d{2})(?!\d)")


@dataclass(frozen=True)
class FileDay:
    """A day and what gave it.

    given_by: argument, manifest, folder, file_name, column, landing_day, refresh, first, week,
    signature or off-boarding.
    """

    day: datetime.date
    given_by: str


def day_from_path(home: Home, feed_name: str, path: Path) -> FileDay | None:
    """The day in the folders between `inbox/<feed>` and the file, else in its name.

    Of a file outside the inbox, the folder it lies in is looked at.
    """
    for folder in reversed(_folders(home, feed_name, path)):
        day = _iso_day(folder)
        if day is not None:
            return FileDay(day, "folder")
    day = day_from_name(path.name)
    return FileDay(day, "file_name") if day is not None else None


def day_from_name(name: str) -> datetime.date | None:
    """The first day in a file's name, None when there is none."""
    for match in _DAY_IN_NAME.finditer(name):
        day = _valid_day(match[1], match[3], match[4])
        if day is not None:
            return day
    return None


def _folders(home: Home, feed_name: str, path: Path) -> tuple[str, ...]:
    try:
        return path.absolute().relative_to((home.inbox / feed_name).absolute()).parent.parts
    except ValueError:
        return (path.absolute().parent.name,)


def _iso_day(text: str) -> datetime.date | None:
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    return _valid_day(*match.groups()) if match else None


def _valid_day(year: str, month: str, day: str) -> datetime.date | None:
    try:
        found = datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None
    # 20001231 in a name may be a number of anything; only our era is a day.
    return found if found.year >= 1970 else None


def refuse_future_day(label: str, day: datetime.date, today: datetime.date) -> None:
    """Raise LandingError for a day later than tomorrow (a zone ahead of ours may have tomorrow)."""
    if day > today + datetime.timedelta(days=1):
        raise LandingError(
            f"{label} is as of {day}, which lies in the future (today is {today}): correct the day "
            "in its folder, name or column."
        )
