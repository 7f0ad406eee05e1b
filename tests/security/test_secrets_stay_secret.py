"""No secret is in what is logged, shown, landed or kept, even where a library quotes it."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import dagster as dg
import pytest

from orchestration.dbt_station import reporting_failures
from orchestration.errors import RefreshError
from orchestration.observed_refresh import observed
from orchestration.redaction import hide_secrets, known_secrets, without_secrets
from orchestration.refresh_log import RefreshLog
from orchestration.refresh_session import RefreshSession
from orchestration.settings import ENVIRONMENT_VARIABLES, Home, Settings

PLANTED = {
    "COSELL_SALESFORCE_ACCESS_TOKEN": "00Dxx-planted-salesforce-token",
    "COSELL_SALESFORCE_CLIENT_SECRET": "planted-client-secret",
    "COSELL_HUBSPOT_ACCESS_TOKEN": "pat-planted-hubspot",
    "COSELL_SLACK_ACCESS_TOKEN": "xoxb-planted-slack",
    "COSELL_SMTP_PASSWORD": 'planted "smtp" \\ password',
    "COSELL_WEBHOOK_URL": "https://hooks.example/planted/path",
    "COSELL_WEBHOOK_TOKEN": "planted-hook-token",
    "COSELL_SPARK_PASSWORD": "planted-spark-password",
    "COSELL_LAKE_CATALOG": "host=h dbname=d user=u password=planted-lake-password",
    "ACME_SFTP_PASSWORD": "planted-share-password",
    "AWS_SECRET_ACCESS_KEY": "planted-aws-secret",
}
OF_THE_FILE = "planted-in-the-file"


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[str, ...]:
    for name, value in PLANTED.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "secrets.yaml"
    file.write_text(f"salesforce_org:\n  client_secret: {OF_THE_FILE}\n", encoding="utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("COSELL_SECRETS", str(file))
    return (*PLANTED.values(), OF_THE_FILE, "planted-lake-password")


def test_every_secret_variable_of_ours_is_known_as_one(
    home: Home, planted: tuple[str, ...]
) -> None:
    assert set(planted) <= set(known_secrets(home))
    named = {
        name
        for name in ENVIRONMENT_VARIABLES
        if re.search("TOKEN|SECRET|PASSWORD|CATALOG|WEBHOOK", name) and name != "COSELL_SECRETS"
    }
    # An id is no secret, and the path of the file is none.
    assert named == {name for name in PLANTED if name.startswith("COSELL_")}


def test_a_library_that_quotes_a_secret_is_not_quoted(home: Home, planted: tuple[str, ...]) -> None:
    session = RefreshSession(Settings(home, "duckdb", 1))
    with observed(session):
        with pytest.raises(dg.Failure) as shown, reporting_failures(session, "landing"):
            try:
                raise ValueError(f"cannot log in with {', '.join(planted)}")
            except ValueError as error:
                raise RefreshError(f"The server refused us ({error}): renew it.") from error
        error: BaseException | None = shown.value
        while error is not None:
            told = f"{getattr(error, 'description', '')} {error}"
            assert not [each for each in planted if each in told]
            error = error.__cause__ or error.__context__
    kept = "".join(
        file.read_text(encoding="utf-8") for file in home.logs.rglob("*") if file.is_file()
    )
    assert "The server refused us" in kept
    for secret in planted:
        assert secret not in kept and json.dumps(secret)[1:-1] not in kept


def test_what_is_no_secret_stays(home: Home, planted: tuple[str, ...]) -> None:
    sentence = "inbox/acme/a.csv, row 3: the day is 2026: write a day."
    assert without_secrets(sentence, known_secrets(home)) == sentence


def test_an_error_that_leads_back_to_itself_is_cleaned_once() -> None:
    first, second = ValueError("a-secret-value"), ValueError("no")
    first.__context__, second.__context__ = second, first
    hide_secrets(first, ("a-secret-value",))
    assert str(first) == "…"


def test_a_log_never_shows_its_secrets() -> None:
    assert "planted" not in repr(RefreshLog(None, ("planted",)))


def test_settings_and_credentials_do_not_print_what_they_hold(
    home: Home, planted: tuple[str, ...]
) -> None:
    from orchestration.crm.credentials import read_credentials
    from orchestration.file_shares.secrets import read_secret
    from orchestration.settings import load_settings

    shown = repr(
        [
            load_settings(home.root),
            read_credentials(home, "salesforce_org", "salesforce"),
            read_secret(home, "ACME_SFTP_PASSWORD", "x.yaml"),
        ]
    )
    assert not [each for each in planted if each in shown]


# What turns the verification of a server off, in any of the libraries that are used here.
UNVERIFIED = re.compile(
    r"verify\s*=\s*False|CERT_NONE|_create_unverified_context|check_hostname\s*=\s*False"
    r"|known_hosts\s*=\s*None|AutoAddPolicy|disable_warnings|InsecureRequestWarning"
    r"|verify_ssl\s*=\s*False|use_ssl\s*=\s*False|InsecureSkipVerify"
)
DANGEROUS = {"eval", "exec", "pickle.loads", "pickle.load", "os.system", "marshal.loads"}


def test_no_server_is_left_unverified_and_no_text_is_run(repository: Path) -> None:
    for folder in ("orchestration", "expectations"):
        for path in sorted((repository / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            assert not UNVERIFIED.search(text), path
            for call in ast.walk(ast.parse(text)):
                if isinstance(call, ast.Call):
                    name = ast.unparse(call.func)
                    assert name not in DANGEROUS, f"{path}: {name}"
                    for word in call.keywords:
                        is_true = isinstance(word.value, ast.Constant) and word.value.value is True
                        assert not (word.arg == "shell" and is_true), f"{path}: a shell"
