"""Teams, stage conversion, hygiene and partner plans, beside plain readings that do not use dbt.

Managers are read from the CRM's user exports, moves and next steps from its histories and records,
plans from the demo's truth; what a team or a cohort is, is written here a second time.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import Home

pytestmark = pytest.mark.slow

FIRST_DAY = date(1970, 1, 1)


@pytest.fixture(scope="module")
def release(demo_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        database = demo_home.current_release / "cosell.duckdb"
        connection.execute(f"attach '{database}' as cosell (read_only)")
        connection.execute("use cosell")
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> list[tuple]:
    return connection.execute(query, list(parameters)).fetchall()


def exported(home: Home, name: str) -> Iterator[tuple[date, dict[str, str]]]:
    """Every row of a Salesforce object, with the day of its export, in the order of the files."""
    for folder in sorted((home.inbox / "salesforce").iterdir()):
        file = folder / f"{name}.csv"
        if file.is_file():
            with file.open(encoding="utf-8", newline="") as stream:
                for row in csv.DictReader(stream):
                    yield date.fromisoformat(folder.name), row


# teams ------------------------------------------------------------------------------------------


class People:
    """Who reports to whom on which day, as the exports of users said it."""

    def __init__(self, home: Home) -> None:
        self.spans: dict[str, list[tuple[date, str | None]]] = defaultdict(list)
        for on, row in exported(home, "User"):
            manager = row["ManagerId"] or None
            said = self.spans[row["Id"]]
            if not said or said[-1][1] != manager:
                said.append((on if said else FIRST_DAY, manager))

    def manager(self, rep: str | None, on: date) -> str | None:
        spans = self.spans.get(rep or "", [])
        return next((who for since, who in reversed(spans) if since <= on), None)

    def above(self, rep: str | None, on: date) -> set[str]:
        """Everybody above; whoever is met again on the way up (a circle) ends the climb."""
        found: set[str] = set()
        who = self.manager(rep, on)
        while who is not None and who != rep and who not in found:
            found.add(who)
            who = self.manager(who, on)
        return found


@pytest.mark.parametrize("basis", ["as_of_event", "as_of_today"])
def test_a_team_is_who_reported_to_the_manager_on_that_day(
    release, demo_home: Home, basis: str
) -> None:
    """Cases 24 and 25: pipeline of each manager and week, climbed in plain Python."""
    people = People(demo_home)
    direct: dict[tuple[str | None, date], Decimal] = defaultdict(Decimal)
    below: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for rep, on, amount in rows(
        release,
        "select rep_id, event_on, sum(amount_company_currency) from"
        " attribution.fct_attribution_ledger where exclusion is null"
        " and measure = 'pipeline_created' and attribution_class = 'sourced'"
        " group by rep_id, event_on",
    ):
        read_on = on if basis == "as_of_event" else date.max
        monday = on - timedelta(days=on.weekday())
        direct[(people.manager(rep, read_on), monday)] += amount
        for manager in people.above(rep, read_on):
            below[(manager, monday)] += amount
    for scope, expected in (("direct_reports", direct), ("whole_organisation", below)):
        found: dict[tuple[str | None, date], Decimal] = defaultdict(Decimal)
        for manager, monday, amount in rows(
            release,
            "select manager_id, week_starts_on, sum(sourced_pipeline_amount) from"
            " accountability.rpt_team_weeks where basis = ? and scope = ? group by all",
            basis,
            scope,
        ):
            found[(manager, monday)] = amount
        keys = found.keys() | expected.keys()
        different = {key for key in keys if found[key] != expected[key]}
        assert not different, scope
        assert sum(found.values()) != 0


def test_the_circle_of_one_export_is_shown_with_its_days_and_loses_nobody(
    release, demo_home: Home
) -> None:
    """Case 24: two people managed each other for one export."""
    where = rows(
        release, f'select "where" from read_csv(\'{demo_home.truth}/cases.csv\') where "case" = 24'
    )[0][0].split()
    boss, member = where[2], where[3]
    gaps = rows(
        release,
        "select rep_id, manager_id, gap_before_on - gap_from_on, is_current"
        " from accountability.rpt_reporting_gaps where gap = 'circle' order by rep_id",
    )
    assert gaps == sorted([(boss, member, 7, False), (member, boss, 7, False)])
    assert rows(
        release,
        "select count(*) from accountability.rpt_team_weeks where basis = 'as_of_today'"
        " and has_circle",
    ) == [(0,)]


def test_direct_teams_are_the_company_in_every_week_and_quarter(release) -> None:
    figures = [
        name
        for (name,) in rows(
            release,
            "select column_name from information_schema.columns where table_name ="
            " 'rpt_team_weeks' and (column_name like '%_amount' or column_name like '%s_count')"
            " and column_name <> 'reps_count'",
        )
    ]
    assert len(figures) == 11
    sums = ", ".join(f"sum({name})" for name in figures)
    per_week = (
        f"select basis, fiscal_quarter, week_starts_on, {sums} from accountability.rpt_team_weeks"
        " where scope = ? group by all order by all"
    )
    teams = rows(release, per_week, "direct_reports")
    assert teams == rows(release, per_week, "company")
    assert len(teams) > 200
    per_quarter = (
        "select basis, fiscal_quarter, metric, sum(fair_target), sum(actual)"
        " from accountability.rpt_team_quarters where scope = ? group by all order by all"
    )
    assert rows(release, per_quarter, "direct_reports") == rows(release, per_quarter, "company")


def test_what_the_teams_did_is_what_their_reps_did(release) -> None:
    """A manager who adds up the scorecards of the reps finds the figure of the company."""
    different = rows(
        release,
        """
        with teams as (
            select fiscal_quarter, metric, sum(actual) as actual
            from accountability.rpt_team_quarters
            where scope = 'company' and basis = 'as_of_event' group by all
        ),
        reps as (
            select fiscal_quarter, metric, sum(actual) as actual
            from accountability.fct_ae_quarters
            where metric in (select metric from teams) and actual is not null group by all
        )
        select * from reps join teams using (fiscal_quarter, metric)
        where reps.actual > teams.actual
        """,
    )
    assert different == []


# stages -----------------------------------------------------------------------------------------


def moves_of(home: Home) -> dict[str, list[int]]:
    """Stage numbers of every deal in the order of its history, a new name being no move."""
    with (home.config / "policy" / "stages.csv").open(encoding="utf-8") as stream:
        numbers = {row["stage_name"]: int(row["stage_number"]) for row in csv.DictReader(stream)}
    moves: dict[str, list[int]] = defaultdict(list)
    history = sorted(
        (row["CreatedDate"], row["OpportunityId"], numbers[row["StageName"]])
        for _, row in exported(home, "OpportunityHistory")
    )
    for _, deal, number in history:
        if not moves[deal] or moves[deal][-1] != number:
            moves[deal].append(number)
    return moves


def test_moves_back_are_those_of_the_history(release, demo_home: Home) -> None:
    closed = {9, 10}
    back: Counter[str] = Counter()
    for deal, stages in moves_of(demo_home).items():
        for before, after in pairwise(stages):
            back[deal] += after < before and not {before, after} & closed
    expected = sorted((deal, count) for deal, count in back.items() if count)
    assert len(expected) > 50, "the demo company has deals that go back"
    assert expected == rows(
        release,
        "select opportunity_id, count(*) from accountability.fct_opportunity_stage_moves"
        " where direction = 'backward' group by all order by all",
    )


def test_a_cohort_holds_each_deal_once_however_often_it_came(release, demo_home: Home) -> None:
    counted = {
        deal
        for (deal,) in rows(
            release,
            "select opportunity_id from attribution.fct_attributed_opportunities"
            " where exclusion is null and not is_deleted",
        )
    }
    entered: Counter[int] = Counter()
    again: Counter[int] = Counter()
    advanced: Counter[int] = Counter()
    for deal, stages in moves_of(demo_home).items():
        if deal not in counted:
            continue
        for stage in {number for number in stages if number < 9}:
            later = stages[stages.index(stage) + 1 :]
            entered[stage] += 1
            again[stage] += stage in later
            advanced[stage] += any(stage < number <= 9 for number in later)
    found = rows(
        release,
        "select stage_number, sum(entered_count), sum(entered_again_count), sum(advanced_count)"
        " from accountability.fct_stage_conversion_cohorts where cohort = 'all'"
        " group by all order by all",
    )
    expected = [(stage, entered[stage], again[stage], advanced[stage]) for stage in sorted(entered)]
    assert found == expected
    assert sum(again.values()) > 20


def test_cohorts_of_the_quarters_are_the_whole_and_every_deal_has_one_end(release) -> None:
    per_kind = (
        "select stage_number, deal_group, sum(entered_count), sum(mature_advanced_count)"
        " from accountability.fct_stage_conversion_cohorts where (cohort = 'all') = ?"
        " group by all order by all"
    )
    assert rows(release, per_kind, True) == rows(release, per_kind, False)
    assert (
        rows(
            release,
            "select * from accountability.fct_stage_conversion_cohorts"
            " where entered_count <> advanced_count + lost_count + waiting_count"
            " or not advanced_share between advanced_low_share and advanced_high_share"
            " or not difference_share between difference_low_share and difference_high_share",
        )
        == []
    )


def test_a_forecast_is_compared_at_the_same_stage_with_and_without_a_partner(release) -> None:
    """The demo's deals with a partner win more often; the CRM forecasts both alike."""
    found = rows(
        release,
        "select stage_number, deal_group, forecast_share, won_share, verdict,"
        " difference_low_share from accountability.rpt_forecast_accuracy"
        " where forecast_category = 'all' order by stage_number, deal_group",
    )
    by_stage = defaultdict(dict)
    for stage, group, forecast, won, verdict, low in found:
        by_stage[stage][group] = (forecast, won, verdict, low)
    assert sorted(by_stage) == list(range(1, 9))
    for groups in by_stage.values():
        direct, touched = groups["direct"], groups["partner_touched"]
        assert direct[0] == touched[0]
        assert touched[1] > direct[1]
        assert touched[3] > 0
    assert by_stage[8]["direct"][2] == "worse_than_forecast"
    assert by_stage[1]["direct"][2] == "better_than_forecast"


# hygiene ----------------------------------------------------------------------------------------


def test_next_steps_and_close_dates_are_judged_as_a_person_reads_them(
    release, demo_home: Home
) -> None:
    newest = {row["Id"]: row for _, row in exported(demo_home, "Opportunity")}
    as_of = rows(release, "select max(as_of) from ops.refreshes")[0][0]
    expected = set()
    for deal, row in newest.items():
        if row["IsClosed"] == "true" or row["IsDeleted"] == "true":
            continue
        if not row["NextStep"]:
            expected.add((deal, "next_step_missing"))
        elif date.fromisoformat(row["NextStep"][:10]) < as_of:
            expected.add((deal, "next_step_overdue"))
        if date.fromisoformat(row["CloseDate"]) < as_of:
            expected.add((deal, "close_date_past"))
    found = set(
        rows(
            release,
            "select opportunity_id, rule_id from accountability.fct_opportunity_hygiene"
            " where is_flagged and rule_id in"
            " ('next_step_missing', 'next_step_overdue', 'close_date_past')",
        )
    )
    assert found == expected
    assert {rule for _, rule in found} == {
        "next_step_missing",
        "next_step_overdue",
        "close_date_past",
    }


def test_a_date_that_crossed_three_quarter_ends_is_flagged(release, demo_home: Home) -> None:
    """Case 27: pushed four times, and created once."""
    deal = rows(
        release, f'select "where" from read_csv(\'{demo_home.truth}/cases.csv\') where "case" = 27'
    )[0][0]
    assert rows(
        release,
        "select measured_count, allowed_count, is_flagged"
        " from accountability.fct_opportunity_hygiene"
        " where rule_id = 'close_date_pushed' and opportunity_id = ?",
        deal,
    ) == [(4, 1, True)]


# plans ------------------------------------------------------------------------------------------


def test_plans_count_as_the_truth_says_and_say_why_not(release, demo_home: Home) -> None:
    assert rows(
        release,
        "select plan_id, partner_id, is_counted, not_counted_reason, reviews_count"
        " from accountability.fct_partner_plans order by plan_id",
    ) == rows(
        release,
        "select plan_id, partner_id, is_counted, not_counted_reason, reviews"
        f" from read_parquet('{_truth(demo_home, 'partner_plans')}') order by plan_id",
    )


def test_goals_that_nobody_agreed_to_move_stay_where_they_were(release, demo_home: Home) -> None:
    assert rows(
        release,
        "select plan_id, metric_id, side, cast(target as bigint), unlogged_changes_count > 0"
        " from accountability.fct_partner_plan_metrics order by plan_id, metric_id",
    ) == rows(
        release,
        "select plan_id, metric_id, side, agreed_target, has_unlogged_change"
        f" from read_parquet('{_truth(demo_home, 'partner_plan_metrics')}')"
        " order by plan_id, metric_id",
    )
    assert rows(
        release,
        "select change_kind, is_in_force, reason from accountability.fct_partner_plan_adjustments"
        " order by change_kind",
    ) == [("logged", True, "A seller of the partner left"), ("not_logged", False, None)]


def test_a_plan_is_measured_by_the_true_deals_and_never_by_what_was_typed(
    release, demo_home: Home
) -> None:
    different = rows(
        release,
        f"""
        with truth as (
            select plans.plan_id, count(deals.opportunity_id) as sourced
            from read_parquet('{_truth(demo_home, "partner_plans")}') as plans
            left join (
                select released.opportunity_id, released.created_on, deals.partner_id
                from read_parquet('{_truth(demo_home, "opportunities")}') as deals
                join attribution.fct_attributed_opportunities as released
                    using (opportunity_id)
                where deals.class = 'sourced' and released.exclusion is null
                    and not released.is_deleted
            ) as deals
                on plans.partner_id = deals.partner_id
                and deals.created_on
                    between cast(plans.starts_on as date) and cast(plans.ends_on as date)
            group by plans.plan_id
        )
        select metrics.plan_id, metrics.actual, truth.sourced, metrics.reported_actual
        from accountability.fct_partner_plan_metrics as metrics
        join truth using (plan_id)
        where metrics.metric = 'partner_sourced_opportunities'
            and metrics.actual <> truth.sourced
        """,
    )
    assert different == []
    assert rows(
        release,
        "select count(*) from accountability.fct_partner_plan_metrics"
        " where actual <> reported_actual and is_plan_counted",
    ) > [(5,)]


def test_colours_follow_the_thresholds_of_the_policy(release) -> None:
    found = rows(
        release,
        "select status, pace, is_plan_counted from accountability.fct_partner_plan_metrics",
    )
    for status, pace, is_counted in found:
        if not is_counted:
            assert status == "not_counted"
        elif pace >= Decimal("0.90"):
            assert status == "green"
        else:
            assert status == ("amber" if pace >= Decimal("0.60") else "red")
    assert {"green", "amber", "red", "not_counted"} <= {status for status, _, _ in found}


def _truth(home: Home, name: str) -> Path:
    return home.truth / f"{name}.parquet"
