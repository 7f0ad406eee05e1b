"""Digests in a Slack workspace that is spoken to over HTTPS by the official SDK."""

from __future__ import annotations

import json

import pytest

from tests.crm.local_server import Answer
from tests.routing.conftest import NEXT_WEEK, account_id
from tests.routing.slack_server import TEAM, error

PARTNER_CHANNEL = """\
  direct_messages: no
  channels:
    - channel: C0PARTNER
      partner: alpen
      team: T0ALPEN
"""
OWN_CHANNEL = """\
  direct_messages: no
  channels:
    - channel: C0OWN
      reps: [Rita.Moss@ours.example]
"""


def text_of(message) -> str:
    return json.dumps(message["blocks"], ensure_ascii=False)


def test_each_rep_gets_one_digest_with_why_whom_to_call_and_a_link(connected, org, slack) -> None:
    company = connected(org, slack=slack)
    report = company.deliver(only=("slack",)).reports[0]
    assert (report.error, report.accepted, report.refused) == (None, 2, ())
    (message,) = slack.digests("D0000")
    said = text_of(message)
    assert "Company 0001AA" in said or f"{org.url}/lightning/r/Account/{account_id(1)}/view" in said
    assert f"{org.url}/lightning/r/Account/{account_id(1)}/view|" in said
    assert "Alpenglow Data sells to it and we do not yet." in said
    assert "Ask Ada Seller for an introduction." in said
    assert "2 accounts · 2 partners · 100 % known to one side only" in said
    assert message["text"].startswith("2 accounts to work with partners this week")
    assert len(slack.digests("D0001")) == 1


def test_a_week_is_posted_once_and_the_next_one_anew(connected, slack) -> None:
    company = connected(slack=slack)
    company.deliver()
    company.routes[0]["reason"] = "Said otherwise later."
    company.publish()
    assert company.deliver().reports[0].plan.to_send == 0
    company.route("rep1", account_id(6), "north", week_starts_on=NEXT_WEEK)
    company.as_of = NEXT_WEEK
    company.publish()
    assert company.deliver().reports[0].accepted == 1
    assert [len(slack.digests(each)) for each in ("D0000", "D0001")] == [2, 1]


def test_hostile_names_neither_format_nor_call_anybody(connected, slack) -> None:
    company = connected(slack=slack)
    company.accounts[account_id(1)] = {"account_name": "<!channel> *A* & <@U1|b> `c` :tada: _d_"}
    company.routes[0]["reason"] = "<https://evil.example|click> me\n>quote"
    company.publish()
    company.deliver()
    said = text_of(slack.digests("D0000")[0])
    assert "&lt;!channel&gt; ∗A∗ &amp; &lt;@U1|b&gt; ˋcˋ :\u200btada: ˍdˍ" in said
    assert "&lt;https://evil.example|click&gt; me &gt;quote" in said
    assert "<!" not in said and "<@" not in said


def test_digests_stay_within_slacks_limits(connected, slack) -> None:
    company = connected(slack=slack, slack_more="  rows: 40\n")
    for number in range(10, 70):
        company.route("rep1", account_id(number), "alpen", reason="&<>" * 900)
        company.accounts[account_id(number)] = {"account_name": "<&>" * 300}
    company.publish()
    report = company.deliver().reports[0]
    assert (report.refused, report.accepted) == ((), 2)
    blocks = slack.digests("D0000")[0]["blocks"]
    assert len(blocks) == 44
    assert "22 more accounts" in json.dumps(blocks[-1])


def test_rate_limits_are_waited_out(connected, slack) -> None:
    slow = Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "0"})
    slack.fail_once("chat.postMessage", slow)
    slack.fail_once("users.list", slow)
    report = connected(slack=slack).deliver().reports[0]
    assert (report.error, report.accepted) == (None, 2)
    assert [len(slack.digests(each)) for each in ("D0000", "D0001")] == [1, 1]


@pytest.mark.parametrize(
    "fault",
    [
        Answer(503, {"ok": False, "error": "service_unavailable"}),
        lambda right: Answer(502, "<html>Bad gateway</html>"),
        lambda right: Answer(right.status, right.content, cut=4),
        error("internal_error"),
    ],
    ids=["503 before", "502 behind", "cut answer", "internal error"],
)
def test_a_lost_answer_is_looked_up_in_the_history(connected, slack, fault) -> None:
    """chat.postMessage is not idempotent: the second message would stay."""
    slack.digests("D0000")
    slack.posted["D0000"] = [
        {"ts": f"{slack.now:.6f}", "text": "chat", "metadata": {}} for _ in range(5)
    ]
    slack.fail_once("chat.postMessage", fault)
    report = connected(slack=slack).deliver().reports[0]
    assert (report.error, report.accepted) == (None, 2)
    assert sum("blocks" in each for each in slack.digests("D0000")) == 1
    assert len(slack.digests("D0001")) == 1


def test_reps_whom_slack_does_not_know_are_held_back_by_name(connected, slack) -> None:
    slack.users[0]["deleted"] = True
    slack.users[1]["is_ultra_restricted"] = True
    report = connected(slack=slack).deliver().reports[0]
    assert [each.split(":")[0] for each in report.plan.held_back] == ["Omar Tan", "Rita Moss"]
    assert not slack.posted


def test_a_bad_token_is_one_sentence(connected, slack) -> None:
    slack.token = "another"
    report = connected(slack=slack).deliver().reports[0]
    assert "invalid_auth" in report.error and "COSELL_SLACK_ACCESS_TOKEN" in report.error


def test_an_own_channel_gets_its_reps_digest(connected, slack) -> None:
    slack.channels["C0OWN"] = {"id": "C0OWN", "is_ext_shared": False}
    company = connected(slack=slack, slack_more=OWN_CHANNEL)
    assert company.deliver().reports[0].accepted == 1
    assert "Northgate Identity" in text_of(slack.digests("C0OWN")[0])


@pytest.mark.parametrize(
    "shared",
    [
        {"is_ext_shared": True, "shared_team_ids": [TEAM, "T0ALPEN"]},
        {"is_pending_ext_shared": True},
        {"connected_team_ids": ["T0OTHER"]},
    ],
)
def test_an_own_channel_that_another_company_reads_is_refused(connected, slack, shared) -> None:
    slack.channels["C0OWN"] = {"id": "C0OWN", **shared}
    report = connected(slack=slack, slack_more=OWN_CHANNEL).deliver().reports[0]
    assert "shared with another company" in report.error
    assert not slack.posted


def test_a_partners_channel_gets_that_partners_rows_and_agreed_fields(connected, slack) -> None:
    """Case 45."""
    slack.channels["C0PARTNER"] = {
        "id": "C0PARTNER", "is_ext_shared": True, "shared_team_ids": [TEAM, "T0ALPEN"]
    }  # fmt: skip
    company = connected(slack=slack, slack_more=PARTNER_CHANNEL)
    company.feed("alpen", "account_name", "our_rep_name")
    company.accounts[account_id(1)] = {"account_name": "Ours", "their_name": "Theirs GmbH"}
    company.publish()
    assert company.deliver().reports[0].accepted == 1
    (message,) = slack.digests("C0PARTNER")
    said = text_of(message) + message["text"]
    assert "Theirs GmbH" in said and "Rita Moss" in said and "Omar Tan" in said
    for secret in ("Northgate", "north", "score", "sells to it", "lightning", "2 partners", "70"):
        assert secret not in said.replace("Theirs GmbH", "")


def test_a_partners_channel_with_a_third_company_in_it_is_refused(connected, slack) -> None:
    slack.channels["C0PARTNER"] = {"id": "C0PARTNER", "shared_team_ids": ["T0ALPEN", "T0NORTH"]}
    company = connected(slack=slack, slack_more=PARTNER_CHANNEL)
    company.feed("alpen", "account_name")
    report = company.deliver().reports[0]
    assert "T0NORTH read it too" in report.error
    assert not slack.posted


def test_without_terms_nothing_is_posted_to_a_partner(connected, slack) -> None:
    slack.channels["C0PARTNER"] = {"id": "C0PARTNER", "shared_team_ids": ["T0ALPEN"]}
    report = connected(slack=slack, slack_more=PARTNER_CHANNEL).deliver().reports[0]
    assert "share no account's name" in report.plan.held_back[0]
    assert not slack.posted


def test_a_home_that_lost_its_journal_posts_nothing_twice(connected, slack) -> None:
    company = connected(slack=slack)
    company.deliver()
    (company.home.deliveries / "journal.duckdb").unlink()
    report = company.deliver().reports[0]
    assert (report.error, report.accepted) == (None, 2)
    assert [len(slack.digests(each)) for each in ("D0000", "D0001")] == [1, 1]
