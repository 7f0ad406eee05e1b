"""Settled columns: proof, by looking at bytes, that a column needs no rewriting and no judging.

The rules of landing are SQL (`rewriting`), and SQL over every value of a large file costs many
times what reading and writing it does. Most columns of most files are written the way landing
writes them already. Each test here is narrower than the rule that it stands for: what passes, the
rule would leave as it is and find no fault with; what does not pass is asked of the rule itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as compute

from orchestration.landing.contracts import Column
from orchestration.landing.rewriting import Bounds, Rewriting, is_identifier

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Offsets = np.ndarray[Any, np.dtype[np.int32]]

_DAY_LENGTH = 10
# What may stand behind the whole seconds of an ISO time in UTC, by the length of the whole: digits
# of the fraction, and the offset behind them.
_UTC_ENDS: dict[int, tuple[int, bytes]] = {
    20: (0, b"Z"),
    24: (3, b"Z"),
    25: (0, b"+00:00"),
    27: (6, b"Z"),
    28: (3, b"+0000"),
    29: (3, b"+00:00"),
}
# Printable ASCII without blanks around it, quotes and backslashes: the same for every reader.
_PLAIN_WORD = re.compile(r"[!#-\[\]-~](?:[ !#-\[\]-~]*[!#-\[\]-~])?")
_MOST_WORDS = 1_000
# Any number of so many digits fits a bigint.
_DIGITS_OF_EVERY_INTEGER = 18
_WHOLE_SECONDS = b"0000-00-00T00:00:00"


def _flags(characters: bytes) -> np.ndarray[Any, np.dtype[np.bool_]]:
    flags = np.zeros(256, dtype=np.bool_)
    flags[list(characters)] = True
    return flags


_IS_DIGIT = _flags(b"0123456789")
# What a blank begins and ends with; the no-break space is C2 A0 in UTF-8.
_BEGINS_BLANK = _flags(b" \t\n\r\xc2")
_ENDS_BLANK = _flags(b" \t\n\r\xa0")
_IS_ESCAPED = _flags(bytes(range(0x20)) + b'"\\\x7f')
# Of each number that two digits can write; February has 29 days until its year is known.
_MONTH_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] + [0] * 87, np.uint8)


@dataclass(frozen=True)
class SettledColumn:
    """A column as it lands; originals: the texts of the file where they differ, else NULL."""

    values: Any
    originals: Any = None


@dataclass(frozen=True)
class _Texts:
    """The values of an Arrow column of text as bytes: where each begins, and how long it is.

    There is at least one: a column of NULLs alone is settled without looking at it.
    """

    data: Bytes
    starts: Offsets
    lengths: Offsets

    @classmethod
    def of(cls, array: Any) -> _Texts:
        """The values that are not NULL."""
        _, offsets_buffer, data_buffer = array.buffers()
        offsets = np.frombuffer(offsets_buffer, dtype=np.int32)
        offsets = offsets[array.offset : array.offset + len(array) + 1]
        data = np.frombuffer(data_buffer or b"", dtype=np.uint8)
        starts, lengths = offsets[:-1], np.diff(offsets)
        if array.null_count:
            # A NULL takes no bytes, and the reader gives no text without any.
            starts, lengths = starts[lengths > 0], lengths[lengths > 0]
        return cls(data, starts, lengths)

    @property
    def used(self) -> Bytes:
        """All bytes of all values; they lie one behind the other."""
        return self.data[self.starts[0] : self.starts[-1] + self.lengths[-1]]

    def as_matrix(self, width: int) -> Bytes | None:
        """One line per value, None where not all are of this width."""
        if not bool((self.lengths == width).all()):
            return None
        return self.used.reshape(-1, width)


def settled_column(rewriting: Rewriting, column: Column, array: Any) -> SettledColumn | None:
    """The column as it lands; None where the rules must be asked.

    `array`: the texts of the file, NULL for empty ones, valid UTF-8 and without NUL characters.
    """
    if column.value_required and array.null_count:
        return None
    if array.null_count == len(array):
        return SettledColumn(array)
    words = rewriting.words(column)
    if words:
        return _settled_words(column, words, array)
    if rewriting.feed.values.get(column.name) or rewriting.bounds is None:
        return None
    texts = _Texts.of(array)
    if column.kind == "text":
        return SettledColumn(array) if _is_settled_text(column, array, texts) else None
    if column.kind == "date":
        days = texts.as_matrix(_DAY_LENGTH)
        digits = None if days is None else _digits(days, _WHOLE_SECONDS[:_DAY_LENGTH])
        if _are_plausible_days(digits, rewriting.bounds):
            return SettledColumn(array)
        return (
            _settled_days_of_times(array, texts, rewriting.bounds) if column.ignores_time else None
        )
    if column.kind == "timestamp":
        return _settled_times(array, texts, rewriting.bounds)
    whole = column.kind == "integer" or rewriting.decimal == "comma"
    is_number = _are_plain_numbers(array, texts, whole, rewriting.bounds)
    return SettledColumn(array) if is_number else None


def number_array(numbers: Any, kind: Any = None) -> Any:
    """An Arrow column of the same memory, of `kind` where that is laid out like the numbers.

    Here and below: `pa.array` and `pa.scalar` would import pandas, which takes longer than landing
    a small file does.
    """
    kind = kind or pa.from_numpy_dtype(numbers.dtype)
    return pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(numbers)])


def text_array(texts: list[str | None]) -> Any:
    """An Arrow column of texts."""
    parts = [b"" if text is None else text.encode("utf-8") for text in texts]
    offsets = np.cumsum([0, *map(len, parts)], dtype=np.int32)
    is_text = np.packbits([text is not None for text in texts], bitorder="little")
    buffers = [pa.py_buffer(each) for each in (is_text, offsets, b"".join(parts))]
    return pa.Array.from_buffers(pa.string(), len(texts), buffers)


def holds_bytes(array: Any, *needles: bytes) -> bool:
    """Whether any of some bytes occur among the values of a column, or across two of them."""
    data = array.buffers()[2]
    if data is None:
        return False
    content = data.to_pybytes()
    return any(needle in content for needle in needles)


def _settled_words(column: Column, words: dict[str, str], array: Any) -> SettledColumn | None:
    """A column of few different values, each of which the feed's or the table's words explain."""
    encoded = array.dictionary_encode()
    if len(encoded.dictionary) > _MOST_WORDS:
        return None
    theirs = encoded.dictionary.to_pylist()
    ours = [words.get(word.lower(), word) for word in theirs]
    known = column.vocabulary or (("true", "false") if column.kind == "boolean" else None)
    if not all(_PLAIN_WORD.fullmatch(word) for word in theirs):
        return None
    if known is not None and not set(ours) <= set(known):
        return None
    if ours == theirs:
        return SettledColumn(array)
    changed = [one if one != other else None for one, other in zip(theirs, ours, strict=True)]
    values, originals = (text_array(each).take(encoded.indices) for each in (list(ours), changed))
    return SettledColumn(values, originals)


def _is_settled_text(column: Column, array: Any, texts: _Texts) -> bool:
    # A number with an exponent holds a plus sign, and hardly another identifier does.
    if is_identifier(column.name) and holds_bytes(array, b"+"):
        return False
    first = texts.data[texts.starts]
    last = texts.data[texts.starts + texts.lengths - 1]
    return not (_BEGINS_BLANK[first].any() or _ENDS_BLANK[last].any())


def _are_plain_numbers(array: Any, texts: _Texts, whole: bool, bounds: Bounds) -> bool:
    """Whether all are written as landing does, with fewer digits than the largest amount."""
    digits = len(bounds.largest_amount.split(".", maxsplit=1)[0]) - 1
    most_digits = min(digits, _DIGITS_OF_EVERY_INTEGER)
    if most_digits < 1:
        return False
    if not _IS_DIGIT[texts.used].all():
        if whole:
            return False
        number = rf"^-?(?:0|[1-9][0-9]{{0,{most_digits - 1}}})(?:[.][0-9]+)?$"
        return bool(compute.all(compute.match_substring_regex(array, number)).as_py())
    leads_with_zero = (texts.data[texts.starts] == ord("0")) & (texts.lengths > 1)
    return not leads_with_zero.any() and int(texts.lengths.max()) <= most_digits


def _pair(digits: Bytes, place: int) -> Bytes:
    """The numbers that two digits of each line write."""
    return digits[:, place] * np.uint8(10) + digits[:, place + 1]


def _years(digits: Bytes) -> np.ndarray[Any, np.dtype[np.int16]]:
    return _pair(digits, 0).astype(np.int16) * np.int16(100) + _pair(digits, 2)


def _digits(matrix: Bytes, form: bytes) -> Bytes | None:
    """The digits of each line that is like `form`, in which 0 stands for any digit; else None.

    All lines are compared at once as one row of bytes, which the processor does many at a time.
    """
    count, width = matrix.shape
    pattern = np.frombuffer(form, dtype=np.uint8)
    # Unsigned: what is below a digit or a sign wraps around to far above it.
    digits = matrix.reshape(-1) - _repeated(pattern, count)
    most = np.where(pattern == ord("0"), np.uint8(9), np.uint8(0))
    if not bool((digits <= _repeated(most, count)).all()):
        return None
    return digits.reshape(count, width)


def _repeated(line: Bytes, count: int) -> Bytes:
    return _repeated_line(line.tobytes(), 1 << (count - 1).bit_length())[: len(line) * count]


@lru_cache(maxsize=64)
def _repeated_line(line: bytes, count: int) -> Bytes:
    return np.frombuffer(line * count, dtype=np.uint8)


def _are_plausible_days(digits: Bytes | None, bounds: Bounds) -> bool:
    """Whether the first ten places of each line are a day within the bounds."""
    if digits is None:
        return False
    year, month, day = _years(digits), _pair(digits, 5), _pair(digits, 8)
    if int(day.min()) < 1 or not bool((day <= _MONTH_DAYS[month]).all()):
        return False
    leap_days = (day == 29) & (month == 2)
    if leap_days.any():
        of = year[leap_days]
        if not bool(((of % 4 == 0) & ((of % 100 != 0) | (of % 400 == 0))).all()):
            return False
    if bounds.first_day.year < int(year.min()) and int(year.max()) < bounds.last_day.year:
        return True
    whole = year.astype(np.int32) * 10_000 + month.astype(np.int32) * 100 + day
    first, last = (int(f"{each:%Y%m%d}") for each in (bounds.first_day, bounds.last_day))
    return int(whole.min()) >= first and int(whole.max()) <= last


def _settled_days_of_times(array: Any, texts: _Texts, bounds: Bounds) -> SettledColumn | None:
    """The days of times in UTC, as connectors write days."""
    matrix = _times_of_one_form(texts, bounds)
    if matrix is None:
        return None
    return SettledColumn(_text_array(array, matrix[:, :_DAY_LENGTH]), array)


def _settled_times(array: Any, texts: _Texts, bounds: Bounds) -> SettledColumn | None:
    """Times in UTC as ISO writes them, in one form throughout, as landing writes them."""
    matrix = _times_of_one_form(texts, bounds)
    if matrix is None:
        return None
    fraction, _ = _UTC_ENDS[matrix.shape[1]]
    return SettledColumn(_written_times(array, matrix, fraction), array)


def _times_of_one_form(texts: _Texts, bounds: Bounds) -> Bytes | None:
    """Plausible times in UTC, one per line; None where they are not all of one form."""
    width = int(texts.lengths[0])
    matrix = texts.as_matrix(width)
    if matrix is None or width not in _UTC_ENDS:
        return None
    fraction, offset = _UTC_ENDS[width]
    form = _WHOLE_SECONDS + (b"." + b"0" * fraction if fraction else b"")
    digits = _digits(matrix, form + offset)
    if digits is None or not _are_plausible_days(digits, bounds):
        return None
    latest = {11: 23, 14: 59, 17: 59}
    if any(int(_pair(digits, place).max()) > most for place, most in latest.items()):
        return None
    # A zero of the offset is no digit that may be another.
    tail = matrix[:, width - len(offset) :]
    return matrix if bool((tail == np.frombuffer(offset, dtype=np.uint8)).all()) else None


def _written_times(array: Any, matrix: Bytes, fraction: int) -> Any:
    seconds = len(_WHOLE_SECONDS)
    written = _lines(b"0000-00-00 00:00:00.000000", len(matrix))
    written[:, :_DAY_LENGTH] = matrix[:, :_DAY_LENGTH]
    end = seconds + 1 + fraction if fraction else seconds
    written[:, _DAY_LENGTH + 1 : end] = matrix[:, _DAY_LENGTH + 1 : end]
    return _text_array(array, written)


def _lines(line: bytes, count: int) -> Bytes:
    """A line, `count` times, to be written into; in memory that Arrow keeps and gives again."""
    memory = np.frombuffer(pa.allocate_buffer(len(line) * count), dtype=np.uint8)
    memory[:] = _repeated(np.frombuffer(line, dtype=np.uint8), count)
    return memory.reshape(count, len(line))


def _text_array(like: Any, lines: Bytes) -> Any:
    """Texts of one width, NULL where another column is NULL."""
    count, width = len(like), lines.shape[1]
    offsets = np.arange(0, count * width + 1, width, dtype=np.int32)
    validity = None
    if like.null_count:
        is_text = compute.is_valid(like).to_numpy(zero_copy_only=False)
        offsets = np.concatenate([[0], np.cumsum(is_text * np.int64(width))]).astype(np.int32)
        validity = pa.py_buffer(np.packbits(is_text, bitorder="little"))
    return pa.Array.from_buffers(
        pa.string(),
        count,
        [validity, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(lines).reshape(-1))],
        null_count=like.null_count,
    )


def needs_escape(array: Any) -> bool:
    """Whether a text of a column cannot stand in JSON as it is."""
    data = array.buffers()[2]
    return data is not None and bool(_IS_ESCAPED[np.frombuffer(data, dtype=np.uint8)].any())


def json_objects(names: list[str], arrays: list[Any], count: int) -> Any:
    """One JSON object per row of the texts that are not NULL; NULL where there are none.

    No text may need an escape; `names` are written as JSON already.
    """
    if not arrays:
        return pa.nulls(count, pa.string())
    quick = _objects_of_one_width(names, arrays)
    if quick is not None:
        return quick
    members = [
        compute.binary_join_element_wise(f'{name}:"', array, '"', "", null_handling="emit_null")
        for name, array in zip(names, arrays, strict=True)
    ]
    joined = members[0]
    if len(members) > 1:
        if all(array.null_count for array in arrays):
            # Arrow joins a row of NULLs alone to no row at all, and gives fewer rows than it got.
            has_text = compute.is_valid(compute.coalesce(*arrays))
            members[0] = compute.if_else(has_text, members[0], "")
        joined = compute.binary_join_element_wise(*members, ",", null_handling="skip")
        joined = compute.if_else(compute.equal(joined, ""), pa.scalar(None, pa.string()), joined)
    return compute.binary_join_element_wise("{", joined, "}", "", null_handling="emit_null")


def _objects_of_one_width(names: list[str], arrays: list[Any]) -> Any:
    """As `json_objects` for texts of which each column has one width and no NULL, else None.

    A pattern is laid under all rows and the texts are put into it, which takes a fraction of the
    time of joining texts of any width: times, which are rewritten in every row, are of one width.
    """
    matrices = []
    for array in arrays:
        if array.null_count or len(array) == 0:
            return None
        texts = _Texts.of(array)
        matrix = texts.as_matrix(int(texts.lengths[0]))
        if matrix is None:
            return None
        matrices.append(matrix)
    pattern = b"{"
    places: list[int] = []
    for name, matrix in zip(names, matrices, strict=True):
        pattern += (b"," if places else b"") + name.encode("utf-8") + b':"'
        places.append(len(pattern))
        pattern += b" " * matrix.shape[1] + b'"'
    pattern += b"}"
    lines = _lines(pattern, len(matrices[0]))
    for place, matrix in zip(places, matrices, strict=True):
        lines[:, place : place + matrix.shape[1]] = matrix
    return _text_array(arrays[0], lines)
