"""Draw docs/slack_digest.png and docs/crm_record.png from a built demo company.

The digest is the Block Kit that the product would post and the fields are those that it would
upsert; only the frames around them are drawn here. Needs Chromium. From the top of the clone:

    python docs/draw_deliveries.py demo
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import Any

from orchestration.crm.sessions import Patience
from orchestration.landing.feeds import Feed
from orchestration.routing.delivery_settings import CrmSettings
from orchestration.routing.journal import DeliveryJournal
from orchestration.routing.routed_list import RoutedList, read_routed_list
from orchestration.routing.salesforce_fields import SalesforceFields
from orchestration.routing.slack_digests import rep_digest
from orchestration.routing.slack_messages import record_links
from orchestration.settings import Home

FOLDER = Path(__file__).parent
SHOWN = 4
URL = "https://northwindmetrics.my.salesforce.com"
LABELS = {
    "flag": "Partner Warm",
    "partner": "Partner",
    "segment": "Segment",
    "score": "Partner Score",
    "rank": "Partner Rank",
    "list_week": "List Week",
    "expires_on": "Expires On",
    "partner_seller": "Partner Seller",
    "reason": "Reason",
    "next_step": "Next Step",
}
FONT = 'font: 15px/1.47 "Lato", "Liberation Sans", "DejaVu Sans", sans-serif;'
SLACK_STYLE = f"""
body {{ margin: 0; background: #fff; {FONT} color: #1d1c1d; width: 860px; }}
.top {{ border-bottom: 1px solid #ddd; padding: 13px 20px; font-weight: 700; font-size: 18px; }}
.message {{ display: flex; gap: 10px; padding: 16px 20px 20px; }}
.face {{ width: 36px; height: 36px; border-radius: 8px; background: #22405f; color: #fff;
  font-weight: 700; display: grid; place-items: center; flex: none; }}
.who b {{ font-weight: 800; }} .who span {{ color: #616061; font-size: 12px; margin-left: 6px; }}
.app {{ background: #e8e8e8; border-radius: 3px; padding: 0 4px; font-size: 10px !important; }}
.header {{ font-weight: 800; font-size: 18px; margin: 6px 0 4px; }}
.context {{ color: #616061; font-size: 13px; margin: 4px 0; }}
.section {{ margin: 10px 0; }} hr {{ border: 0; border-top: 1px solid #ddd; margin: 10px 0; }}
a {{ color: #1264a3; text-decoration: none; }}
"""
CRM_STYLE = f"""
body {{ margin: 0; background: #b0c4df; {FONT} font-size: 14px; color: #181818; width: 980px; }}
.bar {{ background: #fff; padding: 12px 20px; border-bottom: 3px solid #0176d3; font-weight: 700; }}
.card {{ background: #fff; margin: 14px; border: 1px solid #c9c9c9; border-radius: 6px; }}
.head {{ padding: 14px 18px; display: flex; gap: 12px; align-items: center; }}
.icon {{ width: 34px; height: 34px; border-radius: 6px; background: #5867e8; color: #fff;
  display: grid; place-items: center; font-weight: 700; }}
.kind {{ color: #444; font-size: 12px; }} .name {{ font-size: 19px; font-weight: 700; }}
.title {{ background: #f3f3f3; padding: 8px 14px; margin: 0 14px; border-radius: 4px; }}
.fields {{ display: grid; grid-template-columns: 1fr 1fr; gap: 0 28px; padding: 6px 28px 18px; }}
.field {{ border-bottom: 1px solid #dddbda; padding: 8px 0 5px; }}
.field.wide {{ grid-column: 1 / 3; }}
.field span {{ display: block; color: #444; font-size: 12px; }}
.box {{ display: inline-grid; place-items: center; width: 15px; height: 15px; background: #0176d3;
  color: #fff; border-radius: 2px; font-size: 11px; }}
"""


def main(home: Home) -> None:
    """Draw both pictures."""
    with DeliveryJournal(home, read_only=True) as journal:
        listed = read_routed_list(home, journal.connection, None)
        rows = rows_of_a_rep(listed)
        photograph(slack_page(rows, listed), FOLDER / "slack_digest.png", 860)
        photograph(crm_page(rows[0], listed), FOLDER / "crm_record.png", 980)


def rows_of_a_rep(listed: RoutedList) -> list[dict[str, Any]]:
    """The list of the rep whose accounts have the most partners."""
    connection = listed.connection
    (rep,) = connection.execute(
        "select rep_id from routed group by rep_id order by count(distinct partner_id) desc, "
        "count(*) desc, rep_id limit 1"
    ).fetchall()[0]
    found = connection.execute("select * from routed where rep_id = ? order by rank", [rep])
    rows: list[dict[str, Any]] = found.to_arrow_table().to_pylist()
    return rows


def slack_page(rows: list[dict[str, Any]], listed: RoutedList) -> str:
    """The digest in a frame like Slack's."""
    link = record_links(URL, None)["salesforce"]
    links = {row["account_id"]: link.replace("{id}", row["account_id"]) for row in rows}
    whole = {
        "accounts": len(rows),
        "partners": len({row["partner_id"] for row in rows}),
        "one_sided": sum(row["roll_up"].startswith("one_sided") for row in rows),
    }
    digest = rep_digest([{**row, **whole} for row in rows[:SHOWN]], listed.week, links)
    blocks = "".join(block_html(block) for block in digest["blocks"])
    return f"""<style>{SLACK_STYLE}</style><div class="top">cosell</div><div class="message">
<div class="face">co</div><div><div class="who"><b>cosell</b> <span class="app">APP</span>
<span>Monday 7:00</span></div>{blocks}</div></div>"""


def block_html(block: dict[str, Any]) -> str:
    """One block of Block Kit as HTML."""
    if block["type"] == "divider":
        return "<hr>"
    texts = [block["text"]] if "text" in block else block["elements"]
    inside = "<br>".join(mrkdwn(each["text"]) for each in texts)
    return f'<div class="{block["type"]}">{inside}</div>'


def mrkdwn(text: str) -> str:
    """Slack's mark-up as HTML; what it escapes is escaped already."""
    text = re.sub(r"<([^|>]+)\|([^>]*)>", r'<a href="\1">\2</a>', text)
    text = re.sub(r"\*([^*\n]+)\*", r"<b>\1</b>", text)
    return text.replace("\n", "<br>")


def crm_page(row: dict[str, Any], listed: RoutedList) -> str:
    """The fields of one account in a frame like a CRM's record page."""
    settings = CrmSettings("demo", "Account", {each: each for each in LABELS}, {})
    feed = Feed("demo", "salesforce", None, "demo.yaml", connection={"instance_url": URL})
    SalesforceFields(settings, feed, None, Patience()).plan(listed, with_items=False)
    found = listed.connection.execute(
        "select payload from wanted where record_key = ?", [row["account_id"]]
    ).fetchall()
    values = json.loads(found[0][0])
    fields = "".join(field_html(name, values[name]) for name in LABELS)
    return f"""<style>{CRM_STYLE}</style><div class="bar">Sales &nbsp; Accounts</div>
<div class="card"><div class="head"><div class="icon">A</div><div><div class="kind">Account</div>
<div class="name">{escape(row["account_name"])}</div></div></div>
<div class="title">Partner</div><div class="fields">{fields}</div></div>"""


def field_html(name: str, value: str) -> str:
    """One field with its label."""
    shown = '<i class="box">✓</i>' if name == "flag" else escape(value)
    wide = " wide" if name in ("reason", "next_step") else ""
    return f'<div class="field{wide}"><span>{LABELS[name]}</span>{shown}</div>'


def photograph(html: str, file: Path, width: int) -> None:
    """Let Chromium draw a page at twice its size, cut to the height of what is on it."""
    browser = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    quiet = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(f'<!doctype html><meta charset="utf-8">{html}', encoding="utf-8")
        base = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *quiet]
        base.append(f"--user-data-dir={folder}/profile")
        measured = page.with_name("measured.html")
        script = "document.title = document.documentElement.scrollHeight"
        measured.write_text(
            page.read_text(encoding="utf-8") + f"<script>{script}</script>", encoding="utf-8"
        )
        window = f"--window-size={width},100"
        dumped = subprocess.run(
            [*base, window, "--dump-dom", measured.as_uri()],
            capture_output=True,
            text=True,
            check=True,
        )
        height = re.search(r"<title>(\d+)</title>", dumped.stdout)
        window = f"--window-size={width},{height[1] if height else 700}"
        shot = f"--screenshot={file}"
        subprocess.run(
            [*base, window, "--force-device-scale-factor=2", shot, page.as_uri()],
            capture_output=True,
            check=True,
        )


if __name__ == "__main__":
    main(Home(Path(sys.argv[1])))
