"""Components and stable ids of the warehouse against the same rules in plain Python."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.companies.conftest import CompanyModels
from tests.companies.plain_companies import Ids, Record, World

WORLDS = 150
REFRESHES = 4


def a_world(rng: random.Random, number: int, step: int, known: dict[str, Record]) -> World:
    """A few records that share numbers, names and domains by chance, some of them as before.

    `known` holds every record of the world as it was last seen, those that were gone included.
    """
    records: dict[str, Record] = {}

    def one_of(kind: str, count: int) -> str | None:
        value = rng.randrange(count + 1)
        return f"{kind}{number}-{value}" if value < count else None

    def draw(record_id: str, kind: str, account: str | None) -> Record:
        old = known.get(record_id)
        if old and rng.random() < 0.7 and kind == old.kind and account == old.account:
            return old
        domain = one_of("domain", 3)
        identity = (
            {}
            if kind == "merged_account"
            else {
                "name": one_of("name", 3),
                "domain": domain,
                "host": domain,
                "country": rng.choice(("US", "US", "DE", None)),
                "duns": one_of("duns", 3) if rng.random() < 0.4 else None,
            }
        )
        return Record(record_id, kind, account, old.step if old else step, **identity)

    survivors = [f"{number}-{place}" for place in range(rng.randrange(1, 5))]
    for account in survivors:
        records[f"account|{account}"] = draw(f"account|{account}", "crm_account", account)
    for place in range(5, 5 + rng.randrange(0, 3)):
        loser = f"account|{number}-{place}"
        records[loser] = draw(loser, "merged_account", rng.choice(survivors))
    partner_records = [
        f"partner|{partner}|{number}-{place}"
        for partner in ("alpha", "beta")
        for place in range(rng.randrange(0, 4))
    ]
    for record_id in partner_records:
        records[record_id] = draw(record_id, "partner_record", None)
    accepted, rejected, automatic = [], [], []
    for theirs in partner_records:
        fate = rng.random()
        ours = [f"account|{account}" for account in survivors]
        rng.shuffle(ours)
        if fate < 0.15:
            accepted += [(one, theirs) for one in ours[: rng.randrange(1, 3)]]
        elif fate < 0.6:
            theirs_duns, our_duns = records[theirs].duns, records[ours[0]].duns
            if not (theirs_duns and our_duns and theirs_duns != our_duns):
                automatic.append((ours[0], theirs))
        taken = {*accepted, *automatic}
        if rng.random() < 0.2 and (ours[-1], theirs) not in taken:
            rejected.append((ours[-1], theirs))
    known.update(records)
    return World(tuple(records.values()), tuple(accepted), tuple(rejected), tuple(automatic))


def together(worlds: list[World]) -> World:
    """Many worlds that know nothing of each other as one."""
    return World(
        *(
            tuple(one for world in worlds for one in getattr(world, name))
            for name in ("records", "accepted", "rejected", "automatic")
        )
    )


@pytest.mark.parametrize("seed", [1])
def test_companies_and_their_ids_equal_a_plain_computation(
    company_models: Callable[[], CompanyModels], seed: int
) -> None:
    rng = random.Random(seed)
    models, plain = company_models(), Ids()
    known: list[dict[str, Record]] = [{} for _ in range(WORLDS)]
    joined = split = 0
    for refresh in range(1, REFRESHES + 1):
        worlds = [a_world(rng, number, refresh, known[number]) for number in range(WORLDS)]
        world = together(worlds)
        earlier = dict(plain.company)
        expected = plain.refresh(world, refresh, refresh)
        found = models.refresh(world, refresh, refresh)
        differing = {record for record in expected if expected[record] != found.get(record)}
        guilty = {record.split("|")[-1].split("-")[0] for record in differing}
        assert not differing, worlds[int(min(guilty))]
        assert models.refresh(world, refresh, refresh) == found, "a second look changes nothing"
        joined += len(expected) - len(set(expected.values()))
        split += sum(
            earlier.get(record, company) != company for record, company in expected.items()
        )
    assert joined > WORLDS and split > WORLDS, "else the worlds are too simple to tell anything"
