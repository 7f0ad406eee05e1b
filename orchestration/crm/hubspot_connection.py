"""The connection to a live HubSpot portal: the token, the session, and why the portal refused.

What is asked through it is in `hubspot_portal` (pulls) and in `orchestration.routing` (deliveries).
"""

from __future__ import annotations

from typing import Any

import requests

from orchestration.crm.credentials import Credentials
from orchestration.crm.sessions import (
    PULLING,
    Errand,
    LostRequestError,
    Patience,
    RefusedError,
    checked_url,
    open_session,
    text_of,
    unreachable,
)
from orchestration.errors import ConfigurationError, PullError, one_sentence
from orchestration.landing.feeds import Feed

API_URL = "https://api.hubapi.com"


class HubSpotConnection:
    """The portal that a feed's `connection:` names.

    A key of the connection: `url` (default https://api.hubapi.com).
    """

    errand: Errand = PULLING
    repeats_lost_requests = True

    def __init__(self, feed: Feed, credentials: Credentials, patience: Patience) -> None:
        self.feed = feed
        self.credentials = credentials
        self.url = checked_url(text_of(feed.connection, "url") or API_URL, feed.file, "url")
        if credentials.access_token is None:
            raise ConfigurationError(
                f"{feed.file}: HubSpot is spoken to with the access token of a private app: write "
                "it as access_token."
            )
        self.session = open_session(patience, repeats_lost_requests=self.repeats_lost_requests)
        self.session.headers["Authorization"] = f"Bearer {credentials.access_token}"

    def ask(
        self,
        method: str,
        path: str,
        asked: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> requests.Response:
        """The answer to one request; raises PullError where there is none, or a refusal."""
        try:
            answer = self.session.request(method, self.url + path, params=asked, json=body)
        except requests.RequestException as error:
            raise unreachable(self.feed.name, error, self.errand) from None
        if not answer.ok:
            raise self._refused(path, answer)
        return answer

    def _refused(self, path: str, answer: requests.Response) -> PullError:
        try:
            said = answer.json()
        except ValueError:
            said = {}
        message = str(said.get("message", "")) if isinstance(said, dict) else ""
        reason = self.credentials.without_secrets(one_sentence(message))[:200]
        if answer.status_code == 401:
            return PullError(
                f"{self.feed.name}: HubSpot does not accept the access token ({reason}): renew the "
                "token of the private app."
            )
        if answer.status_code == 429:
            return PullError(
                f"{self.feed.name} has used up its API requests ({reason}): {self.errand.again} "
                f"later, {self.errand.kept}."
            )
        if answer.status_code >= 500:
            return LostRequestError(
                f"{self.feed.name}: HubSpot is in trouble ({answer.status_code} for {path}): "
                f"{self.errand.again} later, {self.errand.kept}."
            )
        return RefusedError(
            f"{self.feed.name}: HubSpot refused {path} ({answer.status_code}: {reason}): check "
            f"the scopes of the private app and the feed, then {self.errand.again}.",
            answer.status_code,
            str(said.get("category", "")) if isinstance(said, dict) else "",
            reason,
        )
