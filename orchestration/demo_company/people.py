"""Who works at Northwind Metrics: reps and their seats, managers, roles, and what changes when.

People are few (hundreds), so they are plain objects; everything that exists in millions is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from orchestration.demo_company.clock import (
    FINAL_LANDING,
    NEVER,
    OLDEST_DAY,
    STORY_START,
    Days,
    day,
    on_weekday,
)
from orchestration.demo_company.identifiers import ROLE, USER, salesforce_id
from orchestration.demo_company.names import COUNTRY_INDEX, FAMILY_NAMES, GIVEN_NAMES
from orchestration.demo_company.random_streams import Random, stream
from orchestration.demo_company.sizes import DemoSize

EMAIL_DOMAIN = "northwindmetrics.com"
COMPANY_START = day("2021-03-01")

# How gladly a rep works with partners: chances that a deal is sourced or influenced.
CHAMPION, REGULAR, LONER = "champion", "regular", "loner"
SOURCED_CHANCE = {CHAMPION: 0.34, REGULAR: 0.14, LONER: 0.0}
INFLUENCED_CHANCE = {CHAMPION: 0.34, REGULAR: 0.23, LONER: 0.0}

_HOME_TEAMS = ("New York", "New England", "Southeast", "Midwest", "Texas", "Mountain", "Pacific")
_FOREIGN_TEAMS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("UK & Ireland", ("GB",), "GB"),
    ("Continental Europe", ("DE", "FR", "NL"), "DE"),
    ("Asia Pacific", ("JP", "AU"), "AU"),
)


@dataclass
class Leave:
    """Days on which a rep does not sell, both included."""

    starts_on: int
    ends_on: int
    note: str


@dataclass
class Ramp:
    """Days on which only a share of the target is expected."""

    starts_on: int
    ends_on: int
    factor: float


@dataclass
class Transfer:
    """A move to another team."""

    on: int
    note: str


@dataclass
class Person:
    """One CRM user. `kind`: rep, manager, leader, development, partnerships, queue, integration."""

    number: int
    name: str
    email: str
    kind: str
    title: str
    hired_on: int
    country: str = "US"
    currency: str = "USD"
    left_on: int = int(NEVER)
    team: int = -1
    style: str = REGULAR
    managers: list[tuple[int, int]] = field(default_factory=list)  # (from day, user; -1 nobody)
    roles: list[tuple[int, int]] = field(default_factory=list)  # (from day, role)
    titles: list[tuple[int, str]] = field(default_factory=list)
    seat_from: int = 0
    seat_to: int = int(NEVER)
    leaves: list[Leave] = field(default_factory=list)
    ramps: list[Ramp] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    holidays_country: str | None = None  # None: the company's
    quota_currency: str = "USD"
    target_scale: float = 1.0
    case: str = ""

    @property
    def user_id(self) -> str:
        """The CRM user id."""
        return salesforce_id(USER, self.number)

    @property
    def is_rep(self) -> bool:
        """Whether the person holds a quota seat at some time."""
        return self.kind == "rep"

    def manager_on(self, on: int) -> int:
        """The user number of the manager on a day, -1 for nobody."""
        return max((m for m in self.managers if m[0] <= on), default=(0, -1))[1]


@dataclass(frozen=True)
class Role:
    """One node of the role tree (who may see whose data), which is not the people line."""

    number: int
    name: str
    parent: int

    @property
    def role_id(self) -> str:
        """The CRM role id."""
        return salesforce_id(ROLE, self.number)


@dataclass(frozen=True)
class Team:
    """A sales team and where its customers are."""

    name: str
    countries: tuple[str, ...]
    country: str


@dataclass
class Organisation:
    """Everyone, the roles and the teams."""

    people: list[Person]
    roles: list[Role]
    teams: list[Team]
    home_teams: int  # the first of the teams, which share the home market
    names_used: set[str] = field(default_factory=set)

    def of_kind(self, kind: str) -> list[Person]:
        """Everyone of one kind."""
        return [person for person in self.people if person.kind == kind]

    @property
    def reps(self) -> list[Person]:
        """Everyone who holds a seat."""
        return self.of_kind("rep")

    @property
    def random_reps(self) -> list[Person]:
        """The reps whom the random population of deals belongs to."""
        return [person for person in self.reps if not person.case]

    def emails(self) -> list[str]:
        """Every user's e-mail address, by user number."""
        return [person.email for person in self.people]

    def add(self, person: Person) -> Person:
        """Add a person whose number is the next one."""
        assert person.number == len(self.people)
        self.people.append(person)
        return person

    def add_role(self, name: str, parent: int) -> int:
        """Add a role and return its number."""
        self.roles.append(Role(len(self.roles), name, parent))
        return len(self.roles) - 1

    def new_person(self, random: Random, kind: str, title: str, hired_on: int) -> Person:
        """A person with a name nobody has yet."""
        while True:
            given = GIVEN_NAMES[int(random.integers(len(GIVEN_NAMES)))]
            family = FAMILY_NAMES[int(random.integers(len(FAMILY_NAMES)))]
            name = f"{given} {family}"
            if name in self.names_used and len(self.names_used) > 2_500:
                name = f"{given} {chr(65 + int(random.integers(26)))}. {family}"
            if name not in self.names_used:
                break
        self.names_used.add(name)
        local = name.lower().replace(". ", ".").replace(" ", ".")
        email = f"{local}@{EMAIL_DOMAIN}"
        return self.add(Person(len(self.people), name, email, kind, title, int(hired_on)))

    def teams_of_countries(self, random: Random, country: npt.NDArray[np.int8]) -> npt.NDArray:
        """A team for each account, by its country."""
        count = len(country)
        team = (random.random(count) * self.home_teams).astype(np.int16)
        for iso, index in COUNTRY_INDEX.items():
            sellers = [n for n, each in enumerate(self.teams) if iso in each.countries]
            if iso not in ("US", "CA") and sellers:
                rows = country == index
                team[rows] = np.array(sellers)[
                    (random.random(count)[rows] * len(sellers)).astype(int)
                ]
        return team


def _teams(size: DemoSize) -> tuple[list[Team], int]:
    if size.teams <= 2:
        return [
            Team("Americas", ("US", "CA"), "US"),
            Team("International", ("GB", "DE", "FR", "NL", "JP", "AU"), "GB"),
        ], 1
    foreign = max(3, size.teams // 3)
    home = size.teams - foreign
    names = [
        _HOME_TEAMS[n % len(_HOME_TEAMS)] + (f" {n // len(_HOME_TEAMS) + 1}" if n >= 7 else "")
        for n in range(home)
    ]
    teams = [Team(name, ("US", "CA"), "US") for name in names]
    for number in range(foreign):
        name, countries, country = _FOREIGN_TEAMS[number % 3]
        suffix = f" {number // 3 + 1}" if number >= 3 else ""
        teams.append(Team(name + suffix, countries, country))
    return teams, home


def organisation(seed: int, size: DemoSize) -> Organisation:
    """Leaders, managers, reps with seats over time, and the users that are no people."""
    random = stream(seed, "people")
    teams, home_teams = _teams(size)
    org = Organisation([], [], teams, home_teams)
    executive_role = org.add_role("Chief Executive Officer", -1)
    revenue_role = org.add_role("Chief Revenue Officer", executive_role)
    sales_role = org.add_role("VP Sales", revenue_role)
    partner_role = org.add_role("Partnerships", revenue_role)
    development_role = org.add_role("Sales Development", sales_role)
    operations_role = org.add_role("Sales Operations", executive_role)

    chief = org.new_person(random, "leader", "Chief Revenue Officer", COMPANY_START)
    head = org.new_person(random, "leader", "VP Sales", COMPANY_START)
    for person, role in ((chief, revenue_role), (head, sales_role)):
        person.roles.append((person.hired_on, role))
        person.managers.append((person.hired_on, -1 if person is chief else chief.number))

    managers = []
    for number, team in enumerate(teams):
        manager = org.new_person(
            random, "manager", f"Regional Director, {team.name}", COMPANY_START
        )
        manager.team, manager.country = number, team.country
        manager.managers.append((manager.hired_on, head.number))
        role = org.add_role(f"Director {team.name}", sales_role)
        manager.roles.append((manager.hired_on, role))
        org.add_role(f"Account Executive {team.name}", role)
        managers.append(manager)

    for title, role, kind, count in (
        ("Partner Manager", partner_role, "partnerships", 3),
        ("Sales Development Representative", development_role, "development", 4),
    ):
        for _ in range(count):
            person = org.new_person(random, kind, title, COMPANY_START)
            person.managers.append((person.hired_on, head.number))
            person.roles.append((person.hired_on, role))
    for name, local, kind in (
        ("Unassigned Pipeline", "unassigned.pipeline", "queue"),
        ("Marketing Automation", "integration.marketing", "integration"),
        ("System Administrator", "crm.admin", "integration"),
    ):
        user = Person(len(org.people), name, f"{local}@{EMAIL_DOMAIN}", kind, "", COMPANY_START)
        user.roles.append((COMPANY_START, operations_role))
        user.managers.append((COMPANY_START, -1))
        org.add(user)

    for number in range(size.reps):
        _hire_random_rep(org, random, number, size.reps, managers)
    _reorganise(org, random)
    return org


def _hire_random_rep(
    org: Organisation, random: Random, number: int, count: int, managers: list[Person]
) -> None:
    """A rep who is there from before, hired during the story, or leaves during it."""
    fate = number % 10  # seven stay, two are hired mid-story, one leaves
    if fate in (3, 8):
        hired_on = int(random.integers(STORY_START + 20, FINAL_LANDING - 120))
    else:
        hired_on = int(random.integers(COMPANY_START, OLDEST_DAY - 120))
    rep = org.new_person(random, "rep", "Account Executive", int(on_weekday([hired_on])[0]))
    # Every team keeps somebody who is there from the first day to the last.
    rep.team = (
        number % len(org.teams) if fate not in (3, 8) else int(random.integers(len(org.teams)))
    )
    team = org.teams[rep.team]
    rep.country = team.country
    rep.style = (
        CHAMPION,
        REGULAR,
        LONER,
        REGULAR,
        REGULAR,
        CHAMPION,
        LONER,
        REGULAR,
        LONER,
        REGULAR,
    )[(number + int(random.integers(3))) % 10]
    rep.seat_from = rep.hired_on
    rep.target_scale = float(np.round(random.uniform(0.8, 1.25), 2))
    rep.holidays_country = team.country if team.country != "US" else None
    manager = managers[rep.team]
    rep.managers.append((rep.hired_on, manager.number))
    rep.roles.append((rep.hired_on, manager.roles[0][1] + 1))
    if rep.hired_on >= STORY_START:
        for month, factor in enumerate((0.25, 0.5, 0.75)):
            start = rep.hired_on + 30 * month
            rep.ramps.append(Ramp(start, start + 29, factor))
    if fate == 6 and count > len(org.teams) * 2:
        left_on = int(on_weekday([random.integers(day("2025-06-01"), day("2026-06-01"))])[0])
        rep.left_on, rep.seat_to = left_on, left_on
    elif random.random() < 0.22:
        start = int(on_weekday([random.integers(STORY_START + 30, FINAL_LANDING - 150)])[0])
        if start > rep.hired_on + 120:
            length = int(random.choice([14, 28, 56, 84]))
            note = "Parental leave" if length > 28 else "Medical leave"
            rep.leaves.append(Leave(start, start + length - 1, note))


def _reorganise(org: Organisation, random: Random) -> None:
    """Managers and territories that change during the story, one in twelve reps."""
    managers = org.of_kind("manager")
    for rep in org.random_reps[::12]:
        if rep.left_on != NEVER or rep.hired_on >= STORY_START:
            continue
        others = [m for m in managers if m.team != rep.team and (m.country == rep.country)]
        if not others:
            continue
        on = int(on_weekday([random.integers(day("2025-05-15"), day("2026-05-15"))])[0])
        manager = others[int(random.integers(len(others)))]
        rep.managers.append((on, manager.number))
        rep.roles.append((on, manager.roles[0][1] + 1))
        rep.transfers.append(Transfer(on, f"To {org.teams[manager.team].name}"))


@dataclass(frozen=True)
class SeatPlan:
    """For each rep when the seat was held, as arrays over user numbers."""

    seat_from: Days
    seat_to: Days
    team: npt.NDArray[np.int16]
    is_rep: npt.NDArray[np.bool_]
    sourced_chance: npt.NDArray[np.float64]
    influenced_chance: npt.NDArray[np.float64]


def seat_plan(org: Organisation) -> SeatPlan:
    """Seats of the random reps; planted ones own only what their case gives them."""
    people = org.people
    is_rep = np.array([p.is_rep and not p.case for p in people])
    return SeatPlan(
        seat_from=np.array([p.seat_from if p.is_rep else NEVER for p in people], np.int32),
        seat_to=np.array([min(p.seat_to, NEVER) for p in people], np.int32),
        team=np.array([p.team for p in people], np.int16),
        is_rep=is_rep,
        sourced_chance=np.array([SOURCED_CHANCE[p.style] for p in people]),
        influenced_chance=np.array([INFLUENCED_CHANCE[p.style] for p in people]),
    )


def owners_in_seat(
    random: Random,
    plan: SeatPlan,
    wanted: npt.NDArray[np.int32],
    team: npt.NDArray[np.int16],
    days: Days,
) -> npt.NDArray[np.int32]:
    """The wanted owner where in seat on the day, else a colleague of the team who is."""
    ok = (plan.seat_from[wanted] <= days) & (days < plan.seat_to[wanted])
    owners = wanted.copy()
    rows = np.flatnonzero(~ok)
    months = days[rows] // 28
    for team_number in np.unique(team[rows]):
        members = np.flatnonzero(plan.is_rep & (plan.team == team_number))
        for month in np.unique(months[team[rows] == team_number]):
            part = rows[(team[rows] == team_number) & (months == month)]
            first, last = int(month) * 28, int(month) * 28 + 27
            seated = members[(plan.seat_from[members] <= first) & (plan.seat_to[members] > last)]
            if len(seated) == 0:
                seated = np.flatnonzero(
                    plan.is_rep & (plan.seat_from <= first) & (plan.seat_to > last)
                )
            owners[part] = seated[(random.random(len(part)) * len(seated)).astype(np.int64)]
    return owners
