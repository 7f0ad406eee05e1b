"""By what names a partner goes in landing: those of the master and its feeds, and of platforms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.errors import CosellError
from orchestration.landing.feeds import load_feeds
from orchestration.landing.partner_rows import (
    NAMING_COLUMNS,
    PLATFORM_LISTS,
    NamedPartner,
    name_key,
)
from orchestration.landing.rewriting import LIST_SEPARATOR
from orchestration.landing.sql_text import literal
from orchestration.settings import Home, did_you_mean, load_company

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class PartnerName:
    """One name of a partner, as its off-boarding is landed.

    is_platform_name: rows of a platform's lists call it so; what else carries the name is then
    still known to be the partner's when those rows are gone.
    """

    partner_name: str
    platform_id: str | None = None
    is_platform_name: bool = False


def find_names(
    home: Home, connection: duckdb.DuckDBPyConnection, partner_id: str
) -> tuple[str, list[PartnerName]]:
    """The partner's present name, and all its names; CosellError where nobody knows the partner.

    A name that the master or a feed gives somebody else today is not this partner's, whoever had it
    before (case 29); a name that nobody lists is a partner of its own, as in the models.
    """
    _write_stated(home, connection)
    rows = connection.execute(
        "select partner_name from stated where partner_id = ? and newest = 1 "
        "order by stated_by, stated_at desc, partner_name",
        [partner_id],
    ).fetchall()
    stated = [name for (name,) in rows]
    _write_platform_names(home, connection)
    platform = connection.execute(
        """
        select distinct name, platform_id from platform_names
        where name_key in (
            select name_key from stated where partner_id = $1 and newest = 1
        ) or (
            replace(name_key, ' ', '_') = $1 and name_key not in (select name_key from stated)
        )
        order by 1, 2
        """,
        [partner_id],
    ).fetchall()
    if not stated and not platform:
        known = sorted(
            partner
            for (partner,) in connection.execute(
                "select partner_id from stated where partner_id is not null "
                "union select replace(name_key, ' ', '_') from platform_names "
                "where name_key not in (select name_key from stated)"
            ).fetchall()
        )
        raise CosellError(
            f"There is no partner {partner_id!r}{did_you_mean(partner_id, known)}: use one of "
            f"{', '.join(known) or 'none yet'}."
        )
    called = sorted({name for name, _ in platform})
    ids = sorted({platform_id for _, platform_id in platform if platform_id})
    present = (stated or called)[0]
    names = [PartnerName(name, is_platform_name=True) for name in called]
    names += [PartnerName(name) for name in sorted({*stated} - {*called})]
    names += [PartnerName(present, platform_id=each) for each in ids]
    return present, names


def named_partner(partner_id: str, names: list[PartnerName]) -> NamedPartner:
    """The partner as landed rows name it."""
    return NamedPartner(
        partner_id,
        tuple(sorted({each.partner_name for each in names})),
        tuple(sorted({each.platform_id for each in names if each.platform_id})),
    )


def _write_stated(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    """The table `stated`: who gives which partner which name; newest = 1 for whose it is today."""
    declared = [
        f"({literal(feed.partner_id)}, {literal(feed.partner_name or feed.partner_id)})"
        for feed in load_feeds(home)
        if feed.partner_id
    ]
    company = f"(null, {literal(load_company(home).name)})"
    landed = literal(str(home.landing / "templates" / "partners" / "*.parquet"))
    connection.execute(
        f"""
        create or replace temp table stated as
        select *, row_number() over (
            partition by name_key order by stated_by, stated_at desc, partner_id
        ) as newest
        from (
            select partner_id, partner_name, {name_key("partner_name")} as name_key,
                stated_by, stated_at
            from (
                select partner_id, partner_name, 2 as stated_by, max(_landed_at) as stated_at
                from read_parquet({landed})
                where partner_name is not null group by all
                union all
                select *, 1, null from (values {", ".join(declared) or "(null, null)"})
                union all
                select *, 0, null from (values {company})
            ) as named(partner_id, partner_name, stated_by, stated_at)
            where partner_name is not null
        )
        """
    )


def _write_platform_names(home: Home, connection: duckdb.DuckDBPyConnection) -> None:
    """The table `platform_names`: every name and id by which platforms' lists call a partner."""
    selects = []
    for source, table in PLATFORM_LISTS:
        naming = NAMING_COLUMNS[source, table]
        rows = f"read_parquet({literal(str(home.landing / source / table / '*.parquet'))})"
        platform_id = naming.platform_id or "cast(null as varchar)"
        called = f"coalesce({naming.name}, {platform_id})"
        selects.append(
            f"select {called} as name, {platform_id} as platform_id, {naming.name} is null as "
            f"has_id_only from {rows} where {called} is not null and {naming.own_id} is null"
        )
        selects += [
            f"select unnest(string_split({column}, {literal(LIST_SEPARATOR)})), null, false "
            f"from {rows} where {column} is not null"
            for column in naming.lists
        ]
    # An id is that of a name wherever one stands beside it.
    connection.execute(
        f"""
        create or replace temp table platform_names as
        with named as ({" union ".join(selects)}),
        of_ids as (
            select platform_id, max(name) as name from named
            where platform_id is not null and not has_id_only group by platform_id
        )
        select coalesce(case when named.has_id_only then of_ids.name end, named.name) as name,
            named.platform_id,
            {name_key("coalesce(case when named.has_id_only then of_ids.name end, named.name)")}
                as name_key
        from named left join of_ids on named.platform_id = of_ids.platform_id
        """
    )
