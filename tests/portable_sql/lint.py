"""Reads the models of a project and says where they leave what both engines read alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.portable_sql import meaning_rules, word_rules
from tests.portable_sql.published_types import AGGREGATE, INTEGER, MENDS, REASONS, PublishedTypes
from tests.portable_sql.reading import ModelReading, UnreadableSqlError
from tests.portable_sql.rendering import (
    ENGINES,
    ProjectRenderer,
    UnreadableModelError,
)
from tests.portable_sql.rule import Finding, Rule

RULES: tuple[Rule, ...] = (*word_rules.book.rules, *meaning_rules.book.rules)

UNREADABLE = "unreadable"
ONE_ENGINE_MACRO = "one_engine_macro"
PROJECT_RULES: Mapping[str, tuple[str, str]] = {
    **{rule_id: (REASONS[rule_id], MENDS[rule_id]) for rule_id in (AGGREGATE, INTEGER)},
    ONE_ENGINE_MACRO: (
        "A dispatched macro has no words for an engine.",
        "Write them, with a test.",
    ),
    UNREADABLE: ("The file cannot be read as a template or as a query.", "Mend it."),
}


def findings_in_files(renderer: ProjectRenderer, paths: Iterable[Path]) -> list[Finding]:
    """Every broken rule in these files, in the order of file and line."""
    found: set[Finding] = set()
    readings: dict[str, ModelReading] = {}
    for path in paths:
        try:
            for rendered in renderer.render(path):
                reading = ModelReading(rendered)
                found.update(_findings_in_model(reading))
                # The first way of an incremental model holds all that the second holds.
                readings.setdefault(path.stem, reading)
        except UnreadableModelError as error:
            found.add(Finding(path, error.line, UNREADABLE, "", f"{error}.", "Mend the template."))
        except UnreadableSqlError as error:
            found.add(
                Finding(
                    path=path,
                    line=error.line,
                    rule_id=UNREADABLE,
                    words="",
                    reason=f"This is no query that can be read: {error}.",
                    mend="Write it in the words that the other models use.",
                )
            )
    found.update(PublishedTypes(readings).findings())
    return sorted(found)


def findings_in_macros(renderer: ProjectRenderer) -> list[Finding]:
    """Dispatched macros that one of the engines has no words for."""
    return sorted(
        Finding(
            path=path,
            line=1,
            rule_id=ONE_ENGINE_MACRO,
            words=name,
            reason=f"The macro is dispatched and has no {engine}__{name}.",
            mend="Write it, beside a test of literal examples.",
        )
        for name, path in renderer.dispatched.items()
        for engine in ENGINES
        if f"{engine}__{name}" not in renderer.macros and f"default__{name}" not in renderer.macros
    )


def _findings_in_model(reading: ModelReading) -> Iterator[Finding]:
    for rule in RULES:
        for occurrence in rule.search(reading):
            yield Finding(
                path=reading.path,
                line=reading.model.line_in_file(occurrence.line),
                rule_id=rule.rule_id,
                words=occurrence.words,
                reason=rule.reason,
                mend=rule.mend,
            )
