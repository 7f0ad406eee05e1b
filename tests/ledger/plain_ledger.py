"""The ledger once more: deliberately simple, one opportunity and one step at a time.

It reads the landed rows of a history and nothing of the pipeline. At every step it forgets what it
knew, reads all rows that are known by then, and says where each amount stands; what the ledger must
have posted is the difference to the step before (rules sections 7.2 to 7.8).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from tests.ledger.histories import TIME_ZONE, Step, fiscal_quarters

ZONE = ZoneInfo(TIME_ZONE)
CENT = Decimal("0.01")
HUNDRED = Decimal(100)
NEVER = datetime.max.replace(tzinfo=UTC)
MEASURES = ("pipeline_created", "bookings")

LandedRow = dict[str, str | None]
# Opportunity, measure and rep.
Place = tuple[str, str, str | None]


@dataclass(frozen=True)
class Key:
    """What an amount is booked under; a change of any of these moves the whole amount."""

    attribution_class: str
    partner_id: str | None
    rep_id: str | None
    manager_id: str | None
    origin_quarter: str
    currency: str
    exclusion: str | None


@dataclass(frozen=True)
class Position:
    """Where an amount stands."""

    key: Key
    amount: Decimal
    amount_company_currency: Decimal


@dataclass(frozen=True)
class Touch:
    """One touch as it is known at a step."""

    touch_id: str
    partner_id: str
    account_id: str | None
    opportunity_id: str | None
    touch_type: str
    strength: str
    source_rank: int | None
    occurred_at: datetime
    recorded_at: datetime
    expires_on: date | None


@dataclass(frozen=True)
class Windows:
    """The days of the policy that an opportunity falls under."""

    sourced: int
    lock: int
    recording: int


class Known:
    """All that is known at one step."""

    def __init__(self, steps: Sequence[Step]) -> None:
        """Read the steps that have become known, the newest last."""
        self.steps = steps
        self.known_on = steps[-1].known_on

    def versions(
        self, source: str, table: str, *key: str
    ) -> dict[tuple, list[tuple[Step, LandedRow]]]:
        """Every landed version of every record, the newest last."""
        found: dict[tuple, list[tuple[Step, LandedRow]]] = {}
        for step in self.steps:
            for row in step.rows.get((source, table), []):
                found.setdefault(tuple(row.get(name) for name in key), []).append((step, row))
        return found

    def newest(self, source: str, table: str, *key: str) -> list[LandedRow]:
        """The newest version of every record."""
        return [versions[-1][1] for versions in self.versions(source, table, *key).values()]

    def policy(self, name: str) -> list[LandedRow]:
        """The rows of the newest file of a policy."""
        return [step.rows["policy", name] for step in self.steps if ("policy", name) in step.rows][
            -1
        ]

    # accounts

    def survivor(self, account: str | None) -> str | None:
        """Follow the merges that are known (case 8)."""
        merged = {
            row["id"]: row["master_record_id"]
            for row in self.newest("salesforce", "accounts", "id")
            if row["master_record_id"]
        }
        while account in merged:
            account = merged[account]
        return account

    # touches

    def touches(self) -> list[Touch]:
        """The touches that count: strong or qualifying, and not in the future."""
        types = {
            row["touch_type"]: (row["strength"], row["source_rank"])
            for row in self.policy("touch_types")
        }
        found = []
        for landed in self.newest("templates", "partner_touches", "touch_id"):
            row = {**landed, "partner_id": landed["partner_id"] or self.named(landed)}
            if row["partner_id"] is None:
                continue
            strength, rank = types[row["touch_type"]]
            found.append(_touch(row, "touch_id", "", str(row["touch_type"]), strength, rank, None))
        strength, rank = types["deal_registration"]
        for row in self.newest("templates", "deal_registrations", "registration_id"):
            if row["status"] == "Approved":
                expires = date.fromisoformat(str(row["expires_at"]))
                approved = {**row, "occurred_at": row["approved_at"]}
                found.append(
                    _touch(
                        approved,
                        "registration_id",
                        "deal_registration:",
                        "deal_registration",
                        strength,
                        rank,
                        expires,
                    )
                )
        found += self._touches_of_the_crm(types)
        return [
            touch
            for touch in found
            if touch.strength in ("strong", "qualifying")
            and company_day(touch.occurred_at) <= self.known_on
        ]

    def named(self, row: LandedRow) -> str | None:
        """Whom a name means: the partner that the master list gave it last (case 29)."""
        for step in reversed(self.steps):
            partners = [
                partner["partner_id"]
                for partner in step.rows.get(("templates", "partners"), [])
                if partner["partner_name"] == row["partner_name"]
            ]
            if partners:
                return min(map(str, partners))
        return None

    def _touches_of_the_crm(self, types: dict[str | None, tuple]) -> list[Touch]:
        """Tasks that the policy knows and that took place, and leads that a partner made."""
        kinds = {
            row["activity_type"]: str(row["touch_type"])
            for row in self.policy("activity_touch_types")
        }
        leads = {row["id"]: row for row in self.newest("salesforce", "leads", "id")}
        found = []
        for row in self.newest("salesforce", "tasks", "id"):
            kind = kinds.get(row["type"])
            if kind is None or row["is_closed"] != "true" or row["is_deleted"] == "true":
                continue
            # Case 17: what was agreed on a lead is of the account and the deal it has become.
            lead = leads.get(row.get("who_id"), {})
            midnight = datetime.combine(date.fromisoformat(str(row["activity_date"])), time(), ZONE)
            found.append(
                Touch(
                    f"salesforce_task:{row['id']}",
                    str(row["partner_account_id"]).removeprefix("CRM-"),
                    row.get("account_id") or lead.get("converted_account_id"),
                    row.get("what_id") or lead.get("converted_opportunity_id"),
                    kind,
                    *_strength(types[kind]),
                    midnight.astimezone(UTC),
                    moment(row["created_date"]),
                    None,
                )
            )
        for lead in leads.values():
            if lead["partner_account_id"]:
                created = moment(lead["created_date"])
                found.append(
                    Touch(
                        f"salesforce_lead:{lead['id']}",
                        lead["partner_account_id"].removeprefix("CRM-"),
                        lead["converted_account_id"],
                        lead["converted_opportunity_id"],
                        "partner_lead",
                        *_strength(types["partner_lead"]),
                        created,
                        created,
                        None,
                    )
                )
        return found

    # opportunities

    def opportunities(self) -> list[Opportunity]:
        """Every opportunity that was ever landed; one absent from a later whole list is deleted."""
        found = []
        for (name,), versions in self.versions("salesforce", "opportunities", "id").items():
            last_seen = versions[-1][0].number
            is_absent = any(
                step.number > last_seen and ("salesforce", "opportunities") in step.is_full
                for step in self.steps
            )
            stages = {row["stage_name"]: row for row in self.policy("stages")}
            stage = stages[versions[-1][1]["stage_name"]]
            found.append(Opportunity(str(name), versions, is_absent, stage))
        return found

    def windows(self, opportunity: Opportunity) -> Windows:
        """The row of the opportunity's own type before the row of any type, the newest first."""
        rows = [
            row
            for row in self.policy("attribution_windows")
            if row["opportunity_type"] in ("*", opportunity.first["type"])
            and date.fromisoformat(str(row["effective_from"])) <= opportunity.created_on
        ]
        best = max(
            rows, key=lambda row: (row["opportunity_type"] != "*", str(row["effective_from"]))
        )
        return Windows(
            int(str(best["sourced_window_days"])),
            int(str(best["sourced_lock_days"])),
            int(str(best["influenced_recording_days"])),
        )

    def rate(self, opportunity: Opportunity) -> Decimal:
        """The dated rate of the close date of what is closed, the plan's of what is open."""
        currency = opportunity.now["currency_iso_code"]
        if currency == "USD":
            return Decimal(1)
        if not opportunity.is_closed:
            rows = [row for row in self.policy("plan_rates") if row["currency"] == currency]
            return Decimal(str(rows[0]["plan_rate"]))
        rates = self.newest("salesforce", "dated_conversion_rates", "iso_code", "start_date")
        before = [
            row
            for row in rates
            if row["iso_code"] == currency
            and date.fromisoformat(str(row["start_date"])) <= opportunity.close_on
        ]
        newest = max(before, key=lambda row: str(row["start_date"]))
        return Decimal(str(newest["conversion_rate"]))

    def exclusion(self, opportunity: Opportunity) -> str | None:
        """Why the policy leaves an opportunity out, None where it counts."""
        rows = self.policy("opportunity_types")
        return next(
            row["exclusion"] for row in rows if row["opportunity_type"] == opportunity.now["type"]
        )

    def manager(self, rep: str | None, event_on: date) -> str | None:
        """The rep's manager on the day; before the first observation the first observed."""
        versions = self.versions("salesforce", "users", "id").get((rep,), [])
        by_then = [row for step, row in versions if step.known_on <= event_on]
        if by_then:
            return by_then[-1].get("manager_id")
        return versions[0][1].get("manager_id") if versions else None

    # classes

    def classes(self) -> dict[str, tuple[str, str | None]]:
        """Class and primary partner of every opportunity."""
        opportunities = self.opportunities()
        touches = self.touches()
        sourcing: dict[str, list[Touch]] = {}
        influencing: dict[str, list[Touch]] = {}
        for touch in touches:
            for opportunity in self._sourced_by(touch, opportunities):
                sourcing.setdefault(opportunity.name, []).append(touch)
            for opportunity in self._influenced_by(touch, opportunities):
                influencing.setdefault(opportunity.name, []).append(touch)
        roles = {
            (row["opportunity_id"], str(row["account_to_id"]).removeprefix("CRM-"))
            for row in self.newest("salesforce", "opportunity_partners", "id")
            if row["is_deleted"] == "false"
        }
        decided: dict[str, tuple[str, str | None]] = {}
        overridden = self.overrides()
        for opportunity in opportunities:
            name = opportunity.name
            if name in overridden:
                decided[name] = overridden[name]
            elif name in sourcing:
                decided[name] = ("sourced", _primary(sourcing[name], name, roles))
            elif name in influencing:
                decided[name] = ("influenced", _primary(influencing[name], name, roles))
            else:
                decided[name] = ("direct", None)
        return decided

    def overrides(self) -> dict[str | None, tuple[str, str | None]]:
        """What somebody decided and somebody else approved, until it expires (rules 7.12)."""
        in_force = [
            row
            for row in self.newest("templates", "attribution_overrides", "override_id")
            if str(row["approved_by"]).strip().lower() != str(row["requested_by"]).strip().lower()
            and date.fromisoformat(str(row["expires_on"])) >= self.known_on
        ]
        in_force.sort(key=lambda row: (moment(row["approved_at"]), _reversed(row["override_id"])))
        return {
            row["opportunity_id"]: (
                str(row["attribution_class"]),
                None if row["attribution_class"] == "direct" else row["partner_id"],
            )
            for row in in_force
        }

    def _candidates(self, touch: Touch, opportunities: list[Opportunity]) -> list[Opportunity]:
        """The opportunity that a touch names, or all that were ever on its account."""
        if touch.opportunity_id is not None:
            return [one for one in opportunities if one.name == touch.opportunity_id]
        survivor = self.survivor(touch.account_id)
        return [
            one
            for one in opportunities
            if any(self.survivor(account) == survivor for account in one.accounts)
        ]

    def _sourced_by(self, touch: Touch, opportunities: list[Opportunity]) -> list[Opportunity]:
        if touch.strength != "strong":
            return []
        occurred_on, recorded_on = company_day(touch.occurred_at), company_day(touch.recorded_at)
        eligible = [
            one
            for one in self._candidates(touch, opportunities)
            if touch.occurred_at <= one.created_at
            and occurred_on >= one.created_on - timedelta(days=self.windows(one).sourced)
            and recorded_on <= one.created_on + timedelta(days=self.windows(one).lock)
            and (touch.expires_on is None or one.created_on <= touch.expires_on)
        ]
        # Case 18: the next one created, and that one only.
        return sorted(eligible, key=lambda one: (one.created_at, one.name))[:1]

    def _influenced_by(self, touch: Touch, opportunities: list[Opportunity]) -> list[Opportunity]:
        if touch.strength != "qualifying":
            return []
        occurred_on, recorded_on = company_day(touch.occurred_at), company_day(touch.recorded_at)
        eligible = [
            one
            for one in self._candidates(touch, opportunities)
            if touch.occurred_at > one.created_at
            and recorded_on <= occurred_on + timedelta(days=self.windows(one).recording)
            and (not one.is_closed or occurred_on <= one.close_on)
        ]
        # The one opened most recently.
        return sorted(eligible, key=lambda one: (-one.created_at.timestamp(), one.name))[:1]

    # positions

    def shares(self, opportunity: Opportunity) -> list[tuple[str | None, Decimal]]:
        """Who shares the deal, with hundredths, the largest first; nobody where it is not split.

        Case 26: what does not total 100 is no split, and the one of 100 % that a CRM writes for
        whoever owns the deal today is none either.
        """
        hundredths: dict[str, Decimal] = {}
        for row in self.newest("salesforce", "opportunity_splits", "id"):
            is_revenue = row["split_type_id"] == "revenue" and row["is_deleted"] == "false"
            if is_revenue and row["opportunity_id"] == opportunity.name:
                owner = str(row["split_owner_id"])
                share = Decimal(str(row["split_percentage"]))
                hundredths[owner] = hundredths.get(owner, Decimal(0)) + share
        if sum(hundredths.values()) != HUNDRED or list(hundredths) == [opportunity.now["owner_id"]]:
            return []
        return sorted(hundredths.items(), key=lambda item: (-item[1], item[0]))

    def positions(self) -> dict[Place, Position]:
        """Where every amount stands, by opportunity, measure and rep."""
        classes = self.classes()
        found: dict[Place, Position] = {}
        for opportunity in self.opportunities():
            amount = Decimal(opportunity.now["amount"] or 0).quantize(CENT)
            if opportunity.is_deleted or amount == 0:
                continue
            events = {"pipeline_created": (opportunity.created_on, opportunity.created_at)}
            if opportunity.is_won:
                midnight = datetime.combine(opportunity.close_on + timedelta(days=1), time(), ZONE)
                events["bookings"] = (opportunity.close_on, midnight)
            attribution_class, partner = classes[opportunity.name]
            for measure, (event_on, event_at) in events.items():
                owner = opportunity.owner_at(event_at)
                converted = (amount / self.rate(opportunity)).quantize(CENT, ROUND_HALF_UP)
                until = Decimal(0)
                for rep, share in self.shares(opportunity) or [(owner, HUNDRED)]:
                    key = Key(
                        attribution_class,
                        partner,
                        rep,
                        self.manager(rep, event_on),
                        quarter_of(event_on),
                        str(opportunity.now["currency_iso_code"]),
                        self.exclusion(opportunity),
                    )
                    part, converted_part = (
                        _part(money, until + share) - _part(money, until)
                        for money in (amount, converted)
                    )
                    if part or converted_part:
                        found[opportunity.name, measure, rep] = Position(key, part, converted_part)
                    until += share
        return found


class Opportunity:
    """One opportunity as it is known at a step."""

    def __init__(
        self,
        name: str,
        versions: list[tuple[Step, LandedRow]],
        is_absent: bool,
        stage: LandedRow,
    ) -> None:
        """Read its landed versions, the newest last, and what the policy says of its stage."""
        self.name = name
        self.versions = versions
        self.first, self.now = versions[0][1], versions[-1][1]
        self.created_at = moment(self.first["created_date"])
        self.created_on = company_day(self.created_at)
        self.close_on = date.fromisoformat(str(self.now["close_date"]))
        self.is_closed = stage["is_closed"] == "true"
        self.is_won = stage["is_won"] == "true"
        self.is_deleted = is_absent or self.now["is_deleted"] == "true"
        self.accounts = {row["account_id"] for _, row in versions}

    def owner_at(self, event_at: datetime) -> str | None:
        """The owner at a moment: who was seen as owner last before it (case 1)."""
        changes = [(self.created_at, self.first["owner_id"])]
        for (_, before), (_, after) in pairwise(self.versions):
            if before["owner_id"] != after["owner_id"]:
                changes.append((moment(after["system_modstamp"]), after["owner_id"]))
        by_then = [owner for since, owner in changes if since <= event_at]
        return by_then[-1] if by_then else changes[0][1]


def _part(amount: Decimal, hundredths: Decimal) -> Decimal:
    """So many hundredths of an amount, rounded once: parts that end where others begin add up."""
    return (amount * hundredths / HUNDRED).quantize(CENT, ROUND_HALF_UP)


def _strength(of_policy: tuple[str, str | None]) -> tuple[str, int | None]:
    strength, rank = of_policy
    return strength, int(rank) if rank else None


def _reversed(name: str | None) -> tuple[int, ...]:
    """A key that sorts names the other way round: of two of one moment the first name wins."""
    return tuple(-ord(letter) for letter in str(name))


def _touch(
    row: LandedRow,
    key: str,
    prefix: str,
    touch_type: str,
    strength: str | None,
    rank: str | None,
    expires_on: date | None,
) -> Touch:
    return Touch(
        f"{prefix}{row[key]}",
        str(row["partner_id"]),
        row.get("account_id"),
        row.get("opportunity_id"),
        touch_type,
        str(strength),
        int(rank) if rank else None,
        moment(row["occurred_at"]),
        moment(row["recorded_at"]),
        expires_on,
    )


def _primary(touches: list[Touch], opportunity: str, roles: set[tuple[str | None, str]]) -> str:
    """Rules section 7.4: registration, role in the CRM, earliest touch, partner id."""

    def rank(partner: str) -> tuple:
        own = [touch for touch in touches if touch.partner_id == partner]
        registered = [t.occurred_at for t in own if t.touch_type == "deal_registration"]
        return (
            min(registered, default=NEVER),
            (opportunity, partner) not in roles,
            min(touch.occurred_at for touch in own),
            partner,
        )

    return min({touch.partner_id for touch in touches}, key=rank)


def moment(text: str | None) -> datetime:
    """A landed moment, which is UTC."""
    return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)


def company_day(at: datetime) -> date:
    """The company's day of a moment (case 39)."""
    return at.astimezone(ZONE).date()


def quarter_of(day: date) -> str:
    """The fiscal quarter of a day."""
    return next(name for name, first, last in fiscal_quarters() if first <= day <= last)


def closed_quarters(steps: Sequence[Step]) -> list[set[str]]:
    """The quarters that are closed at each step; what was closed once stays closed."""
    closed: set[str] = set()
    found = []
    opened = False
    for place, step in enumerate(steps):
        known = Known(steps[: place + 1])
        signed = {
            row["fiscal_quarter"]
            for row in known.newest("templates", "quarter_closes", "fiscal_quarter")
        }
        days = int(str(known.policy("quarter_close")[0]["business_days_after_quarter_end"]))
        if opened:
            for name, _, last in fiscal_quarters():
                if name in signed or _business_day_after(last, days) < step.known_on:
                    closed.add(name)
        opened = opened or ("salesforce", "opportunities") in step.rows
        found.append(set(closed))
    return found


def _business_day_after(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def open_quarter(step: Step, closed: set[str]) -> str:
    """The quarter that takes what belongs to a closed one."""
    return next(
        name for name, _, last in fiscal_quarters() if step.known_on <= last and name not in closed
    )


def expected_positions(steps: Sequence[Step]) -> list[dict[Place, Position]]:
    """Where every amount stands after each step."""
    return [Known(steps[: place + 1]).positions() for place in range(len(steps))]


def balances(postings: Iterable[dict]) -> dict[Place, Position]:
    """Where every amount stands by the ledger: the sum of its postings under each key."""
    sums: dict[tuple[str, str, Key], list[Decimal]] = {}
    for posting in postings:
        key = Key(*(posting[name] for name in Key.__dataclass_fields__))
        place = sums.setdefault(
            (posting["opportunity_id"], posting["measure"], key), [Decimal(0), Decimal(0)]
        )
        place[0] += posting["amount"]
        place[1] += posting["amount_company_currency"]
    found: dict[Place, Position] = {}
    for (opportunity, measure, key), (amount, converted) in sums.items():
        if amount or converted:
            place_of = (opportunity, measure, key.rep_id)
            assert place_of not in found, (
                f"{place_of} stands under two keys: {found[place_of]}, {key}"
            )
            found[place_of] = Position(key, amount, converted)
    return found
