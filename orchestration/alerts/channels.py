"""The ways of an alert: a channel of our Slack workspace, a mail server, a webhook.

Each takes a message whole or raises RoutingError with one sentence; TLS is always verified, and
nothing waits longer than a refresh can.
"""

from __future__ import annotations

import os
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests

from orchestration.alerts.settings import (
    AlertSettings,
    EmailAlerts,
    SlackAlerts,
    WebhookAlerts,
)
from orchestration.crm.credentials import read_credentials
from orchestration.crm.sessions import Patience, open_session
from orchestration.errors import RoutingError, one_sentence
from orchestration.file_shares.secrets import read_secret
from orchestration.routing.slack_digests import escaped
from orchestration.secrets_file import secrets_in_file
from orchestration.settings import Home

SMTP_PASSWORD = "COSELL_SMTP_PASSWORD"
WEBHOOK_URL = "COSELL_WEBHOOK_URL"
WEBHOOK_TOKEN = "COSELL_WEBHOOK_TOKEN"
SHORT_PATIENCE = Patience(retries=2, backoff_seconds=0.5, timeout_seconds=10.0)
# Slack takes 3000 characters in one section of a message.
_LONGEST_SECTION = 2_900


@dataclass(frozen=True)
class Message:
    """What is told: a subject of one line, and one record per trouble.

    records: what programs read of it; each has state (new, changed, recovered, test), kind,
    subject, sentence and since.
    """

    subject: str
    records: tuple[dict[str, str], ...]

    @property
    def lines(self) -> list[str]:
        """One line per trouble, as people read it."""
        return [
            f"{record['state'].upper()}: {record['subject']}, since {record['since']}. "
            f"{record['sentence']}"
            for record in self.records
        ]


class Channel(Protocol):
    """Something that brings a message to people."""

    @property
    def name(self) -> str:
        """What it is called in config/alerts.yaml."""
        ...

    def send(self, message: Message) -> None:
        """Bring it there; raises RoutingError in one sentence where that failed."""


def open_channels(
    home: Home, settings: AlertSettings, patience: Patience = SHORT_PATIENCE
) -> list[Channel]:
    """Every enabled channel; secrets are asked for when something is sent."""
    channels: list[Channel] = []
    if settings.slack is not None:
        channels.append(SlackChannel(home, settings.slack, patience))
    if settings.email is not None:
        channels.append(EmailChannel(home, settings.file, settings.email, patience))
    if settings.webhook is not None:
        channels.append(WebhookChannel(home, settings.file, settings.webhook, patience))
    return channels


@dataclass(frozen=True)
class SlackChannel:
    """A channel of our own workspace."""

    home: Home
    settings: SlackAlerts
    patience: Patience
    name: str = "slack"

    def send(self, message: Message) -> None:
        """Post one message."""
        token = read_credentials(self.home, "slack", "slack").access_token
        if token is None:
            raise RoutingError("Slack needs the bot's token: set COSELL_SLACK_ACCESS_TOKEN.")
        text = "\n".join(f"• {escaped(line)}" for line in message.lines)
        heading = escaped(message.subject)
        section = {"type": "mrkdwn", "text": f"{heading}\n{text}"[:_LONGEST_SECTION]}
        body = {
            "channel": self.settings.channel,
            "text": heading,
            "blocks": [{"type": "section", "text": section}],
            "unfurl_links": False,
            "unfurl_media": False,
        }
        url = f"{self.settings.url}chat.postMessage"
        answer = _posted("Slack", url, body, token, self.patience)
        try:
            said = answer.json()
        except requests.JSONDecodeError:
            said = {}
        if not isinstance(said, dict) or said.get("ok") is not True:
            code = said.get("error") if isinstance(said, dict) else None
            raise RoutingError(
                f"Slack did not take the alert ({code or answer.status_code}): correct "
                "slack.channel in config/alerts.yaml, invite the bot, or renew its token."
            )


@dataclass(frozen=True)
class WebhookChannel:
    """An address that takes JSON over HTTPS."""

    home: Home
    file: str
    settings: WebhookAlerts
    patience: Patience
    name: str = "webhook"

    def send(self, message: Message) -> None:
        """Post the message as JSON: `text` for people, `alerts` for programs."""
        url = self.settings.url or read_secret(self.home, WEBHOOK_URL, self.file).value
        if not url.lower().startswith("https://"):
            raise RoutingError(f"{WEBHOOK_URL} is not encrypted: give one that begins with https.")
        found = os.environ.get(WEBHOOK_TOKEN) or secrets_in_file(self.home).get(WEBHOOK_TOKEN)
        body = {
            "source": "cosell",
            "subject": message.subject,
            "text": "\n".join([message.subject, *message.lines]),
            "alerts": list(message.records),
        }
        token = found if isinstance(found, str) else None
        answer = _posted("The webhook", url, body, token, self.patience)
        if not 200 <= answer.status_code < 300:
            raise RoutingError(
                f"The webhook at {urlsplit(url).hostname} answered {answer.status_code}: check its "
                f"address and {WEBHOOK_TOKEN}."
            )


def _posted(
    name: str, url: str, body: dict[str, Any], token: str | None, patience: Patience
) -> requests.Response:
    """The answer to a JSON body; a request without an answer is not sent twice."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    host = urlsplit(url).hostname
    try:
        with open_session(patience, repeats_lost_requests=False) as session:
            return session.post(url, json=body, headers=headers, allow_redirects=False)
    except requests.exceptions.SSLError:
        raise RoutingError(
            f"{name}: the certificate of {host} cannot be verified, so nothing was sent: check the "
            "address, or add your company's root certificate to REQUESTS_CA_BUNDLE."
        ) from None
    except requests.RequestException as error:
        # The library's own sentence holds the whole address, which may be a secret.
        raise RoutingError(
            f"{name} at {host} cannot be reached ({type(error).__name__}): the alert is sent again "
            "after the next refresh."
        ) from None


@dataclass(frozen=True)
class EmailChannel:
    """A mail server, spoken to inside TLS."""

    home: Home
    file: str
    settings: EmailAlerts
    patience: Patience
    name: str = "email"

    def send(self, message: Message) -> None:
        """Send one mail to all recipients; a server that refuses one of them refuses all."""
        mail = EmailMessage()
        mail["Subject"] = one_sentence(message.subject)
        mail["From"] = self.settings.sender
        mail["To"] = ", ".join(self.settings.recipients)
        mail["Date"] = formatdate(usegmt=True)
        mail["Message-ID"] = make_msgid(domain="cosell.invalid")
        mail.set_content("\n\n".join(message.lines) + "\n")
        server = f"The mail server {self.settings.host}:{self.settings.port}"
        try:
            with self._connected() as smtp:
                if self.settings.user is not None:
                    secret = read_secret(self.home, SMTP_PASSWORD, self.file)
                    smtp.login(self.settings.user, secret.value)
                refused = smtp.send_message(mail)
        except ssl.SSLError:
            raise RoutingError(
                f"{server}: its certificate cannot be verified, so nothing was sent: check "
                "email.host in config/alerts.yaml, or name your company's roots in SSL_CERT_FILE."
            ) from None
        except smtplib.SMTPAuthenticationError:
            raise RoutingError(
                f"{server} does not accept {self.settings.user}: renew {SMTP_PASSWORD}."
            ) from None
        except smtplib.SMTPNotSupportedError:
            raise RoutingError(
                f"{server} offers no STARTTLS or no login, so nothing was sent: correct "
                "email.security and email.port in config/alerts.yaml."
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            raise RoutingError(
                f"{server} did not take the alert ({one_sentence(str(error))[:160]}): correct "
                "email in config/alerts.yaml; it is sent again after the next refresh."
            ) from None
        if refused:
            raise RoutingError(f"{server} refused {', '.join(sorted(refused))}: correct email.to.")

    def _connected(self) -> smtplib.SMTP:
        settings, seconds = self.settings, self.patience.timeout_seconds
        if settings.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(settings.host, settings.port, timeout=seconds, context=context)
        smtp = smtplib.SMTP(settings.host, settings.port, timeout=seconds)
        try:
            if settings.security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
        except BaseException:
            smtp.close()
            raise
        return smtp
