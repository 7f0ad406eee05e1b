"""Landing of the whole inbox: every new file below `inbox/<feed>/`, the oldest day first."""

from __future__ import annotations

import datetime
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from orchestration.errors import CosellError
from orchestration.landing.archives import (
    ARCHIVE_SUFFIX,
    ArchiveMember,
    archive_members,
    unpacked,
)
from orchestration.landing.as_of_dates import day_from_path
from orchestration.landing.crm_objects import object_of_file
from orchestration.landing.feeds import CRM_OBJECTS
from orchestration.landing.files import (
    SUFFIXES,
    LandedFile,
    LandingSession,
    NotYetKnown,
    already_landed,
    landing_session,
)
from orchestration.landing.journal import current_time
from orchestration.landing.manifests import (
    ManifestEntry,
    is_manifest,
    manifest_of,
    refuse_other_bytes,
)
from orchestration.landing.refused_files import keep_refused_files
from orchestration.landing.text_files import sha256_of
from orchestration.progress import Progress, no_progress
from orchestration.settings import Home

# What people, browsers and office programs leave lying beside the files that are meant.
_NOT_MEANT_ENDINGS = (".tmp", ".part", ".partial", ".crdownload", ".filepart", ".md")
_NOT_MEANT_NAMES = ("readme", "readme.txt", "thumbs.db", "desktop.ini")


@dataclass
class InboxReport:
    """What became of the files of the inbox.

    landed: new batches. skipped: landed before, unchanged. refused: (file, sentence) of each file
    that could not be landed. postponed: files of a day behind `until`.
    """

    landed: list[LandedFile] = field(default_factory=list)
    skipped: list[LandedFile] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    postponed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _InboxFile:
    feed_name: str
    path: Path
    label: str
    day: datetime.date | None


def land_inbox(
    home: Home,
    progress: Progress | None = None,
    default_as_of: datetime.date | None = None,
    until: datetime.date | None = None,
) -> InboxReport:
    """Land every new file below the inbox; a bad file never stops another.

    `default_as_of` is the day of files that carry none (default: today). With `until`, files of
    later days stay where they are. Raises CosellError only for what concerns all files (another
    landing at work, a damaged company file).
    """
    report = InboxReport()
    tell = no_progress if progress is None else progress
    with landing_session(home) as session:
        files = sorted(_inbox_files(home), key=_order)
        for done, file in enumerate(files):
            tell("landing", file.label, done, len(files))
            _land_one(session, file, default_as_of, until, report)
        if files:
            tell("landing", "", len(files), len(files))
        keep_refused_files(home, report.refused, current_time())
    return report


def _land_one(
    session: LandingSession,
    file: _InboxFile,
    default_as_of: datetime.date | None,
    until: datetime.date | None,
    report: InboxReport,
) -> None:
    if not file.feed_name:
        report.refused.append((file.label, _misplaced(file)))
        return
    if file.path.is_symlink():
        # Who may only write into a feed's folder would else let us read any file of ours.
        report.refused.append(
            (
                file.label,
                f"{file.label} is a link to another place, and links are not followed: put the "
                "file itself there.",
            )
        )
        return
    if _is_archive_of_objects(session, file):
        _land_archive(session, file, default_as_of, until, report)
        return
    known = _unchanged(session, file)
    if known is not None:
        report.skipped.append(known)
        return
    try:
        landed = session.land(file.feed_name, file.path, default_as_of=default_as_of, until=until)
    except NotYetKnown:
        report.postponed.append(file.label)
    except CosellError as error:
        report.refused.append((file.label, str(error)))
    else:
        (report.landed if landed.status == "landed" else report.skipped).append(landed)


def _is_archive_of_objects(session: LandingSession, file: _InboxFile) -> bool:
    if file.path.suffix.lower() != ARCHIVE_SUFFIX:
        return False
    try:
        return session.feed(file.feed_name).source in CRM_OBJECTS
    except CosellError:
        return False


def _land_archive(
    session: LandingSession,
    file: _InboxFile,
    default_as_of: datetime.date | None,
    until: datetime.date | None,
    report: InboxReport,
) -> None:
    """Land every object of an archive; a bad member never stops another."""
    objects = CRM_OBJECTS[session.feed(file.feed_name).source]

    def is_wanted(name: PurePosixPath) -> bool:
        known = object_of_file(objects, name.stem) is not None
        return known and name.suffix.lower() in SUFFIXES and _is_meant(name.name)

    try:
        members = archive_members(file.path, file.label, is_wanted)
        found = [(member, _unchanged_member(session, file, member)) for member in members]
        report.skipped += [known for _, known in found if known is not None]
        members = [member for member, known in found if known is None]
        manifest = _manifest_of_members(file) if members else None
    except CosellError as error:
        report.refused.append((file.label, str(error)))
        return
    for member in members:
        label = f"{file.label}/{member.name}"
        place = file.path / member.name
        try:
            copy = session.temporary / f"{uuid.uuid4().hex}{member.file_name.suffix}"
            with unpacked(member, label, copy) as path:
                landed = session.land(
                    file.feed_name, path, None, default_as_of, until, place, manifest
                )
        except NotYetKnown:
            report.postponed.append(label)
        except CosellError as error:
            report.refused.append((label, str(error)))
        else:
            (report.landed if landed.status == "landed" else report.skipped).append(landed)


def _unchanged_member(
    session: LandingSession, file: _InboxFile, member: ArchiveMember
) -> LandedFile | None:
    place = file.path / member.name
    return _landed_unchanged(session, file.feed_name, place, member.size, member.modified_ns)


def _manifest_of_members(file: _InboxFile) -> ManifestEntry | None:
    """What the manifest of an archive says of each of its members: the day and the mode."""
    manifest = manifest_of(file.path, file.label)
    if manifest is None:
        return None
    if manifest.sha256 is not None:
        refuse_other_bytes(manifest, file.label, sha256_of(file.path))
    return replace(manifest, sha256=None, row_count=None)


def _misplaced(file: _InboxFile) -> str:
    return (
        f"{file.label} lies directly in inbox/, so its feed is unknown: move it into the folder of "
        "its feed, such as inbox/salesforce/."
    )


def _unchanged(session: LandingSession, file: _InboxFile) -> LandedFile | None:
    """The batch of a file that lies there since it was landed, without reading it again."""
    try:
        state = file.path.stat()
    except OSError:
        return None
    return _landed_unchanged(session, file.feed_name, file.path, state.st_size, state.st_mtime_ns)


def _landed_unchanged(
    session: LandingSession, feed_name: str, path: Path, size: int, modified_ns: int
) -> LandedFile | None:
    place = path.relative_to(session.home.inbox).as_posix()
    versions = session.journal.of_file(feed_name, place)
    if not versions:
        return None
    last = versions[-1]
    if (last.file_size, last.file_modified_ns) != (size, modified_ns):
        return None
    if last.batch_id in session.purged:
        return None
    return already_landed(last, session.home.relative(path))


def _order(file: _InboxFile) -> tuple[datetime.date, str]:
    """By day, then by name; a file whose day is not in its path comes last."""
    return (file.day or datetime.date.max, file.path.as_posix())


def _inbox_files(home: Home) -> Iterator[_InboxFile]:
    if not home.inbox.is_dir():
        return
    for entry in sorted(home.inbox.iterdir()):
        if entry.name.startswith("."):
            continue
        if not entry.is_dir():
            if _is_meant(entry.name):
                yield _InboxFile("", entry, home.relative(entry), None)
            continue
        for folder, folders, names in os.walk(entry):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder) / name
                if _is_meant(name):
                    day = day_from_path(home, entry.name, path)
                    yield _InboxFile(
                        entry.name, path, home.relative(path), day.day if day else None
                    )


def _is_meant(name: str) -> bool:
    lower = name.lower()
    return not (
        lower.startswith((".", "~$"))
        or lower.endswith(_NOT_MEANT_ENDINGS)
        or lower in _NOT_MEANT_NAMES
        or is_manifest(lower)
    )
