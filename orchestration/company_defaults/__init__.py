"""The settings, policies and feeds that a new company starts with.

The files beside this module are copied as they are; `README.txt` explains each of them and is
copied too, so that the explanation lies where the files are edited.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.settings import Home

_NOT_COPIED = ("__init__.py", "__pycache__")


def initialise_home(home: Home) -> list[Path]:
    """Create the folders of a home and the default `config/`; returns the files written.

    Existing files are never touched, so it may be run on a home in use.
    """
    try:
        for folder in (
            home.root,
            home.config,
            home.inbox,
            home.landing,
            home.quarantine,
            home.releases,
        ):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = write_company_defaults(home)
        for feed_file in sorted(home.feeds.glob("*.yaml")):
            (home.inbox / feed_file.stem).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{error.filename or home.root} cannot be written ({error.strerror}): choose a folder "
            "that you may write to with --home or COSELL_HOME."
        ) from None
    return written


def write_company_defaults(home: Home) -> list[Path]:
    """Copy the default files that `home` lacks into its `config/`; returns the files written."""
    written = []
    for relative, file in _default_files(resources.files(__package__), Path()):
        target = home.config / relative
        if target.exists():
            continue
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(file.read_bytes())
        written.append(target)
    return written


def _default_files(folder: Traversable, below: Path) -> Iterator[tuple[Path, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name in _NOT_COPIED:
            continue
        if entry.is_dir():
            yield from _default_files(entry, below / entry.name)
        else:
            yield below / entry.name, entry
