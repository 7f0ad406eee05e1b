"""Rewriting: the SQL that turns a file's text into landing's one dialect, or into reasons.

One `Rewriting` holds what was decided about one file (which column is which, its dialect, its
bounds). It writes three statements over the same stages: the good rows, the count of each
problem, and the refused rows with their sentences.

    source   the file's columns as text
    trimmed  declared columns without blanks around them, the company's values behind the map
    typed    days, times and numbers as their types
    judged   the first problem of each row, NULL when it has none
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from orchestration.landing.contracts import LANDING_COLUMNS, Column, Table
from orchestration.landing.dialects import (
    BOOLEAN_WORDS,
    DateDialect,
    TimeZones,
    boolean_expression,
    date_expression,
    decimal_expression,
    epoch_or,
    integer_expression,
    timestamp_expression,
)
from orchestration.landing.feeds import Decimal, Feed
from orchestration.landing.source_rows import SourceRows
from orchestration.landing.sql_text import literal

# Blanks that people and spreadsheets leave around values; the third is the no-break space.
_BLANKS = (" ", "\t", "\u00a0", "\n", "\r")
_EXCERPT_CHARACTERS = 80
LIST_SEPARATOR = "; "
"""Between the words of a landed list."""
_LANDED_TIME = "'%Y-%m-%d %H:%M:%S.%f'"


@dataclass(frozen=True)
class Bounds:
    """What is plausible, from the policy `plausibility` (rules 2); days are included."""

    first_day: datetime.date
    last_day: datetime.date
    largest_amount: str


@dataclass(frozen=True)
class BatchFacts:
    """What every row of a batch carries."""

    batch_id: str
    source_file: str
    sha256: str
    landed_at: datetime.datetime
    as_of: datetime.date


@dataclass(frozen=True)
class Problem:
    """One kind of problem in one column (`place` in the table; None = the whole row)."""

    code: str
    place: int | None

    @property
    def key(self) -> str:
        """How the stage `judged` names it."""
        return self.code if self.place is None else f"{self.code}|{self.place}"

    @classmethod
    def from_key(cls, key: str) -> Problem:
        """The problem that `key` names."""
        code, _, place = key.partition("|")
        return cls(code, int(place) if place else None)


def trimmed_text(expression: str, rows_are_many: bool) -> str:
    """SQL of a text without blanks around it; NULL when nothing is left."""
    trimmed = f"nullif(trim({expression}, {literal(''.join(_BLANKS))}), '')"
    if not rows_are_many:
        return trimmed
    # Looking at both ends is much faster than trimming, and few values need it.
    codes = ", ".join(str(ord(blank)) for blank in _BLANKS)
    blank_ends = " or ".join(f"suffix({expression}, {literal(blank)})" for blank in _BLANKS)
    return (
        f"case when {expression} = '' then null "
        f"when ascii({expression}) in ({codes}) or {blank_ends} "
        f"then {trimmed} else {expression} end"
    )


@dataclass(frozen=True)
class Rewriting:
    """Everything that was decided about one file.

    places: declared column -> place in the file. questioned: the only columns that the statements
    are about, where all others are known to be settled; None = all.
    """

    table: Table
    feed: Feed
    rows: SourceRows
    places: dict[str, int]
    dialect: DateDialect
    zones: TimeZones
    bounds: Bounds | None
    file_day: datetime.date | None = None
    questioned: frozenset[str] | None = None

    @property
    def constants(self) -> Mapping[str, str]:
        """Columns that the feed, or the day in the file's name, fills: the same in every row."""
        filled = self.feed.constants
        name = self.table.file_day_column
        if name is None or name in self.places or self.file_day is None:
            return filled
        return {**filled, name: self.file_day.isoformat()}

    @property
    def decimal(self) -> Decimal:
        """How numbers are written; typed formats always write a point."""
        return "point" if self.rows.decimal_is_always_point else self.feed.decimal

    def good_rows(self, facts: BatchFacts) -> str:
        """SQL of the rows to land, in the order and with the columns of landing."""
        filled = {column.name: f"w{place}" for place, column in self._filled()}
        declared = [
            f"{filled.get(name, 'cast(null as varchar)')} as {name}"
            for name in self.table.column_names
        ]
        return f"""
            {self._stages()}
            select {", ".join(declared)}, {self._extra()} as _extra,
                {self._original_values()} as _original_values,
                {self._facts(facts)}
            from judged where problem is null
        """

    def questioned_rows(self) -> str:
        """SQL of every row: number, `w<place>` of each questioned column, originals, problem."""
        written = [f"w{place}" for place, _ in self._filled()]
        return f"""
            {self._stages()}
            select {", ".join(["_row_number", *written])},
                {self._original_values()} as _original_values, problem
            from judged
        """

    def extra_rows(self) -> str:
        """SQL of `_extra` of every row: what no declared column takes."""
        return f"""
            {self._stages(until="source")}
            select _row_number, {self._extra()} as _extra from source
        """

    def problem_counts(self) -> str:
        """SQL of (problem, rows, number of its first row), the most frequent first."""
        return f"""
            {self._stages()}
            select problem, count(*), min(_row_number) from judged
            where problem is not null
            group by problem order by count(*) desc, problem
        """

    def refused_rows(self, facts: BatchFacts, problems: list[Problem], ragged: bool) -> str:
        """SQL of the rows to quarantine; `ragged`: also those of the relation `ragged_rows`."""
        sentences = " ".join(
            f"when problem = {literal(problem.key)} then {self._sentence(problem)}"
            for problem in problems
        )
        judged = f"""
            select _row_number, split_part(problem, '|', 1) as reason_code,
                case {sentences or "when false then ''"} end as reason,
                {self._row_json()} as row_json
            from judged where problem is not null
        """
        added = " union all select * from ragged_rows" if ragged else ""
        return f"""
            {self._stages()}, refused as ({judged}{added})
            select _row_number, {literal(facts.batch_id)} as _batch_id,
                {literal(facts.source_file)} as _source_file,
                {literal(facts.sha256)} as _source_sha256,
                timestamp '{facts.landed_at:%Y-%m-%d %H:%M:%S.%f}' as _landed_at,
                date '{facts.as_of:%Y-%m-%d}' as _as_of,
                reason_code, reason, row_json
            from refused order by _row_number
        """

    def unknown_values(self, column: Column) -> str:
        """SQL of (value, rows) of the values outside the column's vocabulary, frequent first."""
        place = self.table.columns.index(column)
        allowed = ", ".join(literal(value) for value in column.vocabulary)
        # Of a list each word counts by itself, so that the message names what is to be mapped.
        words = f"unnest(string_split(m{place}, {literal(LIST_SEPARATOR)}))"
        value = words if column.many else f"m{place}"
        return f"""
            {self._stages(until="trimmed")}
            select word, count(*) from (select {value} as word from trimmed)
            where word is not null and word not in ({allowed})
            group by word order by count(*) desc, word
        """

    def days_of(self, place_in_file: int) -> str:
        """SQL of the distinct days in one column of the file; NULL for what is no day."""
        text = trimmed_text(self.rows.expressions[place_in_file], self.rows.are_many)
        day = date_expression("day_text", self.dialect, self.rows.serial_epoch)
        return f"""
            select distinct {day} as day
            from (select {text} as day_text from {self.rows.relation})
            where day_text is not null order by day nulls first limit 3
        """

    def describe(self, problem: Problem, value: str | None, row_number: int) -> str:
        """The sentence of one problem for one value."""
        before, after = self._sentence_parts(problem)
        excerpt = f"'{value[:_EXCERPT_CHARACTERS]}'" if value is not None and after else ""
        return f"{self.rows.label}, row {row_number}: {before}{excerpt}{after}"

    def value_of(self, problem: Problem, row_number: int) -> str:
        """SQL of the value behind one problem."""
        place = problem.place if problem.place is not None else 0
        return f"""
            {self._stages(until="trimmed")}
            select r{place} from trimmed where _row_number = {row_number}
        """

    # --- stages -------------------------------------------------------------------------------

    def _stages(self, until: str = "judged") -> str:
        stages = {"source": self._source()}
        if until != "source":
            stages["trimmed"] = self._trimmed()
        if until == "judged":
            stages |= {"typed": self._typed(), "judged": self._judged()}
        # Materialized, a stage would hold the whole file in memory.
        return "with " + ", ".join(
            f"{name} as not materialized ({query})" for name, query in stages.items()
        )

    def _source(self) -> str:
        columns = [f"{each} as s{place}" for place, each in enumerate(self.rows.expressions)]
        return f"select {', '.join(['_row_number', *columns])} from {self.rows.relation}"

    def _trimmed(self) -> str:
        selected = ["*"]
        for place, column in self._filled():
            raw = self._raw(column)
            selected.append(f"{raw} as r{place}")
            if column.kind == "text":
                selected.append(f"{self._mapped(column, raw)} as m{place}")
        return f"select {', '.join(selected)} from source"

    def _filled(self) -> list[tuple[int, Column]]:
        """The declared columns that the file or the feed fills, with their places."""
        return [
            (place, column)
            for place, column in enumerate(self.table.columns)
            if (column.name in self.places or column.name in self.constants)
            and (self.questioned is None or column.name in self.questioned)
        ]

    def _raw(self, column: Column) -> str:
        constant = self.constants.get(column.name)
        if constant is not None:
            return literal(constant)
        raw = trimmed_text(f"s{self.places[column.name]}", self.rows.are_many)
        if self.table.null_tokens:
            tokens = ", ".join(literal(token) for token in self.table.null_tokens)
            raw = f"case when lower({raw}) not in ({tokens}) then {raw} end"
        values = self.feed.values.get(column.name)
        if values and column.kind != "text":
            return _case_of_map(raw, values, raw)
        return raw

    def _mapped(self, column: Column, raw: str) -> str:
        words = self.words(column)
        if column.many:
            return _mapped_list(raw, words)
        return _case_of_map(raw, words, raw) if words else raw

    def words(self, column: Column) -> dict[str, str]:
        """A partner's word in small letters -> ours: the table's own words, then the feed's."""
        if column.kind == "boolean" and not self.feed.values.get(column.name):
            return BOOLEAN_WORDS
        if column.kind != "text":
            return {}
        own = {value: value for value in column.vocabulary}
        own |= {value.replace("_", " "): value for value in column.vocabulary}
        known = own | dict(column.spellings) | self.feed.values.get(column.name, {})
        return {theirs.lower(): ours for theirs, ours in known.items()}

    def _typed(self) -> str:
        selected = ["*"]
        for place, column in self._filled():
            if column.kind != "text":
                selected.append(f"{self._typed_value(column, place)} as t{place}")
        return f"select {', '.join(selected)} from trimmed"

    def _typed_value(self, column: Column, place: int) -> str:
        raw = f"r{place}"
        if column.kind == "integer":
            return integer_expression(raw, self.decimal)
        if column.kind == "decimal":
            return decimal_expression(raw, self.decimal)
        if column.kind == "boolean":
            return boolean_expression(raw)
        if column.kind == "date":
            return date_expression(
                raw, self.dialect, self.rows.serial_epoch, ignores_time=column.ignores_time
            )
        time = timestamp_expression(raw, self.dialect, self.zones, self.rows.serial_epoch)
        return epoch_or(raw, time) if self.table.epoch_times else time

    def _judged(self) -> str:
        branches = []
        if self.rows.has_nul:
            texts = ", ".join(f"s{place}" for place in range(len(self.rows.expressions)))
            branches.append(
                f"when contains(concat_ws('', {texts}), chr(0)) then 'invalid_encoding'"
            )
        for place, column in self._filled():
            branches += self._judgements(place, column)
        for group in self.table.at_least_one_of:
            filled = [place for place, each in self._filled() if each.name in group]
            if not filled:
                # Known to be settled: each row has a value in the group.
                continue
            texts = ", ".join(f"r{place}" for place in filled)
            branches.append(
                f"when coalesce({texts}) is null then "
                f"{literal(Problem('missing_required_value', filled[0]).key)}"
            )
        branches += self._broken_rules()
        judgement = f"case {' '.join(branches)} end" if branches else "cast(null as varchar)"
        written = [
            f"{self._written(place, column)} as w{place}" for place, column in self._filled()
        ]
        return f"select {', '.join(['*', *written, f'{judgement} as problem'])} from typed"

    def _broken_rules(self) -> list[str]:
        """Rules between the columns of a row, after each value was found readable."""
        filled = {column.name: (place, column) for place, column in self._filled()}
        branches = []
        for rule in self.table.row_rules:
            if not all(name in filled for name in rule.columns):
                continue
            typed = {name: _rule_value(*filled[name]) for name in rule.columns}
            problem = Problem(rule.code, filled[rule.columns[0]][0])
            condition = rule.broken_when.format(**typed)
            branches.append(f"when {condition} then {literal(problem.key)}")
        return branches

    def _judgements(self, place: int, column: Column) -> list[str]:
        def branch(condition: str, code: str) -> str:
            return f"when {condition} then {literal(Problem(code, place).key)}"

        raw, typed = f"r{place}", f"t{place}"
        branches = []
        if column.value_required:
            branches.append(branch(f"{raw} is null", "missing_required_value"))
        if column.name not in self.places:
            return branches
        if column.kind == "text":
            if column.vocabulary:
                allowed = ", ".join(literal(value) for value in column.vocabulary)
                unknown = f"m{place} not in ({allowed})"
                if column.many:
                    words = f"string_split(m{place}, {literal(LIST_SEPARATOR)})"
                    unknown = f"not list_has_all([{allowed}], {words})"
                branches.append(branch(unknown, "unknown_value"))
            if is_identifier(column.name):
                branches.append(branch(_has_lost_digits(raw), "lost_digits"))
            return branches
        unreadable = f"{raw} is not null and {typed} is null"
        if column.kind in ("integer", "decimal"):
            not_finite = f"ltrim(lower({raw}), '+-') in ('nan', 'inf', 'infinity')"
            branches.append(branch(f"{typed} is null and {not_finite}", "implausible_amount"))
        codes = {"decimal": "unreadable_number"}
        branches.append(branch(unreadable, codes.get(column.kind, f"unreadable_{column.kind}")))
        if self.bounds is not None:
            branches += self._implausible(place, column, self.bounds, branch)
        return branches

    def _implausible(
        self, place: int, column: Column, bounds: Bounds, branch: Callable[[str, str], str]
    ) -> list[str]:
        typed = f"t{place}"
        if column.kind in ("integer", "decimal"):
            size = f"abs(try_cast({typed} as double))"
            return [branch(f"{size} > {bounds.largest_amount}", "implausible_amount")]
        if column.kind not in ("date", "timestamp"):
            return []
        outside = (
            f"cast({typed} as date) not between date '{bounds.first_day}' "
            f"and date '{bounds.last_day}'"
        )
        if column.open_ended:
            never = f"year({typed}) >= 9999" if not column.value_required else "false"
            outside = f"{outside} and not ({never} or year({typed}) <= 1)"
        return [branch(outside, "implausible_date")]

    # --- written values -----------------------------------------------------------------------

    def _written(self, place: int, column: Column) -> str:
        """The canonical text of a value."""
        typed = f"t{place}"
        if column.kind == "text":
            return f"m{place}"
        if column.kind == "timestamp":
            return f"strftime({typed}, {_LANDED_TIME})"
        if column.kind != "date":
            return typed
        day = f"cast({typed} as varchar)"
        if not column.open_ended:
            return day
        since_ever = "null"
        if column.value_required and self.bounds is not None:
            since_ever = literal(self.bounds.first_day.isoformat())
        return (
            f"case when year({typed}) >= 9999 then null when year({typed}) <= 1 "
            f"then {since_ever} else {day} end"
        )

    def _original_values(self) -> str:
        members = []
        for place, column in self._filled():
            if column.name in self.places:
                source = f"s{self.places[column.name]}"
                members.append(
                    f"case when {source} <> coalesce(w{place}, '') "
                    f"then {_json_member(column.name, source)} end"
                )
        return _json_object(members)

    def _extra(self) -> str:
        used = set(self.places.values())
        return _json_object(
            [
                f"case when s{place} <> '' then {_json_member(header, f's{place}')} end"
                for place, header in enumerate(self.rows.headers)
                if place not in used
            ]
        )

    def _row_json(self) -> str:
        return _json_object(
            [
                f"case when s{place} <> '' then {_json_member(header, f's{place}')} end"
                for place, header in enumerate(self.rows.headers)
            ]
        )

    def _facts(self, facts: BatchFacts) -> str:
        values = {
            "_batch_id": literal(facts.batch_id),
            "_source_file": literal(facts.source_file),
            "_source_sha256": literal(facts.sha256),
            "_row_number": "cast(_row_number as bigint)",
            "_landed_at": f"timestamp '{facts.landed_at:%Y-%m-%d %H:%M:%S.%f}'",
            "_as_of": f"date '{facts.as_of:%Y-%m-%d}'",
        }
        names = [name for name, _ in LANDING_COLUMNS if name in values]
        return ", ".join(f"{values[name]} as {name}" for name in names)

    # --- sentences ----------------------------------------------------------------------------

    def _sentence(self, problem: Problem) -> str:
        """SQL of the sentence of one problem."""
        before, after = self._sentence_parts(problem)
        parts = [
            literal(f"{self.rows.label}, row "),
            "cast(_row_number as varchar)",
            literal(f": {before}"),
        ]
        if after:
            excerpt = f"left(r{problem.place}, {_EXCERPT_CHARACTERS})"
            parts.append(f"'''' || translate({excerpt}, chr(10) || chr(13), '  ') || ''''")
        parts.append(literal(after))
        return " || ".join(parts)

    def _sentence_parts(self, problem: Problem) -> tuple[str, str]:
        """The sentence before and behind the value; a sentence without value has no second part."""
        if problem.code == "invalid_encoding":
            return (
                "the row holds a NUL character: remove it at its source and send the row again.",
                "",
            )
        assert problem.place is not None
        column = self.table.columns[problem.place]
        header = column.name
        if column.name in self.places:
            header = self.rows.headers[self.places[column.name]]
        for rule in self.table.row_rules:
            if rule.code == problem.code:
                return rule.finding, ""
        if problem.code == "missing_required_value":
            groups = [group for group in self.table.at_least_one_of if column.name in group]
            if not column.value_required and groups:
                named = " and ".join(groups[0])
                both = "both" if len(groups[0]) == 2 else "all"
                return f"{named} are {both} empty: fill one of them and send the row again.", ""
            return f"{header} is empty and must not be: fill it and send the row again.", ""
        return f"{header} is ", self._finding(problem.code, column)

    def _finding(self, code: str, column: Column) -> str:
        if code == "implausible_date" and self.bounds is not None:
            return (
                f" and lies outside {self.bounds.first_day} to {self.bounds.last_day}: correct it, "
                "or widen config/policy/plausibility.csv."
            )
        if code == "implausible_amount":
            largest = self.bounds.largest_amount if self.bounds is not None else "any"
            return (
                f" and is not a number up to {largest} in size: correct it, or widen "
                "config/policy/plausibility.csv."
            )
        if code == "unknown_value":
            return (
                f" and is none of {', '.join(column.vocabulary)}: correct it, or map it under "
                f"`values:` in {self.feed.file}."
            )
        if code == "lost_digits":
            return " and lost its last digits in a spreadsheet: export the column as text."
        return self._unreadable(code)

    def _unreadable(self, code: str) -> str:
        if code in ("unreadable_number", "unreadable_integer"):
            sign = "comma" if self.decimal == "comma" else "point"
            kind = "a number" if code == "unreadable_number" else "a whole number"
            return (
                f" and is not {kind} (decimal {sign}, no thousands separators, currency or percent "
                f"signs): export it without them, or mend `decimal:` in {self.feed.file}."
            )
        if code == "unreadable_boolean":
            return " and is none of true, false, yes, no, y, n, 1, 0: write one of them."
        kind = "day" if code == "unreadable_date" else "time"
        return (
            f" and is not a {kind} of the file's dialect ({self.dialect.name}): correct it, or "
            f"mend `dates:` in {self.feed.file}."
        )


def is_identifier(name: str) -> bool:
    """Whether a text column holds ids or numbers of which every digit counts."""
    return name == "id" or name.endswith("_id") or name.startswith("duns") or name == "phone"


def _has_lost_digits(text: str) -> str:
    """SQL: 1.23457E+17, which a spreadsheet makes of an id of many digits."""
    rest = f"lower(translate({text}, '0123456789', ''))"
    return f"{rest} in ('e+', '.e+', ',e+') and {text}[1] between '0' and '9'"


def _case_of_map(text: str, values: dict[str, str], otherwise: str) -> str:
    """SQL that replaces a text by what a map says of it, in any case of letters."""
    branches = " ".join(
        f"when {literal(theirs.lower())} then {literal(ours)}" for theirs, ours in values.items()
    )
    return f"case lower({text}) {branches} else {otherwise} end"


def json_name(name: str) -> str:
    """A column's name as a JSON text."""
    return json.dumps(name, ensure_ascii=False)


def _mapped_list(text: str, known: dict[str, str]) -> str:
    """SQL of the words of a list, each replaced by ours, joined by `; `; NULL for an empty list.

    A whole text that is mapped itself is one word; else it is a JSON array, or cut at semicolons,
    or, where there is none, at commas.
    """
    words = (
        f"case when {text}[1] = '[' and json_valid({text}) "
        f"then json_extract_string({text}, '$[*]') "
        f"when contains({text}, ';') then string_split({text}, ';') "
        f"else string_split({text}, ',') end"
    )
    word = "trim(each)"
    mapped = _case_of_map(word, known, word) if known else word
    listed = (
        f"list_distinct(list_transform(list_filter({words}, each -> trim(each) <> ''), "
        f"each -> {mapped}))"
    )
    joined = f"nullif(array_to_string(list_sort({listed}), {literal(LIST_SEPARATOR)}), '')"
    if not known:
        return joined
    names = ", ".join(literal(each.lower()) for each in known)
    whole = _case_of_map(text, known, text)
    return f"case when lower({text}) in ({names}) then {whole} else {joined} end"


def _rule_value(place: int, column: Column) -> str:
    """SQL of a value as its kind, for rules between columns."""
    if column.kind == "text":
        return f"m{place}"
    if column.kind in ("integer", "decimal"):
        return f"try_cast(t{place} as double)"
    return f"t{place}"


def _json_member(name: str, text: str) -> str:
    return f"{literal(json_name(name) + ':')} || to_json({text})"


def _json_object(members: list[str]) -> str:
    """SQL of a JSON object of the members that are not NULL; NULL when there are none."""
    if not members:
        return "cast(null as varchar)"
    return f"nullif('{{' || concat_ws(',', {', '.join(members)}) || '}}', '{{}}')"
