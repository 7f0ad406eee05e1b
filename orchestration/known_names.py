"""Finding one of several known things by what a person wrote: an id, an e-mail or a name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.errors import CosellError

SHOWN_NAMES = 8


@dataclass(frozen=True)
class Known:
    """One thing that may be meant; without a name it is known by its id."""

    identifier: str
    name: str
    email: str | None = None


def find_known(
    written: str, known: Sequence[Known], thing: str, error: type[CosellError] = CosellError
) -> Known:
    """The one that is meant: whole id, e-mail or name first, then the beginning of a word.

    Raises `error`, in one sentence that names those that are near, or those that there are.
    """
    wanted = " ".join(written.split()).casefold()
    found = [one for one in known if one.identifier == written.strip()]
    found = found or [one for one in known if one.email and one.email.casefold() == wanted]
    found = found or [one for one in known if one.name.casefold() == wanted]
    found = found or [one for one in known if wanted and f" {wanted}" in f" {one.name.casefold()}"]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{one.name} ({one.email or one.identifier})" for one in found[:6])
        raise error(f"{written!r} is more than one {thing}: {names}; write the e-mail or the id.")
    by_word = {word: one.name for one in known for word in (one.name, *one.name.split())}
    near = difflib.get_close_matches(written, list(by_word), n=3, cutoff=0.6)
    meant = list(dict.fromkeys(by_word[word] for word in near))
    hint = f": did you mean {' or '.join(meant)}?" if meant else f"; {_listed(known, thing)}."
    named = "the name, e-mail or id" if any(one.email for one in known) else "the name or id"
    raise error(f"No {thing} has {named} {written!r}{hint}")


def _listed(known: Sequence[Known], thing: str) -> str:
    if not known:
        return f"no {thing} is known yet"
    names = ", ".join(one.name for one in known[:SHOWN_NAMES])
    more = len(known) - SHOWN_NAMES
    return f"known are {names}{f' and {more} more' if more > 0 else ''}"
