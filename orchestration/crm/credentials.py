"""Credentials of live CRMs: from the environment, or from the file of secrets.

In the file each feed has a mapping: `salesforce_org: {client_id: …, client_secret: …}`. No value is
ever part of a message: `Credentials` does not show them, and `without_secrets` removes them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from orchestration.errors import ConfigurationError
from orchestration.secrets_file import secrets_in_file
from orchestration.settings import SECRETS_VARIABLE, Home

_NAMES = ("access_token", "client_id", "client_secret")


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
            f"{SECRETS_VARIABLE} names (mode 0600)."
        )
    return credentials


def _from_file(home: Home, feed_name: str) -> dict[str, str | None]:
    section = secrets_in_file(home).get(feed_name)
    if section is None:
        return {}
    if not isinstance(section, dict) or not all(
        name in _NAMES and isinstance(value, str) for name, value in section.items()
    ):
        raise ConfigurationError(
            f"The file that {SECRETS_VARIABLE} names: {feed_name} holds something else than "
            f"{', '.join(_NAMES)} with a text behind each: mend the file of secrets."
        )
    return {name: section.get(name) for name in _NAMES}
