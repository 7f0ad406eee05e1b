with

by_crm_id as (

    select * from {{ ref('int_matches_by_crm_id') }}

),

by_duns as (

    select * from {{ ref('int_matches_by_duns') }}

),

by_domain as (

    select * from {{ ref('int_matches_by_domain') }}

),

decisions as (

    select * from {{ ref('int_match_decisions_in_force') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_normalized') }}

),

match_rules as (

    select * from {{ ref('match_rules') }}

),

evidence_found as (

    select * from by_crm_id
    union all
    select * from by_duns
    union all
    select * from by_domain

),

evidence_ranked as (

    select
        evidence_found.*,
        match_rules.tier,
        match_rules.tier_rank,
        match_rules.probability,
        row_number() over (
            partition by
                evidence_found.crm_account_id,
                evidence_found.partner_id,
                evidence_found.partner_account_id
            order by match_rules.tier_rank nulls last, evidence_found.rule_id nulls last
        ) as evidence_rank
    from evidence_found
    inner join match_rules
        on evidence_found.rule_id = match_rules.rule_id

),

-- All evidence of a pair in one text, the strongest first.
pairs as (

    select
        crm_account_id,
        partner_id,
        partner_account_id,
        min(case when evidence_rank = 1 then tier end) as tier,
        min(case when evidence_rank = 1 then tier_rank end) as tier_rank,
        min(case when evidence_rank = 1 then rule_id end) as evidence_rule_id,
        min(case when evidence_rank = 1 then probability end) as evidence_probability,
        min(case when evidence_rank = 1 then evidence end)
        || coalesce('; ' || min(case when evidence_rank = 2 then evidence end), '')
        || coalesce('; ' || min(case when evidence_rank = 3 then evidence end), '')
            as evidence
    from evidence_ranked
    group by crm_account_id, partner_id, partner_account_id

),

-- A person may join two records between which no rule sees anything.
pairs_decided_by_people as (

    select
        decisions.crm_account_id,
        decisions.partner_id,
        decisions.partner_account_id
    from decisions
    where not exists (
            select 1 from pairs
            where pairs.crm_account_id = decisions.crm_account_id
                and pairs.partner_id = decisions.partner_id
                and pairs.partner_account_id = decisions.partner_account_id
        )

),

all_pairs as (

    select * from pairs

    union all

    select
        crm_account_id,
        partner_id,
        partner_account_id,
        'person' as tier,
        cast(0 as bigint) as tier_rank,
        cast(null as {{ type_string() }}) as evidence_rule_id,
        cast(0 as {{ type_share() }}) as evidence_probability,
        'No rule sees anything in common' as evidence
    from pairs_decided_by_people

),

combined as (

    select
        all_pairs.crm_account_id,
        all_pairs.partner_id,
        all_pairs.partner_account_id,
        all_pairs.tier,
        all_pairs.tier_rank,
        all_pairs.evidence_rule_id,
        all_pairs.evidence_probability,
        all_pairs.evidence,
        coalesce(crm_accounts.duns <> partner_accounts.duns, false) as has_duns_conflict,
        crm_accounts.registrable_domain as crm_company_key,
        crm_accounts.duns as crm_duns,
        partner_accounts.duns as partner_duns,
        coalesce(crm_accounts.host = partner_accounts.host, false) as has_same_host,
        coalesce(crm_accounts.country_code = partner_accounts.country_code, false)
            as has_same_country,
        crm_accounts.created_at as crm_created_at,
        decisions.decision as person_decision,
        decisions.decided_by,
        decisions.reason as person_reason
    from all_pairs
    inner join crm_accounts
        on all_pairs.crm_account_id = crm_accounts.account_id
    inner join partner_accounts
        on all_pairs.partner_id = partner_accounts.partner_id
        and all_pairs.partner_account_id = partner_accounts.partner_account_id
    left join decisions
        on all_pairs.crm_account_id = decisions.crm_account_id
        and all_pairs.partner_id = decisions.partner_id
        and all_pairs.partner_account_id = decisions.partner_account_id

)

select * from combined
