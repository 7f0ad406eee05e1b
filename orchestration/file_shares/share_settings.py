"""Shares: what `config/shares/<share>.yaml` says about where a partner leaves files for us."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args
from urllib.parse import urlsplit

from orchestration.errors import ConfigurationError
from orchestration.landing.feeds import feed_names
from orchestration.settings import Home, did_you_mean, read_yaml_mapping, reject_unknown_keys

ShareKind = Literal["folder", "sftp", "s3"]
ManifestUse = Literal["required", "optional"]

_KEYS: dict[str, tuple[str, ...]] = {
    "folder": (),
    "sftp": (
        *("host", "port", "user", "host_key", "known_hosts"),
        *("password_secret", "private_key_secret", "passphrase_secret"),
    ),
    "s3": ("endpoint_url", "region", "access_key_secret", "secret_key_secret"),
}
_KEYS_OF_ALL = (
    *("share", "kind", "feed", "path", "pattern", "manifest", "settled_seconds"),
    "pgp_passphrase_secret",
)
_PLAIN_SECRETS = ("password", "private_key", "passphrase", "access_key", "secret_key", "token")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}\Z")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SETTLED_SECONDS = 60


@dataclass(frozen=True)
class Share:
    """One share. The `*_secret` fields are names of secrets, never their values.

    path: a local folder, a folder of the server, or bucket/prefix. pattern: names that are meant.
    settled_seconds: how long a file without a manifest must have been left alone.
    """

    name: str
    kind: ShareKind
    feed: str
    path: str
    file: str
    pattern: str = "*"
    manifest: ManifestUse = "optional"
    settled_seconds: int = _SETTLED_SECONDS
    host: str | None = None
    port: int = 22
    user: str | None = None
    host_key: str | None = None
    known_hosts: str | None = None
    password_secret: str | None = None
    private_key_secret: str | None = None
    passphrase_secret: str | None = None
    endpoint_url: str | None = None
    region: str | None = None
    access_key_secret: str | None = None
    secret_key_secret: str | None = None
    pgp_passphrase_secret: str | None = None


def share_names(home: Home) -> list[str]:
    """Names of all shares of a home, sorted."""
    return sorted(path.stem for path in home.share_files.glob("*.yaml"))


def load_shares(home: Home) -> list[Share]:
    """Every share of a home; raises ConfigurationError for the first bad one."""
    return [load_share(home, name) for name in share_names(home)]


def load_share(home: Home, name: str) -> Share:
    """The share `name`; raises ConfigurationError when there is none or it is not valid."""
    path = home.share_files / f"{name}.yaml"
    if not _NAME.match(name) or not path.is_file():
        known = share_names(home)
        raise ConfigurationError(
            f"There is no share {name!r}{did_you_mean(name, known)}: use one of "
            f"{', '.join(known) or 'none yet'}, or describe it in config/shares/{name}.yaml."
        )
    return _ShareReader(home, path).read()


class _ShareReader:
    """Checks one share's file."""

    def __init__(self, home: Home, path: Path) -> None:
        self.home = home
        self.name = path.stem
        self.file = home.relative(path)
        self.data: dict[str, Any] = read_yaml_mapping(path)

    def read(self) -> Share:
        kind = self.choice("kind", None, get_args(ShareKind))
        for key in _PLAIN_SECRETS:
            if key in self.data:
                raise self.error(
                    key, "is written out", f"remove it and name it: `{key}_secret: NAME`"
                )
        reject_unknown_keys(self.file, self.data, (*_KEYS_OF_ALL, *_KEYS[kind]))
        if self.text("share", self.name) != self.name:
            raise self.error("share", f"is {self.data['share']!r}", f"write `share: {self.name}`")
        texts = {key: self.optional(key) for key in _KEYS[kind] if key != "port"}
        share = Share(
            name=self.name,
            kind=cast(ShareKind, kind),
            feed=self.choice("feed", None, tuple(feed_names(self.home))),
            path=self.text("path"),
            file=self.file,
            pattern=self.text("pattern", "*"),
            manifest=cast(ManifestUse, self.choice("manifest", "optional", get_args(ManifestUse))),
            settled_seconds=self.number("settled_seconds", _SETTLED_SECONDS, 0, 86_400),
            port=self.number("port", 22, 1, 65_535) if kind == "sftp" else 22,
            pgp_passphrase_secret=self.optional("pgp_passphrase_secret"),
            **texts,
        )
        return self.checked(share)

    def checked(self, share: Share) -> Share:
        if share.kind == "sftp":
            self.text("host")
            self.text("user")
            if not share.host_key and not share.known_hosts:
                raise self.error(
                    "host_key",
                    "is missing, so that any server could pretend to be this one",
                    "ask the partner for it and write `host_key: ssh-ed25519 AAAA…`, or name a "
                    "file with `known_hosts:`",
                )
            if not share.password_secret and not share.private_key_secret:
                raise self.error(
                    "private_key_secret",
                    "is missing",
                    "name the secret that opens the share: `private_key_secret: NAME` or "
                    "`password_secret: NAME`",
                )
        if share.endpoint_url:
            address = urlsplit(share.endpoint_url)
            is_open = address.scheme != "https" and address.hostname not in _LOOPBACK
            if is_open or not address.hostname:
                raise self.error(
                    "endpoint_url", "is not encrypted", "write an address with https://"
                )
        return share

    def error(self, key: str, finding: str, mend: str) -> ConfigurationError:
        return ConfigurationError(f"{self.file}: {key} {finding}: {mend}.")

    def optional(self, key: str) -> str | None:
        value = self.data.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise self.error(key, "is not a single value", f"write `{key}: …` on one line")
        return value.strip()

    def text(self, key: str, default: str | None = None) -> str:
        value = self.optional(key) or default
        if value is None:
            raise self.error(key, "is missing", f"add a line `{key}: …`")
        return value

    def choice(self, key: str, default: str | None, known: tuple[str, ...]) -> str:
        value = self.text(key, default)
        if value not in known:
            raise self.error(
                key,
                f"is {value!r}, which is not known{did_you_mean(value, known)}",
                f"use one of {', '.join(known)}",
            )
        return value

    def number(self, key: str, default: int, least: int, most: int) -> int:
        value = self.optional(key)
        if value is None:
            return default
        if not value.isdecimal() or not least <= int(value) <= most:
            raise self.error(key, f"is {value!r}", f"use a whole number from {least} to {most}")
        return int(value)
