{{ config(materialized='ephemeral') }}

with

versions as (

    select * from {{ ref('int_crm_opportunities_versioned') }}

),

changes as (

    select * from {{ ref('int_crm_opportunity_changes_unified') }}

),

owners as (

    select * from {{ ref('int_crm_opportunity_owners_dated') }}

),

-- History rows of records that are gone or were never landed have nothing to be the history of.
known_opportunities as (

    select opportunity_id
    from versions
    group by opportunity_id

),

changes_of_known as (

    select
        changes.opportunity_id,
        changes.field_name,
        case
            when changes.field_name = 'amount'
            then cast({{ safe_cast('changes.new_value', type_money()) }} as {{ type_string() }})
            else changes.new_value
        end as field_value,
        changes.changed_at as effective_at,
        changes.evidence,
        changes.known_step
    from changes
    inner join known_opportunities
        on changes.opportunity_id = known_opportunities.opportunity_id
    where changes.field_name <> 'owner'

),

observed as (

    select
        opportunity_id,
        'stage' as field_name,
        stage_name as field_value,
        coalesce(modified_at, cast(known_on as timestamp)) as effective_at,
        'observation' as evidence,
        known_step
    from versions
    where not is_deleted

    union all

    select
        opportunity_id,
        'amount' as field_name,
        cast(amount as {{ type_string() }}) as field_value,
        coalesce(modified_at, cast(known_on as timestamp)) as effective_at,
        'observation' as evidence,
        known_step
    from versions
    where not is_deleted

    union all

    select
        opportunity_id,
        'close_date' as field_name,
        {{ text_from_day('close_on') }} as field_value,
        coalesce(modified_at, cast(known_on as timestamp)) as effective_at,
        'observation' as evidence,
        known_step
    from versions
    where not is_deleted

),

of_owners as (

    select
        opportunity_id,
        'owner' as field_name,
        owner_user_id as field_value,
        effective_at,
        case evidence_rank when 1 then 'field_history' else 'observation' end as evidence,
        known_step
    from owners

),

pooled as (

    select * from changes_of_known
    union all
    select * from observed
    union all
    select * from of_owners

),

-- One value per moment: a dated history row says more than an observation between two landings.
ranked as (

    select
        pooled.*,
        row_number() over (
            partition by opportunity_id, field_name, effective_at
            order by
                evidence = 'observation' nulls last,
                known_step nulls last,
                evidence nulls last,
                field_value nulls last
        ) as evidence_rank
    from pooled

),

compared as (

    select
        ranked.*,
        lag(field_value) over (
            partition by opportunity_id, field_name
            order by effective_at nulls last
        ) as previous_value,
        row_number() over (
            partition by opportunity_id, field_name
            order by effective_at nulls last
        ) as moment_number
    from ranked
    where evidence_rank = 1

),

dated as (

    select
        opportunity_id,
        field_name,
        field_value,
        effective_at,
        lead(effective_at) over (
            partition by opportunity_id, field_name
            order by effective_at nulls last
        ) as superseded_at,
        evidence,
        known_step
    from compared
    where moment_number = 1
        or field_value is distinct from previous_value

)

select * from dated
