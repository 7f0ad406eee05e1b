"""Follow a published row back to the landed file and row that it came from.

Reads the current release and the landed Parquet batches, nothing in between: what cannot be
followed from these two is not explained. `explain` returns data; `pages` draws it.
"""

from __future__ import annotations

from collections.abc import Callable

from orchestration.answers import open_release
from orchestration.deal_story import ledger_step, observations_step, rules_step, touches_step
from orchestration.errors import CosellError
from orchestration.explanation import (
    NOTHING,
    Explainer,
    Explanation,
    Row,
    Step,
    text,
)
from orchestration.match_review import newest_matching_policy
from orchestration.release import current_release
from orchestration.settings import Home

SHORT_POSTING = 8
SALESFORCE_ID_LENGTHS = (15, 18)
SHOWN_MATCHES = 12


def explain(home: Home, identifier: str, partner: str | None = None) -> Explanation:
    """Explain a published id: opportunity, posting, account, touch, match or route.

    `partner` narrows an account to its match with one partner or one record of it. Raises
    CosellError where the current release holds no such id.
    """
    release = current_release(home)
    if release is None:
        raise CosellError(
            f"There is no release in {home.root}: run `cosell refresh` first, then explain."
        )
    with open_release(release.database) as connection:
        explainer = Explainer(home, release, connection)
        for candidate in _spellings(explainer, identifier):
            for explain_kind in _kinds(partner):
                explanation = explain_kind(explainer, candidate)
                if explanation is not None:
                    return explanation
    beside = f" beside partner or record {partner}" if partner else ""
    raise CosellError(
        f"The current release {release.release_id} holds no {identifier!r}{beside}: give the id "
        "of an opportunity, a posting, an account, a touch, a match or a route as it stands in "
        "the published tables."
    )


def _kinds(
    partner: str | None,
) -> tuple[Callable[[Explainer, str], Explanation | None], ...]:
    if partner is not None:
        return (lambda explainer, value: explain_match(explainer, value, partner),)
    return (
        explain_opportunity,
        explain_posting,
        explain_touch,
        explain_account,
        explain_route,
        explain_match,
    )


def _spellings(explainer: Explainer, identifier: str) -> list[str]:
    """Return the id, and the 18-character form of a Salesforce id that was given with 15."""
    short, full = SALESFORCE_ID_LENGTHS
    identifier = identifier.strip()
    account, *record = identifier.split("|", 1)
    if record:
        return ["|".join((each, *record)) for each in _spellings(explainer, account)]
    if len(identifier) != short or not identifier.isalnum():
        return [identifier]
    longer = explainer.rows(
        "select opportunity_id as id from attribution.fct_attributed_opportunities"
        " where starts_with(opportunity_id, ?) union all"
        " select account_id from core.dim_accounts where starts_with(account_id, ?)",
        identifier,
        identifier,
    )
    return [identifier, *(row["id"] for row in longer if len(row["id"]) == full)]


def explain_opportunity(explainer: Explainer, identifier: str) -> Explanation | None:
    """Explain an opportunity, from what was known when to the landed rows of its evidence.

    What is published; what was known at each refresh; the touches and why each counts or not; the
    rules, those that did not decide as well; the postings; the landed rows.
    """
    opportunity = explainer.row(
        "attribution.fct_attributed_opportunities", "opportunity_id", identifier
    )
    if opportunity is None:
        return None
    postings = explainer.rows(
        "select * from attribution.fct_attribution_ledger where opportunity_id = ?"
        " order by known_step, measure desc, amount, posting_id",
        identifier,
    )
    return Explanation(
        kind="opportunity",
        identifier=identifier,
        headline=f"{opportunity['opportunity_name'] or identifier}: "
        f"{opportunity['attribution_class']}",
        release_id=explainer.release.release_id,
        steps=[
            _class_step(explainer, opportunity),
            observations_step(explainer, identifier),
            touches_step(explainer, opportunity),
            rules_step(explainer, opportunity),
            ledger_step(postings),
            *_evidence_steps(explainer, opportunity["evidence_touch_ids"]),
            _opportunity_source_step(explainer, opportunity),
        ],
    )


def _class_step(explainer: Explainer, opportunity: Row) -> Step:
    facts = [
        ("class", opportunity["attribution_class"]),
        ("partner", explainer.name_of_partner(opportunity["partner_id"])),
        ("rule", text(opportunity["rule_id"])),
        ("tie-break", text(opportunity["tie_break"])),
        ("override", text(opportunity["override_id"])),
        ("excluded as", text(opportunity["exclusion"])),
        ("policy", text(opportunity["policy_version"])),
        ("credited rep", explainer.name_of_rep(opportunity["rep_id"])),
        ("account", explainer.name_of_account(opportunity["account_id"])),
        ("stage", text(opportunity["stage_name"])),
        ("created on", f"{opportunity['created_on']} ({text(opportunity['created_quarter'])})"),
        ("closes on", text(opportunity["close_on"])),
        ("amount", _amount_with_rate(opportunity)),
    ]
    return Step(
        title="What is published",
        where="attribution.fct_attributed_opportunities",
        facts=[(name, value) for name, value in facts if value != NOTHING],
    )


def _amount_with_rate(row: Row) -> str:
    amount = f"{text(row['amount'])} {text(row['currency'])}".strip()
    if row["rate_on"] is None and row["currency"] is not None:
        return amount
    return (
        f"{amount} = {text(row['amount_company_currency'])} at {row['conversion_rate']}"
        f" ({text(row['rate_kind'])} rate of {text(row['rate_on'])})"
    )


def _evidence_steps(explainer: Explainer, touch_ids: str | None) -> list[Step]:
    steps = []
    for touch_id in (touch_ids or "").split(", "):
        if touch_id:
            touch = find_touch(explainer, touch_id)
            steps.append(
                _touch_step(explainer, touch_id, touch)
                if touch
                else Step("Evidence", "", note=f"{touch_id} is no longer published.")
            )
    return steps


def find_touch(explainer: Explainer, touch_id: str) -> Row | None:
    """Return the published touch of an id, or the one that it was recognised to be the same as."""
    touch = explainer.row("attribution.fct_partner_touches", "touch_id", touch_id)
    if touch is not None:
        return touch
    same = explainer.rows(
        "select * from attribution.fct_partner_touches"
        " where list_contains(string_split(evidence_touch_ids, ', '), ?) limit 1",
        touch_id,
    )
    return same[0] if same else None


def _touch_step(explainer: Explainer, touch_id: str, touch: Row) -> Step:
    facts = [
        ("touch", touch_id),
        ("kept as", touch["touch_id"] if touch["touch_id"] != touch_id else NOTHING),
        ("type", f"{touch['touch_type']} ({touch['strength']})"),
        ("partner", explainer.name_of_partner(touch["partner_id"])),
        ("our rep", explainer.name_of_rep(touch["rep_id"])),
        ("account", explainer.name_of_account(touch["account_id"])),
        ("opportunity", text(touch["opportunity_id"])),
        ("occurred at", text(touch["occurred_at"])),
        ("recorded at", text(touch["recorded_at"])),
        ("seen in", f"{touch['evidence_count']} records: {touch['evidence_touch_ids']}"),
    ]
    return Step(
        title="Evidence",
        where="attribution.fct_partner_touches",
        facts=[(name, value) for name, value in facts if value not in (NOTHING, "none")],
        landed=explainer.landed_row(touch["batch_id"], touch["source_row_number"]),
    )


def _opportunity_source_step(explainer: Explainer, opportunity: Row) -> Step:
    return Step(
        title="Where it comes from",
        where="landing/salesforce/opportunities",
        landed=explainer.landed_row(opportunity["batch_id"], opportunity["source_row_number"]),
    )


def explain_posting(explainer: Explainer, identifier: str) -> Explanation | None:
    """Explain one posting: what it says, what it corrects, then its opportunity.

    The first 8 characters of its id are enough where no other posting begins with them.
    """
    found = explainer.rows(
        "select * from attribution.fct_attribution_ledger where starts_with(posting_id, ?) limit 2",
        identifier if len(identifier) >= SHORT_POSTING else f"{identifier} ",
    )
    if len(found) != 1:
        return None
    posting = found[0]
    corrected = posting["corrects_posting_id"]
    facts = [
        ("opportunity", posting["opportunity_id"]),
        ("measure", posting["measure"]),
        ("class", posting["attribution_class"]),
        ("partner", explainer.name_of_partner(posting["partner_id"])),
        ("rep", explainer.name_of_rep(posting["rep_id"])),
        ("manager", explainer.name_of_rep(posting["manager_id"])),
        ("posted in", f"{posting['posted_quarter']} (origin {posting['origin_quarter']})"),
        ("amount", _amount_with_rate(posting)),
        ("reason", text(posting["reason"])),
        ("rule", f"{text(posting['rule_id'])}, policy {text(posting['policy_version'])}"),
        ("corrects", text(corrected)),
        ("posted at", text(posting["posted_at"])),
    ]
    whole = explain_opportunity(explainer, posting["opportunity_id"])
    return Explanation(
        kind="posting",
        identifier=identifier,
        headline=f"{text(posting['amount_company_currency'])} of {posting['measure']}, "
        f"{posting['attribution_class']}",
        release_id=explainer.release.release_id,
        steps=[
            Step(
                title="The posting",
                where="attribution.fct_attribution_ledger",
                facts=[(name, value) for name, value in facts if value != NOTHING],
                landed=explainer.landed_row(
                    posting["opportunity_batch_id"], posting["opportunity_source_row_number"]
                ),
            ),
            *(whole.steps if whole else []),
        ],
    )


def explain_touch(explainer: Explainer, identifier: str) -> Explanation | None:
    """Explain one touch and the opportunities that it earned credit on."""
    touch = find_touch(explainer, identifier)
    if touch is None:
        return None
    credited = explainer.rows(
        "select opportunity_id, attribution_class, rule_id"
        " from attribution.fct_attributed_opportunities"
        " where list_contains(string_split(evidence_touch_ids, ', '), ?) order by opportunity_id",
        touch["touch_id"],
    )
    columns = ("opportunity_id", "attribution_class", "rule_id")
    return Explanation(
        kind="touch",
        identifier=identifier,
        headline=f"{touch['touch_type']} of {explainer.name_of_partner(touch['partner_id'])}",
        release_id=explainer.release.release_id,
        steps=[
            _touch_step(explainer, identifier, touch),
            Step(
                title="What it earned",
                where="attribution.fct_attributed_opportunities",
                table_columns=columns if credited else (),
                table_rows=[tuple(text(row[name]) for name in columns) for row in credited],
                note="" if credited else "No opportunity is credited by this touch.",
            ),
        ],
    )


def explain_account(explainer: Explainer, identifier: str) -> Explanation | None:
    """Explain one account: its record, its matches and segments by partner."""
    account = explainer.row("core.dim_accounts", "account_id", identifier)
    if account is None:
        return _explain_merged_account(explainer, identifier)
    shown = ("account_type", "website", "duns", "industry", "country", "city", "created_on")
    return Explanation(
        kind="account",
        identifier=identifier,
        headline=text(account["account_name"]),
        release_id=explainer.release.release_id,
        steps=[
            Step(
                title="The account",
                where="core.dim_accounts",
                facts=[
                    (name.replace("_", " "), text(account[name]))
                    for name in shown
                    if account[name] is not None
                ],
                landed=explainer.landed_row(account["batch_id"], account["source_row_number"]),
            ),
            _published_rows_step(
                explainer,
                "Its segment with each partner",
                "account_mapping.fct_account_segments",
                "account_id",
                identifier,
            ),
            _published_rows_step(
                explainer,
                "Its matches",
                "account_mapping.fct_account_matches",
                "crm_account_id",
                identifier,
            ),
        ],
    )


def _explain_merged_account(explainer: Explainer, identifier: str) -> Explanation | None:
    """Explain an account that was merged into another: its last landed row, then the survivor."""
    landed = explainer.landed_rows("salesforce", "accounts", id=identifier)
    survivor = landed[0].values.get("master_record_id") if landed else None
    if survivor is None or survivor == identifier:
        return None
    whole = explain_account(explainer, survivor)
    if whole is None:
        return None
    merged = Step(
        title="Merged away",
        where="landing/salesforce/accounts",
        facts=[("survives as", explainer.name_of_account(survivor))],
        landed=landed,
    )
    return Explanation(
        kind="account",
        identifier=identifier,
        headline=f"merged into {whole.headline}",
        release_id=whole.release_id,
        steps=[merged, *whole.steps],
    )


def _published_rows_step(
    explainer: Explainer, title: str, table: str, column: str, value: str
) -> Step:
    found = explainer.rows(f"select * from {table} where {column} = ? order by all", value)
    columns = tuple(name for name in (found[0] if found else {}) if name in SHOWN_IN_LISTS)
    return Step(
        title=title,
        where=table,
        table_columns=columns,
        table_rows=[tuple(text(row[name]) for name in columns) for row in found[:SHOWN_MATCHES]],
        note="" if found else "None.",
    )


SHOWN_IN_LISTS = (
    "partner_id",
    "partner_account_id",
    "tier",
    "probability",
    "decision",
    "our_state",
    "partner_state",
    "segment",
    "cell",
    "roll_up",
)


def explain_match(
    explainer: Explainer, identifier: str, partner: str | None = None
) -> Explanation | None:
    """Explain how an account and a partner's record were compared, with both landed rows.

    `identifier` is the id of our account (then `partner` says which partner, or which record of
    one), of the partner's record, or of the match itself.
    """
    matches = explainer.rows(
        "select * from account_mapping.fct_account_matches"
        " where (crm_account_id = $1 or partner_account_id = $1 or account_match_id = $1)"
        " and ($2 is null or partner_id = $2 or partner_account_id = $2)"
        " order by probability desc, partner_id, partner_account_id, crm_account_id limit $3",
        identifier,
        partner,
        SHOWN_MATCHES,
    )
    if not matches:
        return None
    first = matches[0]
    return Explanation(
        kind="match",
        identifier=identifier,
        headline=f"{explainer.name_of_account(first['crm_account_id'])} with "
        f"{explainer.name_of_partner(first['partner_id'])}",
        release_id=explainer.release.release_id,
        steps=[step for match in matches for step in _match_steps(explainer, match)],
    )


def _match_steps(explainer: Explainer, match: Row) -> list[Step]:
    steps = [_verdict_step(explainer, match), _comparison_step(explainer, match)]
    decisions = _people_step(explainer, match)
    return [
        *steps,
        *([decisions] if decisions else []),
        Step(
            title="Our record",
            where="",
            landed=explainer.landed_row(match["crm_batch_id"], match["crm_source_row_number"]),
        ),
        Step(
            title="The partner's record",
            where="",
            landed=explainer.landed_row(
                match["partner_batch_id"], match["partner_source_row_number"]
            ),
        ),
    ]


def _verdict_step(explainer: Explainer, match: Row) -> Step:
    threshold = match.get("threshold")
    if threshold is None:
        threshold = newest_matching_policy(explainer.home, explainer.release.as_of)
    facts = [
        ("match", match["account_match_id"]),
        ("decision", match["decision"]),
        ("decided by", match["decided_by"] or f"rule {match['rule_id'].replace('_', ' ')}"),
        ("reason", text(match.get("reason"))),
        ("tier", match["tier"]),
        ("probability", text(match["probability"])),
        ("threshold", f"automatic from {threshold}" if threshold is not None else NOTHING),
        ("runner-up", _runner_up(explainer, match)),
        ("company", match["company_id"]),
        ("known on", text(match["known_on"])),
    ]
    return Step(
        title="The match",
        where="account_mapping.fct_account_matches",
        facts=[(name, value) for name, value in facts if value != NOTHING],
    )


def _runner_up(explainer: Explainer, match: Row) -> str:
    """The next best of our accounts for the partner's record, however the table names it."""
    account, probability = (
        match.get("runner_up_crm_account_id"),
        match.get("runner_up_probability"),
    )
    if "runner_up_crm_account_id" not in match:
        others = explainer.rows(
            "select crm_account_id, probability from account_mapping.fct_account_matches"
            " where partner_id = ? and partner_account_id = ? and crm_account_id <> ?"
            " order by probability desc, crm_account_id limit 1",
            match["partner_id"],
            match["partner_account_id"],
            match["crm_account_id"],
        )
        if others:
            account, probability = others[0]["crm_account_id"], others[0]["probability"]
    if account is None:
        return "none: no other account of ours was considered"
    return f"{explainer.name_of_account(account)} at {probability}"


COMPARED = ("comparison", "crm_value", "partner_value", "agreement", "contribution")


def _comparison_step(explainer: Explainer, match: Row) -> Step:
    """What was compared and what it weighed; the evidence in words where no weights exist."""
    weighed = explainer.rows(
        "select table_name from information_schema.tables"
        " where table_schema = 'account_mapping' and table_name = 'fct_match_evidence'"
    )
    compared = (
        explainer.rows(
            f"select {', '.join(COMPARED)} from account_mapping.fct_match_evidence"
            " where crm_account_id = ? and partner_id = ? and partner_account_id = ?"
            " order by abs(contribution) desc nulls last, comparison",
            match["crm_account_id"],
            match["partner_id"],
            match["partner_account_id"],
        )
        if weighed
        else []
    )
    return Step(
        title="What was compared",
        where="account_mapping.fct_match_evidence" if compared else "",
        facts=[
            ("evidence" if place == 0 else "", evidence)
            for place, evidence in enumerate(match["evidence"].split("; "))
        ],
        table_columns=("comparison", "ours", "theirs", "agreement", "contribution"),
        table_rows=[tuple(text(row[name]) for name in COMPARED) for row in compared],
    )


def _people_step(explainer: Explainer, match: Row) -> Step | None:
    """Every decision of a person about the pair, the newest first; contradictions stay visible."""
    decisions = explainer.rows(
        "select * from account_mapping.fct_match_decisions"
        " where crm_account_id = ? and partner_id = ? and partner_account_id = ?"
        " order by effective_on desc, decided_at desc nulls last, decision_id desc",
        match["crm_account_id"],
        match["partner_id"],
        match["partner_account_id"],
    )
    if not decisions:
        return None
    return Step(
        title="What people decided",
        where="account_mapping.fct_match_decisions",
        table_columns=("decision", "status", "by", "on", "until", "reason"),
        table_rows=[
            (
                decision["decision"],
                decision["status"].replace("_", " "),
                text(decision["decided_by"]),
                text(decision["effective_on"]),
                text(decision["expires_on"]) or "for ever",
                text(decision["reason"]),
            )
            for decision in decisions
        ],
        note="People have said both about the pair; the newest counts."
        if decisions[0]["is_contradicted"]
        else "",
        landed=[
            landed
            for decision in decisions
            for landed in explainer.landed_row(decision["batch_id"], decision["source_row_number"])
        ],
    )


def explain_route(explainer: Explainer, identifier: str) -> Explanation | None:
    """Explain one routed row: the row, then the match and the account behind it."""
    route = explainer.row("account_mapping.fct_weekly_routes", "route_id", identifier)
    if route is None:
        return None
    account_id, partner_id = route["account_id"], route["partner_id"]
    behind = explain_match(explainer, account_id, partner_id) or explain_account(
        explainer, account_id
    )
    return Explanation(
        kind="route",
        identifier=identifier,
        headline=f"{explainer.name_of_account(account_id)} for "
        f"{explainer.name_of_rep(route['rep_id'])}",
        release_id=explainer.release.release_id,
        steps=[
            Step(
                title="The routed row",
                where="account_mapping.fct_weekly_routes",
                facts=[
                    (name.replace("_", " "), text(value))
                    for name, value in route.items()
                    if value is not None
                ],
            ),
            *(behind.steps if behind else []),
        ],
    )
