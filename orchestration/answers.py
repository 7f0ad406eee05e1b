"""The first questions, answered from one release: who engages partners, and do the sums agree?

Reads the published tables only. Every function takes an open connection to a release's
`cosell.duckdb`; money is Decimal in company currency.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.errors import ReleaseError

WHO_ENGAGES_PARTNERS = """
with

partner_quarters as (
    select *
    from attribution.rpt_rep_partner_pipeline
    where fiscal_quarter in (select unnest($quarters))
),

by_rep as (
    select
        rep_id,
        sum(partner_touches_count) as touches,
        count(distinct case when partner_touches_count > 0 then partner_id end) as partners,
        sum(sourced_opportunities_count) as sourced_opportunities,
        sum(influenced_opportunities_count) as influenced_opportunities,
        sum(sourced_pipeline_amount) as sourced_pipeline,
        sum(influenced_pipeline_amount) as influenced_pipeline,
        sum(direct_pipeline_amount) as direct_pipeline,
        sum(sourced_bookings_amount) as sourced_bookings,
        sum(influenced_bookings_amount) as influenced_bookings
    from partner_quarters
    group by rep_id
)

select
    coalesce(reps.rep_id, by_rep.rep_id) as rep_id,
    coalesce(reps.rep_name, reps.rep_id, by_rep.rep_id, '(no owner)') as rep_name,
    coalesce(reps.has_quota_seat, false) as has_quota_seat,
    coalesce(reps.is_in_seat and reps.has_quota_seat, false) as is_in_seat,
    coalesce(by_rep.touches, 0) as touches,
    coalesce(by_rep.partners, 0) as partners,
    coalesce(by_rep.sourced_opportunities, 0) as sourced_opportunities,
    coalesce(by_rep.influenced_opportunities, 0) as influenced_opportunities,
    coalesce(by_rep.sourced_pipeline, 0) as sourced_pipeline,
    coalesce(by_rep.influenced_pipeline, 0) as influenced_pipeline,
    coalesce(by_rep.direct_pipeline, 0) as direct_pipeline,
    coalesce(by_rep.sourced_bookings, 0) as sourced_bookings,
    coalesce(by_rep.influenced_bookings, 0) as influenced_bookings
from core.dim_reps as reps
full outer join by_rep
    on reps.rep_id = by_rep.rep_id
order by
    sourced_pipeline desc, influenced_pipeline desc, touches desc, direct_pipeline desc, rep_id
"""

RECONCILIATION = """
select
    fiscal_quarter,
    measure,
    sum(sourced_amount),
    sum(influenced_amount),
    sum(direct_amount),
    sum(crm_total_amount),
    sum(difference_amount)
from attribution.rpt_ledger_reconciliation
where fiscal_quarter in (select unnest($quarters))
group by fiscal_quarter, measure
order by measure desc, fiscal_quarter
"""

NEWEST_QUARTERS = """
select fiscal_quarter
from core.dim_fiscal_days
where quarter_starts_on <= $as_of
group by fiscal_quarter, quarter_starts_on
order by quarter_starts_on desc
limit $count
"""


@dataclass(frozen=True)
class RepAnswer:
    """What one rep did with partners in the quarters asked for, and what came of it."""

    rep_id: str | None
    rep_name: str
    has_quota_seat: bool
    is_in_seat: bool
    touches: int
    partners: int
    sourced_opportunities: int
    influenced_opportunities: int
    sourced_pipeline: Decimal
    influenced_pipeline: Decimal
    direct_pipeline: Decimal
    sourced_bookings: Decimal
    influenced_bookings: Decimal

    @property
    def engages_partners(self) -> bool:
        """Whether anything at all was done with a partner."""
        return bool(self.touches or self.sourced_opportunities or self.influenced_opportunities)


@dataclass(frozen=True)
class QuarterSums:
    """One quarter of one measure: the three classes, the CRM's own total, what lies between."""

    fiscal_quarter: str
    measure: str
    sourced: Decimal
    influenced: Decimal
    direct: Decimal
    crm_total: Decimal
    difference: Decimal


@dataclass(frozen=True)
class Summary:
    """The answer to the first question, for the quarters it names (oldest first)."""

    quarters: list[str]
    currency: str
    engaging: list[RepAnswer]
    not_engaging: list[RepAnswer]
    sums: list[QuarterSums]


@contextmanager
def open_release(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a release's database for reading; raises ReleaseError where it cannot be opened."""
    try:
        connection = duckdb.connect(str(database), read_only=True)
    except duckdb.Error as error:
        raise ReleaseError(
            f"{database} cannot be opened ({str(error).splitlines()[0]}): "
            "roll back to another release or refresh again."
        ) from None
    try:
        yield connection
    finally:
        connection.close()


def summarize(
    connection: duckdb.DuckDBPyConnection, as_of: date, currency: str, quarters_count: int
) -> Summary:
    """Answer "which reps engage partners, and what did it produce?" for the newest quarters."""
    quarters = newest_quarters(connection, as_of, quarters_count)
    reps = [
        RepAnswer(*row)
        for row in connection.execute(WHO_ENGAGES_PARTNERS, {"quarters": quarters}).fetchall()
    ]
    return Summary(
        quarters=quarters,
        currency=currency,
        engaging=[rep for rep in reps if rep.engages_partners],
        not_engaging=[rep for rep in reps if rep.is_in_seat and not rep.engages_partners],
        sums=reconciliation(connection, quarters),
    )


def newest_quarters(connection: duckdb.DuckDBPyConnection, as_of: date, count: int) -> list[str]:
    """Return the quarter of `as_of` and those before it, oldest first."""
    rows = connection.execute(NEWEST_QUARTERS, {"as_of": as_of, "count": count}).fetchall()
    return [quarter for (quarter,) in reversed(rows)]


def reconciliation(connection: duckdb.DuckDBPyConnection, quarters: list[str]) -> list[QuarterSums]:
    """Return the ledger's classes beside the CRM's total, one row per measure and quarter."""
    rows = connection.execute(RECONCILIATION, {"quarters": quarters}).fetchall()
    return [QuarterSums(*row) for row in rows]


def a_partner_won_opportunity(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return an opportunity with much to explain: the newest won one that a partner sourced."""
    found = connection.execute(
        "select opportunity_id from attribution.fct_attributed_opportunities"
        " where not is_deleted and exclusion is null order by attribution_class = 'sourced' desc,"
        " coalesce(is_won, false) desc, partner_id is not null desc, close_on desc,"
        " opportunity_id limit 1"
    ).fetchone()
    return str(found[0]) if found else None
