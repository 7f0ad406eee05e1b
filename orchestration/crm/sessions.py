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
# What surely was not done, so that it may be asked again though it changes something.
_NOT_DONE_STATES = (429,)


@dataclass(frozen=True)
class Errand:
    """What a CRM is asked for, in the words of its errors: how to go on, and what is not lost."""

    again: str
    kept: str


PULLING = Errand("pull again", "what was fetched is kept")
DELIVERING = Errand("deliver again", "what was accepted is in the journal")


@dataclass(frozen=True)
class Patience:
    """How long to try: `retries` of one request with growing pauses, seconds between polls."""

    retries: int = 6
    backoff_seconds: float = 1.0
    poll_seconds: float = 2.0
    longest_poll_seconds: float = 30.0
    job_hours: float = 6.0
    timeout_seconds: float = 120.0


class RefusedError(PullError):
    """An answer other than success; `code` and `reason` are the CRM's own words."""

    def __init__(self, message: str, status: int, code: str, reason: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.reason = reason


class LostRequestError(PullError):
    """No answer, or one of a server in trouble: what was asked for may have been done or not."""


class _PatientAdapter(HTTPAdapter):
    """Gives every request a time limit, which the clients above it do not ask for."""

    def __init__(self, patience: Patience, *, repeats_lost_requests: bool) -> None:
        self._timeout = patience.timeout_seconds
        super().__init__(
            max_retries=Retry(
                total=patience.retries,
                backoff_factor=patience.backoff_seconds,
                backoff_max=60,
                read=None if repeats_lost_requests else 0,
                status_forcelist=_PASSING_STATES if repeats_lost_requests else _NOT_DONE_STATES,
                allowed_methods=None,
                respect_retry_after_header=True,
                raise_on_status=False,
            )
        )

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send with a time limit."""
        kwargs["timeout"] = kwargs.get("timeout") or self._timeout
        return super().send(*args, **kwargs)


def open_session(patience: Patience, *, repeats_lost_requests: bool = True) -> requests.Session:
    """A session that speaks HTTPS only and trusts the system's (or REQUESTS_CA_BUNDLE's) roots.

    repeats_lost_requests: whether a request without an answer may be sent again by itself. True
    where every request only reads or makes a job that does nothing until it is started.
    """
    session = requests.Session()
    adapter = _PatientAdapter(patience, repeats_lost_requests=repeats_lost_requests)
    session.mount("https://", adapter)
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


def unreachable(name: str, error: requests.RequestException, errand: Errand = PULLING) -> PullError:
    """The sentence for a request that got no answer."""
    if isinstance(error, requests.exceptions.SSLError):
        return PullError(
            f"{name}: its certificate cannot be verified, so nothing was sent: check the address "
            "in the feed, or add your company's root certificate to REQUESTS_CA_BUNDLE."
        )
    reason = one_sentence(str(error))[:160]
    return LostRequestError(
        f"{name} cannot be reached ({reason}): run the same command again, {errand.kept}."
    )


def text_of(values: Mapping[str, Any], name: str) -> str | None:
    """A setting as text, None when it is not there."""
    value = values.get(name)
    return str(value) if value not in (None, "") else None
