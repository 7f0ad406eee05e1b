"""The attribution rules once more, one deal at a time and in plain Python, from the files alone.

It exists to check that the evidence in the files makes the generator's plan true; it knows nothing
of the generator and nothing of the pipeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .story_files import Row, StoryFiles, company_day, moment

AS_OF = datetime(2026, 8, 24, 9, 0, tzinfo=UTC)
STRONG = {"intro", "referral", "partner_lead", "deal_registration"}
QUALIFYING = {"joint_call", "technical_validation", "exec_intro", "deal_registration_support"}
NOT_COUNTED = {"list_download", "automated_sequence", "event", "deal_registration"}
ACTIVITY_TYPES = {
    "Partner Intro": "intro",
    "Partner Referral": "referral",
    "Joint Call": "joint_call",
    "Technical Validation": "technical_validation",
    "Exec Intro": "exec_intro",
    "Partner Email": "email",
    "Partner Meeting": "meeting",
    "Partner Event": "event",
}
PLAN_RATES = {
    "USD": Decimal(1),
    "EUR": Decimal("0.92"),
    "GBP": Decimal("0.79"),
    "JPY": Decimal(150),
    "CAD": Decimal("1.36"),
}


@dataclass(frozen=True)
class Touch:
    """One thing that a partner did."""

    partner_id: str
    account_id: str
    opportunity_id: str
    touch_type: str
    occurred_at: datetime
    recorded_at: datetime
    rep_id: str
    expires_on: date | None = None

    @property
    def occurred_on(self) -> date:
        """The company's day on which it happened."""
        return company_day(self.occurred_at)


@dataclass(frozen=True)
class Verdict:
    """What the rules say about one deal."""

    attribution_class: str
    partner_id: str | None
    pipeline_rep_id: str
    bookings_rep_id: str | None
    amount_company_currency: Decimal


def touches_of(files: StoryFiles) -> list[Touch]:
    """Every touch of the templates, the CRM's activities, its leads and the registrations."""
    partner_of = {row["crm_account_id"]: row["partner_id"] for row in files.partners.values()}
    rep_of = {row["Email"]: row["Id"] for row in files.users.values()}
    found = [
        Touch(
            row["partner_id"],
            files.survivor(row["account_id"]),
            row["opportunity_id"],
            row["touch_type"],
            moment(row["occurred_at"]),
            moment(row["recorded_at"]),
            rep_of.get(row["our_rep_email"], ""),
        )
        for row in files.touches
    ]
    for name, row in files.activities:
        touch = _activity_touch(files, name, row, partner_of)
        if touch is not None:
            found.append(touch)
    for row in files.leads.values():
        if row["Partner_Account__c"] and row["ConvertedOpportunityId"]:
            at = moment(row["CreatedDate"])
            account = files.survivor(row["ConvertedAccountId"])
            partner = partner_of[row["Partner_Account__c"]]
            opportunity = row["ConvertedOpportunityId"]
            found.append(Touch(partner, account, opportunity, "partner_lead", at, at, ""))
    for row in files.registrations.values():
        if row["approved_at"] and row["status"] in ("Approved", "Closed", "Expired"):
            approved = moment(row["approved_at"])
            expires = (
                date.fromisoformat(row["expires_at"])
                if row["expires_at"]
                else company_day(approved) + timedelta(days=90)
            )
            found.append(
                Touch(
                    row["partner_id"],
                    files.survivor(row["account_id"]),
                    row["opportunity_id"],
                    "deal_registration",
                    approved,
                    moment(row["recorded_at"]),
                    "",
                    expires,
                )
            )
    return found


def _activity_touch(
    files: StoryFiles, name: str, row: Row, partner_of: dict[str, str]
) -> Touch | None:
    if not row["Partner_Account__c"] or row["IsDeleted"] == "true":
        return None
    if row["IsRecurrence"] == "true":
        return None
    touch_type = ACTIVITY_TYPES[row["Type"]]
    if name == "Event":
        if row["IsChild"] == "true" or row["DurationInMinutes"] == "0":
            return None
        occurred = moment(row["StartDateTime"])
    else:
        if row["TaskSubtype"] == "Cadence":
            touch_type = "automated_sequence"
        occurred = moment(f"{row['ActivityDate']}T16:00:00Z")  # noon of that day, more or less
    what, who = row["WhatId"], row["WhoId"]
    opportunity, account = (what, row["AccountId"]) if what.startswith("006") else ("", what)
    if not what and who.startswith("00Q"):
        lead = files.leads[who]
        opportunity, account = lead["ConvertedOpportunityId"], lead["ConvertedAccountId"]
    return Touch(
        partner_of[row["Partner_Account__c"]],
        files.survivor(account),
        opportunity,
        touch_type,
        occurred,
        moment(row["CreatedDate"]),
        row["OwnerId"],
    )


class PlainAttribution:
    """Decides every deal of the files."""

    def __init__(self, files: StoryFiles) -> None:
        self.files = files
        self.touches = touches_of(files)
        self.by_account: dict[str, list[Row]] = {}
        for row in files.opportunities.values():
            self.by_account.setdefault(files.survivor(row["AccountId"]), []).append(row)
        self.for_deal: dict[str, list[Touch]] = {}
        for touch in self.touches:
            target = touch.opportunity_id or self._deal_of(touch)
            if target:
                self.for_deal.setdefault(target, []).append(touch)

    def _deal_of(self, touch: Touch) -> str | None:
        """The one deal that a touch on an account belongs to."""
        deals = self.by_account.get(touch.account_id, [])
        created = {row["Id"]: moment(row["CreatedDate"]) for row in deals}
        if touch.touch_type in STRONG:
            later = [
                (created[row["Id"]], row["Id"])
                for row in deals
                if touch.occurred_at <= created[row["Id"]]
                and touch.occurred_on >= company_day(created[row["Id"]]) - timedelta(days=30)
            ]
            return min(later)[1] if later else None
        open_then = [
            (created[row["Id"]], row["Id"])
            for row in deals
            if created[row["Id"]] < touch.occurred_at and touch.occurred_on <= last_day(row)
        ]
        return max(open_then)[1] if open_then else None

    def verdict(self, opportunity_id: str) -> Verdict:
        """Class, primary partner, reps and company amount of one deal."""
        row = self.files.opportunities[opportunity_id]
        touches = self.for_deal.get(opportunity_id, [])
        sourcing = [touch for touch in touches if sources(touch, row)]
        influencing = [touch for touch in touches if influences(touch, row)]
        evidence = sourcing or influencing
        name = "sourced" if sourcing else "influenced" if influencing else "direct"
        return Verdict(
            name,
            self._primary(opportunity_id, evidence) if evidence else None,
            self.owner(opportunity_id, moment(row["CreatedDate"])),
            self._bookings_owner(row),
            self.amount(row),
        )

    def _primary(self, opportunity_id: str, evidence: list[Touch]) -> str:
        candidates = {touch.partner_id for touch in evidence}
        registered = [
            (touch.occurred_at, touch.partner_id)
            for touch in evidence
            if touch.touch_type == "deal_registration"
        ]
        if registered:
            return min(registered)[1]
        stated = {
            partner_id
            for partner_id, partner in self.files.partners.items()
            for role in self.files.roles.get(opportunity_id, [])
            if role["AccountToId"] == partner["crm_account_id"]
            and (role["IsPrimary"] == "true" or role["Role"] == "Sourcing Partner")
        }
        if len(candidates & stated) == 1:
            return (candidates & stated).pop()
        return min((touch.occurred_at, touch.partner_id) for touch in evidence)[1]

    def owner(self, opportunity_id: str, at: datetime) -> str:
        """The owner at a moment, from the tracked changes."""
        changes = sorted(
            self.files.owner_changes.get(opportunity_id, []), key=lambda row: row["CreatedDate"]
        )
        if not changes:
            return self.files.opportunities[opportunity_id]["OwnerId"]
        owner = changes[0]["OldValue"]
        for change in changes:
            if moment(change["CreatedDate"]) <= at:
                owner = change["NewValue"]
        return owner

    def _bookings_owner(self, row: Row) -> str | None:
        if row["IsWon"] != "true" or row["IsDeleted"] == "true":
            return None
        return self.owner(row["Id"], moment(f"{row['CloseDate']}T23:59:00Z"))

    def amount(self, row: Row) -> Decimal:
        """The present amount in company currency."""
        if not row["Amount"] or row["IsDeleted"] == "true":
            return Decimal("0.00")
        if row["IsClosed"] == "true":
            first = f"{row['CloseDate'][:7]}-01"
            rate = Decimal(self.files.rates[(row["CurrencyIsoCode"], first)])
        else:
            rate = PLAN_RATES[row["CurrencyIsoCode"]]
        return (Decimal(row["Amount"]) / rate).quantize(Decimal("0.01"), ROUND_HALF_UP)


def last_day(row: Row) -> date:
    """The last day on which a touch can be inside a deal."""
    if row["IsClosed"] == "true":
        return date.fromisoformat(row["CloseDate"])
    return company_day(AS_OF)


def sources(touch: Touch, row: Row) -> bool:
    """Whether a touch sources the deal."""
    created_at = moment(row["CreatedDate"])
    created_on = company_day(created_at)
    lock = 30 if row["Type"] == "Strategic" else 14
    return (
        touch.touch_type in STRONG
        and touch.occurred_at <= created_at
        and touch.occurred_on >= created_on - timedelta(days=30)
        and company_day(touch.recorded_at) <= created_on + timedelta(days=lock)
        and (touch.expires_on is None or created_on <= touch.expires_on)
    )


def influences(touch: Touch, row: Row) -> bool:
    """Whether a touch influences the deal."""
    return (
        touch.touch_type in QUALIFYING
        and touch.occurred_at > moment(row["CreatedDate"])
        and touch.occurred_on <= last_day(row)
        and company_day(touch.recorded_at) <= touch.occurred_on + timedelta(days=14)
    )


def counted_touches(attribution: PlainAttribution) -> dict[tuple[str, date], list[str]]:
    """Real touches once each: (rep, day) -> touch types."""
    seen: set[tuple[str, str, str, date, str]] = set()
    counted: dict[tuple[str, date], list[str]] = {}
    for touch in attribution.touches:
        if touch.touch_type in NOT_COUNTED or not touch.rep_id:
            continue
        key = (
            touch.account_id,
            touch.partner_id,
            touch.touch_type,
            touch.occurred_on,
            touch.rep_id,
        )
        if key not in seen:
            seen.add(key)
            counted.setdefault((touch.rep_id, touch.occurred_on), []).append(touch.touch_type)
    return counted
