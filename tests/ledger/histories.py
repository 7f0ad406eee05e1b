"""Random histories of a small company: what was landed, refresh by refresh.

A history is a list of plain events; `write_history` turns it into the rows that its files would
have landed. Both the models and the plain re-computation read these rows and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

FIRST_DAY = date(2026, 1, 12)
TIME_ZONE = "America/New_York"
OPENING_POLICY_DAY = "1998-01-01"
USERS = ("U1", "U2", "U3")
MANAGERS = ("M1", "M2")
PARTNERS = ("P1", "P2", "P3")
ACCOUNTS = ("A1", "A2", "A3", "A4")
CURRENCIES = ("USD", "EUR")
OPPORTUNITY_TYPES = ("New", "Renewal", "Strategic")
TOUCH_TYPES = ("intro", "referral", "joint_call", "technical_validation", "meeting")
AMOUNTS = ("100.00", "100.01", "0.05", "33333.33", "-20.00", "0", "", "77.77")
RATES = ("0.900000", "1.100000", "0.333333")
# Of New and Strategic business and of Renewals; the second and third file change the rules.
WINDOW_POLICIES: tuple[tuple[tuple[str, str, int, int, int], ...], ...] = (
    (("*", OPENING_POLICY_DAY, 30, 14, 14),),
    (("*", OPENING_POLICY_DAY, 30, 14, 14), ("Strategic", OPENING_POLICY_DAY, 45, 30, 14)),
    (("*", OPENING_POLICY_DAY, 10, 3, 2), ("*", "2026-03-01", 60, 40, 30)),
)
EXCLUSION_POLICIES: tuple[dict[str, str], ...] = (
    {"Renewal": "renewal"},
    {},
    {"Renewal": "renewal", "Strategic": "internal"},
)
TOUCH_TYPE_POLICIES = (
    {
        "deal_registration": ("strong", "1"),
        "intro": ("strong", "2"),
        "referral": ("strong", "2"),
        "partner_lead": ("strong", "3"),
        "joint_call": ("qualifying", ""),
        "technical_validation": ("qualifying", ""),
        "meeting": ("engagement", ""),
    },
    {
        "deal_registration": ("strong", "1"),
        "intro": ("strong", "2"),
        "referral": ("qualifying", ""),
        "partner_lead": ("engagement", ""),
        "joint_call": ("qualifying", ""),
        "technical_validation": ("engagement", ""),
        "meeting": ("qualifying", ""),
    },
)
# Which touch a task of the CRM is; what a file leaves out is none.
ACTIVITY_TYPES = ("Intro", "Joint Call", "Demo", "Note")
ACTIVITY_TYPE_POLICIES: tuple[dict[str, str], ...] = (
    {"Intro": "intro", "Joint Call": "joint_call", "Demo": "technical_validation"},
    {"Intro": "meeting", "Joint Call": "joint_call", "Note": "intro"},
)
# Place, closed and won of each stage; the exports of the small company have no flags of their own.
STAGE_POLICIES: tuple[dict[str, tuple[int, bool, bool]], ...] = (
    {"Open": (1, False, False), "Won": (2, True, True), "Lost": (3, True, False)},
    {"Open": (1, False, False), "Won": (3, True, True), "Lost": (2, False, False)},
)
# The name that the master list gives each partner; who has a name passes it on.
PARTNER_NAMES = (
    ("Alpha", "Beta", "Gamma"),
    ("Beta", "Alpha", "Gamma"),
    ("Delta", "Beta", "Alpha"),
)
# Hundredths of the reps who share a deal; what does not total 100 is no split (case 26).
SPLITS = (("60", "40"), ("100",), ("70",), ("33.333", "33.333", "33.334"), ())
OVERRIDDEN_CLASSES = ("sourced", "influenced", "direct")
CLOSE_POLICIES = (3, 1, 10)
PLAN_RATES = ("0.920000", "1.250000")


@dataclass(frozen=True)
class Event:
    """One thing that happened; its numbers choose among what there is then."""

    kind: str
    which: int = 0
    value: int = 0
    days_back: int = 0
    lag: int = 0


@dataclass(frozen=True)
class Refresh:
    """What became known together, so many days after the refresh before."""

    days_later: int
    events: tuple[Event, ...]


KINDS = {
    "opportunity": 5,
    "amount": 3,
    "owner": 3,
    "split": 3,
    "won": 4,
    "lost": 1,
    "reopened": 2,
    "close_date": 2,
    "deleted": 2,
    "undeleted": 1,
    "absent": 1,
    "currency": 1,
    "touch_on_account": 6,
    "touch_on_opportunity": 5,
    "touch_changed": 2,
    "task_on_account": 3,
    "task_on_opportunity": 2,
    "task_on_lead": 2,
    "task_changed": 2,
    "lead": 2,
    "lead_converted": 3,
    "override": 2,
    "registration": 3,
    "registration_rejected": 1,
    "role": 2,
    "merge": 2,
    "rate": 2,
    "plan_rate": 1,
    "windows": 2,
    "exclusions": 1,
    "touch_types": 1,
    "activity_types": 1,
    "stages": 2,
    "partner_names": 2,
    "close_policy": 1,
    "sign": 2,
    "manager": 2,
}

events = st.builds(
    Event,
    kind=st.sampled_from([kind for kind, weight in KINDS.items() for _ in range(weight)]),
    which=st.integers(0, 11),
    value=st.integers(0, 11),
    days_back=st.integers(0, 45),
    lag=st.integers(0, 30),
)
refreshes = st.builds(
    Refresh,
    days_later=st.sampled_from([0, 1, 7, 7, 20, 40]),
    events=st.lists(events, min_size=1, max_size=10).map(tuple),
)
beginnings = st.builds(
    Refresh,
    days_later=st.just(0),
    events=st.lists(events, min_size=6, max_size=16).map(
        lambda found: (Event("opportunity", which=1, value=0, days_back=3), *found)
    ),
)
histories = st.builds(
    lambda beginning, later: (beginning, *later),
    beginnings,
    st.lists(refreshes, min_size=2, max_size=5),
)


@dataclass
class Step:
    """The rows that became known together, by (source, table)."""

    number: int
    refresh_number: int
    known_on: date
    rows: dict[tuple[str, str], list[dict[str, str | None]]] = field(default_factory=dict)
    is_full: set[tuple[str, str]] = field(default_factory=set)
    """The tables of which the whole list was sent."""


def write_history(history: Sequence[Refresh]) -> list[Step]:
    """The rows of a history: first the company's settings, then a step per refresh."""
    company = _Company()
    steps = [company.configuration()]
    day = FIRST_DAY
    for number, refresh in enumerate(history, start=1):
        day += timedelta(days=refresh.days_later)
        steps.append(company.step(number, day, refresh.events))
    return steps


def fiscal_quarters() -> list[tuple[str, date, date]]:
    """Name, first and last day of the company's quarters; its year begins in February."""
    firsts = [
        date(year + (month == 1), month if month != 1 else 1, 1)
        for year in (2025, 2026, 2027)
        for month in (2, 5, 8, 11)
    ]
    quarters = []
    for place, (first, following) in enumerate(pairwise(firsts)):
        name = f"FY{first.year + 1}-Q{place % 4 + 1}"
        quarters.append((name, first, following - timedelta(days=1)))
    return quarters


class _Company:
    """What the CRM and the partners hold now."""

    def __init__(self) -> None:
        self.opportunities: dict[str, dict[str, str | None]] = {}
        self.touches: dict[str, dict[str, str | None]] = {}
        self.registrations: dict[str, dict[str, str | None]] = {}
        self.tasks: dict[str, dict[str, str | None]] = {}
        self.leads: dict[str, dict[str, str | None]] = {}
        self.rates = {("EUR", "2025-01-01"): RATES[0], ("EUR", "2026-02-15"): RATES[0]}
        self.merged: dict[str, str] = {}
        self.minute = 0
        self.counter = 0

    def configuration(self) -> Step:
        step = Step(1, 1, FIRST_DAY)
        managers: list[dict[str, str | None]] = [{"id": name, "name": name} for name in MANAGERS]
        step.rows = {
            ("settings", "company"): [
                {
                    "name": "Small",
                    "time_zone": TIME_ZONE,
                    "currency": "USD",
                    "fiscal_year_start_month": "2",
                    "week_starts_on": "monday",
                    "holidays_country": "US",
                }
            ],
            ("settings", "fiscal_quarters"): [
                {
                    "fiscal_quarter": name,
                    "fiscal_year": name[2:6],
                    "quarter_number": name[-1],
                    "starts_on": str(first),
                    "ends_on": str(last),
                }
                for name, first, last in fiscal_quarters()
            ],
            ("policy", "stages"): _stage_rows(0),
            ("policy", "attribution_windows"): _windows_rows(0),
            ("policy", "opportunity_types"): _exclusion_rows(0),
            ("policy", "touch_types"): _touch_type_rows(0),
            ("policy", "activity_touch_types"): _activity_type_rows(0),
            ("policy", "quarter_close"): _close_policy_rows(0),
            ("policy", "plan_rates"): _plan_rate_rows(0),
            ("templates", "partners"): _partner_rows(0),
            ("salesforce", "dated_conversion_rates"): self._rate_rows(),
            ("salesforce", "opportunity_split_types"): [
                {"id": "revenue", "developer_name": "Revenue", "is_total_validated": "true"},
                {"id": "overlay", "developer_name": "Overlay", "is_total_validated": "false"},
            ],
            ("salesforce", "accounts"): [
                self._account_row(account)
                for account in (*ACCOUNTS, *(f"CRM-{partner}" for partner in PARTNERS))
            ],
            ("salesforce", "users"): [
                *({"id": user, "name": user, "manager_id": "M1"} for user in USERS),
                *managers,
            ],
        }
        return step

    def step(self, number: int, day: date, happened: Sequence[Event]) -> Step:
        self.step_now = Step(number + 1, number, day)
        self.day = day
        for event in happened:
            getattr(self, f"_{event.kind}")(event)
        return self.step_now

    # rows of the step

    def _put(self, source: str, table: str, key: str, row: dict[str, str | None]) -> None:
        """A file holds a record once, as it is when the file is written."""
        rows = self.step_now.rows.setdefault((source, table), [])
        rows[:] = [other for other in rows if other[key] != row[key]]
        rows.append(dict(row))

    def _file(self, source: str, table: str, rows: list[dict[str, str | None]]) -> None:
        self.step_now.rows[source, table] = rows

    def _chosen(self, things: dict[str, Any], which: int) -> str | None:
        names = sorted(things)
        return names[which % len(names)] if names else None

    def _changed(self, which: int, **values: str | None) -> None:
        name = self._chosen(self.opportunities, which)
        if name is None:
            return
        self.minute += 1
        opportunity = self.opportunities[name]
        at = datetime.combine(self.day, time(5), UTC) + timedelta(minutes=self.minute)
        opportunity.update(values, system_modstamp=_utc(at))
        self._put("salesforce", "opportunities", "id", opportunity)

    # what happens

    def _opportunity(self, event: Event) -> None:
        self.counter += 1
        name = f"006{self.counter}"
        created = datetime.combine(self.day, time(1), UTC) - timedelta(days=event.days_back)
        # Case 39: one in the morning in London is the day before in New York.
        created += timedelta(minutes=self.counter)
        self.opportunities[name] = {
            "id": name,
            "name": name,
            "account_id": ACCOUNTS[event.which % len(ACCOUNTS)],
            "owner_id": USERS[event.value % len(USERS)],
            "stage_name": "Open",
            "amount": AMOUNTS[event.value % len(AMOUNTS)] or None,
            "currency_iso_code": CURRENCIES[event.lag % len(CURRENCIES)],
            "type": OPPORTUNITY_TYPES[event.lag % len(OPPORTUNITY_TYPES)],
            "close_date": str(self.day + timedelta(days=event.lag)),
            "created_date": _utc(created),
            "is_deleted": "false",
        }
        self._changed(sorted(self.opportunities).index(name))

    def _amount(self, event: Event) -> None:
        self._changed(event.which, amount=AMOUNTS[event.value % len(AMOUNTS)] or None)

    def _owner(self, event: Event) -> None:
        self._changed(event.which, owner_id=USERS[event.value % len(USERS)])

    def _split(self, event: Event) -> None:
        """Case 26: the deal is shared, by one rep or more; an overlay beside it is no revenue."""
        name = self._chosen(self.opportunities, event.which)
        if name is None:
            return
        shares = SPLITS[event.value % len(SPLITS)]
        for place in range(len(USERS)):
            row: dict[str, str | None] = {
                "id": f"S{name}-{place}",
                "opportunity_id": name,
                "split_owner_id": USERS[(event.lag + place) % len(USERS)],
                "split_percentage": shares[place] if place < len(shares) else "0",
                "split_type_id": "revenue",
                "is_deleted": str(place >= len(shares)).lower(),
            }
            self._put("salesforce", "opportunity_splits", "id", row)
        overlay = {**row, "id": f"S{name}-overlay", "split_percentage": "100"}
        overlay.update(split_type_id="overlay", is_deleted="false")
        self._put("salesforce", "opportunity_splits", "id", overlay)

    def _currency(self, event: Event) -> None:
        self._changed(event.which, currency_iso_code=CURRENCIES[event.value % len(CURRENCIES)])

    def _won(self, event: Event) -> None:
        on = self.day - timedelta(days=event.days_back)
        self._changed(event.which, stage_name="Won", close_date=str(on))

    def _lost(self, event: Event) -> None:
        on = self.day - timedelta(days=event.days_back)
        self._changed(event.which, stage_name="Lost", close_date=str(on))

    def _reopened(self, event: Event) -> None:
        self._changed(
            event.which, stage_name="Open", close_date=str(self.day + timedelta(days=event.lag))
        )

    def _close_date(self, event: Event) -> None:
        on = self.day + timedelta(days=event.lag - event.days_back)
        self._changed(event.which, close_date=str(on))

    def _deleted(self, event: Event) -> None:
        self._changed(event.which, is_deleted="true")

    def _undeleted(self, event: Event) -> None:
        self._changed(event.which, is_deleted="false")

    def _absent(self, event: Event) -> None:
        """The whole list is sent, and one that was there is not in it."""
        name = self._chosen(self.opportunities, event.which)
        if name is None:
            return
        self.step_now.is_full.add(("salesforce", "opportunities"))
        del self.opportunities[name]
        self._file(
            "salesforce", "opportunities", [dict(row) for row in self.opportunities.values()]
        )

    def _touch_on_account(self, event: Event) -> None:
        self._touch(event, {"account_id": ACCOUNTS[event.which % len(ACCOUNTS)]})

    def _touch_on_opportunity(self, event: Event) -> None:
        name = self._chosen(self.opportunities, event.which)
        if name is not None:
            self._touch(event, {"opportunity_id": name})

    def _touch(self, event: Event, on: dict[str, str | None]) -> None:
        self.counter += 1
        occurred = datetime.combine(self.day, time(17), UTC) - timedelta(days=event.days_back)
        occurred += timedelta(minutes=self.counter, days=3 if event.lag == 0 else 0)
        # Case 15: recorded so many days after it took place, whenever the file was sent.
        recorded = occurred + timedelta(days=event.lag, hours=1)
        name = f"T{self.counter}"
        # Case 29: some records know the partner by its name alone.
        names = PARTNER_NAMES[event.which % len(PARTNER_NAMES)]
        place = event.value % len(PARTNERS)
        by_name = event.days_back % 4 == 3
        self.touches[name] = {
            "touch_id": name,
            "partner_id": None if by_name else PARTNERS[place],
            "partner_name": names[place] if by_name else None,
            "touch_type": TOUCH_TYPES[event.value % len(TOUCH_TYPES)],
            "occurred_at": _utc(occurred),
            "recorded_at": _utc(recorded),
            **on,
        }
        self._put("templates", "partner_touches", "touch_id", self.touches[name])

    def _touch_changed(self, event: Event) -> None:
        name = self._chosen(self.touches, event.which)
        if name is not None:
            self.touches[name]["touch_type"] = TOUCH_TYPES[event.value % len(TOUCH_TYPES)]
            self._put("templates", "partner_touches", "touch_id", self.touches[name])

    def _task_on_account(self, event: Event) -> None:
        self._task(event, {"account_id": ACCOUNTS[event.which % len(ACCOUNTS)]})

    def _task_on_opportunity(self, event: Event) -> None:
        name = self._chosen(self.opportunities, event.which)
        if name is not None:
            self._task(event, {"what_id": name})

    def _task_on_lead(self, event: Event) -> None:
        name = self._chosen(self.leads, event.which)
        if name is not None:
            self._task(event, {"who_id": name})

    def _task(self, event: Event, on: dict[str, str | None]) -> None:
        """A task that names a partner; it is a touch where the policy knows its type."""
        self.counter += 1
        day = self.day - timedelta(days=event.days_back)
        recorded = datetime.combine(day, time(20), UTC) + timedelta(days=event.lag)
        name = f"00T{self.counter}"
        self.tasks[name] = {
            "id": name,
            "type": ACTIVITY_TYPES[event.value % len(ACTIVITY_TYPES)],
            "activity_date": str(day),
            "created_date": _utc(recorded),
            "is_closed": "true",
            "is_deleted": "false",
            "partner_account_id": f"CRM-{PARTNERS[event.value % len(PARTNERS)]}",
            **on,
        }
        self._put("salesforce", "tasks", "id", self.tasks[name])

    def _task_changed(self, event: Event) -> None:
        """Another type, no longer done, or deleted."""
        name = self._chosen(self.tasks, event.which)
        if name is not None:
            self.tasks[name].update(
                type=ACTIVITY_TYPES[event.value % len(ACTIVITY_TYPES)],
                is_closed=str(event.lag % 4 != 1).lower(),
                is_deleted=str(event.lag % 4 == 2).lower(),
            )
            self._put("salesforce", "tasks", "id", self.tasks[name])

    def _lead(self, event: Event) -> None:
        """A lead, of a partner or of nobody."""
        self.counter += 1
        created = datetime.combine(self.day, time(14), UTC) - timedelta(days=event.days_back)
        name = f"00Q{self.counter}"
        self.leads[name] = {
            "id": name,
            "created_date": _utc(created),
            "is_deleted": "false",
            "is_converted": "false",
            "converted_account_id": None,
            "converted_opportunity_id": None,
            "partner_account_id": f"CRM-{PARTNERS[event.value % len(PARTNERS)]}"
            if event.value % 2
            else None,
        }
        self._put("salesforce", "leads", "id", self.leads[name])

    def _lead_converted(self, event: Event) -> None:
        """Case 17: the lead has become an account, and a deal there or none."""
        name = self._chosen(self.leads, event.which)
        deal = self._chosen(self.opportunities, event.value)
        if name is not None and deal is not None:
            self.leads[name].update(
                is_converted="true",
                converted_account_id=self.opportunities[deal]["account_id"],
                converted_opportunity_id=deal if event.lag % 3 else None,
            )
            self._put("salesforce", "leads", "id", self.leads[name])

    def _override(self, event: Event) -> None:
        """Somebody decides otherwise; sometimes nobody else approved it, and each ends some day."""
        name = self._chosen(self.opportunities, event.which)
        if name is None:
            return
        at = datetime.combine(self.day, time(9), UTC) - timedelta(days=event.lag % 3)
        row: dict[str, str | None] = {
            "override_id": f"V{event.days_back % 4}",
            "opportunity_id": name,
            "attribution_class": OVERRIDDEN_CLASSES[event.value % len(OVERRIDDEN_CLASSES)],
            "partner_id": PARTNERS[event.which % len(PARTNERS)],
            "reason": "It was so",
            "requested_by": "ann",
            "requested_at": _utc(at - timedelta(days=1)),
            "approved_by": "ANN " if event.lag % 5 == 4 else "bob",
            "approved_at": _utc(at),
            "expires_on": str(self.day + timedelta(days=event.days_back - 5)),
        }
        self._put("templates", "attribution_overrides", "override_id", row)

    def _registration(self, event: Event) -> None:
        self.counter += 1
        approved = datetime.combine(self.day, time(17), UTC) - timedelta(days=event.days_back)
        approved += timedelta(minutes=self.counter)
        named = self._chosen(self.opportunities, event.which) if event.value % 2 else None
        name = f"R{self.counter}"
        self.registrations[name] = {
            "registration_id": name,
            "partner_id": PARTNERS[event.value % len(PARTNERS)],
            "opportunity_id": named,
            "account_id": None if named else ACCOUNTS[event.which % len(ACCOUNTS)],
            "status": "Approved",
            "submitted_at": _utc(approved - timedelta(days=1)),
            "approved_at": _utc(approved),
            "recorded_at": _utc(approved + timedelta(days=event.lag)),
            "expires_at": str(approved.date() + timedelta(days=20 + event.lag)),
        }
        self._put("templates", "deal_registrations", "registration_id", self.registrations[name])

    def _registration_rejected(self, event: Event) -> None:
        name = self._chosen(self.registrations, event.which)
        if name is not None:
            self.registrations[name]["status"] = "Rejected"
            self._put(
                "templates", "deal_registrations", "registration_id", self.registrations[name]
            )

    def _role(self, event: Event) -> None:
        """The CRM says that a partner brought the deal: a claim that only breaks ties."""
        name = self._chosen(self.opportunities, event.which)
        if name is not None:
            partner = PARTNERS[event.value % len(PARTNERS)]
            row: dict[str, str | None] = {
                "id": f"{name}-{partner}",
                "opportunity_id": name,
                "account_to_id": f"CRM-{partner}",
                "role": "Sourcing Partner",
                "is_primary": "true",
                "is_deleted": str(event.lag % 3 == 0).lower(),
            }
            self._put("salesforce", "opportunity_partners", "id", row)

    def _merge(self, event: Event) -> None:
        """An account that still stands is merged into another that still stands."""
        standing = [account for account in ACCOUNTS if account not in self.merged]
        if len(standing) > 1:
            loser = standing[event.which % len(standing)]
            others = [account for account in standing if account != loser]
            self.merged[loser] = others[event.value % len(others)]
            self._put("salesforce", "accounts", "id", self._account_row(loser))

    def _account_row(self, account: str) -> dict[str, str | None]:
        return {
            "id": account,
            "name": account,
            "master_record_id": self.merged.get(account),
            "is_deleted": str(account in self.merged).lower(),
        }

    def _rate(self, event: Event) -> None:
        """Case 4: a rate that was published is corrected, or one for a later day is added."""
        starts = sorted(self.rates)
        currency, starts_on = starts[event.which % len(starts)]
        if event.lag % 3 == 0:
            starts_on = str(self.day - timedelta(days=event.days_back))
        self.rates[currency, starts_on] = RATES[event.value % len(RATES)]
        self._file("salesforce", "dated_conversion_rates", self._rate_rows())

    def _rate_rows(self) -> list[dict[str, str | None]]:
        return [
            {"iso_code": currency, "start_date": starts_on, "conversion_rate": rate}
            for (currency, starts_on), rate in sorted(self.rates.items())
        ]

    def _plan_rate(self, event: Event) -> None:
        self._file("policy", "plan_rates", _plan_rate_rows(event.value))

    def _windows(self, event: Event) -> None:
        self._file("policy", "attribution_windows", _windows_rows(event.value))

    def _exclusions(self, event: Event) -> None:
        self._file("policy", "opportunity_types", _exclusion_rows(event.value))

    def _touch_types(self, event: Event) -> None:
        self._file("policy", "touch_types", _touch_type_rows(event.value))

    def _activity_types(self, event: Event) -> None:
        self._file("policy", "activity_touch_types", _activity_type_rows(event.value))

    def _stages(self, event: Event) -> None:
        self._file("policy", "stages", _stage_rows(event.value))

    def _partner_names(self, event: Event) -> None:
        self._file("templates", "partners", _partner_rows(event.value))

    def _close_policy(self, event: Event) -> None:
        self._file("policy", "quarter_close", _close_policy_rows(event.value))

    def _sign(self, event: Event) -> None:
        ended = [name for name, _, last in fiscal_quarters() if last < self.day]
        if ended:
            quarter = ended[-1 - event.which % min(2, len(ended))]
            at = datetime.combine(self.day, time(12), UTC)
            row: dict[str, str | None] = {
                "fiscal_quarter": quarter,
                "closed_at": _utc(at),
                "signed_by": "cfo@small.example",
            }
            self._put("templates", "quarter_closes", "fiscal_quarter", row)

    def _manager(self, event: Event) -> None:
        user = USERS[event.which % len(USERS)]
        row: dict[str, str | None] = {
            "id": user,
            "name": user,
            "manager_id": MANAGERS[event.value % len(MANAGERS)],
        }
        self._put("salesforce", "users", "id", row)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _policy(version: int = 0, **columns: str | None) -> dict[str, str | None]:
    return {"policy_version": f"v{version}", "effective_from": OPENING_POLICY_DAY, **columns}


def _windows_rows(value: int) -> list[dict[str, str | None]]:
    version = value % len(WINDOW_POLICIES)
    return [
        {
            "policy_version": f"v{version}-{opportunity_type}-{effective_from}",
            "effective_from": effective_from,
            "opportunity_type": opportunity_type,
            "sourced_window_days": str(window),
            "sourced_lock_days": str(lock),
            "influenced_recording_days": str(recording),
            "registration_valid_days": "90",
        }
        for opportunity_type, effective_from, window, lock, recording in WINDOW_POLICIES[version]
    ]


def _exclusion_rows(value: int) -> list[dict[str, str | None]]:
    version = value % len(EXCLUSION_POLICIES)
    return [
        _policy(version, opportunity_type=name, exclusion=EXCLUSION_POLICIES[version].get(name))
        for name in OPPORTUNITY_TYPES
    ]


def _touch_type_rows(value: int) -> list[dict[str, str | None]]:
    version = value % len(TOUCH_TYPE_POLICIES)
    return [
        _policy(version, touch_type=name, strength=strength, source_rank=rank or None)
        for name, (strength, rank) in TOUCH_TYPE_POLICIES[version].items()
    ]


def _activity_type_rows(value: int) -> list[dict[str, str | None]]:
    version = value % len(ACTIVITY_TYPE_POLICIES)
    return [
        _policy(version, activity_type=name, touch_type=touch_type)
        for name, touch_type in ACTIVITY_TYPE_POLICIES[version].items()
    ]


def _stage_rows(value: int) -> list[dict[str, str | None]]:
    version = value % len(STAGE_POLICIES)
    return [
        _policy(
            version,
            stage_name=name,
            stage_number=str(place),
            canonical_stage="any",
            is_closed=str(is_closed).lower(),
            is_won=str(is_won).lower(),
        )
        for name, (place, is_closed, is_won) in STAGE_POLICIES[version].items()
    ]


def _partner_rows(value: int) -> list[dict[str, str | None]]:
    names = PARTNER_NAMES[value % len(PARTNER_NAMES)]
    return [
        {"partner_id": partner, "partner_name": name, "crm_account_id": f"CRM-{partner}"}
        for partner, name in zip(PARTNERS, names, strict=True)
    ]


def _close_policy_rows(value: int) -> list[dict[str, str | None]]:
    version = value % len(CLOSE_POLICIES)
    return [_policy(version, business_days_after_quarter_end=str(CLOSE_POLICIES[version]))]


def _plan_rate_rows(value: int) -> list[dict[str, str | None]]:
    version = value % len(PLAN_RATES)
    return [
        _policy(version, currency="USD", plan_rate="1"),
        _policy(version, currency="EUR", plan_rate=PLAN_RATES[version]),
    ]
