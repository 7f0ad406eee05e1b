"""Independent random numbers per subject, so that one module's draws never move another's."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import numpy.typing as npt

from orchestration.demo_company.clock import Days, Moments, moment

Random = np.random.Generator


def stream(seed: int, *subject: str | int) -> Random:
    """The random numbers of one subject ("accounts", "tasks/3") under one seed."""
    name = "/".join(str(part) for part in subject)
    return np.random.default_rng(np.random.SeedSequence([seed, crc32(name.encode())]))


def business_moments(random: Random, days: npt.ArrayLike) -> Moments:
    """A moment between nine and half past five on each day's company wall clock."""
    values: Days = np.asarray(days, np.int32)
    return moment(values, random.integers(9 * 3600, 17 * 3600 + 1800, len(values)))


def chosen(random: Random, weights: npt.ArrayLike, count: int) -> npt.NDArray[np.int64]:
    """`count` indexes drawn with the given weights."""
    cumulative = np.cumsum(np.asarray(weights, np.float64))
    drawn = random.random(count) * cumulative[-1]
    return np.asarray(np.searchsorted(cumulative, drawn, "right"), np.int64)
