"""Manifests: what the sender says about a file, against which the file is held before it lands.

A manifest lies beside its files: `<file>.manifest.json` for one, `manifest.json` or `manifest.csv`
for all in the folder. Names as in the exchange of files everywhere: filename, sha256, row_count,
as_of, mode (full or delta), sender, schema_version; each but the file's name may be left out.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from orchestration.errors import LandingError
from orchestration.landing.contracts import Mode

MANIFEST_ENDING = ".manifest.json"
FOLDER_MANIFESTS = ("manifest.json", "manifest.csv")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LARGEST_BYTES = 4 * 1024 * 1024
# Other words for the same, as senders write them.
_OTHER_NAMES = {
    **dict.fromkeys(("file", "file_name", "name", "path"), "filename"),
    **dict.fromkeys(("rows", "rowcount", "record_count", "records"), "row_count"),
    **dict.fromkeys(("full_or_delta", "full|delta", "load_type", "type"), "mode"),
    **dict.fromkeys(("sha_256", "checksum", "hash"), "sha256"),
    **dict.fromkeys(("date", "as_of_date", "snapshot_date"), "as_of"),
}


@dataclass(frozen=True)
class ManifestEntry:
    """What a sender says about one file; `manifest` is where, None = it was not said."""

    manifest: str
    filename: str
    sha256: str | None = None
    row_count: int | None = None
    as_of: datetime.date | None = None
    mode: Mode | None = None
    sender: str | None = None
    schema_version: str | None = None

    def to_json(self) -> str:
        """The entry as a manifest of its own."""
        values = {key: value for key, value in vars(self).items() if key != "manifest"}
        return json.dumps(values, default=str, ensure_ascii=False)


def is_manifest(name: str) -> bool:
    """Whether a file's name is that of a manifest."""
    return name.lower() in FOLDER_MANIFESTS or name.lower().endswith(MANIFEST_ENDING)


def manifest_of(path: Path, label: str) -> ManifestEntry | None:
    """What the manifest beside a file says about it, None where there is none.

    Raises LandingError for a manifest that cannot be read.
    """
    own = path.with_name(path.name + MANIFEST_ENDING)
    for place in (own, *(path.with_name(name) for name in FOLDER_MANIFESTS)):
        if not place.is_file():
            continue
        for entry in read_manifest(place, f"{label.removesuffix(path.name)}{place.name}"):
            if entry.filename == path.name:
                return entry
    return None


def read_manifest(path: Path, label: str) -> list[ManifestEntry]:
    """The entries of a manifest; raises LandingError naming the entry and what is wrong with it."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise ValueError("more than 4 MiB")
        text = path.read_text(encoding="utf-8-sig")
        found = _rows_of_csv(text) if path.suffix.lower() == ".csv" else _rows_of_json(text)
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        raise LandingError(
            f"{label} is not a readable manifest ({str(error)[:80]}): ask the sender for JSON with "
            "filename, sha256, row_count, as_of and mode of each file."
        ) from None
    own_name = path.name[: -len(MANIFEST_ENDING)] if path.name.endswith(MANIFEST_ENDING) else None
    return [_entry(label, row, own_name) for row in found]


def _rows_of_csv(text: str) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(text), strict=True))


def _rows_of_json(text: str) -> list[dict[str, Any]]:
    loaded = json.loads(text)
    if isinstance(loaded, dict) and isinstance(loaded.get("files"), list):
        # What stands beside the list holds for each of its files.
        shared = {key: value for key, value in loaded.items() if key != "files"}
        loaded = [shared | row for row in loaded["files"] if isinstance(row, dict)]
    rows = loaded if isinstance(loaded, list) else [loaded]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("not a list of files")
    return rows


def _entry(label: str, row: dict[str, Any], own_name: str | None) -> ManifestEntry:
    values: dict[str, str] = {}
    for key, value in row.items():
        name = str(key).strip().lower()
        if value not in (None, ""):
            values[_OTHER_NAMES.get(name, name)] = str(value).strip()
    filename = Path(values.get("filename", own_name or "")).name
    if not filename:
        raise LandingError(f"{label} has an entry without filename: ask the sender to add it.")

    def wrong(key: str, expected: str) -> LandingError:
        return LandingError(
            f"{label}: {key} of {filename} is {values[key][:80]!r} and not {expected}: ask the "
            "sender to correct it."
        )

    sha256 = values.get("sha256", "").lower() or None
    if sha256 is not None and not _SHA256.fullmatch(sha256):
        raise wrong("sha256", "64 hexadecimal digits")
    count = values.get("row_count")
    if count is not None and not (count.isascii() and count.isdecimal() and len(count) < 16):
        raise wrong("row_count", "a number of rows")
    mode = values.get("mode", "").lower() or None
    if mode not in (None, "full", "delta"):
        raise wrong("mode", "full or delta")
    day = None
    if "as_of" in values:
        try:
            day = datetime.date.fromisoformat(values["as_of"][:10])
        except ValueError:
            raise wrong("as_of", "a day such as 2026-02-09") from None
    return ManifestEntry(
        manifest=label,
        filename=filename,
        sha256=sha256,
        row_count=int(count) if count is not None else None,
        as_of=day,
        mode=cast("Mode | None", mode),
        sender=values.get("sender"),
        schema_version=values.get("schema_version"),
    )


def refuse_other_bytes(entry: ManifestEntry | None, label: str, sha256: str) -> None:
    """Raise LandingError for a file that is not the one its sender means."""
    if entry is not None and entry.sha256 not in (None, sha256):
        raise LandingError(
            f"{label} is not the file that {entry.manifest} names (its sha256 begins with "
            f"{sha256[:12]} and not with {str(entry.sha256)[:12]}): it was changed or "
            "cut, or is still on its way: wait until it is whole, or ask the sender for file and "
            "manifest again."
        )


def refuse_other_count(entry: ManifestEntry | None, label: str, rows: int) -> None:
    """Raise LandingError for a file with other than the rows its sender counted."""
    if entry is not None and entry.row_count not in (None, rows):
        few = "fewer" if rows < (entry.row_count or 0) else "more"
        raise LandingError(
            f"{label} has {rows} rows, {few} than the {entry.row_count} that {entry.manifest} "
            "names: ask the sender for the whole file, or for a corrected manifest."
        )
