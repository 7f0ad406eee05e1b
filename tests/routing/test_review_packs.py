"""Review packs on their way: files once, one digest per manager and week, a link on the account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.errors import ConfigurationError
from orchestration.routing import deliver
from orchestration.routing.crm_fields import FieldLimit, write_wanted
from orchestration.routing.delivery_settings import (
    CrmSettings,
    ReviewPackSettings,
    load_delivery_settings,
)
from orchestration.routing.journal import DeliveryJournal
from orchestration.routing.review_packs import write_review_pages
from orchestration.routing.routed_list import read_routed_list
from orchestration.settings import Home
from tests.crm.conftest import HURRIED, TOKEN
from tests.review_pack.conftest import change_release, lean_copy
from tests.routing.slack_server import SlackServer

pytestmark = pytest.mark.slow

ADDRESS = "https://share.ours.example/{week}/{file}"


@pytest.fixture
def home(demo_home: Home, tmp_path: Path) -> Home:
    """The demo's release with two managers: the two with the smallest teams of several reps."""
    copy = lean_copy(demo_home, tmp_path / "home")
    change_release(
        copy,
        "create table kept as select manager_id from core.dim_reporting_lines where is_current"
        " group by manager_id having count(*) > 1 order by count(*), manager_id limit 2",
        "delete from core.dim_reporting_lines where manager_id not in (select * from kept)",
        "drop table kept",
    )
    return copy


def managers(home: Home) -> dict[str, str]:
    with duckdb.connect(str(home.current_release / "cosell.duckdb"), read_only=True) as release:
        return dict(
            release.execute(
                "select distinct reps.rep_id, lower(reps.email) from core.dim_reporting_lines"
                " inner join core.dim_reps as reps on dim_reporting_lines.manager_id = reps.rep_id"
            ).fetchall()
        )


def switch_on(home: Home, text: str) -> None:
    home.delivery_file.write_text(
        f"review_packs:\n  enabled: yes\n  address: {ADDRESS}\n{text}", encoding="utf-8"
    )


def messages(slack: SlackServer) -> list[dict[str, Any]]:
    return [message for posted in slack.posted.values() for message in posted]


def test_the_files_are_written_once(home: Home) -> None:
    one = min(managers(home))
    change_release(home, f"delete from core.dim_reporting_lines where manager_id <> '{one}'")
    switch_on(home, "")
    first = deliver(home, only=("review_packs",), patience=HURRIED)
    assert [report.error for report in first.reports] == [None]
    files = sorted(home.deliveries.glob(f"{first.week}/reviews/*"))
    assert [file.suffix for file in files] == [".html", ".md", ".pdf"]
    second = deliver(home, only=("review_packs",), patience=HURRIED)
    assert (second.reports[0].accepted, second.reports[0].plan.unchanged) == (0, 3)


def test_each_manager_is_told_once_a_week_with_the_figures_and_the_place(
    home: Home, slack: SlackServer, trusted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COSELL_SLACK_ACCESS_TOKEN", TOKEN)
    told = managers(home)
    first, second = sorted(told.values())
    slack.add_user(first)
    switch_on(home, f"slack:\n  enabled: yes\n  url: {slack.url}/api\n")
    delivery = deliver(home, only=("slack",), patience=HURRIED)
    (report,) = delivery.reports
    assert report.error is None
    (message,) = messages(slack)
    text = json.dumps(message, ensure_ascii=False)
    assert f"https://share.ours.example/{delivery.week}/" in text and ".html" in text
    assert "Reps who engaged a partner: *" in text and "Pipeline sourced, USD: *" in text
    assert any(second in each for each in report.plan.held_back)
    assert deliver(home, only=("slack",), patience=HURRIED).reports[0].accepted == 0
    slack.add_user(second)
    assert deliver(home, only=("slack",), patience=HURRIED).reports[0].accepted == 1
    assert len(messages(slack)) == 2


def test_an_account_leads_to_the_page_of_its_sellers_manager(home: Home) -> None:
    fields = {"flag": "Partner_Warm__c", "review_page": "Review__c"}
    settings = CrmSettings("salesforce_org", "Account", fields, {})
    with DeliveryJournal(home, read_only=True) as journal:
        listed = read_routed_list(home, journal.connection, None)
        write_review_pages(home, listed, ReviewPackSettings(ADDRESS))
        write_wanted(listed, settings, {"review_page": FieldLimit(255)}, of_hubspot=False)
        wanted = dict(
            journal.connection.execute("select record_key, payload from wanted").fetchall()
        )
        nearest = dict(
            journal.connection.execute(
                f"""
                attach '{home.current_release / "cosell.duckdb"}' as published (read_only);
                select routed.account_id, min_by(lines.manager_id, lines.depth)
                from routed
                left join published.core.dim_reporting_lines as lines
                    on routed.rep_id = lines.rep_id and lines.is_current
                group by routed.account_id having count(distinct routed.rep_id) = 1
                """
            ).fetchall()
        )
        linked = 0
        for account, manager in nearest.items():
            link = json.loads(wanted[account])["Review__c"]
            if manager is None:
                assert link == ""
            else:
                assert link.startswith(f"https://share.ours.example/{listed.week}/")
                assert link.endswith(f"-{manager}.html")
                linked += 1
        assert linked > 5
        # A link that does not fit is left out: cut, it would lead nowhere.
        write_wanted(listed, settings, {"review_page": FieldLimit(40)}, of_hubspot=False)
        (longest,) = journal.connection.execute(
            "select max(length(json_extract_string(payload, '$.Review__c'))) from wanted"
        ).fetchall()[0]
        assert longest == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("review_packs:\n  enabled: yes\n  address: http://x.example/{file}\n", "with https://"),
        ("review_packs:\n  enabled: yes\n  address: https://x.example/\n", "has no {file} in it"),
        (
            "salesforce:\n  enabled: yes\n  fields:\n    flag: F__c\n    review_page: R__c\n",
            "review_packs names no address",
        ),
    ],
)
def test_settings_that_lead_nowhere_are_refused(home: Home, text: str, sentence: str) -> None:
    home.delivery_file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=sentence):
        load_delivery_settings(home)
