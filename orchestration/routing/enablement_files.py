"""Files for our sellers' tools: one CSV and one JSON per tool, in one schema that stays.

The schema is `ENABLEMENT_COLUMNS` (docs/delivery.md says what each holds). Columns are only ever
added, at the end, with a new SCHEMA_VERSION. Our own people read these files, so they hold every
partner's rows; no e-mail address or telephone number of a partner is among the columns.
"""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

from orchestration.routing.delivered_files import DeliveredFiles, MadeFile
from orchestration.routing.routed_list import RoutedList
from orchestration.safe_sheets import csv_text
from orchestration.settings import Home

SCHEMA = "cosell.routed_accounts"
SCHEMA_VERSION = 1
ENABLEMENT_COLUMNS = (
    *("row_id", "week_starts_on", "expires_on", "rep_email", "rep_name"),
    *("crm_account_id", "account_name", "account_website", "partner_id", "partner_name"),
    *("segment", "score", "rank", "reason", "suggested_next_step", "partner_seller_name"),
    "change_reason",
)

_ROWS = """
select
    route_id as row_id,
    cast(week_starts_on as varchar) as week_starts_on,
    cast(expires_on as varchar) as expires_on,
    rep_email,
    rep_name,
    account_id as crm_account_id,
    account_name,
    website as account_website,
    partner_id,
    partner_name,
    cell as segment,
    cast(score as decimal(9, 2)) as score,
    rank,
    reason,
    suggested_next_step,
    partner_seller_name,
    change_reason
from routed
order by rep_email nulls last, rep_name, rank, account_id, partner_id
"""


class EnablementFiles(DeliveredFiles):
    """The files of the tools that `config/delivery.yaml` names."""

    name = "enablement"

    def __init__(self, home: Home, tools: tuple[str, ...]) -> None:
        super().__init__(home)
        self.tools = tools

    def make(self, listed: RoutedList, held_back: list[str]) -> list[MadeFile]:
        """The same rows for each tool."""
        rows = listed.connection.execute(_ROWS).to_arrow_table().to_pylist()
        made = (("csv", enablement_csv(rows)), ("json", enablement_json(rows, str(listed.week))))
        return [
            MadeFile(
                path=f"{listed.week}/enablement/{tool}/routed_accounts.{ending}",
                content=content,
                partner_id=None,
                summary=f"{len(rows):,} rows, schema {SCHEMA} version {SCHEMA_VERSION}",
            )
            for tool in self.tools
            for ending, content in made
        ]


def enablement_csv(rows: list[dict[str, Any]]) -> bytes:
    """The rows as CSV: UTF-8 with a byte order mark, comma, a header, no text that computes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(ENABLEMENT_COLUMNS)
    writer.writerows([csv_text(row[name]) for name in ENABLEMENT_COLUMNS] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def enablement_json(rows: list[dict[str, Any]], week: str) -> bytes:
    """The rows as one JSON document; score is a number, what is not known is null."""
    document = {
        "schema": SCHEMA,
        "version": SCHEMA_VERSION,
        "week_starts_on": week,
        "rows": [{name: _plain(row[name]) for name in ENABLEMENT_COLUMNS} for row in rows],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value
