"""What a person has let pass: a rule, for which rows, until when, and who approved it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

ALL_ROWS = "*"


@dataclass(frozen=True)
class Waiver:
    """A row of `config/policy/gate_waivers.csv`.

    scope: `*` for every row that breaks the rule, else `column=value` as a failing row has them.
    begins_on and expires_on: the first and the last day of refresh for which it holds.
    """

    rule_id: str
    scope: str
    approved_by: str
    reason: str
    begins_on: date
    expires_on: date

    def holds_on(self, day: date) -> bool:
        """Whether it is in force in a refresh as of that day, whatever the clock says."""
        return self.begins_on <= day <= self.expires_on

    def covers(self, row: Mapping[str, Any]) -> bool:
        """Whether a failing row is one that was let pass."""
        if self.scope == ALL_ROWS:
            return True
        column, _, value = self.scope.partition("=")
        return column in row and str(row[column]) == value

    @property
    def as_told(self) -> str:
        """Who approved it, until when and why, as a clause."""
        return f"waived until {self.expires_on} by {self.approved_by} ({self.reason})"


@dataclass(frozen=True)
class WaiversOfRule:
    """The waivers of one rule as they stand on the day of a refresh."""

    in_force: tuple[Waiver, ...]
    expired: tuple[Waiver, ...]

    @classmethod
    def of(cls, rule_id: str, waivers: Iterable[Waiver], day: date) -> WaiversOfRule:
        """Those of the rule that have begun."""
        own = [one for one in waivers if one.rule_id == rule_id and one.begins_on <= day]
        return cls(
            in_force=tuple(one for one in own if one.holds_on(day)),
            expired=tuple(one for one in own if not one.holds_on(day)),
        )

    def cover_all(self, rows: Sequence[Mapping[str, Any]], count: int) -> bool:
        """Whether every one of `count` failing rows was let pass; `rows` are those looked at.

        A scope says nothing about rows that nobody has looked at.
        """
        if any(one.scope == ALL_ROWS for one in self.in_force):
            return True
        return len(rows) == count and not self.not_covered(rows)

    def not_covered(self, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The rows that no waiver in force names."""
        return [row for row in rows if not any(one.covers(row) for one in self.in_force)]

    @property
    def as_told(self) -> str:
        """The waivers in force, as a clause."""
        return ", ".join(one.as_told for one in self.in_force)
