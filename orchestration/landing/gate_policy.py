"""The policies that the gates read: their limits, and what a person has let pass until when.

Both land like every other policy. A gate reads them as they were known on the day of its refresh,
so that a refresh of the past is judged as it was then.
"""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from importlib import resources
from pathlib import Path

from expectations.waiver import ALL_ROWS, Waiver
from orchestration import company_defaults
from orchestration.errors import ConfigurationError
from orchestration.landing.policy import GATE_LIMITS, SOURCE
from orchestration.landing.policy_versions import read_policy_file
from orchestration.settings import Home, did_you_mean

LIMITS = "gate_limits"
WAIVERS = "gate_waivers"
_SCOPE = re.compile(r"[a-z_][a-z0-9_]*=.+")
_LONGEST = "maximum_waiver_days"


def refuse_bad_limits(home: Home, path: Path) -> None:
    """Raise ConfigurationError where a limit is missing or is no number of zero or more."""
    label = home.relative(path)
    _, rows = read_policy_file(path)
    for number, row in enumerate(rows, start=1):
        value = _number(row.get("value"))
        name = (row.get("limit_name") or "").strip()
        if value is None or value < 0 or (name.endswith("_share") and value > 1):
            kind = "a share from 0 to 1" if name.endswith("_share") else "a number of 0 or more"
            raise ConfigurationError(
                f"{label}, row {number}: the value {row.get('value')!r} of {name or 'no limit'} is "
                f"not {kind}: correct it under a policy_version of its own."
            )
    named = {(row.get("limit_name") or "").strip() for row in rows}
    missing = [name for name in GATE_LIMITS if name not in named]
    if missing:
        raise ConfigurationError(
            f"{label} has no row for {', '.join(missing)}: add one, a gate without its limit "
            "cannot judge."
        )


def refuse_bad_waivers(home: Home, path: Path) -> None:
    """Raise ConfigurationError for the first waiver that is none: of a rule that does not exist,
    without an approver, a reason or a scope, or that would hold for too long.
    """
    label = home.relative(path)
    _, rows = read_policy_file(path)
    if not rows:
        return
    known = _rule_ids()
    limits = read_policy_file(home.policies / f"{LIMITS}.csv")[1]
    for number, row in enumerate(rows, start=1):
        cells = {name: (value or "").strip() for name, value in row.items() if name is not None}
        found = _wrong_with_waiver(cells, known, limits)
        if found:
            raise ConfigurationError(f"{label}, row {number}: {found}.")


def _wrong_with_waiver(
    cells: Mapping[str, str], known: Mapping[str, str], limits: list[dict[str, str | None]]
) -> str | None:
    rule_id, scope = cells.get("rule_id", ""), cells.get("scope", "")
    if rule_id not in known:
        return (
            f"there is no check {rule_id!r}{did_you_mean(rule_id, known)}: name one as the gate's "
            "message does"
        )
    for column, what in (("approved_by", "who approved it"), ("reason", "why it is let pass")):
        if not cells.get(column):
            return f"the waiver of {rule_id} does not say {what}: fill in {column}"
    if scope != ALL_ROWS and not _SCOPE.fullmatch(scope):
        return (
            f"the scope {scope!r} of the waiver of {rule_id} is neither * for every row nor "
            "column=value as the failing row shows them: write one of them"
        )
    begins, ends = _day(cells.get("effective_from")), _day(cells.get("expires_on"))
    if begins is None or ends is None:
        return (
            f"effective_from and expires_on of the waiver of {rule_id} must be days (2026-09-30): "
            "write both"
        )
    longest = _longest_waiver(limits, begins)
    if ends < begins or (ends - begins).days > longest:
        return (
            f"the waiver of {rule_id} runs from {begins} to {ends}: it must end within {longest} "
            f"days ({_LONGEST} of {LIMITS}.csv), and not before it begins"
        )
    return None


def _rule_ids() -> dict[str, str]:
    """Every rule of every gate, with its statement."""
    from expectations.gates import RULES_OF_GATES

    return {rule.rule_id: rule.statement for rules in RULES_OF_GATES.values() for rule in rules}


def limits_on(home: Home, as_of: datetime.date) -> dict[str, str]:
    """The value of every limit as its policy was known on a day.

    Before a home has landed the policy, those that a new company starts with.
    """
    rows = known_policy_rows(home, LIMITS, as_of) or _default_rows(LIMITS)
    return {name: format(value, "f") for name, value in _limits_of(rows, as_of).items()}


def waivers_on(home: Home, as_of: datetime.date) -> list[Waiver]:
    """The waivers of the policy as it was known on a day: in force, expired and yet to begin."""
    return [
        Waiver(
            rule_id=row["rule_id"] or "",
            scope=row["scope"] or "",
            approved_by=row["approved_by"] or "",
            reason=row["reason"] or "",
            begins_on=datetime.date.fromisoformat(row["effective_from"] or ""),
            expires_on=datetime.date.fromisoformat(row["expires_on"] or ""),
        )
        for row in known_policy_rows(home, WAIVERS, as_of)
    ]


def known_policy_rows(home: Home, table: str, as_of: datetime.date) -> list[dict[str, str | None]]:
    """The rows of the newest file of a policy that a refresh as of that day knew."""
    import duckdb

    recorded = home.landing / "cosell" / "landed_batches"
    if not any(recorded.glob("*.parquet")):
        return []
    with duckdb.connect() as connection:
        newest = connection.execute(
            """
            select batch_id from read_parquet(?)
            where source = ? and table_name = ? and cast(known_on as date) <= ?
            order by cast(known_step as bigint) desc, batch_id desc
            limit 1
            """,
            [str(recorded / "*.parquet"), SOURCE, table, as_of],
        ).fetchone()
        if newest is None:
            return []
        file = home.landing / SOURCE / table / f"{newest[0]}.parquet"
        found = connection.execute(
            "select * from read_parquet(?) order by _row_number", [str(file)]
        )
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _default_rows(table: str) -> list[dict[str, str | None]]:
    file = resources.files(company_defaults) / "policy" / f"{table}.csv"
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def _longest_waiver(limits: list[dict[str, str | None]], day: datetime.date) -> int:
    return int(_limits_of([*_default_rows(LIMITS), *limits], day)[_LONGEST])


def _limits_of(rows: list[dict[str, str | None]], day: datetime.date) -> dict[str, Decimal]:
    """The newest value of each limit that holds on a day."""
    in_order = sorted(_values(rows), key=lambda each: each[0])
    return {name: value for begins, name, value in in_order if begins <= day}


def _values(
    rows: list[dict[str, str | None]],
) -> Iterator[tuple[datetime.date, str, Decimal]]:
    for row in rows:
        day, value = _day(row.get("effective_from")), _number(row.get("value"))
        if day is not None and value is not None:
            yield day, (row.get("limit_name") or "").strip(), value


def _day(text: str | None) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat((text or "").strip())
    except ValueError:
        return None


def _number(text: str | None) -> Decimal | None:
    try:
        value = Decimal((text or "").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
