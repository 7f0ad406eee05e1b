"""Archives: the zip of a CRM's weekly export is landed file by file, as if each lay there itself.

A member is known as `<archive>/<member>`, carries the archive's time, and is unpacked beside
landing's other temporary files. Members that are no object of ours are left in the archive.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from orchestration.errors import LandingError
from orchestration.landing.compressed_files import copy_bounded

ARCHIVE_SUFFIX = ".zip"


@dataclass(frozen=True)
class ArchiveMember:
    """One file in an archive; `size` is that of the unpacked file in bytes."""

    archive: Path
    name: str
    size: int
    modified_ns: int

    @property
    def file_name(self) -> PurePosixPath:
        """Its name without the folders of the archive."""
        return PurePosixPath(PurePosixPath(self.name).name)


def archive_members(
    path: Path, label: str, is_wanted: Callable[[PurePosixPath], bool]
) -> list[ArchiveMember]:
    """The wanted files of an archive by name; LandingError when it cannot be read or has none."""
    modified_ns = path.stat().st_mtime_ns
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise LandingError(
            f"{label} is not a readable zip archive: it may still be arriving, or was cut; put it "
            "there again."
        ) from None
    members = [
        ArchiveMember(path, info.filename, info.file_size, modified_ns)
        for info in sorted(infos, key=lambda info: info.filename)
    ]
    for member in members:
        place = PurePosixPath(member.name)
        if place.is_absolute() or ".." in place.parts:
            # No CRM writes such a name; nothing of an archive that was tampered with is believed.
            raise LandingError(
                f"{label} holds {member.name[:80]!r}, a name that leads out of the archive: "
                "download the archive again from its source."
            )
    wanted = [member for member in members if is_wanted(member.file_name)]
    if not wanted:
        raise LandingError(
            f"{label} holds no file of an object that is landed, among {len(members)} files: put "
            "the export of the CRM's objects there."
        )
    return wanted


@contextmanager
def unpacked(member: ArchiveMember, label: str, target: Path) -> Iterator[Path]:
    """The member as the file `target`, gone afterwards; raises LandingError."""
    try:
        try:
            with (
                zipfile.ZipFile(member.archive) as archive,
                archive.open(member.name) as source,
                target.open("wb") as copy,
            ):
                copy_bounded(source, copy, archive.getinfo(member.name).compress_size, label)
        except RuntimeError:
            raise LandingError(
                f"{label} is locked with a password: put an archive without one there."
            ) from None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
            raise LandingError(
                f"{label} is damaged inside its archive: download the archive again."
            ) from None
        os.utime(target, ns=(member.modified_ns, member.modified_ns))
        yield target
    finally:
        target.unlink(missing_ok=True)
