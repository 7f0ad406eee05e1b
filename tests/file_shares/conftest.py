"""Real servers on this machine: SFTP by asyncssh, S3 over HTTP by moto; a home with one feed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from orchestration.company_defaults import initialise_home
from orchestration.settings import Home

PARTNER_FEED = """
feed: acme
source: bilateral
partner_id: acme
coverage: full_list
mode: full
"""
LIST = b"partner_account_id,account_name,status\n1,A,customer\n2,B,prospect\n"
PASSWORD = "correct-horse-battery-staple"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    initialise_home(home)
    (home.feeds / "acme.yaml").write_text(PARTNER_FEED, encoding="utf-8")
    return home


@pytest.fixture
def share(home: Home) -> Callable[..., None]:
    """Describe the share `acme`."""

    def write(**keys: object) -> None:
        home.share_files.mkdir(exist_ok=True)
        keys = {"share": "acme", "feed": "acme", "settled_seconds": 0} | keys
        lines = [f"{key}: {value!r}" for key, value in keys.items() if value is not None]
        (home.share_files / "acme.yaml").write_text("\n".join(lines), encoding="utf-8")

    return write


@pytest.fixture
def outgoing(tmp_path: Path, share: Callable[..., None]) -> Path:
    """A local folder that is the share."""
    folder = tmp_path / "outgoing"
    folder.mkdir()
    share(kind="folder", path=str(folder))
    return folder


@dataclass
class SftpServer:
    """A running server: what a client must know of it, and the folder that it serves."""

    port: int
    host_key: str
    client_key: str
    folder: Path


@pytest.fixture(scope="session")
def sftp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    root = tmp_path_factory.mktemp("sftp")
    (root / "outgoing").mkdir()
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    client_key = asyncssh.generate_private_key("ssh-ed25519")
    authorized = root / "authorized_keys"
    authorized.write_bytes(client_key.export_public_key())

    class Server(asyncssh.SSHServer):
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("us", PASSWORD)

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            Server,
            "127.0.0.1",
            0,
            server_host_keys=[host_key],
            authorized_client_keys=str(authorized),
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(root)),
        )

    listening = asyncio.run_coroutine_threadsafe(listen(), loop).result(30)
    yield SftpServer(
        listening.get_port(),
        host_key.export_public_key().decode().strip(),
        client_key.export_private_key().decode(),
        root / "outgoing",
    )
    loop.call_soon_threadsafe(listening.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()
