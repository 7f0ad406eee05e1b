"""Thirty judgement cases in plain words, with the answers that two people read from the rules.

A small company is landed as people would send its files, refreshed after its first quarter closed,
and refreshed again when late records came. Each case is a sentence, a question to the release, and
the answer that the operating rules give; nothing here was taken from what the code computes.

The fiscal year begins in February, so FY2027-Q1 is February to April 2026: in the United States 63
business days (Presidents' Day off), in Germany 62 (Good Friday and Easter Monday off).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.company_defaults import initialise_home
from orchestration.settings import Home

pytestmark = pytest.mark.slow

# The quarter closes on 5 May: what is landed on the 4th is in it, what comes later is not.
OPENING, TOUCHED, LATER, LAST, CLOSED, AFTERWARDS = (
    datetime.date(2026, month, day)
    for month, day in ((1, 26), (2, 16), (2, 23), (5, 4), (5, 11), (5, 18))
)
REPS = ("ann", "bob", "cid", "dan", "eva", "fay", "gus", "hal", "ivy", "jon", "kim", "oli", "pia")

# opportunity, created (UTC), closed on, stage, amount, owner, type
DEALS = """
opening 2025-12-01T15:00:00Z 2026-06-20 Qualification 1000 oli New_Business
sourced_30 2026-03-11T15:00:00Z 2026-04-20 Closed_Won 1000 oli New_Business
intro_31 2026-03-11T15:00:00Z 2026-04-20 Closed_Won 1000 oli New_Business
late_record 2026-03-11T15:00:00Z 2026-04-20 Closed_Won 1000 oli New_Business
joint_call 2026-03-11T15:00:00Z 2026-04-20 Closed_Won 1000 oli New_Business
late_call 2026-03-11T15:00:00Z 2026-04-20 Closed_Won 1000 oli New_Business
only_email 2026-03-11T15:00:00Z 2026-04-20 Closed_Won 1000 oli New_Business
after_close 2026-03-11T15:00:00Z 2026-04-10 Closed_Won 1000 oli New_Business
two_partners 2026-03-11T15:00:00Z 2026-04-20 Closed_Won 1000 oli New_Business
registered 2026-03-11T15:00:00Z 2026-04-20 Closed_Won 1000 oli New_Business
two_claims 2026-03-11T15:00:00Z 2026-04-20 Closed_Won 1000 oli New_Business
rejected 2026-03-11T15:00:00Z 2026-04-20 Closed_Won 1000 oli New_Business
role_only 2026-03-11T15:00:00Z 2026-04-20 Closed_Won 1000 oli New_Business
new_owner 2026-02-10T15:00:00Z 2026-04-20 Closed_Won 1000 pia New_Business
renewal 2026-03-11T15:00:00Z 2026-04-20 Closed_Won 1000 oli Renewal
no_amount 2026-03-11T15:00:00Z 2026-04-20 Closed_Won - oli New_Business
last_evening 2026-05-01T03:30:00Z 2026-06-20 Qualification 1000 oli New_Business
ann_first 2026-02-20T15:00:00Z 2026-06-20 Qualification 1000 ann New_Business
ann_second 2026-02-24T15:00:00Z 2026-06-20 Qualification 1000 ann New_Business
"""

# touch, partner, opportunity (its account), type, occurred, recorded, our rep
TOUCHES = """
t1 alder sourced_30 intro 2026-02-09 2026-02-10 -
t2 alder intro_31 intro 2026-02-08 2026-02-09 -
t3 alder late_record intro 2026-03-09 2026-03-26 -
t4 alder joint_call joint_call 2026-03-20 2026-03-21 -
t5 alder late_call joint_call 2026-03-20 2026-04-04 -
t6 alder only_email email 2026-03-20 2026-03-20 -
t7 alder only_email meeting 2026-03-22 2026-03-22 -
t8 alder after_close joint_call 2026-04-15 2026-04-15 -
t9 alder two_partners intro 2026-03-01 2026-03-01 -
t10 birch two_partners joint_call 2026-03-20 2026-03-20 -
t11 alder registered intro 2026-03-01 2026-03-01 -
t12 alder ann_first intro 2026-02-19 2026-02-19 -
t13 alder ann_second intro 2026-02-23 2026-02-23 -
"""
# The same for the calls of the reps, by the day on which they were landed.
CALLS = {
    TOUCHED: """
c1 alder ann_first email 2026-02-10 2026-02-10 kim
c2 birch ann_first joint_call 2026-02-10 2026-02-10 kim
""",
    LATER: """
c3 alder ann_first email 2026-02-11 2026-02-22 kim
c4 alder ann_second email 2026-02-18 2026-02-18 gus
c5 alder ann_second email 2026-02-18 2026-02-19 gus
""",
    LAST: """
c6 alder ann_second joint_call 2026-03-02 2026-03-02 ivy
c7 alder ann_second joint_call 2026-03-03 2026-03-03 jon
""",
    AFTERWARDS: """
c8 birch ann_first email 2026-04-20 2026-05-15 kim
""",
}
EXPECTATIONS = """
ann partner_sourced_opportunities 2 - 2026-02-01 2026-02-05
bob partner_touches 10 - 2026-02-01 -
cid partner_touches 9 - 2026-02-01 -
dan bookings 92 EUR 2026-02-01 -
eva partner_touches 0 - 2026-02-01 -
gus partner_touches 63 - 2026-02-01 -
hal partner_touches 63 - 2026-02-01 -
ivy joint_calls 4 - 2026-02-01 -
jon joint_calls 4 - 2026-02-01 -
kim joint_calls 4 - 2026-02-01 -
kim joint_calls 6 - 2026-03-16 -
"""
CALENDAR = """
ann seat 2025-01-01 - - -
bob seat 2025-01-01 - - -
bob leave 2026-02-01 2026-04-30 - -
cid seat 2026-03-16 - - -
cid ramp 2026-03-16 2026-03-31 0.5 -
dan seat 2025-01-01 - - DE
eva seat 2025-01-01 - - -
fay seat 2026-05-04 - - -
gus seat 2025-01-01 - - -
gus leave 2026-03-01 2026-03-31 0.5 -
hal seat 2025-01-01 - - -
hal transfer 2026-04-01 2026-04-30 0.5 -
ivy seat 2025-01-01 - - -
jon seat 2025-01-01 - - -
kim seat 2025-01-01 - - -
"""
LATE_CALENDAR = """
kim leave 2026-03-01 2026-03-31 - -
"""
SUPPORT = """
s1 ivy intro 2026-04-01T15:00:00Z -
s2 jon intro 2026-04-28T15:00:00Z -
s3 kim intro 2026-03-02T15:00:00Z 2026-03-09T15:00:00Z
"""
# Only what is asked for is owed here: there were no lists yet in this company's first quarter.
SUPPORT_GUARD = """policy_version,effective_from,support_kind,owed,days_allowed,minimum_share,reason
quiz,1998-01-01,intro,asked,14,0.5,Two weeks for an intro
"""


def records(text: str) -> list[list[str]]:
    """The words of each line; `-` is an empty one."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    return [["" if word == "-" else word for word in line] for line in lines]


def words(text: str) -> str:
    return text.replace("_", " ")


def drop(home: Home, feed: str, day: datetime.date, name: str, header: str, rows: list) -> None:
    folder = home.inbox / feed / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join([header, *(",".join(row) for row in rows)])
    (folder / name).write_text(text + "\n", encoding="utf-8")


def drop_crm(
    home: Home, day: datetime.date, deals: list[list[str]], people: tuple[str, ...] = REPS
) -> None:
    """One export; `people` says whose name, address-book entry and manager each rep has."""
    names = sorted({deal[0] for deal in records(DEALS)})
    drop(
        home,
        "salesforce",
        day,
        "Account.csv",
        "Id,Name,Type,CreatedDate,OwnerId",
        [[f"A-{name}", f"Company {name}", "Prospect", "2025-01-01", "oli"] for name in names]
        + [[f"P-{each}", f"{each} Partners", "Partner", "2025-01-01", ""] for each in PARTNERS],
    )
    drop(
        home,
        "salesforce",
        day,
        "User.csv",
        "Id,Name,Title,Email,ManagerId,IsActive",
        [
            [rep, f"Rep {name}", f"Title of {name}", f"{rep}@vendor.example", manager, "true"]
            for rep, name in zip(REPS, people, strict=True)
            for manager in [people[people.index(name) - 1] if name != people[0] else ""]
        ],
    )
    rows = [
        [name, f"A-{name}", name, words(stage), amount, closed, created, owner, words(kind)]
        for name, created, closed, stage, amount, owner, kind in deals
    ]
    header = "Id,AccountId,Name,StageName,Amount,CloseDate,CreatedDate,OwnerId,Type"
    drop(home, "salesforce", day, "Opportunity.csv", header, rows)


PARTNERS = ("alder", "birch")


def drop_touches(home: Home, day: datetime.date, text: str) -> None:
    header = (
        "touch_id,partner_id,account_id,opportunity_id,touch_type,occurred_at,recorded_at,"
        "our_rep_email"
    )
    rows = [
        [
            *(touch, partner, f"A-{deal}", "" if rep else deal, kind),
            *(f"{occurred}T15:00:00Z", f"{recorded}T16:00:00Z"),
            f"{rep}@vendor.example" if rep else "",
        ]
        for touch, partner, deal, kind, occurred, recorded, rep in records(text)
    ]
    drop(home, "partner_touches", day, "partner_touches.csv", header, rows)


def drop_calendar(home: Home, day: datetime.date, text: str) -> None:
    header = "rep_id,kind,starts_on,ends_on,factor,country"
    drop(home, "rep_calendar", day, "rep_calendar.csv", header, records(text))


def drop_before_the_close(home: Home, people: tuple[str, ...] = REPS) -> None:
    """What the company sends up to the close of its quarter."""
    deals = records(DEALS)
    drop_crm(home, OPENING, deals[:1], people)
    for day, owner in ((TOUCHED, "oli"), (LATER, "pia")):
        drop_crm(home, day, [deals[0], first_owned("new_owner", owner)], people)
    drop_crm(home, LAST, deals, people)
    drop_crm(home, CLOSED, deals, people)
    drop(
        home,
        "salesforce",
        LAST,
        "OpportunityPartner.csv",
        "Id,OpportunityId,AccountToId,Role,IsPrimary",
        [["r1", "role_only", "P-birch", "Referral Partner", "true"]],
    )
    drop(
        home,
        "partners",
        OPENING,
        "partners.csv",
        "partner_id,partner_name,crm_account_id,coverage,mode",
        [[each, f"{each} Partners", f"P-{each}", "full_list", "full"] for each in PARTNERS],
    )
    drop(
        home,
        "deal_registrations",
        LAST,
        "deal_registrations.csv",
        "registration_id,partner_id,account_id,opportunity_id,status,submitted_at,approved_at,"
        "recorded_at",
        [
            registration("g1", "birch", "registered", "Approved", "2026-03-05"),
            registration("g2", "birch", "two_claims", "Approved", "2026-03-05"),
            registration("g3", "alder", "two_claims", "Approved", "2026-03-06"),
            registration("g4", "birch", "rejected", "Rejected", ""),
        ],
    )
    drop_touches(home, LAST, TOUCHES + CALLS[LAST])
    for day in (TOUCHED, LATER):
        drop_touches(home, day, CALLS[day])
    drop(
        home,
        "expectations",
        OPENING,
        "expectations.csv",
        "rep_id,metric,target,currency,effective_from,acknowledged_on,fiscal_quarter",
        [[*row, "FY2027-Q1"] for row in records(EXPECTATIONS)],
    )
    drop_calendar(home, OPENING, CALENDAR)
    drop(
        home,
        "support_log",
        LAST,
        "support_log.csv",
        "support_id,rep_id,kind,asked_at,given_at",
        records(SUPPORT),
    )


def registration(number: str, partner: str, deal: str, status: str, approved: str) -> list[str]:
    at = f"{approved}T15:00:00Z" if approved else ""
    return [number, partner, f"A-{deal}", deal, status, "2026-03-04T15:00:00Z", at, at]


def first_owned(name: str, owner: str) -> list[str]:
    """A deal as it was while it was open, in the hands of another rep."""
    deal = next(deal for deal in records(DEALS) if deal[0] == name)
    return [*deal[:3], "Qualification", deal[4], owner, deal[6]]


def drop_late_records(home: Home) -> None:
    """After the close: a new owner, a deal that is gone, a back-dated leave, a touch of April."""
    kept = [each for each in records(DEALS) if each[0] not in ("ann_first", "ann_second")]
    drop_crm(home, AFTERWARDS, [*kept, first_owned("ann_first", "pia")])
    drop_calendar(home, AFTERWARDS, CALENDAR + LATE_CALENDAR)
    drop_touches(home, AFTERWARDS, CALLS[AFTERWARDS])


@dataclass(frozen=True)
class Told:
    """The release after the close, and the one after the late records."""

    first: duckdb.DuckDBPyConnection
    second: duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def told(cosell_process: Callable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    home = new_home(tmp_path_factory.mktemp("two_people") / "home")
    drop_before_the_close(home)
    first = refreshed(cosell_process, home)
    drop_late_records(home)
    second = refreshed(cosell_process, home)
    with (
        duckdb.connect(str(first), read_only=True) as before,
        duckdb.connect(str(second), read_only=True) as after,
    ):
        yield Told(before, after)


def new_home(root: Path) -> Home:
    home = Home(root)
    initialise_home(home)
    (home.policies / "support_guard.csv").write_text(SUPPORT_GUARD, encoding="utf-8")
    rates = home.policies / "plan_rates.csv"
    rates.write_text(rates.read_text() + "quiz,1998-01-01,EUR,0.92,Euro\n", encoding="utf-8")
    return home


def refreshed(cosell_process: Callable, home: Home) -> Path:
    result = cosell_process("--home", home.root, "refresh", minutes=6)
    assert result.exit_code == 0, result.errors + result.output
    return home.current_release.resolve() / "cosell.duckdb"


def deal(name: str, *columns: str) -> str:
    return (
        f"select {', '.join(columns) or 'attribution_class, partner_id'}"
        f" from attribution.fct_attributed_opportunities where opportunity_id = '{name}'"
    )


def quarter(rep: str, metric: str, *columns: str, name: str = "FY2027-Q1") -> str:
    return (
        f"select {', '.join(columns)} from accountability.fct_ae_quarters where rep_id = '{rep}'"
        f" and metric = '{metric}' and fiscal_quarter = '{name}'"
    )


def week(rep: str, metric: str, starts_on: str, *columns: str) -> str:
    return (
        f"select {', '.join(columns)} from accountability.fct_ae_weeks where rep_id = '{rep}'"
        f" and metric = '{metric}' and fiscal_quarter = 'FY2027-Q1'"
        f" and week_starts_on = date '{starts_on}'"
    )


def credited(name: str) -> str:
    return (
        "select measure, rep_id, sum(amount_company_currency) from"
        f" attribution.fct_attribution_ledger where opportunity_id = '{name}'"
        " group by all having sum(amount_company_currency) <> 0 order by all"
    )


CASES: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "An intro thirty days before the deal was created sources it.": (
        deal("sourced_30"),
        [("sourced", "alder")],
    ),
    "An intro thirty-one days before it does not.": (deal("intro_31"), [("direct", None)]),
    "An intro written down fifteen days after the deal was created came after the lock.": (
        deal("late_record"),
        [("direct", None)],
    ),
    "A joint call between creation and close influences the deal.": (
        deal("joint_call"),
        [("influenced", "alder")],
    ),
    "A joint call written down fifteen days after it took place does not.": (
        deal("late_call"),
        [("direct", None)],
    ),
    "E-mails and meetings are engagement and earn nothing by themselves.": (
        deal("only_email"),
        [("direct", None)],
    ),
    "What a partner does after the close did not help to win.": (
        deal("after_close"),
        [("direct", None)],
    ),
    "One partner brought the deal, another joined a call: it is sourced, by the first.": (
        deal("two_partners"),
        [("sourced", "alder")],
    ),
    "An approved registration goes before an earlier intro of another partner.": (
        deal("registered"),
        [("sourced", "birch")],
    ),
    "Two partners registered the deal: the first approved one has it.": (
        deal("two_claims"),
        [("sourced", "birch")],
    ),
    "A rejected registration is none.": (deal("rejected"), [("direct", None)]),
    "A partner's role in the CRM without a dated touch proves nothing.": (
        deal("role_only"),
        [("direct", None)],
    ),
    "The owner at creation has the pipeline, the owner at the close the booking.": (
        credited("new_owner"),
        [("bookings", "pia", Decimal(1000)), ("pipeline_created", "oli", Decimal(1000))],
    ),
    "A renewal is left out by name.": (deal("renewal", "exclusion"), [("renewal",)]),
    "A deal without an amount is a deal without money.": (
        "select count(*), (select count(*) from attribution.fct_attribution_ledger"
        " where opportunity_id = 'no_amount') from attribution.fct_attributed_opportunities"
        " where opportunity_id = 'no_amount' and amount is null",
        [(1, 0)],
    ),
    "A deal of half past eleven in the evening of 30 April belongs to the quarter of April.": (
        "select distinct origin_quarter from attribution.fct_attribution_ledger"
        " where opportunity_id = 'last_evening'",
        [("FY2027-Q1",)],
    ),
    "Two sourced deals of two are what was asked, and she had said yes to it on 5 February.": (
        quarter("ann", "partner_sourced_opportunities", "frozen_actual", "tier", "acknowledged_on"),
        [(Decimal(2), "on_track", datetime.date(2026, 2, 5))],
    ),
    "Who is on leave for the whole quarter has nothing to reach: neither 0 % nor 100 %.": (
        quarter("bob", "partner_touches", "fair_target", "attainment", "status", "tier"),
        [(Decimal(0), None, "not_measured", None)],
    ),
    "Hired on 16 March at half ramp until the 31st: 6 + 22 of 63 days, so 4 of 9.": (
        quarter(
            "cid", "partner_touches", "fair_target", "active_days_count", "business_days_count"
        ),
        [(Decimal(4), Decimal(28), 63)],
    ),
    "A quota of 92 euro at a plan rate of 0.92 is 100 dollars, over the days of Germany.": (
        quarter("dan", "bookings", "target", "fair_target", "business_days_count"),
        [(Decimal(100), Decimal(100), 62)],
    ),
    "A target of zero is not measured.": (
        quarter("eva", "partner_touches", "attainment", "status"),
        [(None, "not_measured")],
    ),
    "Two weeks in the seat are no history to judge.": (
        quarter("fay", "partner_touches", "attainment", "status", name="FY2027-Q2"),
        [(None, "insufficient_history")],
    ),
    "Half days in March are eleven days less: 52 of 63.": (
        quarter("gus", "partner_touches", "fair_target"),
        [(Decimal(52),)],
    ),
    "A handover at half in April counts half of its 22 days.": (
        quarter("hal", "partner_touches", "fair_target"),
        [(Decimal(52),)],
    ),
    "The same call reported twice is one touch.": (
        quarter("gus", "partner_touches", "actual"),
        [(Decimal(1),)],
    ),
    "She missed, and the intro that she asked for never came: a gap of ours, no step for her.": (
        quarter("ivy", "joint_calls", "frozen_status", "support_status", "support_gaps", "tier"),
        [("missed", "support_gap", "intro", "support_gap")],
    ),
    "He missed, and his intro was not due before the quarter ended: he is watched.": (
        quarter("jon", "joint_calls", "frozen_status", "support_status", "support_gaps", "tier"),
        [("missed", "delivered", None, "watch")],
    ),
    "From 16 March six are expected instead of four; the weeks before still say four.": (
        week("kim", "joint_calls", "2026-02-09", "target")
        + " union all "
        + quarter("kim", "joint_calls", "target"),
        [(Decimal(4),), (Decimal(6),)],
    ),
    "A touch of 11 February that was known on the 23rd is not in the week that was told on the"
    " 16th, and is in the next one.": (
        week("kim", "partner_touches", "2026-02-09", "actual")
        + " union all "
        + week("kim", "partner_touches", "2026-02-16", "actual"),
        [(Decimal(2),), (Decimal(3),)],
    ),
    "A touch of April that was written down in May moves today's figure, not the closed one.": (
        quarter("kim", "partner_touches", "actual", "frozen_actual"),
        [(Decimal(4), Decimal(3))],
    ),
    "A leave that was told in May makes today's target fairer, not the one that was closed.": (
        quarter("kim", "partner_touches", "fair_target < frozen_fair_target", "frozen_fair_target"),
        [(True, Decimal(12))],
    ),
    "A deal that was deleted in May leaves the figure of today, and not the one that was closed.": (
        quarter("ann", "partner_sourced_opportunities", "actual", "frozen_actual", "frozen_status"),
        [(Decimal(1), Decimal(2), "met")],
    ),
    "A deal that a partner brought pays its rep at least what it would have paid alone.": (
        "select bool_and(incentive_amount >= solo_amount), bool_or(partner_bonus_amount > 0)"
        " from accountability.rpt_incentive_credit where rep_id = 'oli'",
        [(True, True)],
    ),
}


def test_there_are_thirty_cases_and_more() -> None:
    assert len(CASES) >= 30


@pytest.mark.parametrize("case", CASES)
def test_two_people_agree(told: Told, case: str) -> None:
    question, answer = CASES[case]
    assert told.second.execute(question).fetchall() == answer


def test_what_was_told_is_never_told_otherwise(told: Told) -> None:
    """A new owner, a back-dated leave, a late touch: no week and no closed quarter changes."""
    weeks = "select * from accountability.fct_ae_weeks order by ae_week_id"
    before = told.first.execute(weeks).fetchall()
    assert len(before) > 100
    keys = {row[0] for row in before}
    assert [row for row in told.second.execute(weeks).fetchall() if row[0] in keys] == before
    closed = (
        "select ae_quarter_id, columns('frozen_.*'), tier, missed_quarters_count"
        " from accountability.fct_ae_quarters where frozen_status is not null order by 1"
    )
    assert told.second.execute(closed).fetchall() == told.first.execute(closed).fetchall()


def test_consequences_do_not_know_who_it_is(
    told: Told, cosell_process: Callable, tmp_path: Path
) -> None:
    """Other names, titles and managers for the same facts: every figure and tier is the same."""
    home = new_home(tmp_path / "home")
    drop_before_the_close(home, (*REPS[4:], *REPS[:4]))
    release = refreshed(cosell_process, home)
    facts = "select * from accountability.fct_ae_quarters order by ae_quarter_id"
    with duckdb.connect(str(release), read_only=True) as permuted:
        found = permuted.execute(facts).fetchall()
        names = "select rep_id, rep_name, manager_id from core.dim_reps order by rep_id"
        assert permuted.execute(names).fetchall() != told.first.execute(names).fetchall()
    assert found == told.first.execute(facts).fetchall()
    assert {"watch", "support_gap", "on_track"} <= {cell for row in found for cell in row}
