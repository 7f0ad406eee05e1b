"""Who else on a machine can read what we write: nobody, or the group of whoever runs us.

A home holds partners' lists, deals and people. So every file and folder that this process makes,
whichever library makes it, is private from its first moment: this is what the mask is for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from orchestration.errors import ConfigurationError

MASK_VARIABLE = "COSELL_UMASK"
_MASKS = {"077": 0o077, "027": 0o027}


def file_mask(environment: Mapping[str, str]) -> int:
    """The permissions that our files never give; raises ConfigurationError for one that is open.

    027 lets the group read releases, for BI tools that run as another user of it.
    """
    written = environment.get(MASK_VARIABLE) or "077"
    mask = _MASKS.get(written.strip().removeprefix("0").zfill(3))
    if mask is None:
        raise ConfigurationError(
            f"{MASK_VARIABLE} is {written!r}: use 077 (only you can read what is written) or 027 "
            "(your group can read it, too)."
        )
    return mask


@contextmanager
def private_files() -> Iterator[None]:
    """Make only private files in this block."""
    before = os.umask(file_mask(os.environ))
    try:
        yield
    finally:
        os.umask(before)
