"""Credentials stay where they are: named in config, never printed, logged or landed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.file_shares.secrets import Secret, read_secret
from tests.file_shares.conftest import LIST, PASSWORD

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def secrets_file(tmp_path, monkeypatch) -> Path:
    path = tmp_path / "secrets.yaml"
    path.write_text(f"ACME_PASSWORD: {PASSWORD}\n")
    path.chmod(0o600)
    monkeypatch.setenv("COSELL_SECRETS", str(path))
    monkeypatch.delenv("ACME_PASSWORD", raising=False)
    return path


def test_a_secret_has_no_printable_form() -> None:
    secret = Secret("ACME_PASSWORD", PASSWORD)
    assert PASSWORD not in f"{secret} {secret!r} {[secret]}"


def test_the_environment_outranks_the_file(home, secrets_file, monkeypatch) -> None:
    assert read_secret(home, "ACME_PASSWORD", "x.yaml").value == PASSWORD
    monkeypatch.setenv("ACME_PASSWORD", "other")
    assert read_secret(home, "ACME_PASSWORD", "x.yaml").value == "other"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o666])
def test_a_secrets_file_that_others_may_read_is_refused(home, secrets_file, mode: int) -> None:
    secrets_file.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600") as refused:
        read_secret(home, "ACME_PASSWORD", "x.yaml")
    assert PASSWORD not in str(refused.value)


def test_a_secrets_file_in_the_home_is_refused(home, secrets_file, monkeypatch) -> None:
    inside = home.config / "secrets.yaml"
    secrets_file.rename(inside)
    monkeypatch.setenv("COSELL_SECRETS", str(inside))
    with pytest.raises(ConfigurationError, match="lies inside the data folder"):
        read_secret(home, "ACME_PASSWORD", "x.yaml")


def test_a_secret_that_is_nowhere_is_named(home, secrets_file) -> None:
    with pytest.raises(ConfigurationError, match="needs the secret ACME_OTHER"):
        read_secret(home, "ACME_OTHER", "config/shares/acme.yaml")


def cosell(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "orchestration.command_line", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)


def test_no_secret_is_left_anywhere(home, share, secrets_file, sftp_server, monkeypatch) -> None:
    """Fetched, refused, landed and with a traceback: the value is in no output and in no file."""
    for path in sftp_server.folder.iterdir():
        path.unlink()
    (sftp_server.folder / "list_2026-02-09.csv").write_bytes(LIST)
    keys = {
        "kind": "sftp",
        "path": "/outgoing",
        "host": "127.0.0.1",
        "port": sftp_server.port,
        "user": "us",
        "host_key": sftp_server.host_key,
        "password_secret": "ACME_PASSWORD",
    }
    share(**keys)
    at_home = ("--home", str(home.root), "--debug")
    done = [cosell(*at_home, "feeds", "fetch")]
    assert done[0].returncode == 0, done[0].stderr
    share(**(keys | {"user": "nobody"}))
    done.append(cosell(*at_home, "feeds", "fetch", "acme"))
    done.append(cosell(*at_home, "refresh"))
    assert "does not let nobody in" in done[2].stderr + done[2].stdout
    for each in done:
        assert PASSWORD not in each.stdout + each.stderr
    for path in home.root.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes(), path
