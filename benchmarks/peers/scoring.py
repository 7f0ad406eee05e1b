"""How right the answers of one way of working are, against the demo company's truth.

Everybody's answers are brought into three tables of the same columns: `matches` (crm_account_id,
partner_id, partner_account_id), `segments` (account_id, partner_id, partner_account_id, cell) and
`credit` (opportunity_id, class, partner_id, rep_id). A table that somebody does not make is left
out and has no score. The truth is that of `orchestration/demo_company/README.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

# Records whose keys say nothing are a match in truth, too; nobody is spared them.
MATCHES = """
    select
        count(*) as found,
        count(*) filter (where ours.true_company_id = theirs.true_company_id) as right_found,
        (select count(distinct (partner_id, partner_account_id)) from true_matches) as true_records,
        count(distinct (found.partner_id, found.partner_account_id)) filter (
            where ours.true_company_id = theirs.true_company_id
        ) as right_records
    from matches as found
    left join true_companies as ours
        on ours.system = 'crm' and ours.record_id = found.crm_account_id
    left join true_companies as theirs
        on theirs.system = found.partner_id and theirs.record_id = found.partner_account_id
"""
# One row per account and partner, and per record that only the partner has. A truth without a cell
# is a row that knowing everything would not make.
SEGMENTS = """
    with truth as (
        select *, case when account_id is null then partner_account_id end as only_theirs
        from true_segments where cell is not null
    ),
    answers as (
        select *, case when account_id is null then partner_account_id end as only_theirs
        from segments
    )
    select
        count(*) as true_rows,
        count(*) filter (where answers.cell = truth.cell) as right_rows,
        count(*) filter (where truth.partner_state not in ('absent', 'unknown')) as partner_rows,
        count(*) filter (
            where truth.partner_state not in ('absent', 'unknown') and answers.cell = truth.cell
        ) as right_partner_rows
    from truth
    left join answers
        on truth.partner_id = answers.partner_id
        and truth.account_id is not distinct from answers.account_id
        and truth.only_theirs is not distinct from answers.only_theirs
"""
# Money is that of the truth, so that a wrong rate is no wrong credit, and without its sign: a
# contraction that is credited wrongly is as wrong as a sale.
CREDIT = """
    with compared as (
        select
            abs(cast(truth.amount_company_currency as decimal(18, 2))) as amount,
            truth.class <> 'direct' as is_owed,
            coalesce(answers.class, 'direct') <> 'direct' as is_given,
            truth.class is not distinct from coalesce(answers.class, 'direct')
                and truth.partner_id is not distinct from answers.partner_id as is_right_partner,
            truth.pipeline_rep_id is not distinct from answers.rep_id as is_right_rep
        from true_opportunities as truth
        left join credit as answers on truth.opportunity_id = answers.opportunity_id
        where not truth.is_deleted
    )
    select
        sum(amount) filter (where is_owed) as owed,
        sum(amount) filter (where is_owed and is_right_partner and is_right_rep) as rightly_paid,
        sum(amount) filter (where is_given) as given,
        sum(amount) filter (where is_given and not (is_right_partner and is_right_rep))
            as wrongly_given,
        count(*) as deals,
        count(*) filter (where is_right_partner and is_right_rep) as right_deals
    from compared
"""


@dataclass(frozen=True)
class Scores:
    """Shares from 0 to 1; None where there is no such table, or nothing to divide by."""

    match_precision: float | None = None
    """Of the matches found, those of one true company."""
    match_recall: float | None = None
    """Of the partners' records that are an account of ours, those with a right match."""
    segments: float | None = None
    """Of all true rows of the grid, those with the right cell."""
    segments_of_partner: float | None = None
    """Of the true rows whose account the partner lists, those with the right cell."""
    credit_paid: float | None = None
    """Of the money of partner deals, what has the right class, partner and rep."""
    credit_wrong: float | None = None
    """Of the money that was credited to partners, what has a wrong class, partner or rep."""
    deals: float | None = None
    """Of all deals, direct ones too, those with the right class, partner and rep."""


def scores_of(answers: Mapping[str, str], truth: Path) -> Scores:
    """Score answers, given as queries by `matches`, `segments`, `credit`.

    A query runs in a connection of its own in which it may read files; `truth` is the folder of
    the demo company. Raises duckdb.Error for an answer without its columns.
    """
    with duckdb.connect() as connection:
        for name in ("matches", "companies", "segments", "opportunities"):
            file = truth / f"{name}.parquet"
            connection.execute(f"create view true_{name} as from read_parquet('{file}')")
        for name, query in answers.items():
            connection.execute(f"create table {name} as {query}")
        scores: dict[str, float | None] = {}
        if "matches" in answers:
            found, right, records, right_records = _one_row(connection, MATCHES)
            scores |= {
                "match_precision": _share(right, found),
                "match_recall": _share(right_records, records),
            }
        if "segments" in answers:
            rows, right, listed, right_listed = _one_row(connection, SEGMENTS)
            scores |= {
                "segments": _share(right, rows),
                "segments_of_partner": _share(right_listed, listed),
            }
        if "credit" in answers:
            owed, paid, given, wrong, deals, right = _one_row(connection, CREDIT)
            scores |= {
                "credit_paid": _share(paid, owed),
                "credit_wrong": _share(wrong, given),
                "deals": _share(right, deals),
            }
    return Scores(**scores)


def _one_row(connection: duckdb.DuckDBPyConnection, query: str) -> list[float]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return [float(value or 0) for value in row]


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
