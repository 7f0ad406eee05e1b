"""6sense: one score per company and product, as tables, from the API or as fields of Salesforce."""

from __future__ import annotations

from orchestration.landing.contracts import Table, columns_of

SOURCE = "sixsense"

COMPANY_SCORES = Table(
    SOURCE,
    "company_scores",
    "Intent, buying stage and profile fit of a company for one of our products.",
    columns_of(
        "domain crm_account_id company_name country product product_display_name "
        "intent_score:n buying_stage profile_score:n profile_fit is_6qa:b is_blacklisted:b "
        "signal_week_start:d",
        vocabularies={
            "buying_stage": ("Target", "Awareness", "Consideration", "Decision", "Purchase"),
            "profile_fit": ("Strong", "Moderate", "Weak"),
        },
        also={
            "domain": "company_domain website",
            "crm_account_id": "id account_id",
            "company_name": "name",
            "country": "company_country billing_country",
            "product": "scores_product",
            "product_display_name": "scores_product_display_name",
            "intent_score": "scores_intent_score company_intent_score scores_company_intent_score "
            "accountintentscore6sense__c",
            "buying_stage": "scores_buying_stage company_buying_stage scores_company_buying_stage "
            "accountbuyingstage6sense__c",
            "profile_score": "scores_profile_score company_profile_score "
            "scores_company_profile_score accountprofilescore6sense__c",
            "profile_fit": "scores_profile_fit company_profile_fit scores_company_profile_fit "
            "accountprofilefit6sense__c",
            "is_6qa": "is_6_qa scores_is_6_qa scores_is_6qa company_is_6_qa account6qa6sense__c",
            "is_blacklisted": "company_is_blacklisted",
            "signal_week_start": "week_start score_date",
        },
    ),
    at_least_one_of=(("domain", "crm_account_id"),),
    null_tokens=("n/a", "null", "unknown"),
    unfolds=("scores",),
    file_day_column="signal_week_start",
)

TABLES: tuple[Table, ...] = (COMPANY_SCORES,)
