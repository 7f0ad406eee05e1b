"""The files for enablement tools: one documented schema, no text that computes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from orchestration.routing.enablement_files import ENABLEMENT_COLUMNS, SCHEMA_VERSION
from tests.routing.conftest import WEEK, account_id


def made(company, name: str) -> str:
    folder = company.home.deliveries / str(WEEK) / "enablement" / "outreach"
    return (folder / name).read_text(encoding="utf-8-sig")


def test_csv_and_json_say_the_same_in_the_documented_columns(company, repository: Path) -> None:
    company.settings("enablement:\n  enabled: yes\n")
    company.deliver()
    rows = list(csv.DictReader(io.StringIO(made(company, "routed_accounts.csv"), newline="")))
    document = json.loads(made(company, "routed_accounts.json"))
    assert tuple(rows[0]) == tuple(document["rows"][0]) == ENABLEMENT_COLUMNS
    assert document["version"] == SCHEMA_VERSION
    assert len(rows) == len(document["rows"]) == 5
    for row, entry in zip(rows, document["rows"], strict=True):
        assert row["row_id"] == entry["row_id"]
        assert float(row["score"]) == entry["score"]
    documented = (repository / "docs" / "delivery.md").read_text(encoding="utf-8")
    for name in ENABLEMENT_COLUMNS:
        assert f"| `{name}` |" in documented
    folders = {each.name for each in (company.home.deliveries / str(WEEK) / "enablement").iterdir()}
    assert folders == {"outreach", "salesloft", "gong", "highspot"}


def test_nothing_in_a_csv_is_computed(company) -> None:
    company.settings("enablement:\n  enabled: yes\n  tools: [outreach]\n")
    company.accounts[account_id(1)] = {"account_name": "=HYPERLINK(1)", "website": "+49\n=1"}
    company.routes[1]["reason"] = " @SUM(A1)"
    company.routes[2]["reason"] = "＝1"
    company.publish()
    company.deliver()
    rows = list(csv.DictReader(io.StringIO(made(company, "routed_accounts.csv"), newline="")))
    cells = [value for row in rows for value in row.values()]
    assert not any(value.lstrip().startswith(("=", "+", "-", "@", "＝")) for value in cells)
    entries = json.loads(made(company, "routed_accounts.json"))["rows"]
    assert "=HYPERLINK(1)" in {each["account_name"] for each in entries}
