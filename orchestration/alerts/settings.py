"""`config/alerts.yaml`: which channels are told, and how they are reached. It holds no secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from orchestration.errors import ConfigurationError
from orchestration.settings import (
    Home,
    did_you_mean,
    read_yaml_mapping,
    reject_unknown_keys,
)

Security = Literal["starttls", "tls", "none"]

_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
_KEYS: dict[str, tuple[str, ...]] = {
    "slack": ("enabled", "channel", "url"),
    "email": ("enabled", "host", "port", "security", "user", "from", "to"),
    "webhook": ("enabled", "url"),
}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
_ADDRESS = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+")


@dataclass(frozen=True)
class SlackAlerts:
    """The channel of our own workspace that is told; the bot's token is that of the digests."""

    channel: str
    url: str


@dataclass(frozen=True)
class EmailAlerts:
    """The mail server and whom it writes to; without a user it is not asked to log in."""

    host: str
    port: int
    security: Security
    user: str | None
    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class WebhookAlerts:
    """An address that takes JSON; None: it is a secret itself (COSELL_WEBHOOK_URL)."""

    url: str | None


@dataclass(frozen=True)
class AlertSettings:
    """The channels that are told; None = not enabled."""

    file: str
    slack: SlackAlerts | None = None
    email: EmailAlerts | None = None
    webhook: WebhookAlerts | None = None

    @property
    def are_enabled(self) -> bool:
        """Whether anybody is told of anything."""
        return any((self.slack, self.email, self.webhook))


def load_alert_settings(home: Home) -> AlertSettings:
    """What the home's file says; nobody is told where there is none. Raises ConfigurationError."""
    file = home.relative(home.alerts_file)
    if not home.alerts_file.is_file():
        return AlertSettings(file)
    return _Reader(file, read_yaml_mapping(home.alerts_file)).read()


class _Reader:
    def __init__(self, file: str, data: dict[str, Any]) -> None:
        self.file = file
        self.data = data

    def read(self) -> AlertSettings:
        reject_unknown_keys(self.file, self.data, tuple(_KEYS))
        for name, keys in _KEYS.items():
            reject_unknown_keys(f"{self.file}, {name}", self.section(name), keys)
        return AlertSettings(
            file=self.file, slack=self.slack(), email=self.email(), webhook=self.webhook()
        )

    def error(self, key: str, finding: str, mend: str) -> ConfigurationError:
        return ConfigurationError(f"{self.file}: {key} {finding}: {mend}.")

    def section(self, name: str) -> dict[str, Any]:
        value = self.data.get(name) or {}
        if not isinstance(value, dict):
            raise self.error(name, "is not a mapping", "write its settings indented below it")
        return value

    def is_on(self, section: str) -> bool:
        value = self.section(section).get("enabled", "no")
        if not isinstance(value, str) or value.lower() not in _YES_NO:
            raise self.error(f"{section}.enabled", "is neither yes nor no", "write yes or no")
        return _YES_NO[value.lower()]

    def text(self, section: str, key: str, default: str | None = None) -> str:
        value = self.section(section).get(key) or default
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"{section}.{key}", "is missing", f"add a line `{key}: …`")
        return value.strip()

    def address(self, section: str, key: str, default: str | None = None) -> str:
        value = self.text(section, key, default)
        if not value.lower().startswith("https://"):
            raise self.error(
                f"{section}.{key}", "is not encrypted", "write an address beginning with https://"
            )
        return value

    def slack(self) -> SlackAlerts | None:
        if not self.is_on("slack"):
            return None
        url = self.address("slack", "url", "https://slack.com/api/")
        return SlackAlerts(channel=self.text("slack", "channel"), url=f"{url.rstrip('/')}/")

    def webhook(self) -> WebhookAlerts | None:
        if not self.is_on("webhook"):
            return None
        is_named = bool(self.section("webhook").get("url"))
        return WebhookAlerts(self.address("webhook", "url") if is_named else None)

    def email(self) -> EmailAlerts | None:
        if not self.is_on("email"):
            return None
        host = self.text("email", "host")
        security = self.text("email", "security", "starttls").lower()
        if security not in get_args(Security):
            raise self.error(
                "email.security",
                f"is {security!r}{did_you_mean(security, get_args(Security))}",
                f"use one of {', '.join(get_args(Security))}",
            )
        if security == "none" and host not in _LOOPBACK:
            raise self.error(
                "email.security", "is none for another machine", "write starttls or tls"
            )
        kind = cast(Security, security)
        port = self.text("email", "port", str(_PORTS[kind]))
        if not port.isdecimal() or not 1 <= int(port) <= 65_535:
            raise self.error("email.port", f"is {port!r}", "use a whole number from 1 to 65535")
        user = self.section("email").get("user")
        return EmailAlerts(
            host=host,
            port=int(port),
            security=kind,
            user=self.text("email", "user") if user else None,
            sender=self.mailbox("from", self.text("email", "from")),
            recipients=self.recipients(),
        )

    def recipients(self) -> tuple[str, ...]:
        listed = self.section("email").get("to") or []
        if not isinstance(listed, list) or not listed:
            raise self.error("email.to", "is no list", "write `to: [somebody@company.example]`")
        return tuple(self.mailbox("to", each) for each in listed)

    def mailbox(self, key: str, value: Any) -> str:
        if not isinstance(value, str) or not _ADDRESS.fullmatch(value.strip()):
            raise self.error(f"email.{key}", "is no address", "write name@company.example alone")
        return value.strip()
