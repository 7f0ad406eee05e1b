"""What may stand in `config/delivery.yaml`, and the sentence for what may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.routing.delivery_settings import (
    MOST_ROWS,
    TOOLS,
    CrmSettings,
    DeliverySettings,
    ReviewPackSettings,
    SlackChannel,
    SlackSettings,
    load_delivery_settings,
)
from orchestration.settings import Home


def settings_of(folder: Path, text: str) -> DeliverySettings:
    home = Home(folder)
    home.config.mkdir()
    home.delivery_file.write_text(text, encoding="utf-8")
    return load_delivery_settings(home)


def test_without_a_file_nothing_leaves_the_home(tmp_path: Path) -> None:
    """Files for tools and partners are written into the home; nobody is called."""
    found = load_delivery_settings(Home(tmp_path))
    assert (found.salesforce, found.hubspot, found.slack, found.review_packs) == (None,) * 4
    assert (found.file, found.tools, found.partner_sheets) == ("config/delivery.yaml", TOOLS, True)


def test_a_file_that_enables_nothing_enables_nothing(tmp_path: Path) -> None:
    nothing = DeliverySettings("config/delivery.yaml", None, None, None, (), False, None)
    assert settings_of(tmp_path, "slack: {enabled: no}\nhubspot:\n") == nothing


def test_everything_that_may_be_said_is_taken_as_said(tmp_path: Path) -> None:
    assert settings_of(
        tmp_path,
        """
salesforce:
  enabled: yes
  fields: {rank: Rank__c, flag: Flag__c, review_page: Page__c}
  segments: {shared_customers: Shared}
hubspot: {enabled: TRUE, feed: portal, object: things, portal_id: 42, fields: {flag: is_routed}}
slack:
  enabled: Yes
  url: https://slack.example/api
  rows: 40
  direct_messages: no
  channels:
    - {channel: C1, partner: acme, team: T1}
    - {channel: C2, reps: [" Ann@X.com "]}
enablement: {enabled: true}
partner_sheets: {enabled: yes}
review_packs: {enabled: yes, address: "HTTPS://x.example/{week}/{file}"}
""",
    ) == DeliverySettings(
        file="config/delivery.yaml",
        salesforce=CrmSettings(
            "salesforce_org",
            "Account",
            {"flag": "Flag__c", "rank": "Rank__c", "review_page": "Page__c"},
            {"shared_customers": "Shared"},
        ),
        hubspot=CrmSettings("portal", "things", {"flag": "is_routed"}, {}, "42"),
        slack=SlackSettings(
            "https://slack.example/api/",
            40,
            False,
            (SlackChannel("C1", "acme", "T1", ()), SlackChannel("C2", None, None, ("ann@x.com",))),
        ),
        tools=TOOLS,
        partner_sheets=True,
        review_packs=ReviewPackSettings("HTTPS://x.example/{week}/{file}"),
    )


def test_what_is_not_said_of_slack_is_as_usual(tmp_path: Path) -> None:
    found = settings_of(
        tmp_path, "slack: {enabled: yes}\nenablement: {enabled: yes, tools: [gong]}\n"
    )
    assert found.slack == SlackSettings("https://slack.com/api/", 10, True, ())
    assert found.tools == ("gong",)
    assert (found.partner_sheets, found.review_packs) == (False, None)


CRM = "salesforce:\n  enabled: yes\n  fields: "
SLACK = "slack:\n  enabled: yes\n  "


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("slak: {}", "'slak' is not known"),
        ("slack: {row: 3}", "slack"),
        ("slack: yes", "slack is not a mapping: write its settings indented below it."),
        ("slack: {enabled: maybe}", "slack.enabled is 'maybe': write yes or no."),
        ("slack: {enabled: [yes]}", "slack.enabled is ['yes']: write yes or no."),
        (CRM + "{flg: A}", "names our field 'flg', which is not known"),
        (CRM + "{flag: [A]}", "salesforce.fields.flag is ['A']: write its API name."),
        (CRM + "{flag: A-B}", "salesforce.fields.flag is 'A-B': write its API name."),
        (CRM + "{rank: A}", "salesforce.fields has no `flag`: name the field that is set."),
        (CRM + "{flag: A, rank: A}", "uses one field twice: name each field once."),
        (CRM + "{flag: A, review_page: B}", "but review_packs names no address"),
        (CRM + "flag", "salesforce.fields is not a mapping"),
        (CRM + "{flag: A}\n  feed: [x]", "salesforce.feed is not a single value"),
        (SLACK + "rows: 0", "slack.rows is '0': use a number from 1 to 40."),
        (SLACK + f"rows: {MOST_ROWS + 1}", "slack.rows is '41'"),
        (SLACK + "rows: ten", "slack.rows is 'ten'"),
        (SLACK + "url: http://x.example", "write an address beginning with https://."),
        (SLACK + "channels: C1", "slack.channels is no list"),
        (SLACK + "channels: [C1]", "has an entry without `channel`: name its id."),
        (SLACK + "channels: [{channel: [C1]}]", "has an entry without `channel`: name its id."),
        (SLACK + "channels: [{channel: C1, rep: x}]", "'rep' is not known"),
        (SLACK + "channels: [{channel: C1, reps: x}]", "slack.channels C1 has no list of reps"),
        (SLACK + "channels: [{channel: C1, reps: [{a: b}]}]", "has no list of reps"),
        (SLACK + "channels: [{channel: C1, partner: p}]", "but names no `team`"),
        (SLACK + "channels: [{channel: C1}]", "says neither whose digests it gets"),
        ("enablement: {enabled: yes, tools: gonk}", "names 'gonk', which is not known"),
        ("enablement: {enabled: yes, tools: [gonk]}", "did you mean 'gong'"),
        ("review_packs: {enabled: yes, address: 'http://{file}'}", "beginning with https://."),
        ("review_packs: {enabled: yes, address: 'https://x'}", "has no {file} in it"),
    ],
)
def test_what_cannot_be_meant_names_the_file_the_key_and_the_mend(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        settings_of(tmp_path, text + "\n")
    assert told in str(refused.value)
    assert str(refused.value).startswith("config/delivery.yaml")
