"""Salesforce exports of User and UserRole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from orchestration.demo_company.arrow_text import booleans, constant, pick, salesforce_stamp
from orchestration.demo_company.clock import FINAL_LANDING, moment
from orchestration.demo_company.crm_export import FEED, Rows, export, weekly
from orchestration.demo_company.identifiers import PROFILE, ROLE, USER, salesforce_ids
from orchestration.demo_company.inbox import Inbox
from orchestration.demo_company.people import Organisation, Person
from orchestration.demo_company.story import Story


def user_states(org: Organisation) -> pd.DataFrame:
    """Every state of every user: user, at, manager, role, active, title."""
    rows = [state for person in org.people for state in _states_of(person)]
    return pd.DataFrame(rows, columns=["user", "at", "manager", "role", "active", "title"])


def _states_of(person: Person) -> list[tuple[int, int, int, int, bool, str]]:
    changes = {person.hired_on}
    for dated in (person.managers, person.roles, person.titles):
        changes |= {entry[0] for entry in dated}
    is_leaver = person.left_on <= FINAL_LANDING
    if is_leaver:
        changes.add(person.left_on)
    states = []
    for on in sorted(changes):
        role = max((entry for entry in person.roles if entry[0] <= on), default=(0, -1))[1]
        title = max((x for x in person.titles if x[0] <= on), default=(0, person.title))[1]
        is_active = not (is_leaver and on >= person.left_on)
        hour = 8 if on == person.hired_on else 18
        at = int(moment(on, hour * 3600))
        states.append((person.number, at, person.manager_on(on), role, is_active, title))
    return states


def write_users(inbox: Inbox, story: Story) -> None:
    """Every change of a user: manager, role, title, leaving."""
    states = user_states(story.org)
    landing = weekly(states["user"].to_numpy(), states["at"].to_numpy(), story.exports)
    export(
        inbox,
        story.landings,
        "User",
        landing,
        lambda rows: _user_table(story.org, states.iloc[rows]),
    )
    _write_roles(inbox, story)


def _user_table(org: Organisation, states: pd.DataFrame) -> pa.Table:
    people, user = org.people, states["user"].to_numpy()
    manager, role = states["manager"].to_numpy(), states["role"].to_numpy()
    created = moment(np.array([person.hired_on for person in people]), 8 * 3600)
    return pa.table(
        {
            "Id": salesforce_ids(USER, user),
            "Name": pick([person.name for person in people], user),
            "Email": pick([person.email for person in people], user),
            "IsActive": booleans(states["active"].to_numpy()),
            "ManagerId": salesforce_ids(USER, np.maximum(manager, 0), manager >= 0),
            "UserRoleId": salesforce_ids(ROLE, np.maximum(role, 0), role >= 0),
            "ProfileId": salesforce_ids(PROFILE, np.zeros(len(user), np.int64)),
            "UserType": constant("Standard", len(user)),
            "Title": pa.array([title or None for title in states["title"]], pa.string()),
            "Country": pick([person.country for person in people], user),
            "DefaultCurrencyIsoCode": pick([person.currency for person in people], user),
            "CreatedDate": salesforce_stamp(created[user]),
            "SystemModstamp": salesforce_stamp(states["at"].to_numpy()),
        }
    )


def _write_roles(inbox: Inbox, story: Story) -> None:
    """The tree of roles never changes; people move in it."""
    roles = story.org.roles
    numbers: Rows = np.arange(len(roles))
    parents = np.array([role.parent for role in roles])
    names = [role.name for role in roles]
    table = pa.table(
        {
            "Id": salesforce_ids(ROLE, numbers),
            "Name": names,
            "DeveloperName": [name.replace(" ", "_").replace("&", "and") for name in names],
            "ParentRoleId": salesforce_ids(ROLE, np.maximum(parents, 0), parents >= 0),
            "RollupDescription": names,
        }
    )
    inbox.write_csv(FEED, int(story.landings[0]), "UserRole.csv", [table], "UserRole")
