"""Dialects: how a feed writes days, times, numbers and truth, as SQL that reads them.

Every expression takes a trimmed text that is not empty (or NULL) and gives a typed value, or NULL
when the text cannot be read. Nothing is guessed here: which dialect a file has is decided by
`detect_date_dialect` from all its values, or declared in its feed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orchestration.errors import LandingError
from orchestration.landing.feeds import Dates, Decimal
from orchestration.landing.sql_text import literal

# The shape of ISO forms; whether they hold a day is for the cast to say. Patterns of LIKE, because
# these decide about every value of a file and are several times faster than regular expressions.
_ISO_DAY = "'____-__-__'"
_ISO_TIME_T = "'____-__-__T__:__%'"
_ISO_TIME_BLANK = "'____-__-__ __:__%'"
_ISO_ANY = "'____-__-__%'"
_HOUR_24 = "'___________24%'"
_HAS_SECONDS = "'________________:%'"
_OFFSETS = ("'___________%+%'", "'___________%-%'", "'%GMT'")
_UTC_ENDINGS = ("'%Z'", "'%UTC'")

_DIGITS = "'0123456789'"
_NO_BREAK_BLANK = "chr(8239)"  # between a time and its AM or PM, since Unicode 15

_TIME_FORMATS = (" %H:%M", " %H:%M:%S", " %H:%M:%S.%f")
_TIME_FORMATS_12 = (" %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %I:%M:%S%p")

_SLASHED_MIDNIGHT = literal(r" +(?:0?0:00(?::00(?:[.]0+)?)?|12:00(?::00)? ?[Aa][Mm])$")

_SIGNS = ("", "-", "+")

# How people say yes and no, in small letters.
BOOLEAN_WORDS: dict[str, str] = dict.fromkeys(("true", "1", "yes", "y"), "true") | dict.fromkeys(
    ("false", "0", "no", "n"), "false"
)


@dataclass(frozen=True)
class DateDialect:
    """How one file writes days: which of the two slash forms, and whether dotted days occur.

    slashes: `us` (m/d/y), `eu` (d/m/y) or None when slashes are not read. dots: d.m.y is read.
    ISO is always read: its form cannot be mistaken for another.
    """

    slashes: str | None
    dots: bool

    @property
    def name(self) -> str:
        """Word for the journal: iso, us, eu or eu_dot."""
        return self.slashes or ("eu_dot" if self.dots else "iso")


@dataclass(frozen=True)
class SlashCounts:
    """How many days with slashes (or dashes) of a file can be read in which way.

    only_us, only_eu: by one reading alone. either: by both, with different results. same: by both,
    with one result (03/03/2026). dotted: d.m.y. *_example: one such value.
    """

    only_us: int
    only_eu: int
    either: int
    same: int
    dotted: int
    us_example: str | None
    eu_example: str | None
    either_example: str | None


NO_SLASHES = SlashCounts(0, 0, 0, 0, 0, None, None, None)


def detect_date_dialect(
    declared: Dates, counts: SlashCounts, label: str, feed_file: str
) -> DateDialect:
    """The dialect of a file: as declared, else as its values prove.

    Raises LandingError when days with slashes could be read in two ways, or are mixed.
    """
    if declared != "auto":
        slashes = declared if declared in ("us", "eu") else None
        return DateDialect(slashes=slashes, dots=declared == "eu_dot")
    if counts.only_us and counts.only_eu:
        raise LandingError(
            f"{label} writes days in two ways, such as {counts.us_example!r} (month first) and "
            f"{counts.eu_example!r} (day first): declare `dates: us` or `dates: eu` in {feed_file}."
        )
    dots = counts.dotted > 0
    if counts.only_us:
        return DateDialect(slashes="us", dots=dots)
    if counts.only_eu:
        return DateDialect(slashes="eu", dots=dots)
    if counts.either:
        raise LandingError(
            f"{label} has days such as {counts.either_example!r} that can be read month first or "
            f"day first: declare `dates: us` or `dates: eu` in {feed_file}."
        )
    # What reads the same both ways needs no proof.
    return DateDialect(slashes="us" if counts.same else None, dots=dots)


@dataclass(frozen=True)
class TimeZones:
    """Zones that a naive time is read in.

    feed: of a time of day. company: of a day without a time, which then is midnight there, so
    that the day as written stays the day in every report (case 39).
    """

    feed: str
    company: str


def may_hold_slashes(column: Any) -> bool:
    """Whether an Arrow column of text has a value that begins like 2/9/26, 2-9-2026 or 9.2.26.

    True for a column that is not held in memory (None): only a query can tell.
    """
    import pyarrow.compute as compute

    if column is None:
        return True
    begins = compute.match_substring_regex(column, r"^\s*\d{1,2}[-./]")
    return bool(compute.any(begins).as_py())


def slash_counts_query(texts: list[str], relation: str) -> str:
    """SQL of one row with the fields of SlashCounts.

    `texts`: SQL over `relation` of every value that is a day or a time.
    """
    # Two numbers and a year behind them; an ISO day begins with its year and does not match. A
    # year of two digits counts only behind slashes and dots: 24-02-03 could begin with its year.
    form = literal(
        r"\d{1,2}(?:/\d{1,2}/(?:\d{4}|\d{2})|-\d{1,2}-\d{4}|[.]\d{1,2}[.](?:\d{4}|\d{2}))"
        r"([ ,T].*)?"
    )
    return f"""
        select
            count(*) filter (where not dotted and first <= 12 and second > 12 and second <= 31),
            count(*) filter (where not dotted and first > 12 and first <= 31 and second <= 12),
            count(*) filter (where not dotted and first <= 12 and second <= 12 and first <> second),
            count(*) filter (where not dotted and first <= 12 and first = second),
            count(*) filter (where dotted),
            min(day) filter (where not dotted and first <= 12 and second > 12 and second <= 31),
            min(day) filter (where not dotted and first > 12 and first <= 31 and second <= 12),
            min(day) filter (where not dotted and first <= 12 and second <= 12 and first <> second)
        from (
            select day, contains(day[:3], '.') as dotted,
                try_cast(split_part(translate(day, '-.', '//'), '/', 1) as integer) as first,
                try_cast(split_part(translate(day, '-.', '//'), '/', 2) as integer) as second
            from (select unnest([{", ".join(texts)}]) as day from {relation})
            where day not like '____-%' and regexp_full_match(day, {form})
        )
    """


def slash_counts(row: tuple[object, ...]) -> SlashCounts:
    """The counts from the one row of `slash_counts_query`."""
    only_us, only_eu, either, same, dotted = (int(str(value)) for value in row[:5])
    us, eu, both = (None if value is None else str(value) for value in row[5:8])
    return SlashCounts(only_us, only_eu, either, same, dotted, us, eu, both)


def _formats(dialect: DateDialect, with_time: bool) -> str:
    """The list of strptime formats for days that were rewritten with slashes."""
    orders = []
    if dialect.slashes == "us":
        orders.append("%m/%d")
    if dialect.slashes == "eu" or dialect.dots:
        orders.append("%d/%m")
    times = (*_TIME_FORMATS, *_TIME_FORMATS_12) if with_time else ("",)
    # The short year first: it refuses a long one, while %Y would take 24 for the year 24.
    formats = [
        f"{order}/{year}{time}" for order in orders for year in ("%y", "%Y") for time in times
    ]
    return "[" + ", ".join(literal(each) for each in formats) + "]"


def _slash_texts(text: str, dialect: DateDialect) -> list[tuple[str, str, DateDialect]]:
    """Per form that the dialect reads: condition, text rewritten with slashes, its dialect."""
    forms = []
    spaced = f"replace(replace({text}, ', ', ' '), {_NO_BREAK_BLANK}, ' ')"
    if dialect.slashes is not None:
        slashed = f"replace({spaced}, '-', '/')"
        own = DateDialect(slashes=dialect.slashes, dots=False)
        forms.append((_has_full_year(slashed), slashed, own))
    if dialect.dots:
        slashed = f"replace({spaced}, '.', '/')"
        own = DateDialect(slashes=None, dots=True)
        condition = f"not contains({text}, '/') and {_has_full_year(slashed)}"
        forms.append((condition, slashed, own))
    return forms


def _has_full_year(slashed: str) -> str:
    """SQL: the third number has two or four digits, which strptime alone does not ask for."""
    return f"length(split_part(split_part({slashed}, ' ', 1), '/', 3)) in (2, 4)"


def _serial_days(text: str) -> str:
    return f"try_cast(replace({text}, ',', '.') as double)"


def _is_serial(text: str, whole_days: bool) -> str:
    """SQL: a day number of a spreadsheet (1 = 1900-01-01 … 9999-12-31)."""
    whole = f" and {_serial_days(text)} = floor({_serial_days(text)})" if whole_days else ""
    return (
        f"translate({text}, {_DIGITS}, '') in ('', '.', ',') "
        f"and {_serial_days(text)} >= 1 and {_serial_days(text)} < 2958466{whole}"
    )


def _serial_time(text: str, epoch: str) -> str:
    """SQL of type TIMESTAMP for a day number; its fraction is the time of day, to the second."""
    seconds = f"cast(round({_serial_days(text)} * 86400) as bigint)"
    return f"(timestamp {literal(epoch)} + to_microseconds({seconds} * 1000000))"


def date_expression(
    text: str, dialect: DateDialect, serial_epoch: str | None, ignores_time: bool = False
) -> str:
    """SQL of type DATE; a time of day other than midnight makes the text unreadable.

    `ignores_time`: the day as written is meant, whatever time stands behind it.
    """
    midnight = f"trim(substr({text}, 11), 'T0:.,Z+ UTCGM') = ''"
    branches = [
        f"when {text} like {_ISO_DAY} then try_cast({text} as date)",
        f"when {text} like {_ISO_ANY} and {midnight} then try_cast({text}[:10] as date)",
    ]
    if ignores_time:
        # The whole text must still be a time: 2026-02-09 17:99 is a typing error and no day.
        is_time = f"({text} like {_ISO_TIME_T} or {text} like {_ISO_TIME_BLANK})"
        time = f"try_cast(rtrim({text}, 'Z') as timestamp)"
        branches.append(f"when {is_time} and {time} is not null then try_cast({text}[:10] as date)")
    for condition, slashed, own in _slash_texts(text, dialect):
        day = f"regexp_replace({slashed}, {_SLASHED_MIDNIGHT}, '')"
        branches.append(
            f"when {condition} "
            f"then cast(try_strptime({day}, {_formats(own, with_time=False)}) as date)"
        )
    if serial_epoch is not None:
        branches.append(
            f"when {_is_serial(text, whole_days=True)} "
            f"then cast({_serial_time(text, serial_epoch)} as date)"
        )
    return f"case {' '.join(branches)} end"


def timestamp_expression(
    text: str, dialect: DateDialect, zones: TimeZones, serial_epoch: str | None
) -> str:
    """SQL of type TIMESTAMP in UTC."""
    branches = [
        f"when {text} is null then null",
        f"when {text} like {_ISO_DAY} "
        f"then {_in_utc(f'try_cast({text} as timestamp)', zones.company)}",
        f"when ({text} like {_ISO_TIME_T} or {text} like {_ISO_TIME_BLANK}) "
        f"and {text} not like {_HOUR_24} then {_iso_time_in_utc(text, zones.feed)}",
    ]
    for condition, slashed, own in _slash_texts(text, dialect):
        day = f"try_strptime({slashed}, {_formats(own, with_time=False)})"
        time = f"try_strptime({slashed}, {_formats(own, with_time=True)})"
        branches.append(
            f"when {condition} then case when contains({text}, ':') "
            f"then {_in_utc(time, zones.feed)} else {_in_utc(day, zones.company)} end"
        )
    if serial_epoch is not None:
        branches.append(
            f"when {_is_serial(text, whole_days=False)} "
            f"then {_in_utc(_serial_time(text, serial_epoch), zones.feed)}"
        )
    return f"case {' '.join(branches)} end"


def epoch_or(text: str, otherwise: str) -> str:
    """SQL of type TIMESTAMP: seconds since 1970 (with a fraction or not), else `otherwise`."""
    seconds = f"try_cast({text} as double)"
    # 9999-12-31 in seconds; what is larger is written in milliseconds, which nobody declared.
    return (
        f"case when lower(translate({text}, {_DIGITS}, '')) in ('', '.', '-', '-.', 'e', '.e') "
        f"then case when abs({seconds}) < 253402300800 "
        f"then make_timestamp(cast({seconds} * 1000000 as bigint)) end else {otherwise} end"
    )


def _iso_time_in_utc(text: str, zone: str) -> str:
    """SQL of an ISO time: its own zone where it names one, else `zone`."""
    has_offset = " or ".join(f"{text} like {pattern}" for pattern in _OFFSETS)
    is_utc = " or ".join(f"{text} like {pattern}" for pattern in _UTC_ENDINGS)
    # Seconds may be left out, but in front of a zone the cast misses them.
    whole = (
        f"case when {text} like {_HAS_SECONDS} then {text} "
        f"else {text}[:16] || ':00' || substr({text}, 17) end"
    )
    # Warehouses write `10:00:00.000 +0000`; the cast wants the zone without blank, with a colon.
    zoned = f"regexp_replace({whole}, ' ?([+-][0-9]{{2}}):?([0-9]{{2}})$', '\\1:\\2')"
    naive = _in_utc(f"try_cast({text} as timestamp)", zone)
    return (
        f"case when {has_offset} then timezone('UTC', try_cast({zoned} as timestamptz)) "
        f"when {is_utc} then try_cast({whole} as timestamp) else {naive} end"
    )


def _in_utc(naive: str, zone: str) -> str:
    return naive if zone == "UTC" else f"timezone('UTC', timezone({literal(zone)}, {naive}))"


def _one_of(values: list[str]) -> str:
    return "(" + ", ".join(literal(value) for value in values) + ")"


def _signs_and_marks(text: str) -> str:
    """SQL of what is left of a number without its digits."""
    return f"translate({text}, {_DIGITS}, '')"


def decimal_expression(text: str, decimal: Decimal) -> str:
    """SQL of type VARCHAR: canonical decimal text (`-1234.5`), NULL when not a number.

    An exponent is resolved; thousands separators, currency and percent signs are not read.
    """
    mark = "," if decimal == "comma" else "."
    point = f"replace({text}, ',', '.')" if decimal == "comma" else text
    canonical = literal(rf"-?(?:0|[1-9]\d*)(?:[{mark}]\d+)?")
    plain = _one_of([sign + dot for sign in _SIGNS for dot in ("", mark)])
    exponent = _one_of(
        [sign + dot + "e" + power for sign in _SIGNS for dot in ("", mark) for power in _SIGNS]
    )
    return f"""case
        when {text} is null then null
        when regexp_full_match({text}, {canonical}) then {point}
        when try_cast({point} as double) is null then null
        when {_signs_and_marks(text)} in {plain} then {_tidied_number(text, point)}
        when lower({_signs_and_marks(text)}) in {exponent} then {_resolved_exponent(point)}
    end"""


def _tidied_number(text: str, point: str) -> str:
    """`+007.`, `.5` and `-00.50` as 7, 0.5 and -0.50."""
    unsigned = f"ltrim({point}, '+-0')"
    whole = f"case when right({unsigned}, 1) = '.' then {unsigned}[:-2] else {unsigned} end"
    zero = f"case when {unsigned} = '' or {unsigned}[1] = '.' then '0' else '' end"
    sign = f"case when {text}[1] = '-' then '-' else '' end"
    return f"{sign} || {zero} || {whole}"


def _resolved_exponent(text: str) -> str:
    """The number without its exponent; one that is too large stays, for the bounds to refuse."""
    exact = f"cast(try_cast({text} as decimal(38, 18)) as varchar)"
    return f"coalesce(rtrim(rtrim({exact}, '0'), '.'), {text})"


def integer_expression(text: str, decimal: Decimal) -> str:
    """SQL of type VARCHAR: canonical integer text; `12.0` is read as 12, `12.5` and `1e3` not."""
    mark = "," if decimal == "comma" else "."
    point = f"replace({text}, ',', '.')" if decimal == "comma" else text
    whole = f"split_part({point}, '.', 1)"
    digits = _one_of(list(_SIGNS))
    with_zeros = _one_of([sign + mark for sign in _SIGNS])
    return f"""case
        when cast(try_cast({text} as bigint) as varchar) = {text} then {text}
        when try_cast({point} as double) is null then null
        when {_signs_and_marks(text)} in {digits} then {_tidied_number(text, text)}
        when {_signs_and_marks(text)} in {with_zeros}
            and ltrim(split_part({point}, '.', 2), '0') = ''
            then {_tidied_number(whole, whole)}
    end"""


def boolean_expression(text: str) -> str:
    """SQL of type VARCHAR: `true` or `false`."""
    words = {
        value: [word for word, ours in BOOLEAN_WORDS.items() if ours == value]
        for value in ("true", "false")
    }
    branches = " ".join(
        f"when lower({text}) in {_one_of(each)} then {literal(value)}"
        for value, each in words.items()
    )
    return f"case {branches} end"
