"""Reveal's CSV, whose headers are what the export was set to."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.settings import Home

EXPORT = (
    "Company Name,Account Status,Open Opportunity,Account Owner,Segment\n"
    "Acme Corp,Customer,No,Ann Lee,Mid\n"
    "Brightside,Prospect,Open,Bo Ek,Mid\n"
    "Reseller Ltd,Partner,,Bo Ek,\n"
)


@pytest.fixture(autouse=True)
def reveal_feed(home: Home) -> Path:
    path = home.feeds / "reveal_skybridge.yaml"
    text = (home.feeds / "reveal.yaml.example").read_text(encoding="utf-8")
    path.write_text(text.replace("reveal_partner", "reveal_skybridge"), encoding="utf-8")
    return path


def test_a_mapped_export_lands_with_status_and_flag(land, rows) -> None:
    assert land("reveal_skybridge", "export.csv", EXPORT).good == 3
    found = rows("reveal", "accounts")
    assert [row["status"] for row in found] == ["customer", "prospect", "partner"]
    assert [row["has_open_deal"] for row in found] == ["false", "true", None]
    assert {row["feed_partner_id"] for row in found} == {"partner"}
    assert found[0]["owner_name"] == "Ann Lee"
    assert found[0]["_extra"] == '{"Segment":"Mid"}'


def test_an_unknown_status_refuses_the_file(refusal) -> None:
    sentence = refusal("reveal_skybridge", "export.csv", EXPORT.replace("Prospect", "Suspect"))
    assert "'Suspect' (1)" in sentence


def test_a_column_may_name_the_partner(land, rows, reveal_feed: Path) -> None:
    text = reveal_feed.read_text(encoding="utf-8").replace("partner_id: partner\n", "")
    reveal_feed.write_text(text, encoding="utf-8")
    land(
        "reveal_skybridge",
        "export.csv",
        "Company Name,Account Status,Partner Name\nAcme,Customer,Skybridge\n",
    )
    assert rows("reveal", "accounts")[0]["partner_name"] == "Skybridge"


def test_a_file_that_names_no_partner_is_refused(refusal, reveal_feed: Path) -> None:
    text = reveal_feed.read_text(encoding="utf-8").replace("partner_id: partner\n", "")
    reveal_feed.write_text(text, encoding="utf-8")
    assert "partner_name" in refusal("reveal_skybridge", "export.csv", EXPORT)
