"""A live HubSpot portal, spoken to over HTTPS: lists, searches, labels, history and limits."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestration.crm import PulledObject, pull_crm
from orchestration.errors import PullError
from orchestration.landing import land_inbox
from orchestration.settings import Home
from tests.crm.conftest import HURRIED, TOKEN
from tests.crm.hubspot_server import HubSpotServer, refusal
from tests.crm.local_server import Answer

FEED = "hubspot_portal"
CREATED = "2026-01-02T10:00:00.000Z"


def record(number: int, modified: datetime.datetime | None = None, **properties: Any) -> dict:
    moment = modified or datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC)
    stamp = int(moment.timestamp() * 1000)
    return {"id": str(number), "properties": {"_modified_ms": str(stamp), **properties}}


@pytest.fixture
def pull(
    home: Home,
    portal: HubSpotServer,
    live_feed: Callable[[str, str, str], None],
    trusted: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., list[PulledObject]]:
    portal.records["deals"] = [
        record(number, dealname=f"Deal {number}", amount="10.5", createdate=CREATED)
        for number in range(1, 231)
    ]
    live_feed(FEED, "hubspot", f"url: {portal.url}")
    monkeypatch.setenv("COSELL_HUBSPOT_ACCESS_TOKEN", TOKEN)

    def some(*names: str) -> list[PulledObject]:
        return pull_crm(home, FEED, names, patience=HURRIED)

    return some


def rows_of(file: Path | None) -> list[dict[str, str]]:
    assert file is not None
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_page_and_the_archived_deals_arrive_and_land(home, portal, pull) -> None:
    portal.records["deals"][4]["archived"] = True
    (deals,) = pull("Deal")
    assert deals.rows == 230
    assert {row["id"]: row["archived"] for row in rows_of(deals.file)}["5"] == "true"
    report = land_inbox(home)
    assert (report.refused, [landed.good for landed in report.landed]) == ([], [230])


def test_the_next_pull_searches_beyond_ten_thousand_changes(portal, pull) -> None:
    pull("Deal")
    now = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=1)
    portal.records["deals"] = [
        record(number, now, dealname="changed") for number in range(1, 10_403)
    ]
    portal.records["deals"].append(record(20_000))
    (deals,) = pull("Deal")
    assert deals.rows == 10_402
    assert len({row["id"] for row in rows_of(deals.file)}) == 10_402


def test_companies_of_a_deal_come_with_their_labels(portal, pull) -> None:
    kinds = [
        {"category": "HUBSPOT_DEFINED", "typeId": 5, "label": "Primary"},
        {"category": "USER_DEFINED", "typeId": 36, "label": "Reseller"},
    ]
    portal.associations[("deals", "companies")] = {
        "1": [
            {"toObjectId": 500, "associationTypes": kinds[:1]},
            {"toObjectId": 501, "associationTypes": kinds[1:]},
        ]
    }
    (found,) = pull("DealCompany")
    assert [tuple(row.values()) for row in rows_of(found.file)] == [
        ("1", "500", "5", "HUBSPOT_DEFINED", "Primary"),
        ("1", "501", "36", "USER_DEFINED", "Reseller"),
    ]


def test_property_history_is_read_fifty_deals_at_a_time(portal, pull) -> None:
    portal.histories["77"] = {
        "hubspot_owner_id": [
            {"value": "9", "timestamp": "2026-02-01T10:00:00Z", "sourceType": "CRM_UI"},
            {"value": "8", "timestamp": "2026-01-01T10:00:00Z", "sourceType": "CRM_UI"},
        ]
    }
    (found,) = pull("DealPropertyHistory")
    assert [(row["deal_id"], row["value"]) for row in rows_of(found.file)] == [
        ("77", "9"),
        ("77", "8"),
    ]


def test_owners_stages_and_engagements_land(home, portal, pull) -> None:
    portal.owners = [
        {"id": "1", "email": "a@x.com", "firstName": "A", "lastName": "B", "archived": False},
        {"id": "2", "email": "gone@x.com", "archived": True},
    ]
    stages = [
        {
            "id": "s1",
            "label": "Contract Sent",
            "displayOrder": 1,
            "metadata": {"probability": "0.9"},
        },
        {
            "id": "won",
            "label": "Closed Won",
            "metadata": {"isClosed": "true", "probability": "1.0"},
        },
    ]
    portal.pipelines = [{"id": "default", "label": "Sales", "displayOrder": 0, "stages": stages}]
    portal.records["meetings"] = [
        record(7, hs_timestamp="2026-02-01T10:00:00Z", hs_meeting_title="Intro")
    ]
    portal.associations[("meetings", "deals")] = {
        "7": [
            {"toObjectId": 1, "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 212}]}
        ]
    }
    pulled = pull(
        "Owner", "DealPipeline", "DealPipelineStage", "EngagementMeeting", "EngagementDeal"
    )
    assert [each.rows for each in pulled] == [2, 1, 2, 1, 1]
    report = land_inbox(home)
    assert report.refused == []
    assert sum(landed.good for landed in report.landed) == 7


def test_a_rate_limit_is_waited_out_as_long_as_hubspot_asks(portal, pull) -> None:
    limited = refusal(429, "RATE_LIMITS", "You have reached your ten_secondly_rolling limit.")
    limited.headers["Retry-After"] = "0"
    portal.fail_once("/objects/deals", limited)
    portal.fail_once("/objects/deals", limited)
    assert pull("Deal")[0].rows == 230


GATEWAY_PAGE = Answer(502, "<html><h1>502 Bad Gateway</h1></html>", {"Content-Type": "text/html"})


def test_a_gateway_that_fails_for_a_moment_is_waited_out(portal, pull) -> None:
    portal.fail_once("/objects/deals", GATEWAY_PAGE)
    assert pull("Deal")[0].rows == 230


@pytest.mark.parametrize("status", [502, 200])
def test_a_page_of_a_gateway_is_one_sentence_and_keeps_what_was_fetched(
    portal, pull, status: int
) -> None:
    portal.fail_once("/objects/deals", lambda answer: answer)
    for _ in range(HURRIED.retries + 1):
        portal.fail_once(
            "/objects/deals", Answer(status, GATEWAY_PAGE.content, GATEWAY_PAGE.headers)
        )
    with pytest.raises(PullError, match="pull again") as refused:
        pull("Deal")
    assert "\n" not in str(refused.value) and "scopes" not in str(refused.value)
    portal.faults.clear()
    portal.asked.clear()
    assert pull("Deal")[0].rows == 230
    assert portal.asked[0].parameters["after"] == "100"


def test_a_used_up_daily_limit_keeps_what_was_fetched(portal, pull) -> None:
    portal.fail_once("/objects/deals", lambda answer: answer)
    for _ in range(HURRIED.retries + 1):
        portal.fail_once("/objects/deals", refusal(429, "RATE_LIMITS", "daily limit"))
    with pytest.raises(PullError, match=r"has used up its API requests .daily limit"):
        pull("Deal")
    portal.asked.clear()
    assert pull("Deal")[0].rows == 230
    assert portal.asked[0].parameters["after"] == "100"


def test_an_answer_that_is_cut_is_asked_for_again(portal, pull) -> None:
    for _ in range(HURRIED.retries + 1):
        portal.fail_once(
            "/objects/deals", lambda answer: Answer(200, answer.content, answer.headers, cut=9)
        )
    with pytest.raises(PullError, match=r"pull|run the same command again"):
        pull("Deal")
    portal.faults.clear()
    assert pull("Deal")[0].rows == 230


def test_a_refused_token_is_not_repeated(portal, pull, monkeypatch) -> None:
    monkeypatch.setenv("COSELL_HUBSPOT_ACCESS_TOKEN", "stale-token")
    with pytest.raises(PullError, match="does not accept the access token") as refused:
        pull("Deal")
    assert "stale-token" not in str(refused.value)
