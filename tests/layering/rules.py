"""The rules of the layers. Each is a query over the files; an exception is a row with a reason."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tests.layering.project_files import Model, ProjectFiles

EXCEPTIONS_FILE = Path(__file__).parent / "exceptions.csv"

DECIDING_MARTS = frozenset({"account_mapping", "accountability", "attribution"})
_PREFIXES = {"staging": ("stg_",), "intermediate": ("int_",), "marts": ("dim_", "fct_", "rpt_")}


@dataclass(frozen=True, order=True)
class Violation:
    """One model that breaks one rule; `reads` is the other table, '' where there is none."""

    path: Path
    rule_id: str
    model: str
    reads: str
    mend: str

    def __str__(self) -> str:
        other = f" reads {self.reads}" if self.reads else ""
        return f"{self.path}: {self.rule_id}: {self.model}{other}. {self.mend}"


@dataclass(frozen=True)
class LayerException:
    """A row of exceptions.csv; `model` and `reads` may hold `*`."""

    rule_id: str
    model: str
    reads: str
    reason: str

    def covers(self, violation: Violation) -> bool:
        """Whether the row speaks of this violation."""
        return (
            self.rule_id == violation.rule_id
            and fnmatchcase(violation.model, self.model)
            and fnmatchcase(violation.reads, self.reads)
        )


Search = Callable[[ProjectFiles], Iterator[Violation]]
RULES: dict[str, Search] = {}


def rule(search: Search) -> Search:
    """Make a rule of the function below; the function's name is the rule's id."""
    RULES[search.__name__] = search
    return search


def read_exceptions(path: Path = EXCEPTIONS_FILE) -> list[LayerException]:
    """The exceptions in their order; every one has a reason."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [LayerException(**row) for row in csv.DictReader(lines)]


def violations(files: ProjectFiles, exceptions: list[LayerException]) -> list[Violation]:
    """What breaks a rule and is no exception, in the order of the files."""
    found = (violation for search in RULES.values() for violation in search(files))
    return sorted(
        violation
        for violation in found
        if not any(exception.covers(violation) for exception in exceptions)
    )


def unused_exceptions(
    files: ProjectFiles, exceptions: list[LayerException]
) -> list[LayerException]:
    """Rows that no model needs any more: the list may only shrink."""
    found = [violation for search in RULES.values() for violation in search(files)]
    return [one for one in exceptions if not any(one.covers(violation) for violation in found)]


def _models(files: ProjectFiles, layer: str) -> Iterator[Model]:
    return (model for model in files.models.values() if model.layer == layer)


def _layer_of(files: ProjectFiles, name: str) -> str:
    if name in files.seeds:
        return "seeds"
    return files.models[name].layer if name in files.models else "nowhere"


@rule
def staging_reads_one_source(files: ProjectFiles) -> Iterator[Violation]:
    """One staging model per source table, and nothing else in it."""
    for model in _models(files, "staging"):
        for read in sorted(model.refs):
            yield Violation(
                path=model.path,
                rule_id="staging_reads_one_source",
                model=model.name,
                reads=read,
                mend="Join in an intermediate model; staging renames and casts one source.",
            )
        if len(model.sources) != 1:
            yield Violation(
                path=model.path,
                rule_id="staging_reads_one_source",
                model=model.name,
                reads=" and ".join(sorted(model.sources)) or "no source",
                mend="Write one staging model per source table.",
            )


@rule
def only_staging_reads_sources(files: ProjectFiles) -> Iterator[Violation]:
    """What a source means is decided once, in its staging model."""
    for model in files.models.values():
        for source in sorted(model.sources) if model.layer != "staging" else []:
            yield Violation(
                path=model.path,
                rule_id="only_staging_reads_sources",
                model=model.name,
                reads=source,
                mend="Read its staging model.",
            )


@rule
def intermediate_reads_no_mart(files: ProjectFiles) -> Iterator[Violation]:
    """Marts are the end of the way; what two of them need is an intermediate model."""
    for model in _models(files, "intermediate"):
        for read in sorted(model.refs):
            if _layer_of(files, read) == "marts":
                yield Violation(
                    path=model.path,
                    rule_id="intermediate_reads_no_mart",
                    model=model.name,
                    reads=read,
                    mend="Move what both need into an intermediate model, or list why not.",
                )


@rule
def every_read_table_exists(files: ProjectFiles) -> Iterator[Violation]:
    """A ref to a model or seed that no file makes."""
    for model in files.models.values():
        for read in sorted(model.refs):
            if _layer_of(files, read) == "nowhere":
                yield Violation(
                    path=model.path,
                    rule_id="every_read_table_exists",
                    model=model.name,
                    reads=read,
                    mend="Name a model or a seed of this project.",
                )


@rule
def every_intermediate_model_is_read(files: ProjectFiles) -> Iterator[Violation]:
    """What is built and never read costs a refresh and misleads a reader."""
    read = frozenset().union(*(model.refs for model in files.models.values()))
    for model in _models(files, "intermediate"):
        if model.name not in read:
            yield Violation(
                path=model.path,
                rule_id="every_intermediate_model_is_read",
                model=model.name,
                reads="",
                mend="Read it, or delete it.",
            )


@rule
def names_say_the_layer(files: ProjectFiles) -> Iterator[Violation]:
    """`stg_<source>__<things>`, `int_<things>_<past participle>`, `dim_`, `fct_`, `rpt_`."""
    for model in files.models.values():
        prefixes = _PREFIXES.get(model.layer, ())
        says_source = model.layer != "staging" or model.name.startswith(f"stg_{model.folder}__")
        if not model.name.startswith(prefixes) or not says_source:
            yield Violation(
                path=model.path,
                rule_id="names_say_the_layer",
                model=model.name,
                reads="",
                mend=f"Begin its name with {' or '.join(prefixes) or 'that of a layer'}.",
            )


@rule
def every_model_is_described_with_its_key(files: ProjectFiles) -> Iterator[Violation]:
    """A description (its grain first) and a test of the key, in the yml of the model's folder."""
    for model in files.models.values():
        entries = [entry for entry in files.entries if entry.name == model.name]
        beside = [entry for entry in entries if entry.path.parent == model.path.parent]
        mend = ""
        if len(entries) != 1 or len(beside) != 1:
            mend = f"Give it one entry, in the yml of {model.path.parent}; it has {len(entries)}."
        elif not beside[0].description:
            mend = "Describe it, the grain first."
        elif not beside[0].has_key_test:
            mend = "Test its key: primary_key, or unique_combination where NULL is a value of it."
        if mend:
            yield Violation(
                path=model.path,
                rule_id="every_model_is_described_with_its_key",
                model=model.name,
                reads="",
                mend=mend,
            )


@rule
def every_deciding_model_has_a_test_of_its_rule(files: ProjectFiles) -> Iterator[Violation]:
    """That rows are there and have a key says nothing of whether they are right."""
    tested = files.tested | {entry.name for entry in files.entries if entry.has_value_test}
    for model in files.models.values():
        decides = model.layer == "intermediate" or (
            model.layer == "marts" and model.folder in DECIDING_MARTS
        )
        if decides and model.name not in tested:
            yield Violation(
                path=model.path,
                rule_id="every_deciding_model_has_a_test_of_its_rule",
                model=model.name,
                reads="",
                mend="Write a unit test named after its rule, or a data test of its values.",
            )


@rule
def every_entry_has_a_model(files: ProjectFiles) -> Iterator[Violation]:
    """An entry that outlived its model describes nothing."""
    for entry in files.entries:
        if entry.name not in files.models:
            yield Violation(
                path=entry.path,
                rule_id="every_entry_has_a_model",
                model=entry.name,
                reads="",
                mend="Delete the entry, or write the model.",
            )


@rule
def every_mart_has_a_contract(files: ProjectFiles) -> Iterator[Violation]:
    """What readers build on changes only on purpose; every column says what it holds."""
    for entry in files.entries:
        model = files.models.get(entry.name)
        if model is None or model.layer != "marts":
            continue
        mend = ""
        if not entry.has_contract or not entry.has_columns:
            mend = "Set `contract: enforced: true` and list its columns with their types."
        elif entry.undescribed_columns:
            mend = f"Describe {', '.join(entry.undescribed_columns)}, with what NULL means."
        if mend:
            yield Violation(
                path=model.path,
                rule_id="every_mart_has_a_contract",
                model=model.name,
                reads="",
                mend=mend,
            )
