"""What becomes of companies in stories of a few records, one rule each."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.companies.conftest import CompanyModels
from tests.companies.plain_companies import Record, World

New = Callable[[], CompanyModels]


def ours(account: str, step: int = 1, survivor: str | None = None, **identity: str) -> Record:
    kind = "crm_account" if survivor is None else "merged_account"
    return Record(f"account|{account}", kind, survivor or account, step, **identity)


def theirs(partner_account: str, step: int = 1, **identity: str) -> Record:
    return Record(f"partner|p|{partner_account}", "partner_record", None, step, **identity)


A, B, C, P, Q = "account|a", "account|b", "account|c", "partner|p|1", "partner|p|2"


def test_a_company_keeps_its_id_when_its_first_record_leaves(company_models: New) -> None:
    models = company_models()
    together = World((ours("a"), ours("b", 2, name="n", domain="d")), ())
    first = models.refresh(
        World((ours("a", name="n", domain="d"), ours("b", 2, name="n", domain="d"))), 1, 2
    )
    assert first[A] == first[B]
    gone = models.refresh(World((ours("b", 2, name="n", domain="d"),)), 2, 3)
    assert gone[B] == first[A]
    # What left comes back as a company of its own, or into the one that it was in.
    alone = models.refresh(together, 3, 4)
    assert alone[B] == first[A] != alone[A]
    again = models.refresh(
        World((ours("a", name="n", domain="d"), ours("b", 2, name="n", domain="d"))), 4, 5
    )
    assert again[A] == again[B] == first[A]


def test_a_record_that_joins_changes_no_id_even_when_our_account_joins_a_partners_record(
    company_models: New,
) -> None:
    models = company_models()
    before = models.refresh(World((theirs("1"),)), 1, 1)
    after = models.refresh(World((ours("a", 2), theirs("1")), automatic=((A, P),)), 2, 2)
    assert after == {A: before[P], P: before[P]}


def test_of_two_companies_that_become_one_the_older_id_lives_on(company_models: New) -> None:
    models = company_models()
    before = models.refresh(World((ours("b", 1), ours("a", 2))), 1, 2)
    after = models.refresh(World((ours("b", 1), ours("a", 2, survivor="b"))), 2, 3)
    assert set(after.values()) == {before[B]}
    # Case 9: an account that is split off again has its own id back.
    assert models.refresh(World((ours("b", 1), ours("a", 2))), 3, 4) == before


def test_the_larger_part_of_a_split_keeps_the_id(company_models: New) -> None:
    models = company_models()
    same = {"name": "n", "domain": "d"}
    before = models.refresh(
        World((ours("a", 1, **same), ours("b", 2, **same), ours("c", 3, **same))), 1, 3
    )
    other = {"name": "m", "domain": "e"}
    after = models.refresh(
        World((ours("a", 1, **other), ours("b", 2, **same), ours("c", 3, **same))), 2, 4
    )
    assert after[B] == after[C] == before[A] != after[A]
    models.connection.execute(
        "delete from stg_cosell__company_assignments where refresh_number > 1"
    )
    assert (
        models.refresh(
            World((ours("a", 1, **other), ours("b", 2, **same), ours("c", 3, **same))), 2, 4
        )
        == after
    ), "a rebuild from what was landed before gives the same ids"


def test_a_chain_does_not_join_strangers_through_a_third_company(company_models: New) -> None:
    """The account in the middle has the name and domain of one and a partner's of the other."""
    one, other = {"name": "n", "domain": "d"}, {"name": "m", "domain": "e"}
    world = World(
        (ours("a", **one), ours("b", **one), theirs("1", **other), ours("c", **other)),
        automatic=((B, P),),
    )
    models = company_models()
    found = models.refresh(world, 1, 1)
    assert found[B] == found[P]
    assert found[A] != found[C]
    conflicts = models.connection.execute(
        "select distinct conflict from int_company_chains_checked"
    ).fetchall()
    assert conflicts == [("its records have different domains and different names",)]


def test_different_duns_numbers_are_never_one_company_without_a_person(company_models: New) -> None:
    """Case 13, also where an account without a number resembles both records."""
    records = (ours("a"), theirs("1", duns="111111111"), theirs("2", duns="222222222"))
    models = company_models()
    found = models.refresh(World(records, automatic=((A, P), (A, Q))), 1, 1)
    assert len({found[P], found[Q]}) == 2
    settled = models.connection.execute(
        "select partner_account_id, settled_decision, settled_rule_id, company_conflict"
        " from int_matches_settled order by 1"
    ).fetchall()
    assert settled == [
        ("1", "automatic", "duns_equal", None),
        (
            *("2", "review", "contested_evidence"),
            "DUNS 222222222 is not that of the company, 111111111",
        ),
    ]
    people = models.refresh(World(records, accepted=((A, P), (A, Q))), 2, 2)
    assert people[A] == people[P] == people[Q]


def test_a_rejected_pair_does_not_return_through_a_duplicate(company_models: New) -> None:
    same = {"name": "n", "domain": "d"}
    world = World(
        (ours("a", **same), ours("b", **same), theirs("1", **same)),
        rejected=((A, P),),
        automatic=((B, P),),
    )
    found = company_models().refresh(world, 1, 1)
    assert found[B] == found[P] != found[A]


def test_a_chain_longer_than_the_rounds_is_not_followed(company_models: New) -> None:
    """Every link shares a number of its own with the next: 60 accounts, no end in sight."""
    links = 60
    records = []
    for place in range(links):
        records.append(ours(f"{place:02}", name=f"n{place}", domain=f"d{place}"))
        records.append(theirs(f"{place:02}", name=f"n{place + 1}", domain=f"d{place + 1}"))
    matches = tuple((f"account|{place:02}", f"partner|p|{place:02}") for place in range(links))
    models = company_models()
    found = models.refresh(World(tuple(records), automatic=matches), 1, 1)
    assert found["account|00"] == found["partner|p|00"]
    assert found["account|00"] != found["account|59"]
    reasons = models.connection.execute(
        "select distinct conflict from int_company_chains_checked"
    ).fetchall()
    assert reasons == [("the chain is longer than is followed",)]


@pytest.mark.parametrize("order", ["ascending", "descending", "by_chance"])
def test_records_that_people_joined_one_by_one_are_one_company(
    company_models: New, order: str
) -> None:
    """A row of 8 records, each accepted with the next, and another of 6 beside it."""
    numbers = list(range(4))
    if order == "descending":
        numbers.reverse()
    elif order == "by_chance":
        random.Random(8).shuffle(numbers)
    names = [f"{number:03}" for number in numbers]
    row = [record for name in names for record in (ours(name), theirs(name))]
    pairs = [(f"account|{name}", f"partner|p|{name}") for name in names]
    pairs += [(f"account|{later}", f"partner|p|{name}") for name, later in pairwise(names)]
    beside = [f"beside{number}" for number in range(3)]
    row += [record for name in beside for record in (ours(name), theirs(name))]
    pairs += [(f"account|{name}", f"partner|p|{name}") for name in beside]
    pairs += [(f"account|{later}", f"partner|p|{name}") for name, later in pairwise(beside)]
    found = company_models().refresh(World(tuple(row), accepted=tuple(pairs)), 1, 1)
    assert len(set(found.values())) == 2
    assert len({found[record.record_id] for record in row[:8]}) == 1
