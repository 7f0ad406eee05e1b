"""Source `settings`: the company, its feeds, its fiscal calendar and its holidays."""

from __future__ import annotations

from orchestration.landing.contracts import Table, columns_of

SOURCE = "settings"

COMPANY = Table(
    SOURCE,
    "company",
    "The company as `config/company.yaml` describes it: one row.",
    columns_of(
        "name!* time_zone!* currency!* fiscal_year_start_month:i week_starts_on!* "
        "holidays_country!* managers_from"
    ),
)
FEEDS = Table(
    SOURCE,
    "feeds",
    "The feeds of `config/feeds`; table_name is empty for a feed that fills several tables.",
    columns_of(
        "feed!* source!* table_name partner_id partner_name coverage!* mode!* cadence_days:i "
        "sharing"
    ),
)
FISCAL_QUARTERS = Table(
    SOURCE,
    "fiscal_quarters",
    "Fiscal quarters, first and last day included.",
    columns_of("fiscal_quarter!* fiscal_year!*:i quarter_number!*:i starts_on!*:d ends_on!*:d"),
)
HOLIDAYS = Table(
    SOURCE,
    "holidays",
    "Public holidays of the company's country and of the countries of its reps.",
    columns_of("country!* holiday_on!*:d holiday_name"),
    may_be_empty=True,
)

TABLES: tuple[Table, ...] = (COMPANY, FEEDS, FISCAL_QUARTERS, HOLIDAYS)
