"""`cosell routes deliver`: what a person sees, and that a dry run changes nothing."""

from __future__ import annotations

import hashlib

import pytest
from rich.console import Console
from typer.testing import CliRunner

from orchestration.command_line import app, choice
from orchestration.delivery_pages import delivery_page
from tests.routing.conftest import account_id


def page(delivery) -> str:
    console = Console(width=110, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(delivery_page(delivery, "cosell"))
    return console.export_text()


def everything(folder) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_dry_run_shows_exactly_what_would_be_sent_and_sends_nothing(
    connected, org, portal, slack
) -> None:
    company = connected(org, portal, slack)
    company.home.delivery_file.write_text(
        company.home.delivery_file.read_text().replace(
            "enablement:\n  enabled: no\n", "enablement:\n  enabled: yes\n  tools: [gong]\n"
        )
        + "partner_sheets:\n  enabled: yes\n"
    )
    company.feed("alpen", "account_name")
    before = everything(company.home.root)
    delivery = company.deliver(is_dry_run=True)
    assert everything(company.home.root) == before
    assert not (company.home.deliveries).exists()
    assert not org.ingest and not portal.writes and not slack.posted
    said = page(delivery)
    for number in (1, 2, 3, 4):
        assert account_id(number) in said
    assert "Partner_Warm_Partner__c: Northgate Identity" in said
    assert "partner_warm: true" in said
    assert "Ask Ada Seller for an introduction." in said
    assert "partners/alpen/accounts_2026-08-24.csv" in said
    assert "Nothing was sent." in said
    real = company.deliver()
    planned = [(each.name, each.plan.to_send) for each in delivery.reports]
    assert planned == [(each.name, each.accepted) for each in real.reports]


def test_a_change_is_shown_as_old_and_new_value(connected, org) -> None:
    company = connected(org)
    company.deliver()
    company.routes[0]["score"] = 42
    company.routes.pop(1)
    company.publish()
    before = everything(company.home.root)
    said = page(company.deliver(is_dry_run=True))
    assert everything(company.home.root) == before
    assert "Partner_Warm_Score__c: 70.00 -> 42.00" in said
    assert "Partner_Warm__c: true -> false" in said
    assert "Partner_Warm_Reason__c" in said and "(empty)" in said
    assert account_id(3) not in said


def test_a_dry_run_needs_no_credentials(company, monkeypatch) -> None:
    (company.home.feeds / "salesforce_org.yaml").write_text(
        "feed: salesforce_org\nsource: salesforce\nmode: delta\n"
        "connection:\n  instance_url: https://nowhere.example\n"
    )
    company.settings("salesforce:\n  enabled: yes\n  fields:\n    flag: F__c\n")
    (report,) = company.deliver(is_dry_run=True).reports
    assert report.plan.to_send == 4
    assert "the org was not asked" in report.plan.notes[0]
    (report,) = company.deliver().reports
    assert "There are no credentials for salesforce_org" in report.error


def test_names_are_shown_literally(connected, org) -> None:
    company = connected(org)
    company.accounts[account_id(1)] = {"account_name": "[bold]A[/] \x1b[31mB"}
    company.publish()
    said = page(company.deliver(is_dry_run=True))
    assert "[bold]A[/]" in said
    assert "\x1b" not in said


@pytest.fixture
def run(company):
    def cosell(*arguments: str):
        result = CliRunner().invoke(app, ["--home", str(company.home.root), *arguments])
        choice.home = None
        return result

    return cosell


def test_the_command_delivers_and_says_what_came_of_it(company, run) -> None:
    company.settings("enablement:\n  enabled: yes\n")
    result = run("routes", "deliver")
    assert result.exit_code == 0, result.output
    assert "Delivered the week of 2026-08-24" in result.output
    assert (company.home.deliveries / "2026-08-24/enablement/gong/routed_accounts.csv").is_file()


def test_an_error_is_one_sentence(run) -> None:
    result = run("routes", "deliver", "--week", "2020-01-06")
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1
    result = run("routes", "deliver", "--target", "slak")
    assert "use one of review_packs, salesforce, hubspot, slack" in result.stderr
