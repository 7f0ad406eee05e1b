"""What the fields of an account in a CRM should hold, and the difference to what stands there.

One record per account: of several partners the best placed one is named. Every value is text, as
both CRMs take it; an empty text empties the field. The work is one statement per step, so that
half a million rows cost seconds. Limits are those of the CRM's own fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import duckdb

from orchestration.routing.delivery_settings import CrmSettings
from orchestration.routing.routed_list import RoutedList

FieldKind = Literal["text", "choice", "other"]

DEFAULT_TEXT_LENGTH = 255
_VALUES: dict[str, str] = {
    "flag": "'true'",
    "partner": "partner_name",
    "segment": "segment",
    "score": "cast(cast(score as decimal(9, 2)) as varchar)",
    "rank": "cast(rank as varchar)",
    "reason": "reason",
    "list_week": "cast(week_starts_on as varchar)",
    "expires_on": "cast(expires_on as varchar)",
    "next_step": "suggested_next_step",
    "partner_seller": "partner_seller_name",
    "review_page": "review_page_address",
}
_IS_TEXT = ("partner", "segment", "reason", "next_step", "partner_seller")


@dataclass(frozen=True)
class FieldLimit:
    """What a field of the CRM takes.

    length: characters of a text as the CRM counts them (UTF-16 units), None = unlimited. choices:
    the values of a picklist that takes no others, None = anything.
    """

    length: int | None = DEFAULT_TEXT_LENGTH
    choices: frozenset[str] | None = None


@dataclass(frozen=True)
class Difference:
    """The relation `changed` of the connection, in numbers.

    emptied: (field, value) -> rows in which it was left empty, because the picklist lacks it.
    """

    to_set: int
    to_clear: int
    unchanged: int
    emptied: dict[tuple[str, str], int]


def write_wanted(
    listed: RoutedList,
    settings: CrmSettings,
    limits: Mapping[str, FieldLimit],
    *,
    of_hubspot: bool,
) -> dict[tuple[str, str], int]:
    """Write the table `wanted`: one row per record that should carry the flag.

    limits: our field -> what the CRM's takes. Returns (field, value) -> rows left empty.
    """
    connection = listed.connection
    prefix = len("hubspot:") if of_hubspot else 0
    record = f"substr(routed.account_id, {prefix + 1})"
    texts = ", ".join(f"{_one_line(_VALUES[ours])} as {ours}_text" for ours in _IS_TEXT)
    connection.execute(
        f"""
        create or replace temp table flagged as
        with

        best as (
            select
                account_id,
                min_by(route_id, (-score, rank, partner_id, rep_id)) as route_id
            from routed
            where account_id like 'hubspot:%' = {of_hubspot}
            group by account_id
        )

        select
            {record} as record_key,
            routed.partner_id,
            routed.account_name,
            routed.rep_name,
            routed.rank,
            routed.score,
            routed.week_starts_on,
            routed.expires_on,
            review_pages.address as review_page_address,
            {texts}
        from (select *, {_segment(settings.segments)} as segment from routed) as routed
        left join review_pages on routed.rep_id = review_pages.rep_id
        where routed.route_id in (select best.route_id from best)
        """
    )
    emptied: dict[tuple[str, str], int] = {}
    values: list[str] = []
    for ours, theirs in settings.fields.items():
        limit = limits.get(ours, FieldLimit())
        value = _VALUES[ours]
        if ours == "review_page" and limit.length is not None:
            # A link that is cut leads nowhere.
            value = f"case when length({value}) <= {limit.length} then {value} end"
        elif ours in _IS_TEXT:
            value = f"{ours}_text"
            if limit.choices is not None:
                emptied |= _not_offered(connection, ours, value, limit.choices)
                value = f"case when {value} in ({_listed(limit.choices)}) then {value} end"
            elif limit.length is not None:
                value = _cut(value, limit.length)
        values.append(f"{_literal(theirs)}, coalesce({value}, '')")
    connection.execute(
        f"""
        create or replace temp table wanted as
        select record_key, 'set' as kind, payload, sha256(payload) as content_hash, partner_id
        from (
            select record_key, partner_id, cast(json_object({", ".join(values)}) as varchar)
                as payload
            from flagged
        )
        """
    )
    return emptied


def write_difference(
    listed: RoutedList,
    settings: CrmSettings,
    target: str,
    destination: str,
    emptied: dict[tuple[str, str], int],
) -> Difference:
    """Write the table `changed`: what is wanted and does not stand there, and what is stale."""
    connection = listed.connection
    cleared = {
        theirs: "false" if ours == "flag" else "" for ours, theirs in settings.fields.items()
    }
    clear = _literal(json.dumps(cleared, separators=(",", ":")))
    connection.execute(
        "create or replace temp table standing_here as "
        "select record_key, kind, payload, content_hash from standing "
        "where target = ? and destination = ?",
        [target, destination],
    )
    connection.execute(
        f"""
        create or replace temp table changed as
        select wanted.* from wanted
        left join standing_here on wanted.record_key = standing_here.record_key
        where standing_here.content_hash is distinct from wanted.content_hash
        union all
        select standing_here.record_key, 'clear', {clear}, sha256({clear}), null
        from standing_here
        where standing_here.kind = 'set'
            and not exists (
                select 1 from wanted where wanted.record_key = standing_here.record_key
            )
        """
    )
    found = connection.execute(
        """
        select
            (select count(*) from changed where kind = 'set'),
            (select count(*) from changed where kind = 'clear'),
            (select count(*) from wanted)
        """
    ).fetchall()[0]
    to_set, to_clear, wanted = (int(each) for each in found)
    return Difference(to_set, to_clear, wanted - to_set, emptied)


def changed_rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str, str, str]]:
    """What is to be sent, for people: record, name of the account, kind, new and old payload."""
    return connection.execute(
        """
        select changed.record_key, coalesce(flagged.account_name, changed.record_key),
            changed.kind, changed.payload, coalesce(standing_here.payload, '{}')
        from changed
        left join flagged on changed.record_key = flagged.record_key
        left join standing_here on changed.record_key = standing_here.record_key
        order by changed.kind desc, flagged.rep_name, flagged.rank, changed.record_key
        """
    ).fetchall()


def _segment(segments: Mapping[str, str]) -> str:
    cases = " ".join(
        f"when {_literal(cell)} then {_literal(theirs)}" for cell, theirs in segments.items()
    )
    return f"case cell {cases} else cell end" if cases else "cell"


def _one_line(value: str) -> str:
    """The text without line breaks and other control characters; most texts have none."""
    replaced = f"trim(regexp_replace({value}, '[\\s\\x00-\\x1f\\x7f]+', ' ', 'g'))"
    return (
        f"case when regexp_matches({value}, '[\\x00-\\x1f\\x7f]') then {replaced} else {value} end"
    )


def _cut(value: str, length: int) -> str:
    """The text in at most `length` UTF-16 units, with an ellipsis where something was cut off.

    A text with characters of two units is cut as if all were such: short, never too long.
    """
    has_wide = f"regexp_matches({value}, '[\\x{{10000}}-\\x{{10FFFF}}]')"
    return f"""case
        when length({value}) * 2 <= {length} then {value}
        when {has_wide} then left({value}, {max(length // 2 - 1, 0)}) || '…'
        when length({value}) <= {length} then {value}
        else left({value}, {max(length - 1, 0)}) || '…'
    end"""


def _not_offered(
    connection: duckdb.DuckDBPyConnection, field: str, value: str, choices: frozenset[str]
) -> dict[tuple[str, str], int]:
    rows = connection.execute(
        f"select {value}, count(*) from flagged where {value} not in ({_listed(choices)}) "
        "group by all order by all"
    ).fetchall()
    return {(field, str(missing)): int(count) for missing, count in rows}


def _listed(choices: frozenset[str]) -> str:
    return ", ".join(_literal(each) for each in sorted(choices)) or "''"


def _literal(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"
