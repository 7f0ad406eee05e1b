"""The connection to a live Salesforce org: log in, log in again, and say why the org refused.

What is asked through it is in `salesforce_org` (pulls) and in `orchestration.routing` (deliveries).
"""

from __future__ import annotations

import datetime
import email.utils
from collections.abc import Callable
from typing import Any, TypeVar

import requests
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession

from orchestration.crm.credentials import Credentials
from orchestration.crm.sessions import (
    PULLING,
    Errand,
    Patience,
    RefusedError,
    checked_url,
    open_session,
    text_of,
    unreachable,
)
from orchestration.errors import ConfigurationError, PullError, one_sentence
from orchestration.landing.feeds import Feed

API_VERSION = "62.0"
_LIMIT_CODES = ("REQUEST_LIMIT_EXCEEDED", "TOTAL_REQUESTS_LIMIT_EXCEEDED", "EXCEEDED_QUOTA")

Answer = TypeVar("Answer")


class SalesforceConnection:
    """The org that a feed's `connection:` names.

    Keys of the connection: `instance_url` (https://acme.my.salesforce.com) and optionally
    `api_version`.
    """

    errand: Errand = PULLING

    def __init__(self, feed: Feed, credentials: Credentials, patience: Patience) -> None:
        self.feed = feed
        self.credentials = credentials
        self.patience = patience
        named = text_of(feed.connection, "instance_url")
        if named is None:
            raise ConfigurationError(
                f"{feed.file}: connection.instance_url is missing: write the address of the org, "
                "such as https://acme.my.salesforce.com."
            )
        self.instance_url = checked_url(named, feed.file, "instance_url")
        self.version = text_of(feed.connection, "api_version") or API_VERSION
        self.session = open_session(patience)
        self.session.hooks["response"].append(self._remember_time)
        self._server_time: datetime.datetime | None = None
        self._client: Salesforce | None = None

    def call(self, ask: Callable[[Salesforce], Answer]) -> Answer:
        """Ask the org, once more with a new session when the old one has expired."""
        try:
            try:
                return ask(self._connected())
            except SalesforceExpiredSession:
                if not self.credentials.can_log_in:
                    raise
                self._client = None
                return ask(self._connected())
        except SalesforceError as error:
            raise self._refused(error) from None
        except requests.RequestException as error:
            raise unreachable(self.feed.name, error, self.errand) from None

    def _connected(self) -> Salesforce:
        if self._client is None:
            url, token = self.instance_url, self.credentials.access_token
            if self.credentials.can_log_in:
                url, token = self._log_in()
            self._client = Salesforce(
                instance_url=url, session_id=token, session=self.session, version=self.version
            )
        return self._client

    def _log_in(self) -> tuple[str, str]:
        """The OAuth 2.0 client credentials flow: address of the org and a new access token."""
        answer = self.session.post(
            f"{self.instance_url}/services/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": self.credentials.client_id,
                "client_secret": self.credentials.client_secret,
            },
        )
        try:
            granted = answer.json()
        except ValueError:
            granted = {}
        if not answer.ok or "access_token" not in granted:
            reason = granted.get("error_description") or granted.get("error") or answer.status_code
            said = self.credentials.without_secrets(one_sentence(str(reason)))[:160]
            raise PullError(
                f"{self.feed.name}: Salesforce refused the client credentials ({said}): check "
                "client_id and client_secret, and that the connected app allows this flow."
            )
        url = checked_url(
            str(granted.get("instance_url") or self.instance_url), self.feed.file, "instance_url"
        )
        return url, str(granted["access_token"])

    def _remember_time(self, answer: requests.Response, *_: Any, **__: Any) -> None:
        stamp = answer.headers.get("Date")
        if stamp:
            self._server_time = email.utils.parsedate_to_datetime(stamp)

    def _refused(self, error: SalesforceError) -> PullError:
        code, message = _code_and_message(error)
        said = self.credentials.without_secrets(one_sentence(message))[:200]
        if isinstance(error, SalesforceExpiredSession):
            return PullError(
                f"{self.feed.name}: Salesforce does not accept the session ({said}): renew the "
                "access token, or use client_id and client_secret, which renew it by themselves."
            )
        if code in _LIMIT_CODES or error.status == 429:
            return PullError(
                f"{self.feed.name} has used up its API requests ({said}): {self.errand.again} "
                f"later, {self.errand.kept}."
            )
        if error.status >= 500:
            return PullError(
                f"{self.feed.name}: Salesforce is in trouble ({error.status} {code}: {said}): "
                f"{self.errand.again} later, {self.errand.kept}."
            )
        return RefusedError(
            f"{self.feed.name}: Salesforce refused a request ({error.status} {code}: {said}): "
            f"check the user's permissions and the feed, then {self.errand.again}.",
            error.status,
            code,
            said,
        )


def _code_and_message(error: SalesforceError) -> tuple[str, str]:
    content = error.content[0] if isinstance(error.content, list) and error.content else None
    if isinstance(content, dict):
        return str(content.get("errorCode", "")), str(content.get("message", ""))
    return "", str(error.content)
