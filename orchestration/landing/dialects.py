"""Dialects: how a feed writes days, times, numbers and truth, as SQL that reads them.

Every expression takes a trimmed text that is not empty (or NULL) and gives a typed value, or NULL
when the text cannot be read. Nothing is guessed here: which dialect a file has is decided by
`detect_date_dialect` from all its values, or declared in its feed.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.errors import LandingError
from orchestration.landing.feeds import Dates, Decimal
from orchestration.landing.sql_text import literal

_DAY = r"\d{4}-\d{1,2}-\d{1,2}"
_CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d"
_SECONDS = r":[0-5]\d(?:[.]\d{1,9})?"
_ZONE = r" ?(?:[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)"

_ISO_DAY = literal(_DAY)
_ISO_TIME = literal(f"{_DAY}[T ]{_CLOCK}(?:{_SECONDS})?")
_ISO_ZONED = literal(f"{_DAY}[T ]{_CLOCK}{_SECONDS}{_ZONE}")
_ISO_ZONED_MINUTE = literal(f"{_DAY}[T ]{_CLOCK}{_ZONE}")
_ISO_MIDNIGHT = literal(f"{_DAY}[T ]0?0:00(?::00(?:[.]0{{1,9}})?)?(?:{_ZONE})?")

_MIDNIGHT = literal(r" +(?:0?0:00(?::00(?:[.]0+)?)?|12:00(?::00)? ?[Aa][Mm])$")

_FIRST_TWELVE = r"(?:0?[1-9]|1[0-2])"
_AFTER_TWELVE = r"(?:1[3-9]|2\d|3[01])"
# A year of two digits only behind slashes: 24-02-03 could begin with its year.
_YEAR_FOLLOWS = r"(?:/(?:\d{4}|\d{2})|-\d{4})(?:[ ,T].*)?"
_CLOCK_12_OR_24 = r"(?:,? *\d{1,2}:\d\d(?::\d\d(?:[.]\d{1,6})?)? ?(?:[AaPp][Mm])?)?"

_TIME_FORMATS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f")
_TIME_FORMATS_12 = (" %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %I:%M:%S%p")


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

    only_us, only_eu: by one reading alone. either: by both, with different results. dotted: d.m.y.
    *_example: one such value.
    """

    only_us: int
    only_eu: int
    either: int
    dotted: int
    us_example: str | None
    eu_example: str | None
    either_example: str | None


def slash_patterns() -> dict[str, str]:
    """Literals of the patterns behind SlashCounts."""
    separator = r"[/-]"
    return {
        "only_us": literal(f"{_FIRST_TWELVE}{separator}{_AFTER_TWELVE}{_YEAR_FOLLOWS}"),
        "only_eu": literal(f"{_AFTER_TWELVE}{separator}{_FIRST_TWELVE}{_YEAR_FOLLOWS}"),
        "either": literal(f"{_FIRST_TWELVE}{separator}{_FIRST_TWELVE}{_YEAR_FOLLOWS}"),
        "dotted": literal(r"\d{1,2}[.]\d{1,2}[.](?:\d{4}|\d{2})(?:[ ,T].*)?"),
    }


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
    return DateDialect(slashes=None, dots=dots)


@dataclass(frozen=True)
class TimeZones:
    """Zones that a naive time is read in.

    feed: of a time of day. company: of a day without a time, which then is midnight there, so
    that the day as written stays the day in every report (case 39).
    """

    feed: str
    company: str


def _formats(dialect: DateDialect, with_time: bool) -> str:
    """The list of strptime formats for days that were rewritten with slashes."""
    orders = []
    if dialect.slashes == "us":
        orders.append("%m/%d")
    if dialect.slashes == "eu" or dialect.dots:
        orders.append("%d/%m")
    times = (*_TIME_FORMATS[1:], *_TIME_FORMATS_12) if with_time else ("",)
    # The short year first: it refuses a long one, while %Y would take 24 for the year 24.
    formats = [
        f"{order}/{year}{time}" for order in orders for year in ("%y", "%Y") for time in times
    ]
    return "[" + ", ".join(literal(each) for each in formats) + "]"


def _slash_texts(text: str, dialect: DateDialect) -> list[tuple[str, str, DateDialect]]:
    """Per form that the dialect reads: condition, text rewritten with slashes, its dialect."""
    forms = []
    rewritten = (
        rf"regexp_replace(replace({text}, chr(8239), ' '), "
        r"'^(\d{1,2})[-./](\d{1,2})[-./](\d{4}|\d{2}),? *', '\1/\2/\3 ')"
    )
    if dialect.slashes is not None:
        form = literal(rf"\d{{1,2}}[-/]\d{{1,2}}[-/](?:\d{{4}}|\d{{2}}){_CLOCK_12_OR_24}")
        own = DateDialect(slashes=dialect.slashes, dots=False)
        forms.append((f"regexp_full_match({text}, {form})", f"rtrim({rewritten})", own))
    if dialect.dots:
        form = literal(rf"\d{{1,2}}[.]\d{{1,2}}[.](?:\d{{4}}|\d{{2}}){_CLOCK_12_OR_24}")
        own = DateDialect(slashes=None, dots=True)
        forms.append((f"regexp_full_match({text}, {form})", f"rtrim({rewritten})", own))
    return forms


def _serial_condition(text: str, whole_days: bool) -> str:
    """SQL that is true for a day number of a spreadsheet (1 = 1900-01-01 … 9999-12-31)."""
    fraction = "(?:[.,]0+)?" if whole_days else r"(?:[.,]\d+)?"
    form = literal(rf"\d{{1,7}}{fraction}")
    return f"regexp_full_match({text}, {form}) and {_serial_days(text)} between 1 and 2958465.99999"


def _serial_days(text: str) -> str:
    return f"try_cast(replace({text}, ',', '.') as double)"


def _serial_time(text: str, epoch: str) -> str:
    """SQL of type TIMESTAMP for a day number; its fraction is the time of day, to the second."""
    seconds = f"cast(round({_serial_days(text)} * 86400) as bigint)"
    return f"(timestamp {literal(epoch)} + to_microseconds({seconds} * 1000000))"


def date_expression(text: str, dialect: DateDialect, serial_epoch: str | None) -> str:
    """SQL of type DATE; a time of day other than midnight makes the text unreadable."""
    branches = [
        f"when regexp_full_match({text}, {_ISO_DAY}) then try_cast({text} as timestamp)",
        f"when regexp_full_match({text}, {_ISO_MIDNIGHT}) then "
        f"try_cast(regexp_extract({text}, '^[0-9-]+') as timestamp)",
    ]
    for condition, slashed, own in _slash_texts(text, dialect):
        day = f"regexp_replace({slashed}, {_MIDNIGHT}, '')"
        branches.append(
            f"when {condition} then try_strptime({day}, {_formats(own, with_time=False)})"
        )
    if serial_epoch is not None:
        branches.append(
            f"when {_serial_condition(text, whole_days=True)} "
            f"then {_serial_time(text, serial_epoch)}"
        )
    return f"cast(case {' '.join(branches)} end as date)"


def timestamp_expression(
    text: str, dialect: DateDialect, zones: TimeZones, serial_epoch: str | None
) -> str:
    """SQL of type TIMESTAMP in UTC."""
    zoned_seconds = rf"regexp_replace(upper({text}), '([+-]\d\d):?(\d\d)$', '\1:\2')"
    with_seconds = rf"regexp_replace({zoned_seconds}, '^([^ T]+[ T]\d+:\d\d)', '\1:00')"
    branches = [
        f"when {text} is null then null",
        f"when regexp_full_match({text}, {_ISO_ZONED}) then "
        f"timezone('UTC', try_cast({zoned_seconds} as timestamptz))",
        f"when regexp_full_match({text}, {_ISO_TIME}) then "
        f"{_in_utc(f'try_cast({text} as timestamp)', zones.feed)}",
        f"when regexp_full_match({text}, {_ISO_DAY}) then "
        f"{_in_utc(f'try_cast({text} as timestamp)', zones.company)}",
        f"when regexp_full_match({text}, {_ISO_ZONED_MINUTE}) then "
        f"timezone('UTC', try_cast({with_seconds} as timestamptz))",
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
            f"when {_serial_condition(text, whole_days=False)} "
            f"then {_in_utc(_serial_time(text, serial_epoch), zones.feed)}"
        )
    return f"case {' '.join(branches)} end"


def _in_utc(naive: str, zone: str) -> str:
    return naive if zone == "UTC" else f"timezone('UTC', timezone({literal(zone)}, {naive}))"


def decimal_expression(text: str, decimal: Decimal) -> str:
    """SQL of type VARCHAR: canonical decimal text (`-1234.5`), NULL when not a number.

    An exponent is resolved; thousands separators, currency and percent signs are not read.
    """
    point = f"replace({text}, ',', '.')" if decimal == "comma" else text
    mark = "," if decimal == "comma" else "."
    plain = literal(rf"-?(?:0|[1-9]\d*)(?:[{mark}]\d+)?")
    number = literal(rf"[+-]?(?:\d+(?:[{mark}]\d*)?|[{mark}]\d+)")
    exponent = literal(rf"[+-]?(?:\d+(?:[{mark}]\d*)?|[{mark}]\d+)[eE][+-]?\d{{1,3}}")
    return f"""case
        when regexp_full_match({text}, {plain}) then {point}
        when regexp_full_match({text}, {number}) then {_tidied_number(point)}
        when regexp_full_match({text}, {exponent}) then {_resolved_exponent(point)}
    end"""


def _tidied_number(text: str) -> str:
    """`+007.`, `.5` and `-00.50` as 7, 0.5 and -0.50."""
    unsigned = rf"regexp_replace(regexp_replace({text}, '^[+-]?0*', ''), '[.]$', '')"
    zero = f"case when {unsigned} = '' or {unsigned} like '.%' then '0' else '' end"
    return f"case when {text} like '-%' then '-' else '' end || {zero} || {unsigned}"


def _resolved_exponent(text: str) -> str:
    """The number without its exponent; one that is too large stays, for the bounds to refuse."""
    exact = f"cast(try_cast({text} as decimal(38, 18)) as varchar)"
    trimmed = rf"regexp_replace(regexp_replace({exact}, '0+$', ''), '[.]$', '')"
    return f"coalesce({trimmed}, case when try_cast({text} as double) is not null then {text} end)"


def integer_expression(text: str, decimal: Decimal) -> str:
    """SQL of type VARCHAR: canonical integer text; `12.0` is read as 12, `12.5` and `1e3` not."""
    mark = "," if decimal == "comma" else "."
    whole = literal(rf"[+-]?\d+(?:[{mark}]0*)?")
    digits = rf"regexp_replace({text}, '[.,]0*$', '')"
    return f"""case
        when regexp_full_match({text}, '(?:0|-?[1-9]\\d*)') then {text}
        when regexp_full_match({text}, {whole}) then {_tidied_number(digits)}
    end"""


def boolean_expression(text: str) -> str:
    """SQL of type VARCHAR: `true` or `false`."""
    return f"""case
        when lower({text}) in ('true', '1', 'yes', 'y') then 'true'
        when lower({text}) in ('false', '0', 'no', 'n') then 'false'
    end"""
