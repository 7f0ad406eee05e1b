"""Each trouble is told once per channel, again when it changes, and when it is over."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.verdict import GateResult, RuleVerdict
from orchestration.alerts.causes import standing_causes
from orchestration.alerts.settings import load_alert_settings
from orchestration.alerts.telling import failed_channels, send_test
from orchestration.errors import ConfigurationError, GateError, RefreshError
from orchestration.observed_refresh import observed
from orchestration.refresh_log import read_attempts, read_events
from orchestration.refresh_session import RefreshSession
from orchestration.settings import Home, Settings
from tests.alerts.conftest import CHANNEL, PASSWORD, MailServer, Webhook
from tests.routing.slack_server import SlackServer

Refresh = Callable[..., None]


class Heard:
    """What the three channels have heard since the last question."""

    def __init__(self, mail: MailServer, webhook: Webhook, workspace: SlackServer) -> None:
        self._ears = (
            lambda: mail.mailbox.texts,
            lambda: [each["text"] for each in webhook.bodies],
            lambda: [each["blocks"][0]["text"]["text"] for each in workspace.digests(CHANNEL)],
        )
        self._before = [0, 0, 0]

    def __call__(self) -> list[list[str]]:
        """By channel (mail, webhook, Slack): the new messages."""
        everything = [ear() for ear in self._ears]
        new = [texts[before:] for texts, before in zip(everything, self._before, strict=True)]
        self._before = [len(texts) for texts in everything]
        return new


@pytest.fixture
def heard(mail_server: MailServer, webhook: Webhook, workspace: SlackServer) -> Heard:
    return Heard(mail_server, webhook, workspace)


def test_a_trouble_is_told_once_again_when_it_changes_and_when_it_is_over(
    refresh: Refresh, heard: Heard, home: Home
) -> None:
    refresh()
    assert heard() == [[], [], []]

    refresh(RefreshError("config/policy/tiers.csv, row 3: the share is 7: write one up to 1."))
    for texts in heard():
        assert len(texts) == 1
        assert "NEW: the refresh fails" in texts[0] and "write one up to 1" in texts[0]

    # The same trouble of another row is the same trouble.
    refresh(RefreshError("config/policy/tiers.csv, row 4: the share is 8: write one up to 1."))
    assert heard() == [[], [], []]

    refresh(RefreshError("The disk is full: make room."))
    for texts in heard():
        assert len(texts) == 1 and "CHANGED" in texts[0] and "The disk is full" in texts[0]

    refresh()
    for texts in heard():
        assert len(texts) == 1
        assert "is over" in texts[0].splitlines()[0] and "RECOVERED" in texts[0]
    refresh()
    assert heard() == [[], [], []]
    assert json.loads(home.told_alerts.read_text())["causes"] == {}


def test_a_failed_gate_is_told_by_its_rules_and_without_the_rows(home: Home, heard: Heard) -> None:
    session = RefreshSession(Settings(home, "duckdb", 1))
    verdict = RuleVerdict(
        *("shrink", "acme.accounts", "critical", "failed", 1, ("name=Contoso",)),
        "row name=Contoso is one too many: ask the partner.",
    )
    with observed(session), pytest.raises(GateError), session.station("gate: landing"):
        session.keep_gate(GateResult("landing", (verdict,), 0.5))
        raise GateError(session.gates["landing"].message)
    for texts in heard():
        assert "landing gate: shrink" in texts[0]
        assert "Contoso" not in texts[0]
    # Who may read the home reads the rows there.
    assert "Contoso" in (next(read_attempts(home)).message or "")


def test_a_late_feed_is_told_by_its_day_and_cadence(home: Home, heard: Heard) -> None:
    from orchestration.alerts.telling import tell_of_refresh
    from orchestration.landing import land_file
    from orchestration.refresh_log import RefreshLog

    home.feeds.joinpath("acme.yaml").write_text(
        "feed: acme\nsource: bilateral\ntable: partner_accounts\npartner_id: acme\n"
        "partner_name: Acme\nmode: full\ncoverage: full_list\ncadence_days: 7\n"
        "columns: {partner_account_id: Id, account_name: Name, status: Status}\n"
        "values: {status: {Customer: customer}}\n",
        encoding="utf-8",
    )
    file = home.root / "acme.csv"
    file.write_text("Id,Name,Status\n1,Contoso,Customer\n", encoding="utf-8")
    land_file(home, "acme", file, datetime.date(2026, 2, 2))
    on_time, late = datetime.date(2026, 2, 16), datetime.date(2026, 2, 17)
    assert standing_causes(home, on_time) == []
    for _ in range(2):
        tell_of_refresh(home, RefreshLog(), late)
    for texts in heard():
        assert len(texts) == 1
        assert "the feed acme is late, since 2026-02-17" in texts[0]
        assert "of 2026-02-02" in texts[0] and "every 7 days" in texts[0]


def test_a_channel_that_is_away_is_told_later_and_costs_the_others_nothing(
    refresh: Refresh, heard: Heard, home: Home, mail_server: MailServer, webhook: Webhook
) -> None:
    mail_server.mailbox.is_refusing = True
    webhook.status = 500
    refresh(RefreshError("The disk is full: make room."))
    mails, _, slack = heard()
    assert (len(mails), len(slack)) == (0, 1)
    assert {each.channel for each in failed_channels(home)} == {"email", "webhook"}
    events = list(read_events(next(read_attempts(home)).file))
    told = [each for each in events if each["event"].startswith("alert")]
    assert sorted((each["event"], each["channel"]) for each in told) == [
        ("alert_not_sent", "email"),
        ("alert_not_sent", "webhook"),
        ("alert_sent", "slack"),
    ]

    mail_server.mailbox.is_refusing = False
    webhook.status = 200
    refresh(RefreshError("The disk is full: make room."))
    mails, hooks, slack = heard()
    assert (len(mails), len(slack)) == (1, 0)
    assert "NEW" in mails[0] and "NEW" in hooks[-1]
    assert failed_channels(home) == []


def test_nothing_that_happens_to_an_alert_fails_a_refresh(
    refresh: Refresh, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("a library of somebody else")

    with monkeypatch.context() as here:
        here.setattr("orchestration.alerts.channels.WebhookChannel.send", explode)
        refresh(RefreshError("The disk is full: make room."))
    assert [each.channel for each in failed_channels(home)] == ["webhook"]
    home.alerts_file.write_text("slack: {enabled: perhaps}\n", encoding="utf-8")
    refresh()
    home.told_alerts.write_text("{", encoding="utf-8")
    refresh()
    events = list(read_events(next(read_attempts(home)).file))
    assert events[-1]["event"] == "alerts_failed" and "yes or no" in events[-1]["message"]


def test_a_certificate_that_nobody_vouches_for_is_told_nothing(
    refresh: Refresh,
    heard: Heard,
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    refresh(RefreshError("The disk is full: make room."))
    assert heard() == [[], [], []]
    failed = failed_channels(home)
    assert len(failed) == 3
    for each in failed:
        assert "certificate" in each.message and "nothing was sent" in each.message


def test_a_mail_server_without_starttls_is_told_nothing(home: Home) -> None:
    from aiosmtpd.controller import Controller

    from tests.alerts.conftest import Mailbox, free_port

    mailbox = Mailbox()
    plain = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    plain.start()
    try:
        home.alerts_file.write_text(
            f"email: {{enabled: yes, host: 127.0.0.1, port: {plain.port}, from: a@b.example, "
            "to: [c@b.example], user: cosell}\n",
            encoding="utf-8",
        )
        sent = send_test(home)
    finally:
        plain.stop(no_assert=True)
    assert mailbox.mails == [] and "STARTTLS" in (sent["email"] or "")


HOSTILE = "<!channel> <https://attacker.example|click> & \r\nBcc: all@attacker.example"


def test_what_is_quoted_steers_no_channel(
    refresh: Refresh, home: Home, mail_server: MailServer, webhook: Webhook, workspace: SlackServer
) -> None:
    company = home.company_file.read_text(encoding="utf-8")
    name = next(line for line in company.splitlines() if line.startswith("name:"))
    hostile = json.dumps(f"name: {HOSTILE}")[1:-1]
    home.company_file.write_text(company.replace(name, f'name: "{hostile[6:]}"'), encoding="utf-8")
    refresh(RefreshError(f"inbox/acme/{HOSTILE}.csv is empty: send it again."))
    (message,) = workspace.digests(CHANNEL)
    shown = message["blocks"][0]["text"]["text"] + message["text"]
    assert "<" not in shown and "&lt;!channel&gt;" in shown
    (mail,) = mail_server.mailbox.mails
    assert mail.rcpt_tos == ["ops@company.example"]
    headers = mail.content.decode().split("\r\n\r\n")[0]
    assert "\nBcc:" not in headers.replace("\r", "")
    assert HOSTILE.split("\r", maxsplit=1)[0] in webhook.bodies[0]["text"]


def test_no_secret_is_kept_told_or_logged(
    refresh: Refresh, home: Home, workspace: SlackServer, mail_server: MailServer, webhook: Webhook
) -> None:
    refresh(RefreshError(f"the server said {PASSWORD!r} and hook-token-0001 are wrong: mend it."))
    mail_server.mailbox.is_refusing = True
    refresh(RefreshError(f"another server said {PASSWORD}: mend it."))
    kept = "".join(
        path.read_text(encoding="utf-8") for path in home.logs.rglob("*") if path.is_file()
    )
    told = json.dumps([*webhook.bodies, *workspace.digests(CHANNEL), *mail_server.mailbox.texts])
    for secret in (PASSWORD, "hook-token-0001", workspace.token):
        assert secret not in kept + told
    assert "mend it" in kept and "mend it" in told
    assert mail_server.mailbox.logins[0] == "cosell"
    assert webhook.asked[0].headers["Authorization"] == "Bearer hook-token-0001"


def test_a_test_message_reaches_every_channel(home: Home, heard: Heard, cosell: Callable) -> None:
    assert send_test(home) == {"slack": None, "email": None, "webhook": None}
    assert all("TEST: this is a test" in texts[0] for texts in heard())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("slak: {enabled: yes}", "did you mean 'slack'"),
        ("slack: {enabled: yes}", "slack.channel is missing"),
        ("slack: {enabled: yes, channel: C1, url: http://slack.example}", "is not encrypted"),
        ("webhook: {enabled: yes, url: http://hook.example}", "is not encrypted"),
        ("email: {enabled: yes, host: h, from: a@b.c, to: [a@b.c], security: ssl}", "use one of"),
        ("email: {enabled: yes, host: h, from: a@b.c, to: [a@b.c], security: none}", "another"),
        (
            "email: {enabled: yes, host: h, from: a@b.c, to: ['x <a@b.c>']}",
            "email.to is no address",
        ),
        ("email: {enabled: yes, host: h, from: a@b.c, to: a@b.c}", "email.to is no list"),
        ("email: {enabled: yes, host: h, from: a@b.c, to: [a@b.c], port: 0}", "email.port is '0'"),
        ('email: {enabled: yes, host: h, to: [a@b.c], from: "a@b.c\\nBcc: x@y.z"}', "no address"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    home = Home(tmp_path)
    home.config.mkdir()
    home.alerts_file.write_text(f"{text}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_alert_settings(home)
    assert expected in str(refused.value) and "config/alerts.yaml" in str(refused.value)
