"""Credentials of live CRMs: from the environment, or from a secrets file that only its owner reads.

The file is YAML, one mapping per feed: `salesforce_org: {client_id: …, client_secret: …}`. It lies
outside the data folder and outside the clone, so that it is neither landed nor committed. No value
is ever part of a message: `Credentials` does not show them, and `without_secrets` removes them.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from orchestration.errors import ConfigurationError
from orchestration.settings import Home

SECRETS_VARIABLE = "COSELL_SECRETS"
DEFAULT_SECRETS_FILE = Path("~/.config/cosell/secrets.yaml")
_NAMES = ("access_token", "client_id", "client_secret")
_REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Credentials:
    """What proves who we are; None where not given. The values are never printed."""

    access_token: str | None = field(default=None, repr=False)
    client_id: str | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)

    @property
    def can_log_in(self) -> bool:
        """Whether a new session can be asked for when the old one has expired."""
        return self.client_id is not None and self.client_secret is not None

    def without_secrets(self, text: str) -> str:
        """`text` with every secret replaced, for messages that others wrote."""
        for secret in (self.access_token, self.client_secret, self.client_id):
            if secret:
                text = text.replace(secret, "…")
        return text


def environment_variable(source: str, name: str) -> str:
    """The variable that may hold a credential, such as COSELL_SALESFORCE_ACCESS_TOKEN."""
    return f"COSELL_{source}_{name}".upper()


def read_credentials(home: Home, feed_name: str, source: str) -> Credentials:
    """The credentials of a feed: the environment outranks the secrets file.

    Raises ConfigurationError when there are none, or when others could read the file.
    """
    found = {name: os.environ.get(environment_variable(source, name)) or None for name in _NAMES}
    if not any(found.values()):
        found = _from_file(home, feed_name)
    credentials = Credentials(**found)
    if credentials.access_token is None and not credentials.can_log_in:
        token = environment_variable(source, "access_token")
        raise ConfigurationError(
            f"There are no credentials for {feed_name}: set {token}, or write access_token (or "
            f"client_id and client_secret) under `{feed_name}:` in the file that "
            f"{SECRETS_VARIABLE} names (default {DEFAULT_SECRETS_FILE}, mode 0600)."
        )
    return credentials


def _from_file(home: Home, feed_name: str) -> dict[str, str | None]:
    named = os.environ.get(SECRETS_VARIABLE)
    path = Path(named).expanduser() if named else DEFAULT_SECRETS_FILE.expanduser()
    if not path.is_file():
        if named:
            raise ConfigurationError(f"{SECRETS_VARIABLE} names {path}, which is no file: mend it.")
        return {}
    _refuse_shared_file(home, path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        # The reason could quote a secret.
        raise ConfigurationError(f"{path} is not readable YAML: mend the secrets file.") from None
    section = content.get(feed_name) if isinstance(content, dict) else None
    if section is None:
        return {}
    if not isinstance(section, dict) or not all(
        name in _NAMES and isinstance(value, str) for name, value in section.items()
    ):
        raise ConfigurationError(
            f"{path}: {feed_name} holds something else than {', '.join(_NAMES)} with a text "
            "behind each: mend the secrets file."
        )
    return {name: section.get(name) for name in _NAMES}


def _refuse_shared_file(home: Home, path: Path) -> None:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigurationError(
            f"{path} can be read by others: run `chmod 600 {path}` before it is used."
        )
    resolved = path.resolve()
    for folder in (home.root.resolve(), _REPOSITORY):
        if resolved.is_relative_to(folder):
            raise ConfigurationError(
                f"{path} lies inside {folder}, where it could be copied along: move the secrets "
                f"file out of it and name it in {SECRETS_VARIABLE}."
            )
