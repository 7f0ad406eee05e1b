"""Identifiers as the real systems write them: Salesforce ids of 18 characters, DUNS numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from orchestration.demo_company.arrow_text import Mask, fixed_text

_BASE62 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", np.uint8)
_CHECKSUM = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", np.uint8)
_INSTANCE = b"Nw"
_FIRST_NUMBER = 62**6 + 1_871  # ids of one org start somewhere and run on

ACCOUNT, CONTACT, LEAD, OPPORTUNITY, USER, ROLE = "001", "003", "00Q", "006", "005", "00E"
OPPORTUNITY_HISTORY, FIELD_HISTORY, TASK, EVENT = "008", "017", "00T", "00U"
OPPORTUNITY_PARTNER, CONVERSION_RATE, PROFILE = "00I", "04w", "00e"
SPLIT, SPLIT_TYPE, QUOTA, FORECASTING_TYPE, PERIOD = "1SP", "1ST", "0J9", "0Db", "026"


def salesforce_ids(prefix: str, numbers: npt.ArrayLike, valid: Mask | None = None) -> pa.Array:
    """The case-safe 18-character ids of an object's records number 0, 1, 2, …"""
    values = np.asarray(numbers, np.int64)
    remaining = values + _FIRST_NUMBER
    out = np.empty((len(values), 18), np.uint8)
    out[:, 0:3] = np.frombuffer(prefix.encode(), np.uint8)
    out[:, 3:5] = np.frombuffer(_INSTANCE, np.uint8)
    for position in range(14, 4, -1):
        out[:, position] = _BASE62[remaining % 62]
        remaining = remaining // 62
    upper = (out[:, 0:15] >= ord("A")) & (out[:, 0:15] <= ord("Z"))
    bits = upper.reshape(-1, 3, 5) @ np.array([1, 2, 4, 8, 16])
    out[:, 15:18] = _CHECKSUM[bits]
    return fixed_text(out, valid)


def salesforce_id(prefix: str, number: int) -> str:
    """One id."""
    return str(salesforce_ids(prefix, np.array([number]))[0].as_py())


def duns_numbers(company_numbers: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """One nine-digit number per company, unique; a tenth of them start with zero."""
    values = np.asarray(company_numbers, np.int64)
    return 1_000_003 + (values * 486_187_739) % 900_000_049


def unassigned_duns(numbers: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Numbers that belong to no company: what a typing error leaves in a partner's list."""
    return 950_000_000 + (np.asarray(numbers, np.int64) * 7_919) % 49_000_000


def digits(values: npt.ArrayLike, width: int, valid: Mask | None = None) -> pa.Array:
    """Whole numbers padded with zeros to `width` characters."""
    remaining = np.asarray(values, np.int64)
    out = np.empty((len(remaining), width), np.uint8)
    for position in range(width - 1, -1, -1):
        out[:, position] = 48 + remaining % 10
        remaining = remaining // 10
    return fixed_text(out, valid)


def dashed_duns(values: npt.ArrayLike, valid: Mask | None = None) -> pa.Array:
    """DUNS as 12-345-6789."""
    numbers = np.asarray(values, np.int64)
    parts = np.empty((len(numbers), 11), np.uint8)
    remaining = numbers
    for position in (10, 9, 8, 7, 5, 4, 3, 1, 0):
        parts[:, position] = 48 + remaining % 10
        remaining = remaining // 10
    parts[:, 2] = parts[:, 6] = ord("-")
    return fixed_text(parts, valid)
