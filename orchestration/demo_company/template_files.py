"""Our own templates: what partner managers, sales operations and finance write down themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from orchestration.demo_company.accounts import written_name
from orchestration.demo_company.arrow_text import (
    constant,
    day_text,
    joined,
    money,
    pick,
    utc_stamp,
)
from orchestration.demo_company.clock import (
    FINAL_EXPORT,
    FINAL_LANDING,
    NEVER,
    SECONDS_PER_DAY,
    STORY_START,
    Moments,
    as_date,
    day,
    local_day,
    moment,
    quarter_first_day,
    quarter_label,
    quarter_last_day,
)
from orchestration.demo_company.crm_export import person_names
from orchestration.demo_company.identifiers import (
    ACCOUNT,
    OPPORTUNITY,
    USER,
    digits,
    salesforce_ids,
)
from orchestration.demo_company.inbox import Inbox, chunks, landing_of, slices
from orchestration.demo_company.money import CURRENCIES
from orchestration.demo_company.opportunities import OPEN
from orchestration.demo_company.partner_plans import Plan, Review, iso, plans, sheet_days
from orchestration.demo_company.partners import CADENCE_DAYS
from orchestration.demo_company.people import CHAMPION, EMAIL_DOMAIN, LONER, Person
from orchestration.demo_company.random_streams import Random, business_moments, stream
from orchestration.demo_company.story import Story, Tell
from orchestration.demo_company.targets import targets
from orchestration.demo_company.touches import (
    APPROVED,
    CLOSED,
    EXPIRED,
    REGISTRATION_STATUSES,
    SOURCE_SYSTEMS,
    SUBMITTED,
    TEMPLATE,
    TOUCH_TYPES,
)

QUARTER_CLOSES = (
    ("FY2025-Q4", "2025-02-05", "2025-02-10"),
    ("FY2026-Q1", "2025-05-05", "2025-05-05"),
    ("FY2026-Q2", "2025-08-05", "2025-08-11"),
    ("FY2026-Q3", "2025-11-05", "2025-11-10"),
    ("FY2026-Q4", "2026-02-04", "2026-02-09"),
    ("FY2027-Q1", "2026-05-05", "2026-05-11"),
)
LAST_CLOSE = ("FY2027-Q2", "2026-08-05", "2026-08-06")


def write_templates(inbox: Inbox, story: Story, progress: Tell) -> None:
    """Every template feed of every landing."""
    progress("Partner touches and templates", 0.9)
    _write_partners(inbox, story)
    _write_touches(inbox, story)
    _write_registrations(inbox, story)
    _write_expectations(inbox, story)
    _write_rep_calendar(inbox, story)
    _write_support_log(inbox, story)
    _write_quarter_closes(inbox, story)
    _write_partner_plans(inbox, story)
    _write_planted_rows(inbox, story)


def _fortnightly(landing: npt.NDArray[np.int64], story: Story) -> npt.NDArray[np.int64]:
    """People send their sheets every other week, and weekly at the end of the story."""
    count = len(story.landings)
    late = count - 5
    if story.size.every_nth_monday > 1:
        return landing
    moved = np.where(landing < late, np.minimum((landing + 1) // 2 * 2, late), landing)
    return np.where(landing >= count, count, moved)


def _write(inbox: Inbox, feed: str, landing_day: int, table: pa.Table) -> None:
    inbox.write_csv(feed, landing_day, f"{feed}.csv", [table], feed)


def _first_landing_from(story: Story, on: int) -> int:
    """The first landing on or after a day, else the last one."""
    position = min(int(np.searchsorted(story.landings, on)), len(story.landings) - 1)
    return int(story.landings[position])


def _write_partners(inbox: Inbox, story: Story) -> None:
    """The whole list, again whenever a partner joins, leaves or is acquired."""
    managers = story.org.of_kind("partnerships")
    changes = {int(story.landings[0])}
    for partner in story.partners:
        changes.add(_first_landing_from(story, partner.valid_from))
        if partner.valid_to != NEVER:
            changes.add(_first_landing_from(story, partner.valid_to))
    for landing in sorted(changes):
        known = [p for p in story.partners if _first_landing_from(story, p.valid_from) <= landing]
        ended = [
            p.valid_to != NEVER and _first_landing_from(story, p.valid_to) <= landing for p in known
        ]
        table = pa.table(
            {
                "partner_id": [p.partner_id for p in known],
                "partner_name": [p.name for p in known],
                "crm_account_id": salesforce_ids(
                    ACCOUNT, np.array([story.partner_accounts[p.number] for p in known])
                ),
                "coverage": [p.coverage for p in known],
                "mode": [p.mode for p in known],
                "cadence": [str(CADENCE_DAYS[p.cadence]) for p in known],
                "partner_manager_email": [managers[p.number % len(managers)].email for p in known],
                "valid_from": [as_date(p.valid_from).isoformat() for p in known],
                "valid_to": pa.array(
                    [
                        as_date(p.valid_to).isoformat() if over else None
                        for p, over in zip(known, ended, strict=True)
                    ],
                    pa.string(),
                ),
                "successor_partner_id": pa.array(
                    [p.successor if over else None for p, over in zip(known, ended, strict=True)],
                    pa.string(),
                ),
            }
        )
        _write(inbox, "partners", landing, table)


def _partner_words(story: Story, numbers: npt.NDArray) -> tuple[pa.Array, pa.Array]:
    ids = pick([p.partner_id for p in story.partners], numbers)
    return ids, pick([p.name for p in story.partners], numbers)


def touch_ids(rows: npt.NDArray[np.int64]) -> pa.Array:
    """The ids of touches in the partners' template."""
    return joined("PT-", digits(rows, 8))


def registration_ids(rows: npt.NDArray[np.int64]) -> pa.Array:
    """The ids of deal registrations."""
    return joined("REG-", digits(rows, 7))


def _write_touches(inbox: Inbox, story: Story) -> None:
    touches = story.partner_story.touches
    own = np.flatnonzero((touches["channel"] == TEMPLATE).to_numpy())
    emails = [person.email for person in story.org.people]
    sellers = [partner.domain for partner in story.partners]

    def build(rows: npt.NDArray[np.int64]) -> pa.Table:
        part = touches.iloc[rows]
        partner, account = part["partner"].to_numpy(), part["account"].to_numpy()
        deal, owner = part["opportunity"].to_numpy(), part["owner"].to_numpy()
        ids, names = _partner_words(story, partner)
        given, family = person_names(partner * 100 + rows % 9, 21)
        seller = joined(given, ".", family, "@", pick(sellers, partner))
        return pa.table(
            {
                "touch_id": touch_ids(rows),
                "partner_id": ids,
                "partner_name": names,
                "account_id": salesforce_ids(ACCOUNT, account),
                "opportunity_id": salesforce_ids(OPPORTUNITY, np.maximum(deal, 0), deal >= 0),
                "contact_email": pa.nulls(len(rows), pa.string()),
                "touch_type": pick(TOUCH_TYPES, part["type"].to_numpy()),
                "occurred_at": utc_stamp(part["occurred"].to_numpy()),
                "recorded_at": utc_stamp(part["recorded"].to_numpy()),
                "our_rep_email": pick(emails, owner),
                "partner_seller_email": seller,
                "source_system": pick(SOURCE_SYSTEMS, part["system"].to_numpy()),
                "source_record_id": joined("SR-", digits(rows * 3 + 17, 8)),
            }
        )

    landing = _fortnightly(landing_of(touches["recorded"].to_numpy()[own], story.exports), story)
    for number, part in enumerate(slices(landing, len(story.landings))):
        if len(part):
            day_number = int(story.landings[number])
            tables = (build(own[rows]) for rows in chunks(part))
            inbox.write_csv(
                "partner_touches", day_number, "partner_touches.csv", tables, "partner_touches"
            )


def registration_versions(story: Story) -> pd.DataFrame:
    """Each registration as it was first recorded and as it ended: row, at, status, decided."""
    frame = story.partner_story.registrations
    deals = story.deals
    last = frame["status"].to_numpy()
    recorded, decided = frame["recorded"].to_numpy(), frame["decided"].to_numpy()
    about = frame["about"].to_numpy()
    approved = np.isin(last, (APPROVED, CLOSED, EXPIRED))
    first_status = np.where(approved & (decided <= recorded), APPROVED, SUBMITTED)
    waiting = ~np.isin(last, (APPROVED, CLOSED, EXPIRED)) & (last != SUBMITTED)
    first_status = np.where(waiting, SUBMITTED, first_status)
    closed = (last == CLOSED) & (about >= 0)
    close_at = moment(deals.planned_close_on[np.maximum(about, 0)], 20 * 3600)
    expires = np.where(frame["expires_on"] >= 0, frame["expires_on"], local_day(decided) + 90)
    ended = np.select(
        [closed & (deals.outcome[np.maximum(about, 0)] != OPEN), last == EXPIRED],
        [
            np.maximum(close_at, recorded + 3_600),
            np.maximum(moment(expires + 1, 3_600), recorded + 7_200),
        ],
        np.maximum(recorded, decided) + 5 * SECONDS_PER_DAY,
    )
    ended = np.minimum(ended, FINAL_EXPORT - 3_600)
    changed = np.flatnonzero(first_status != last)
    count = len(frame)
    return pd.DataFrame(
        {
            "row": np.concatenate([np.arange(count), changed]),
            "at": np.concatenate([recorded, np.maximum(ended[changed], recorded[changed] + 60)]),
            "status": np.concatenate([first_status, last[changed]]),
            "is_last": np.concatenate([first_status == last, np.ones(len(changed), bool)]),
        }
    )


def _write_registrations(inbox: Inbox, story: Story) -> None:
    frame = story.partner_story.registrations
    versions = registration_versions(story).sort_values(["row", "at"], kind="stable")
    numbers, at = versions["row"].to_numpy(), versions["at"].to_numpy()
    status = versions["status"].to_numpy()
    companies, accounts, deals = story.companies, story.accounts, story.deals

    def build(rows: npt.NDArray[np.int64]) -> pa.Table:
        row = numbers[rows]
        part = frame.iloc[row]
        partner, account = part["partner"].to_numpy(), part["account"].to_numpy()
        deal, about = part["opportunity"].to_numpy(), part["about"].to_numpy()
        decided, expires = part["decided"].to_numpy(), part["expires_on"].to_numpy()
        company = accounts.company[account]
        ids, names = _partner_words(story, partner)
        is_decided = (decided >= 0) & np.isin(status[rows], (APPROVED, CLOSED, EXPIRED))
        currency = np.where(about >= 0, deals.currency[np.maximum(about, 0)], 0)
        estimate = (20_000 + row % 90 * 1_000) * 100
        return pa.table(
            {
                "registration_id": registration_ids(row),
                "partner_id": ids,
                "partner_name": names,
                "partner_account_id": pa.nulls(len(rows), pa.string()),
                "account_id": salesforce_ids(ACCOUNT, account),
                "account_name": written_name(companies, company, accounts.name[account]),
                "opportunity_id": salesforce_ids(OPPORTUNITY, np.maximum(deal, 0), deal >= 0),
                "status": pick(REGISTRATION_STATUSES, status[rows]),
                "submitted_at": utc_stamp(part["submitted"].to_numpy()),
                "approved_at": utc_stamp(decided, is_decided),
                "recorded_at": utc_stamp(part["recorded"].to_numpy()),
                "expires_at": day_text(np.maximum(expires, 0), (expires >= 0) & is_decided),
                "estimated_amount": money(estimate),
                "currency": pick(CURRENCIES, currency),
            }
        )

    landing = _fortnightly(landing_of(at, story.exports), story)
    overtaken = np.append((numbers[1:] == numbers[:-1]) & (landing[1:] == landing[:-1]), False)
    landing = np.where(overtaken, len(story.landings), landing)
    for number, part in enumerate(slices(landing, len(story.landings))):
        if len(part):
            tables = (build(rows) for rows in chunks(part))
            inbox.write_csv(
                "deal_registrations",
                int(story.landings[number]),
                "deal_registrations.csv",
                tables,
                "deal_registrations",
            )


def _write_expectations(inbox: Inbox, story: Story) -> None:
    """The whole list so far, at the start of each quarter and in months with new reps."""
    asked = targets(story)
    people = story.org.people
    rep, quarter = asked["rep"].to_numpy(), asked["quarter"].to_numpy()
    first = np.array([quarter_first_day(int(q)) for q in quarter])
    hired = np.array([people[int(r)].seat_from for r in rep])
    starts = np.maximum(first, hired)
    months = starts.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    is_hire = hired > first
    # a new rep's targets are in the sheet of the month after
    month_start = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    wanted = np.where(is_hire, np.minimum(month_start, FINAL_LANDING), first)
    landing = np.array([_first_landing_from(story, int(on)) for on in wanted])
    acknowledged = first + 6 + (rep * 5 + quarter) % 11
    known = acknowledged < FINAL_LANDING
    is_known = known & ((rep + quarter) % 9 != 0)
    cents, currency = asked["cents"].to_numpy(), asked["currency"].to_numpy()
    for landing_day in np.unique(landing):
        rows = np.flatnonzero(landing <= landing_day)
        table = pa.table(
            {
                "rep_id": salesforce_ids(USER, rep[rows]),
                "rep_email": pick([p.email for p in people], rep[rows]),
                "fiscal_quarter": pa.array([quarter_label(int(q)) for q in quarter[rows]]),
                "quarter_start_on": day_text(first[rows]),
                "quarter_end_on": day_text(
                    np.array([quarter_last_day(int(q)) for q in quarter[rows]])
                ),
                "metric": pa.array(asked["metric"].to_numpy()[rows], pa.string()),
                "target": money(cents[rows]),
                "currency": pick(CURRENCIES, currency[rows]),
                "effective_from": day_text(starts[rows]),
                "acknowledged_on": day_text(
                    acknowledged[rows], is_known[rows] & (acknowledged[rows] <= landing_day)
                ),
                "source": constant("sales operations", len(rows)),
            }
        )
        _write(inbox, "expectations", int(landing_day), table)


@dataclass(frozen=True)
class CalendarRow:
    """One row of the rep calendar; `known_on` is when sales operations learned of it."""

    person: Person
    kind: str
    starts_on: int
    ends_on: int | None
    factor: float | None
    note: str | None
    known_on: int
    replaced_on: int | None = None  # when another row takes its place


def calendar_rows(story: Story) -> list[CalendarRow]:
    """Every seat, ramp, leave and transfer of every rep."""
    rows: list[CalendarRow] = []
    for person in story.org.reps:
        first, last = person.seat_from, person.seat_to
        ends = last if last <= FINAL_LANDING else None
        rows.append(CalendarRow(person, "seat", first, None, None, None, first, ends))
        if ends is not None:
            rows.append(CalendarRow(person, "seat", first, ends, None, "Left the seat", ends))
        for ramp in person.ramps:
            rows.append(
                CalendarRow(
                    person, "ramp", ramp.starts_on, ramp.ends_on, ramp.factor, "Ramp", first
                )
            )
        for leave in person.leaves:
            begins = leave.starts_on
            rows.append(
                CalendarRow(person, "leave", begins, leave.ends_on, 0.0, leave.note, begins)
            )
        for move in person.transfers:
            rows.append(CalendarRow(person, "transfer", move.on, None, None, move.note, move.on))
    return rows


def _write_rep_calendar(inbox: Inbox, story: Story) -> None:
    """The whole calendar, again at each month's start when something is new.

    People tell sales operations ahead: a row is in the sheet of the month in which it begins.
    """
    rows = calendar_rows(story)
    known = [_first_landing_from(story, _month_start(row.known_on)) for row in rows]
    replaced = [
        FINAL_LANDING + 1
        if row.replaced_on is None
        else _first_landing_from(story, _month_start(row.replaced_on))
        for row in rows
    ]
    for landing_day in sorted(set(known)):
        current = [
            row
            for row, known_on, until in zip(rows, known, replaced, strict=True)
            if known_on <= landing_day < until
        ]
        _write(inbox, "rep_calendar", landing_day, _calendar_table(current))


def _month_start(on: int) -> int:
    return day(as_date(on).replace(day=1).isoformat())


def _calendar_table(rows: list[CalendarRow]) -> pa.Table:
    ends = np.array([-1 if row.ends_on is None else row.ends_on for row in rows])
    factors = [None if row.factor is None else f"{row.factor:g}" for row in rows]
    return pa.table(
        {
            "rep_id": [row.person.user_id for row in rows],
            "rep_email": [row.person.email for row in rows],
            "kind": [row.kind for row in rows],
            "starts_on": day_text(np.array([row.starts_on for row in rows])),
            "ends_on": day_text(np.maximum(ends, 0), ends >= 0),
            "factor": pa.array(factors, pa.string()),
            "country": pa.array([row.person.holidays_country for row in rows], pa.string()),
            "note": pa.array([row.note for row in rows], pa.string()),
        }
    )


@dataclass(frozen=True)
class SupportRequest:
    """Support that one rep asked for; days, `given_on` -1 when it never came."""

    rep: int
    partner: int
    account: int
    kind: int
    asked_on: int
    given_on: int


SUPPORT_KINDS = ("intro", "overlap_data", "enablement")


def _support_requests(story: Story, random: Random) -> list[SupportRequest]:
    """Champions ask often, loners hardly; a fifth of what is asked never comes."""
    requests = []
    alive = np.flatnonzero((story.accounts.merged_into < 0) & (story.accounts.case == 0))
    by_owner = alive[np.argsort(story.accounts.owner[alive], kind="stable")]
    owners = story.accounts.owner[by_owner]
    for person in story.org.random_reps:
        low, high = np.searchsorted(owners, [person.number, person.number + 1])
        first = max(STORY_START, person.seat_from)
        last = min(FINAL_LANDING - 6, person.seat_to)
        if low == high or last <= first + 10:
            continue
        for _ in range(int(random.poisson({CHAMPION: 9.0, LONER: 2.0}.get(person.style, 6.0)))):
            asked_on = int(random.integers(first, last))
            given_on = asked_on + int(random.integers(1, 18))
            comes = random.random() < 0.78 and given_on < FINAL_LANDING - 3
            requests.append(
                SupportRequest(
                    rep=person.number,
                    partner=int(random.integers(2)),  # the two that are active throughout
                    account=int(by_owner[int(random.integers(low, high))]),
                    kind=int(random.choice(3, p=[0.6, 0.25, 0.15])),
                    asked_on=asked_on,
                    given_on=given_on if comes else -1,
                )
            )
    return sorted(requests, key=lambda request: (request.asked_on, request.rep, request.account))


def _write_support_log(inbox: Inbox, story: Story) -> None:
    """What reps asked of the partnerships team; a request is sent when made and when answered."""
    random = stream(story.seed, "support")
    requests = _support_requests(story, random)
    asked = business_moments(random, np.array([r.asked_on for r in requests], np.int32))
    given_on = np.array([r.given_on for r in requests], np.int32)
    given = np.maximum(business_moments(random, np.maximum(given_on, 0)), asked + 3_600)
    is_given = given_on >= 0
    number = np.concatenate([np.arange(len(requests)), np.flatnonzero(is_given)])
    at = np.concatenate([asked, given[is_given]])
    is_answer = np.arange(len(number)) >= len(requests)
    landing = _monthly_sheets(landing_of(at, story.exports), story)
    for index, part in enumerate(slices(landing, len(story.landings))):
        if len(part):
            newest = pd.Series(part).groupby(number[part]).max().to_numpy()
            table = _support_table(story, requests, number[newest], asked, given, is_answer[newest])
            _write(inbox, "support_log", int(story.landings[index]), table)


def _support_table(
    story: Story,
    requests: list[SupportRequest],
    rows: npt.NDArray[np.int64],
    asked: Moments,
    given: Moments,
    is_answered: npt.NDArray[np.bool_],
) -> pa.Table:
    part = [requests[int(row)] for row in rows]
    ids, _ = _partner_words(story, np.array([request.partner for request in part]))
    return pa.table(
        {
            "support_id": joined("SUP-", digits(rows, 6)),
            "rep_id": salesforce_ids(USER, np.array([request.rep for request in part])),
            "partner_id": ids,
            "account_id": salesforce_ids(ACCOUNT, np.array([request.account for request in part])),
            "kind": pick(SUPPORT_KINDS, np.array([request.kind for request in part])),
            "asked_at": utc_stamp(asked[rows]),
            "given_at": utc_stamp(given[rows], is_answered),
            "note": pa.nulls(len(rows), pa.string()),
        }
    )


def _monthly_sheets(landing: npt.NDArray[np.int64], story: Story) -> npt.NDArray[np.int64]:
    days = story.landings
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    taken = np.unique(months, return_index=True)[1]
    taken = np.unique(np.append(taken, len(days) - 1))
    position = np.searchsorted(taken, landing)
    inside = position < len(taken)
    return np.where(inside, taken[np.minimum(position, len(taken) - 1)], len(days))


def _write_quarter_closes(inbox: Inbox, story: Story) -> None:
    """Finance signs three business days after each quarter; the last one between two Mondays."""
    waiting: dict[int, list[tuple[str, str]]] = {}
    for label, closed_on, landing in QUARTER_CLOSES:
        on = max(day(landing), int(story.landings[0]))
        waiting.setdefault(_first_landing_from(story, on), []).append((label, closed_on))
    waiting[day(LAST_CLOSE[2])] = [LAST_CLOSE[:2]]
    for landing_day, closes in sorted(waiting.items()):
        at = moment(np.array([day(closed_on) for _, closed_on in closes]), 18 * 3600)
        table = pa.table(
            {
                "fiscal_quarter": [label for label, _ in closes],
                "closed_at": utc_stamp(at),
                "signed_by": [f"controller@{EMAIL_DOMAIN}" for _ in closes],
                "note": ["Books closed" for _ in closes],
            }
        )
        _write(inbox, "quarter_closes", landing_day, table)


def _write_partner_plans(inbox: Inbox, story: Story) -> None:
    """The whole sheets whenever somebody changed them; reviews in the next landing."""
    all_plans = plans(story.partners)
    days = {_first_landing_from(story, on): on for on in sheet_days(all_plans)}
    for landing_day, on in days.items():
        known = [plan for plan in all_plans if plan.sheet_from <= on]
        _write(inbox, "partner_plans", landing_day, _plan_sheet(known, on))
        _write(inbox, "partner_plan_metrics", landing_day, _promise_sheet(known, on))
    reviews: dict[int, list[tuple[Plan, Review]]] = {}
    for plan in all_plans:
        for review in plan.reviews:
            reviews.setdefault(_first_landing_from(story, review.on), []).append((plan, review))
    for landing_day, held in sorted(reviews.items()):
        _write(inbox, "partner_plan_reviews", landing_day, _review_sheet(held))


def _plan_sheet(known: list[Plan], on: int) -> pa.Table:
    """Drafts are signed on the day on which they begin."""
    begun = [plan.starts_on <= on for plan in known]
    signed = list(zip(known, begun, strict=True))
    return _texts(
        {
            "plan_id": [plan.plan_id for plan in known],
            "partner_id": [plan.partner.partner_id for plan in known],
            "our_owner_email": [f"partnerships@{EMAIL_DOMAIN}" for _ in known],
            "partner_owner_name": ["Alliance desk" for _ in known],
            "starts_on": [iso(plan.starts_on) for plan in known],
            "ends_on": [iso(plan.ends_on) for plan in known],
            "status": ["active" if is_begun else "draft" for is_begun in begun],
            "agreed_by_us_on": [
                iso(p.agreed_by_us_on) if is_begun else None for p, is_begun in signed
            ],
            "agreed_by_partner_on": [
                iso(plan.agreed_by_partner_on) if is_begun else None for plan, is_begun in signed
            ],
        }
    )


def _promise_sheet(known: list[Plan], on: int) -> pa.Table:
    promised = [(plan, metric) for plan in known for metric in plan.metrics_on(on)]
    return _texts(
        {
            "plan_id": [plan.plan_id for plan, _ in promised],
            "metric_id": [metric.metric_id for _, metric in promised],
            "side": [metric.side for _, metric in promised],
            "metric": [metric.metric for _, metric in promised],
            "target": [str(metric.target) for _, metric in promised],
            "unit": ["count" for _ in promised],
            "baseline": ["0" for _ in promised],
            "due_on": [iso(metric.due_on) for _, metric in promised],
            "owner": [None for _ in promised],
            "evidence_source": ["cosell" for _ in promised],
            # What people type is the target, whatever happened.
            "reported_actual": [str(metric.target) for _, metric in promised],
        }
    )


def _review_sheet(held: list[tuple[Plan, Review]]) -> pa.Table:
    return _texts(
        {
            "plan_id": [plan.plan_id for plan, _ in held],
            "reviewed_on": [iso(review.on) for _, review in held],
            "attendees": ["Partnerships, Alliance desk" for _ in held],
            "adjustment": [review.adjustment for _, review in held],
            "reason": [review.reason for _, review in held],
        }
    )


def _texts(columns: dict[str, list[str | None]]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _write_planted_rows(inbox: Inbox, story: Story) -> None:
    """Rows that cases put into templates: decisions, overrides, intent, plans."""
    for feed, rows in sorted(story.template_rows.items()):
        landings = [_first_landing_from(story, int(str(row["landing"]))) for row in rows]
        for landing_day in sorted(set(landings)):
            part = [row for row, on in zip(rows, landings, strict=True) if on == landing_day]
            names = list(dict.fromkeys(name for row in part for name in row if name != "landing"))
            table = pa.table(
                {
                    name: pa.array(
                        [None if row.get(name) is None else str(row[name]) for row in part],
                        pa.string(),
                    )
                    for name in names
                }
            )
            _write(inbox, feed, landing_day, table)
