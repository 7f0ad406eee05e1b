"""Files come from real servers: SFTP with its host key verified, S3 over HTTP."""

from __future__ import annotations

import asyncssh
import pytest

from orchestration.errors import ConfigurationError, LandingError
from orchestration.file_shares import fetch_share, fetch_shares
from tests.file_shares.conftest import LIST, PASSWORD, SftpServer


@pytest.fixture
def sftp(sftp_server: SftpServer, share, monkeypatch) -> SftpServer:
    for path in sftp_server.folder.iterdir():
        path.unlink()
    (sftp_server.folder / "list_2026-02-09.csv").write_bytes(LIST)
    monkeypatch.setenv("ACME_KEY", sftp_server.client_key)
    monkeypatch.setenv("ACME_PASSWORD", PASSWORD)
    return sftp_server


def describe(share, server: SftpServer, **keys: object) -> None:
    known = {
        "kind": "sftp",
        "path": "/outgoing",
        "host": "127.0.0.1",
        "port": server.port,
        "user": "us",
        "host_key": server.host_key,
        "private_key_secret": "ACME_KEY",
    }
    share(**(known | keys))


@pytest.mark.parametrize(
    "keys", [{}, {"private_key_secret": None, "password_secret": "ACME_PASSWORD"}]
)
def test_a_file_comes_from_an_sftp_server(home, share, sftp, keys) -> None:
    describe(share, sftp, **keys)
    (found,) = fetch_share(home, "acme")
    assert found.status == "fetched"
    assert found.path == home.inbox / "acme" / "list_2026-02-09.csv"
    assert found.path.read_bytes() == LIST
    (again,) = fetch_share(home, "acme")
    assert again.status == "unchanged"


def test_a_known_hosts_file_will_do(home, share, sftp, tmp_path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{sftp.port} {sftp.host_key}\n")
    describe(share, sftp, host_key=None, known_hosts=str(known))
    assert [each.status for each in fetch_share(home, "acme")] == ["fetched"]


def test_another_host_key_is_refused(home, share, sftp) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    describe(share, sftp, host_key=other)
    with pytest.raises(LandingError, match="does not have the host key"):
        fetch_share(home, "acme")
    (found,) = fetch_shares(home)
    assert found.status == "refused"
    assert not list((home.inbox / "acme").glob("*.csv"))


def test_a_share_without_a_host_key_is_refused(home, share, sftp) -> None:
    describe(share, sftp, host_key=None)
    with pytest.raises(ConfigurationError, match="any server could pretend"):
        fetch_share(home, "acme")


def test_a_wrong_password_is_said_and_not_shown(home, share, sftp, monkeypatch) -> None:
    monkeypatch.setenv("ACME_PASSWORD", "wrong-horse")
    describe(share, sftp, private_key_secret=None, password_secret="ACME_PASSWORD")
    with pytest.raises(LandingError, match="does not let us in") as refused:
        fetch_share(home, "acme")
    assert "wrong-horse" not in str(refused.value)


@pytest.mark.parametrize("keys", [{"path": "/nowhere"}, {"port": 1}])
def test_a_server_that_cannot_be_read_is_one_sentence(home, share, sftp, keys) -> None:
    describe(share, sftp, **keys)
    with pytest.raises(LandingError, match=r"cannot be read .*: check config/shares/acme.yaml"):
        fetch_share(home, "acme")


@pytest.fixture
def bucket(s3_endpoint: str, share, monkeypatch):
    import boto3

    monkeypatch.setenv("ACME_ACCESS", "access-key-of-acme")
    monkeypatch.setenv("ACME_SECRET", "secret-key-of-acme")
    client = boto3.client(
        "s3",
        endpoint_url=s3_endpoint,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
    )
    client.create_bucket(Bucket="acme-share")
    for each in client.list_objects_v2(Bucket="acme-share").get("Contents", []):
        client.delete_object(Bucket="acme-share", Key=each["Key"])
    share(
        kind="s3",
        path="acme-share/outgoing",
        endpoint_url=s3_endpoint,
        region="us-east-1",
        access_key_secret="ACME_ACCESS",
        secret_key_secret="ACME_SECRET",
    )
    return client


def test_a_file_comes_from_an_s3_store(home, bucket) -> None:
    bucket.put_object(Bucket="acme-share", Key="outgoing/list_2026-02-09.csv", Body=LIST)
    bucket.put_object(Bucket="acme-share", Key="outgoing/older/list.csv", Body=LIST)
    (found,) = fetch_share(home, "acme")
    assert found.status == "fetched"
    assert found.path is not None and found.path.read_bytes() == LIST
    assert [each.status for each in fetch_share(home, "acme")] == ["unchanged"]
    bucket.put_object(
        Bucket="acme-share", Key="outgoing/list_2026-02-16.csv", Body=LIST + b"3,C,prospect\n"
    )
    assert [each.status for each in fetch_share(home, "acme")] == ["unchanged", "fetched"]


def test_a_bucket_that_is_not_there_is_one_sentence(home, share, bucket, s3_endpoint) -> None:
    share(
        kind="s3",
        path="nobody/outgoing",
        endpoint_url=s3_endpoint,
        access_key_secret="ACME_ACCESS",
        secret_key_secret="ACME_SECRET",
    )
    with pytest.raises(LandingError, match="share acme cannot be read"):
        fetch_share(home, "acme")


def test_an_address_without_encryption_is_refused(home, share) -> None:
    share(kind="s3", path="b/p", endpoint_url="http://objects.partner.example")
    with pytest.raises(ConfigurationError, match="endpoint_url is not encrypted"):
        fetch_share(home, "acme")
