"""Files of the inbox that could not be landed: which, why, and since when.

The list is that of the last look at the inbox. It is kept beside the quarantined rows, so that
who comes later is told as well: `cosell status` reads it.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.landing.journal import private_folder
from orchestration.settings import Home

REFUSED_FILES = "_refused_files.json"


@dataclass(frozen=True)
class RefusedFile:
    """A file that stays in the inbox.

    file: as people read it, below the home. sentence: what is wrong and how to mend it. since:
    when it was refused first (ISO 8601, UTC).
    """

    file: str
    sentence: str
    since: str


def keep_refused_files(
    home: Home, refused: Iterable[tuple[str, str]], now: datetime.datetime
) -> None:
    """Replace the list by (file, sentence) of the last look; one refused before keeps its day."""
    first = {one.file: one.since for one in read_refused_files(home)}
    moment = now.isoformat(timespec="seconds")
    listed = [
        asdict(RefusedFile(file, sentence, first.get(file, moment))) for file, sentence in refused
    ]
    place = home.quarantine / REFUSED_FILES
    if not listed:
        place.unlink(missing_ok=True)
        return
    private_folder(place.parent)
    aside = place.with_suffix(".tmp")
    aside.write_text(json.dumps(listed, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    aside.replace(place)


def read_refused_files(home: Home) -> list[RefusedFile]:
    """The refused files that still lie in the inbox, as the last look found them."""
    place = home.quarantine / REFUSED_FILES
    if not place.is_file():
        return []
    listed = [RefusedFile(**one) for one in json.loads(place.read_text(encoding="utf-8"))]
    return [one for one in listed if _lies_there(home.root / one.file)]


def _lies_there(path: Path) -> bool:
    """Whether a file is still there, or the archive that it is a part of."""
    return path.exists() or any(folder.is_file() for folder in path.parents)
