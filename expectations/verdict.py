"""What a gate found: the verdict on each of its rules and on the gate as a whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from expectations.rule import Severity

Verdict = Literal["passed", "failed", "waived", "broke", "not_applicable"]
"""failed: the data is bad; waived: it is, and a person has let it pass until a day; broke: the
check could not be evaluated and says nothing about the data; not_applicable: there is nothing to
judge or to compare with."""

VERDICT_FILE = "verdict.json"


@dataclass(frozen=True)
class RuleVerdict:
    """The verdict on one rule."""

    rule_id: str
    table: str
    severity: Severity
    verdict: Verdict
    failing_rows_count: int | None
    """How many rows break the rule; None where it was not evaluated."""
    examples: tuple[str, ...]
    """Up to five failing rows, each as `key=value, key=value`."""
    message: str
    """One sentence for a person; empty where the rule passed."""
    approved_by: str = ""
    """Who let the failing rows pass; empty where the rule is not waived."""
    waived_until: str = ""
    """The last day of refresh for which that holds (ISO); empty where the rule is not waived."""

    @property
    def is_blocking(self) -> bool:
        """Whether the next station must not run because of this rule.

        Of a check that broke nobody knows what it would have found, however severe.
        """
        return self.verdict == "broke" or (self.severity == "critical" and self.verdict == "failed")


@dataclass(frozen=True)
class GateResult:
    """The verdicts of one gate, in the order of its rules."""

    gate: str
    rules: tuple[RuleVerdict, ...]
    seconds: float
    folder: Path | None = None
    """Where the validation results and Data Docs of this gate were written."""

    @property
    def blocking(self) -> tuple[RuleVerdict, ...]:
        """The rules that stop the refresh."""
        return tuple(rule for rule in self.rules if rule.is_blocking)

    @property
    def warnings(self) -> tuple[RuleVerdict, ...]:
        """The rules that did not hold and let the refresh go on, the waived ones among them."""
        return tuple(
            rule
            for rule in self.rules
            if rule.verdict in ("failed", "waived") and not rule.is_blocking
        )

    @property
    def waived(self) -> tuple[RuleVerdict, ...]:
        """The rules that do not hold and that a person has let pass."""
        return tuple(rule for rule in self.rules if rule.verdict == "waived")

    @property
    def verdict(self) -> Verdict:
        """failed where bad data blocks, broke where only broken checks do, else passed."""
        if any(rule.verdict == "failed" for rule in self.blocking):
            return "failed"
        return "broke" if self.blocking else "passed"

    @property
    def message(self) -> str:
        """One sentence on why the gate blocks; empty where it does not.

        Bad data comes before broken checks: it is what a person can mend in the data.
        """
        blocking = sorted(self.blocking, key=lambda rule: rule.verdict != "failed")
        if not blocking:
            return ""
        first = blocking[0].message.rstrip(".")
        others = [rule.rule_id for rule in blocking[1:]]
        more = f"; also blocked by {', '.join(others)}" if others else ""
        return f"The {self.gate} gate stopped the refresh: {first}{more}."

    def as_record(self) -> dict[str, Any]:
        """The result as plain values for JSON; `from_record` reads it back."""
        return {
            "gate": self.gate,
            "verdict": self.verdict,
            "seconds": round(self.seconds, 3),
            "rules": [
                {name: value for name, value in asdict(rule).items() if value not in (None, (), "")}
                for rule in self.rules
            ],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any], folder: Path | None = None) -> GateResult:
        """Read a result back from `as_record`."""
        return cls(
            gate=record["gate"],
            seconds=record["seconds"],
            folder=folder,
            rules=tuple(
                RuleVerdict(
                    rule_id=rule["rule_id"],
                    table=rule["table"],
                    severity=rule["severity"],
                    verdict=rule["verdict"],
                    failing_rows_count=rule.get("failing_rows_count"),
                    examples=tuple(rule.get("examples", ())),
                    message=rule.get("message", ""),
                    approved_by=rule.get("approved_by", ""),
                    waived_until=rule.get("waived_until", ""),
                )
                for rule in record["rules"]
            ),
        )

    def write(self) -> None:
        """Keep the result beside its validation results, for the release that follows."""
        assert self.folder is not None
        text = json.dumps(self.as_record(), indent=2, ensure_ascii=False)
        self.folder.joinpath(VERDICT_FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> GateResult:
        """Read what `write` kept; raises FileNotFoundError where the gate did not run."""
        record = json.loads(folder.joinpath(VERDICT_FILE).read_text(encoding="utf-8"))
        return cls.from_record(record, folder)
