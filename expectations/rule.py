"""The form of one rule of a gate.

Belongs here: what a rule is. Does not belong here: how rules are run (orchestration.quality_gate)
and which rules exist (expectations.landing, expectations.matching, expectations.marts).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Literal

Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class Rule:
    """One statement that must hold, written as the query of the rows that break it.

    `query` selects one row per violation, and only the columns that name it to a person (keys
    first, then the figures that show what is wrong). `{batch}` in it stands for `table`. Any other
    placeholder is a parameter that the gate fills in, see `parameters`; a rule whose parameter has
    no value in this refresh (there is no earlier release to compare with) is not applicable.
    """

    rule_id: str
    table: str
    """What the rule is about: `area.table` of the warehouse, or `source.table` of landing."""
    severity: Severity
    """critical: the next station does not run; warning: reported, and the refresh goes on."""
    owner: str
    statement: str
    """What must hold, in one sentence without the full stop."""
    reason: str
    """Why it must hold, with the section of the operating rules or the case it comes from."""
    mend: str
    """What a person does when it does not hold, as an instruction."""
    query: str

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the placeholders in the query besides `batch`."""
        fields = {field for _, field, _, _ in Formatter().parse(self.query) if field}
        return frozenset(fields - {"batch"})

    def query_with(self, values: Mapping[str, str]) -> str | None:
        """The query with its parameters filled in, `{batch}` left; None where one has no value."""
        if any(name not in values for name in self.parameters):
            return None
        return self.query.format(
            batch="{batch}", **{name: values[name] for name in self.parameters}
        ).strip()
