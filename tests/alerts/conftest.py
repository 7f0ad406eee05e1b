"""A home whose alerts go to a mail server, a Slack workspace and a webhook on this machine."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from orchestration.company_defaults import initialise_home
from orchestration.errors import CosellError
from orchestration.observed_refresh import observed
from orchestration.refresh_session import RefreshSession
from orchestration.settings import Home, Settings
from tests.crm.conftest import TOKEN, certificate, tls, trusted  # noqa: F401 - fixtures
from tests.crm.local_server import Answer, Asked, LocalServer
from tests.routing.slack_server import SlackServer

PASSWORD = "correct horse battery staple"
CHANNEL = "C0ALERTS"


@dataclass
class Mailbox:
    """What a mail server has taken; it refuses everybody while `is_refusing`."""

    mails: list[Envelope] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    is_refusing: bool = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        assert session.ssl is not None, "a mail came outside of TLS"
        if self.is_refusing:
            return "451 try later"
        self.mails.append(envelope)
        return "250 taken"

    def check(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        return AuthResult(success=data.password.decode() == PASSWORD)

    @property
    def texts(self) -> list[str]:
        from email import message_from_bytes, policy

        read = [message_from_bytes(each.content, policy=policy.default) for each in self.mails]
        return [f"{each['Subject']}\n{each.get_content()}" for each in read]


@dataclass
class MailServer:
    mailbox: Mailbox
    port: int


def free_port() -> int:
    """A port for a server that cannot let the system choose one."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@pytest.fixture
def mail_server(tls: ssl.SSLContext) -> Iterator[MailServer]:  # noqa: F811
    mailbox = Mailbox()
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=tls,
        require_starttls=True,
        auth_require_tls=True,
        auth_required=True,
        authenticator=mailbox.check,
    )
    controller.start()
    yield MailServer(mailbox, controller.port)
    controller.stop(no_assert=True)


class Webhook(LocalServer):
    """Takes JSON and answers 202, or what it is told to."""

    status = 202

    def answer(self, asked: Asked) -> Answer:
        return Answer(status=self.status, content={})

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [each.body for each in self.asked]


@pytest.fixture
def webhook(tls: ssl.SSLContext) -> Iterator[Webhook]:  # noqa: F811
    with Webhook(tls, TOKEN) as server:
        yield server


@pytest.fixture
def workspace(tls: ssl.SSLContext) -> Iterator[SlackServer]:  # noqa: F811
    with SlackServer(tls, TOKEN) as server:
        server.channels[CHANNEL] = {"id": CHANNEL}
        yield server


@pytest.fixture
def home(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    certificate: Path,  # noqa: F811
    trusted: None,  # noqa: F811
    mail_server: MailServer,
    webhook: Webhook,
    workspace: SlackServer,
) -> Home:
    """A new home with all three channels enabled and their secrets in the environment."""
    made = Home(tmp_path / "home")
    initialise_home(made)
    made.alerts_file.write_text(
        f"slack: {{enabled: yes, channel: {CHANNEL}, url: '{workspace.url}/api'}}\n"
        f"email: {{enabled: yes, host: 127.0.0.1, port: {mail_server.port}, user: cosell, "
        "from: cosell@company.example, to: [ops@company.example]}\n"
        f"webhook: {{enabled: yes, url: '{webhook.url}/hook'}}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("COSELL_SMTP_PASSWORD", PASSWORD)
    monkeypatch.setenv("COSELL_SLACK_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("COSELL_WEBHOOK_TOKEN", "hook-token-0001")
    return made


@pytest.fixture
def refresh(home: Home) -> Callable[[CosellError | None], None]:
    """A refresh that ends as it is told to: well, or with an error at a station."""

    def run(error: CosellError | None = None) -> None:
        session = RefreshSession(Settings(home, "duckdb", 1))
        with observed(session):
            if error is None:
                session.is_up_to_date = True
                return
            with suppress(CosellError), session.station("landing"):
                raise error

    return run
