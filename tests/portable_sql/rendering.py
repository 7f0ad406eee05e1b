"""Models as plain SQL: Jinja goes, and every line still knows the line it was written on.

A macro of the project that is the same on both engines is expanded, so that what it writes is
read too. A dispatched macro is the place where engines may differ: its call becomes the call of a
function `cosell_<macro>` on the same SQL arguments. dbt itself is not imported: a lint that waits
for it would not be run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import jinja2.ext
import sqlglot
from sqlglot.tokens import TokenType

DIALECT = "duckdb"
STAND_IN_PREFIX = "cosell_"
ENGINES = ("duckdb", "spark")

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
# Characters that no model holds: they mark where a line of the file begins in the rendered text.
_LINE_MARK = re.compile("\ue000([0-9]+)\ue001")
_NOT_A_MODEL_MACRO = re.compile(r"\{%-?\s*(test|materialization|snapshot)\b")
_DISPATCHED = re.compile(r"adapter\.dispatch\(\s*'(\w+)'")
_MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)\s*\(")
_ASKS_WHETHER_INCREMENTAL = re.compile(r"\bis_incremental\s*\(")


class UnreadableModelError(Exception):
    """A template that cannot be rendered; says why, and the line where that is known."""

    def __init__(self, line: int, explanation: str) -> None:
        super().__init__(explanation)
        self.line = line


@dataclass(frozen=True)
class RenderedModel:
    """Plain SQL of one file, what it reads, and for each of its lines the line in the file."""

    path: Path
    sql: str
    source_lines: tuple[int, ...]
    refs: frozenset[str]
    sources: frozenset[str]

    def line_in_file(self, rendered_line: int) -> int:
        """The file's line number of a line of `sql` (both from 1)."""
        index = min(max(rendered_line, 1), len(self.source_lines)) - 1
        return self.source_lines[index]


class _ReturnedValueError(Exception):
    """How `{{ return(...) }}` leaves a macro, as in dbt."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _return(value: Any = None) -> None:
    raise _ReturnedValueError(value)


def _returning(macro: Callable[..., Any]) -> Callable[..., Any]:
    """The macro, giving what it returns or, without `return`, what it writes."""

    def call(*positional: Any, **named: Any) -> Any:
        try:
            return macro(*positional, **named)
        except _ReturnedValueError as returned:
            return returned.value

    return call


@dataclass
class _Reads:
    """What the template that is being rendered has named so far."""

    refs: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)


class _Adapter:
    """dbt's `adapter`, of which models use only `dispatch`."""

    def __init__(self, stand_in: Callable[[str], Callable[..., str]]) -> None:
        self._stand_in = stand_in

    def dispatch(self, name: str, package: str = "") -> Callable[..., str]:
        return self._stand_in(name)


class _DbtMacros:
    """dbt's own macros: those that both engines read alike are written out, others keep a name."""

    def concat(self, fields: list[str]) -> str:
        return " || ".join(fields)

    def date_trunc(self, part: str, day: str) -> str:
        return f"date_trunc('{part}', {day})"

    def type_string(self) -> str:
        return "string"

    def type_timestamp(self) -> str:
        return "timestamp"

    def type_bigint(self) -> str:
        return "bigint"

    def type_int(self) -> str:
        return "int"

    def type_boolean(self) -> str:
        return "boolean"

    def datediff(self, first: str, second: str, part: str) -> str:
        return f"dbt_datediff({first}, {second}, '{part}')"

    def dateadd(self, part: str, count: object, moment: str) -> str:
        return f"dbt_dateadd('{part}', {count}, {moment})"

    def last_day(self, day: str, part: str) -> str:
        return f"dbt_last_day({day}, '{part}')"

    def __getattr__(self, name: str) -> Callable[..., str]:
        def call(*arguments: object) -> str:
            return f"dbt_{name}({', '.join(str(argument) for argument in arguments)})"

        return call


class ProjectRenderer:
    """Renders files with the macros of one dbt project, see the module's docstring.

    Args:
        macros: the folder of the project's macros.
        engine: write dispatched macros in the words of this engine; without it their calls become
            calls of functions.
    """

    def __init__(self, macros: Path, engine: str | None = None) -> None:
        self._engine = engine
        self._reads = _Reads()
        self._is_incremental = True
        self._environment = jinja2.Environment(
            undefined=jinja2.StrictUndefined,
            extensions=[jinja2.ext.do],
            # A template is data of this project and its output is SQL: nothing to escape.
            autoescape=False,
        )
        self.macros: dict[str, Callable[..., Any]] = {}
        self.macro_files: dict[str, Path] = {}
        self.dispatched: dict[str, Path] = {}
        self._environment.globals.update(self._names_of_dbt())
        macro_files = sorted(macros.rglob("*.sql"))
        for path in macro_files:
            self._announce_macros(path)
        for path in macro_files:
            self._load_macros(path)

    def render(self, path: Path) -> tuple[RenderedModel, ...]:
        """The SQL of one file: once, or for an incremental model both ways.

        Raises:
            UnreadableModelError: the template has an error or uses a name that dbt does not have.
        """
        text = path.read_text(encoding="utf-8")
        ways = (True, False) if _ASKS_WHETHER_INCREMENTAL.search(text) else (True,)
        return tuple(self._render_once(path, text, is_incremental) for is_incremental in ways)

    def _render_once(self, path: Path, text: str, is_incremental: bool) -> RenderedModel:
        self._reads = _Reads()
        self._is_incremental = is_incremental
        try:
            marked = self._environment.from_string(_with_line_marks(text)).render()
        except (jinja2.TemplateError, TypeError, ValueError, AttributeError) as error:
            line = getattr(error, "lineno", None) or 1
            raise UnreadableModelError(line, f"The template fails: {error}") from error
        sql, source_lines = _without_line_marks(marked)
        return RenderedModel(
            path=path,
            sql=sql,
            source_lines=source_lines,
            refs=frozenset(self._reads.refs),
            sources=frozenset(self._reads.sources),
        )

    def _names_of_dbt(self) -> dict[str, Any]:
        def ref(*names: str, **_version: object) -> str:
            self._reads.refs.add(names[-1])
            return names[-1]

        def source(source_name: str, table_name: str) -> str:
            self._reads.sources.add(f"{source_name}.{table_name}")
            return f"landing_{source_name}.{table_name}"

        return {
            "ref": ref,
            "source": source,
            "config": lambda *_, **__: "",
            "var": lambda name, default="1": default,
            "env_var": lambda name, default="": default,
            "is_incremental": lambda: self._is_incremental,
            "this": "this_model",
            "execute": True,
            "return": _return,
            "adapter": _Adapter(self._stand_in),
            "dbt": _DbtMacros(),
            "log": lambda *_, **__: "",
        }

    def _announce_macros(self, path: Path) -> None:
        """Make every macro callable by name before any is read: they call each other."""
        for name in _MACRO.findall(path.read_text(encoding="utf-8")):

            def call(*positional: Any, name: str = name, **named: Any) -> Any:
                return self.macros[name](*positional, **named)

            self._environment.globals[name] = call

    def _load_macros(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        if _NOT_A_MODEL_MACRO.search(text):
            return
        for name in _DISPATCHED.findall(text):
            self.dispatched[name] = path
        try:
            module = self._environment.from_string(text).module
        except jinja2.TemplateError as error:
            raise UnreadableModelError(1, f"{path} cannot be read: {error}") from error
        for name in _MACRO.findall(text):
            self.macros[name] = _returning(getattr(module, name))
            self.macro_files[name] = path

    def _stand_in(self, name: str) -> Callable[..., Any]:
        if self._engine:
            of_engine = self.macros.get(f"{self._engine}__{name}")
            return of_engine or self.macros[f"default__{name}"]
        implementation = self.macros.get(f"{DIALECT}__{name}") or self.macros.get(
            f"default__{name}"
        )

        def call(*arguments: Any, **named: Any) -> str:
            if name.startswith("type_"):
                # The one type whose name differs; both engines read `string`.
                written = implementation() if implementation else name.removeprefix("type_")
                return "string" if name == "type_string" else str(written).strip()
            values = [*arguments, *named.values()]
            # What the macro reads is read by the model: the call is made for its refs alone.
            query = str(implementation(*arguments, **named)).strip() if implementation else ""
            are_texts = _which_are_texts(implementation, values)
            shown = [
                _literal(value) if is_text else str(value)
                for value, is_text in zip(values, are_texts, strict=True)
            ]
            stand_in = f"{STAND_IN_PREFIX}{name}({', '.join(shown)})"
            is_query = re.match(r"(select|with)\b", query, re.IGNORECASE)
            return f"select * from {stand_in} as days" if is_query else stand_in

        return call


def _which_are_texts(implementation: Callable[..., Any] | None, values: list[Any]) -> list[bool]:
    """For each argument, whether the macro writes it between quotes (a pattern, a field's name)."""
    probes = [f"argument_{number}_probe" for number in range(len(values))]
    if implementation is None:
        return [False] * len(values)
    try:
        tokens = sqlglot.tokenize(str(implementation(*probes)), read=DIALECT)
    except (TypeError, AttributeError, sqlglot.errors.SqlglotError):
        return [False] * len(values)
    texts = [token.text for token in tokens if token.token_type == TokenType.STRING]
    return [any(probe in text for text in texts) for probe in probes]


def _literal(value: object) -> str:
    """A literal that says nothing of its own: a pattern belongs to the macro, not to the model."""
    return f"'{re.sub(r'[^a-z0-9 _.-]', '_', str(value).lower())}'"


def _with_line_marks(text: str) -> str:
    """The template with a mark at the start of each line that begins outside a Jinja tag."""
    parts: list[str] = []
    line = 1

    def marked(plain: str) -> Iterator[str]:
        nonlocal line
        for character in plain:
            yield character
            if character == "\n":
                line += 1
                yield f"\ue000{line}\ue001"

    position = 0
    for tag in _TAG.finditer(text):
        parts.extend(marked(text[position : tag.start()]))
        # A tag that begins in the middle of a line writes on that line, whatever came before.
        parts.append(f"\ue000{line}\ue001")
        parts.append(tag.group())
        line += tag.group().count("\n")
        parts.append(f"\ue000{line}\ue001")
        position = tag.end()
    parts.extend(marked(text[position:]))
    return "".join(parts)


def _without_line_marks(marked: str) -> tuple[str, tuple[int, ...]]:
    """The rendered text and, for each of its lines, the line of the file that wrote it."""
    written: list[str] = []
    source_lines: list[int] = []
    line = 1
    line_of_row: int | None = None
    for part in re.split("(\ue000[0-9]+\ue001|\n)", marked):
        mark = _LINE_MARK.fullmatch(part)
        if mark:
            line = int(mark.group(1))
        elif part == "\n":
            source_lines.append(line_of_row or line)
            line_of_row = None
            written.append(part)
        elif part:
            if line_of_row is None and part.strip():
                line_of_row = line
            written.append(part)
    source_lines.append(line_of_row or line)
    return "".join(written), tuple(source_lines)


def model_files(project: Path) -> list[Path]:
    """Every SQL file that becomes a query of this project: its models and its singular tests."""
    folders: Mapping[str, tuple[str, ...]] = {"models": (), "data_tests": ("generic",)}
    return sorted(
        path
        for folder, left_out in folders.items()
        for path in (project / folder).rglob("*.sql")
        if not set(path.relative_to(project / folder).parts[:-1]) & set(left_out)
    )
