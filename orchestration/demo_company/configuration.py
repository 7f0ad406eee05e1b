"""The demo company's `config/`: its own settings and feeds, the defaults for everything else."""

from __future__ import annotations

import csv
from pathlib import Path

import yaml

from orchestration.company_defaults import write_company_defaults
from orchestration.demo_company.clock import COMPANY_ZONE, FISCAL_YEAR_START_MONTH
from orchestration.demo_company.money import CURRENCIES, MICRO, PLAN_RATES
from orchestration.demo_company.partners import CADENCE_DAYS, STATES, Partner
from orchestration.settings import Home

COMPANY_NAME = "Northwind Metrics"
POLICY_VERSION = "northwind-1"
SINCE = "1998-01-01"

# Rows that the demo company adds to a default policy: policy -> rows without version and day.
_MORE_POLICY_ROWS: dict[str, list[dict[str, str]]] = {
    "plan_rates": [
        {
            "currency": code,
            "plan_rate": f"{int(rate) / MICRO:.6f}",
            "reason": "Plan rate of the fiscal year",
        }
        for code, rate in zip(CURRENCIES[1:], PLAN_RATES[1:], strict=True)
    ],
    "stages": [
        {
            "stage_name": "Technical Evaluation",
            "stage_number": "4",
            "canonical_stage": "evaluation",
            "is_closed": "false",
            "is_won": "false",
            "stage_age_limit_days": "30",
            "reason": "Name of Value Proposition until October 2025 (case 28)",
        }
    ],
    "opportunity_types": [
        {"opportunity_type": "Strategic", "exclusion": "", "reason": "Multi-year deals count"}
    ],
    "attribution_windows": [
        {
            "opportunity_type": "Strategic",
            "effective_from": "2026-06-15",
            "policy_version": "northwind-2",
            "sourced_window_days": "30",
            "sourced_lock_days": "30",
            "influenced_recording_days": "14",
            "registration_valid_days": "90",
            "reason": "Strategic deals take longer than 180 days: a month to log (case 47)",
        }
    ],
}


def write_configuration(home: Path, partners: list[Partner]) -> None:
    """Write company.yaml, the feeds that differ from the defaults, and the defaults."""
    place = Home(home)
    place.feeds.mkdir(parents=True, exist_ok=True)
    _write_yaml(
        place.company_file,
        {
            "name": COMPANY_NAME,
            "time_zone": COMPANY_ZONE,
            "currency": "USD",
            "fiscal_year_start_month": FISCAL_YEAR_START_MONTH,
            "week_starts_on": "monday",
            "holidays_country": "US",
            "engine": "duckdb",
        },
    )
    for feed in _own_feeds(partners):
        _write_yaml(place.feeds / f"{feed['feed']}.yaml", feed)
    write_company_defaults(place)
    for policy, rows in _MORE_POLICY_ROWS.items():
        _append_rows(place.policies / f"{policy}.csv", rows)


def _own_feeds(partners: list[Partner]) -> list[dict[str, object]]:
    common: dict[str, object] = {"dates": "iso", "time_zone": "UTC", "decimal": "point"}
    feeds: list[dict[str, object]] = [
        {
            "feed": "salesforce",
            "source": "salesforce",
            "coverage": "full_list",
            "mode": "delta",
            "cadence_days": 7,
            "undated": "landing_day",
            **common,
            "columns": {"partner_account_id": "Partner_Account__c"},
        },
        {
            "feed": "deal_registrations",
            "source": "templates",
            "table": "deal_registrations",
            "coverage": "full_list",
            "mode": "delta",
            "cadence_days": 14,
            "undated": "landing_day",
            **common,
        },
    ]
    return (
        feeds
        + [partner_feed(partner) for partner in partners if partner.delivers_rows]
        + [counts_only_feed(partner) for partner in partners if not partner.delivers_rows]
    )


def partner_feed(partner: Partner) -> dict[str, object]:
    """How one partner's list is read."""
    dialect = partner.dialect
    columns = {
        ours: header
        for ours, header in dialect.headers.items()
        if ours != "crm_account_id" or dialect.hands_back_crm_id > 0
    }
    return {
        "feed": partner.partner_id,
        "source": "bilateral",
        "table": "partner_accounts",
        "partner_id": partner.partner_id,
        "partner_name": partner.name,
        "coverage": partner.coverage,
        "mode": partner.mode,
        "cadence_days": CADENCE_DAYS[partner.cadence],
        "undated": "refuse",
        "dates": {"excel": "auto"}.get(dialect.dates, dialect.dates),
        "time_zone": "UTC",
        "decimal": "comma" if dialect.dates == "eu_dot" else "point",
        "columns": columns,
        "values": {"status": dict(zip(dialect.statuses, STATES, strict=True))},
        "sharing": {
            **dict.fromkeys(("account_name", "status", "owner_name", "our_rep_name"), "shared"),
            **dict.fromkeys(("rank", "suggested_next_step"), "shared"),
            **dict.fromkeys(("owner_email", "reason"), "internal"),
        },
    }


def counts_only_feed(partner: Partner) -> dict[str, object]:
    """A partner that shares counts alone: the feed is declared, no rows ever arrive (case 33)."""
    feed = partner_feed(partner)
    return {
        key: value for key, value in feed.items() if key not in ("columns", "values", "sharing")
    }


def _write_yaml(path: Path, values: dict[str, object]) -> None:
    text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _append_rows(path: Path, rows: list[dict[str, str]]) -> None:
    """Add rows to a default policy in the order of its columns."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        header = list(reader.fieldnames or [])
        present = list(reader)
    present += [{"policy_version": POLICY_VERSION, "effective_from": SINCE} | row for row in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n", extrasaction="raise")
        writer.writeheader()
        writer.writerows(present)
