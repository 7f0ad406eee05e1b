with

pairs as (

    select * from {{ ref('int_match_pairs_scored') }}

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

company_records as (

    select * from {{ ref('int_company_records_normalized') }}

),

match_tiers as (

    select * from {{ ref('match_tiers') }}

),

evidence_found as (

    select
        'crm|' || crm_account_id as crm_record_key,
        partner_id || '|' || partner_account_id as partner_record_key,
        'crm_id' as tier
    from {{ ref('int_matches_by_crm_id') }}
    union all
    select * from {{ ref('int_matches_by_duns') }}
    union all
    select * from {{ ref('int_matches_by_domain') }}
    union all
    select * from {{ ref('int_matches_by_email_domain') }}
    union all
    select * from {{ ref('int_matches_by_name_and_field') }}
    union all
    select * from {{ ref('int_matches_by_name') }}

),

-- The strongest tier of a pair names it; what else agrees is in its probability.
strongest_tiers as (

    select
        evidence_found.crm_record_key,
        evidence_found.partner_record_key,
        min(match_tiers.reading_order) as reading_order
    from evidence_found
    inner join match_tiers
        on evidence_found.tier = match_tiers.tier
    group by evidence_found.crm_record_key, evidence_found.partner_record_key

),

likely_pairs as (

    select
        pairs.*,
        match_tiers.tier
    from pairs
    inner join strongest_tiers
        on pairs.crm_record_key = strongest_tiers.crm_record_key
        and pairs.partner_record_key = strongest_tiers.partner_record_key
    inner join match_tiers
        on strongest_tiers.reading_order = match_tiers.reading_order

),

pairs_with_decisions as (

    select
        coalesce(
            likely_pairs.crm_record_key, 'crm|' || decisions.crm_account_id
        ) as crm_record_key,
        coalesce(
            likely_pairs.partner_record_key,
            decisions.partner_id || '|' || decisions.partner_account_id
        ) as partner_record_key,
        coalesce(likely_pairs.tier, 'person') as tier,
        likely_pairs.odds,
        likely_pairs.model_version,
        coalesce(likely_pairs.probability, 0) as probability,
        likely_pairs.total_contribution,
        likely_pairs.name_level,
        likely_pairs.country_level,
        likely_pairs.city_level,
        likely_pairs.phone_level,
        likely_pairs.linkedin_level,
        likely_pairs.domain_level,
        coalesce(likely_pairs.duns_level = 'different', false) as has_duns_conflict,
        decisions.decision as person_decision,
        decisions.decided_by,
        decisions.reason as person_reason
    from likely_pairs
    full outer join decisions
        on likely_pairs.crm_record_key = 'crm|' || decisions.crm_account_id
        and likely_pairs.partner_record_key
        = decisions.partner_id || '|' || decisions.partner_account_id

),

described as (

    select
        crm_accounts.account_id as crm_account_id,
        partner_accounts.partner_id,
        partner_accounts.partner_account_id,
        pairs_with_decisions.tier,
        match_tiers.tier_rank,
        cast(pairs_with_decisions.probability as {{ type_share() }}) as probability,
        cast(coalesce(pairs_with_decisions.odds, 0) as decimal(24, 6)) as odds,
        pairs_with_decisions.model_version,
        pairs_with_decisions.total_contribution,
        case pairs_with_decisions.tier
            when 'person' then 'No rule sees anything in common'
            when 'crm_id' then 'The partner hands back our id ' || crm_accounts.account_id
            when 'duns' then 'DUNS ' || ours.duns || ' on both sides'
            when 'email_domain'
            then 'Contacts of the account write from ' || theirs.registrable_domain
            when 'domain' then
            case
                when ours.host = theirs.host then 'Host ' || ours.host || ' on both sides'
                else 'Domain ' || ours.registrable_domain || ' on both sides: ours is '
                    || ours.host || ', theirs ' || theirs.host
            end
            else 'No key in common'
        end
        || case
            when pairs_with_decisions.tier = 'person' then ''
            when pairs_with_decisions.name_level = 'missing' then '; one name names nobody'
            else '; name ' || replace(pairs_with_decisions.name_level, '_', ' ')
                || ': ' || substr(ours.account_name, 1, 120) || ' / '
                || substr(theirs.account_name, 1, 120)
        end
        || case
            when pairs_with_decisions.country_level in ('equal', 'different')
            then '; country ' || pairs_with_decisions.country_level else ''
        end
        || case
            when pairs_with_decisions.city_level in ('equal', 'similar', 'different')
            then '; city ' || pairs_with_decisions.city_level else ''
        end
        || case
            when pairs_with_decisions.phone_level = 'equal' then '; phone equal' else ''
        end
        || case
            when pairs_with_decisions.linkedin_level = 'equal' then '; LinkedIn page equal'
            else ''
        end as evidence,
        pairs_with_decisions.name_level,
        pairs_with_decisions.has_duns_conflict,
        case
            when pairs_with_decisions.domain_level <> 'shared' then ours.registrable_domain
        end as crm_own_domain,
        ours.core_words as crm_core_words,
        ours.city_key as crm_city_key,
        ours.duns as crm_duns,
        theirs.duns as partner_duns,
        coalesce(ours.host = theirs.host, false) as has_same_host,
        coalesce(ours.country_key = theirs.country_key, false) as has_same_country,
        crm_accounts.created_at as crm_created_at,
        pairs_with_decisions.person_decision,
        pairs_with_decisions.decided_by,
        pairs_with_decisions.person_reason
    from pairs_with_decisions
    inner join company_records as ours
        on pairs_with_decisions.crm_record_key = ours.record_key
    inner join company_records as theirs
        on pairs_with_decisions.partner_record_key = theirs.record_key
    inner join crm_accounts
        on pairs_with_decisions.crm_record_key = crm_accounts.record_key
    inner join partner_accounts
        on pairs_with_decisions.partner_record_key = partner_accounts.record_key
    inner join match_tiers
        on pairs_with_decisions.tier = match_tiers.tier

)

select * from described
