with

versions as (

    select * from {{ ref('int_crm_opportunities_versioned') }}

),

changes as (

    select * from {{ ref('int_crm_opportunity_changes_unified') }}

),

owner_changes as (

    select distinct
        opportunity_id,
        old_value as old_owner_user_id,
        new_value as new_owner_user_id,
        changed_at,
        known_step
    from changes
    where field_name = 'owner'

),

first_changes as (

    select
        owner_changes.*,
        row_number() over (
            partition by owner_changes.opportunity_id
            order by
                owner_changes.changed_at nulls last,
                owner_changes.known_step nulls last,
                owner_changes.new_owner_user_id nulls last
        ) as change_rank
    from owner_changes

),

observed_changes as (

    select
        versions.*,
        lag(versions.owner_user_id) over (
            partition by versions.opportunity_id
            order by versions.known_step nulls last
        ) as previous_owner_user_id
    from versions

),

-- Evidence rank: a dated history row says more than an observation between two landings.
owners as (

    select
        opportunity_id,
        created_at as effective_at,
        owner_user_id,
        known_step,
        cast(3 as bigint) as evidence_rank
    from observed_changes
    where version_number = 1

    union all

    select
        opportunity_id,
        coalesce(modified_at, cast(known_on as timestamp)) as effective_at,
        owner_user_id,
        known_step,
        cast(2 as bigint) as evidence_rank
    from observed_changes
    where version_number > 1
        and owner_user_id is distinct from previous_owner_user_id

    union all

    select
        opportunity_id,
        changed_at as effective_at,
        new_owner_user_id as owner_user_id,
        known_step,
        cast(1 as bigint) as evidence_rank
    from owner_changes

    union all

    select
        versions.opportunity_id,
        versions.created_at as effective_at,
        first_changes.old_owner_user_id as owner_user_id,
        first_changes.known_step,
        cast(1 as bigint) as evidence_rank
    from first_changes
    inner join versions
        on first_changes.opportunity_id = versions.opportunity_id
        and versions.version_number = 1
    where first_changes.change_rank = 1
        and first_changes.old_owner_user_id is not null

)

select * from owners
