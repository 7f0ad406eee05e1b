"""Fast text columns: Arrow string arrays made from numpy arrays without Python loops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo_company.clock import SECONDS_PER_DAY

Mask = npt.NDArray[np.bool_]
_TABLE_FIRST_DAY = int(np.datetime64("1900-01-01", "D").astype(np.int64))
_TABLE_LAST_DAY = int(np.datetime64("2060-01-01", "D").astype(np.int64))


def _bytes_table(texts: Sequence[str]) -> npt.NDArray[np.uint8]:
    width = len(texts[0])
    return np.frombuffer("".join(texts).encode("ascii"), np.uint8).reshape(-1, width)


def _day_tables() -> dict[str, npt.NDArray[np.uint8]]:
    days = np.arange(_TABLE_FIRST_DAY, _TABLE_LAST_DAY).astype("datetime64[D]")
    iso = np.char.encode(np.datetime_as_string(days), "ascii").view(np.uint8).reshape(-1, 10)
    slash, dot = np.full((len(iso), 1), ord("/"), np.uint8), np.full((len(iso), 1), ord("."))
    year, month, number = iso[:, 0:4], iso[:, 5:7], iso[:, 8:10]
    return {
        "iso": iso,
        "us": np.hstack([month, slash, number, slash, year]),
        "eu_dot": np.hstack([number, dot, month, dot, year]).astype(np.uint8),
    }


_DAYS = _day_tables()
_CLOCK = _bytes_table(
    [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(SECONDS_PER_DAY)]
)
_CENTS = pa.array([f"{c:02d}" for c in range(100)])


def fixed_text(characters: npt.NDArray[np.uint8], valid: Mask | None = None) -> pa.Array:
    """Rows of a byte matrix as strings of equal length; False in `valid` is NULL."""
    count, width = characters.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    validity = None
    if valid is not None and not valid.all():
        validity = pa.py_buffer(np.packbits(valid, bitorder="little").tobytes())
    data = pa.py_buffer(np.ascontiguousarray(characters))
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), data, validity)


def day_text(days: npt.ArrayLike, valid: Mask | None = None, style: str = "iso") -> pa.Array:
    """Days as text; `style` is iso, us (MM/DD/YYYY) or eu_dot (DD.MM.YYYY)."""
    values = np.asarray(days, np.int64)
    if valid is not None:
        values = np.where(valid, values, 0)
    return fixed_text(_DAYS[style][values - _TABLE_FIRST_DAY], valid)


def _stamp(moments: npt.ArrayLike, valid: Mask | None, between: str, tail: str) -> pa.Array:
    values = np.asarray(moments, np.int64)
    if valid is not None:
        values = np.where(valid, values, 0)
    width = 18 + len(between) + len(tail)
    out = np.empty((len(values), width), np.uint8)
    out[:, 0:10] = _DAYS["iso"][values // SECONDS_PER_DAY - _TABLE_FIRST_DAY]
    out[:, 10 : 10 + len(between)] = np.frombuffer(between.encode(), np.uint8)
    start = 10 + len(between)
    out[:, start : start + 8] = _CLOCK[values % SECONDS_PER_DAY]
    if tail:
        out[:, start + 8 :] = np.frombuffer(tail.encode(), np.uint8)
    return fixed_text(out, valid)


def salesforce_stamp(moments: npt.ArrayLike, valid: Mask | None = None) -> pa.Array:
    """Moments as Salesforce exports them: 2026-02-09T14:03:11.000+0000."""
    return _stamp(moments, valid, "T", ".000+0000")


def utc_stamp(moments: npt.ArrayLike, valid: Mask | None = None) -> pa.Array:
    """Moments as ISO text in UTC: 2026-02-09T14:03:11Z."""
    return _stamp(moments, valid, "T", "Z")


def integers(values: npt.ArrayLike, valid: Mask | None = None) -> pa.Array:
    """Whole numbers as text."""
    return masked(pa.array(np.asarray(values, np.int64)).cast(pa.string()), valid)


def money(cents: npt.ArrayLike, valid: Mask | None = None) -> pa.Array:
    """Hundredths as decimal text with two places."""
    values = np.asarray(cents, np.int64)
    size = np.abs(values)
    sign = pa.array(np.where(values < 0, 1, 0))
    text = pc.binary_join_element_wise(
        pa.array(size // 100).cast(pa.string()), _CENTS.take(pa.array(size % 100)), "."
    )
    signed = pc.binary_join_element_wise(pa.array(["", "-"]).take(sign), text, "")
    return masked(signed, valid)


def booleans(values: npt.ArrayLike) -> pa.Array:
    """`true` or `false`."""
    return pa.array(["false", "true"]).take(pa.array(np.asarray(values).astype(np.int8)))


def masked(column: pa.Array, valid: Mask | None) -> pa.Array:
    """The column with NULL where `valid` is False."""
    if valid is None:
        return column
    return pc.if_else(pa.array(np.asarray(valid, bool)), column, pa.scalar(None, column.type))


def pick(words: Sequence[str | None] | pa.Array, indexes: npt.ArrayLike) -> pa.Array:
    """The word at each index; an index below zero is NULL."""
    table = words if isinstance(words, pa.Array) else pa.array(words, pa.string())
    values = np.asarray(indexes, np.int64)
    if len(table) == 0:
        return pa.nulls(len(values), pa.string())
    picked = table.take(pa.array(np.maximum(values, 0)))
    return masked(picked, values >= 0) if (values < 0).any() else picked


def joined(*parts: pa.Array | str) -> pa.Array:
    """The parts of each row written one after another; NULL parts are left out."""
    return pc.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement="")


def chosen_by(kinds: npt.NDArray[Any], columns: dict[int, pa.Array]) -> pa.Array:
    """For each row the column that its kind names; a kind without a column is NULL."""
    result = pa.nulls(len(kinds), pa.string())
    for kind, column in columns.items():
        result = pc.if_else(pa.array(kinds == kind), column, result)
    return result


def constant(value: str | None, count: int) -> pa.Array:
    """The same value in every row."""
    if value is None:
        return pa.nulls(count, pa.string())
    return pa.repeat(pa.scalar(value), count)
