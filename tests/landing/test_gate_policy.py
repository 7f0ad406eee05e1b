"""The limits of the gates and what was let pass: what may be written, and what counts on a day."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.landing.gate_policy import (
    limits_on,
    refuse_bad_limits,
    refuse_bad_waivers,
    waivers_on,
)
from orchestration.settings import Home


@pytest.fixture
def rule_id() -> str:
    from expectations.gates import RULES_OF_GATES

    return next(rule.rule_id for rules in RULES_OF_GATES.values() for rule in rules)


def limits(home: Home) -> list[dict[str, str]]:
    with (home.policies / "gate_limits.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def write_limits(home: Home, rows: list[dict[str, str]]) -> Path:
    path = home.policies / "gate_limits.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("maximum_shrink_share", "1.01", "a share from 0 to 1"),
        ("maximum_shrink_share", "-0.01", "a share from 0 to 1"),
        ("minimum_compared_rows", "-1", "a number of 0 or more"),
        ("minimum_compared_rows", "many", "a number of 0 or more"),
        ("minimum_compared_rows", "Infinity", "a number of 0 or more"),
        ("minimum_compared_rows", "", "a number of 0 or more"),
    ],
)
def test_a_limit_that_is_no_number_of_its_kind_is_refused(
    home: Home, name: str, value: str, kind: str
) -> None:
    rows = limits(home)
    number = next(number for number, row in enumerate(rows, 1) if row["limit_name"] == name)
    rows[number - 1]["value"] = value
    with pytest.raises(ConfigurationError) as refused:
        refuse_bad_limits(home, write_limits(home, rows))
    told = (
        f"config/policy/gate_limits.csv, row {number}: the value {value!r} of {name} is not {kind}"
    )
    assert told in str(refused.value)


def test_limits_of_zero_and_one_and_above_are_limits(home: Home) -> None:
    rows = limits(home)
    for row in rows:
        row["value"] = "1" if row["limit_name"].endswith("_share") else "7"
    rows[0]["value"] = "0"
    refuse_bad_limits(home, write_limits(home, rows))


def test_a_limit_without_a_row_is_named(home: Home) -> None:
    rows = [row for row in limits(home) if row["limit_name"] != "maximum_shrink_share"]
    with pytest.raises(ConfigurationError, match="has no row for maximum_shrink_share: add one"):
        refuse_bad_limits(home, write_limits(home, rows))


def waive(home: Home, **changed: str) -> Path:
    cells = {
        "policy_version": "1",
        "effective_from": "2026-02-01",
        "rule_id": "",
        "scope": "*",
        "approved_by": "Dana",
        "expires_on": "2026-02-09",
        "reason": "the list is short",
        **changed,
    }
    path = home.policies / "gate_waivers.csv"
    path.write_text(",".join(cells) + "\n" + ",".join(cells.values()) + "\n")
    return path


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"approved_by": " "}, "does not say who approved it: fill in approved_by"),
        ({"reason": ""}, "does not say why it is let pass: fill in reason"),
        ({"scope": "Feed=acme"}, "is neither * for every row nor column=value"),
        ({"scope": "feed="}, "is neither * for every row nor column=value"),
        ({"expires_on": "soon"}, "must be days (2026-09-30): write both"),
        ({"effective_from": ""}, "must be days (2026-09-30): write both"),
        ({"expires_on": "2026-01-31"}, "runs from 2026-02-01 to 2026-01-31"),
        ({"rule_id": "no_such_rule"}, "there is no check 'no_such_rule'"),
    ],
)
def test_a_waiver_that_nobody_could_answer_for_is_refused(
    home: Home, rule_id: str, changed: dict[str, str], told: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        refuse_bad_waivers(home, waive(home, **{"rule_id": rule_id, **changed}))
    assert told in str(refused.value)
    assert str(refused.value).startswith("config/policy/gate_waivers.csv, row 1: ")


def test_a_waiver_ends_within_the_longest_time_of_the_day_on_which_it_begins(
    home: Home, rule_id: str
) -> None:
    rows = [row for row in limits(home) if row["limit_name"] != "maximum_waiver_days"]
    late = {**rows[0], "limit_name": "maximum_waiver_days", "value": "20"}
    write_limits(home, [*rows, {**late, "effective_from": "2026-02-02"}])
    with (home.policies / "gate_limits.csv").open("a") as stream:
        stream.write("1,2026-02-01,maximum_waiver_days,10,short at first\n")
    for begins, ends, is_good in (
        ("2026-02-01", "2026-02-11", True),
        ("2026-02-01", "2026-02-12", False),
        ("2026-02-02", "2026-02-22", True),
        ("2026-02-02", "2026-02-23", False),
        ("2026-02-02", "2026-02-02", True),
    ):
        path = waive(home, rule_id=rule_id, effective_from=begins, expires_on=ends)
        if is_good:
            refuse_bad_waivers(home, path)
        else:
            with pytest.raises(ConfigurationError, match="must end within"):
                refuse_bad_waivers(home, path)


def test_a_home_without_waivers_has_none_and_limits_as_a_company_begins(home: Home) -> None:
    refuse_bad_waivers(home, home.policies / "gate_waivers.csv")
    assert waivers_on(home, date(2026, 2, 9)) == []
    assert limits_on(home, date(2026, 2, 9))["maximum_shrink_share"] == "0.20"
