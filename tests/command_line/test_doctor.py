"""`cosell doctor` and `status` at seven in the morning: what is wrong, since when, what to do."""

from __future__ import annotations

import datetime
import fcntl
import json
import os
import shutil
from collections import namedtuple
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from rich.console import Console

from expectations.verdict import GateResult, RuleVerdict
from orchestration.company_defaults import initialise_home
from orchestration.company_status import company_status, next_steps
from orchestration.doctor import CHECKS, Examination, examine
from orchestration.errors import CosellError, RefreshError
from orchestration.health_pages import examination_page
from orchestration.landing import land_file
from orchestration.observed_refresh import observed
from orchestration.pages import status_page
from orchestration.refresh_session import RefreshSession
from orchestration.settings import Home, Settings
from orchestration.workshop import WorkshopState, hold_refresh_lock, write_state

ALERTS_BY_MAIL = (
    "email: {enabled: yes, host: mail.example, user: u, from: a@b.example, to: [c@b.example]}\n"
)
BUILDING = WorkshopState("building", "000007_20260209", 7, datetime.date(2026, 2, 9), "p", "c")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    initialise_home(made)
    return made


def examined(home: Home) -> Examination:
    return examine(Settings(home, "duckdb", 1))


def problems(home: Home, topic: str) -> list[str]:
    return [
        one.sentence
        for one in examined(home).findings
        if one.topic == topic and one.level == "problem"
    ]


def fail(home: Home, sentence: str, times: int = 1) -> None:
    for _ in range(times):
        session = RefreshSession(Settings(home, "duckdb", 1))
        with observed(session), suppress(CosellError), session.station("staging"):
            raise RefreshError(sentence)


def rotten_gate(home: Home) -> None:
    rule = RuleVerdict("shrink", "a.b", "critical", "failed", 1, ("id=1",), "Row id=1 is gone.")
    folder = home.gate_results / "landing"
    folder.mkdir(parents=True)
    GateResult("landing", (rule,), 0.1, folder).write()


def late_feed(home: Home) -> None:
    home.feeds.joinpath("acme.yaml").write_text(
        "feed: acme\nsource: bilateral\npartner_id: acme\npartner_name: Acme\nmode: full\n"
        "coverage: full_list\ncadence_days: 7\n",
        encoding="utf-8",
    )
    file = home.root / "acme.csv"
    file.write_text("partner_account_id,account_name,status\n1,Contoso,Customer\n")
    file.chmod(0o600)
    land_file(home, "acme", file, datetime.date(2026, 2, 2))


def share_without_its_secret(home: Home) -> None:
    home.share_files.mkdir(exist_ok=True)
    home.share_files.joinpath("acme.yaml").write_text(
        "share: acme\nkind: sftp\nfeed: salesforce\npath: /out\nhost: h.example\nuser: u\n"
        "host_key: ssh-ed25519 AAAA\npassword_secret: ACME_PASSWORD\n",
        encoding="utf-8",
    )


def failed_alert(home: Home) -> None:
    home.logs.mkdir(exist_ok=True)
    failed = {"channel": "slack", "since": "2026-02-09 07:00 UTC", "count": 3, "message": "No."}
    home.told_alerts.write_text(json.dumps({"causes": {}, "failures": {"slack": failed}}))


# What is done to a home -> (topic, what the finding says, the mend in it).
ILLS: dict[str, tuple[Callable[[Home], object], str, str, str]] = {
    "no refresh yet": (lambda home: None, "refreshes", "Nothing was ever refreshed", "refresh`"),
    "failed refreshes": (
        lambda home: fail(home, "b is not there: send it.", 3),
        *("refreshes", "failed at staging, 3 times since", "send it"),
    ),
    "unfinished": (
        lambda home: write_state(home, BUILDING),
        *("refreshes", "000007_20260209 was not finished", "cosell refresh"),
    ),
    "no release": (lambda home: None, "release", "There is no release", "cosell refresh"),
    "failed gate": (rotten_gate, "gates", "because shrink failed", "data_docs/index.html"),
    "late feed": (late_feed, "feeds", "acme is late", "ask its sender"),
    "missing policy": (
        lambda home: home.policies.joinpath("route_outcomes.csv").unlink(),
        *("config", "route_outcomes", "cosell init"),
    ),
    "broken feed": (
        lambda home: home.feeds.joinpath("salesforce.yaml").write_text("feed: other\n"),
        *("config", "config/feeds/salesforce.yaml", "write"),
    ),
    "broken company": (
        lambda home: home.company_file.write_text("name: x\n"),
        *("config", "config/company.yaml", "add a line"),
    ),
    "missing secret of a share": (
        share_without_its_secret,
        *("credentials", "needs the secret ACME_PASSWORD", "set the environment variable"),
    ),
    "missing password of the mail server": (
        lambda home: home.alerts_file.write_text(ALERTS_BY_MAIL),
        *("credentials", "COSELL_SMTP_PASSWORD", "set the environment variable"),
    ),
    "alerts that do not arrive": (
        failed_alert,
        *("alerts", "by slack do not arrive since 2026-02-09 07:00 UTC (3 tried)", "No."),
    ),
    "open files": (
        lambda home: (
            (home.root.chmod(0o755), home.company_file.parent.chmod(0o755))
            and home.company_file.chmod(0o644)
        ),
        *("privacy", "can read config/company.yaml", "chmod -R go="),
    ),
}


@pytest.mark.parametrize("ill", ILLS)
def test_each_ill_is_one_sentence_with_its_mend(home: Home, ill: str) -> None:
    inflict, topic, said, mend = ILLS[ill]
    inflict(home)
    found = problems(home, topic)
    (sentence,) = [each for each in found if said in each]
    assert mend in sentence and "\n" not in sentence
    assert not examined(home).is_healthy


def test_a_full_disk_is_told_before_it_is_full(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(100, 99, 2**20))
    assert "nearly full (0.0 GiB are free" in problems(home, "disk")[0]


def test_a_missing_package_is_told_only_where_it_is_asked_for(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.doctor.find_spec", lambda _: None)
    assert problems(home, "packages") == []
    home.delivery_file.write_text("slack: {enabled: yes}\n", encoding="utf-8")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    assert [each.split(" asks")[0] for each in problems(home, "packages")] == [
        "config/delivery.yaml",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ]


def test_a_lock_is_told_with_its_holder(home: Home) -> None:
    with hold_refresh_lock(home):
        notes = [one.sentence for one in examined(home).findings if one.level == "note"]
        assert any(f"process {os.getpid()}" in each for each in notes)
    # Looking leaves the lock free.
    examined(home)
    with home.dagster.joinpath("refresh.lock").open() as opened:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_credentials_are_told_to_be_there_and_never_shown(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    share_without_its_secret(home)
    monkeypatch.setenv("ACME_PASSWORD", "a-planted-secret")
    told = " ".join(one.sentence for one in examined(home).findings)
    assert "Credentials are there for acme (ACME_PASSWORD)." in told
    assert "a-planted-secret" not in told


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError("of somebody else")

    monkeypatch.setitem(CHECKS, "feeds", breaks)
    found = examined(home).findings
    assert {one.topic for one in found} == set(CHECKS) - {"gates"}
    (broken,) = [one for one in found if one.topic == "feeds"]
    assert broken.level == "problem" and "ZeroDivisionError" in broken.sentence


@pytest.mark.parametrize("width", [80, 120])
def test_the_pages_fit_and_begin_with_the_trouble(home: Home, width: int) -> None:
    late_feed(home)
    fail(home, "config/policy/tiers.csv, row 3: the share is 7: write one up to 1.", 2)
    console = Console(width=width, record=True, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    console.print(examination_page(examined(home)))
    lines = console.export_text(clear=True).splitlines()
    assert max(map(len, lines)) <= width
    heading = [line.strip() for line in lines].index("Needs a person")
    assert "need a person" in " ".join(" ".join(lines[:heading]).split())
    assert lines[heading + 1].split()[0] == "refreshes"

    status = company_status(home)
    now = datetime.datetime.now(datetime.UTC)
    console.print(status_page(status, next_steps(status), now))
    page = console.export_text()
    assert "The last refresh failed at staging just now, 2 times since" in page
    assert "write one up to 1" in page and "doctor" in page


def test_the_exit_code_says_whether_a_person_is_needed(home: Home, cosell: Callable) -> None:
    result = cosell("--home", home.root, "doctor")
    assert result.exit_code == 1 and "\x1b" not in result.output
    assert "need a person" in result.output


@pytest.mark.slow
def test_a_healthy_home_needs_nobody(demo_home: Home, cosell: Callable) -> None:
    result = cosell("--home", demo_home.root, "doctor")
    assert result.exit_code == 0, result.output
    assert "is healthy" in result.output and "Needs a person" not in result.output


@pytest.mark.slow
def test_a_release_that_was_changed_is_told(copy_of_demo_home: Home) -> None:
    home = copy_of_demo_home
    file = next((home.current_release / "tables").glob("*.parquet"))
    with file.open("ab") as opened:
        opened.write(b"more")
    (sentence,) = problems(home, "release")
    assert f"tables/{file.name} has other bytes" in sentence and "cosell verify" in sentence
