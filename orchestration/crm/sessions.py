"""HTTP sessions to live CRMs: TLS always verified, limits respected, short troubles waited out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from orchestration.errors import ConfigurationError, PullError, one_sentence

# A CRM that is busy or limits us; anything else is an answer.
_PASSING_STATES = (429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Patience:
    """How long to try: `retries` of one request with growing pauses, seconds between polls."""

    retries: int = 6
    backoff_seconds: float = 1.0
    poll_seconds: float = 2.0
    longest_poll_seconds: float = 30.0
    job_hours: float = 6.0
    timeout_seconds: float = 120.0


class _PatientAdapter(HTTPAdapter):
    """Gives every request a time limit, which the clients above it do not ask for."""

    def __init__(self, patience: Patience) -> None:
        self._timeout = patience.timeout_seconds
        super().__init__(
            max_retries=Retry(
                total=patience.retries,
                backoff_factor=patience.backoff_seconds,
                backoff_max=60,
                status_forcelist=_PASSING_STATES,
                # Every request only reads: a second job for the same query harms nobody.
                allowed_methods=None,
                respect_retry_after_header=True,
                raise_on_status=False,
            )
        )

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send with a time limit."""
        kwargs["timeout"] = kwargs.get("timeout") or self._timeout
        return super().send(*args, **kwargs)


def open_session(patience: Patience) -> requests.Session:
    """A session that speaks HTTPS only and trusts the system's (or REQUESTS_CA_BUNDLE's) roots."""
    session = requests.Session()
    session.mount("https://", _PatientAdapter(patience))
    # Nobody may redirect us to a place where a token would travel in the clear.
    session.adapters.pop("http://")
    return session


def checked_url(url: str, feed_file: str, key: str) -> str:
    """`url` without a slash at its end; ConfigurationError unless it is HTTPS."""
    if not url.lower().startswith("https://") or len(url) <= len("https://"):
        raise ConfigurationError(
            f"{feed_file}: connection.{key} is {url!r}: write an address that begins with https://."
        )
    return url.rstrip("/")


def unreachable(name: str, error: requests.RequestException) -> PullError:
    """The sentence for a request that got no answer."""
    if isinstance(error, requests.exceptions.SSLError):
        return PullError(
            f"{name}: its certificate cannot be verified, so nothing was sent: check the address "
            "in the feed, or add your company's root certificate to REQUESTS_CA_BUNDLE."
        )
    reason = one_sentence(str(error))[:160]
    return PullError(
        f"{name} cannot be reached ({reason}): run the same command again, what was fetched is "
        "kept."
    )


def text_of(values: Mapping[str, Any], name: str) -> str | None:
    """A setting as text, None when it is not there."""
    value = values.get(name)
    return str(value) if value not in (None, "") else None
