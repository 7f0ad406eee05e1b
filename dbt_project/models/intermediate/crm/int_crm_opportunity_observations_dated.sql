{{ config(materialized='ephemeral') }}

with

versions as (

    select * from {{ ref('int_crm_opportunities_versioned') }}

),

compared as (

    select
        versions.*,
        lag(versions.owner_user_id) over opportunity_versions as previous_owner_user_id,
        lag(versions.stage_name) over opportunity_versions as previous_stage_name,
        lag(versions.amount) over opportunity_versions as previous_amount,
        lag(versions.close_on) over opportunity_versions as previous_close_on,
        lag(versions.is_deleted) over opportunity_versions as previous_is_deleted
    from versions
    window opportunity_versions as (
        partition by versions.opportunity_id
        order by versions.known_step nulls last
    )

),

-- An observation is kept when it says something new; a file that repeats the last one says nothing.
changed as (

    select
        *,
        case
            when is_deleted then 'deleted'
            when is_won then 'won'
            when is_closed then 'lost'
            else 'open'
        end as state
    from compared
    where version_number = 1
        or owner_user_id is distinct from previous_owner_user_id
        or stage_name is distinct from previous_stage_name
        or amount is distinct from previous_amount
        or close_on is distinct from previous_close_on
        or is_deleted is distinct from previous_is_deleted

),

-- What was before the first landing nobody can tell: it is unknown, never assumed.
observations as (

    select
        opportunity_id,
        crm,
        'unknown' as state,
        cast(null as {{ type_string() }}) as owner_user_id,
        cast(null as {{ type_string() }}) as stage_name,
        cast(null as {{ type_money() }}) as amount,
        cast(null as date) as close_on,
        cast('0001-01-01' as date) as observed_on,
        cast(0 as bigint) as known_step,
        cast(null as {{ type_string() }}) as batch_id,
        cast(null as {{ type_string() }}) as source_file,
        cast(null as {{ type_string() }}) as source_sha256,
        cast(null as bigint) as source_row_number
    from changed
    where version_number = 1

    union all

    select
        opportunity_id,
        crm,
        state,
        owner_user_id,
        stage_name,
        amount,
        close_on,
        known_on as observed_on,
        known_step,
        batch_id,
        source_file,
        source_sha256,
        source_row_number
    from changed

),

dated as (

    select
        observations.*,
        lead(observed_on) over (
            partition by opportunity_id
            order by known_step nulls last
        ) as observed_until_on
    from observations

)

select * from dated
