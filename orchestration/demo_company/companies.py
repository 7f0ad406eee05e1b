"""The true companies of the story's world: what CRM accounts and partners' rows are records of.

A company is a number. Random companies are composed from word lists by mixed-radix arithmetic, so
that no two share a name or a domain; planted ones carry their own text and come after them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo_company.arrow_text import integers, joined, pick
from orchestration.demo_company.identifiers import digits, duns_numbers
from orchestration.demo_company.names import (
    COUNTRIES,
    COUNTRY_INDEX,
    FIRST_PARTS,
    QUALIFIERS,
    SECOND_PARTS,
    TRADES,
)
from orchestration.demo_company.random_streams import chosen, stream

Numbers = npt.NDArray[np.int64]

_PAIRS = len(FIRST_PARTS) * len(SECOND_PARTS)
_PAIR_STEP = 7_919  # coprime with the number of pairs: neighbours in number do not sound alike
_FORMS = [form for country in COUNTRIES for form in country.legal_forms]
_FORM_START = np.cumsum([0] + [len(country.legal_forms) for country in COUNTRIES])
_CITIES = [city for country in COUNTRIES for city in country.cities]
_CITY_START = np.cumsum([0] + [len(country.cities) for country in COUNTRIES])
CAPACITY = _PAIRS * len(TRADES) * len(QUALIFIERS)


@dataclass(frozen=True)
class PlantedCompany:
    """A company that a case needs exactly so."""

    brand: str  # the name without its legal form
    domain: str
    country: str = "US"
    legal_form: str = "Inc."
    trade: int = 16
    employees: int = 400
    city: int = 0  # within the country
    duns: int | None = None
    parent: int = -1
    other_spelling: str | None = None  # the name in another script or transliteration


@dataclass
class Companies:
    """All companies; each array has one entry per company."""

    country: npt.NDArray[np.int8]
    city: npt.NDArray[np.int16]  # index into all cities
    legal_form: npt.NDArray[np.int16]  # index into all legal forms
    employees: npt.NDArray[np.int32]
    parent: npt.NDArray[np.int32]  # company number, -1 when independent
    random_count: int
    planted: list[PlantedCompany] = field(default_factory=list)

    def __len__(self) -> int:
        return self.random_count + len(self.planted)

    def plant(self, company: PlantedCompany) -> int:
        """Add a planted company and return its number; `settle` once all are planted."""
        self.planted.append(company)
        return len(self) - 1

    def country_of(self, number: int) -> int:
        """The country of one company, settled or not."""
        if number < len(self.country):
            return int(self.country[number])
        return COUNTRY_INDEX[self.planted[number - self.random_count].country]

    def settle(self) -> None:
        """Give the planted companies their place in the arrays."""
        new = self.planted[len(self.country) - self.random_count :]
        countries = np.array([COUNTRY_INDEX[company.country] for company in new], np.int8)
        cities = np.array([company.city for company in new], np.int16)
        self.country = np.concatenate([self.country, countries])
        self.city = np.concatenate([self.city, (_CITY_START[countries] + cities).astype(np.int16)])
        self.legal_form = np.concatenate([self.legal_form, np.full(len(new), -1, np.int16)])
        sizes = np.array([company.employees for company in new], np.int32)
        self.employees = np.concatenate([self.employees, sizes])
        parents = np.array([company.parent for company in new], np.int32)
        self.parent = np.concatenate([self.parent, parents])

    # text -----------------------------------------------------------------------------------

    def brands(self, numbers: npt.ArrayLike) -> pa.Array:
        """The name without its legal form."""

        def random_brands(values: Numbers) -> pa.Array:
            first, second, trade, qualifier = _parts(values)
            lead = pc.if_else(pa.array(qualifier > 0), joined(pick(QUALIFIERS, qualifier), " "), "")
            trades = pick([name for name, _ in TRADES], trade)
            return joined(lead, pick(FIRST_PARTS, first), pick(SECOND_PARTS, second), " ", trades)

        return self._text(numbers, random_brands, lambda company: company.brand)

    def legal_forms(self, numbers: npt.ArrayLike, as_others_write: bool = False) -> pa.Array:
        """The legal form, as registered or as others write it; empty text for none."""
        column = 1 if as_others_write else 0
        forms = [form[column] for form in _FORMS]
        other = {form[0]: form[1] for form in _FORMS}

        def planted(company: PlantedCompany) -> str:
            if as_others_write:
                return other.get(company.legal_form, company.legal_form)
            return company.legal_form

        return self._text(
            numbers, lambda values: pick(forms, np.maximum(self.legal_form[values], 0)), planted
        )

    def names(self, numbers: npt.ArrayLike) -> pa.Array:
        """The registered name."""
        forms = self.legal_forms(numbers)
        return pc.utf8_rtrim_whitespace(joined(self.brands(numbers), " ", forms))

    def other_spellings(self, numbers: npt.ArrayLike) -> pa.Array:
        """The name in another script or transliteration where a company has one."""
        return self._text(
            numbers, self.brands, lambda company: company.other_spelling or company.brand
        )

    def domains(self, numbers: npt.ArrayLike) -> pa.Array:
        """The company's own registrable domain."""

        def random_domains(values: Numbers) -> pa.Array:
            first, second, trade, qualifier = _parts(values)
            stem = joined(
                pc.utf8_lower(pick(QUALIFIERS, qualifier)),
                pc.utf8_lower(pick(FIRST_PARTS, first)),
                pick(SECOND_PARTS, second),
            )
            trades = pc.replace_substring(
                pc.utf8_lower(pick([name for name, _ in TRADES], trade)), " ", "-"
            )
            alone = pa.array(values < _PAIRS)  # the first of a brand owns the short domain
            ending = pick(
                [c.top_level_domain for c in COUNTRIES], self.country[values].astype(np.int64)
            )
            return joined(pc.if_else(alone, stem, joined(stem, "-", trades)), ".", ending)

        return self._text(numbers, random_domains, lambda company: company.domain)

    def duns(self, numbers: npt.ArrayLike) -> Numbers:
        """The company's DUNS as a number (leading zeros belong to its text form)."""
        values = np.asarray(numbers, np.int64)
        result = duns_numbers(values)
        for number in np.unique(values[values >= self.random_count]):
            planted = self.planted[int(number) - self.random_count].duns
            if planted is not None:
                result[values == number] = planted
        return result

    def cities(self, numbers: npt.ArrayLike) -> pa.Array:
        """The city of the head office."""
        return pick([city for city, _, _ in _CITIES], self._take(self.city, numbers))

    def states(self, numbers: npt.ArrayLike) -> pa.Array:
        """State or region; NULL where the country has none."""
        return pick([state or None for _, state, _ in _CITIES], self._take(self.city, numbers))

    def countries(self, numbers: npt.ArrayLike, style: str = "name") -> pa.Array:
        """The country as `name`, `iso` or `other_name`."""
        words = [str(getattr(country, style)) for country in COUNTRIES]
        return pick(words, self._take(self.country, numbers))

    def phones(self, numbers: npt.ArrayLike) -> pa.Array:
        """The switchboard; numbers from ranges reserved for fiction."""
        values = np.asarray(numbers, np.int64)
        prefix = pick([prefix for _, _, prefix in _CITIES], self._take(self.city, values))
        return joined(prefix, " 555 ", digits((values * 6_151) % 10_000, 4))

    def trades(self, numbers: npt.ArrayLike) -> Numbers:
        """What the company does, an index into TRADES."""
        values = np.asarray(numbers, np.int64)
        result = _parts(np.minimum(values, max(self.random_count - 1, 0)))[2]
        planted = np.array([company.trade for company in self.planted], np.int64)
        late = values >= self.random_count
        result[late] = planted[values[late] - self.random_count]
        return result

    def industries(self, numbers: npt.ArrayLike) -> pa.Array:
        """The industry."""
        return pick([industry for _, industry in TRADES], self.trades(numbers))

    def headcounts(self, numbers: npt.ArrayLike) -> pa.Array:
        """Employees as text."""
        return integers(self._take(self.employees, numbers))

    def true_ids(self, numbers: npt.ArrayLike) -> pa.Array:
        """The id that the truth tables use."""
        return joined("company-", digits(numbers, 8))

    # ------------------------------------------------------------------------------------------

    @staticmethod
    def _take(column: npt.NDArray[np.generic], numbers: npt.ArrayLike) -> Numbers:
        return column[np.asarray(numbers, np.int64)].astype(np.int64)

    def _text(
        self,
        numbers: npt.ArrayLike,
        of_random: Callable[[Numbers], pa.Array],
        of_planted: Callable[[PlantedCompany], str],
    ) -> pa.Array:
        values = np.asarray(numbers, np.int64)
        late = values >= self.random_count
        if not late.any():
            return of_random(values)
        texts = [of_planted(company) for company in self.planted]
        planted = pick(texts, np.where(late, values - self.random_count, 0))
        return pc.if_else(pa.array(late), planted, of_random(np.where(late, 0, values)))


def _parts(values: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """First word, second word, trade and qualifier of each company number, all distinct."""
    pair = (values * _PAIR_STEP + 4_001) % _PAIRS
    turn = values // _PAIRS  # how many companies before it have the same brand
    trade = (pair * 31 + pair // len(TRADES) + turn) % len(TRADES)
    return (
        pair // len(SECOND_PARTS),
        pair % len(SECOND_PARTS),
        trade,
        turn // len(TRADES),
    )


def random_companies(seed: int, count: int, family_share: float = 0.06) -> Companies:
    """`count` companies; some are regional subsidiaries of one that comes before them."""
    if count > CAPACITY:
        raise ValueError(f"The word lists make {CAPACITY} companies, not {count}.")
    random = stream(seed, "companies")
    country = chosen(random, [c.weight for c in COUNTRIES], count).astype(np.int8)
    spread = random.random((2, count))
    cities = np.diff(_CITY_START)[country]
    forms = np.diff(_FORM_START)[country]
    employees = np.clip(np.exp(random.normal(5.3, 1.5, count)), 5, 250_000).astype(np.int32)
    is_child = random.random(count) < family_share
    is_child[:1] = False
    parent = np.where(is_child, (random.random(count) * np.arange(count)).astype(np.int32), -1)
    parent = np.where(is_child & ~is_child[np.maximum(parent, 0)], parent, -1)  # one level deep
    return Companies(
        country=country,
        city=(_CITY_START[country] + (spread[0] * cities).astype(np.int16)).astype(np.int16),
        legal_form=(_FORM_START[country] + (spread[1] * forms).astype(np.int16)).astype(np.int16),
        employees=employees,
        parent=parent.astype(np.int32),
        random_count=count,
    )
