"""A home with live feeds, and HTTPS servers on this machine with a certificate of their own."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from orchestration.company_defaults import initialise_home
from orchestration.crm import Patience
from orchestration.settings import Home
from tests.crm.hubspot_server import HubSpotServer
from tests.crm.salesforce_server import SalesforceServer

HURRIED = Patience(
    retries=3, backoff_seconds=0.01, poll_seconds=0.01, longest_poll_seconds=0.02, timeout_seconds=5
)
TOKEN = "00Dxx0000001gPF!session-of-the-test"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody trusts by default, with its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test CRM")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the test's certificate, as a company trusts its own root."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))


@pytest.fixture
def org(tls: ssl.SSLContext) -> Iterator[SalesforceServer]:
    with SalesforceServer(tls, TOKEN) as server:
        yield server


@pytest.fixture
def portal(tls: ssl.SSLContext) -> Iterator[HubSpotServer]:
    with HubSpotServer(tls, TOKEN) as server:
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    initialise_home(made)
    return made


@pytest.fixture
def live_feed(home: Home) -> Callable[[str, str, str], None]:
    """Describe a feed of a live CRM."""

    def write(name: str, source: str, connection: str) -> None:
        (home.feeds / f"{name}.yaml").write_text(
            f"feed: {name}\nsource: {source}\nmode: delta\nconnection:\n"
            + "".join(f"  {line}\n" for line in connection.splitlines()),
            encoding="utf-8",
        )

    return write
