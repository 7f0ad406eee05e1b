"""What partners did, when, and when it was written down.

Every deal has a planned class. For sourced and influenced deals this module writes the evidence
that makes the plan true; around it come decoys that must not count (too late, too early, recorded
after the lock, roles and lists without a conversation) and everyday engagement.

A touch is one row whatever system it is reported in; `channel` says which.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from orchestration.demo_company.accounts import Accounts
from orchestration.demo_company.clock import (
    FINAL_EXPORT,
    FINAL_LANDING,
    NEVER,
    OLDEST_DAY,
    SECONDS_PER_DAY,
    Days,
    Moments,
    local_day,
    on_weekday,
)
from orchestration.demo_company.opportunities import (
    DIRECT,
    INFLUENCED,
    OPEN,
    SOURCED,
    Opportunities,
    OwnerHistory,
)
from orchestration.demo_company.partners import Partner, active_weights, is_active_on
from orchestration.demo_company.people import CHAMPION, LONER, Organisation
from orchestration.demo_company.random_streams import Random, business_moments, chosen, stream

TOUCH_TYPES = (
    "intro",
    "referral",
    "partner_lead",
    "joint_call",
    "technical_validation",
    "exec_intro",
    "deal_registration_support",
    "email",
    "meeting",
    "event",
    "list_download",
    "automated_sequence",
)
(INTRO, REFERRAL, PARTNER_LEAD, JOINT_CALL, VALIDATION, EXEC_INTRO, REGISTRATION_SUPPORT) = range(7)
(EMAIL, MEETING, PARTNER_EVENT, LIST_DOWNLOAD, AUTOMATED) = range(7, 12)
STRONG = (INTRO, REFERRAL, PARTNER_LEAD)
QUALIFYING = (JOINT_CALL, VALIDATION, EXEC_INTRO, REGISTRATION_SUPPORT)
ENGAGEMENT = (EMAIL, MEETING)
REAL = (*STRONG, *QUALIFYING, *ENGAGEMENT)

# What decided the class; the first is an approval, not a touch.
REGISTRATION = 12
EVIDENCE = (*TOUCH_TYPES, "deal_registration")
PRIMARY_RULES = ("only_partner", "registration", "crm_role", "earliest_touch", "partner_id")
ONLY_PARTNER, BY_REGISTRATION, BY_ROLE, BY_EARLIEST, BY_PARTNER_ID = range(5)

TEMPLATE, TASK, EVENT, LEAD = range(4)
ELSEWHERE = 4  # planted as an activity of its own; the touch is known to the truth alone
# Which activity type of the CRM says the same as a touch type (policy activity_touch_types).
ACTIVITY_TYPE = {
    INTRO: "Partner Intro",
    REFERRAL: "Partner Referral",
    JOINT_CALL: "Joint Call",
    VALIDATION: "Technical Validation",
    EXEC_INTRO: "Exec Intro",
    EMAIL: "Partner Email",
    MEETING: "Partner Meeting",
    PARTNER_EVENT: "Partner Event",
}
AS_EVENT = (JOINT_CALL, VALIDATION, EXEC_INTRO, MEETING, PARTNER_EVENT)

PLAN_EVIDENCE, PLAN_ENGAGEMENT, PLAN_DECOY, PLAN_BACKGROUND = range(4)

SOURCE_SYSTEMS = ("partner_portal", "shared_channel", "email_log", "crossbeam", "partnertap")

REGISTRATION_STATUSES = (
    "Draft",
    "Submitted",
    "Under review",
    "Approved",
    "Rejected",
    "Closed",
    "Cancelled",
    "Expired",
)
DRAFT, SUBMITTED, UNDER_REVIEW, APPROVED, REJECTED, CLOSED, CANCELLED, EXPIRED = range(8)

ROLES = ("Sourcing Partner", "Influencing Partner", "Implementation Partner", "Reseller")


@dataclass
class PartnerStory:
    """Everything that partners did: touches, registrations, roles on deals."""

    touches: pd.DataFrame
    registrations: pd.DataFrame
    roles: pd.DataFrame


def touch_rows(
    partner: npt.ArrayLike,
    account: npt.ArrayLike,
    opportunity: npt.ArrayLike,
    about: npt.ArrayLike,
    touch_type: npt.ArrayLike,
    occurred: npt.ArrayLike,
    recorded: npt.ArrayLike,
    owner: npt.ArrayLike,
    channel: npt.ArrayLike,
    plan: int,
    system: npt.ArrayLike = 0,
    case: int = 0,
) -> pd.DataFrame:
    """Rows of the touch table; `opportunity` is what is named (-1), `about` what is meant."""
    moments = np.asarray(occurred, np.int64)

    def column(values: npt.ArrayLike, kind: type[np.generic]) -> npt.NDArray[np.generic]:
        return np.broadcast_to(np.asarray(values, kind), moments.shape).copy()

    return pd.DataFrame(
        {
            "partner": column(partner, np.int16),
            "account": column(account, np.int32),
            "opportunity": column(opportunity, np.int32),
            "about": column(about, np.int32),
            "type": column(touch_type, np.int8),
            "occurred": moments,
            "recorded": np.asarray(recorded, np.int64),
            "owner": column(owner, np.int32),
            "channel": column(channel, np.int8),
            "plan": column(plan, np.int8),
            "system": column(system, np.int8),
            "case": column(case, np.int16),
        }
    )


def registration_rows(
    partner: npt.ArrayLike,
    account: npt.ArrayLike,
    opportunity: npt.ArrayLike,
    about: npt.ArrayLike,
    submitted: npt.ArrayLike,
    decided: npt.ArrayLike,
    recorded: npt.ArrayLike,
    status: npt.ArrayLike,
    expires_on: npt.ArrayLike,
    plan: int,
    case: int = 0,
) -> pd.DataFrame:
    """Rows of the registration table; `status` is the last one, `expires_on` -1 for empty."""
    moments = np.asarray(submitted, np.int64)

    def column(values: npt.ArrayLike, kind: type[np.generic]) -> npt.NDArray[np.generic]:
        return np.broadcast_to(np.asarray(values, kind), moments.shape).copy()

    return pd.DataFrame(
        {
            "partner": column(partner, np.int16),
            "account": column(account, np.int32),
            "opportunity": column(opportunity, np.int32),
            "about": column(about, np.int32),
            "submitted": moments,
            "decided": column(decided, np.int64),
            "recorded": column(recorded, np.int64),
            "status": column(status, np.int8),
            "expires_on": column(expires_on, np.int32),
            "plan": column(plan, np.int8),
            "case": column(case, np.int16),
        }
    )


def role_rows(
    opportunity: npt.ArrayLike,
    partner: npt.ArrayLike,
    role: npt.ArrayLike,
    is_primary: npt.ArrayLike,
    created: npt.ArrayLike,
    case: int = 0,
) -> pd.DataFrame:
    """Rows of the CRM's OpportunityPartner."""
    moments = np.asarray(created, np.int64)

    def column(values: npt.ArrayLike, kind: type[np.generic]) -> npt.NDArray[np.generic]:
        return np.broadcast_to(np.asarray(values, kind), moments.shape).copy()

    return pd.DataFrame(
        {
            "opportunity": column(opportunity, np.int32),
            "partner": column(partner, np.int16),
            "role": column(role, np.int8),
            "is_primary": column(is_primary, np.bool_),
            "created": moments,
            "case": column(case, np.int16),
        }
    )


@dataclass
class _Pens:
    """What every writer of touches needs at hand."""

    random: Random
    deals: Opportunities
    accounts: Accounts
    partners: list[Partner]
    owners: OwnerHistory
    previous_at: Moments  # creation of the deal before on the same account
    next_at: Moments  # creation of the deal after on the same account
    last_day: Days  # last day on which a touch can be inside the deal
    touches: list[pd.DataFrame]
    registrations: list[pd.DataFrame]
    roles: list[pd.DataFrame]

    def write(
        self,
        rows: npt.NDArray[np.int64],
        partner: npt.NDArray,
        type: npt.ArrayLike,
        occurred: Moments,
        recorded: Moments,
        plan: int,
        is_named: npt.ArrayLike = True,
        template_only: bool = False,
    ) -> None:
        """Append touches about the deals `rows`."""
        types = np.broadcast_to(np.asarray(type, np.int8), rows.shape).copy()
        named = np.broadcast_to(np.asarray(is_named, bool), rows.shape)
        self.touches.append(
            touch_rows(
                partner,
                self.deals.account[rows],
                np.where(named, rows, -1),
                rows,
                types,
                occurred,
                recorded,
                self.owners.at(rows, occurred),
                TEMPLATE if template_only else _channels(self.random, types),
                plan,
                chosen(self.random, (50, 25, 25), len(rows)),
            )
        )


def _channels(random: Random, types: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Half of what the CRM can log is logged there, the rest comes in the partners' template."""
    in_crm = np.isin(types, list(ACTIVITY_TYPE)) & (random.random(len(types)) < 0.5)
    as_event = np.isin(types, AS_EVENT)
    return np.select([in_crm & as_event, in_crm], [EVENT, TASK], TEMPLATE).astype(np.int8)


def random_partner_story(
    seed: int,
    accounts: Accounts,
    deals: Opportunities,
    owners: OwnerHistory,
    partners: list[Partner],
    known_by: npt.NDArray[np.int64],
    org: Organisation,
) -> PartnerStory:
    """Evidence, decoys and engagement of the random population; fills the plan's partner columns.

    `known_by[account]` is a bit per partner that has the account's company on its list.
    """
    random = stream(seed, "touches")
    previous_at, next_at = _neighbours(deals)
    is_closed = deals.outcome != OPEN
    last_day = np.minimum(
        np.where(is_closed, deals.planned_close_on, NEVER) - 1, FINAL_LANDING - 5
    ).astype(np.int32)
    pens = _Pens(
        random, deals, accounts, partners, owners, previous_at, next_at, last_day, [], [], []
    )
    partner = _partner_for_each(random, partners, known_by[deals.account], deals.created_on)
    deals.partner = np.where(deals.planned_class == DIRECT, -1, partner).astype(np.int16)
    _write_sourcing(pens)
    _write_influence(pens)
    _write_decoys(pens, partner, org)
    _write_background(pens, org)
    touches = pd.concat(pens.touches, ignore_index=True)
    registrations = pd.concat(pens.registrations, ignore_index=True)
    roles = pd.concat(pens.roles, ignore_index=True)
    touches = touches[(touches["recorded"] < FINAL_EXPORT) & (touches["occurred"] < FINAL_EXPORT)]
    return _without_collisions(deals, touches, registrations, roles)


def _neighbours(deals: Opportunities) -> tuple[Moments, Moments]:
    """For each deal the creation of its neighbours in time on the same account."""
    order = np.lexsort((deals.created_at, deals.account))
    account, at = deals.account[order], deals.created_at[order]
    same = account[1:] == account[:-1]
    before, after = np.full(len(order), -(2**40)), np.full(len(order), 2**40)
    before[1:][same] = at[:-1][same]
    after[:-1][same] = at[1:][same]
    previous_at, next_at = np.empty_like(before), np.empty_like(after)
    previous_at[order], next_at[order] = before, after
    return previous_at, next_at


def _partner_for_each(
    random: Random, partners: list[Partner], known_by: npt.NDArray[np.int64], days: Days
) -> npt.NDArray[np.int16]:
    """A partner that was active then, preferably one that knows the account."""
    weights = active_weights(partners)
    best = np.full(len(days), -1.0)
    choice = np.zeros(len(days), np.int16)
    for number, weight in enumerate(weights):
        active = is_active_on(partners, np.full(len(days), number), days)
        knows = (known_by >> number) & 1
        pull = random.random(len(days)) ** (1 / weight) * np.where(knows == 1, 1.0, 0.35) * active
        better = pull > best
        best, choice = np.where(better, pull, best), np.where(better, number, choice)
    return choice.astype(np.int16)


def _other_partner(
    random: Random, partners: list[Partner], first: npt.NDArray[np.int16], days: Days
) -> npt.NDArray[np.int16]:
    """A second partner, never the first."""
    everyone = np.zeros(len(first), np.int64)
    second = _partner_for_each(random, partners, everyone, days)
    fallback = np.where(first == 0, 1, 0)  # the first two are active throughout
    return np.where(second == first, fallback, second).astype(np.int16)


def _days_before(
    random: Random, created_on: Days, low: int, high: int
) -> tuple[Days, npt.NDArray[np.int64]]:
    """Weekdays between `low` and `high` days before creation."""
    lead = random.integers(low, high + 1, len(created_on))
    days = on_weekday(created_on - lead)
    days = np.where(created_on - days > high, days + 3, days)
    days = np.minimum(days, created_on - 1)
    return days.astype(np.int32), created_on - days


def _recording(
    random: Random,
    pens: _Pens,
    rows: npt.NDArray[np.int64],
    occurred: Moments,
    wants_name: npt.NDArray[np.bool_],
) -> tuple[Moments, npt.NDArray[np.bool_]]:
    """When evidence from before creation was recorded, and whether it can name the deal.

    Before creation there is no deal to name, and the account alone must lead to the right one:
    no other deal may have been created on it in between (case 18).
    """
    created = pens.deals.created_at[rows]
    gap = created - occurred
    before = occurred + (random.random(len(rows)) * np.minimum(gap * 0.8, 4 * SECONDS_PER_DAY))
    before = np.minimum(before.astype(np.int64), created - 3_600)
    latest = np.minimum(created + 12 * SECONDS_PER_DAY, FINAL_EXPORT - 7_200)
    after = created + 3_600 + (random.random(len(rows)) * (latest - created - 3_600))
    # by days: a task in the CRM has no time of day
    is_later = local_day(pens.previous_at[rows]) < local_day(occurred)
    alone_is_clear = is_later & (before > occurred)
    named = wants_name | ~alone_is_clear
    return np.where(named, after.astype(np.int64), before), named


def _write_sourcing(pens: _Pens) -> None:
    """Strong evidence before creation, and for some deals a second partner's."""
    random, deals = pens.random, pens.deals
    rows = np.flatnonzero(deals.planned_class == SOURCED)
    kinds = np.array([REGISTRATION, INTRO, REFERRAL, PARTNER_LEAD], np.int8)
    evidence = kinds[chosen(random, (34, 34, 17, 15), len(rows))]
    deals.evidence[rows] = evidence
    deals.primary_rule[rows] = ONLY_PARTNER
    days, _ = _days_before(random, deals.created_on[rows], 2, 24)
    from_lead = (evidence == PARTNER_LEAD) & (random.random(len(rows)) < 0.6)
    _write_first_evidence(pens, rows, evidence, from_lead, days)
    _write_second_sourcing_partner(pens, rows, evidence, from_lead, days)


def _write_first_evidence(
    pens: _Pens,
    rows: npt.NDArray[np.int64],
    evidence: npt.NDArray[np.int8],
    from_lead: npt.NDArray[np.bool_],
    days: Days,
) -> None:
    random, partner = pens.random, pens.deals.partner[rows]
    occurred = business_moments(random, days)
    recorded, named = _recording(random, pens, rows, occurred, random.random(len(rows)) < 0.55)
    registered = evidence == REGISTRATION
    touch = ~registered & ~from_lead
    pens.write(
        rows[touch],
        partner[touch],
        evidence[touch],
        occurred[touch],
        recorded[touch],
        PLAN_EVIDENCE,
        named[touch],
    )
    _write_crm_leads(pens, rows[from_lead], partner[from_lead], occurred[from_lead])
    _write_approved(
        pens,
        rows[registered],
        partner[registered],
        occurred[registered],
        recorded[registered],
        named[registered],
    )


def _write_second_sourcing_partner(
    pens: _Pens,
    rows: npt.NDArray[np.int64],
    evidence: npt.NDArray[np.int8],
    from_lead: npt.NDArray[np.bool_],
    days: Days,
) -> None:
    """A second partner that was there too, and what settles between the two.

    A registration beats everything; otherwise the second introduction comes a day later (the
    earlier touch decides) or two days earlier (and a role in the CRM decides).
    """
    random, deals = pens.random, pens.deals
    created_on = deals.created_on[rows]
    shared = (random.random(len(rows)) < 0.16) & ~from_lead
    by_registration = shared & (evidence == REGISTRATION)
    later = shared & ~by_registration & (random.random(len(rows)) < 0.5)
    by_role = shared & ~by_registration & ~later
    other_days, _ = _days_before(random, created_on, 2, 24)
    other_days = np.where(later, np.minimum(days + 1, created_on - 1), other_days)
    other_days = np.where(by_role, np.maximum(days - 2, created_on - 27), other_days)
    later &= other_days > days
    both = by_registration | later | by_role

    second = _other_partner(random, pens.partners, deals.partner[rows], days)
    occurred = business_moments(random, other_days[both])
    wants_name = random.random(int(both.sum())) < 0.7
    recorded, named = _recording(random, pens, rows[both], occurred, wants_name)
    pens.write(rows[both], second[both], INTRO, occurred, recorded, PLAN_EVIDENCE, named)
    deals.primary_rule[rows[by_registration]] = BY_REGISTRATION
    deals.primary_rule[rows[later]] = BY_EARLIEST
    deals.primary_rule[rows[by_role]] = BY_ROLE

    repeats_what_is_known = ~later & ~by_role & (random.random(len(rows)) < 0.4)
    stated = rows[by_role | repeats_what_is_known]
    created = np.minimum(deals.created_at[stated] + 5_400, FINAL_EXPORT - 3_600)
    pens.roles.append(role_rows(stated, deals.partner[stated], 0, True, created))


def _write_crm_leads(
    pens: _Pens, rows: npt.NDArray[np.int64], partner: npt.NDArray, occurred: Moments
) -> None:
    """Leads that a partner created; converting them creates the deal."""
    pens.touches.append(
        touch_rows(
            partner,
            pens.deals.account[rows],
            rows,
            rows,
            PARTNER_LEAD,
            occurred,
            occurred,
            -1,
            LEAD,
            PLAN_EVIDENCE,
        )
    )


def _write_approved(
    pens: _Pens,
    rows: npt.NDArray[np.int64],
    partner: npt.NDArray,
    approved: Moments,
    recorded: Moments,
    named: npt.NDArray[np.bool_],
) -> None:
    random, deals = pens.random, pens.deals
    submitted = approved - random.integers(3_600, 9 * SECONDS_PER_DAY, len(rows))
    approved_on = local_day(approved)
    expires_on = np.where(random.random(len(rows)) < 0.6, approved_on + 90, -1)
    is_closed = deals.outcome[rows] != OPEN
    is_old = approved_on + 90 < FINAL_LANDING - 7
    status = np.select([is_closed, is_old], [CLOSED, EXPIRED], APPROVED)
    pens.registrations.append(
        registration_rows(
            partner,
            deals.account[rows],
            np.where(named, rows, -1),
            rows,
            submitted,
            approved,
            recorded,
            status,
            expires_on,
            PLAN_EVIDENCE,
        )
    )


def _inside(pens: _Pens, rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], Days]:
    """Weekdays well inside the deals that are long enough for one."""
    created_on = pens.deals.created_on[rows]
    first, last = created_on + 2, pens.last_day[rows]
    days = first + (pens.random.random(len(rows)) * (last - first + 1)).astype(np.int32)
    days = on_weekday(days)
    days = np.where(days < first, days + 2, days)
    keep = (days >= first) & (days <= last)
    return rows[keep], days[keep].astype(np.int32)


def _soon_recorded(pens: _Pens, occurred: Moments) -> Moments:
    delay = pens.random.integers(600, 9 * SECONDS_PER_DAY, len(occurred))
    return np.asarray(np.minimum(occurred + delay, FINAL_EXPORT - 7_200), np.int64)


def _alone_is_clear(
    pens: _Pens, rows: npt.NDArray[np.int64], occurred: Moments
) -> npt.NDArray[np.bool_]:
    """Whether a touch that names only the account leads to this deal: none newer is there yet."""
    return np.asarray(local_day(pens.next_at[rows]) > local_day(occurred), np.bool_)


def _write_influence(pens: _Pens) -> None:
    random, deals = pens.random, pens.deals
    rows = np.flatnonzero(deals.planned_class == INFLUENCED)
    deals.primary_rule[rows] = ONLY_PARTNER
    first = deals.created_on[rows] + 2
    span = pens.last_day[rows] - first
    # the first touch lies in the first half, so that a second partner can come after it
    days = first + (random.random(len(rows)) * np.maximum(span // 2, 1)).astype(np.int32)
    days = np.where(on_weekday(days) < first, days, on_weekday(days)).astype(np.int32)
    occurred = business_moments(random, days)
    types = np.array(QUALIFYING, np.int8)[chosen(random, (58, 18, 10, 14), len(rows))]
    deals.evidence[rows] = types
    named = (random.random(len(rows)) < 0.8) | ~_alone_is_clear(pens, rows, occurred)
    recorded = _soon_recorded(pens, occurred)
    pens.write(rows, deals.partner[rows], types, occurred, recorded, PLAN_EVIDENCE, named)

    more = np.repeat(rows, random.poisson(1.1, len(rows)))
    _write_more_inside(pens, more, QUALIFYING, (70, 15, 5, 10))

    shared = np.flatnonzero((random.random(len(rows)) < 0.18) & (span > 8))
    partner = deals.partner[rows[shared]]
    second = _other_partner(random, pens.partners, partner, days[shared])
    other_days = days[shared] + 2
    weekend = on_weekday(other_days) != other_days
    other_days = np.where(weekend, other_days + 2, other_days).astype(np.int32)
    other = business_moments(random, other_days)
    pens.write(rows[shared], second, JOINT_CALL, other, _soon_recorded(pens, other), PLAN_EVIDENCE)
    by_role = random.random(len(shared)) < 0.5
    # where a role decides, it names the partner that came second
    winner = np.where(by_role, second, partner)
    deals.partner[rows[shared]] = winner
    deals.primary_rule[rows[shared]] = np.where(by_role, BY_ROLE, BY_EARLIEST)
    stated = rows[shared[by_role]]
    pens.roles.append(
        role_rows(stated, second[by_role], 1, True, deals.created_at[stated] + 90_000)
    )


def _write_more_inside(
    pens: _Pens, rows: npt.NDArray[np.int64], types: tuple[int, ...], weights: tuple[int, ...]
) -> None:
    rows, days = _inside(pens, rows)
    occurred = business_moments(pens.random, days)
    drawn = np.array(types, np.int8)[chosen(pens.random, weights, len(rows))]
    recorded = _soon_recorded(pens, occurred)
    pens.write(rows, pens.deals.partner[rows], drawn, occurred, recorded, PLAN_EVIDENCE)


_DECOYS_WITHOUT_A_REP = (4, 6, 9, 10)  # downloads, roles and registrations need no conversation


def _write_decoys(pens: _Pens, partner: npt.NDArray[np.int16], org: Organisation) -> None:
    """What looks like evidence and is none; each about a deal whose class must not move."""
    random, deals = pens.random, pens.deals
    count = len(deals)
    is_direct = deals.planned_class == DIRECT
    has_one = random.random(count) < np.where(is_direct, 0.2, 0.1)
    kind = np.where(has_one, random.integers(0, 11, count), -1)
    loners = [person.number for person in org.random_reps if person.style == LONER]
    is_loner = np.isin(deals.first_owner, loners)
    kind = np.where(is_loner & ~np.isin(kind, _DECOYS_WITHOUT_A_REP), -1, kind)
    _write_too_early(pens, partner, np.flatnonzero(kind == 0))
    _write_too_late_recorded(pens, partner, np.flatnonzero(kind == 1))
    _write_after_the_close(pens, partner, np.flatnonzero(kind == 2))
    _write_logged_weeks_later(pens, partner, np.flatnonzero((kind == 3) & is_direct))
    _write_inside(
        pens, partner, np.flatnonzero(kind == 4), (LIST_DOWNLOAD, AUTOMATED, PARTNER_EVENT)
    )
    _write_inside(pens, partner, np.flatnonzero(kind == 5), ENGAGEMENT)
    _write_bare_roles(pens, partner, np.flatnonzero((kind == 6) & is_direct))
    # introduced after the deal was there already
    _write_inside(pens, partner, np.flatnonzero(kind == 7), (INTRO,))
    _write_call_before(pens, partner, np.flatnonzero(kind == 8))
    _write_refused(pens, partner, np.flatnonzero((kind == 9) & is_direct))
    _write_approved_too_late(pens, partner, np.flatnonzero((kind == 10) & is_direct))


def _write_too_early(
    pens: _Pens, partner: npt.NDArray[np.int16], rows: npt.NDArray[np.int64]
) -> None:
    """An introduction more than a month before the deal."""
    days, _ = _days_before(pens.random, pens.deals.created_on[rows], 34, 60)
    at = business_moments(pens.random, days)
    recorded = np.minimum(pens.deals.created_at[rows] + SECONDS_PER_DAY, FINAL_EXPORT - 7_200)
    pens.write(rows, partner[rows], INTRO, at, recorded, PLAN_DECOY)


def _write_too_late_recorded(
    pens: _Pens, partner: npt.NDArray[np.int16], rows: npt.NDArray[np.int64]
) -> None:
    """An introduction in time that was written down after the lock (case 15)."""
    rows = rows[pens.deals.created_on[rows] < FINAL_LANDING - 45]
    days, _ = _days_before(pens.random, pens.deals.created_on[rows], 3, 20)
    at = business_moments(pens.random, days)
    delay = pens.random.integers(16, 38, len(rows)) * SECONDS_PER_DAY
    recorded = pens.deals.created_at[rows] + delay
    pens.write(rows, partner[rows], INTRO, at, recorded, PLAN_DECOY)


def _write_after_the_close(
    pens: _Pens, partner: npt.NDArray[np.int16], rows: npt.NDArray[np.int64]
) -> None:
    """A joint call after the deal was closed (case 14)."""
    close_on = pens.deals.planned_close_on
    is_closed = pens.deals.outcome != OPEN
    rows = rows[is_closed[rows] & (close_on[rows] < FINAL_LANDING - 40)]
    days = on_weekday(close_on[rows] + pens.random.integers(4, 30, len(rows)))
    at = business_moments(pens.random, days)
    pens.write(rows, partner[rows], JOINT_CALL, at, _soon_recorded(pens, at), PLAN_DECOY)


def _write_logged_weeks_later(
    pens: _Pens, partner: npt.NDArray[np.int16], rows: npt.NDArray[np.int64]
) -> None:
    """A joint call inside the deal that was logged more than two weeks later."""
    rows = rows[pens.last_day[rows] - pens.deals.created_on[rows] > 4]
    rows, days = _inside(pens, rows)
    keep = days < FINAL_LANDING - 45
    rows, days = rows[keep], days[keep]
    at = business_moments(pens.random, days)
    recorded = at + pens.random.integers(17, 40, len(rows)) * SECONDS_PER_DAY
    pens.write(rows, partner[rows], JOINT_CALL, at, recorded, PLAN_DECOY)


def _write_inside(
    pens: _Pens,
    partner: npt.NDArray[np.int16],
    rows: npt.NDArray[np.int64],
    types: tuple[int, ...],
) -> None:
    """Touches inside the deal of types that earn nothing there."""
    rows, days = _inside(pens, rows)
    at = business_moments(pens.random, days)
    drawn = np.array(types, np.int8)[pens.random.integers(0, len(types), len(rows))]
    pens.write(rows, partner[rows], drawn, at, _soon_recorded(pens, at), PLAN_DECOY)


def _write_bare_roles(
    pens: _Pens, partner: npt.NDArray[np.int16], rows: npt.NDArray[np.int64]
) -> None:
    """A partner role in the CRM without anything that happened."""
    random = pens.random
    created = np.minimum(pens.deals.created_at[rows] + 40_000, FINAL_EXPORT - 3_600)
    role = random.integers(0, len(ROLES), len(rows))
    is_primary = random.random(len(rows)) < 0.6
    pens.roles.append(role_rows(rows, partner[rows], role, is_primary, created))


def _write_call_before(
    pens: _Pens, partner: npt.NDArray[np.int16], rows: npt.NDArray[np.int64]
) -> None:
    """A joint call before the deal is neither an introduction nor influence."""
    days, _ = _days_before(pens.random, pens.deals.created_on[rows], 3, 20)
    at = business_moments(pens.random, days)
    recorded = np.minimum(pens.deals.created_at[rows] + 90_000, FINAL_EXPORT - 7_200)
    pens.write(rows, partner[rows], JOINT_CALL, at, recorded, PLAN_DECOY)


def _write_refused(
    pens: _Pens, partner: npt.NDArray[np.int16], rows: npt.NDArray[np.int64]
) -> None:
    """Registrations that were refused, withdrawn or never decided."""
    days, _ = _days_before(pens.random, pens.deals.created_on[rows], 3, 20)
    submitted = business_moments(pens.random, days)
    ends = np.array([REJECTED, SUBMITTED, UNDER_REVIEW, CANCELLED, DRAFT], np.int8)
    status = ends[pens.random.integers(0, len(ends), len(rows))]
    recorded = np.minimum(pens.deals.created_at[rows] + 7_200, FINAL_EXPORT - 7_200)
    account = pens.deals.account[rows]
    pens.registrations.append(
        registration_rows(
            partner[rows], account, rows, rows, submitted, -1, recorded, status, -1, PLAN_DECOY
        )
    )


def _write_approved_too_late(
    pens: _Pens, partner: npt.NDArray[np.int16], rows: npt.NDArray[np.int64]
) -> None:
    """Registrations that were approved only after the deal was there."""
    rows = rows[pens.deals.created_on[rows] < FINAL_LANDING - 25]
    wait = pens.random.integers(2, 12, len(rows)) * SECONDS_PER_DAY
    approved = pens.deals.created_at[rows] + wait
    status = np.where(pens.deals.outcome[rows] != OPEN, CLOSED, APPROVED)
    pens.registrations.append(
        registration_rows(
            partner[rows],
            pens.deals.account[rows],
            rows,
            rows,
            approved - 4 * SECONDS_PER_DAY,
            approved,
            approved + 3_600,
            status,
            -1,
            PLAN_DECOY,
        )
    )


def _write_background(pens: _Pens, org: Organisation) -> None:
    """Work with partners on accounts that never had a deal, and mails on those that have."""
    random, accounts = pens.random, pens.accounts
    champions = {p.number for p in org.random_reps if p.style == CHAMPION}
    engaged = {p.number for p in org.random_reps if p.style != LONER}
    without = np.setdiff1d(np.flatnonzero(accounts.merged_into < 0), pens.deals.account)
    eager = np.isin(accounts.owner[without], list(champions))
    willing = np.isin(accounts.owner[without], list(engaged))
    chances = np.where(eager, 0.9, np.where(willing, 0.35, 0.0))
    rows = np.repeat(without, random.poisson(chances))
    types = np.array((*QUALIFYING, EMAIL, MEETING, INTRO, LIST_DOWNLOAD, PARTNER_EVENT), np.int8)
    _background(pens, org, rows, types[chosen(random, (40, 6, 3, 2, 14, 16, 8, 6, 5), len(rows))])

    busy = np.unique(pens.deals.account)
    willing = np.isin(accounts.owner[busy], list(engaged))
    rows = np.repeat(busy, random.poisson(np.where(willing, 0.5, 0.0)))
    types = np.array((EMAIL, MEETING, LIST_DOWNLOAD, AUTOMATED), np.int8)
    _background(pens, org, rows, types[chosen(random, (45, 35, 10, 10), len(rows))])


def _background(
    pens: _Pens, org: Organisation, rows: npt.NDArray[np.int64], types: npt.NDArray[np.int8]
) -> None:
    random, accounts = pens.random, pens.accounts
    owner = accounts.owner[rows]
    seat_from = np.array([p.seat_from if p.is_rep else 0 for p in org.people])[owner]
    seat_to = np.array([min(p.seat_to, FINAL_LANDING - 5) for p in org.people])[owner]
    created = local_day(accounts.created_at[rows])
    first = np.maximum(np.maximum(seat_from, created), OLDEST_DAY) + 1
    days = on_weekday(first + (random.random(len(rows)) * (seat_to - first)).astype(np.int64))
    keep = (days >= first) & (days < seat_to)
    rows, owner, days, types = rows[keep], owner[keep], days[keep], types[keep]
    partner = _partner_for_each(random, pens.partners, np.zeros(len(rows), np.int64), days)
    occurred = business_moments(random, days)
    delay = random.integers(600, 12 * SECONDS_PER_DAY, len(rows))
    pens.touches.append(
        touch_rows(
            partner,
            rows,
            -1,
            -1,
            types,
            occurred,
            np.minimum(occurred + delay, FINAL_EXPORT - 7_200),
            owner,
            _channels(random, types),
            PLAN_BACKGROUND,
            chosen(random, (40, 30, 30), len(rows)),
        )
    )


def _without_collisions(
    deals: Opportunities,
    touches: pd.DataFrame,
    registrations: pd.DataFrame,
    roles: pd.DataFrame,
) -> PartnerStory:
    """One touch per account, partner, type and day; a deal whose evidence collides is direct.

    Two reports of the same account, partner, type and day are one touch to every reader (case 21),
    so the random population never contains two that are meant to be different.
    """
    touches = touches.assign(day=local_day(touches["occurred"].to_numpy()))
    key = ["account", "partner", "type", "day"]
    touches = touches.sort_values([*key, "plan", "occurred", "about"], kind="stable")
    first = touches.groupby(key, sort=False)["about"].transform("first")
    repeated = touches.duplicated(key).to_numpy()
    other_deal = repeated & (touches["plan"] == PLAN_EVIDENCE) & (touches["about"] != first)
    demoted = touches.loc[other_deal, "about"].unique()
    deals.planned_class[demoted] = DIRECT
    deals.partner[demoted] = -1
    deals.primary_rule[demoted] = -1
    deals.evidence[demoted] = -1
    keep = ~repeated & ~(touches["about"].isin(demoted) & (touches["plan"] == PLAN_EVIDENCE))
    touches = (
        touches[keep]
        .drop(columns="day")
        .sort_values(["recorded", "occurred", "account", "partner", "type"], kind="stable")
    )
    registrations = registrations[
        ~(registrations["about"].isin(demoted) & (registrations["plan"] == PLAN_EVIDENCE))
    ].sort_values(["recorded", "submitted", "about"], kind="stable")
    return PartnerStory(
        touches.reset_index(drop=True),
        registrations.reset_index(drop=True),
        roles.sort_values(["created", "opportunity"], kind="stable").reset_index(drop=True),
    )
