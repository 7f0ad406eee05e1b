"""The form of one rule of a gate.

Belongs here: what a rule is. Does not belong here: how rules are run (expectations.validation)
and which rules exist (expectations.landing, expectations.matching, expectations.marts).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Literal

Severity = Literal["critical", "warning"]

# `from area.table`, `join area.table`: tables of the warehouse besides the rule's own. What follows
# `is distinct from` is a column.
_READS_A_TABLE = re.compile(r"(?<!\bdistinct\s)\b(from|join)\s+(?=[a-z_]+\.[a-z_])", re.IGNORECASE)
_OWN_CTE = re.compile(r"^\s*with\s", re.IGNORECASE)
# SQLAlchemy reads `:word` as a parameter; a backslash before the colon keeps it as it is.
_LOOKS_LIKE_A_PARAMETER = re.compile(r"(?<![:\w\\]):(?=\w)")


@dataclass(frozen=True)
class Rule:
    """One statement that must hold, written as the query of the rows that break it.

    `query` selects one row per violation, and only the columns that name it to a person (keys
    first, then the figures that show what is wrong). It reads the rule's table as `batch`, other
    tables of the warehouse as `area.table`, and it is SQL that DuckDB and Spark read alike. A
    `{placeholder}` in it is a parameter that the gate fills in; a rule whose parameter has no
    value in this refresh (there is no earlier release to compare with) is not applicable.
    """

    rule_id: str
    table: str
    """What the rule is about: `area.table` of the warehouse, or `source.table` of landing."""
    severity: Severity
    """critical: the next station does not run; warning: reported, and the refresh goes on."""
    owner: str
    statement: str
    """What must hold, as a sentence without its full stop."""
    reason: str
    """Why it must hold, with the section of the operating rules or the case it comes from."""
    mend: str
    """What a person does when it does not hold, as an instruction without its full stop."""
    query: str

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the placeholders in the query."""
        return frozenset(field for _, field, _, _ in Formatter().parse(self.query) if field)

    def query_for(self, values: Mapping[str, str], schema_prefix: str = "") -> str | None:
        """The query as Great Expectations runs it; None where a parameter has no value.

        `schema_prefix` is what the names of the warehouse's schemas begin with.

        Great Expectations puts the table in the place of `{batch}`, with an alias of its own or
        without one, depending on what else stands in the query; a common table expression reads
        the same in both cases.
        """
        if any(name not in values for name in self.parameters):
            return None
        query = _READS_A_TABLE.sub(rf"\1 {schema_prefix}", self.query)
        query = query.format(**{name: values[name] for name in self.parameters}).strip()
        query = _LOOKS_LIKE_A_PARAMETER.sub(r"\\:", query)
        query = query.replace("{", "{{").replace("}", "}}")
        if _OWN_CTE.match(query):
            return _OWN_CTE.sub("with batch as (select * from {batch}),\n", query, count=1)
        return f"with batch as (select * from {{batch}})\n{query}"
