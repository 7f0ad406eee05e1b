"""Secrets out of texts that others wrote: what a server, a driver or a library says may quote one.

Nothing of ours writes a secret. This is the net below: every text that goes into a log, an alert or
Dagster's events passes through it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from orchestration.errors import CosellError
from orchestration.secrets_file import secrets_in_file
from orchestration.settings import Home

HIDDEN = "…"
# Shorter values are words that any sentence may hold, and no secret that is worth the name.
SHORTEST_SECRET = 6
# Variables that hold secrets, ours and those that files of config/shares name.
_SECRET_NAMES = re.compile(
    r"TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|PRIVATE_KEY|ACCESS_KEY|API_KEY|_DSN$"
    r"|^COSELL_LAKE_CATALOG$|^COSELL_WEBHOOK_URL$"
)
# These name a place, and what lies there is read through its own function.
_PLACES = ("COSELL_SECRETS",)
_PASSWORD_OF_A_CATALOG = re.compile(r"password\s*=\s*('(?:[^'\\]|\\.)*'|\S+)", re.IGNORECASE)


def known_secrets(home: Home) -> tuple[str, ...]:
    """The values of every secret that this process can reach, longest first."""
    found = {
        value
        for name, value in os.environ.items()
        if _SECRET_NAMES.search(name.upper()) and name not in _PLACES
    }
    found |= {
        match.strip("'") for value in list(found) for match in _PASSWORD_OF_A_CATALOG.findall(value)
    }
    # A file of secrets that nobody may use is refused where a secret is asked for.
    with suppress(CosellError):
        found |= set(_texts(secrets_in_file(home)))
    long_enough = {each for each in found if len(each) >= SHORTEST_SECRET}
    return tuple(sorted(long_enough, key=lambda each: (-len(each), each)))


def without_secrets(text: str, secrets: Sequence[str]) -> str:
    """`text` with every secret replaced by an ellipsis."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def hide_secrets(error: BaseException, secrets: Sequence[str]) -> None:
    """Take the secrets out of the texts of an error and of all that it was raised from."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.args = tuple(
            without_secrets(each, secrets) if isinstance(each, str) else each for each in one.args
        )
        waiting += [one.__cause__, one.__context__]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts_of(value.values())
    elif isinstance(value, list):
        yield from _texts_of(value)


def _texts_of(values: Iterable[object]) -> Iterator[str]:
    for each in values:
        yield from _texts(each)
