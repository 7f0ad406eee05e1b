"""Fields of accounts in a Salesforce org that is spoken to over HTTPS by the real client."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from orchestration.errors import RoutingError
from orchestration.landing.partner_rows import NamedPartner
from orchestration.offboarding.deliveries import find_delivered, purge_deliveries
from tests.crm.conftest import TOKEN
from tests.crm.local_server import Answer
from tests.crm.salesforce_server import refusal
from tests.routing.conftest import NEXT_WEEK, WEEK, account_id

PREFIX = "Partner_Warm"


def flagged(org) -> set[str]:
    return {
        each["Id"] for each in org.objects["Account"].records if each.get(f"{PREFIX}__c") == "true"
    }


def record(org, number: int) -> dict[str, str]:
    return next(e for e in org.objects["Account"].records if e["Id"] == account_id(number))


def test_the_fields_of_each_routed_account_are_upserted_by_one_job(connected, org) -> None:
    (report,) = connected(org).deliver().reports
    assert (report.error, report.refused, report.accepted) == (None, (), 4)
    assert {job.operation for job in org.ingest.values()} == {"upsert"}
    assert {job.key for job in org.ingest.values()} == {"Id"}
    assert len(org.ingest) == 1
    assert record(org, 2) == {
        "Id": account_id(2),
        f"{PREFIX}__c": "true",
        f"{PREFIX}_Partner__c": "Northgate Identity",
        f"{PREFIX}_Segment__c": "partner_customer_our_prospect",
        f"{PREFIX}_Score__c": "69.00",
        f"{PREFIX}_Rank__c": "2",
        f"{PREFIX}_Reason__c": "Northgate Identity sells to it and we do not yet.",
        f"{PREFIX}_List_Week__c": "2026-08-24",
        f"{PREFIX}_Expires_On__c": "2026-08-30",
    }


def test_twice_is_once(connected, org) -> None:
    company = connected(org)
    company.deliver()
    (again,) = company.deliver().reports
    assert (again.accepted, again.plan.to_send, again.plan.unchanged) == (0, 0, 4)
    assert len(org.ingest) == 1


def test_only_changed_rows_go_out_and_stale_flags_are_cleared(connected, org) -> None:
    company = connected(org)
    company.deliver()
    company.routes = [each for each in company.routes if each["account_id"] != account_id(4)]
    company.routes[0]["reason"] = "They met again."
    company.publish()
    (report,) = company.deliver().reports
    assert (report.plan.to_send, report.plan.to_clear, report.plan.unchanged) == (1, 1, 2)
    assert {each for each in org.writes if len(org.writes[each]) > 1} == {
        account_id(1),
        account_id(4),
    }
    assert record(org, 4) == {
        "Id": account_id(4), f"{PREFIX}__c": "false",
        **{f"{PREFIX}_{each}__c": "" for each in
           ("Partner", "Segment", "Score", "Rank", "Reason", "List_Week", "Expires_On")},
    }  # fmt: skip
    assert flagged(org) == {account_id(number) for number in (1, 2, 3)}


def test_an_account_of_two_partners_names_the_better_placed_one(connected, org) -> None:
    company = connected(org)
    company.route("rep1", account_id(1), "north", score=99)
    company.publish()
    company.deliver()
    assert record(org, 1)[f"{PREFIX}_Partner__c"] == "Northgate Identity"


def test_a_partner_that_has_left_is_never_delivered(connected, org) -> None:
    """Case 30: use stops, and what stood there is cleared."""
    company = connected(org)
    company.deliver()
    company.partners["alpen"] = ("Alpenglow Data", False)
    company.publish()
    delivery = company.deliver()
    assert delivery.left_out == {"the partner has left": 3}
    assert flagged(org) == {account_id(2), account_id(4)}


def test_flags_of_a_partner_whose_data_was_purged_are_cleared(connected, org) -> None:
    """What was sent is gone from the journal; where it stands is not."""
    company = connected(org)
    company.deliver()
    alpen = NamedPartner("alpen", ("Alpenglow Data",))
    assert find_delivered(company.home, alpen).standing_flags == {"salesforce": 2}
    purge_deliveries(company.home, alpen)
    company.routes = [each for each in company.routes if each["partner_id"] != "alpen"]
    company.route("rep1", account_id(1), "north")
    company.publish()
    (report,) = company.deliver().reports
    assert (report.plan.to_send, report.plan.to_clear) == (1, 1)
    assert flagged(org) == {account_id(1), account_id(2), account_id(4)}
    assert record(org, 1)[f"{PREFIX}_Partner__c"] == "Northgate Identity"


def test_flags_are_cleared_where_the_only_partner_of_the_lists_has_left(connected, org) -> None:
    company = connected(org)
    company.deliver()
    company.routes = []
    company.publish()
    (report,) = company.deliver().reports
    assert (report.error, report.plan.to_clear) == (None, 4)
    assert flagged(org) == set()


def test_expired_rows_are_cleared_as_of_the_release(connected, org) -> None:
    company = connected(org)
    company.deliver()
    company.as_of = NEXT_WEEK
    company.publish()
    assert company.deliver().left_out == {"the row has expired": 5}
    assert flagged(org) == set()


def test_an_older_week_never_overwrites_a_newer_one(connected, org) -> None:
    company = connected(org)
    company.route("rep1", account_id(6), "alpen", week_starts_on=NEXT_WEEK)
    company.publish()
    company.deliver()
    (report,) = company.deliver(week=WEEK).reports
    assert "older than that of 2026-08-31" in report.error
    assert flagged(org) == {account_id(6)}


def test_text_is_cut_to_the_fields_length_as_salesforce_counts_it(connected, org) -> None:
    company = connected(org)
    company.routes[0]["reason"] = "long " * 200
    company.routes[1]["reason"] = "🙂" * 200
    company.routes[2]["reason"] = "two\r\nlines\x00 and\ta tab"
    company.publish()
    (report,) = company.deliver().reports
    assert report.refused == ()
    assert record(org, 1)[f"{PREFIX}_Reason__c"].endswith("…")
    assert len(record(org, 1)[f"{PREFIX}_Reason__c"]) == 255
    assert record(org, 2)[f"{PREFIX}_Reason__c"].startswith("🙂" * 100)
    assert record(org, 3)[f"{PREFIX}_Reason__c"] == "two lines and a tab"


def test_a_restricted_picklist_leaves_the_field_empty_and_says_so(connected, org) -> None:
    values = [{"value": "Shared", "active": True}, {"value": "Old", "active": False}]
    org.objects["Account"].described[f"{PREFIX}_Segment__c"] |= {
        "restrictedPicklist": True,
        "picklistValues": values,
    }
    company = connected(org)
    company.home.delivery_file.write_text(
        company.home.delivery_file.read_text().replace(
            "  object: Account\n", "  object: Account\n  segments:\n    shared_customer: Shared\n"
        )
    )
    company.routes[0]["cell"] = "shared_customer"
    company.publish()
    (report,) = company.deliver().reports
    assert record(org, 1)[f"{PREFIX}_Segment__c"] == "Shared"
    assert record(org, 2)[f"{PREFIX}_Segment__c"] == ""
    assert record(org, 2)[f"{PREFIX}__c"] == "true"
    assert any("3 rows" in note and "partner_customer" in note for note in report.plan.notes)


def test_a_row_that_was_locked_goes_out_again_and_no_other_does(connected, org) -> None:
    org.refusals[account_id(2)] = ["UNABLE_TO_LOCK_ROW:unable to obtain exclusive access:--"]
    org.unprocessed = [account_id(3)]
    (report,) = connected(org).deliver().reports
    assert (report.accepted, report.refused) == (4, ())
    assert {name: len(rows) for name, rows in org.writes.items()} == {
        account_id(number): 1 for number in (1, 2, 3, 4)
    }
    assert [len(job.rows) for job in org.ingest.values()] == [4, 2]


def test_a_refused_row_is_reported_and_tried_again_the_next_time(connected, org) -> None:
    said = "FIELD_CUSTOM_VALIDATION_EXCEPTION:not on Mondays:Partner_Warm__c --"
    org.refusals[account_id(2)] = [said]
    company = connected(org)
    delivery = company.deliver()
    (report,) = delivery.reports
    assert delivery.has_failed
    assert [(each.record_key, each.note) for each in report.refused] == [(account_id(2), said)]
    (again,) = company.deliver().reports
    assert (again.accepted, again.plan.to_send, again.refused) == (1, 1, ())
    assert flagged(org) == {account_id(number) for number in (1, 2, 3, 4)}


def test_an_expired_session_is_renewed_where_it_can_be(connected, org, monkeypatch) -> None:
    monkeypatch.setenv("COSELL_SALESFORCE_CLIENT_ID", org.client[0])
    monkeypatch.setenv("COSELL_SALESFORCE_CLIENT_SECRET", org.client[1])
    org.fail_once("/batches", refusal(401, "INVALID_SESSION_ID", "Session expired or invalid"))
    (report,) = connected(org).deliver().reports
    assert (report.error, report.accepted) == (None, 4)


def test_an_expired_token_is_one_sentence_without_the_token(connected, org, monkeypatch) -> None:
    org.token = "another"
    (report,) = connected(org).deliver().reports
    assert "does not accept the session" in report.error
    assert TOKEN not in report.error


@pytest.mark.parametrize(
    "fault",
    [
        Answer(503, [{"errorCode": "SERVER_UNAVAILABLE", "message": "busy"}]),
        Answer(429, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "slow"}]),
        Answer(content="cut", cut=2),
    ],
    ids=["503", "429", "cut answer"],
)
@pytest.mark.parametrize("path", ["/describe", "/batches", "/successfulResults"])
def test_short_troubles_are_waited_out(connected, org, fault, path) -> None:
    company = connected(org)
    org.fail_once(path, fault)
    first = company.deliver().reports[0]
    second = company.deliver().reports[0]
    assert first.accepted + second.accepted == 4
    assert all(len(rows) == 1 for rows in org.writes.values())
    assert flagged(org) == {account_id(number) for number in (1, 2, 3, 4)}


def test_a_field_that_the_org_lacks_stops_before_anything_is_sent(connected, org) -> None:
    del org.objects["Account"].fields[f"{PREFIX}_Reason__c"]
    (report,) = connected(org).deliver().reports
    assert "Account.Partner_Warm_Reason__c does not exist" in report.error
    assert not org.ingest


def test_one_targets_trouble_does_not_stop_the_next(connected, org, portal) -> None:
    org.objects.clear()
    reports = connected(org, portal).deliver().reports
    assert [bool(each.error) for each in reports] == [True, False]
    assert len(portal.writes) == 1


def test_many_rows_go_out_in_jobs_of_a_bounded_size(connected, org, monkeypatch) -> None:
    from orchestration.routing import salesforce_fields

    company = connected(org)
    monkeypatch.setattr(
        salesforce_fields.SalesforceFields.__init__, "__defaults__", (3,), raising=True
    )
    (report,) = company.deliver().reports
    assert report.accepted == 4
    assert [len(job.rows) for job in org.ingest.values()] == [3, 1]


def test_another_org_is_told_everything_anew(connected, org, tls) -> None:
    from tests.crm.salesforce_server import SalesforceServer

    company = connected(org)
    company.deliver()
    with SalesforceServer(tls, TOKEN) as other:
        other.objects["Account"] = dataclasses.replace(
            org.objects["Account"], records=[{"Id": account_id(n)} for n in range(1, 9)]
        )
        (company.home.feeds / "salesforce_org.yaml").write_text(
            "feed: salesforce_org\nsource: salesforce\nmode: delta\n"
            f"connection:\n  instance_url: {other.url}\n"
        )
        (report,) = company.deliver().reports
        assert report.accepted == 4


def test_any_day_of_a_week_names_it(connected, org) -> None:
    company = connected(org)
    company.route("rep1", account_id(6), "alpen", week_starts_on=NEXT_WEEK)
    company.publish()
    assert company.deliver(week=WEEK + datetime.timedelta(days=6)).week == WEEK
    assert company.deliver(week=NEXT_WEEK + datetime.timedelta(days=2)).week == NEXT_WEEK


def test_a_week_without_a_list_names_those_that_have_one(connected, org) -> None:
    with pytest.raises(RoutingError, match=r"no list of that week.*2026-08-24"):
        connected(org).deliver(week=NEXT_WEEK)


def test_a_stale_flag_of_a_deleted_record_is_no_trouble(connected, org) -> None:
    """Case 8: an account that was merged away has no flag to clear, this week or later."""
    company = connected(org)
    company.deliver()
    org.objects["Account"].records = [
        each for each in org.objects["Account"].records if each["Id"] != account_id(4)
    ]
    company.routes = [each for each in company.routes if each["account_id"] != account_id(4)]
    company.publish()
    (report,) = company.deliver().reports
    assert (report.refused, report.accepted) == ((), 1)
    assert company.deliver().reports[0].plan.to_clear == 0
