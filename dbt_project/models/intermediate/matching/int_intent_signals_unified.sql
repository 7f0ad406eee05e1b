with

generic as (

    select * from {{ ref('stg_templates__intent_signals') }}

),

bombora_topics as (

    select * from {{ ref('stg_bombora__topic_scores') }}

),

bombora_companies as (

    select * from {{ ref('stg_bombora__company_scores') }}

),

sixsense_scores as (

    select * from {{ ref('stg_sixsense__company_scores') }}

),

salesforce_accounts as (

    select * from {{ ref('stg_salesforce__accounts') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

thresholds as (

    select * from {{ policy_in_force(ref('stg_policy__intent_thresholds'), ['provider']) }}

),

-- A row without a topic says that nothing was read; it is no signal of zero.
provider_rows as (

    select
        provider,
        domain,
        cast(null as {{ type_string() }}) as crm_account_id,
        topic,
        score,
        stage,
        signal_week_starts_on,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from generic

    union all

    select
        'bombora' as provider,
        domain,
        cast(null as {{ type_string() }}) as crm_account_id,
        topic,
        score,
        cast(null as {{ type_string() }}) as stage,
        signal_week_starts_on,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from bombora_topics
    where topic is not null

    union all

    select
        'bombora' as provider,
        domain,
        cast(null as {{ type_string() }}) as crm_account_id,
        cast(topics_count as {{ type_string() }}) || ' topics' as topic,
        score,
        cast(null as {{ type_string() }}) as stage,
        signal_week_starts_on,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from bombora_companies

    union all

    select
        '6sense' as provider,
        domain,
        crm_account_id,
        product as topic,
        score,
        buying_stage as stage,
        {{ monday_of('scored_on') }} as signal_week_starts_on,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from sixsense_scores
    where not coalesce(is_blacklisted, false)

    union all

    select
        '6sense' as provider,
        website as domain,
        account_id as crm_account_id,
        cast(null as {{ type_string() }}) as topic,
        sixsense_intent_score as score,
        sixsense_buying_stage as stage,
        {{ monday_of('known_on') }} as signal_week_starts_on,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from salesforce_accounts
    where sixsense_intent_score is not null
        and not is_deleted

),

-- Files hold what is below the provider's own threshold too, because one metro surged.
unified as (

    select
        provider_rows.provider,
        coalesce(provider_rows.domain, crm_accounts.website) as domain,
        provider_rows.topic,
        provider_rows.score,
        provider_rows.stage,
        provider_rows.signal_week_starts_on,
        provider_rows.batch_id,
        provider_rows.source_file,
        provider_rows.source_sha256,
        provider_rows.source_row_number,
        provider_rows.known_step,
        provider_rows.known_on
    from provider_rows
    left join crm_accounts
        on provider_rows.crm_account_id = crm_accounts.account_id
    left join thresholds as own
        on lower(provider_rows.provider) = own.provider
    left join thresholds as any_other
        on any_other.provider = '*'
    where provider_rows.score > 0
        and provider_rows.score >= coalesce(own.minimum_score, any_other.minimum_score, 0)

)

select * from unified
