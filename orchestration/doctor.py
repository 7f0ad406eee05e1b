"""What is wrong with a home, and how each thing is mended: what `cosell doctor` finds.

Plain Python, nothing is changed. Each check is a function of the home that yields findings; a check
that breaks is a finding itself. No finding quotes a secret or a row.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from expectations.verdict import VERDICT_FILE, GateResult
from orchestration import tracing
from orchestration.alerts.channels import SMTP_PASSWORD, WEBHOOK_URL
from orchestration.alerts.settings import load_alert_settings
from orchestration.alerts.telling import failed_channels
from orchestration.company_status import company_status, feed_statuses, freshness_day
from orchestration.crm.credentials import read_credentials
from orchestration.errors import INSTALL, CosellError, one_sentence
from orchestration.file_shares.secrets import read_secret
from orchestration.file_shares.share_settings import load_share, share_names
from orchestration.landing import policy, read_refused_files
from orchestration.landing.closed_partners import begun_offboardings
from orchestration.landing.feeds import feed_names, load_feed
from orchestration.private_files import file_mask
from orchestration.redaction import known_secrets, without_secrets
from orchestration.refresh_log import read_attempts, standing_trouble
from orchestration.release import current_release
from orchestration.release.verification import changed_files
from orchestration.routing.delivery_settings import DeliverySettings, load_delivery_settings
from orchestration.secrets_file import secrets_in_file
from orchestration.settings import Home, Settings, load_company
from orchestration.workshop import lock_holder, read_state

Level = Literal["problem", "note", "healthy"]

# A release that is larger is compared by the sizes of its files; `cosell verify` reads it whole.
_HASHED_BYTES = 2 * 2**30
# A refresh writes the warehouse and a release beside the old ones, and spills.
_ROOM_FACTOR = 3
_LEAST_ROOM = 2**30
_SHOWN_FILES = 3
_MODULES = {
    "salesforce": ("simple_salesforce",),
    "slack": ("slack_sdk",),
    "sftp": ("asyncssh",),
    "s3": ("s3fs",),
    "review": ("altair", "vl_convert", "typst"),
    "spark": ("pyhive",),
    "ducklake": ("duckdb_extension_ducklake",),
    "telemetry": ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"),
}


@dataclass(frozen=True)
class Finding:
    """One thing about a home, in one sentence, with the mend in it where there is one.

    level: problem needs a person; note is good to know; healthy is as it should be.
    """

    topic: str
    level: Level
    sentence: str


@dataclass(frozen=True)
class Examination:
    """All findings of a home, in the order of the checks."""

    home: Home
    findings: tuple[Finding, ...]

    @property
    def is_healthy(self) -> bool:
        """Whether nobody has to do anything."""
        return not any(one.level == "problem" for one in self.findings)


def examine(settings: Settings, command: str = "cosell") -> Examination:
    """Look at everything; `command` is how `cosell` is called on this home."""
    home = settings.home
    found: list[Finding] = []
    for topic, check in CHECKS.items():
        try:
            findings = [
                Finding(topic, level, sentence) for level, sentence in check(settings, command)
            ]
        except CosellError as error:
            findings = [Finding(topic, "problem", str(error))]
        except Exception as error:
            why = f"{type(error).__name__}: {one_sentence(str(error))}".rstrip(".")
            findings = [
                Finding(
                    topic,
                    "problem",
                    f"This could not be looked at ({why[:200]}): check that the files of "
                    f"{home.root} can be read.",
                )
            ]
        found += findings
    secrets = known_secrets(home)
    return Examination(
        home,
        tuple(
            Finding(one.topic, one.level, without_secrets(one.sentence, secrets)) for one in found
        ),
    )


Found = Iterator[tuple[Level, str]]


def _refreshes(settings: Settings, command: str) -> Found:
    """The newest refresh, and since when refreshes fail."""
    home = settings.home
    holder = lock_holder(home)
    newest = next(read_attempts(home), None)
    running = newest.file if newest is not None and holder is not None else None
    if holder is not None:
        yield "note", f"A refresh is at work now ({holder})."
    trouble = standing_trouble(home, running)
    state = read_state(home, settings.engine)
    if trouble is not None:
        attempt = trouble.newest
        began = f"{trouble.first.started_at:%Y-%m-%d %H:%M} UTC"
        times = f"{trouble.count} times since" if trouble.count > 1 else "on"
        if attempt.outcome == "failed":
            where = f" at {attempt.station}" if attempt.station else ""
            yield "problem", f"The {attempt.verb} failed{where}, {times} {began}: {attempt.message}"
        else:
            ended = "was stopped" if attempt.outcome == "stopped" else "ended without a word"
            yield (
                "problem",
                f"The {attempt.verb} {ended} {times} {began}: run `{command} refresh`, which goes "
                "on where it was.",
            )
    elif state is not None and state.status == "building" and holder is None:
        yield (
            "problem",
            f"Refresh {state.refresh_id} was not finished: run `{command} refresh`, which builds "
            "it anew.",
        )
    elif newest is not None and newest.finished_at is not None:
        moment = f"{newest.finished_at:%Y-%m-%d %H:%M} UTC"
        yield "healthy", f"The newest refresh ended well on {moment} ({newest.outcome})."
    elif state is not None:
        yield "healthy", f"Refresh {state.refresh_id} is complete; none has been logged since."
    else:
        yield "problem", f"Nothing was ever refreshed here: run `{command} refresh`."


def _release(settings: Settings, command: str) -> Found:
    """The release that readers open: there, whole, and of the newest day."""
    home = settings.home
    release = current_release(home)
    if release is None:
        yield "problem", f"There is no release to read: run `{command} refresh`."
        return
    listed = release.manifest["files"]
    if sum(file["bytes"] for file in listed.values()) <= _HASHED_BYTES:
        changed = list(changed_files(release.path, release.manifest))
        how = "hash"
    else:
        changed = [
            name
            for name, file in listed.items()
            if not release.path.joinpath(name).is_file()
            or release.path.joinpath(name).stat().st_size != file["bytes"]
        ]
        how = "size"
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        yield (
            "problem",
            f"Release {release.release_id} is not what was published ({changed[0].rstrip('.')}"
            f"{more}): run `{command} verify`, then `{command} rollback` or `{command} rebuild`.",
        )
    else:
        yield (
            "healthy",
            f"Release {release.release_id} is what was published: {len(listed)} files by {how}.",
        )
    if company_status(home).waits_for_refresh:
        yield (
            "problem",
            f"Newer files than those of the release have landed: run `{command} refresh`.",
        )


def _gates(settings: Settings, command: str) -> Found:
    """What the gates found when they ran last."""
    passed = []
    for file in sorted(settings.home.gate_results.glob(f"*/{VERDICT_FILE}")):
        gate = GateResult.read(file.parent)
        ran_on = f"{datetime.fromtimestamp(file.stat().st_mtime, UTC):%Y-%m-%d %H:%M} UTC"
        if gate.verdict == "passed":
            passed.append(gate.gate)
        else:
            rules = ", ".join(one.rule_id for one in gate.blocking)
            what = "failed" if gate.verdict == "failed" else "could not be evaluated"
            yield (
                "problem",
                f"The {gate.gate} gate of {ran_on} stopped the refresh, because {rules} {what}: "
                f"read {settings.home.relative(file.parent)}/data_docs/index.html, mend what it "
                f"names, and run `{command} refresh`.",
            )
        if gate.warnings:
            rules = ", ".join(one.rule_id for one in gate.warnings)
            yield "note", f"The {gate.gate} gate warns: {rules}."
    if passed:
        yield "healthy", f"Passed when they ran last: {', '.join(passed)}."


def _feeds(settings: Settings, command: str) -> Found:
    """Feeds that are late, and files that were refused."""
    home = settings.home
    today = freshness_day(home)
    statuses = feed_statuses(home)
    late = [one for one in statuses if one.is_late(today)]
    for one in late:
        days = (today - one.newest_as_of).days if one.newest_as_of else 0
        yield (
            "problem",
            f"{one.feed} is late: its newest file is of {one.newest_as_of}, {days} days ago, and "
            f"one is due every {one.cadence_days} days: ask its sender for a newer one.",
        )
    refused = read_refused_files(home)
    for file in refused[:_SHOWN_FILES]:
        yield "problem", f"Refused since {file.since[:16].replace('T', ' ')} UTC: {file.sentence}"
    if len(refused) > _SHOWN_FILES:
        more = len(refused) - _SHOWN_FILES
        yield "problem", f"{more} more files are refused: run `{command} status`."
    regular = [one for one in statuses if one.is_regular and one.files_count and one.cadence_days]
    if not late and regular:
        yield "healthy", f"{_counted(len(regular), 'feed')} with a cadence came in time."


def _configuration(settings: Settings, command: str) -> Found:
    """Settings, policies, feeds, shares, deliveries and alerts: there and readable."""
    home = settings.home
    problems = 0
    missing = [
        table.name for table in policy.TABLES if not (home.policies / f"{table.name}.csv").is_file()
    ]
    if missing:
        problems += 1
        yield (
            "problem",
            f"Missing in config/policy: {', '.join(missing)}: run `{command} init`, which writes "
            "the defaults and touches nothing else.",
        )
    readers: list[Callable[[], object]] = [
        lambda: load_company(home),
        *(lambda name=name: load_feed(home, name) for name in feed_names(home)),
        *(lambda name=name: load_share(home, name) for name in share_names(home)),
        lambda: load_delivery_settings(home),
        lambda: load_alert_settings(home),
        lambda: secrets_in_file(home),
    ]
    for read in readers:
        try:
            read()
        except CosellError as error:
            problems += 1
            yield "problem", str(error)
    for begun in begun_offboardings(home):
        problems += 1
        yield (
            "problem",
            f"The off-boarding of {begun['partner_id']} was not finished: run "
            f"`{command} partners offboard {begun['partner_id']}`.",
        )
    if not problems:
        yield (
            "healthy",
            f"{_counted(len(feed_names(home)), 'feed')} and "
            f"{_counted(len(policy.TABLES), 'policy', 'policies')} can be read.",
        )


def _private_modes(settings: Settings, command: str) -> Found:
    """Whether anybody else of this machine can read the home."""
    home, mask = settings.home, file_mask(os.environ)
    if not stat.S_IMODE(home.root.stat().st_mode) & mask:
        whom = "its owner alone" if mask & 0o070 == 0o070 else "its owner and group"
        yield "healthy", f"{home.root} can be opened by {whom}."
        return
    opened = list(_open_to_others(home.root, mask))
    named = ", ".join(home.relative(path) for path in opened[:_SHOWN_FILES])
    more = f" and {len(opened) - _SHOWN_FILES} more" if len(opened) > _SHOWN_FILES else ""
    closed = "go=" if mask & 0o070 == 0o070 else "g-w,o="
    if opened:
        yield (
            "problem",
            f"Others on this machine can read {named}{more}: run `chmod -R {closed} {home.root}`.",
        )
    else:
        yield "note", f"{home.root} can be listed by others, though nothing in it can be read."


def _open_to_others(folder: Path, mask: int) -> Iterator[Path]:
    """What others can read through folders that they can pass; a closed folder closes all of it."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            if entry.is_symlink():
                continue
            mode = stat.S_IMODE(entry.stat(follow_symlinks=False).st_mode)
            if entry.is_dir(follow_symlinks=False):
                if mode & mask & 0o011:
                    yield from _open_to_others(Path(entry.path), mask)
            elif mode & mask & 0o066:
                yield Path(entry.path)


def _disk(settings: Settings, command: str) -> Found:
    """Whether the next refresh has room."""
    home = settings.home
    release = current_release(home)
    built = home.warehouse.stat().st_size if home.warehouse.is_file() else 0
    if release is not None:
        built += sum(file["bytes"] for file in release.manifest["files"].values())
    needed = max(_LEAST_ROOM, _ROOM_FACTOR * built)
    free = shutil.disk_usage(home.root).free
    sizes = f"{_gigabytes(free)} are free, and a refresh may need {_gigabytes(needed)}"
    if free < needed:
        yield (
            "problem",
            f"The disk of {home.root} is nearly full ({sizes}): remove releases that nobody reads, "
            "or give it a larger disk.",
        )
    else:
        yield "healthy", f"{_gigabytes(free)} are free on the disk of {home.root}."


def _packages(settings: Settings, command: str) -> Found:
    """The optional packages that the configuration asks for."""
    wanted = _wanted_extras(settings)
    missing = [extra for extra in wanted if not _is_installed(extra)]
    for extra in missing:
        mend = INSTALL.get(extra, f"pip install -e '.[{extra}]'")
        yield (
            "problem",
            f"{wanted[extra]} asks for `{extra}`, which is not installed: run `{mend}`.",
        )
    others = [extra for extra in _MODULES if extra not in wanted and not _is_installed(extra)]
    if not missing:
        asked = ", ".join(wanted) or "none"
        unused = f"; not installed and not asked for: {', '.join(others)}" if others else ""
        yield "healthy", f"Optional packages that are asked for: {asked}{unused}."


def _wanted_extras(settings: Settings) -> dict[str, str]:
    """Extra -> who asks for it."""
    home = settings.home
    wanted: dict[str, str] = {}
    if settings.engine != "duckdb":
        wanted[settings.engine] = f"The engine {settings.engine}"
    delivery = _delivery(home)
    if delivery is not None:
        targets = {
            "salesforce": delivery.salesforce,
            "slack": delivery.slack,
            "review": delivery.review_packs,
        }
        wanted |= {
            extra: "config/delivery.yaml" for extra, target in targets.items() if target is not None
        }
    for name in share_names(home):
        try:
            kind = load_share(home, name).kind
        except CosellError:
            continue
        if kind in _MODULES:
            wanted[kind] = f"config/shares/{name}.yaml"
    if tracing.are_spans_wanted():
        wanted["telemetry"] = "OTEL_EXPORTER_OTLP_ENDPOINT"
    return wanted


def _delivery(home: Home) -> DeliverySettings | None:
    """The settings of deliveries; None where they are not readable, which is told elsewhere."""
    try:
        return load_delivery_settings(home)
    except CosellError:
        return None


def _is_installed(extra: str) -> bool:
    try:
        return all(find_spec(module) is not None for module in _MODULES[extra])
    except ModuleNotFoundError:
        return False


def _credentials(settings: Settings, command: str) -> Found:
    """Whether every place that is configured has its credentials; they are never shown."""
    home = settings.home
    present = []
    asked = list(_asked_credentials(home))
    for name, read in asked:
        try:
            read()
        except CosellError as error:
            yield "problem", str(error)
        else:
            present.append(name)
    if present:
        yield "healthy", f"Credentials are there for {', '.join(present)}."
    elif not asked:
        yield "healthy", "Nothing is configured that needs credentials."


def _asked_credentials(home: Home) -> Iterator[tuple[str, Callable[[], object]]]:
    for name in feed_names(home):
        try:
            feed = load_feed(home, name)
        except CosellError:
            continue
        if feed.connection:
            yield name, lambda name=name, source=feed.source: read_credentials(home, name, source)  # type: ignore[misc]
    delivery, alerts = _delivery(home), None
    with suppress(CosellError):
        alerts = load_alert_settings(home)
    is_slack_told = alerts is not None and alerts.slack is not None
    if (delivery is not None and delivery.slack is not None) or is_slack_told:
        yield "slack", lambda: read_credentials(home, "slack", "slack")
    if alerts is not None and alerts.email is not None and alerts.email.user is not None:
        file = alerts.file
        yield "the mail server", lambda: read_secret(home, SMTP_PASSWORD, file)
    if alerts is not None and alerts.webhook is not None and alerts.webhook.url is None:
        file = alerts.file
        yield "the webhook", lambda: read_secret(home, WEBHOOK_URL, file)
    for name in share_names(home):
        try:
            share = load_share(home, name)
        except CosellError:
            continue
        for key in sorted(vars(share)):
            secret = getattr(share, key)
            if key.endswith("_secret") and secret:
                yield (
                    f"{name} ({secret})",
                    lambda secret=secret, file=share.file: read_secret(home, secret, file),  # type: ignore[misc]
                )


def _alerts(settings: Settings, command: str) -> Found:
    """Whether somebody is told, and whether the last message arrived."""
    home = settings.home
    try:
        alerts = load_alert_settings(home)
    except CosellError:
        return  # told by the check of the configuration
    failed = failed_channels(home)
    for one in failed:
        yield (
            "problem",
            f"Alerts by {one.channel} do not arrive since {one.since} ({one.count} tried): "
            f"{one.message}",
        )
    if not alerts.are_enabled:
        yield "note", "Nobody is told of failed refreshes: enable a channel in config/alerts.yaml."
    elif not failed:
        names = [name for name in ("slack", "email", "webhook") if getattr(alerts, name)]
        yield "healthy", f"Told of trouble: {', '.join(names)}."


CHECKS: dict[str, Callable[[Settings, str], Found]] = {
    "refreshes": _refreshes,
    "release": _release,
    "gates": _gates,
    "feeds": _feeds,
    "config": _configuration,
    "credentials": _credentials,
    "alerts": _alerts,
    "privacy": _private_modes,
    "disk": _disk,
    "packages": _packages,
}


def _counted(value: int, thing: str, things: str | None = None) -> str:
    return f"{value} {thing if value == 1 else things or thing + 's'}"


def _gigabytes(size: int) -> str:
    return f"{size / 2**30:.1f} GiB"
