"""Credentials: named in `config/`, kept in the environment or in a file that only its owner reads.

A value is handed to the library that needs it and to nobody else: it has no printable form.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.settings import SECRETS_VARIABLE, Home, read_yaml_mapping


@dataclass(frozen=True)
class Secret:
    """A credential; its value is never part of a text that someone could print."""

    name: str
    value: str = field(repr=False)

    def __str__(self) -> str:
        return f"the secret {self.name}"


def read_secret(home: Home, name: str, file: str) -> Secret:
    """The secret `name` that `file` asks for, from the environment, else from the secrets file.

    Raises ConfigurationError where it is nowhere, or where others could read the secrets file.
    """
    value = os.environ.get(name) or _of_secrets_file(home).get(name)
    if not isinstance(value, str) or not value:
        raise ConfigurationError(
            f"{file} needs the secret {name}, which is nowhere: set the environment variable "
            f"{name}, or add a line `{name}: …` to the file that {SECRETS_VARIABLE} names."
        )
    return Secret(name, value)


def _of_secrets_file(home: Home) -> dict[str, object]:
    place = os.environ.get(SECRETS_VARIABLE)
    if not place:
        return {}
    path = Path(place).expanduser()
    _refuse_open_secrets(home, path)
    return read_yaml_mapping(path)


def _refuse_open_secrets(home: Home, path: Path) -> None:
    try:
        state = path.stat()
    except OSError as error:
        raise ConfigurationError(
            f"{SECRETS_VARIABLE} names {path}, which cannot be read ({error.strerror}): correct "
            "the path."
        ) from None
    project = Path(__file__).resolve().parents[2]
    for folder, name in ((home.root.resolve(), "the data folder"), (project, "the project")):
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
