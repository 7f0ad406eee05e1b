"""What a rule is: an id, why it exists, how to mend what it finds, and how it finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.portable_sql.reading import ModelReading, Occurrence

Search = Callable[[ModelReading], Iterator[Occurrence]]


@dataclass(frozen=True)
class Rule:
    """One thing that DuckDB and Spark read differently.

    `differs_on_spark_4` is False for what Spark 4 reads like DuckDB and only older clusters, or
    readers, do not: the reason says which.
    """

    rule_id: str
    reason: str
    mend: str
    search: Search
    differs_on_spark_4: bool = True


@dataclass(frozen=True, order=True)
class Finding:
    """One broken rule: where, what was written there, why it is refused and the mend."""

    path: Path
    line: int
    rule_id: str
    words: str
    reason: str
    mend: str

    def __str__(self) -> str:
        words = f" `{self.words}`" if self.words else ""
        return f"{self.path}:{self.line}: {self.rule_id}:{words} {self.reason} {self.mend}"


class RuleBook:
    """The rules of one module, in the order in which they are written there."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def rule(
        self, reason: str, mend: str, *, differs_on_spark_4: bool = True
    ) -> Callable[[Search], Search]:
        """Make a rule of the function below; the function's name is the rule's id."""

        def register(search: Search) -> Search:
            self.rules.append(
                Rule(
                    rule_id=search.__name__,
                    reason=reason,
                    mend=mend,
                    search=search,
                    differs_on_spark_4=differs_on_spark_4,
                )
            )
            return search

        return register
