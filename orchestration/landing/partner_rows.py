"""Which landed rows are a partner's: the columns of each table that name one, and SQL over them.

A row is the partner's by our id of the feed's partner, else by the name that a platform writes,
else by the platform's id. Names are compared as the models do (macro `name_key`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.landing.contracts import Table
from orchestration.landing.rewriting import LIST_SEPARATOR
from orchestration.landing.sql_text import literal


@dataclass(frozen=True)
class NamingColumns:
    """The columns of a landed table that say whose row it is.

    own_id: our id of the partner, which outranks the others. name: what a platform or person
    calls it. platform_id: counts where there is no name. lists: each names several partners, of
    which every one has a part in the row.
    """

    own_id: str | None = None
    name: str | None = None
    platform_id: str | None = None
    lists: tuple[str, ...] = ()


NAMING_COLUMNS: Mapping[tuple[str, str], NamingColumns] = {
    ("bilateral", "partner_accounts"): NamingColumns("partner_id"),
    ("crossbeam", "account_overlaps"): NamingColumns(
        "feed_partner_id",
        "partner_name",
        "partner_platform_id",
        ("customer_of", "opportunity_of", "prospect_of"),
    ),
    ("crossbeam", "signals"): NamingColumns(
        "feed_partner_id", "partner_name", "partner_platform_id"
    ),
    ("reveal", "accounts"): NamingColumns("feed_partner_id", "partner_name"),
    ("partnertap", "accounts"): NamingColumns(
        "feed_partner_id", "partner_org_name", "partner_platform_id"
    ),
    ("partnertap", "opportunities"): NamingColumns(
        "feed_partner_id", "partner_org_name", "partner_platform_id"
    ),
    ("partnertap", "attribution_events"): NamingColumns(
        "feed_partner_id", "partner_org_name", "partner_platform_id"
    ),
    ("templates", "partners"): NamingColumns("partner_id"),
    ("templates", "deal_registrations"): NamingColumns("partner_id", "partner_name"),
    ("templates", "partner_touches"): NamingColumns("partner_id", "partner_name"),
    ("templates", "support_log"): NamingColumns("partner_id"),
    ("templates", "partner_plans"): NamingColumns("partner_id"),
    ("templates", "attribution_overrides"): NamingColumns("partner_id"),
    ("templates", "match_decisions"): NamingColumns("partner_id"),
    ("cosell", "weekly_routes"): NamingColumns("partner_id"),
    ("cosell", "route_comparisons"): NamingColumns("partner_id"),
    ("cosell", "route_leavers"): NamingColumns("partner_id"),
}
# What platforms write of all partners, in one file.
PLATFORM_LISTS = (
    ("crossbeam", "account_overlaps"),
    ("reveal", "accounts"),
    ("partnertap", "accounts"),
    ("partnertap", "opportunities"),
)


@dataclass(frozen=True)
class NamedPartner:
    """A partner by everything that may name it in a row.

    names: as they were written. platform_ids: what platforms call it.
    """

    partner_id: str
    names: tuple[str, ...] = ()
    platform_ids: tuple[str, ...] = ()

    @property
    def keys(self) -> str:
        """SQL of the list of its names' keys."""
        return ", ".join(name_key(literal(name)) for name in self.names) or "null"


def name_key(expression: str) -> str:
    """SQL of a name as names are compared: the macro `name_key`."""
    return f"trim(regexp_replace(lower({expression}), '[^\\p{{L}}\\p{{N}}]+', ' ', 'g'))"


def is_of_partner(table: Table, partner: NamedPartner) -> str:
    """SQL that is true for rows that are the partner's alone, never NULL."""
    naming = NAMING_COLUMNS[table.source, table.name]
    cases = []
    if naming.own_id:
        cases.append(
            f"when {naming.own_id} is not null then {naming.own_id} = {literal(partner.partner_id)}"
        )
    if naming.name:
        is_named = f"{name_key(naming.name)} in ({partner.keys})"
        cases.append(f"when {naming.name} is not null then coalesce({is_named}, false)")
    if naming.platform_id:
        ids = ", ".join(literal(each) for each in partner.platform_ids) or "null"
        is_meant = f"coalesce({naming.platform_id} in ({ids}), false)"
        cases.append(f"when {naming.platform_id} is not null then {is_meant}")
    return f"case {' '.join(cases)} else false end"


def has_part_in(table: Table, partner: NamedPartner) -> str:
    """SQL that is true for rows that a list of several partners shares with this one."""
    naming = NAMING_COLUMNS[table.source, table.name]
    shares = [
        f"coalesce({without_partner(column, partner)}, '') <> coalesce({column}, '')"
        for column in naming.lists
    ]
    return f"({' or '.join(shares)})" if shares else "false"


def without_partner(column: str, partner: NamedPartner) -> str:
    """SQL of a landed list of partners' names without this one; NULL where nobody is left."""
    separator = literal(LIST_SEPARATOR)
    is_other = f"coalesce({name_key('each')} not in ({partner.keys}), true)"
    others = f"list_filter(string_split({column}, {separator}), lambda each: {is_other})"
    return f"nullif(array_to_string({others}, {separator}), '')"
