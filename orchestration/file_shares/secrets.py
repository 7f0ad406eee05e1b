"""Credentials: named in `config/`, kept in the environment or in a file that only its owner reads.

A value is handed to the library that needs it and to nobody else: it has no printable form.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from orchestration.errors import ConfigurationError
from orchestration.secrets_file import secrets_in_file
from orchestration.settings import SECRETS_VARIABLE, Home


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
    value = os.environ.get(name) or secrets_in_file(home).get(name)
    if not isinstance(value, str) or not value:
        raise ConfigurationError(
            f"{file} needs the secret {name}, which is nowhere: set the environment variable "
            f"{name}, or add a line `{name}: …` to the file that {SECRETS_VARIABLE} names."
        )
    return Secret(name, value)
