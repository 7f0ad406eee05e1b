"""Which rep engaged which partner, what it produced, and the records behind every figure.

The figures are those of `attribution.rpt_rep_partner_pipeline`, the records those of
`attribution.fct_rep_partner_records`, of which that table is the sums. The terminal, the review
pack and the digests all read them here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from orchestration.answers import newest_quarters, open_release
from orchestration.errors import ReleaseError
from orchestration.known_names import Known, find_known
from orchestration.release import current_release
from orchestration.settings import Home, load_company

RECORDS_TABLE = "attribution.fct_rep_partner_records"


@dataclass(frozen=True)
class Figure:
    """One figure of a rep with a partner.

    column: where it is published. record: the `figure` of the records behind it; attribution_class
    and touch_type: which of them, None = all.
    """

    key: str
    title: str
    column: str
    record: str
    attribution_class: str | None = None
    touch_type: str | None = None
    is_money: bool = False


FIGURES = (
    Figure("touches", "Touches", "partner_touches_count", "partner_touches"),
    Figure(
        *("joint_calls", "Joint calls", "joint_calls_count", "partner_touches"),
        touch_type="joint_call",
    ),
    Figure(
        *("sourced_opportunities", "Opportunities sourced", "sourced_opportunities_count"),
        *("opportunities_created", "sourced"),
    ),
    Figure(
        *("influenced_opportunities", "Opportunities influenced", "influenced_opportunities_count"),
        *("opportunities_created", "influenced"),
    ),
    Figure(
        *("sourced_pipeline", "Pipeline sourced", "sourced_pipeline_amount"),
        *("pipeline_created", "sourced"),
        is_money=True,
    ),
    Figure(
        *("influenced_pipeline", "Pipeline influenced", "influenced_pipeline_amount"),
        *("pipeline_created", "influenced"),
        is_money=True,
    ),
    Figure(
        *("sourced_bookings", "Bookings sourced", "sourced_bookings_amount"),
        *("bookings", "sourced"),
        is_money=True,
    ),
    Figure(
        *("influenced_bookings", "Bookings influenced", "influenced_bookings_amount"),
        *("bookings", "influenced"),
        is_money=True,
    ),
)
ENGAGING = ("touches", "sourced_opportunities", "influenced_opportunities")

PAIRS = f"""
select
    rep_id,
    coalesce(min(rep_name), rep_id, '(no owner)') as rep_name,
    partner_id,
    coalesce(min(partner_name), partner_id) as partner_name,
    {", ".join(f"sum({each.column}) as {each.key}" for each in FIGURES)}
from attribution.rpt_rep_partner_pipeline
where partner_id is not null
    and fiscal_quarter in (select unnest($quarters))
group by rep_id, partner_id
having {" or ".join(f"sum({each.column}) <> 0" for each in FIGURES)}
order by rep_name, rep_id nulls last, partner_name, partner_id
"""
RECORDS = f"""
select rep_id, partner_id, figure, attribution_class, touch_type, record_id,
    sum(amount_company_currency) as amount
from {RECORDS_TABLE}
where partner_id is not null
    and fiscal_quarter in (select unnest($quarters))
group by all
order by record_id
"""
MANAGERS = """
select distinct lines.manager_id, coalesce(reps.rep_name, lines.manager_id), reps.email
from core.dim_reporting_lines as lines
left join core.dim_reps as reps
    on lines.manager_id = reps.rep_id
where lines.is_current
order by 2, 1
"""
TEAM = """
select rep_id from core.dim_reporting_lines
where is_current and manager_id = $manager
"""
PARTNERS = """
select partner_id, coalesce(partner_name, partner_id), null
from core.dim_partners
order by partner_name, partner_id
"""
QUARTERS = """
select fiscal_quarter
from attribution.rpt_rep_partner_pipeline
where fiscal_quarter is not null
group by fiscal_quarter
order by fiscal_quarter desc
"""


@dataclass(frozen=True)
class CountedRecord:
    """One touch or opportunity behind a figure; `amount` where the figure is a sum of money."""

    record_id: str
    amount: Decimal | None

    @property
    def text(self) -> str:
        """The id, and what it adds."""
        return self.record_id if self.amount is None else f"{self.record_id} {self.amount:,.2f}"


@dataclass(frozen=True)
class EngagedPair:
    """One rep and one partner: each figure by its key, and the records behind it."""

    rep_id: str | None
    rep_name: str
    partner_id: str
    partner_name: str
    values: dict[str, Decimal | int]
    records: dict[str, tuple[CountedRecord, ...]] = field(default_factory=dict)

    @property
    def is_engaged(self) -> bool:
        """Whether anything was done together; a deal of old that closes now is no engagement."""
        return any(self.values[key] for key in ENGAGING)


@dataclass(frozen=True)
class WhoEngages:
    """The answer, and what was asked: None = everybody, every partner."""

    release_id: str
    quarters: list[str]
    currency: str
    manager: Known | None
    partner: Known | None
    pairs: list[EngagedPair]


def shown_figure(figure: Figure, value: Decimal | int) -> str:
    """A figure as it is printed: money to the cent."""
    return f"{value:,.2f}" if figure.is_money else f"{value:,}"


def engaged_pairs(
    connection: duckdb.DuckDBPyConnection,
    quarters: Sequence[str],
    reps: Sequence[str] | None = None,
    partner_id: str | None = None,
) -> list[EngagedPair]:
    """Every rep and partner with a figure in these quarters; `reps` None = everybody."""
    records: dict[tuple[str | None, str], list[dict[str, Any]]] = {}
    for row in _rows(connection, RECORDS, quarters):
        records.setdefault((row["rep_id"], row["partner_id"]), []).append(row)
    return [
        EngagedPair(
            row["rep_id"],
            row["rep_name"],
            row["partner_id"],
            row["partner_name"],
            {each.key: _number(each, row[each.key]) for each in FIGURES},
            _behind(records.get((row["rep_id"], row["partner_id"]), [])),
        )
        for row in _rows(connection, PAIRS, quarters)
        if (reps is None or row["rep_id"] in reps) and partner_id in (None, row["partner_id"])
    ]


def who_engages(
    home: Home, manager: str | None, partner: str | None, quarter: str | None
) -> WhoEngages:
    """Answer for a manager's whole team, one partner and one quarter (default: the newest).

    Raises ReleaseError for a manager, partner or quarter that is not known, with those that are.
    """
    release = current_release(home)
    if release is None:
        raise ReleaseError(f"There is no release in {home.root}: run `cosell refresh` first.")
    currency = load_company(home).currency
    with open_release(release.database) as connection:
        if not _has_records(connection):
            raise ReleaseError(
                f"Release {release.release_id} was published before figures had their records: "
                "run `cosell refresh`."
            )
        quarters = [_quarter(connection, release.as_of, quarter)]
        of_manager = _found(connection, MANAGERS, manager, "manager")
        of_partner = _found(connection, PARTNERS, partner, "partner")
        reps = None
        if of_manager is not None:
            team = connection.execute(TEAM, {"manager": of_manager.identifier}).fetchall()
            reps = [rep for (rep,) in team]
        pairs = engaged_pairs(
            connection, quarters, reps, of_partner.identifier if of_partner else None
        )
    return WhoEngages(release.release_id, quarters, currency, of_manager, of_partner, pairs)


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, quarters: Sequence[str]
) -> list[dict[str, Any]]:
    found = connection.execute(query, {"quarters": list(quarters)}).to_arrow_table().to_pylist()
    return [dict(row) for row in found]


def _number(figure: Figure, value: Decimal) -> Decimal | int:
    return value if figure.is_money else int(value)


def _behind(rows: list[dict[str, Any]]) -> dict[str, tuple[CountedRecord, ...]]:
    """The records of each figure; a balance of 0 adds nothing and is left out."""
    return {
        each.key: tuple(
            CountedRecord(row["record_id"], row["amount"])
            for row in rows
            if row["figure"] == each.record
            and each.attribution_class in (None, row["attribution_class"])
            and each.touch_type in (None, row["touch_type"])
            and row["amount"] != 0
        )
        for each in FIGURES
    }


def _found(
    connection: duckdb.DuckDBPyConnection, query: str, written: str | None, thing: str
) -> Known | None:
    if written is None:
        return None
    known = [Known(*row) for row in connection.execute(query).fetchall()]
    return find_known(written, known, thing, ReleaseError)


def _quarter(connection: duckdb.DuckDBPyConnection, as_of: date, written: str | None) -> str:
    if written is None:
        return newest_quarters(connection, as_of, 1)[0]
    known = [Known(each, each) for (each,) in connection.execute(QUARTERS).fetchall()]
    return find_known(written, known, "quarter", ReleaseError).identifier


def _has_records(connection: duckdb.DuckDBPyConnection) -> bool:
    found = connection.execute(
        "select count(*) from information_schema.tables"
        " where table_schema || '.' || table_name = ?",
        [RECORDS_TABLE],
    ).fetchone()
    return bool(found and found[0])
