"""The file of secrets that COSELL_SECRETS names: read by its owner alone, never quoted.

It lies outside the data folder and outside the project, so that it is neither landed nor committed.
Who asks for a credential looks into the environment first.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.settings import SECRETS_VARIABLE, Home, read_yaml_mapping

_PROJECT = Path(__file__).resolve().parents[1]


def secrets_in_file(home: Home) -> dict[str, object]:
    """What the file holds, every scalar as text; empty where no file is named.

    Raises ConfigurationError for a file that cannot be read, that others could read, or that lies
    where it would be copied along; no message quotes what is in it.
    """
    place = os.environ.get(SECRETS_VARIABLE)
    if not place:
        return {}
    path = Path(place).expanduser()
    _refuse_open_file(home, path)
    try:
        return read_yaml_mapping(path)
    except ConfigurationError:
        # The reason could quote a secret.
        raise ConfigurationError(
            f"{path} is no readable YAML with a name before each value: mend the file of secrets."
        ) from None


def _refuse_open_file(home: Home, path: Path) -> None:
    try:
        state = path.stat()
    except OSError as error:
        raise ConfigurationError(
            f"{SECRETS_VARIABLE} names {path}, which cannot be read ({error.strerror}): correct "
            "the path."
        ) from None
    for folder, name in ((home.root.resolve(), "the data folder"), (_PROJECT, "the project")):
        if folder in path.resolve().parents:
            raise ConfigurationError(
                f"{SECRETS_VARIABLE} names {path}, which lies inside {name}, and what lies there "
                "is copied and committed: move the file out of it."
            )
    if stat.S_IMODE(state.st_mode) & 0o077:
        raise ConfigurationError(
            f"{path} may be read by others (mode {stat.S_IMODE(state.st_mode):04o}): run "
            f"`chmod 600 {path}`."
        )
