"""Salesforce exports of Task and Event.

Ordinary activities are drawn here from their number, chunk by chunk; partner activities and those
of the cases are written from their rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.demo_company.arrow_text import (
    booleans,
    constant,
    day_text,
    integers,
    masked,
    pick,
    salesforce_stamp,
)
from orchestration.demo_company.clock import Moments, moment
from orchestration.demo_company.crm_export import FEED, Build, Rows
from orchestration.demo_company.identifiers import (
    ACCOUNT,
    CONTACT,
    EVENT,
    OPPORTUNITY,
    TASK,
    USER,
    salesforce_ids,
)
from orchestration.demo_company.inbox import Inbox, chunks, landing_of, slices
from orchestration.demo_company.opportunities import OwnerHistory, owner_history, rows_noise
from orchestration.demo_company.story import Story

_TASKS: tuple[tuple[str, str, str], ...] = (  # type, subtype, subject
    ("Call", "Call", "Call: discovery"),
    ("Email", "Email", "Email: follow-up"),
    ("Email", "Email", "Email: pricing question"),
    ("Call", "Call", "Call: status"),
    ("Other", "Task", "Prepare business case"),
    ("Email", "Cadence", "Email: sequence step"),
)
_EVENTS: tuple[tuple[str, str, int], ...] = (  # type, subject, minutes
    ("Meeting", "Discovery meeting", 30),
    ("Demo", "Product demo", 60),
    ("Meeting", "Weekly check-in", 30),
    ("Workshop", "Requirements workshop", 90),
)


def write_activities(inbox: Inbox, story: Story) -> None:
    """Tasks and events of every landing."""
    drawer = _Drawer.of(story)
    ordinary, extra = story.ordinary, story.extra_activities
    landing = landing_of(ordinary.recorded(np.arange(len(ordinary))), story.exports)
    extra_landing = landing_of(extra["recorded"].to_numpy(), story.exports)
    is_event = ordinary.is_event
    for name, wants_event, build, build_extra in (
        ("Task", False, drawer.tasks, _extra_tasks),
        ("Event", True, drawer.events, _extra_events),
    ):
        own = np.flatnonzero(is_event == wants_event)
        more = np.flatnonzero((extra["is_event"] == wants_event).to_numpy())
        parts = slices(landing[own], len(story.landings))
        more_parts = slices(extra_landing[more], len(story.landings))
        for number, (rows, more_rows) in enumerate(zip(parts, more_parts, strict=True)):
            if len(rows) + len(more_rows):
                tables = _both(story, build, own[rows], build_extra, more[more_rows])
                inbox.write_csv(FEED, int(story.landings[number]), f"{name}.csv", tables, name)


def _both(
    story: Story,
    build: Build,
    ordinary: Rows,
    build_extra: Callable[[Story, Rows], pa.Table],
    extra: Rows,
) -> Iterator[pa.Table]:
    """One landing's activities: the ordinary ones in chunks, then the others."""
    for part in chunks(ordinary):
        yield build(part)
    if len(extra):
        yield build_extra(story, extra)


@dataclass(frozen=True)
class _Drawer:
    """Draws what ordinary activities do not store."""

    story: Story
    owners: OwnerHistory
    first_contact: npt.NDArray[np.int64]  # by account, -1 for none
    contact_since: Moments
    left_at: Moments  # by user
    stand_in: int  # who acts for reps that have left

    @classmethod
    def of(cls, story: Story) -> _Drawer:
        """The drawer of one story."""
        contacts = story.contacts[(story.contacts["case"] == 0).to_numpy()]
        accounts = contacts["account"].to_numpy()
        first_contact = np.full(len(story.accounts), -1, np.int64)
        first_contact[accounts[::-1]] = np.arange(len(accounts))[::-1]
        left_on = np.array([min(person.left_on, 40_000) for person in story.org.people])
        return cls(
            story=story,
            owners=owner_history(story.deal_states),
            first_contact=first_contact,
            contact_since=contacts["created"].to_numpy(),
            left_at=moment(left_on, 0),
            stand_in=story.org.of_kind("development")[0].number,
        )

    def _common(self, rows: Rows) -> tuple[dict[str, pa.Array], Moments]:
        """Id-free columns that tasks and events share, and when each was recorded."""
        story = self.story
        link = story.ordinary.link[rows]
        is_on_deal = link >= 0
        deal = np.where(is_on_deal, link, -1).astype(np.int64)
        known = np.maximum(deal, 0)
        account = np.where(is_on_deal, story.deals.account[known], -1 - link).astype(np.int64)
        recorded = story.ordinary.recorded(rows)
        owner = np.where(is_on_deal, self.owners.at(known, recorded), story.accounts.owner[account])
        owner = np.where(recorded >= self.left_at[owner], self.stand_in, owner)
        contact = np.where(rows % 5 < 3, self.first_contact[account], -1)
        contact = np.where(self.contact_since[contact] < recorded, contact, -1)
        return {
            "WhoId": salesforce_ids(CONTACT, np.maximum(contact, 0), contact >= 0),
            "WhatId": what_ids(deal, account),
            "AccountId": salesforce_ids(ACCOUNT, account),
            "OwnerId": salesforce_ids(USER, owner),
        }, recorded

    def tasks(self, rows: Rows) -> pa.Table:
        """Ordinary tasks."""
        common, recorded = self._common(rows)
        kind = rows_noise(rows, 4) % len(_TASKS)
        stamps = salesforce_stamp(recorded)
        no, nothing = booleans(np.zeros(len(rows))), pa.nulls(len(rows), pa.string())
        return pa.table(
            {
                "Id": salesforce_ids(TASK, rows),
                **common,
                "Subject": pick([task[2] for task in _TASKS], kind),
                "ActivityDate": day_text(self.story.ordinary.day[rows]),
                "Status": constant("Completed", len(rows)),
                "Type": pick([task[0] for task in _TASKS], kind),
                "TaskSubtype": pick([task[1] for task in _TASKS], kind),
                "IsClosed": booleans(np.ones(len(rows))),
                "CompletedDateTime": stamps,
                "CreatedDate": stamps,
                "IsDeleted": no,
                "IsRecurrence": no,
                "RecurrenceActivityId": nothing,
                "Partner_Account__c": nothing,
                "SystemModstamp": stamps,
            }
        )

    def events(self, rows: Rows) -> pa.Table:
        """Ordinary events."""
        common, recorded = self._common(rows)
        kind = rows_noise(rows, 6) % len(_EVENTS)
        minutes = np.array([event[2] for event in _EVENTS])[kind]
        starts = moment(self.story.ordinary.day[rows], 9 * 3600 + (rows % 11) * 1_800)
        no, nothing = booleans(np.zeros(len(rows))), pa.nulls(len(rows), pa.string())
        return pa.table(
            {
                "Id": salesforce_ids(EVENT, rows),
                **common,
                "Subject": pick([event[1] for event in _EVENTS], kind),
                **_event_times(self.story.ordinary.day[rows], starts, minutes),
                "Type": pick([event[0] for event in _EVENTS], kind),
                "EventSubtype": constant("Event", len(rows)),
                "ShowAs": constant("Busy", len(rows)),
                "IsChild": no,
                "IsGroupEvent": no,
                "GroupEventType": constant("0", len(rows)),
                "IsRecurrence": no,
                "RecurrenceActivityId": nothing,
                "CreatedDate": salesforce_stamp(recorded),
                "IsDeleted": no,
                "Partner_Account__c": nothing,
                "SystemModstamp": salesforce_stamp(recorded),
            }
        )


def _event_times(
    day: npt.NDArray[np.int32], starts: Moments, minutes: npt.NDArray[np.int64]
) -> dict[str, pa.Array]:
    stamps = salesforce_stamp(starts)
    return {
        "ActivityDate": day_text(day),
        "ActivityDateTime": stamps,
        "StartDateTime": stamps,
        "EndDateTime": salesforce_stamp(starts + minutes * 60),
        "DurationInMinutes": integers(minutes),
    }


def what_ids(deal: Rows, account: Rows) -> pa.Array:
    """WhatId: the deal where there is one, else the account where there is one."""
    return pc.if_else(
        pa.array(deal >= 0),
        salesforce_ids(OPPORTUNITY, np.maximum(deal, 0)),
        salesforce_ids(ACCOUNT, np.maximum(account, 0), account >= 0),
    )


def extra_activity_ids(story: Story, rows: npt.ArrayLike) -> pa.Array:
    """The CRM ids of partner activities and those of the cases."""
    numbers = np.asarray(rows, np.int64)
    is_event = story.extra_activities["is_event"].to_numpy().astype(bool)[numbers]
    ids = numbers + len(story.ordinary)
    return pc.if_else(pa.array(is_event), salesforce_ids(EVENT, ids), salesforce_ids(TASK, ids))


def _words(part: pd.DataFrame, column: str) -> pa.Array:
    return pa.array(part[column].tolist(), pa.string())


def _extra_common(story: Story, part: pd.DataFrame, rows: Rows) -> dict[str, pa.Array]:
    account, deal = part["account"].to_numpy(), part["opportunity"].to_numpy()
    return {
        "Id": extra_activity_ids(story, rows),
        "WhoId": _words(part, "who"),
        "WhatId": what_ids(deal, account),
        "AccountId": salesforce_ids(ACCOUNT, np.maximum(account, 0), account >= 0),
        "OwnerId": salesforce_ids(USER, part["owner"].to_numpy()),
        "Subject": _words(part, "subject"),
    }


def _extra_rest(story: Story, part: pd.DataFrame) -> dict[str, pa.Array]:
    partner = part["partner"].to_numpy()
    partner_account = np.array(story.partner_accounts)[np.maximum(partner, 0)]
    series = part["recurs_from"].to_numpy().astype(np.int64)
    stamps = salesforce_stamp(part["recorded"].to_numpy())
    return {
        "CreatedDate": stamps,
        "IsDeleted": booleans(part["is_deleted"].to_numpy()),
        "IsRecurrence": booleans(part["is_recurrence"].to_numpy()),
        "RecurrenceActivityId": masked(
            extra_activity_ids(story, np.maximum(series, 0)), series >= 0
        ),
        "Partner_Account__c": salesforce_ids(ACCOUNT, partner_account, partner >= 0),
        "SystemModstamp": stamps,
    }


_TASK_COLUMNS = [
    "Id",
    "WhoId",
    "WhatId",
    "AccountId",
    "OwnerId",
    "Subject",
    "ActivityDate",
    "Status",
    "Type",
    "TaskSubtype",
    "IsClosed",
    "CompletedDateTime",
    "CreatedDate",
    "IsDeleted",
    "IsRecurrence",
    "RecurrenceActivityId",
    "Partner_Account__c",
    "SystemModstamp",
]
_EVENT_COLUMNS = [
    "Id",
    "WhoId",
    "WhatId",
    "AccountId",
    "OwnerId",
    "Subject",
    "ActivityDate",
    "ActivityDateTime",
    "StartDateTime",
    "EndDateTime",
    "DurationInMinutes",
    "Type",
    "EventSubtype",
    "ShowAs",
    "IsChild",
    "IsGroupEvent",
    "GroupEventType",
    "IsRecurrence",
    "RecurrenceActivityId",
    "CreatedDate",
    "IsDeleted",
    "Partner_Account__c",
    "SystemModstamp",
]


def _extra_tasks(story: Story, rows: Rows) -> pa.Table:
    part = story.extra_activities.iloc[rows]
    is_closed = part["is_closed"].to_numpy().astype(bool)
    columns = {
        **_extra_common(story, part, rows),
        "ActivityDate": day_text(part["day"].to_numpy()),
        "Status": pick(("Not Started", "Completed"), is_closed.astype(np.int64)),
        "Type": _words(part, "type"),
        "TaskSubtype": pa.array([word or "Task" for word in part["subtype"]], pa.string()),
        "IsClosed": booleans(is_closed),
        "CompletedDateTime": salesforce_stamp(part["recorded"].to_numpy(), is_closed),
        **_extra_rest(story, part),
    }
    return pa.table({name: columns[name] for name in _TASK_COLUMNS})


def _extra_events(story: Story, rows: Rows) -> pa.Table:
    part = story.extra_activities.iloc[rows]
    minutes = part["minutes"].to_numpy().astype(np.int64)
    is_group = part["is_group"].to_numpy().astype(bool)
    columns = {
        **_extra_common(story, part, rows),
        **_event_times(part["day"].to_numpy(), part["occurred"].to_numpy(), minutes),
        "Type": _words(part, "type"),
        "EventSubtype": constant("Event", len(rows)),
        "ShowAs": _words(part, "show_as"),
        "IsChild": booleans(part["is_child"].to_numpy()),
        "IsGroupEvent": booleans(is_group),
        "GroupEventType": pick(("0", "1"), is_group.astype(np.int64)),
        **_extra_rest(story, part),
    }
    return pa.table({name: columns[name] for name in _EVENT_COLUMNS})
