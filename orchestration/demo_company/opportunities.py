"""Deals: who wins what when, and everything that is edited on the way.

`Opportunities` has one entry per deal; `events` is the change log of all deals in long form, and a
state is what a deal looks like after one of its events (the shape of the CRM's weekly exports).
The class of a deal (sourced, influenced, direct) is planned here; `touches` then writes the
evidence that makes the plan true.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from orchestration.demo_company.accounts import (
    CHANNEL_CUSTOMER,
    DIRECT_CUSTOMER,
    NOT_SET,
    PROSPECT,
    Accounts,
    account_event,
    earlier_creation,
    filled_states,
    last_states,
)
from orchestration.demo_company.clock import (
    FINAL_EXPORT,
    FINAL_LANDING,
    NEVER,
    OLDEST_DAY,
    STORY_START,
    Days,
    Moments,
    local_day,
    moment,
    on_weekday,
    quarter_first_day,
    quarter_last_day,
    quarter_ordinals,
)
from orchestration.demo_company.companies import Companies
from orchestration.demo_company.money import PLAN_RATES, rounded_amounts
from orchestration.demo_company.people import Organisation, owners_in_seat, seat_plan
from orchestration.demo_company.random_streams import Random, business_moments, chosen, stream
from orchestration.demo_company.sizes import DemoSize

# The ten standard stages; 11 is the name that stage 4 had until the process was renamed (case 28).
STAGES = (
    "",
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Value Proposition",
    "Id. Decision Makers",
    "Perception Analysis",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
    "Closed Lost",
    "Technical Evaluation",
)
PROBABILITIES = (0, 10, 10, 20, 50, 60, 70, 75, 90, 100, 0, 50)
FORECASTS = (
    "",
    *["Pipeline"] * 5,
    "Best Case",
    "Best Case",
    "Commit",
    "Closed",
    "Omitted",
    "Pipeline",
)
WON_STAGE, LOST_STAGE, RENAMED_STAGE = 9, 10, 11
_FALLS_BACK_FROM, _FALLS_BACK_TO = 5, 3

NEW_BUSINESS, EXPANSION, RENEWAL, TEST, INTERNAL, STRATEGIC = range(6)
OPPORTUNITY_TYPES = ("New Business", "Expansion", "Renewal", "Test", "Internal", "Strategic")
EXCLUSIONS = (None, None, "renewal", "test", "internal", None)
REASONS_TO_EXCLUDE = ("renewal", "test", "internal")

LEAD_SOURCES = (
    "Web",
    "Phone Inquiry",
    "Trade Show",
    "Outbound",
    "Partner Referral",
    "Purchased List",
)

SOURCED, INFLUENCED, DIRECT = range(3)
CLASSES = ("sourced", "influenced", "direct")

OPEN, WON, LOST = range(3)

(CREATED, STAGE, AMOUNT, PUSH, OWNER, CLOSE, REOPEN, DELETE, REPARENT) = range(9)
NO_AMOUNT_CHANGE = -(2**62)
NULL_AMOUNT = -(2**61)  # the amount field is empty

OPPORTUNITY_STATE = {
    "stage": NOT_SET,
    "amount": NO_AMOUNT_CHANGE,
    "close_on": NOT_SET,
    "owner": NOT_SET,
    "account": NOT_SET,
    "deleted": NOT_SET,
}


@dataclass
class Opportunities:
    """All deals; arrays have one entry per deal, planted ones at the end."""

    account: npt.NDArray[np.int32]  # the account at creation
    created_at: Moments
    first_owner: npt.NDArray[np.int32]
    type: npt.NDArray[np.int8]
    currency: npt.NDArray[np.int8]
    product: npt.NDArray[np.int8]
    lead_source: npt.NDArray[np.int8]
    planned_close_on: Days
    outcome: npt.NDArray[np.int8]
    planned_class: npt.NDArray[np.int8]
    partner: npt.NDArray[np.int16]  # the primary partner of the plan, -1 for direct deals
    primary_rule: npt.NDArray[np.int8]  # index into touches.PRIMARY_RULES, -1 for direct deals
    evidence: npt.NDArray[np.int8]  # index into touches.EVIDENCE, -1 for direct deals
    case: npt.NDArray[np.int16]
    events: pd.DataFrame

    def __len__(self) -> int:
        return len(self.account)

    @property
    def created_on(self) -> Days:
        """The company's day of creation."""
        return local_day(self.created_at)


def opportunity_event(
    opportunity: npt.ArrayLike,
    at: npt.ArrayLike,
    kind: int,
    stage: npt.ArrayLike = NOT_SET,
    amount: npt.ArrayLike = NO_AMOUNT_CHANGE,
    close_on: npt.ArrayLike = NOT_SET,
    owner: npt.ArrayLike = NOT_SET,
    account: npt.ArrayLike = NOT_SET,
    deleted: npt.ArrayLike = NOT_SET,
) -> pd.DataFrame:
    """Rows of the change log; what is left out stays as it was."""
    numbers = np.asarray(opportunity, np.int32)

    def column(values: npt.ArrayLike) -> npt.NDArray[np.int32]:
        return np.broadcast_to(np.asarray(values, np.int32), numbers.shape).copy()

    return pd.DataFrame(
        {
            "opportunity": numbers,
            "at": np.asarray(at, np.int64),
            "kind": np.full(len(numbers), kind, np.int8),
            "stage": column(stage),
            "amount": np.broadcast_to(np.asarray(amount, np.int64), numbers.shape).copy(),
            "close_on": column(close_on),
            "owner": column(owner),
            "account": column(account),
            "deleted": column(deleted),
        }
    )


def random_opportunities(
    seed: int, size: DemoSize, companies: Companies, accounts: Accounts, org: Organisation
) -> Opportunities:
    """The random population of deals, with their change log and what they do to accounts."""
    random = stream(seed, "opportunities")
    count = size.opportunities
    seats = seat_plan(org)

    account = _accounts_with_deals(random, accounts, companies, count)
    created_at = business_moments(random, _created_days(random, count))
    in_order = np.argsort(created_at, kind="stable")
    account, created_at = account[in_order], created_at[in_order]
    created_on = local_day(created_at)
    owner = owners_in_seat(
        random, seats, accounts.owner[account], accounts.team[account], created_on
    )

    close_on = _planned_close(random, companies, accounts, account, created_on)
    is_stale = (random.random(count) < 0.05) & (close_on > FINAL_LANDING - 150)
    is_closed = (close_on <= FINAL_LANDING - 3) & ~is_stale

    draw = random.random(count)
    sourced = draw < seats.sourced_chance[owner]
    influenced = ~sourced & (draw < seats.sourced_chance[owner] + seats.influenced_chance[owner])
    last_touch = np.minimum(np.where(is_closed, close_on, NEVER) - 1, FINAL_LANDING - 5)
    influenced &= last_touch - created_on >= 4
    planned_class = np.select([sourced, influenced], [SOURCED, INFLUENCED], DIRECT).astype(np.int8)

    win_chance = np.array([0.36, 0.33, 0.22])[planned_class]
    is_customer = accounts.first_type[account] != PROSPECT
    win_chance = np.where(is_customer, win_chance + 0.18, win_chance)
    outcome = np.where(is_closed, np.where(random.random(count) < win_chance, WON, LOST), OPEN)

    earlier_creation(accounts, account, created_at, random)
    accounts.events.loc[: len(accounts) - 1, "at"] = accounts.created_at
    types = _types_and_first_wins(
        random, accounts, account, created_on, close_on, outcome, planned_class
    )

    currency = accounts.currency[account]
    scale = np.clip(companies.employees[accounts.company[account]] / 400, 0.05, 200) ** 0.18
    usd = np.exp(random.normal(10.35, 0.8, count)) * scale * np.where(types == RENEWAL, 0.8, 1)
    amount = rounded_amounts(usd * 100 * PLAN_RATES[currency] / 1e6, currency)
    lead_source = chosen(random, (30, 8, 14, 34, 6, 8), count)
    lead_source = np.where(sourced & (random.random(count) < 0.55), 4, lead_source)

    deals = Opportunities(
        account=account.astype(np.int32),
        created_at=created_at,
        first_owner=owner,
        type=types,
        currency=currency,
        product=random.integers(0, 6, count).astype(np.int8),
        lead_source=lead_source.astype(np.int8),
        planned_close_on=close_on,
        outcome=outcome.astype(np.int8),
        planned_class=planned_class,
        partner=np.full(count, -1, np.int16),
        primary_rule=np.full(count, -1, np.int8),
        evidence=np.full(count, -1, np.int8),
        case=np.zeros(count, np.int16),
        events=pd.DataFrame(),
    )
    deals.events = _random_events(random, deals, amount, org)
    return deals


def _accounts_with_deals(
    random: Random, accounts: Accounts, companies: Companies, count: int
) -> npt.NDArray[np.int64]:
    weights = companies.employees[accounts.company] ** 0.35 * accounts.has_deals
    weights = weights * np.where(accounts.first_type == PROSPECT, 1.0, 1.6)
    return chosen(random, weights, count)


def _created_days(random: Random, count: int) -> Days:
    """Business days; fewer before the story, more in the first weeks of each quarter."""
    days = np.arange(OLDEST_DAY, FINAL_LANDING - 3, dtype=np.int32)
    ordinals = quarter_ordinals(days)
    first = np.array([quarter_first_day(int(o)) for o in np.unique(ordinals)])
    into = days - first[np.searchsorted(np.unique(ordinals), ordinals)]
    season = 1.25 - 0.5 * into / 92
    growth = np.where(days < STORY_START, 0.22, 0.85 + 0.35 * (days - STORY_START) / 560)
    weights = season * growth * (on_weekday(days) == days)
    return days[chosen(random, weights, count)]


def _planned_close(
    random: Random,
    companies: Companies,
    accounts: Accounts,
    account: npt.NDArray[np.int64],
    created_on: Days,
) -> Days:
    """When each deal will close: longer for large companies, drawn to the ends of quarters."""
    count = len(account)
    size = np.clip(companies.employees[accounts.company[account]] / 500, 0.05, 200) ** 0.06
    cycle = np.clip(np.exp(random.normal(4.2, 0.55, count)) * size, 9, 330)
    close_on = (created_on + cycle).astype(np.int32)
    ordinals = quarter_ordinals(close_on)
    known, inverse = np.unique(ordinals, return_inverse=True)
    ends = np.array([quarter_last_day(int(o)) for o in known], np.int32)[inverse]
    rushed = ends - (random.random(count) ** 1.5 * 12).astype(np.int32)
    is_rushed = (random.random(count) < 0.42) & (rushed >= created_on + 10)
    return np.maximum(on_weekday(np.where(is_rushed, rushed, close_on)), created_on + 5)


def _types_and_first_wins(
    random: Random,
    accounts: Accounts,
    account: npt.NDArray[np.int64],
    created_on: Days,
    close_on: Days,
    outcome: npt.NDArray[np.int64],
    planned_class: npt.NDArray[np.int8],
) -> npt.NDArray[np.int8]:
    """The type of each deal; a prospect's first win makes it a customer (its account changes)."""
    count = len(account)
    first_win = np.full(len(accounts), NEVER, np.int32)
    np.minimum.at(first_win, account, np.where(outcome == WON, close_on, NEVER))
    is_new = (accounts.first_type[account] == PROSPECT) & (created_on <= first_win[account])
    growth = np.where(random.random(count) < 0.36, RENEWAL, EXPANSION)
    types = np.where(is_new, NEW_BUSINESS, growth).astype(np.int8)

    wins = np.flatnonzero((outcome == WON) & is_new & (close_on == first_win[account]))
    wins = wins[np.unique(account[wins], return_index=True)[1]]
    through_partner = (planned_class[wins] == SOURCED) & (random.random(len(wins)) < 0.5)
    accounts.events = pd.concat(
        [
            accounts.events,
            account_event(
                account[wins],
                moment(close_on[wins], 20 * 3600 + 600),
                type=np.where(through_partner, CHANNEL_CUSTOMER, DIRECT_CUSTOMER),
            ),
        ],
        ignore_index=True,
    )
    return types


@dataclass(frozen=True)
class _Lives:
    """When each deal lives; what its change log is made from."""

    random: Random
    deals: Opportunities
    created_on: Days
    close_on: Days  # planned
    is_closed: npt.NDArray[np.bool_]
    last_day: Days  # last day on which a deal is edited as open
    length: Days

    def __len__(self) -> int:
        return len(self.deals)


def _random_events(
    random: Random, deals: Opportunities, amount: npt.NDArray[np.int64], org: Organisation
) -> pd.DataFrame:
    """The change log: creation, pushes, stages, amounts, closing, hand-overs, what comes after."""
    is_closed = deals.outcome != OPEN
    created_on, close_on = deals.created_on, deals.planned_close_on
    lives = _Lives(
        random=random,
        deals=deals,
        created_on=created_on,
        close_on=close_on,
        is_closed=is_closed,
        last_day=np.where(is_closed, close_on - 1, FINAL_LANDING - 3).astype(np.int32),
        length=close_on - created_on,
    )
    parts, first_stage = _creations_and_pushes(lives, amount)
    parts += _stage_moves(lives, first_stage)
    edits, last_amount = _amount_edits(lives, amount)
    parts += edits
    parts.append(_closings(lives))
    parts.append(_owner_changes(random, deals, org, lives.last_day))
    parts.append(_refunds(lives, last_amount))
    return _with_deletions(lives, parts)


def _creations_and_pushes(
    lives: _Lives, amount: npt.NDArray[np.int64]
) -> tuple[list[pd.DataFrame], npt.NDArray[np.int64]]:
    """Creation with a first estimate, and pushes each weeks apart; the last is the real date."""
    random, deals, count = lives.random, lives.deals, len(lives)
    numbers = np.arange(count)
    pushes = np.minimum(random.poisson(0.65, count), 4)
    slip = random.integers(14, 46, count)
    pushes = np.where(lives.close_on - pushes * slip < lives.created_on + 5, 0, pushes)
    estimate = (lives.close_on - pushes * slip).astype(np.int32)
    first_stage = np.where(random.random(count) < 0.75, 1, 2)
    parts = [
        opportunity_event(
            numbers,
            deals.created_at,
            CREATED,
            stage=first_stage,
            amount=amount,
            close_on=estimate,
            owner=deals.first_owner,
            account=deals.account,
            deleted=0,
        )
    ]
    for number in range(4):
        on = estimate + number * slip - (rows_noise(numbers, number) % 6) - 1
        rows = np.flatnonzero(
            (number < pushes)
            & (on > lives.created_on)
            & (on <= lives.last_day)
            & (on < lives.close_on)
        )
        at = moment(on_weekday(on[rows]), 17 * 3600 + 1_900 + rows % 600)
        at = np.maximum(at, deals.created_at[rows] + 3_600)
        next_estimate = (estimate + (number + 1) * slip)[rows]
        parts.append(opportunity_event(rows, at, PUSH, close_on=next_estimate))
    return parts, first_stage


def _stage_moves(lives: _Lives, first_stage: npt.NDArray[np.int64]) -> list[pd.DataFrame]:
    """Each stage is reached at its share of the deal's life; some are skipped."""
    random, count = lives.random, len(lives)
    shares = np.sort(random.random((count, 7)), axis=1)
    skipped = random.random((count, 7)) < 0.35
    lost_after = np.where(lives.deals.outcome == LOST, random.integers(2, 9, count), 8)
    parts = []
    for index, stage in enumerate(range(2, 9)):
        into = (shares[:, index] * (lives.length - 2)).astype(np.int32)
        on = lives.created_on + 1 + into
        rows = np.flatnonzero(
            ~skipped[:, index]
            & (on <= lives.last_day)
            & (stage > first_stage)
            & (stage <= lost_after)
        )
        at = moment(on[rows], 9 * 3600 + stage * 2_900 + rows % 1_700)
        parts.append(opportunity_event(rows, at, STAGE, stage=stage))
        if stage == _FALLS_BACK_FROM:
            parts.append(_steps_back(lives, rows, on))
    return parts


def _steps_back(lives: _Lives, reached: npt.NDArray[np.int64], on: Days) -> pd.DataFrame:
    """One in nineteen goes back to the needs analysis two days later; some come forward again."""
    rows = reached[
        (rows_noise(reached, 19) % 19 == 0) & (on[reached] + 2 <= lives.last_day[reached])
    ]
    return opportunity_event(
        rows, moment(on[rows] + 2, 17 * 3600 + rows % 1_700), STAGE, stage=_FALLS_BACK_TO
    )


def _amount_edits(
    lives: _Lives, amount: npt.NDArray[np.int64]
) -> tuple[list[pd.DataFrame], npt.NDArray[np.float64]]:
    """Up to two edits of the amount, and the amount after them."""
    random, count = lives.random, len(lives)
    changes = chosen(random, (55, 33, 12), count)
    current = amount.astype(np.float64)
    parts = []
    for number in range(2):
        into = (random.random(count) * (lives.length - 3)).astype(np.int32)
        on = lives.created_on + 2 + into
        rows = np.flatnonzero((changes > number) & (on <= lives.last_day))
        current[rows] *= np.exp(random.normal(0.02, 0.2, len(rows)))
        at = moment(on[rows], 13 * 3600 + number * 4_000 + rows % 3_000)
        new = rounded_amounts(current[rows], lives.deals.currency[rows])
        parts.append(opportunity_event(rows, at, AMOUNT, amount=new))
    return parts, current


def _closings(lives: _Lives) -> pd.DataFrame:
    closed = np.flatnonzero(lives.is_closed)
    is_won = lives.deals.outcome[closed] == WON
    return opportunity_event(
        closed,
        moment(lives.close_on[closed], 18 * 3600 + rows_noise(closed, 9) % 6_000),
        CLOSE,
        stage=np.where(is_won, WON_STAGE, LOST_STAGE),
        close_on=lives.close_on[closed],
    )


def _refunds(lives: _Lives, last_amount: npt.NDArray[np.float64]) -> pd.DataFrame:
    """Credits given weeks after a deal was won (case 7)."""
    random = lives.random
    won = np.flatnonzero(lives.deals.outcome == WON)
    rows = won[random.random(len(won)) < 0.012]
    on = lives.close_on[rows] + random.integers(8, 60, len(rows))
    rows, on = rows[on < FINAL_LANDING - 3], on[on < FINAL_LANDING - 3]
    new = rounded_amounts(last_amount[rows] * 0.8, lives.deals.currency[rows])
    return opportunity_event(rows, business_moments(random, on_weekday(on)), AMOUNT, amount=new)


def _with_deletions(lives: _Lives, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """One deal in a hundred is deleted, closed ones after their close; nothing follows that."""
    random, count = lives.random, len(lives)
    rows = np.flatnonzero(random.random(count) < 0.01)
    first = np.where(lives.is_closed, lives.close_on + 4, lives.created_on + 12)[rows]
    on = on_weekday(first + random.integers(0, 60, len(rows)))
    rows, on = rows[on < FINAL_LANDING - 3], on[on < FINAL_LANDING - 3]
    deleted_at = np.full(count, np.iinfo(np.int64).max)
    deleted_at[rows] = moment(on, 21 * 3600)
    events = pd.concat(
        [*parts, opportunity_event(rows, deleted_at[rows], DELETE, deleted=1)], ignore_index=True
    )
    stands = events["at"].to_numpy() <= deleted_at[events["opportunity"].to_numpy()]
    kept: pd.DataFrame = events.loc[stands]
    return kept.reset_index(drop=True)


def rows_noise(numbers: npt.NDArray, salt: int) -> npt.NDArray[np.int64]:
    """A number that looks random and depends on the row alone."""
    mixed = (np.asarray(numbers, np.int64) + 1) * 2_654_435_761 + salt * 40_503
    return (mixed ^ (mixed >> 15)) & 0x7FFFFFFF


def _owner_changes(
    random: Random, deals: Opportunities, org: Organisation, last_day: Days
) -> pd.DataFrame:
    """Hand-overs, never within a day of creation or closing, so that the owner of both is plain."""
    count = len(deals)
    created_on, close_on = deals.created_on, deals.planned_close_on
    seats = seat_plan(org)
    team = seats.team[deals.first_owner]
    is_closed = deals.outcome != OPEN

    middle = created_on + 3 + (random.random(count) * (last_day - created_on - 5)).astype(np.int32)
    after = close_on + random.integers(4, 60, count).astype(np.int32)
    on = np.where((random.random(count) < 0.2) & is_closed, after, middle)
    wanted = random.random(count) < 0.045

    # deals of a rep who leaves: most are handed over in the days after, some are forgotten
    left_on = np.array([min(p.left_on, int(NEVER)) for p in org.people], np.int64)
    leaving = left_on[deals.first_owner]
    handed = leaving + 1 + random.integers(0, 6, count)
    is_open_then = (created_on + 2 < leaving) & (~is_closed | (close_on > handed + 3))
    is_left = is_open_then & (leaving < FINAL_LANDING - 15)
    forgotten = random.random(count) < 0.3
    on = np.where(is_left, handed, on).astype(np.int32)
    wanted = np.where(is_left, ~forgotten, wanted & (leaving >= NEVER))

    on = on_weekday(on)
    fits = (on >= created_on + 2) & (on <= FINAL_LANDING - 3)
    fits &= ~is_closed | (on <= close_on - 2) | (on >= close_on + 3)
    rows = np.flatnonzero(wanted & fits)
    rows = rows[_in_team_of_two(team[rows], seats.team, seats.is_rep)]
    stand_in = np.full(len(rows), -1, np.int32)
    for number in np.unique(team[rows]):
        part = np.flatnonzero(team[rows] == number)
        members = np.flatnonzero(seats.is_rep & (seats.team == number))
        stand_in[part] = members[(random.random(len(part)) * len(members)).astype(int)]
    days = on[rows]
    heirs = owners_in_seat(random, seats, stand_in, team[rows], days)
    keep = heirs != deals.first_owner[rows]
    at = moment(days[keep], 11 * 3600 + rows[keep] % 3_000)
    return opportunity_event(rows[keep], at, OWNER, owner=heirs[keep])


def _in_team_of_two(
    teams: npt.NDArray[np.int16], team_of: npt.NDArray[np.int16], is_rep: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    sizes = np.bincount(team_of[is_rep].astype(np.int64), minlength=int(teams.max(initial=0)) + 1)
    return sizes[teams.astype(np.int64)] >= 2


def opportunity_states(deals: Opportunities) -> pd.DataFrame:
    """Every state that any deal was ever in, ordered by deal and time, with its push count."""
    events = deals.events[deals.events["at"] < FINAL_EXPORT]
    states = filled_states(events, "opportunity", OPPORTUNITY_STATE)
    pushed = np.cumsum(states["kind"].to_numpy() == PUSH)
    keys = states["opportunity"].to_numpy()
    is_first = np.append(True, keys[1:] != keys[:-1])
    before_first = np.maximum.accumulate(np.where(is_first, pushed, 0))
    states["pushes"] = (pushed - before_first).astype(np.int16)
    return states


def final_states(states: pd.DataFrame) -> pd.DataFrame:
    """What each deal looks like today, one row per deal in their order."""
    return last_states(states, "opportunity")


@dataclass(frozen=True)
class OwnerHistory:
    """Who owned each deal at any moment."""

    keys: npt.NDArray[np.int64]
    owners: npt.NDArray[np.int32]

    def at(self, opportunities: npt.ArrayLike, moments: npt.ArrayLike) -> npt.NDArray[np.int32]:
        """The owner at each moment; before its creation the deal's first owner."""
        numbers = np.asarray(opportunities, np.int64)
        wanted = _history_key(numbers, np.asarray(moments, np.int64))
        position = np.searchsorted(self.keys, wanted, "right") - 1
        first = np.searchsorted(self.keys, numbers << 33, "left")
        return self.owners[np.maximum(position, first)]


def _history_key(numbers: npt.NDArray[np.int64], moments: npt.NDArray[np.int64]) -> npt.NDArray:
    return (numbers << 33) | np.clip(moments, 0, 2**33 - 1)


def owner_history(states: pd.DataFrame) -> OwnerHistory:
    """The history from all states of all deals."""
    numbers = states["opportunity"].to_numpy().astype(np.int64)
    return OwnerHistory(
        _history_key(numbers, states["at"].to_numpy()),
        states["owner"].to_numpy().astype(np.int32),
    )
