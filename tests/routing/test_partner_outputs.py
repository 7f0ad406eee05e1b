"""Attempts to leak one partner's data to another, through everything that a partner reads."""

from __future__ import annotations

import csv
import io
import stat
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from orchestration.errors import ConfigurationError, RoutingError
from orchestration.landing.feeds import SHEET_FIELDS
from orchestration.routing.audience import PARTNER_FIELDS, partner_audience
from tests.routing.conftest import WEEK, account_id, company_id

ALL_TERMS = tuple(PARTNER_FIELDS.values())


@pytest.fixture
def sharing(company):
    """Both partners agreed to everything, so that only the gate keeps them apart."""
    company.settings("partner_sheets:\n  enabled: yes\n")
    company.feed("alpen", *ALL_TERMS)
    company.feed("north", *ALL_TERMS)
    return company


def sheet(company, partner: str, ending: str = "csv") -> bytes:
    folder = company.home.deliveries / str(WEEK) / "partners" / partner
    return (folder / f"accounts_{WEEK}.{ending}").read_bytes()


def rows(company, partner: str) -> list[dict[str, str]]:
    text = sheet(company, partner).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_partner_gets_its_own_rows_and_nobody_elses(sharing) -> None:
    sharing.deliver()
    assert len(rows(sharing, "alpen")) == 3
    assert len(rows(sharing, "north")) == 2
    everything = sheet(sharing, "alpen").decode() + str(_cells(sharing, "alpen"))
    for secret in ("Northgate", account_id(2)[-4:], account_id(4)[-4:], "Copperfield"):
        assert secret not in everything.replace("their-", "")


def test_both_forms_of_the_sheet_say_the_same(sharing) -> None:
    sharing.deliver()
    header, *cells = _cells(sharing, "alpen")
    assert [name.replace(" ", "_") for name in header] == list(rows(sharing, "alpen")[0])
    assert len(cells) == 3


def test_an_account_of_two_partners_tells_neither_of_the_other(sharing) -> None:
    """A join over the account would bring the other partner's values along."""
    sharing.route("rep1", account_id(1), "north", partner_seller_name="Nora North")
    sharing.publish()
    sharing.deliver()
    alpen = sheet(sharing, "alpen").decode()
    assert "Nora North" not in alpen
    assert len(rows(sharing, "alpen")) == 3


@pytest.mark.parametrize(
    "reason",
    [
        "Northgate Identity knows the buyer.",
        "NORTHGATE   IDENTITY knows the buyer.",
        "Ask Nörthgate-Identity first.",
        "Former name Polar Access was there.",
        "copperfield systems left it behind",
        "north: they have it too",
    ],
)
def test_a_reason_that_names_another_partner_holds_the_row_back(sharing, reason) -> None:
    folder = sharing.home.landing / "templates" / "partners"
    folder.mkdir(parents=True)
    import duckdb

    duckdb.sql(
        "copy (select 'north' as partner_id, 'Polar Access' as partner_name) "
        f"to '{folder / 'b.parquet'}' (format parquet)"
    )
    sharing.routes[0]["reason"] = reason
    sharing.publish()
    (report,) = sharing.deliver().reports
    assert len(rows(sharing, "alpen")) == 2
    assert any("names another partner" in each for each in report.plan.held_back)
    # What is said about it must not name it either.
    assert not any("Northgate" in each for each in report.plan.held_back)


def test_an_account_called_like_another_partner_is_held_back(sharing) -> None:
    sharing.accounts[account_id(1)] = {"account_name": "Northgate Identity Inc."}
    sharing.publish()
    sharing.deliver()
    assert len(rows(sharing, "alpen")) == 2


def test_ranks_and_counts_are_those_of_the_partners_own_rows(sharing) -> None:
    """Rank 37 of a rep's list tells that 36 rows of others stand before it."""
    sharing.routes[0]["rank"], sharing.routes[1]["rank"] = 37, 12
    sharing.publish()
    sharing.deliver()
    assert [each["rank"] for each in rows(sharing, "alpen")] == ["1", "2", "1"]
    assert "37" not in sheet(sharing, "alpen").decode()


def test_file_names_and_folders_name_nobody_else(sharing) -> None:
    sharing.partners["x/../../y"] = ("Odd Platform Name", True)
    sharing.route("rep1", account_id(7), "x/../../y")
    sharing.feed("alpen", *ALL_TERMS)
    (sharing.home.feeds / "odd.yaml").write_text(
        "feed: odd\nsource: bilateral\npartner_id: x/../../y\ncoverage: full_list\nmode: full\n"
        "sharing:\n  account_name: shared\n"
    )
    sharing.publish()
    sharing.deliver()
    folders = sorted(
        each.name for each in (sharing.home.deliveries / str(WEEK) / "partners").iterdir()
    )
    assert folders[:2] == ["alpen", "north"] and folders[2].startswith("partner-")
    for folder in (sharing.home.deliveries / str(WEEK) / "partners").iterdir():
        assert {each.name for each in folder.iterdir()} == {
            f"accounts_{WEEK}.csv", f"accounts_{WEEK}.xlsx"
        }  # fmt: skip


def test_a_workbook_holds_nothing_beside_its_sheet(sharing) -> None:
    """Properties, comments, hidden sheets and cached values leak as well as cells do."""
    sharing.deliver()
    with zipfile.ZipFile(io.BytesIO(sheet(sharing, "alpen", "xlsx"))) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    assert not any("comment" in name or "external" in name.lower() for name in parts)
    assert all(b"Northgate" not in content for content in parts.values())


def test_only_agreed_fields_leave(company) -> None:
    company.settings("partner_sheets:\n  enabled: yes\n")
    company.feed("alpen", "account_name", "our_rep_name")
    company.feed("north")
    (report,) = company.deliver().reports
    assert list(rows(company, "alpen")[0]) == ["week_starts_on", "account_name", "our_rep_name"]
    assert not (company.home.deliveries / str(WEEK) / "partners" / "north").exists()
    assert any(each.startswith("north: 2 rows") for each in report.plan.held_back)


def test_of_two_feeds_the_stricter_terms_hold(company) -> None:
    company.settings("partner_sheets:\n  enabled: yes\n")
    company.feed("alpen", "account_name", "reason")
    (company.home.feeds / "alpen_more.yaml").write_text(
        "feed: alpen_more\nsource: bilateral\npartner_id: alpen\ncoverage: full_list\nmode: full\n"
        "sharing:\n  account_name: shared\n  reason: internal\n"
    )
    company.deliver()
    assert list(rows(company, "alpen")[0]) == ["week_starts_on", "account_name"]


def test_the_gate_refuses_a_foreign_row(sharing) -> None:
    """Whatever a query before it does wrong."""
    names = {key: name for key, (name, _) in sharing.partners.items()}
    reader = partner_audience("alpen", names, {}, {"alpen": frozenset(ALL_TERMS)})
    with pytest.raises(RoutingError, match="about to be shown to alpen"):
        reader.shown({"partner_id": "north", "account_name": "A"})
    with pytest.raises(RoutingError, match="about to be shown to alpen"):
        reader.shown({"account_name": "A"})


def test_formulas_in_a_partners_sheet_stay_text(sharing) -> None:
    for number, name in enumerate(("=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)"), start=1):
        sharing.accounts[account_id(number)] = {"account_name": name, "their_name": name}
    sharing.accounts[company_id(5)] = {"account_name": "\t=1+1"}
    sharing.publish()
    sharing.deliver()
    for partner in ("alpen", "north"):
        for row in rows(sharing, partner):
            assert not any(value.startswith(("=", "+", "-", "@", "\t")) for value in row.values())
        with zipfile.ZipFile(io.BytesIO(sheet(sharing, partner, "xlsx"))) as opened:
            assert b"<f>" not in opened.read("xl/worksheets/sheet1.xml")


def test_files_are_readable_by_their_owner_alone(sharing) -> None:
    sharing.deliver()
    for path in sharing.home.deliveries.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_terms_of_unknown_fields_are_refused(company) -> None:
    company.settings("partner_sheets:\n  enabled: yes\n")
    company.feed("alpen", "account_nam")
    (report,) = company.deliver().reports
    assert "account_nam" in report.error
    assert set(SHEET_FIELDS) < set(ALL_TERMS)


def test_two_deliveries_give_equal_bytes(sharing) -> None:
    sharing.deliver()
    before = sheet(sharing, "alpen", "xlsx")
    (again,) = sharing.deliver().reports
    assert (again.accepted, again.plan.unchanged) == (0, 4)
    assert sheet(sharing, "alpen", "xlsx") == before


def _cells(company, partner: str) -> list[list[str]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet(company, partner, "xlsx")))
    assert book.sheet_names == ["Accounts"]
    return book.get_sheet_by_name("Accounts").to_python()


def test_settings_that_make_no_sense_are_one_sentence(company) -> None:
    for text, word in (
        ("slack:\n  enabled: perhaps\n", "yes or no"),
        ("slack:\n  enabled: yes\n  url: http://slack.com/api\n", "https"),
        ("slack:\n  enabled: yes\n  channels:\n    - channel: C1\n      partner: alpen\n", "team"),
        ("slack:\n  enabled: yes\n  channels:\n    - channel: C1\n", "whose digests"),
        ("slack:\n  enabled: yes\n  rows: 99\n", "1 to 40"),
        ("enablement:\n  enabled: yes\n  tools: [outreech]\n", "outreach"),
        ("salesforce:\n  enabled: yes\n  fields:\n    partner: P__c\n", "flag"),
        ("salesforce:\n  enabled: yes\n  fields:\n    flag: 'x y'\n", "API name"),
        ("sales:\n  enabled: yes\n", "salesforce"),
    ):
        company.settings(text)
        with pytest.raises(ConfigurationError, match=word):
            company.deliver()
