"""Who may see what of a routed row: the gate before everything that another company reads.

Rules: domain section 11 and case 45. Our own people see every row. A partner sees a row only if the
row is its own, of that row only the fields that its feeds' `sharing:` declares `shared` (without
terms nothing leaves), and no text in which another partner is named. Counts and ranks are those of
the partner's own rows: a rank of 37 in a rep's whole list would tell how much the others have.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orchestration.errors import RoutingError
from orchestration.landing import load_feeds
from orchestration.landing.feeds import SHEET_FIELDS
from orchestration.settings import Home

# What a partner's sheet may hold, in its order: our name of the value -> the term that lets it out.
# Values of the partner's own list go by the name of its column, what is ours by a name of its own.
PARTNER_FIELDS: dict[str, str] = {
    "partner_account_id": "partner_account_id",
    "account_name": "account_name",
    "website": "website",
    "country": "country",
    "city": "city",
    "industry": "industry",
    "your_status": "status",
    "your_seller": "owner_name",
    **{name: name for name in SHEET_FIELDS},
}

_LETTERS = re.compile(r"[^\w]+", re.UNICODE)


@dataclass(frozen=True)
class PartnerAudience:
    """One partner as a reader: its own id, what it may see, and the names it must not see."""

    partner_id: str
    partner_name: str
    fields: tuple[str, ...]
    other_names: tuple[str, ...] = field(repr=False)

    def shown(self, row: Mapping[str, object]) -> dict[str, str]:
        """The agreed fields of a row, as text; raises RoutingError for a row it must not see.

        The last gate before a file or message is written: what is refused here is not written.
        """
        if row.get("partner_id") != self.partner_id:
            raise RoutingError(
                f"A row of {row.get('partner_id')} was about to be shown to {self.partner_id}: "
                "nothing was written; report this as a defect."
            )
        values = {name: _text(row.get(name)) for name in self.fields}
        for name, value in values.items():
            named = self.named_in(value)
            if named is not None:
                raise NamesAnotherPartnerError(
                    f"the field {name} names another partner, so {self.partner_id} must not see "
                    "the row"
                )
        return values

    def named_in(self, text: str) -> str | None:
        """The first other partner that a text names, None for none."""
        words = f" {_plain(text)} "
        return next((name for name in self.other_names if f" {name} " in words), None)


class NamesAnotherPartnerError(RoutingError):
    """A text of a partner's own row names somebody else; the row is held back and reported."""


def partner_audience(
    partner_id: str,
    names: Mapping[str, str],
    further_names: Mapping[str, Iterable[str]],
    terms: Mapping[str, frozenset[str]],
) -> PartnerAudience:
    """The partner as a reader.

    names: partner id -> name. further_names: partner id -> other names it ever had. terms: partner
    id -> what its sharing terms let out.
    """
    agreed = terms.get(partner_id, frozenset())
    own = {_plain(each) for each in (names[partner_id], *further_names.get(partner_id, ()))}
    others = {
        _plain(each)
        for other, name in names.items()
        if other != partner_id
        for each in (name, other, *further_names.get(other, ()))
    }
    return PartnerAudience(
        partner_id=partner_id,
        partner_name=names[partner_id],
        fields=tuple(name for name, term in PARTNER_FIELDS.items() if term in agreed),
        other_names=tuple(sorted(each for each in others - own if len(each) > 1)),
    )


def sharing_terms(home: Home) -> dict[str, frozenset[str]]:
    """What may leave to each partner: what every feed of that partner which has terms shares.

    A partner none of whose feeds has terms is not in it: nothing leaves.
    """
    terms: dict[str, frozenset[str]] = {}
    for feed in load_feeds(home):
        if feed.partner_id is None or not feed.sharing:
            continue
        shared = frozenset(name for name, term in feed.sharing.items() if term == "shared")
        before = terms.get(feed.partner_id)
        terms[feed.partner_id] = shared if before is None else before & shared
    return terms


def _plain(text: str) -> str:
    """A text as its words alone: no case, no accents, no punctuation."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(each for each in decomposed if not unicodedata.combining(each))
    return " ".join(_LETTERS.sub(" ", letters.replace("_", " ")).split())


def _text(value: object) -> str:
    return "" if value is None else str(value)
