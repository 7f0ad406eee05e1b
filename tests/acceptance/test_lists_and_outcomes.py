"""Segments, scores, lists and what came of them, beside readings of the files that do not use dbt.

The files are read here in the plainest way that gives the same answer: the CRM's activities from
the exports, the partners' lists from their landed rows, real touches from the demo's truth.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.dbt_invocation import DbtProject, close_warehouse
from orchestration.settings import Home, load_settings

pytestmark = pytest.mark.slow

CONTRIBUTIONS = ("relationship_depth", "in_market", "icp_fit", "strategic_importance")
CONVERSATIONS = ("joint_call", "meeting", "technical_validation", "exec_intro", "intro")
SCORE_MODELS = (
    "int_priority_signals_in_force",
    "int_priority_relationship_depth",
    "int_priority_in_market",
    "int_priority_icp_fit",
    "int_priority_strategic_importance",
    "fct_prioritized_accounts",
)


@pytest.fixture(scope="module")
def release(demo_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        database = demo_home.current_release / "cosell.duckdb"
        connection.execute(f"attach '{database}' as cosell (read_only)")
        connection.execute("use cosell")
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> list[tuple]:
    return connection.execute(query, list(parameters)).fetchall()


# segments ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["2024-06-01", "2025-02-10", "2025-09-09", "2026-08-24"])
def test_any_past_day_has_one_cell_for_every_account_and_partner(
    release, demo_home: Home, day: str
) -> None:
    """Without a row nothing was known; from a whole list on, every account has one."""
    several, missing = rows(
        release,
        """
        with that_day as (
            select * from account_mapping.fct_segment_history
            where valid_from_on <= $1 and (valid_until_on is null or $1 < valid_until_on)
        ), answers as (
            select segment_id, count(*) as answers_count from that_day group by segment_id
        ), first_lists as (
            select partners.partner_id, min(lists._as_of) as first_on
            from core.dim_partners as partners
            inner join read_parquet($2) as lists on partners.partner_id = lists.partner_id
            where partners.is_active and partners.coverage = 'full_list'
            group by partners.partner_id
        )
        select
            (select count(*) from answers where answers_count > 1),
            (
                select count(*) from core.dim_accounts as accounts
                inner join first_lists on first_lists.first_on <= $1
                where accounts.created_on <= $1 and not exists (
                    select 1 from that_day where that_day.account_id = accounts.account_id
                        and that_day.partner_id = first_lists.partner_id
                        and that_day.partner_state <> 'unknown'
                )
            )
        """,
        date.fromisoformat(day),
        str(demo_home.landing / "bilateral" / "partner_accounts" / "[0-9]*.parquet"),
    )[0]
    assert (several, missing) == (0, 0)


def test_nothing_is_known_of_a_partner_before_its_first_list(release, demo_home: Home) -> None:
    lists = rows(
        release,
        "select partner_id, min(_as_of) from read_parquet(?) group by partner_id",
        str(demo_home.landing / "bilateral" / "partner_accounts" / "*.parquet"),
    )
    first_lists = {partner: day for partner, day in lists if partner}
    assert first_lists
    for partner, first in first_lists.items():
        early = rows(
            release,
            "select distinct partner_state from account_mapping.fct_segment_history"
            " where partner_id = ? and valid_from_on < ?",
            partner,
            first,
        )
        assert {state for (state,) in early} <= {"unknown"}, partner


def test_the_matrix_holds_the_partners_newest_list_row_by_row(release, demo_home: Home) -> None:
    folder = demo_home.landing / "bilateral" / "partner_accounts"
    newest: dict[str, Path] = {}
    for path in sorted(folder.glob("[0-9]*.parquet")):
        found = rows(release, "select any_value(partner_id) from read_parquet(?)", str(path))
        if found[0][0]:
            newest[found[0][0]] = path
    matrix = rows(
        release,
        "select partner_id, partner_state, sum(partner_records_count) from"
        " account_mapping.rpt_overlap_matrix group by all having sum(partner_records_count) > 0",
    )
    full = {
        partner
        for (partner,) in rows(
            release,
            "select partner_id from core.dim_partners where is_active and mode = 'full'",
        )
    } & set(newest)
    assert full
    for partner in full:
        listed = rows(
            release,
            """
            with records as (
                select partner_account_id, min(case status when 'customer' then 1 when
                    'open_opportunity' then 2 when 'former_customer' then 3 else 4 end) as state
                from read_parquet(?) group by partner_account_id
            )
            select ['customer', 'open_opportunity', 'former_customer', 'prospect'][state], count(*)
            from records group by state
            """,
            str(newest[partner]),
        )
        assert dict(listed) == {state: n for who, state, n in matrix if who == partner}, partner


def test_case_33_what_a_counts_only_partner_has_is_unknown_and_never_zero(release) -> None:
    found = rows(
        release,
        "select our_accounts_count, partner_records_count, unmatched_records_count, cell"
        " from account_mapping.rpt_overlap_matrix where coverage = 'counts_only'",
    )
    assert found
    assert all(ours > 0 for ours, *_ in found)
    assert {tuple(rest) for _, *rest in found} == {(None, None, "unknown_coverage")}


# scores -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scoring(
    demo_home: Home, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[str, str]]]:
    """The score's own models as dbt compiles them, over the warehouse of the demo."""
    folder = tmp_path_factory.mktemp("scoring")
    settings = load_settings(Home(folder / "home").root)
    settings.home.root.mkdir(parents=True)
    manifest_file = DbtProject(settings).compile(
        " ".join(SCORE_MODELS), folder / "target", folder / "logs"
    )
    close_warehouse()
    nodes: dict[str, Any] = json.loads(manifest_file.read_text(encoding="utf-8"))["nodes"]
    queries = {
        name: nodes[f"model.cosell.{name}"]["compiled_code"].replace('"warehouse".', "")
        for name in SCORE_MODELS
    }
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{demo_home.root / 'warehouse.duckdb'}' as warehouse (read_only)"
        )
        for name in SCORE_MODELS:
            for parent in nodes[f"model.cosell.{name}"]["depends_on"]["nodes"]:
                if parent.split(".")[-1] in SCORE_MODELS:
                    continue
                schema, table = nodes[parent]["schema"], nodes[parent]["name"]
                connection.execute(f"create schema if not exists {schema}")
                connection.execute(
                    f"create table if not exists {schema}.{table} as"
                    f" from warehouse.{schema}.{table}"
                )
        connection.execute("create schema if not exists account_mapping")
        connection.execute("create schema if not exists intermediate")
        yield connection, queries


def scores(
    connection: duckdb.DuckDBPyConnection, queries: dict[str, str]
) -> dict[str, tuple[Decimal | None, ...]]:
    """Score, then the four contributions, by account and partner."""
    for name, query in queries.items():
        schema = "account_mapping" if name.startswith("fct_") else "intermediate"
        connection.execute(f"create or replace table {schema}.{name} as {query}")
    points = ", ".join(f"{name}_points" for name in CONTRIBUTIONS)
    found = connection.execute(
        f"select segment_id, score, {points} from account_mapping.fct_prioritized_accounts"
    ).fetchall()
    return {row[0]: row[1:] for row in found}


def test_a_score_is_the_exact_sum_of_its_contributions_each_with_evidence(release) -> None:
    without_evidence = " or ".join(
        f"({name}_points is null) <> ({name}_evidence is null)" for name in CONTRIBUTIONS
    )
    wrong = rows(
        release,
        f"""
        select count(*), count(*) filter (
            score is distinct from {" + ".join(f"coalesce({n}_points, 0)" for n in CONTRIBUTIONS)}
            or score not between 0 and 100
            or coverage_share not between 0 and 1
            or {without_evidence}
        )
        from account_mapping.fct_prioritized_accounts
        """,
    )
    assert wrong[0][0] > 1000
    assert wrong[0][1] == 0


def test_changing_one_weight_moves_its_own_contribution_and_nothing_else(scoring) -> None:
    connection, queries = scoring
    before = scores(connection, queries)
    for place, name in enumerate(CONTRIBUTIONS, start=1):
        connection.execute(
            "update staging.stg_policy__priority_weights set weight = weight / 2"
            " where contribution = ?",
            [name],
        )
        after = scores(connection, queries)
        connection.execute(
            "update staging.stg_policy__priority_weights set weight = weight * 2"
            " where contribution = ?",
            [name],
        )
        assert after.keys() == before.keys()
        moved = 0
        for segment, old in before.items():
            new = after[segment]
            others = [n for n in range(1, 5) if n != place]
            assert [new[n] for n in others] == [old[n] for n in others], (segment, name)
            was, becomes = old[place], new[place]
            assert (was is None) == (becomes is None)
            if was is not None and becomes is not None:
                # Each contribution is rounded to four places once.
                assert abs(becomes - was / 2) <= Decimal("0.0001"), (segment, name)
                assert new[0] - old[0] == becomes - was, (segment, name)
                moved += becomes != was
        assert moved, f"no account has {name}"


# lists ------------------------------------------------------------------------------------------


def test_every_account_that_was_on_the_list_before_is_on_it_or_left_for_a_reason(release) -> None:
    lost = rows(
        release,
        """
        with weeks as (
            select week_starts_on, lag(week_starts_on) over (order by week_starts_on) as before_on
            from (select distinct week_starts_on from account_mapping.fct_weekly_routes)
        )
        select count(*), count(leavers.route_id), count(*) filter (
            (listed.route_id is null) = (leavers.route_id is null)
        )
        from weeks
        inner join account_mapping.fct_weekly_routes as earlier
            on weeks.before_on = earlier.week_starts_on
        left join account_mapping.fct_weekly_routes as listed
            on weeks.week_starts_on = listed.week_starts_on and earlier.rep_id = listed.rep_id
            and earlier.account_id = listed.account_id and earlier.partner_id = listed.partner_id
        left join account_mapping.fct_route_leavers as leavers
            on earlier.route_id = leavers.route_id
        """,
    )[0]
    assert lost[0] > 1000
    assert lost[1] > 0
    assert lost[2] == 0


def test_whoever_sells_or_owns_accounts_is_shown_with_a_list_or_a_reason(release) -> None:
    (missing,) = rows(
        release,
        """
        select count(*) from core.dim_accounts as accounts
        where not accounts.is_partner_organisation and not exists (
            select 1 from account_mapping.rpt_route_coverage as shown
            where shown.rep_id = accounts.owner_rep_id
                or (accounts.owner_rep_id is null and shown.territory
                    = coalesce(accounts.country, 'no country'))
        )
        """,
    )[0]
    assert missing == 0
    statuses = dict(
        rows(
            release,
            "select status, count(*) from account_mapping.rpt_route_coverage group by status",
        )
    )
    assert statuses["listed"] > 40
    assert statuses["owner_inactive"] > 0


# outcomes ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def what_reps_did(release, demo_home: Home) -> set[tuple[str, str, date]]:
    """Rep, account and day of every activity in the exports, and of every real partner touch."""
    folder = demo_home.inbox / "salesforce"
    done: set[tuple[str, str, date]] = set()
    for kind, subtype in (("Task", "TaskSubtype"), ("Event", "EventSubtype")):
        done |= set(
            rows(
                release,
                f"""
                with written as (
                    select *, row_number() over (
                        partition by Id order by SystemModstamp desc, filename desc
                    ) as place, max(IsDeleted = 'true') over (partition by Id) as was_deleted
                    from read_csv(?, all_varchar = true, filename = true, union_by_name = true)
                )
                select OwnerId, AccountId, cast(ActivityDate as date) from written
                where place = 1 and not was_deleted and IsRecurrence = 'false'
                    and AccountId is not null and {subtype} is distinct from 'Cadence'
                    and Type not in ('Cadence', 'Partner Event', 'Action List')
                """,
                str(folder / "2026-0[78]*" / f"{kind}.csv"),
            )
        )
    done |= set(
        rows(
            release,
            "select rep_id, account_id, occurred_on from read_parquet(?)",
            str(demo_home.truth / "touches.parquet"),
        )
    )
    return done


def test_a_route_is_touched_when_its_rep_did_something_there_in_time(
    release, what_reps_did
) -> None:
    by_pair: dict[tuple[str, str], list[date]] = {}
    for rep, account, day in what_reps_did:
        by_pair.setdefault((rep, account), []).append(day)
    followed = rows(
        release,
        "select rep_id, account_id, week_starts_on, touch_due_on, touched_on, is_touched_in_time"
        " from account_mapping.fct_route_outcomes where is_touched_in_time is not null",
    )
    assert len(followed) > 2000
    differing = []
    for rep, account, week, due, touched_on, in_time in followed:
        days = [day for day in by_pair.get((rep, account), []) if week <= day <= due]
        if in_time != bool(days) or (days and touched_on != min(days)):
            differing.append((rep, account, week, due, touched_on, in_time, days))
    assert not differing, differing[:5]
    assert 0 < sum(in_time for *_, in_time in followed) < len(followed)


def test_a_conversation_is_a_real_touch_and_every_joint_call_is_one(
    release, demo_home: Home
) -> None:
    truth = str(demo_home.truth / "touches.parquet")
    unreal = rows(
        release,
        """
        select routes.route_id from account_mapping.fct_route_outcomes as routes
        where routes.conversation_on is not null and not exists (
            select 1 from read_parquet($1) as touches
            where touches.account_id = routes.account_id
                and touches.occurred_on = routes.conversation_on
                and list_contains($2, touches.touch_type)
        )
        """,
        truth,
        list(CONVERSATIONS),
    )
    assert not unreal
    calls = rows(
        release,
        """
        select count(*), count(*) filter (
            routes.conversation_on is null or routes.conversation_on > touches.occurred_on
        ), count(*) filter (
            touches.rep_id = routes.rep_id and routes.sellers_spoke_on is null
        )
        from account_mapping.fct_route_outcomes as routes
        inner join read_parquet(?) as touches
            on routes.account_id = touches.account_id and routes.partner_id = touches.partner_id
            and touches.touch_type = 'joint_call'
            and touches.occurred_on between routes.week_starts_on and routes.conversation_due_on
            and touches.occurred_on + touches.recording_lag_days < date '2026-08-24'
        """,
        truth,
    )[0]
    assert calls[0] > 0
    assert calls[1:] == (0, 0)


def test_the_funnel_counts_the_followed_rows_in_every_slice(release) -> None:
    (routed,) = rows(release, "select count(*) from account_mapping.fct_route_outcomes")[0]
    for kind in ("all", "rep", "manager", "partner", "segment", "week"):
        assert rows(
            release,
            "select distinct sum(routed_count) over (partition by step)"
            " from account_mapping.rpt_route_funnel where slice_kind = ?",
            kind,
        ) == [(routed,)], kind
    reached = rows(
        release,
        "select step, reached_count from account_mapping.rpt_route_funnel"
        " where slice_kind = 'all' order by step_number",
    )
    plain = rows(
        release,
        "select count(*) filter (is_touched_in_time), count(conversation_on),"
        " count(opportunity_id), count(won_on) from account_mapping.fct_route_outcomes",
    )[0]
    assert tuple(n for _, n in reached) == plain


def test_lift_is_said_with_its_interval_or_not_at_all(release) -> None:
    said = rows(
        release,
        "select lift_status, lift_low_share, lift_share, lift_high_share, matched_routed_count,"
        " matched_similar_count from account_mapping.rpt_route_funnel",
    )
    assert "measured" in {status for status, *_ in said}
    for status, low, lift, high, routed, similar in said:
        if status == "measured":
            assert -1 <= low <= lift <= high <= 1
            assert low < high
            assert min(routed, similar) >= 20
        else:
            assert (low, lift, high) == (None, None, None)


# confidentiality --------------------------------------------------------------------------------


def test_case_45_no_reason_or_step_names_another_partner(release) -> None:
    partners = dict(rows(release, "select partner_id, partner_name from core.dim_partners"))
    texts = rows(
        release,
        "select routes.partner_id, accounts.account_name, routes.partner_seller_name,"
        " concat_ws(' | ', routes.reason, routes.suggested_next_step)"
        " from account_mapping.fct_weekly_routes as routes"
        " left join core.dim_accounts as accounts on routes.account_id = accounts.account_id"
        " union all select partner_id, null, null, left_reason"
        " from account_mapping.fct_route_leavers",
    )
    assert len(texts) > 1000
    for partner, account, seller, text in texts:
        own = text.replace(account or "\0", "").replace(seller or "\0", "")
        for other, name in partners.items():
            if other != partner:
                assert name.casefold() not in own.casefold(), (partner, name, text)
                assert other not in own.casefold().split(), (partner, other, text)


def test_case_45_a_partners_counts_give_no_small_group_away(release) -> None:
    """What a partner sees, and the sum that it knows itself, leave no group below the minimum."""
    facing = rows(
        release,
        "select partner_id, partner_population, cell, accounts_count, is_withheld"
        " from account_mapping.rpt_partner_facing_counts",
    )
    assert facing
    for partner, population in {(one[0], one[1]) for one in facing}:
        cells = [one for one in facing if one[:2] == (partner, population)]
        assert all(count is None or count >= 5 for *_, count, _ in cells)
        withheld = [one for one in cells if one[4]]
        if withheld and len(cells) > 1:
            assert len(withheld) > 1, "one alone is the rest of the sum"


def test_case_30_nothing_of_a_partner_that_left_is_segmented_listed_or_told(release) -> None:
    left = {
        partner
        for (partner,) in rows(
            release, "select partner_id from core.dim_partners where not is_active"
        )
    }
    assert left
    for table in (
        "fct_account_segments",
        "fct_segment_history",
        "fct_prioritized_accounts",
        "rpt_overlap_matrix",
        "rpt_partner_scores",
        "rpt_partner_facing_counts",
    ):
        shown = rows(release, f"select distinct partner_id from account_mapping.{table}")
        assert not left & {partner for (partner,) in shown}, table


# the terminal -----------------------------------------------------------------------------------


def test_a_sellers_list_is_shown_by_id_email_or_name(cosell, release, demo_home: Home) -> None:
    rep_id, name, email, week, size = rows(
        release,
        """
        select routes.rep_id, reps.rep_name, reps.email, max(routes.week_starts_on),
            count(*) filter (routes.week_starts_on = date '2026-08-17')
        from account_mapping.fct_weekly_routes as routes
        inner join core.dim_reps as reps on routes.rep_id = reps.rep_id
        group by all having count(distinct routes.week_starts_on) > 3 order by 1 limit 1
        """,
    )[0]
    verb = ("--home", demo_home.root, "routes", "show", "--rep")
    pages = [cosell(*verb, who) for who in (rep_id, email.upper(), name)]
    assert {page.exit_code for page in pages} == {0}, pages[0].errors
    assert len({page.output for page in pages}) == 1
    assert f"{name}  week of {week}" in pages[0].output
    earlier = cosell(*verb, rep_id, "--week", "2026-08-19", "--limit", "1")
    assert f"week of 2026-08-17  {size} account" in earlier.output
    first = rows(
        release,
        "select accounts.account_name, routes.score, routes.relationship_depth_points,"
        " coalesce(routes.partner_seller_name, 'the partner names nobody')"
        " from account_mapping.fct_weekly_routes as routes"
        " inner join core.dim_accounts as accounts on routes.account_id = accounts.account_id"
        " where routes.rep_id = ? and routes.week_starts_on = date '2026-08-17' and rank = 1",
        rep_id,
    )[0]
    shown = " ".join(earlier.output.split())
    for fact in (
        first[0],
        f"{first[1]:.1f}",
        f"{first[2]:.1f} +",
        f"call {first[3]}",
        "why",
        "next",
    ):
        assert " ".join(str(fact).split()) in shown, fact


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--rep", "Nobody At All"), "No rep has the name, e-mail or id 'Nobody At All'"),
        (("--rep", "Sofia"), "is more than one rep"),
        (("--rep", "005Nw00010000UnIAI", "--week", "2020-01-01"), "No list was made in the week"),
    ],
)
def test_what_cannot_be_shown_is_said_in_one_sentence(
    cosell, demo_home: Home, options: tuple[str, ...], sentence: str
) -> None:
    found = cosell("--home", demo_home.root, "routes", "show", *options)
    assert found.exit_code == 1
    assert sentence in found.errors
    assert len(found.errors.strip().splitlines()) == 1
