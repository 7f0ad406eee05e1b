"""Who hears what: each trouble once per channel, again when it changes, and when it is over.

What was told is kept in `logs/alerts.json`. A message that could not be sent is tried again after
the next refresh, and until then `cosell doctor` tells of it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from orchestration.alerts.causes import Cause, standing_causes
from orchestration.alerts.channels import SHORT_PATIENCE, Channel, Message, open_channels
from orchestration.alerts.settings import load_alert_settings
from orchestration.crm.sessions import Patience
from orchestration.errors import CosellError, one_sentence
from orchestration.landing.journal import durable_file
from orchestration.redaction import known_secrets, without_secrets
from orchestration.refresh_log import RefreshLog
from orchestration.settings import Home, load_company


@dataclass
class _Told:
    """A cause, and for each channel the fingerprint under which it was told of it."""

    cause: Cause
    told: dict[str, str] = field(default_factory=dict)
    is_over: bool = False


@dataclass(frozen=True)
class FailedChannel:
    """A channel that could not be reached when it was last tried."""

    channel: str
    since: str
    count: int
    message: str


def tell_of_refresh(
    home: Home,
    log: RefreshLog,
    today: date | None = None,
    patience: Patience = SHORT_PATIENCE,
) -> None:
    """Tell every enabled channel what it does not know yet; what could not be told is logged.

    Raises ConfigurationError where config/alerts.yaml is not usable.
    """
    channels = open_channels(home, load_alert_settings(home), patience)
    told, failures = _read(home)
    told = _with_the_present(told, standing_causes(home, today), {each.name for each in channels})
    for channel in channels:
        news = [(one, state) for one in told.values() if (state := _news(one, channel.name))]
        if not news:
            continue
        problem = _problem_of_sending(home, channel, _message(home, news))
        if problem is not None:
            failures[channel.name] = _failed_again(failures.get(channel.name), channel, problem)
            log.write("alert_not_sent", channel=channel.name, message=problem)
            continue
        failures.pop(channel.name, None)
        for one, state in news:
            log.write("alert_sent", channel=channel.name, cause=one.cause.key, state=state)
            if one.is_over:
                one.told.pop(channel.name)
            else:
                one.told[channel.name] = one.cause.fingerprint
    enabled = {each.name for each in channels}
    _write(
        home,
        {key: one for key, one in told.items() if one.told or not one.is_over},
        {name: failed for name, failed in failures.items() if name in enabled},
    )


def send_test(home: Home, patience: Patience = SHORT_PATIENCE) -> dict[str, str | None]:
    """Send a message to every enabled channel; by channel what went wrong, None for nothing."""
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    record = {
        "state": "test",
        "kind": "test",
        "subject": "this is a test",
        "sentence": "Nothing is wrong: somebody has asked whether alerts arrive here.",
        "since": now,
    }
    message = Message(f"cosell, {_company(home)}: test", (record,))
    settings = load_alert_settings(home)
    return {
        channel.name: _problem_of_sending(home, channel, message)
        for channel in open_channels(home, settings, patience)
    }


def failed_channels(home: Home) -> list[FailedChannel]:
    """The channels that wait for a message that could not be sent."""
    return sorted(_read(home)[1].values(), key=lambda each: each.channel)


def _with_the_present(
    told: dict[str, _Told], present: list[Cause], channels: set[str]
) -> dict[str, _Told]:
    """The troubles that last, and those that are over and of which somebody was told."""
    now = {cause.key: cause for cause in present}
    merged = {key: _Told(cause) for key, cause in now.items()}
    for key, one in told.items():
        known = {name: mark for name, mark in one.told.items() if name in channels}
        if key in now:
            merged[key].told = known
        elif known:
            merged[key] = _Told(one.cause, known, is_over=True)
    return merged


def _news(one: _Told, channel: str) -> str:
    """new, changed, recovered, or nothing for a channel that knows."""
    if one.is_over:
        return "recovered" if channel in one.told else ""
    if channel not in one.told:
        return "new"
    return "" if one.told[channel] == one.cause.fingerprint else "changed"


def _message(home: Home, news: list[tuple[_Told, str]]) -> Message:
    records = tuple(
        {
            "state": state,
            "kind": one.cause.kind,
            "subject": one.cause.subject,
            "sentence": "It is over." if one.is_over else one.cause.sentence,
            "since": one.cause.since,
        }
        for one, state in news
    )
    first = records[0]
    state = " is over" if first["state"] == "recovered" else ""
    more = f" (and {len(records) - 1} more)" if len(records) > 1 else ""
    return Message(f"cosell, {_company(home)}: {first['subject']}{state}{more}", records)


def _company(home: Home) -> str:
    try:
        return load_company(home).name
    except CosellError:
        return home.root.absolute().name


def _problem_of_sending(home: Home, channel: Channel, message: Message) -> str | None:
    try:
        channel.send(message)
    except Exception as error:
        # A stranger's error must cost neither the refresh nor the other channels.
        sentence = str(error) if isinstance(error, CosellError) else type(error).__name__
        return without_secrets(one_sentence(sentence), known_secrets(home))
    return None


def _failed_again(before: FailedChannel | None, channel: Channel, problem: str) -> FailedChannel:
    since = before.since if before else f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return FailedChannel(channel.name, since, (before.count if before else 0) + 1, problem)


def _read(home: Home) -> tuple[dict[str, _Told], dict[str, FailedChannel]]:
    """What was told; nothing where that is not known, so that people are rather told twice."""
    try:
        kept: dict[str, Any] = json.loads(home.told_alerts.read_text(encoding="utf-8"))
        told = {
            key: _Told(Cause(**one["cause"]), dict(one["told"]), bool(one["is_over"]))
            for key, one in kept["causes"].items()
        }
        failures = {name: FailedChannel(**one) for name, one in kept["failures"].items()}
    except (OSError, json.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError):
        return {}, {}
    return told, failures


def _write(home: Home, told: dict[str, _Told], failures: dict[str, FailedChannel]) -> None:
    kept = {
        "causes": {key: asdict(one) for key, one in told.items()},
        "failures": {name: asdict(one) for name, one in failures.items()},
    }
    with durable_file(home.told_alerts) as temporary:
        temporary.write_text(json.dumps(kept, indent=1, ensure_ascii=False), encoding="utf-8")
