"""Make what was written survive a power cut, and switch a link in one step."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def flush_file(path: Path) -> None:
    """Ask the operating system to write a file's content (or a folder's entries) to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_tree(folder: Path) -> None:
    """Flush every file below a folder, then the folders themselves, deepest first."""
    for parent, _, files in os.walk(folder, topdown=False):
        for name in files:
            flush_file(Path(parent, name))
        flush_file(Path(parent))


def point_link(link: Path, target: str) -> None:
    """Let a symbolic link point to a target; whoever reads the link sees the old or the new one.

    The link is made under another name and renamed: renaming is atomic, replacing a link is not.
    """
    beside = link.with_name(f".{link.name}-{os.getpid()}")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.replace(link)
    flush_file(link.parent)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal text."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
