"""A live Salesforce org, spoken to over HTTPS: paging, increments, troubles, kills and secrets."""

from __future__ import annotations

import csv
import datetime
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.crm import PulledObject, pull_crm
from orchestration.errors import ConfigurationError, CosellError, PullError
from orchestration.landing import land_inbox
from orchestration.settings import Home
from tests.crm.conftest import HURRIED, TOKEN
from tests.crm.local_server import Answer
from tests.crm.salesforce_server import SalesforceServer, SObject, refusal

FEED = "salesforce_org"
FIELDS = {
    "Id": "id",
    "Name": "string",
    "BillingAddress": "address",
    "IsDeleted": "boolean",
    "MasterRecordId": "reference",
    "SystemModstamp": "datetime",
    "Favourite_Colour__c": "picklist",
}


def account(number: int, day: str = "2026-02-01", **others: str) -> dict[str, str]:
    return {
        "Id": f"001bm00001ZL{number:03d}AAA",
        "Name": f'Company "{number}",\nof two lines',
        "IsDeleted": "false",
        "SystemModstamp": f"{day}T10:00:00Z",
        **others,
    }


@pytest.fixture
def pull(
    home: Home,
    org: SalesforceServer,
    live_feed: Callable[[str, str, str], None],
    trusted: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., PulledObject]:
    org.objects["Account"] = SObject(dict(FIELDS), [account(number) for number in range(7)])
    live_feed(FEED, "salesforce", f"instance_url: {org.url}\npage_rows: 3")
    monkeypatch.setenv("COSELL_SALESFORCE_ACCESS_TOKEN", TOKEN)

    def one(name: str = "Account", everything: bool = False) -> PulledObject:
        (found,) = pull_crm(home, FEED, [name], everything, HURRIED)
        return found

    return one


def rows_of(file: Path | None) -> list[dict[str, str]]:
    assert file is not None
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_all_pages_arrive_as_one_file_and_land(home, org, pull) -> None:
    org.objects["Account"].records[2] |= {"IsDeleted": "true", "MasterRecordId": account(1)["Id"]}
    pulled = pull()
    assert pulled.rows == 7
    assert rows_of(pulled.file) == [
        {name: row.get(name, "") for name in FIELDS if name in rows_of(pulled.file)[0]}
        for row in org.objects["Account"].records
    ]
    assert len(org.paths("/results")) == 3
    report = land_inbox(home)
    assert (report.refused, [landed.good for landed in report.landed]) == ([], [7])
    with duckdb.connect() as connection:
        landed = connection.execute(
            f"select master_record_id from '{home.landing}/salesforce/accounts/*.parquet'"
            " where is_deleted = 'true'"
        ).fetchall()
    assert landed == [(account(1)["Id"],)]


def test_only_fields_of_the_org_that_landing_knows_are_asked_for(org, pull) -> None:
    pull()
    (soql,) = [job.soql for job in org.jobs.values()]
    assert soql.startswith(
        "SELECT Id, Name, IsDeleted, MasterRecordId, SystemModstamp FROM Account"
    )


def test_the_next_pull_asks_for_what_changed_since(org, pull) -> None:
    pull()
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2)
    # Stamps of records that were committed late lie before the end of the last window.
    late = later - datetime.timedelta(minutes=10)
    org.objects["Account"].records[0]["SystemModstamp"] = f"{late:%Y-%m-%dT%H:%M:%SZ}"
    again = pull()
    assert [row["Id"] for row in rows_of(again.file)] == [account(0)["Id"]]
    assert pull("Account", everything=True).rows == 7


def test_nothing_new_is_no_file(home, org, pull) -> None:
    pull()
    org.asked.clear()
    second = pull()
    assert (second.rows, second.file) == (0, None)
    assert len(list((home.inbox / FEED).rglob("*.csv"))) == 1


def test_an_object_that_the_org_lacks_is_passed_over(pull) -> None:
    assert "no such object" in pull("OpportunitySplit").message


def test_what_bulk_does_not_serve_is_read_through_rest(org, pull) -> None:
    org.objects["Account"].is_in_bulk = False
    pulled = pull()
    assert pulled.rows == 7
    assert rows_of(pulled.file)[0]["Name"] == account(0)["Name"]


@pytest.mark.parametrize(
    "trouble",
    [
        refusal(503, "SERVER_UNAVAILABLE", "try again"),
        refusal(429, "REQUEST_LIMIT_EXCEEDED", "slow down", {"Retry-After": "0"}),
        refusal(500, "UNKNOWN_EXCEPTION", "gack"),
    ],
    ids=lambda trouble: str(trouble.status),
)
@pytest.mark.parametrize("where", ["/describe", "/jobs/query", "/results"])
def test_short_troubles_are_waited_out(org, pull, trouble: Answer, where: str) -> None:
    org.fail_once(where, trouble)
    org.fail_once(where, trouble)
    assert pull().rows == 7


@pytest.mark.parametrize("where", ["/describe", "/jobs/query", "/results"])
@pytest.mark.parametrize("status", [502, 200])
def test_a_page_of_a_gateway_is_one_sentence(org, pull, where: str, status: int) -> None:
    page = Answer(status, "<html><h1>Bad Gateway</h1></html>", {"Content-Type": "text/html"})
    for _ in range(HURRIED.retries + 1):
        org.fail_once(where, page)
    with pytest.raises(PullError) as refused:
        pull()
    assert "\n" not in str(refused.value)
    org.faults.clear()
    assert pull().rows == 7


def test_a_page_that_is_cut_is_fetched_again_by_the_next_pull(org, pull) -> None:
    org.fail_once("/results", lambda answer: answer)
    for _ in range(HURRIED.retries + 1):
        org.fail_once(
            "/results", lambda answer: Answer(200, answer.content, answer.headers, cut=20)
        )
    with pytest.raises(PullError, match=r"what was fetched is kept|a page arrived damaged"):
        pull()
    org.faults.clear()
    jobs = len(org.jobs)
    assert pull().rows == 7
    assert len(org.jobs) == jobs, "the job was taken up again and not asked for anew"


def test_a_page_with_fewer_rows_than_announced_is_not_believed(home, org, pull) -> None:
    def shorter(answer: Answer) -> Answer:
        header, *_ = answer.content.split("\n", 1)
        return Answer(200, header + "\n", answer.headers)

    org.fail_once("/results", shorter)
    with pytest.raises(PullError, match=r"0 of 3 rows arrived"):
        pull()
    assert not list((home.inbox / FEED).rglob("*.csv"))
    assert pull().rows == 7


@pytest.mark.parametrize("state", ["Failed", "Aborted"])
def test_a_job_that_fails_says_why_and_the_next_pull_begins_anew(org, pull, state: str) -> None:
    org.states, org.job_error = ["InProgress", state], "No such column 'Nmae' on entity 'Account'"
    with pytest.raises(PullError, match=f"{state.lower()} by Salesforce .No such column 'Nmae'"):
        pull()
    org.states = ["JobComplete"]
    assert pull().rows == 7


def test_a_job_that_salesforce_forgot_is_asked_for_anew(org, pull) -> None:
    org.fail_once("/results", refusal(400, "INVALID", "stop here"))
    with pytest.raises(PullError):
        pull()
    org.jobs.clear()
    with pytest.raises(PullError, match="no longer knows the query job"):
        pull()
    assert pull().rows == 7


def test_a_used_up_limit_is_one_sentence_and_keeps_what_was_fetched(org, pull) -> None:
    org.fail_once("/results", lambda answer: answer)
    org.fail_once(
        "/results", refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    )
    with pytest.raises(PullError, match="has used up its API requests"):
        pull()
    asked_before = len(org.paths("/results"))
    assert pull().rows == 7
    assert len(org.paths("/results")) == asked_before + 2, "the first page was not fetched again"


def test_an_expired_session_is_renewed_with_client_credentials(org, pull, monkeypatch) -> None:
    monkeypatch.delenv("COSELL_SALESFORCE_ACCESS_TOKEN")
    monkeypatch.setenv("COSELL_SALESFORCE_CLIENT_ID", org.client[0])
    monkeypatch.setenv("COSELL_SALESFORCE_CLIENT_SECRET", org.client[1])
    org.fail_once("/results", refusal(401, "INVALID_SESSION_ID", "Session expired or invalid"))
    assert pull().rows == 7
    assert len(org.paths("/oauth2/token")) == 2


def test_an_expired_token_is_one_sentence(org, pull, monkeypatch) -> None:
    monkeypatch.setenv("COSELL_SALESFORCE_ACCESS_TOKEN", "stale")
    with pytest.raises(PullError, match="does not accept the session") as refused:
        pull()
    assert "stale" not in str(refused.value)


def test_refused_client_credentials_are_not_repeated(org, pull, monkeypatch) -> None:
    monkeypatch.delenv("COSELL_SALESFORCE_ACCESS_TOKEN")
    monkeypatch.setenv("COSELL_SALESFORCE_CLIENT_ID", "somebody")
    monkeypatch.setenv("COSELL_SALESFORCE_CLIENT_SECRET", "wrong-secret")
    with pytest.raises(PullError, match="refused the client credentials") as refused:
        pull()
    assert "wrong-secret" not in str(refused.value)


def test_a_certificate_that_nobody_vouches_for_stops_before_anything_is_sent(
    org, pull, monkeypatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(PullError, match="certificate cannot be verified"):
        pull()
    assert org.asked == []


def test_an_address_without_tls_is_refused(pull, live_feed, org) -> None:
    live_feed(FEED, "salesforce", f"instance_url: {org.url.replace('https', 'http')}")
    with pytest.raises(ConfigurationError, match="begins with https://"):
        pull()


def test_a_killed_pull_goes_on_where_it_was(home, org, pull, certificate: Path) -> None:
    """The process is killed while the second page is asked for; the first is on disk."""
    killer = (
        "import os, sys\n"
        "from orchestration.crm import pulling, pull_crm\n"
        "from orchestration.settings import Home\n"
        "from pathlib import Path\n"
        "kept = pulling._ObjectProgress.save\n"
        "def save_and_die(self):\n"
        "    kept(self)\n"
        "    if len(self.pages) == 2: os.kill(os.getpid(), 9)\n"
        "pulling._ObjectProgress.save = save_and_die\n"
        f"pull_crm(Home(Path({str(home.root)!r})), {FEED!r}, ['Account'])\n"
    )
    environment = {**os.environ, "REQUESTS_CA_BUNDLE": str(certificate)}
    killed = subprocess.run([sys.executable, "-c", killer], env=environment, check=False)
    assert killed.returncode == -9
    assert not list((home.inbox / FEED).rglob("*.csv"))
    fetched = len(org.paths("/results"))
    assert pull().rows == 7
    assert (len(org.paths("/results")), len(org.jobs)) == (fetched + 1, 1)


def test_no_secret_is_written_below_the_home(home, pull) -> None:
    pull()
    land_inbox(home)
    for path in home.root.rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes(), path


def test_a_feed_without_a_connection_cannot_be_pulled(home, pull) -> None:
    with pytest.raises(CosellError, match="names no live CRM"):
        pull_crm(home, "salesforce", patience=HURRIED)


def test_pull_is_a_verb_of_the_command_line(home, org, pull, cosell) -> None:
    done = cosell("--home", home.root, "crm", "pull", FEED, "--object", "Account")
    assert done.exit_code == 0, done.errors
    assert TOKEN not in done.errors
    assert "Account: 7 rows in inbox/salesforce_org/" in done.output
    assert TOKEN not in done.output


def test_a_refused_pull_is_one_sentence_on_the_command_line(home, org, pull, cosell) -> None:
    done = cosell("--home", home.root, "crm", "pull", FEED, "--object", "Nothing")
    assert done.exit_code == 1
    assert "Nothing is no object that can be pulled" in done.errors
    assert "Traceback" not in done.errors
