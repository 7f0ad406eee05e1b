"""Credentials: where they may lie, and that nothing of them is ever said."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.crm.credentials import Credentials, read_credentials
from orchestration.errors import ConfigurationError
from orchestration.settings import Home


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "secrets.yaml"
    path.write_text("org:\n  client_id: me\n  client_secret: hidden-word\n", encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv("COSELL_SECRETS", str(path))
    return path


def test_a_secrets_file_is_read(home: Home, secrets: Path) -> None:
    assert read_credentials(home, "org", "salesforce") == Credentials(None, "me", "hidden-word")


def test_the_environment_outranks_the_file(home: Home, secrets: Path, monkeypatch) -> None:
    monkeypatch.setenv("COSELL_SALESFORCE_ACCESS_TOKEN", "token")
    assert read_credentials(home, "org", "salesforce") == Credentials("token")


def test_a_file_that_others_can_read_is_refused(home: Home, secrets: Path) -> None:
    secrets.chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        read_credentials(home, "org", "salesforce")


def test_a_file_inside_the_data_folder_is_refused(home: Home, secrets: Path, monkeypatch) -> None:
    inside = home.config / "secrets.yaml"
    inside.write_bytes(secrets.read_bytes())
    inside.chmod(0o600)
    monkeypatch.setenv("COSELL_SECRETS", str(inside))
    with pytest.raises(ConfigurationError, match="move the file out of it"):
        read_credentials(home, "org", "salesforce")


@pytest.mark.parametrize(
    "content",
    ["org: hidden-word", "org:\n  password: hidden-word", "org: {hidden-word", "- hidden-word"],
)
def test_a_malformed_file_is_refused_without_quoting_it(
    home: Home, secrets: Path, content: str
) -> None:
    secrets.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_credentials(home, "org", "salesforce")
    assert "hidden-word" not in str(refused.value)


def test_missing_credentials_say_where_they_go(home: Home, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match=r"COSELL_HUBSPOT_ACCESS_TOKEN.*0600"):
        read_credentials(home, "portal", "hubspot")


def test_credentials_do_not_show_themselves() -> None:
    credentials = Credentials("token", "me", "hidden-word")
    assert "token" not in repr(credentials).replace("access_token", "")
    assert "hidden" not in repr(credentials)
    assert credentials.without_secrets("bad hidden-word for token") == "bad … for …"
