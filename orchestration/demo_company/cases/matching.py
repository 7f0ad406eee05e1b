"""Cases of matching: shared domains, sub-domains, families, DUNS, names alone, other scripts."""

from __future__ import annotations

from orchestration.demo_company.accounts import (
    DIRECT_CUSTOMER,
    DUNS_NONE,
    NAME_OTHER_SPELLING,
    SITE_NONE,
    SITE_PLAIN,
    SITE_SUBDOMAIN,
)
from orchestration.demo_company.story import Case, Planter


def case_10_shared_domains(p: Planter) -> Case:
    """Mailbox providers, access providers and hosters are nobody's domain."""
    partner = p.partner("largest")
    where = []
    for number, (ours, theirs) in enumerate(
        (
            ("gmail.com", "gmail.com"),
            ("lightower.net", "lightower.net"),
            ("sites.google.com/view/coralpool", "sites.google.com/view/jadecove"),
            ("coralpool.wixsite.com/start", "jadecove.wixsite.com/start"),
            ("coralpool.github.io", "jadecove.github.io"),
        )
    ):
        trade = ("Bakeries", "Farms", "Studios", "Outfitters", "Dental")[number]
        account = p.account(p.company(f"Coralpool {trade}", ours), site=SITE_PLAIN, duns=DUNS_NONE)
        record = p.record(
            partner, p.company(f"Jadecove {trade}", theirs), site=SITE_PLAIN, duns=DUNS_NONE
        )
        where += [p.account_id(account), record]
    return Case(
        10,
        "Free mail, access providers and hosted sites",
        tuple(where),
        "Five accounts and five partner rows with domains of the same provider, ten companies: no "
        "match; the rows are net new for us.",
        "matching",
    )


def case_11_subdomains_and_endings(p: Planter) -> Case:
    """A shop's sub-domain is the company; another country's ending or a department is not."""
    partner = p.partner("largest")
    shop = p.company("Lynxmoor Outfitters", "lynxmoor.co.uk", country="GB", legal_form="Ltd")
    ours = p.account(shop, site=SITE_SUBDOMAIN, duns=DUNS_NONE)
    theirs = p.record(partner, shop, site=SITE_PLAIN, duns=DUNS_NONE)
    american = p.company("Elkshore Instruments", "elkshore.com")
    german = p.company("Elkshore Instruments", "elkshore.de", country="DE", legal_form="GmbH")
    first = p.account(american, site=SITE_PLAIN, duns=DUNS_NONE)
    second = p.record(partner, german, site=SITE_PLAIN, duns=DUNS_NONE)
    physics = p.company("Fairhaven University Physics", "physics.fairhaven.edu", legal_form="")
    law = p.company("Fairhaven University Law School", "law.fairhaven.edu", legal_form="")
    department = p.account(physics, site=SITE_PLAIN)
    school = p.record(partner, law, site=SITE_PLAIN)
    return Case(
        11,
        "Sub-domains, country endings, departments",
        (
            *(p.account_id(ours), theirs),
            *(p.account_id(first), second),
            *(p.account_id(department), school),
        ),
        "The first pair matches by registrable domain; the second is two companies (.com, .de); "
        "the third shares fairhaven.edu and differs in DUNS: review queue, not automatic.",
        "matching",
    )


def case_12_families(p: Planter) -> Case:
    """The partner sells to the parent, we to the child."""
    partner = p.partner("largest")
    parent = p.company("Stagwell Energy", "stagwell-energy.com", employees=12_000)
    child = p.company("Stagwell Solar", "stagwell-solar.com", parent=parent)
    parent_account = p.account(parent)
    child_account = p.account(child, parent=parent_account)
    record = p.record(partner, parent)
    return Case(
        12,
        "Partner sells to the parent, we to the child",
        (p.account_id(parent_account), p.account_id(child_account), record),
        "The parent is partner_customer_our_prospect; the child stays our_prospect_only and is "
        "warm through its family alone.",
        "matching",
    )


def case_13_duns(p: Planter) -> Case:
    """Equal domain and different DUNS; and a DUNS that lost its leading zero in a spreadsheet."""
    partner, numeric = p.partner("largest"), p.partner("delta")
    brass = p.company("Marlowebrass Metals", "marlowebrass.com")
    spun_off = p.company("Marlowebrass Coatings", "marlowebrass.com")
    ours = p.account(brass, site=SITE_PLAIN)
    theirs = p.record(partner, spun_off, site=SITE_PLAIN)
    zero = p.company("Beaverglen Paper", "beaverglen-paper.com", duns=12_345_678)
    account = p.account(zero, site=SITE_NONE)
    record = p.record(numeric, zero, site=SITE_NONE)
    return Case(
        13,
        "DUNS conflict with equal domain; lost leading zero",
        (p.account_id(ours), theirs, p.account_id(account), record),
        "The first pair goes to the review queue, never automatic; the second matches by DUNS "
        "012345678.",
        "matching",
    )


def case_43_names_alone(p: Planter) -> Case:
    """Delta, Apollo, Mercury: the same word, not the same company; one pair was decided by hand."""
    partner = p.partner("largest")
    where = []
    for brand, ours, theirs in (
        ("Delta Systems", "delta-systems-ohio.com", "deltasystems-bremen.de"),
        ("Apollo Advisory", "apolloadvisory-denver.com", "apollo-advisory-koeln.de"),
    ):
        account = p.account(p.company(brand, ours), site=SITE_NONE, duns=DUNS_NONE)
        other = p.company(brand, theirs, country="DE", legal_form="GmbH")
        record = p.record(partner, other, site=SITE_NONE, duns=DUNS_NONE)
        where += [p.account_id(account), record]
    before = p.company("Mercury Publishing", "mercury-print.com")
    after = p.company("Mercury Media", "mercury-print.com")
    account = p.account(before, site=SITE_PLAIN, duns=DUNS_NONE)
    record = p.record(partner, after, site=SITE_PLAIN, duns=DUNS_NONE)
    p.template_row(
        "match_decisions",
        "2025-02-10",
        crm_account_id=p.account_id(account),
        partner_id=partner.partner_id,
        partner_account_id=record,
        decision="reject",
        decided_by="revenue.operations@northwindmetrics.com",
        decided_at="2025-02-06T15:00:00Z",
        reason="The publisher sold its media business together with the domain",
        expires_on=None,
    )
    return Case(
        43,
        "Names alone, and a rejected match",
        (*where, p.account_id(account), record),
        "No automatic match by name; the rejected pair stays apart though its domain is equal.",
        "matching",
    )


def case_44_other_scripts(p: Planter) -> Case:
    """Legal forms, umlauts and another script; one pair was accepted by hand."""
    partner = p.partner("largest")
    german = p.company(
        "Müller & Söhne Präzisionstechnik",
        "mueller-soehne-praezision.de",
        country="DE",
        legal_form="GmbH",
        other_spelling="MUELLER UND SOEHNE PRAEZISIONSTECHNIK",
    )
    ours = p.account(german, site=SITE_NONE, duns=DUNS_NONE)
    theirs = p.record(partner, german, site=SITE_NONE, duns=DUNS_NONE, name=NAME_OTHER_SPELLING)
    p.findable[(ours, p.last_record)] = "name"
    japanese = p.company(
        "Sakura Seimitsu",
        "sakura-seimitsu.co.jp",
        country="JP",
        legal_form="K.K.",
        other_spelling="株式会社サクラ精密",
    )
    customer = p.account(japanese, type=DIRECT_CUSTOMER, site=SITE_NONE, duns=DUNS_NONE)
    record = p.record(partner, japanese, site=SITE_NONE, duns=DUNS_NONE, name=NAME_OTHER_SPELLING)
    p.findable[(customer, p.last_record)] = "none"
    p.accepted.add((customer, p.last_record))
    p.template_row(
        "match_decisions",
        "2025-02-10",
        crm_account_id=p.account_id(customer),
        partner_id=partner.partner_id,
        partner_account_id=record,
        decision="accept",
        decided_by="revenue.operations@northwindmetrics.com",
        decided_at="2025-02-07T10:00:00Z",
        reason="Same company register number on the invoice",
        expires_on=None,
    )
    return Case(
        44,
        "Umlauts, legal forms, another script",
        (p.account_id(ours), theirs, p.account_id(customer), record),
        "The German pair matches by name and city once both are normalized; the Japanese one is "
        "found by nobody but the person who accepted it.",
        "matching",
    )
