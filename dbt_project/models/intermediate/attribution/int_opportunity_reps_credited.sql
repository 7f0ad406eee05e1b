{{ config(materialized='incremental', incremental_strategy='append') }}

with

opportunity_steps as (

    select * from {{ ref('int_opportunity_steps_listed') }}
    {% if is_incremental() %}
    where known_step > (select coalesce(max(known_step), 0) from {{ this }})
    {% endif %}

),

versions as (

    select * from {{ ref('int_crm_opportunities_versioned') }}

),

owners as (

    select * from {{ ref('int_crm_opportunity_owners_dated') }}

),

managers as (

    select * from {{ ref('int_crm_managers_versioned') }}

),

-- Whose the whole deal is: '' of nobody known, '*' of no single rep.
splits as (

    select
        splits_versioned.*,
        case when split_percentage = 100 then coalesce(rep_id, '') else '*' end as whole_of_rep_id
    from {{ ref('int_revenue_splits_versioned') }} as splits_versioned

),

-- The credited event: creation for pipeline, the end of the close date for bookings.
credited_events as (

    select
        opportunity_steps.opportunity_id,
        opportunity_steps.known_step,
        'pipeline_created' as measure,
        versions.created_on as event_on,
        versions.created_at as event_at,
        versions.owner_user_id
    from opportunity_steps
    inner join versions
        on opportunity_steps.opportunity_id = versions.opportunity_id
        and opportunity_steps.known_step >= versions.known_step
        and (
            versions.superseded_step is null
            or opportunity_steps.known_step < versions.superseded_step
        )

    union all

    select
        opportunity_steps.opportunity_id,
        opportunity_steps.known_step,
        'bookings' as measure,
        versions.close_on as event_on,
        {{ company_midnight(add_days('versions.close_on', 1)) }} as event_at,
        versions.owner_user_id
    from opportunity_steps
    inner join versions
        on opportunity_steps.opportunity_id = versions.opportunity_id
        and opportunity_steps.known_step >= versions.known_step
        and (
            versions.superseded_step is null
            or opportunity_steps.known_step < versions.superseded_step
        )
    where versions.is_won

),

-- Case 1: the owner on the day of the event is credited, whoever owns the opportunity today.
owners_ranked as (

    select
        credited_events.opportunity_id,
        credited_events.known_step,
        credited_events.measure,
        credited_events.event_on,
        credited_events.owner_user_id,
        owners.owner_user_id as rep_id,
        row_number() over (
            partition by
                credited_events.opportunity_id, credited_events.known_step, credited_events.measure
            order by
                case
                    when owners.effective_at <= credited_events.event_at then owners.effective_at
                end desc nulls last,
                owners.effective_at nulls last,
                owners.evidence_rank nulls last,
                owners.known_step nulls last,
                owners.owner_user_id nulls last
        ) as owner_rank
    from credited_events
    left join owners
        on credited_events.opportunity_id = owners.opportunity_id
        and credited_events.known_step >= owners.known_step

),

owners_of_the_day as (

    select * from owners_ranked
    where owner_rank = 1

),

-- Case 26: revenue splits replace the owner. The CRM writes a split of 100 % for whoever owns the
-- deal; that is no split, and the owner of the day stays credited.
reps as (

    select
        owners_of_the_day.opportunity_id,
        owners_of_the_day.known_step,
        owners_of_the_day.measure,
        owners_of_the_day.event_on,
        coalesce(splits.credit_number, 1) as credit_number,
        case
            when splits.opportunity_id is not null then splits.rep_id
            else owners_of_the_day.rep_id
        end as rep_id,
        coalesce(splits.split_percentage, cast(100 as decimal(18, 6))) as credit_percentage,
        coalesce(splits.split_until_percentage, cast(100 as decimal(18, 6))) as credit_until_percentage
    from owners_of_the_day
    left join splits
        on owners_of_the_day.opportunity_id = splits.opportunity_id
        and owners_of_the_day.known_step >= splits.valid_from_step
        and {{ before_open_step('owners_of_the_day.known_step', 'splits.valid_until_step') }}
        and coalesce(owners_of_the_day.owner_user_id, '') <> splits.whole_of_rep_id

),

-- Case 24: the manager on the day of the event; before the first observation, the first observed.
managers_ranked as (

    select
        reps.opportunity_id,
        reps.known_step,
        reps.measure,
        reps.credit_number,
        managers.manager_user_id as manager_id,
        row_number() over (
            partition by reps.opportunity_id, reps.known_step, reps.measure, reps.credit_number
            order by
                case when managers.known_on <= reps.event_on then managers.known_step end desc nulls last,
                managers.known_step nulls last
        ) as manager_rank
    from reps
    inner join managers
        on reps.rep_id = managers.user_id
        and reps.known_step >= managers.known_step

),

credited as (

    select
        reps.opportunity_id,
        reps.known_step,
        reps.measure,
        reps.credit_number,
        reps.event_on,
        reps.rep_id,
        managers_ranked.manager_id,
        reps.credit_percentage,
        reps.credit_until_percentage
    from reps
    left join managers_ranked
        on reps.opportunity_id = managers_ranked.opportunity_id
        and reps.known_step = managers_ranked.known_step
        and reps.measure = managers_ranked.measure
        and reps.credit_number = managers_ranked.credit_number
        and managers_ranked.manager_rank = 1

)

select * from credited
