"""How the CRM exports: a full export first, then per object what changed since, week by week."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from orchestration.demo_company.arrow_text import pick
from orchestration.demo_company.clock import Days, Moments
from orchestration.demo_company.inbox import Inbox, chunks, landing_of, slices
from orchestration.demo_company.names import FAMILY_NAMES, GIVEN_NAMES
from orchestration.demo_company.opportunities import rows_noise

FEED = "salesforce"

Rows = npt.NDArray[np.int64]
Build = Callable[[Rows], pa.Table]


def export(
    inbox: Inbox, landings: Days, object_name: str, landing: npt.NDArray[np.int64], build: Build
) -> None:
    """Write each landing's rows of one object; a landing without rows has no file."""
    for number, rows in enumerate(slices(landing, len(landings))):
        if len(rows):
            tables = (build(part) for part in chunks(rows))
            inbox.write_csv(FEED, int(landings[number]), f"{object_name}.csv", tables, object_name)


def newest_per_landing(keys: npt.NDArray, landing: npt.NDArray, count: int) -> Rows:
    """The landing of each state; `count` (too late) where a newer state of the key shares it.

    States are in order of key and time.
    """
    overtaken = np.append((keys[1:] == keys[:-1]) & (landing[1:] == landing[:-1]), False)
    return np.where(overtaken, count, landing)


def weekly(keys: npt.NDArray, moments: Moments, exports: Moments) -> Rows:
    """The landing of each state of an object that is exported every Monday."""
    return newest_per_landing(keys, landing_of(moments, exports), len(exports))


def monthly(landing: npt.NDArray[np.int64], landings: Days) -> Rows:
    """Slow objects are extracted on the first Monday of a month, and on the last five landings."""
    months = landings.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    firsts = np.unique(months, return_index=True)[1]
    last_five = np.arange(max(len(landings) - 5, 0), len(landings))
    taken = np.unique(np.concatenate([firsts, last_five]))
    position = np.searchsorted(taken, landing)
    inside = position < len(taken)
    return np.where(inside, taken[np.minimum(position, len(taken) - 1)], len(landings))


def person_names(numbers: npt.NDArray, salt: int) -> tuple[pa.Array, pa.Array]:
    """Given and family names drawn by number."""
    noise = rows_noise(numbers, salt)
    given = pick(GIVEN_NAMES, noise % len(GIVEN_NAMES))
    return given, pick(FAMILY_NAMES, (noise >> 12) % len(FAMILY_NAMES))
