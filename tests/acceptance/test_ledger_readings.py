"""What people read of the ledger, on the demo company: against the truth, and against plain Python.

The analytic credits are worked out once more with fractions, from the published touches and the
rules alone; the other tables are added up from the postings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from orchestration.settings import Home

pytestmark = pytest.mark.slow

LOOKBACK = timedelta(days=90)
HALF_LIFE = 7
ANCHORS = {
    "first_touch": (1, 0, 0, 0),
    "last_touch": (0, 0, 1, 0),
    "linear": (0, 0, 0, 1),
    "u_shaped": (Fraction(2, 5), 0, Fraction(2, 5), Fraction(1, 5)),
    "w_shaped": (Fraction(3, 10), Fraction(3, 10), Fraction(3, 10), Fraction(1, 10)),
}


@pytest.fixture(scope="module")
def release(demo_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        database = demo_home.current_release / "cosell.duckdb"
        connection.execute(f"attach '{database}' as cosell (read_only)")
        connection.execute("create schema truth")
        for file in sorted(demo_home.truth.glob("*.parquet")):
            connection.execute(
                f"create view truth.{file.stem} as select * from read_parquet('{file}')"
            )
        connection.execute("use cosell")
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def test_every_touch_that_took_place_is_one_row_and_nothing_else_is(release) -> None:
    """Cases 17, 19, 20 and 21, for the whole company: who met whom about which account, when."""
    ours = (
        "select partner_id, account_id, touch_type, rep_id, occurred_on"
        " from attribution.fct_partner_touches"
        " where strength in ('strong', 'qualifying', 'engagement')"
        " and touch_type <> 'deal_registration' and rep_id is not null"
        " and source_system <> 'salesforce_lead'"
    )
    true = (
        "select partner_id, account_id, touch_type, rep_id, occurred_on from memory.truth.touches"
    )
    assert rows(release, f"{ours} except all {true}") == []
    assert rows(release, f"{true} except all {ours}") == []


def test_back_dating_is_measured_to_the_day(release) -> None:
    """Case 15: days between the touch and its first record, and the flag by the policy."""
    different = rows(
        release,
        """
        select count(*), sum(touches.is_back_dated::int)
        from attribution.fct_partner_touches as touches
        inner join memory.truth.touches as plan
            using (partner_id, account_id, touch_type, rep_id, occurred_on)
        where touches.recording_lag_days <> plan.recording_lag_days
            or touches.is_back_dated <> (plan.recording_lag_days > 14)
        """,
    )
    assert different == [(0, None)]
    late = rows(
        release,
        "select sum(back_dated_touches_count) from attribution.rpt_partner_manager_performance",
    )
    assert late[0][0] > 0


def test_every_record_behind_a_touch_is_kept_and_followed_to_its_row(release) -> None:
    """Case 21: the evidence adds up to the touches, and names file, hash and row."""
    assert (
        rows(
            release,
            """
        select touches.touch_id
        from attribution.fct_partner_touches as touches
        left join (
            select touch_id, count(*) as records, sum(is_first_record::int) as first_records
            from attribution.fct_partner_touch_evidence group by touch_id
        ) as evidence using (touch_id)
        where evidence.records is distinct from touches.evidence_count
            or evidence.first_records is distinct from 1
        """,
        )
        == []
    )
    (incomplete,) = rows(
        release,
        "select count(*) from attribution.fct_partner_touch_evidence"
        " where source_file is null or source_sha256 is null or source_row_number is null"
        " or (touch_id is null) <> (not_counted_reason is not null)",
    )
    assert incomplete == (0,)


def test_balances_are_the_truths_amounts_to_the_cent(release) -> None:
    different = rows(
        release,
        """
        with ours as (
            select opportunity_id, sum(balance_amount_company_currency) as amount,
                min(attribution_class) as class, min(partner_id) as partner_id
            from attribution.rpt_opportunity_balances
            where measure = 'pipeline_created' group by opportunity_id
        )
        select plan.opportunity_id
        from memory.truth.opportunities as plan
        left join ours using (opportunity_id)
        where coalesce(ours.amount, 0) <> plan.amount_company_currency::decimal(18, 2)
            or (ours.class is not null and (
                ours.class <> plan.class or ours.partner_id is distinct from plan.partner_id))
        """,
    )
    assert different == []


def test_the_reps_own_number_is_what_its_rows_are_parts_of(release) -> None:
    different = rows(
        release,
        """
        select rep_id, fiscal_quarter
        from attribution.rpt_rep_partner_pipeline
        group by rep_id, fiscal_quarter
        having sum(sourced_pipeline_amount + influenced_pipeline_amount + direct_pipeline_amount)
                <> min(rep_pipeline_amount)
            or sum(sourced_bookings_amount + influenced_bookings_amount + direct_bookings_amount)
                <> max(rep_bookings_amount)
        """,
    )
    assert different == []
    (open_by_class,) = rows(
        release,
        "select sum(open_sourced_pipeline_amount), sum(open_influenced_pipeline_amount),"
        " sum(open_direct_pipeline_amount) from attribution.rpt_rep_partner_pipeline",
    )
    true = dict(
        rows(
            release,
            "select class, sum(amount_company_currency::decimal(18, 2))"
            " from memory.truth.opportunities"
            " where not is_closed and not is_deleted and exclusion is null group by class",
        )
    )
    assert open_by_class == (true["sourced"], true["influenced"], true["direct"])


def test_partner_managers_have_what_the_truth_gives_their_partners_and_nothing_of_the_reps(
    release,
) -> None:
    (ours,) = rows(
        release,
        "select sum(sourced_pipeline_amount), sum(influenced_pipeline_amount),"
        " sum(sourced_bookings_amount), sum(influenced_bookings_amount)"
        " from attribution.rpt_partner_manager_performance",
    )
    counted = "select sum(amount_company_currency::decimal(18, 2)) from memory.truth.opportunities"
    live = "not is_deleted and exclusion is null"
    true = [
        rows(release, f"{counted} where {live} and class = '{name}' and {condition}")[0][0]
        for condition in ("true", "is_won")
        for name in ("sourced", "influenced")
    ]
    assert list(ours) == true


def test_the_board_figures_are_those_of_the_truth(release) -> None:
    ours = rows(
        release,
        "select fiscal_quarter, sourced_arr_amount, sourced_deals_count, sourced_won_count,"
        " sourced_closed_count, direct_won_count, direct_closed_count, influenced_won_count"
        " from attribution.rpt_board_figures order by fiscal_quarter",
    )
    true = rows(
        release,
        """
        select close_quarter,
            coalesce(sum(amount_company_currency::decimal(18, 2))
                filter (where class = 'sourced' and is_won), 0),
            count(*) filter (where class = 'sourced' and is_won
                and amount_company_currency::decimal(18, 2) <> 0),
            count(*) filter (where class = 'sourced' and is_won),
            count(*) filter (where class = 'sourced'),
            count(*) filter (where class = 'direct' and is_won),
            count(*) filter (where class = 'direct'),
            count(*) filter (where class = 'influenced' and is_won)
        from memory.truth.opportunities
        where is_closed and not is_deleted and exclusion is null
        group by close_quarter order by close_quarter
        """,
    )
    assert ours == true
    columns = {
        name
        for (name,) in rows(
            release,
            "select column_name from information_schema.columns"
            " where table_name = 'rpt_board_figures'",
        )
    }
    assert not {name for name in columns if "total" in name or "partner_amount" in name}


def test_bands_are_in_order_and_name_their_deals(release) -> None:
    found = rows(
        release,
        "select low_amount, mid_amount, high_amount, open_pipeline_amount, low_opportunity_ids,"
        " added_by_mid_opportunity_ids, added_by_high_opportunity_ids"
        " from attribution.rpt_partner_pipeline_bands",
    )
    amounts = dict(
        rows(
            release,
            "select opportunity_id, amount_company_currency::decimal(18, 2)"
            " from memory.truth.opportunities",
        )
    )

    def named(*lists: str | None) -> Decimal:
        ids = [each for listed in lists if listed for each in listed.split(", ")]
        return sum((max(amounts[each], Decimal(0)) for each in ids), Decimal(0))

    assert found
    for low, mid, high, everything, in_low, in_mid, in_high in found:
        assert Decimal(0) <= low <= mid <= high <= everything
        assert (low, mid, high) == (
            named(in_low),
            named(in_low, in_mid),
            named(in_low, in_mid, in_high),
        )
    assert sum(row[2] for row in found) > 0


def test_restatements_are_all_that_lies_between_the_closed_figure_and_todays(release) -> None:
    """Case 47's report: per rep, partner, quarter, measure and class, to the cent."""
    live: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    closed: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for *key, amount, is_later in rows(
        release,
        """
        select origin_quarter, measure, attribution_class, rep_id, partner_id, exclusion,
            amount_company_currency, posted_quarter <> origin_quarter
        from attribution.fct_attribution_ledger
        """,
    ):
        live[tuple(key)] += amount
        if not is_later:
            closed[tuple(key)] += amount
    moved: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for *key, cause, reason, movement, closed_amount, live_amount in rows(
        release,
        """
        select fiscal_quarter, measure, attribution_class, rep_id, partner_id, exclusion,
            cause, reason, movement_amount, closed_amount, live_amount
        from attribution.rpt_restatements
        """,
    ):
        assert cause in ("facts", "rates", "policy", "overrides"), reason
        assert (closed_amount, live_amount) == (closed[tuple(key)], live[tuple(key)])
        moved[tuple(key)] += movement
    assert moved
    for key, amount in live.items():
        assert amount - closed[key] == moved[key], key


def test_analytic_credits_are_those_of_plain_fractions(release) -> None:
    """All six models for every deal: shares of exactly one, money to the cent (rules section 7)."""
    as_of: date = rows(release, "select max(as_of) from ops.refreshes")[0][0]
    deals = rows(
        release,
        "select opportunity_id, account_id, created_on, is_closed, close_on,"
        " amount_company_currency from attribution.fct_attributed_opportunities"
        " where not is_deleted",
    )
    on_deal: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    on_account: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for touch in rows(
        release,
        "select occurred_at, touch_id, occurred_on, opportunity_id, account_id"
        " from attribution.fct_partner_touches"
        " where strength in ('strong', 'qualifying', 'engagement')",
    ):
        home = on_deal[touch[3]] if touch[3] else on_account[touch[4]]
        home.append(touch)
    expected = {}
    for deal, account, created_on, is_closed, close_on, amount in deals:
        last_day = close_on if is_closed else as_of
        journey = sorted(
            touch
            for touch in (*on_deal[deal], *on_account[account])
            if created_on - LOOKBACK <= touch[2] <= last_day
        )
        days = [touch[2] for touch in journey]
        for model in (*ANCHORS, "time_decay"):
            weights = _weights(model, days, created_on)
            shares = _largest_remainder(1_000_000, weights)
            cents = _largest_remainder(abs(int(amount * 100)), weights)
            sign = -1 if amount < 0 else 1
            for touch, share, cent in zip(journey, shares, cents, strict=True):
                expected[(deal, model, touch[1])] = (
                    Decimal(share).scaleb(-6),
                    Decimal(sign * cent).scaleb(-2),
                )
    found = {
        (deal, model, touch): (share, amount)
        for deal, model, touch, share, amount in rows(
            release,
            "select opportunity_id, model, touch_id, credit_share,"
            " credit_amount_company_currency from attribution.fct_analytic_credits",
        )
    }
    assert found == expected
    assert len({key[0] for key in found}) > 1000


def _weights(model: str, days: list[date], created_on: date) -> list[Fraction]:
    count = len(days)
    if count == 1:
        return [Fraction(1)]
    if model == "time_decay":
        # The product weighs a touch to twelve places of the weight of the last one.
        ages = [(days[-1] - day).days for day in days]
        return [Fraction(int(0.5 ** (age / HALF_LIFE) * 10**12 + 0.5)) for age in ages]
    first, middle, last, others = ANCHORS[model]
    at_creation = sum(day <= created_on for day in days)
    halfway = at_creation if 1 < at_creation < count else (count + 1) // 2
    roles: dict[int, Fraction] = {}
    if middle and count > 2:
        roles[halfway - 1] = Fraction(middle)
    if first:
        roles[0] = Fraction(first)
    if last:
        roles[count - 1] = Fraction(last)
    rest = [place for place in range(count) if place not in roles]
    for place in rest:
        roles[place] = Fraction(others) / len(rest)
    total = sum(roles.values())
    return [roles[place] / total for place in range(count)]


def _largest_remainder(units: int, weights: list[Fraction]) -> list[int]:
    total = sum(weights)
    exact = [units * weight / total for weight in weights]
    given = [int(each) for each in exact]
    order = sorted(range(len(exact)), key=lambda place: (given[place] - exact[place], place))
    for place in order[: units - sum(given)]:
        given[place] += 1
    return given
