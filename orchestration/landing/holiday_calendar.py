"""Public holidays of the company's country and of the countries in which its reps work."""

from __future__ import annotations

import functools

from orchestration.errors import ConfigurationError
from orchestration.landing import templates
from orchestration.landing.contracts import declared_table
from orchestration.landing.fiscal_calendar import FIRST_FISCAL_YEAR, LAST_FISCAL_YEAR
from orchestration.landing.journal import SCHEMA_FILE
from orchestration.settings import Home


def holidays_of(home: Home, country: str, company_file: str) -> tuple[list[tuple[str, ...]], str]:
    """Rows of `settings.holidays`, and the package and version that they come from.

    Raises ConfigurationError for a company's country that the package does not know; a rep's
    country that it does not know has no holidays.
    """
    import holidays

    known = set(holidays.list_supported_countries())
    if country not in known:
        raise ConfigurationError(
            f"{company_file}: holidays_country is {country!r}, whose holidays are not known: use "
            "the two letters of ISO 3166, such as US, DE or JP."
        )
    rows: list[tuple[str, ...]] = []
    for each in sorted({country, *_rep_countries(home)} & known):
        rows += _country_rows(each)
    return rows, f"holidays {holidays.__version__}"


@functools.cache
def _country_rows(country: str) -> tuple[tuple[str, ...], ...]:
    import holidays

    years = range(FIRST_FISCAL_YEAR, LAST_FISCAL_YEAR + 1)
    days = holidays.country_holidays(country, years=years)
    return tuple((country, day.isoformat(), name) for day, name in sorted(days.items()))


def _rep_countries(home: Home) -> set[str]:
    """Countries of all landed rep calendars, in capitals."""
    import pyarrow.parquet as parquet

    table = declared_table(templates.SOURCE, "rep_calendar")
    countries: set[str] = set()
    for path in sorted((home.landing / table.source / table.name).glob("*.parquet")):
        if path.name != SCHEMA_FILE:
            with parquet.ParquetFile(path) as batch:
                column = batch.read(columns=["country"]).column(0)
            countries |= {value.upper() for value in column.unique().to_pylist() if value}
    return countries
