"""Properties of companies in HubSpot: batches of 100, multi-status, limits, lost answers."""

from __future__ import annotations

import pytest

from tests.crm.hubspot_server import refusal
from tests.crm.local_server import Answer
from tests.routing.conftest import company_id


def properties(portal, number: int) -> dict[str, str]:
    key = company_id(number).split(":")[1]
    return next(each["properties"] for each in portal.records["companies"] if each["id"] == key)


@pytest.fixture
def many(connected, portal):
    """250 routed companies of HubSpot."""
    company = connected(portal=portal)
    for number in range(100, 349):
        company.route("rep2", company_id(number), "alpen")
    company.publish()
    return company


def test_properties_are_set_in_batches_of_a_hundred(many, portal) -> None:
    (report,) = many.deliver().reports
    assert (report.error, report.accepted) == (None, 250)
    sizes = [len(each.body["inputs"]) for each in portal.asked if "update" in each.path]
    assert sizes == [100, 100, 50]
    assert properties(portal, 5) == {
        "partner_warm": "true",
        "partner_warm_partner": "Alpenglow Data",
        "partner_warm_segment": "partner_customer_our_prospect",
        "partner_warm_score": "68.00",
        "partner_warm_rank": "3",
        "partner_warm_reason": "Alpenglow Data sells to it and we do not yet.",
        "partner_warm_list_week": "2026-08-24",
        "partner_warm_expires_on": "2026-08-30",
    }


def test_twice_is_once_and_stale_flags_are_cleared(many, portal) -> None:
    many.deliver()
    assert many.deliver().reports[0].accepted == 0
    many.routes = [each for each in many.routes if each["account_id"] != company_id(5)]
    many.publish()
    (report,) = many.deliver().reports
    assert report.plan.to_clear == 1
    assert {**properties(portal, 5)} == {
        name: "false" if name == "partner_warm" else "" for name in properties(portal, 5)
    }


def test_a_missing_record_is_reported_and_the_others_are_taken(many, portal) -> None:
    """207: HubSpot takes what it can of a batch."""
    gone = company_id(100).split(":")[1]
    portal.records["companies"] = [e for e in portal.records["companies"] if e["id"] != gone]
    (report,) = many.deliver().reports
    assert report.accepted == 249
    assert [(each.record_key, each.note[:16]) for each in report.refused] == [
        (gone, "OBJECT_NOT_FOUND")
    ]


def test_one_bad_value_does_not_hold_up_its_batch(many, portal) -> None:
    """400: HubSpot refuses the whole batch; halving it finds the row."""
    bad = company_id(150).split(":")[1]
    portal.refusals[bad] = "Property values were not valid"
    (report,) = many.deliver().reports
    assert (report.accepted, [each.record_key for each in report.refused]) == (249, [bad])
    assert all(len(rows) == 1 for rows in portal.writes.values())


def test_limits_are_waited_out(many, portal) -> None:
    slow = refusal(429, "RATE_LIMITS", "ten secondly limit", {"Retry-After": "0"})
    portal.fail_once("/batch/update", slow)
    portal.fail_once("/batch/update", slow)
    (report,) = many.deliver().reports
    assert (report.error, report.accepted) == (None, 250)


@pytest.mark.parametrize(
    "fault",
    [
        Answer(503, {"message": "busy", "category": "INTERNAL_ERROR"}),
        lambda right: Answer(502, {"message": "gateway"}) if right else right,
        lambda right: Answer(right.status, right.content, cut=5),
    ],
    ids=["503 before", "502 behind", "cut answer"],
)
def test_a_lost_answer_is_looked_up_and_never_repeated_blindly(many, portal, fault) -> None:
    portal.fail_once("/batch/update", fault)
    (report,) = many.deliver().reports
    assert (report.error, report.accepted, len(portal.writes)) == (None, 250, 250)
    assert all(len(rows) == 1 for rows in portal.writes.values())
    assert portal.paths("/batch/read")


def test_an_option_that_is_not_offered_leaves_the_property_empty(many, portal) -> None:
    segment = next(
        each for each in portal.properties["companies"] if each["name"] == "partner_warm_segment"
    )
    segment |= {"type": "enumeration", "options": [{"value": "shared_customer"}]}
    (report,) = many.deliver().reports
    assert properties(portal, 5)["partner_warm_segment"] == ""
    assert any("250 rows" in note for note in report.plan.notes)


def test_a_missing_property_stops_before_anything_is_sent(many, portal) -> None:
    portal.properties["companies"].pop()
    (report,) = many.deliver().reports
    assert "partner_warm_expires_on" in report.error
    assert not portal.writes


def test_a_token_of_another_portal_is_refused(connected, portal) -> None:
    company = connected(portal=portal)
    file = company.home.delivery_file
    file.write_text(file.read_text().replace("  # portal_id: 1234567", "  portal_id: 7654321"))
    (report,) = company.deliver().reports
    assert "belongs to the portal 1234567" in report.error
    assert not portal.writes


def test_a_stale_property_of_a_deleted_record_is_no_trouble(many, portal) -> None:
    many.deliver()
    gone = company_id(5).split(":")[1]
    portal.records["companies"] = [e for e in portal.records["companies"] if e["id"] != gone]
    many.routes = [each for each in many.routes if each["account_id"] != company_id(5)]
    many.publish()
    (report,) = many.deliver().reports
    assert (report.refused, report.plan.to_clear) == ((), 1)
    assert many.deliver().reports[0].plan.to_clear == 0
