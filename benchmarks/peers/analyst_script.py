"""The script an analyst would write today: the systems' exports in, one workbook out.

Reads the newest state of the CRM's objects and of each partner's list, matches accounts (ids first,
then D-U-N-S, web domains, and similar names in the same country), puts each pair into a cell of the
segment grid, ranks a list per seller, and credits each deal to the partner of the last touch.
Nothing here is careless on purpose; what it leaves out is what such scripts leave out: who knew
what when, who owned the deal then, what to do with a file that is not as expected.

    python analyst_script.py INBOX AS_OF WORKBOOK.xlsx
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from publicsuffixlist import PublicSuffixList

# Every partner calls its columns something else.
HEADERS = {
    "partner_account_id": ("Account ID", "Client No.", "Kundennummer", "account_key"),
    "name": ("Account Name", "Client", "Firma", "company"),
    "website": ("Website", "Web Address", "Webseite", "domain_url"),
    "country": ("Country", "Land", "country_code"),
    "city": ("City", "Office", "Ort", "city"),
    "phone": ("Phone", "Telephone"),
    "duns": ("DUNS", "D&B Number", "D-U-N-S", "duns_number"),
    "status": ("Status", "Relationship", "lifecycle"),
    "crm_account_id": ("Your CRM ID", "Vendor Account Id"),
}
STATES = {
    "customer": ("customer", "active client", "bestandskunde", "active"),
    "former_customer": ("churned", "past client", "ehemaliger kunde"),
    "open_opportunity": ("open opportunity", "in negotiation", "offene chance", "pipeline"),
    "prospect": ("prospect", "target", "interessent"),
}
COUNTRIES = {
    "usa": "us",
    "united states": "us",
    "united states of america": "us",
    "uk": "gb",
    "united kingdom": "gb",
    "germany": "de",
    "deutschland": "de",
    "france": "fr",
    "frankreich": "fr",
    "canada": "ca",
    "kanada": "ca",
    "netherlands": "nl",
    "niederlande": "nl",
    "switzerland": "ch",
    "schweiz": "ch",
    "australia": "au",
    "australien": "au",
    "japan": "jp",
}
FREE_MAIL = {"gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "aol.com", "icloud.com"}
LEGAL_FORM = (
    r"\b(inc|incorporated|corp|corporation|co|company|llc|llp|ltd|limited|plc|gmbh|ag|se|kg|"
    r"sa|sas|sarl|sarl|bv|nv|pty|kk|l l c|l l p|s a|s a r l|b v|n v)\b"
)
SIMILAR_NAMES = 90
STRONG = ("deal_registration", "intro", "referral", "partner_lead")
QUALIFYING = ("joint_call", "technical_validation", "exec_intro", "deal_registration_support")
CRM_TYPES = {
    "Partner Intro": "intro",
    "Partner Referral": "referral",
    "Joint Call": "joint_call",
    "Technical Validation": "technical_validation",
    "Exec Intro": "exec_intro",
}
SOURCED_DAYS = 30
LIST_LENGTH = 50
WARMTH = {"customer": 3, "open_opportunity": 2, "prospect": 1, "former_customer": 0}
SUFFIXES = PublicSuffixList()


def newest(inbox: Path, name: str) -> pd.DataFrame:
    """An object of the CRM as it stands: every export read, the last version of each record."""
    files = sorted(inbox.glob(f"salesforce/*/{name}.csv"))
    rows = pd.concat([pd.read_csv(file, dtype=str) for file in files], ignore_index=True)
    if "SystemModstamp" in rows:
        rows = rows.sort_values("SystemModstamp", kind="stable")
    rows = rows.drop_duplicates("Id", keep="last")
    return rows[rows["IsDeleted"] != "true"] if "IsDeleted" in rows else rows


def one_template(inbox: Path, name: str, key: str) -> pd.DataFrame:
    """A file that somebody keeps adding to, the last version of each row."""
    files = sorted(inbox.glob(f"{name}/*/{name}.csv"))
    rows = pd.concat([pd.read_csv(file, dtype=str) for file in files], ignore_index=True)
    return rows.drop_duplicates(key, keep="last")


def one_file(file: Path) -> pd.DataFrame:
    """A partner's file in whichever format it came."""
    if file.suffix == ".xlsx":
        return pd.read_excel(file, dtype=str, engine="calamine")
    if file.suffix == ".parquet":
        return pd.read_parquet(file).astype(str)
    if file.suffix == ".jsonl":
        return pd.read_json(file, lines=True, dtype=False).astype(str)
    return pd.read_csv(file, dtype=str, sep="\t" if file.suffix == ".tsv" else ",")


def partner_list(inbox: Path, partner: pd.Series) -> pd.DataFrame:
    """A partner's list: the newest file, or all of them where each holds what changed."""
    files = sorted(inbox.glob(f"{partner['partner_id']}/*/accounts*"))
    used = files if partner["mode"] == "delta" else files[-1:]
    if not used:
        return pd.DataFrame(columns=["partner_id", *HEADERS])
    ours = {theirs: name for name, headers in HEADERS.items() for theirs in headers}
    rows = pd.concat([one_file(file).rename(columns=ours) for file in used], ignore_index=True)
    rows = rows.reindex(columns=list(HEADERS)).replace({"None": None, "nan": None, "<NA>": None})
    rows["partner_id"] = partner["partner_id"]
    return rows.drop_duplicates("partner_account_id", keep="last")


def domain_of(website: object) -> str | None:
    """The registrable domain of a website, if it is a company's own."""
    if not isinstance(website, str):
        return None
    host = re.sub(r"^[a-z]+://", "", website.strip().lower()).split("/")[0].split(":")[0]
    domain = SUFFIXES.privatesuffix(host)
    return None if domain in FREE_MAIL else domain


def with_keys(rows: pd.DataFrame) -> pd.DataFrame:
    """What records are compared by."""
    name = (
        rows["name"]
        .fillna("")
        .str.normalize("NFKD")
        .str.encode("ascii", "ignore")
        .str.decode("ascii")
    )
    plain = name.str.lower().str.replace(r"[^a-z0-9]+", " ", regex=True)
    core = plain.str.replace(LEGAL_FORM, " ", regex=True).str.split().str.join(" ")
    country = rows["country"].str.strip().str.lower()
    digits = rows["duns"].str.replace(r"\.0$|\D", "", regex=True)
    return rows.assign(
        core=core.where(core != ""),
        domain=rows["website"].map(domain_of),
        country_code=country.map(COUNTRIES).fillna(country),
        duns_key=digits.str.zfill(9).where(digits.str.len() > 0),
        phone_key=rows["phone"].str.replace(r"\D", "", regex=True).str.lstrip("0"),
        city_key=rows["city"].str.strip().str.lower(),
    )


def matched_by(records: pd.DataFrame, accounts: pd.DataFrame, theirs: str, ours: str) -> pd.Series:
    """The account of each record by an equal key; a key of several accounts decides nothing."""
    known = accounts.dropna(subset=[ours]).drop_duplicates(ours, keep=False)
    return records[theirs].map(known.set_index(ours)["account_id"])


def similar(records: pd.DataFrame, accounts: pd.DataFrame) -> pd.Series:
    """The account with the most similar name in the same country, by RapidFuzz."""
    from rapidfuzz import fuzz, process

    found = pd.Series(None, index=records.index, dtype=object)
    by_country: dict[object, pd.DataFrame] = {}
    for code, rows in accounts.dropna(subset=["core"]).groupby("country_code"):
        by_country[code] = rows
    for row, core, code in records[["core", "country_code"]].dropna().itertuples():
        if code in by_country:
            names = by_country[code]["core"].to_numpy()
            best = process.extractOne(
                core, names, scorer=fuzz.token_sort_ratio, score_cutoff=SIMILAR_NAMES
            )
            if best:
                found[row] = by_country[code]["account_id"].iloc[best[2]]
    return found


def matches(records: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """One account at most per record, by the strongest thing that they share."""
    known = accounts.assign(own_id=accounts["account_id"])
    by_key = {
        "crm_id": matched_by(records, known, "crm_account_id", "own_id"),
        "duns": matched_by(records, known, "duns_key", "duns_key"),
        "domain": matched_by(records, known, "domain", "domain"),
    }
    account = by_key["crm_id"].fillna(by_key["duns"]).fillna(by_key["domain"])
    left = account.isna()
    account = account.where(~left, similar(records[left], known).reindex(records.index))
    found = records.assign(matched_account_id=account).dropna(subset=["matched_account_id"])
    return found[["matched_account_id", "partner_id", "partner_account_id"]].rename(
        columns={"matched_account_id": "crm_account_id"}
    )


def our_states(accounts: pd.DataFrame, opportunities: pd.DataFrame) -> pd.Series:
    """Customer, former customer, open opportunity or prospect, by account."""
    is_open = accounts["account_id"].isin(
        opportunities.loc[opportunities["IsClosed"] != "true", "AccountId"]
    )
    kind = accounts["Type"].fillna("")
    return pd.Series(
        np.select(
            [kind.str.startswith("Customer"), is_open, kind == "Former Customer"],
            ["customer", "open_opportunity", "former_customer"],
            "prospect",
        ),
        index=accounts.index,
    )


def cells(ours: pd.Series, theirs: pd.Series) -> np.ndarray:
    """The segment grid; what is not a customer and is there counts as a prospect."""
    our_customer, their_customer = ours == "customer", theirs == "customer"
    we, they = ~ours.isin(["absent"]), ~theirs.isin(["absent", "unknown"])
    return np.select(
        [
            theirs == "unknown",
            our_customer & their_customer,
            our_customer & they,
            our_customer,
            we & their_customer,
            we & they,
            we,
            their_customer,
        ],
        [
            "unknown_coverage",
            "shared_customer",
            "our_customer_partner_prospect",
            "our_customer_only",
            "partner_customer_our_prospect",
            "shared_prospect",
            "our_prospect_only",
            "partner_customer_only",
        ],
        "partner_prospect_only",
    )


def segments(
    accounts: pd.DataFrame, partners: pd.DataFrame, records: pd.DataFrame, found: pd.DataFrame
) -> pd.DataFrame:
    """Every account beside every partner, and the records that only the partner has."""
    best = (
        found.merge(records, on=["partner_id", "partner_account_id"])
        .assign(warmth=lambda rows: rows["state"].map(WARMTH))
        .sort_values("warmth")
        .drop_duplicates(["crm_account_id_x", "partner_id"], keep="last")
        .rename(columns={"crm_account_id_x": "account_id", "state": "partner_state"})
    )
    ours = accounts[["account_id", "OwnerId", "state"]].rename(columns={"state": "our_state"})
    grid = ours.merge(partners[["partner_id", "coverage"]], how="cross").merge(
        best[["account_id", "partner_id", "partner_account_id", "partner_state"]],
        on=["account_id", "partner_id"],
        how="left",
    )
    missing = np.where(grid["coverage"] == "full_list", "absent", "unknown")
    grid["partner_state"] = grid["partner_state"].where(grid["partner_state"].notna(), missing)
    known = set(zip(found["partner_id"], found["partner_account_id"], strict=True))
    alone = records[
        [
            key not in known
            for key in zip(records["partner_id"], records["partner_account_id"], strict=True)
        ]
    ]
    only_theirs = alone[["partner_id", "partner_account_id", "state"]].rename(
        columns={"state": "partner_state"}
    )
    every = pd.concat([grid, only_theirs.assign(our_state="absent")], ignore_index=True)
    every["cell"] = cells(every["our_state"], every["partner_state"])
    return every


def lists(grid: pd.DataFrame) -> pd.DataFrame:
    """The warmest accounts of each seller."""
    warm = grid[grid["account_id"].notna() & ~grid["partner_state"].isin(["absent", "unknown"])]
    ranked = warm.assign(
        score=warm["partner_state"].map(WARMTH) + (warm["our_state"] == "open_opportunity")
    ).sort_values(["OwnerId", "score", "account_id"], ascending=[True, False, True])
    top = ranked.groupby("OwnerId").head(LIST_LENGTH)
    return top[["OwnerId", "account_id", "partner_id", "cell", "score"]]


def touches(inbox: Path, partners: pd.DataFrame) -> pd.DataFrame:
    """What partners did: their touches, approved registrations, activities and leads in the CRM."""
    told = one_template(inbox, "partner_touches", "touch_id")
    registered = one_template(inbox, "deal_registrations", "registration_id")
    # Its status goes on to Closed or Expired; the day of the approval stays.
    registered = registered.dropna(subset=["approved_at"]).assign(
        touch_type="deal_registration", occurred_at=lambda rows: rows["approved_at"]
    )
    ids = partners.dropna(subset=["crm_account_id"]).set_index("crm_account_id")["partner_id"]
    activities = []
    for name in ("Task", "Event"):
        rows = newest(inbox, name).dropna(subset=["Partner_Account__c"])
        activities.append(
            pd.DataFrame(
                {
                    "partner_id": rows["Partner_Account__c"].map(ids),
                    "account_id": rows["AccountId"],
                    "opportunity_id": rows["WhatId"].where(rows["WhatId"].str.startswith("006")),
                    "touch_type": rows["Type"].map(CRM_TYPES),
                    "occurred_at": rows["ActivityDate"],
                }
            )
        )
    leads = newest(inbox, "Lead").dropna(subset=["Partner_Account__c", "ConvertedOpportunityId"])
    activities.append(
        pd.DataFrame(
            {
                "partner_id": leads["Partner_Account__c"].map(ids),
                "account_id": leads["ConvertedAccountId"],
                "opportunity_id": leads["ConvertedOpportunityId"],
                "touch_type": "partner_lead",
                "occurred_at": leads["ConvertedDate"],
            }
        )
    )
    columns = list(activities[0])
    every = pd.concat([told[columns], registered[columns], *activities], ignore_index=True)
    every["occurred_on"] = pd.to_datetime(every["occurred_at"].str[:10])
    return every.dropna(subset=["partner_id", "touch_type", "occurred_on"])


def credit(opportunities: pd.DataFrame, done: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Sourced or influenced by the partner of the last touch in the window, else direct."""
    deals = pd.DataFrame(
        {
            "opportunity_id": opportunities["Id"],
            "account_id": opportunities["AccountId"],
            "rep_id": opportunities["OwnerId"],
            "created_on": pd.to_datetime(opportunities["CreatedDate"].str[:10]),
            "close_on": pd.to_datetime(opportunities["CloseDate"]),
            "amount": pd.to_numeric(opportunities["Amount"]),
            "IsoCode": opportunities["CurrencyIsoCode"],
        }
    )
    dated = rates.assign(
        close_on=pd.to_datetime(rates["StartDate"]), rate=pd.to_numeric(rates["ConversionRate"])
    )
    deals = pd.merge_asof(
        deals.sort_values("close_on"),
        dated.sort_values("close_on")[["IsoCode", "close_on", "rate"]],
        on="close_on",
        by="IsoCode",
    )
    deals["amount"] = (deals["amount"] / deals["rate"]).round(2)
    named = done.dropna(subset=["opportunity_id"]).drop(columns="account_id")
    on_account = done[done["opportunity_id"].isna()].drop(columns="opportunity_id")
    pairs = pd.concat(
        [deals.merge(named, on="opportunity_id"), deals.merge(on_account, on="account_id")]
    ).sort_values("occurred_on", kind="stable")
    before = pairs["created_on"] - pairs["occurred_on"]
    is_sourced = (
        pairs["touch_type"].isin(STRONG)
        & (before >= pd.Timedelta(0))
        & (before <= pd.Timedelta(days=SOURCED_DAYS))
    )
    is_influenced = (
        pairs["touch_type"].isin(QUALIFYING)
        & (pairs["occurred_on"] > pairs["created_on"])
        & (pairs["occurred_on"] <= pairs["close_on"])
    )
    sourced = pairs[is_sourced].groupby("opportunity_id")["partner_id"].last()
    influenced = pairs[is_influenced].groupby("opportunity_id")["partner_id"].last()
    by_source, by_influence = (deals["opportunity_id"].map(one) for one in (sourced, influenced))
    deals["class"] = np.select(
        [by_source.notna(), by_influence.notna()], ["sourced", "influenced"], "direct"
    )
    deals["partner_id"] = by_source.fillna(by_influence)
    return deals[["opportunity_id", "class", "partner_id", "rep_id", "amount"]]


def read_accounts(inbox: Path) -> pd.DataFrame:
    """Our accounts, partners' own organisations left out, with their keys."""
    rows = newest(inbox, "Account").rename(
        columns={
            "Id": "account_id",
            "Name": "name",
            "Website": "website",
            "BillingCountry": "country",
            "BillingCity": "city",
            "Phone": "phone",
            "DunsNumber": "duns",
        }
    )
    rows = rows[(rows["IsPartner"] != "true") & ~rows["Type"].fillna("").str.contains("Partner")]
    return with_keys(rows).reset_index(drop=True)


def read_partners(inbox: Path, as_of: str) -> pd.DataFrame:
    """The programme as the newest file has it."""
    rows = pd.read_csv(sorted(inbox.glob("partners/*/partners.csv"))[-1], dtype=str)
    return rows.assign(is_active=rows["valid_to"].isna() | (rows["valid_to"] >= as_of))


def read_records(inbox: Path, partners: pd.DataFrame) -> pd.DataFrame:
    """All rows of the active partners' lists, with their keys."""
    listed = [
        partner_list(inbox, partner)
        for _, partner in partners.iterrows()
        if partner["is_active"] and partner["coverage"] != "counts_only"
    ]
    rows = with_keys(pd.concat(listed, ignore_index=True))
    state = {theirs: ours for ours, words in STATES.items() for theirs in words}
    return rows.assign(state=rows["status"].str.strip().str.lower().map(state))


def main() -> None:
    """Files in, workbook out."""
    inbox, as_of, workbook = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    partners = read_partners(inbox, as_of)
    accounts, records = read_accounts(inbox), read_records(inbox, partners)
    opportunities = newest(inbox, "Opportunity")
    accounts["state"] = our_states(accounts, opportunities)
    found = matches(records, accounts)
    grid = segments(accounts, partners[partners["is_active"]], records, found)
    credited = credit(opportunities, touches(inbox, partners), newest(inbox, "DatedConversionRate"))
    with pd.ExcelWriter(workbook) as sheets:
        found.to_excel(sheets, sheet_name="matches", index=False)
        grid[["account_id", "partner_id", "partner_account_id", "cell"]].to_excel(
            sheets, sheet_name="segments", index=False
        )
        lists(grid).to_excel(sheets, sheet_name="lists", index=False)
        credited.to_excel(sheets, sheet_name="credit", index=False)
    print(f"{len(found)} matches, {len(grid)} segments, {len(credited)} deals: {workbook}")


if __name__ == "__main__":
    main()
