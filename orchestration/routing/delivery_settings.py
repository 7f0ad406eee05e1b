"""What `config/delivery.yaml` says: which targets are served, and how things are called there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from orchestration import company_defaults
from orchestration.errors import ConfigurationError
from orchestration.settings import Home, did_you_mean, read_yaml_mapping, reject_unknown_keys

CRM_FIELDS = (
    *("flag", "partner", "segment", "score", "rank", "reason", "list_week", "expires_on"),
    *("next_step", "partner_seller", "review_page"),
)
TOOLS = ("outreach", "salesloft", "gong", "highspot")
# Slack takes 50 blocks per message; a digest needs a few beside its rows.
MOST_ROWS = 40

_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
_KEYS: dict[str, tuple[str, ...]] = {
    "salesforce": ("enabled", "feed", "object", "fields", "segments"),
    "hubspot": ("enabled", "feed", "object", "fields", "segments", "portal_id"),
    "slack": ("enabled", "url", "rows", "direct_messages", "channels"),
    "enablement": ("enabled", "tools"),
    "partner_sheets": ("enabled",),
    "review_packs": ("enabled", "address"),
}


@dataclass(frozen=True)
class CrmSettings:
    """How one CRM is written to.

    feed: whose connection and credentials are used. record_type: the object whose records carry
    the fields. fields: our name -> theirs, `flag` always among them. segments: cell -> the value
    that the CRM's picklist has for it; others are written as they are.
    """

    feed: str
    record_type: str
    fields: Mapping[str, str]
    segments: Mapping[str, str]
    portal_id: str | None = None


@dataclass(frozen=True)
class SlackChannel:
    """A channel beside the direct messages; partner None = only our own people are in it.

    team: the partner's workspace, which alone may be in its channel beside ours. reps: whose
    digests an own channel gets, by e-mail.
    """

    channel: str
    partner: str | None
    team: str | None
    reps: tuple[str, ...]


@dataclass(frozen=True)
class SlackSettings:
    """How Slack is written to; rows: how many rows a digest shows at most."""

    url: str
    rows: int
    direct_messages: bool
    channels: tuple[SlackChannel, ...]


@dataclass(frozen=True)
class ReviewPackSettings:
    """The managers' review packs; address: where pages are opened, with {week} and {file} in it.

    Without an address nobody far away can open a page: messages name its path in the home.
    """

    address: str | None


@dataclass(frozen=True)
class DeliverySettings:
    """The targets that are served; None (or empty, or False) = not enabled."""

    file: str
    salesforce: CrmSettings | None
    hubspot: CrmSettings | None
    slack: SlackSettings | None
    tools: tuple[str, ...]
    partner_sheets: bool
    review_packs: ReviewPackSettings | None


def load_delivery_settings(home: Home) -> DeliverySettings:
    """What the home's `config/delivery.yaml` says, else the defaults; raises ConfigurationError."""
    if home.delivery_file.is_file():
        return _Reader(home.relative(home.delivery_file), home.delivery_file).read()
    default = resources.files(company_defaults) / "delivery.yaml"
    with resources.as_file(default) as path:
        return _Reader("config/delivery.yaml", path).read()


class _Reader:
    """Checks one file, one method per kind of value."""

    def __init__(self, file: str, path: Path) -> None:
        self.file = file
        self.data = read_yaml_mapping(path)

    def read(self) -> DeliverySettings:
        reject_unknown_keys(self.file, self.data, tuple(_KEYS))
        for name, keys in _KEYS.items():
            reject_unknown_keys(f"{self.file}, {name}", self.section(name), keys)
        return DeliverySettings(
            file=self.file,
            salesforce=self.crm("salesforce", "salesforce_org", "Account"),
            hubspot=self.crm("hubspot", "hubspot_portal", "companies"),
            slack=self.slack(),
            tools=self.tools(),
            partner_sheets=self.is_on("partner_sheets", "enabled", default=False),
            review_packs=self.review_packs(),
        )

    def error(self, key: str, finding: str, mend: str) -> ConfigurationError:
        return ConfigurationError(f"{self.file}: {key} {finding}: {mend}.")

    def section(self, name: str) -> dict[str, Any]:
        return self.mapping(self.data, name, name)

    def mapping(self, data: dict[str, Any], key: str, label: str) -> dict[str, Any]:
        value = data.get(key) or {}
        if not isinstance(value, dict):
            raise self.error(label, "is not a mapping", "write its settings indented below it")
        return value

    def is_on(self, section: str, key: str, *, default: bool) -> bool:
        value = self.section(section).get(key, "yes" if default else "no")
        if not isinstance(value, str) or value.lower() not in _YES_NO:
            raise self.error(f"{section}.{key}", f"is {value!r}", "write yes or no")
        return _YES_NO[value.lower()]

    def text(self, section: str, key: str, default: str) -> str:
        value = self.section(section).get(key) or default
        if not isinstance(value, str):
            raise self.error(f"{section}.{key}", "is not a single value", "write it on one line")
        return value.strip()

    def crm(self, name: str, feed: str, record_type: str) -> CrmSettings | None:
        if not self.is_on(name, "enabled", default=False):
            return None
        fields = self.mapping(self.section(name), "fields", f"{name}.fields")
        for ours, theirs in fields.items():
            if ours not in CRM_FIELDS:
                raise self.error(
                    f"{name}.fields",
                    f"names our field {ours!r}, which is not known{did_you_mean(ours, CRM_FIELDS)}",
                    f"use one of {', '.join(CRM_FIELDS)}",
                )
            if not isinstance(theirs, str) or not theirs.replace("_", "").isalnum():
                raise self.error(f"{name}.fields.{ours}", f"is {theirs!r}", "write its API name")
        if "flag" not in fields:
            raise self.error(f"{name}.fields", "has no `flag`", "name the field that is set")
        review_packs = self.review_packs()
        if "review_page" in fields and (review_packs is None or review_packs.address is None):
            raise self.error(
                f"{name}.fields",
                "has `review_page`, but review_packs names no address",
                "enable review_packs and write its address, or take the field out",
            )
        if len(set(fields.values())) < len(fields):
            raise self.error(f"{name}.fields", "uses one field twice", "name each field once")
        return CrmSettings(
            feed=self.text(name, "feed", feed),
            record_type=self.text(name, "object", record_type),
            fields={ours: fields[ours] for ours in CRM_FIELDS if ours in fields},
            segments=self.mapping(self.section(name), "segments", f"{name}.segments"),
            portal_id=self.text(name, "portal_id", "") or None,
        )

    def slack(self) -> SlackSettings | None:
        if not self.is_on("slack", "enabled", default=False):
            return None
        rows = self.text("slack", "rows", "10")
        if not rows.isdecimal() or not 1 <= int(rows) <= MOST_ROWS:
            raise self.error("slack.rows", f"is {rows!r}", f"use a number from 1 to {MOST_ROWS}")
        url = self.text("slack", "url", "https://slack.com/api/")
        if not url.lower().startswith("https://"):
            raise self.error("slack.url", f"is {url!r}", "write an address beginning with https://")
        listed = self.section("slack").get("channels") or []
        if not isinstance(listed, list):
            raise self.error("slack.channels", "is no list", "write one `- channel: …` per channel")
        return SlackSettings(
            url=f"{url.rstrip('/')}/",
            rows=int(rows),
            direct_messages=self.is_on("slack", "direct_messages", default=True),
            channels=tuple(self.channel(each) for each in listed),
        )

    def channel(self, listed: Any) -> SlackChannel:
        if not isinstance(listed, dict) or not isinstance(listed.get("channel"), str):
            raise self.error("slack.channels", "has an entry without `channel`", "name its id")
        name = listed["channel"]
        reject_unknown_keys(
            f"{self.file}, slack.channels {name}", listed, ("channel", "partner", "team", "reps")
        )
        partner, team, reps = listed.get("partner"), listed.get("team"), listed.get("reps") or []
        if not isinstance(reps, list) or not all(isinstance(each, str) for each in reps):
            raise self.error(f"slack.channels {name}", "has no list of reps", "write `reps: […]`")
        if partner and not team:
            raise self.error(
                f"slack.channels {name}",
                "is shared with a partner but names no `team`",
                "write the id of the partner's workspace, so that nobody else's is let in",
            )
        if not partner and not reps:
            raise self.error(
                f"slack.channels {name}",
                "says neither whose digests it gets nor which partner reads it",
                "write `reps: […]` or `partner:` and `team:`",
            )
        return SlackChannel(name, partner, team, tuple(each.strip().lower() for each in reps))

    def review_packs(self) -> ReviewPackSettings | None:
        if not self.is_on("review_packs", "enabled", default=False):
            return None
        address = self.text("review_packs", "address", "") or None
        if address is not None and not address.lower().startswith("https://"):
            raise self.error(
                "review_packs.address",
                f"is {address!r}",
                "write an address beginning with https://",
            )
        if address is not None and "{file}" not in address:
            raise self.error(
                "review_packs.address", "has no {file} in it", "write where the page's name goes"
            )
        return ReviewPackSettings(address)

    def tools(self) -> tuple[str, ...]:
        if not self.is_on("enablement", "enabled", default=False):
            return ()
        listed = self.section("enablement").get("tools") or list(TOOLS)
        for tool in listed if isinstance(listed, list) else [listed]:
            if tool not in TOOLS:
                raise self.error(
                    "enablement.tools",
                    f"names {tool!r}, which is not known{did_you_mean(str(tool), TOOLS)}",
                    f"write a list of {', '.join(TOOLS)}",
                )
        return tuple(listed)
