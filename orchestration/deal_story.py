"""The story of one opportunity: what was known when, which touches count and why, the postings.

Every link names the file, the row and the hash that it comes from. The windows are those of the
policy that the release knew; they explain what the ledger decided, and never decide anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from orchestration.explanation import NOTHING, Explainer, Row, Step, text

MEASURES = {"pipeline_created": "created", "bookings": "booked"}
SHORT_ID = 8
SHORT_HASH = 12
SHOWN_TOUCHES = 40
OBSERVATION_COLUMNS = ("refresh", "known on", "stage", "amount", "closes on", "owner", "landed row")
TOUCH_COLUMNS = ("day", "partner", "touch", "counts", "why", "landed row")
RULE_COLUMNS = ("rule", "decided", "why")
LEDGER_COLUMNS = ("posted in", "measure", "class", "partner", "amount", "why, and posting", "row")
STRONG, QUALIFYING = "strong", "qualifying"
CLAIMS, DECIDES = "attribution.fct_partner_claims", "decides"


@dataclass(frozen=True)
class Windows:
    """The days of the attribution policy that an opportunity falls under."""

    policy_version: str
    sourced_days: int
    lock_days: int
    recording_days: int


@dataclass(frozen=True)
class TouchVerdict:
    """One touch and what became of it."""

    touch: Row
    counts: bool
    why: str


def landed_place(row: Row, prefix: str = "") -> str:
    """File, row and the beginning of the hash of a landed row."""
    file, number = row[f"{prefix}source_file"], row[f"{prefix}source_row_number"]
    sha256 = row.get(f"{prefix}source_sha256")
    if file is None:
        return NOTHING
    place = f"{file} row {number}"
    return f"{place} {sha256[:SHORT_HASH]}" if sha256 else place


# what was known


def observations_step(explainer: Explainer, opportunity_id: str) -> Step:
    """The opportunity as each refresh knew it; a refresh that changed nothing has no line."""
    observed = explainer.rows(
        """
        select observations.*, batches.refresh_number, batches.known_on, batches.source_sha256,
            reps.rep_name
        from core.fct_opportunity_observations as observations
        inner join (
            select known_step, min(refresh_number) as refresh_number, min(known_on) as known_on
            from ops.landed_batches group by known_step
        ) as steps on observations.known_step = steps.known_step
        inner join ops.landed_batches as batches on observations.batch_id = batches.batch_id
        left join core.dim_reps as reps on observations.owner_rep_id = reps.rep_id
        where observations.opportunity_id = ?
        order by observations.known_step
        """,
        opportunity_id,
    )
    return Step(
        title="What was known at each refresh",
        where="core.fct_opportunity_observations",
        table_columns=OBSERVATION_COLUMNS if observed else (),
        table_rows=[
            (
                text(row["refresh_number"]),
                text(row["known_on"]),
                "deleted" if row["state"] == "deleted" else text(row["stage_name"]),
                text(row["amount"]),
                text(row["close_on"]),
                text(row["rep_name"] or row["owner_rep_id"]),
                landed_place(row),
            )
            for row in observed
        ],
        note="" if observed else "No refresh has seen a row of it.",
    )


# touches


def touches_step(explainer: Explainer, opportunity: Row) -> Step:
    """Every touch on the opportunity or its account: whether it counts, and why."""
    verdicts = touch_verdicts(explainer, opportunity)
    shown = verdicts[:SHOWN_TOUCHES]
    further = len(verdicts) - len(shown)
    windows = windows_of(explainer, opportunity)
    return Step(
        title="Touches, in and out of the window",
        where="attribution.fct_partner_touches",
        facts=_window_facts(windows, opportunity),
        table_columns=TOUCH_COLUMNS if shown else (),
        table_rows=[
            (
                text(verdict.touch["occurred_on"]),
                text(verdict.touch["partner_id"]),
                text(verdict.touch["touch_type"]),
                "yes" if verdict.counts else "no",
                verdict.why,
                landed_place(verdict.touch),
            )
            for verdict in shown
        ],
        note=(
            f"{further} more on the account, further from the day of creation."
            if further
            else ("" if shown else "No partner has touched the opportunity or its account.")
        ),
    )


def _window_facts(windows: Windows | None, opportunity: Row) -> list[tuple[str, str]]:
    if windows is None:
        return []
    created = opportunity["created_on"]
    return [
        (
            "policy",
            f"attribution_windows {windows.policy_version}: sourced within "
            f"{windows.sourced_days} days before {created}, recorded within {windows.lock_days} "
            f"days after it; influencing touches recorded within {windows.recording_days} days",
        )
    ]


def touch_verdicts(explainer: Explainer, opportunity: Row) -> list[TouchVerdict]:
    """The touches of an opportunity and of its account, each with what became of it.

    The nearest to the day of creation come first in choosing, then they are ordered by day.
    """
    touches = explainer.rows(
        "select * from attribution.fct_partner_touches"
        " where opportunity_id = ? or (opportunity_id is null and account_id = ?)"
        " order by abs(date_diff('day', occurred_on, cast(? as date))), touch_id",
        opportunity["opportunity_id"],
        opportunity["account_id"],
        opportunity["created_on"],
    )
    evidence = set((opportunity["evidence_touch_ids"] or "").split(", "))
    windows = windows_of(explainer, opportunity)
    published = published_verdicts(explainer, opportunity["opportunity_id"])
    verdicts = []
    for touch in touches:
        verdict = published.get(touch["touch_id"])
        counts = verdict == DECIDES if verdict else _is_among(touch, evidence)
        if counts:
            why = _why_counted(touch, opportunity)
        else:
            why = _why_not(explainer, touch, opportunity, windows)
            why = why if verdict is None or why.startswith(verdict) else f"{verdict}: {why}"
        verdicts.append(TouchVerdict(touch, counts, why))
    nearest = verdicts[:SHOWN_TOUCHES]
    return (
        sorted(nearest, key=lambda one: (one.touch["occurred_at"], one.touch["touch_id"]))
        + (verdicts[SHOWN_TOUCHES:])
    )


def published_verdicts(explainer: Explainer, opportunity_id: str) -> dict[str, str]:
    """What the release says of each touch that was claimed for the opportunity, by touch."""
    if CLAIMS not in explainer.release.manifest["tables"]:
        return {}
    claims = explainer.rows(
        f"select touch_id, verdict from {CLAIMS} where opportunity_id = ? and touch_id is not null",
        opportunity_id,
    )
    return {claim["touch_id"]: claim["verdict"] for claim in claims}


def _is_among(touch: Row, evidence: set[str]) -> bool:
    own = {touch["touch_id"], *(touch["evidence_touch_ids"] or "").split(", ")} - {""}
    return bool(own & evidence)


def _days(first: date, last: date) -> int:
    return (last - first).days


def _count(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _why_counted(touch: Row, opportunity: Row) -> str:
    if touch["strength"] == STRONG:
        before = _days(touch["occurred_on"], opportunity["created_on"])
        recorded = _days(opportunity["created_on"], touch["recorded_on"])
        moment = "before" if recorded < 0 else "after"
        return (
            f"strong, {_count(before)} before the creation, "
            f"recorded {_count(abs(recorded))} {moment} it"
        )
    lag = _days(touch["occurred_on"], touch["recorded_on"])
    after = _days(opportunity["created_on"], touch["occurred_on"])
    return f"qualifying, {_count(after)} after the creation, recorded {_count(lag)} later"


def _why_not(explainer: Explainer, touch: Row, opportunity: Row, windows: Windows | None) -> str:
    strength, kind = touch["strength"], touch["touch_type"]
    if strength not in (STRONG, QUALIFYING):
        return f"{kind} earns no credit ({strength or 'not in the policy touch_types'})"
    reason = None
    if windows is not None:
        out_of_window = _sourced_out if strength == STRONG else _influenced_out
        reason = out_of_window(touch, opportunity, windows)
    if reason is not None:
        return reason
    other = _credited_elsewhere(explainer, touch, opportunity["opportunity_id"])
    if other is not None:
        return f"it names only the account and belongs to {other}"
    if opportunity["override_id"] is not None:
        return f"in the window, but override {opportunity['override_id']} decided"
    if strength == QUALIFYING and opportunity["attribution_class"] == "sourced":
        return "in the window, but what is sourced is not influenced as well"
    if opportunity["partner_id"] is not None and touch["partner_id"] != opportunity["partner_id"]:
        return f"in the window, but {opportunity['partner_id']} is the primary partner"
    return "in the window, but not known in time, expired, or taken by another opportunity"


def _sourced_out(touch: Row, opportunity: Row, windows: Windows) -> str | None:
    created = opportunity["created_on"]
    before = _days(touch["occurred_on"], created)
    if before < 0:
        return "after the creation: it sources only what is created later"
    if before > windows.sourced_days:
        return f"{_count(before)} before the creation, the window is {windows.sourced_days}"
    lag = _days(created, touch["recorded_on"])
    if lag > windows.lock_days:
        return f"recorded {_count(lag)} after the creation, the lock is {windows.lock_days}"
    return None


def _influenced_out(touch: Row, opportunity: Row, windows: Windows) -> str | None:
    if touch["occurred_on"] < opportunity["created_on"]:
        return "before the opportunity existed, and too weak to source it"
    closed_on = opportunity["close_on"] if opportunity["is_closed"] else None
    if closed_on is not None and touch["occurred_on"] > closed_on:
        return f"post_close_touch: {_count(_days(closed_on, touch['occurred_on']))} after the close"
    lag = _days(touch["occurred_on"], touch["recorded_on"])
    if lag > windows.recording_days:
        return f"recorded {_count(lag)} after it took place, the limit is {windows.recording_days}"
    return None


def _credited_elsewhere(explainer: Explainer, touch: Row, opportunity_id: str) -> str | None:
    if touch["opportunity_id"] is not None:
        return None
    found = explainer.rows(
        "select opportunity_id from attribution.fct_attributed_opportunities"
        " where account_id = ? and opportunity_id <> ?"
        " and list_contains(string_split(evidence_touch_ids, ', '), ?) limit 1",
        touch["account_id"],
        opportunity_id,
        touch["touch_id"],
    )
    return found[0]["opportunity_id"] if found else None


def windows_of(explainer: Explainer, opportunity: Row) -> Windows | None:
    """The row of the landed policy that an opportunity falls under; None where none is landed.

    The opportunity's own type before any type, the newest that was in force on its creation.
    """
    files = explainer.home.landing / "policy" / "attribution_windows" / "*.parquet"
    try:
        found = explainer.rows(
            """
            with known as (
                select policy.*, batches.known_step
                from read_parquet(?) as policy
                inner join ops.landed_batches as batches on policy._batch_id = batches.batch_id
            )
            select * from known
            where known_step = (select max(known_step) from known)
                and cast(effective_from as date) <= ?
                and opportunity_type in ('*', coalesce(?, '*'))
            order by opportunity_type = '*', effective_from desc
            limit 1
            """,
            str(files),
            opportunity["created_on"],
            opportunity["opportunity_type"],
        )
    except duckdb.IOException:
        return None
    if not found:
        return None
    row = found[0]
    return Windows(
        row["policy_version"],
        int(row["sourced_window_days"]),
        int(row["sourced_lock_days"]),
        int(row["influenced_recording_days"]),
    )


# rules


def rules_step(explainer: Explainer, opportunity: Row) -> Step:
    """The rules in the order in which they are asked: the one that decided, and the others."""
    verdicts = touch_verdicts(explainer, opportunity)
    decided = opportunity["attribution_class"]
    is_overridden = opportunity["override_id"] is not None
    rows: list[tuple[str, ...]] = [
        (
            "override",
            "yes" if is_overridden else "no",
            f"approved override {opportunity['override_id']}"
            if is_overridden
            else "no approved override is in force",
        ),
        _class_rule("sourced", STRONG, verdicts, decided, is_overridden),
        _class_rule("influenced", QUALIFYING, verdicts, decided, is_overridden),
        (
            "direct",
            "yes" if decided == "direct" and not is_overridden else "no",
            "no touch qualifies" if decided == "direct" else "a partner's touch qualifies",
        ),
    ]
    if opportunity["tie_break"] is not None:
        rows.append(_tie_rule(opportunity))
    if opportunity["exclusion"] is not None:
        rows.append(
            ("exclusion", "yes", f"{opportunity['exclusion']}: on the row, outside the totals")
        )
    return Step(
        title="The rules, in the order in which they are asked",
        where=text(opportunity["rule_id"]),
        table_columns=RULE_COLUMNS,
        table_rows=rows,
    )


def _class_rule(
    name: str, strength: str, verdicts: list[TouchVerdict], decided: str, is_overridden: bool
) -> tuple[str, str, str]:
    of_strength = [one for one in verdicts if one.touch["strength"] == strength]
    counted = [one for one in of_strength if one.counts]
    if is_overridden:
        return name, "no", "an override decided before"
    if decided == name:
        return name, "yes", f"{len(counted)} of {len(of_strength)} {strength} touches count"
    if name == "influenced" and decided == "sourced":
        return name, "no", "what is sourced is not influenced as well"
    if not of_strength:
        return name, "no", f"there is no {strength} touch"
    return name, "no", f"none of {len(of_strength)} {strength} touches counts"


def _tie_rule(opportunity: Row) -> tuple[str, str, str]:
    order = {
        "only_partner": "no other partner qualifies",
        "first_approved_registration": "the first approved registration",
        "crm_primary_role": "no registration decides; the primary or sourcing role in the CRM",
        "earliest_touch": "neither registration nor role decides; the earliest touch",
        "partner_id": "registration, role and moment are equal; the partner id",
    }
    rule = opportunity["tie_break"]
    partners = opportunity["partners_count"]
    return (
        f"primary partner: {rule}",
        "yes",
        f"{order.get(rule, rule)}, of {partners} partner{'' if partners == 1 else 's'}",
    )


# postings


def ledger_step(postings: list[Row]) -> Step:
    """The postings of an opportunity, each with its landed row, and their balances."""
    balances: dict[str, Decimal] = {}
    for posting in postings:
        measure = posting["measure"]
        balances[measure] = balances.get(measure, Decimal(0)) + posting["amount_company_currency"]
    return Step(
        title="What was posted",
        where="attribution.fct_attribution_ledger",
        table_columns=LEDGER_COLUMNS,
        table_rows=[_ledger_row(posting) for posting in postings],
        facts=[
            (f"{MEASURES.get(measure, measure)}, net", text(balance))
            for measure, balance in balances.items()
        ],
        note="" if postings else "Nothing was posted: the amount is empty or zero.",
    )


def _ledger_row(posting: Row) -> tuple[str, ...]:
    why = text(posting["reason"])
    if posting["origin_quarter"] != posting["posted_quarter"]:
        why += f", origin {posting['origin_quarter']}"
    why = f"{why} {posting['posting_id'][:SHORT_ID]}"
    if posting["corrects_posting_id"] is not None:
        why += f" corrects {posting['corrects_posting_id'][:SHORT_ID]}"
    return (
        text(posting["posted_quarter"]),
        MEASURES.get(posting["measure"], text(posting["measure"])),
        text(posting["attribution_class"]),
        text(posting["partner_id"]),
        text(posting["amount_company_currency"]),
        why,
        landed_place(posting, "opportunity_"),
    )
