"""Labelled sets of companies as two sides to match: our accounts, partners' records, and the truth.

The files lie in `../shared/data` beside the repository (COSELL_SHARED names another place); they
are read, never copied. What a set can say and what not is in README.md.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

DATA = (
    Path(os.environ.get("COSELL_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "data"
)
COUNTRIES = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "country_names.csv"
CRM_EXCHANGES = "('LSE','HKG','ASX','PAR','GER','STO','OSL','JPX','CAI','VAN','CNQ')"
_EMPTY = "cast(null as varchar)"


@dataclass(frozen=True)
class LabelledSet:
    """Names of three tables: <name>_accounts, <name>_records and <name>_truth.

    has_field: whether names and one more field exist, so that automatic matches are asked for.
    """

    name: str
    has_field: bool = True
    is_for_training: bool = True

    def query(self, part: str) -> str:
        """The rows of accounts, records or truth."""
        return f"select * from {self.name}_{part}"


def demo_company(connection: duckdb.DuckDBPyConnection, home: Path) -> LabelledSet:
    """The accounts and lists of a built demo company, and its truth: each record's true company.

    Every record of a company is a true match of every account of it, so a company that the CRM
    holds twice has pairs that one match per record cannot give.
    """
    warehouse = home / "warehouse.duckdb"
    truth = home / "truth" / "companies.parquet"
    connection.execute(
        f"""
        attach '{warehouse}' as demo (read_only);
        create table demo_accounts as
            select account_id as record_id, account_name, website, duns, phone, country, state,
                city, industry
            from demo.intermediate.int_crm_accounts_current;
        create table demo_records as
            select partner_id as list_id, partner_account_id as record_id, account_name, website,
                duns, phone, country, state, city, industry
            from demo.matching.int_partner_accounts_known where is_in_force;
        create table demo_truth as
            select ours.record_id as crm_id, theirs.system as list_id,
                theirs.record_id as record_id
            from '{truth}' as ours join '{truth}' as theirs using (true_company_id)
            where ours.system = 'crm'
                and ours.record_id in (select record_id from demo_accounts)
                and (theirs.system, theirs.record_id)
                    in (select (list_id, record_id) from demo_records);
        detach demo
        """
    )
    return LabelledSet("demo", is_for_training=False)


def labelled_sets(connection: duckdb.DuckDBPyConnection) -> list[LabelledSet]:
    """Make the tables of every set in the connection."""
    _ror(connection)
    _three_sources(connection)
    _name_pairs(connection)
    _stackalytics(connection)
    _listings(connection)
    whole = [
        LabelledSet("ror"),
        LabelledSet("ror_country"),
        LabelledSet("three_sources"),
        LabelledSet("registry_directory"),
        LabelledSet("name_pairs"),
        LabelledSet("stackalytics_aliases", has_field=False),
        LabelledSet("stackalytics_domains"),
        LabelledSet("listings"),
        LabelledSet("listings_own_shares", is_for_training=False),
    ]
    halved = (
        "ror",
        "ror_country",
        "three_sources",
        "name_pairs",
        "stackalytics_domains",
        "listings",
    )
    return whole + [_half(connection, name) for name in halved]


def _rows(extra: str = "", **fields: str) -> str:
    """A select list with every field that the product compares, NULL where the set has none."""
    names = ("account_name", "website", "phone", "country", "city", "industry")
    chosen = ", ".join(f"{fields.get(name, _EMPTY)} as {name}" for name in names)
    return f"{extra}, {chosen}"


def _half(connection: duckdb.DuckDBPyConnection, name: str) -> LabelledSet:
    """The set with every second account gone: most records of a real list are nobody we know."""
    kept = "ascii(right(md5({}), 1)) % 2 = 0"
    connection.execute(
        f"""
        create table {name}_half_accounts as
            select * from {name}_accounts where {kept.format("record_id")};
        create table {name}_half_records as select * from {name}_records;
        create table {name}_half_truth as
            select * from {name}_truth where {kept.format("crm_id")};
        """
    )
    return LabelledSet(f"{name}_half")


def _ror(connection: duckdb.DuckDBPyConnection) -> None:
    """ROR's companies under their display name against all other names of theirs."""
    matching = DATA / "matching"
    account = _rows("ror_id as record_id", account_name="display_name", country="country_code")
    record = _rows(
        "'ror' as list_id, 'n' || number as record_id",
        account_name="name",
        country="country_code",
        city="city",
    )
    connection.execute(
        f"""
        create table companies as
            select * from read_csv('{matching}/ror_companies.csv', all_varchar = true);
        create table company_names as
            select distinct on (names.ror_id, lower(name)) names.ror_id, name, number,
                country_code, city
            from (
                select *, row_number() over () as number
                from read_csv('{matching}/ror_company_names.csv', all_varchar = true)
            ) as names
            join companies using (ror_id)
            where lower(name) <> lower(display_name) order by number;
        create table ror_accounts as
            select {account.replace(f"{_EMPTY} as city", "city")} from companies;
        create table ror_records as select {record} from company_names;
        create table ror_truth as
            select ror_id as crm_id, 'ror' as list_id, 'n' || number as record_id
            from company_names;
        create table ror_country_accounts as
            select * replace ({_EMPTY} as city) from ror_accounts;
        create table ror_country_records as select * replace ({_EMPTY} as city) from ror_records;
        create table ror_country_truth as select * from ror_truth;
        """
    )


def _three_sources(connection: duckdb.DuckDBPyConnection) -> None:
    """A CRM against a registry and a directory, and the registry against the directory."""
    start = DATA / "matching" / "entity_resolution_"
    # The directory writes street, city and post code in one field, in this order.
    city = (
        "case when len(parts) >= 3 then parts[2]"
        " when len(parts) = 2 and not regexp_matches(parts[2], '[0-9]') then parts[2] end"
    )
    crm = _rows("crm_id as record_id", account_name="account_name", city="billing_city")
    registry = _rows(
        "{} reg_id as record_id", account_name="legal_name", country="country", city="city"
    )
    directory = _rows(
        "'directory' as list_id, dir_id as record_id",
        account_name="company_name",
        phone="phone",
        city=city,
    )
    connection.execute(
        f"""
        create table directory as
            select *, string_split(full_address, ', ') as parts
            from read_csv('{start}source_directory.csv', all_varchar = true);
        create table entities as
            select source, external_id, true_entity_id
            from read_csv('{start}ground_truth.csv', all_varchar = true);
        create table three_sources_accounts as
            select {crm} from read_csv('{start}source_crm.csv', all_varchar = true);
        create table registry_directory_accounts as
            select {registry.format("")}
            from read_csv('{start}source_registry.csv', all_varchar = true);
        create table registry_directory_records as select {directory} from directory;
        create table three_sources_records as
            select {registry.format("'registry' as list_id,")}
            from read_csv('{start}source_registry.csv', all_varchar = true)
            union all select * from registry_directory_records;
        create table three_sources_truth as
            select ours.external_id as crm_id, theirs.source as list_id,
                theirs.external_id as record_id
            from entities as ours join entities as theirs using (true_entity_id)
            where ours.source = 'crm' and theirs.source <> 'crm';
        create table registry_directory_truth as
            select ours.external_id as crm_id, theirs.source as list_id,
                theirs.external_id as record_id
            from entities as ours join entities as theirs using (true_entity_id)
            where ours.source = 'registry' and theirs.source = 'directory';
        """
    )


def _name_pairs(connection: duckdb.DuckDBPyConnection) -> None:
    """500 names and what became of them in careless hands, with their country."""
    for part, list_column in (("original", ""), ("adjusted", "'adjusted' as list_id, ")):
        path = DATA / "matching" / f"name_pairs_{part}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = [tuple(row[:3]) for row in list(csv.reader(file))[1:]]
        table = "accounts" if part == "original" else "records"
        connection.execute(f"create table {part} (record_id varchar, name varchar, land varchar)")
        connection.executemany(f"insert into {part} values (?, ?, ?)", rows)
        fields = _rows(f"{list_column}record_id", account_name="name", country="land")
        connection.execute(f"create table name_pairs_{table} as select {fields} from {part}")
    connection.execute(
        "create table name_pairs_truth as select record_id as crm_id, list_id, record_id"
        " from name_pairs_records join original using (record_id)"
    )


def _stackalytics(connection: duckdb.DuckDBPyConnection) -> None:
    """Companies of open source: names against aliases, and first domains against all of them."""
    start = DATA / "matching" / "stackalytics_company_"
    account = "company_name as record_id"
    connection.execute(
        f"""
        create table aliases as
            select *, row_number() over () as number
            from read_csv('{start}aliases.csv', all_varchar = true)
            where company_name <> '*independent';
        create table domains as
            select *, row_number() over () as number
            from read_csv('{start}domains.csv', all_varchar = true)
            where company_name <> '*independent' and domain is not null;
        create table first_domains as
            select company_name, min_by(domain, number) as domain from (
                select company_name, domain, number from domains
                union all select company_name, null, 9999 + number from aliases
            ) group by company_name;
        create table stackalytics_aliases_accounts as
            select {_rows(account, account_name="company_name")} from first_domains;
        create table stackalytics_aliases_records as
            select {_rows("'aliases' as list_id, 'a' || number as record_id", account_name="alias")}
            from (
                select distinct on (company_name, lower(alias)) * from aliases
                where alias <> company_name order by number
            );
        create table stackalytics_aliases_truth as
            select company_name as crm_id, 'aliases' as list_id, 'a' || min(number) as record_id
            from aliases where alias <> company_name group by company_name, lower(alias);
        create table stackalytics_domains_accounts as
            select {_rows(account, account_name="company_name", website="domain")}
            from first_domains;
        create table stackalytics_domains_records as
            select {
            _rows(
                "'domains' as list_id, 'd' || domains.number as record_id",
                account_name="coalesce(alias, company_name)",
                website="domains.domain",
            )
        }
            from domains left join (
                select company_name, min_by(alias, number) as alias
                from aliases where alias <> company_name group by company_name
            ) using (company_name);
        create table stackalytics_domains_truth as
            select company_name as crm_id, 'domains' as list_id, 'd' || number as record_id
            from domains;
        """
    )


def _listings(connection: duckdb.DuckDBPyConnection) -> None:
    """One listing per company of some exchanges against its listings on all others, by ISIN.

    An ISIN is one security: a depositary receipt of the same company has another. Beside the set as
    it is, the own shares alone: those whose ISIN was given in the company's country.
    """
    fields = _rows(
        "{} 'L' || number as record_id",
        account_name="company_name",
        website="nullif(website, '')",
        country="nullif(country, '')",
        city="nullif(city, '')",
    )
    connection.execute(
        f"""
        create table all_listings as
            select *, row_number() over (order by symbol, exchange) as number
            from '{DATA}/companies/finance_listings_ex_us.parquet';
        create table countries as
            select country_name, country_code
            from read_csv('{COUNTRIES}', all_varchar = true);
        create table own_shares as
            select all_listings.* from all_listings join countries
                on lower(country) = country_name and left(isin, 2) = country_code;
        """
    )
    for name, source in (("listings", "all_listings"), ("listings_own_shares", "own_shares")):
        connection.execute(
            f"""
            create table {name}_ours as
                select distinct on (isin) * from {source} where exchange in {CRM_EXCHANGES}
                order by isin, number;
            create table {name}_accounts as select {fields.format("")} from {name}_ours;
            create table {name}_records as
                select {fields.format("exchange as list_id,")} from {source}
                where exchange not in {CRM_EXCHANGES};
            create table {name}_truth as
                select 'L' || ours.number as crm_id, theirs.exchange as list_id,
                    'L' || theirs.number as record_id
                from {name}_ours as ours join {source} as theirs using (isin)
                where theirs.exchange not in {CRM_EXCHANGES};
            """
        )
