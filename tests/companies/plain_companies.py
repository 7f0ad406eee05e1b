"""The rules of companies in plain Python: slow, obvious, and written without a look at the SQL.

`companies_of` says which records are one company; `Ids` carries ids from refresh to refresh.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from hashlib import md5


@dataclass(frozen=True)
class Record:
    """One record; `account` is the surviving account of an account of ours."""

    record_id: str
    kind: str
    account: str | None
    step: int
    name: str | None = None
    domain: str | None = None
    host: str | None = None
    duns: str | None = None
    country: str | None = None


@dataclass(frozen=True)
class World:
    """What one refresh knows: records and pairs of record ids (ours, theirs)."""

    records: tuple[Record, ...]
    accepted: tuple[tuple[str, str], ...] = ()
    rejected: tuple[tuple[str, str], ...] = ()
    automatic: tuple[tuple[str, str], ...] = ()


def components(things: Iterable[str], links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The least thing that each thing is linked with, over any number of links."""
    neighbours: dict[str, set[str]] = {thing: set() for thing in things}
    for one, other in links:
        neighbours[one].add(other)
        neighbours[other].add(one)
    least: dict[str, str] = {}
    for start in sorted(neighbours):
        waiting = [start]
        while waiting:
            thing = waiting.pop()
            if thing not in least:
                least[thing] = start
                waiting.extend(neighbours[thing])
    return least


def direct_groups(world: World) -> dict[str, str]:
    """Merges, what people accepted, and automatic matches that contradict nobody."""
    by_id = {record.record_id: record for record in world.records}
    merges = [
        (record.record_id, f"account|{record.account}")
        for record in world.records
        if record.kind == "merged_account"
    ]
    firm = components(by_id, [*merges, *world.accepted])
    ours = {firm[account] for account in by_id if by_id[account].account is not None}
    numbers: dict[str, set[str]] = defaultdict(set)
    for record in world.records:
        if record.duns and firm[record.record_id] in ours:
            numbers[firm[record.record_id]].add(record.duns)
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for account, theirs in world.automatic:
        if duns := by_id[theirs].duns:
            votes[firm[account]][duns] += 1
    for group, counted in votes.items():
        if not numbers[group]:
            numbers[group] = {min(counted, key=lambda duns: (-counted[duns], duns))}
    told_apart = {(firm[account], theirs) for account, theirs in world.rejected}
    followed = [
        (account, theirs)
        for account, theirs in world.automatic
        if (not by_id[theirs].duns or by_id[theirs].duns in numbers[firm[account]])
        and (firm[account], theirs) not in told_apart
    ]
    return components(by_id, [*merges, *world.accepted, *followed])


def companies_of(world: World) -> dict[str, str]:
    """The least record of the company of each record."""
    group_of = direct_groups(world)
    members: dict[str, list[Record]] = defaultdict(list)
    for record in world.records:
        members[group_of[record.record_id]].append(record)
    numbers = {
        group: {record.duns for record in found if record.duns} for group, found in members.items()
    }
    countries = {
        group: {record.country for record in found if record.country}
        for group, found in members.items()
    }
    key_groups: dict[tuple[int, str], set[str]] = defaultdict(set)
    for group, found in members.items():
        for record in found:
            if record.duns:
                key_groups[(1, record.duns)].add(group)
            if record.domain and record.name:
                key_groups[(2, f"{record.domain} {record.name}")].add(group)
            is_ours = any(one.kind == "crm_account" for one in found)
            if record.host and record.country and not is_ours:
                key_groups[(3, f"{record.host} {record.country}")].add(group)
    joins: list[tuple[int, str, frozenset[str]]] = []
    for (rank, value), sharing in key_groups.items():
        parts: dict[tuple[str, str], set[str]] = defaultdict(set)
        duns = {group: min(numbers[group], default="none") for group in sharing}
        land = {group: min(countries[group], default="none") for group in sharing}
        by_duns = rank > 1 and len(set(duns.values()) - {"none"}) > 1
        by_land = rank == 2 and len(set(land.values()) - {"none"}) > 1
        for group in sharing:
            parts[(duns[group] if by_duns else "", land[group] if by_land else "")].add(group)
        joins += [(rank, value, frozenset(part)) for part in parts.values() if len(part) > 1]
    linked = [(min(part), group) for _, _, part in joins for group in part]
    chain_of = components(members, linked)
    rejected = {
        (group_of[one], group_of[other])
        for one, other in world.rejected
        if one in group_of and other in group_of
    }
    told_apart = {group for pair in rejected for group in pair}
    chains: dict[str, list[str]] = defaultdict(list)
    for group, chain in chain_of.items():
        chains[chain].append(group)
    company: dict[str, str] = {}
    for chain in chains.values():
        if not _contradicts(chain, members, rejected):
            company.update(dict.fromkeys(chain, min(chain)))
            continue
        strongest = {group: _strongest_key(group, joins) for group in chain}
        for group in chain:
            if group in told_apart or strongest[group] is None:
                company[group] = group
            else:
                company[group] = min(
                    other
                    for other in chain
                    if strongest[other] == strongest[group] and other not in told_apart
                )
    return {record: company[group] for record, group in group_of.items()}


def _contradicts(
    chain: list[str], members: dict[str, list[Record]], rejected: set[tuple[str, str]]
) -> bool:
    if any(one != other and one in chain and other in chain for one, other in rejected):
        return True

    def share_one(value_of: Callable[[Record], str | None], *, every: bool = False) -> bool:
        held = [{value_of(one) for one in members[group]} - {None} for group in chain]
        known = [values for values in held if values]
        if every and len(known) < len(chain):
            return False
        return not known or bool(set.intersection(*known))

    if not share_one(lambda record: record.duns):
        return True
    same_domain = share_one(lambda record: record.domain)
    same_name = share_one(lambda record: record.name)
    if share_one(lambda record: record.duns, every=True):
        return False
    same_country = share_one(lambda record: record.country)
    return not ((same_domain or same_name) and same_country)


def _strongest_key(group: str, joins: list[tuple[int, str, frozenset[str]]]) -> Hashable:
    own = [
        (rank, -len(part), value, tuple(sorted(part)))
        for rank, value, part in joins
        if group in part
    ]
    return min(own, default=None)


def hashed(*parts: object) -> str:
    """An id as the warehouse makes it."""
    return "co_" + md5("|".join(map(str, parts)).encode()).hexdigest()


@dataclass
class Ids:
    """Ids of companies from refresh to refresh."""

    company: dict[str, str] = field(default_factory=dict)
    """What each record was last in, whether it is still there or not."""
    age: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Step and record with which each company began."""
    keeper: dict[str, str] = field(default_factory=dict)
    """The record that keeps the id of each company when it is split into equal parts."""

    def refresh(self, world: World, number: int, newest_step: int) -> dict[str, str]:
        """The company id of every record after this refresh."""
        steps = {record.record_id: record.step for record in world.records}
        for record, step in steps.items():
            if record not in self.company:
                self.company[record] = hashed(record)
                self.age.setdefault(hashed(record), (step, record))
                self.keeper.setdefault(hashed(record), record)
        parts: dict[str, list[str]] = defaultdict(list)
        for record, part in companies_of(world).items():
            parts[part].append(record)
        claims: dict[str, list[tuple[int, bool, int, str, str]]] = defaultdict(list)
        for part, found in parts.items():
            for company, count in Counter(self.company[record] for record in found).items():
                voters = [record for record in found if self.company[record] == company]
                oldest = min(steps[record] for record in voters)
                is_strange = self.keeper[company] not in voters
                claims[company].append((-count, is_strange, oldest, min(voters), part))
        won: dict[str, list[str]] = defaultdict(list)
        for company, claimed in claims.items():
            won[min(claimed)[-1]].append(company)
        oldest_won = {
            part: min(companies, key=lambda one: (*self.age[one], one))
            for part, companies in won.items()
        }
        living = set(oldest_won.values())
        result = {}
        for part, found in parts.items():
            if part in oldest_won:
                company = oldest_won[part]
            else:
                founder = min(found, key=lambda record: (steps[record], record))
                company, age = hashed(founder), (steps[founder], founder)
                if company in living:
                    company, age = hashed(founder, number), (newest_step, founder)
                self.age[company] = age
                self.keeper[company] = founder
            if self.keeper[company] not in found:
                self.keeper[company] = min(found, key=lambda record: (steps[record], record))
            result.update(dict.fromkeys(found, company))
        self.company.update(result)
        return result
