{{ config(materialized='incremental', incremental_strategy='append') }}

with

opportunities as (

    select * from {{ ref('int_crm_opportunities_unified') }}
    {% if is_incremental() %}
    where known_step > (select coalesce(max(known_step), 0) from {{ this }})
    {% endif %}

),

full_lists as (

    select * from {{ ref('int_crm_full_lists_known') }}
    where thing = 'opportunities'

),

stages as (

    select * from {{ ref('int_stages_versioned') }}

),

{% if is_incremental() %}
-- A new full list may no longer hold what was known before, and a new file of stages may read it
-- otherwise: then the newest that was known of every opportunity takes part.
known_before as (

    select
        observed.*,
        row_number() over (
            partition by observed.opportunity_id order by observed.known_step desc nulls last
        ) as recency
    from {{ this }} as observed
    where exists (
        select 1
        from (
            select known_step as changing_step from full_lists
            union all
            select valid_from_step as changing_step from stages
        ) as changes
        where changes.changing_step > (select coalesce(max(known_step), 0) from {{ this }})
    )

),

{% endif %}
ranked as (

    select
        opportunities.*,
        row_number() over (
            partition by opportunities.opportunity_id, opportunities.known_step
            order by
                opportunities.modified_at desc nulls last,
                opportunities.batch_id desc nulls last,
                opportunities.source_row_number desc nulls last
        ) as rank_in_step
    from opportunities

),

landed as (

    select
        opportunity_id,
        crm,
        account_id,
        opportunity_name,
        stage_name,
        amount,
        currency,
        close_on,
        opportunity_type,
        lead_source,
        next_step,
        is_closed as is_closed_in_crm,
        is_won as is_won_in_crm,
        owner_user_id,
        created_at,
        modified_at,
        last_activity_on,
        push_count,
        is_deleted,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from ranked
    where rank_in_step = 1
    {% if is_incremental() %}
    union all

    select
        opportunity_id,
        crm,
        account_id,
        opportunity_name,
        stage_name,
        amount,
        currency,
        close_on,
        opportunity_type,
        lead_source,
        next_step,
        is_closed_in_crm,
        is_won_in_crm,
        owner_user_id,
        created_at,
        modified_at,
        last_activity_on,
        push_count,
        is_deleted,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from known_before
    where recency = 1
    {% endif %}

),

in_order as (

    select
        landed.*,
        lead(landed.known_step) over (
            partition by landed.opportunity_id
            order by landed.known_step nulls last
        ) as next_landed_step
    from landed

),

-- Case 7: absent from the next full list means gone, at the step of that list.
absences as (

    select
        in_order.opportunity_id,
        in_order.known_step,
        min(full_lists.known_step) as absent_step
    from in_order
    inner join full_lists
        on in_order.crm = full_lists.crm
        and in_order.known_step < full_lists.known_step
        and (
            in_order.next_landed_step is null
            or in_order.next_landed_step > full_lists.known_step
        )
    where not in_order.is_deleted
    group by in_order.opportunity_id, in_order.known_step

),

with_absences as (

    select
        in_order.*,
        absences.absent_step
    from in_order
    left join absences
        on in_order.opportunity_id = absences.opportunity_id
        and in_order.known_step = absences.known_step

),

observations as (

    select
        opportunity_id,
        crm,
        account_id,
        opportunity_name,
        stage_name,
        amount,
        currency,
        close_on,
        opportunity_type,
        lead_source,
        next_step,
        is_closed_in_crm,
        is_won_in_crm,
        owner_user_id,
        created_at,
        modified_at,
        last_activity_on,
        push_count,
        is_deleted,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on,
        coalesce(absent_step, next_landed_step) as next_known_step
    from with_absences

    union all

    select
        with_absences.opportunity_id,
        with_absences.crm,
        with_absences.account_id,
        with_absences.opportunity_name,
        with_absences.stage_name,
        with_absences.amount,
        with_absences.currency,
        with_absences.close_on,
        with_absences.opportunity_type,
        with_absences.lead_source,
        with_absences.next_step,
        with_absences.is_closed_in_crm,
        with_absences.is_won_in_crm,
        with_absences.owner_user_id,
        with_absences.created_at,
        with_absences.modified_at,
        with_absences.last_activity_on,
        with_absences.push_count,
        true as is_deleted,
        with_absences.batch_id,
        with_absences.source_file,
        with_absences.source_sha256,
        with_absences.source_row_number,
        full_lists.known_step,
        full_lists.known_on,
        with_absences.next_landed_step as next_known_step
    from with_absences
    inner join full_lists
        on with_absences.crm = full_lists.crm
        and with_absences.absent_step = full_lists.known_step

),

-- The CRM's own flags win; a file without them is read through the stages as they are known then.
-- Case 28: what a later file says of a stage counts for the deals in it from the step of that file.
observed as (

    select
        observations.opportunity_id,
        observations.crm,
        observations.account_id,
        observations.opportunity_name,
        observations.stage_name,
        stages.stage_number,
        observations.amount,
        observations.currency,
        observations.close_on,
        observations.opportunity_type,
        observations.lead_source,
        observations.next_step,
        observations.is_closed_in_crm,
        observations.is_won_in_crm,
        coalesce(observations.is_closed_in_crm, stages.is_closed, false) as is_closed,
        coalesce(observations.is_won_in_crm, stages.is_won, false)
        and coalesce(observations.is_closed_in_crm, stages.is_closed, false) as is_won,
        observations.owner_user_id,
        observations.created_at,
        observations.modified_at,
        observations.last_activity_on,
        observations.push_count,
        observations.is_deleted,
        observations.batch_id,
        observations.source_file,
        observations.source_sha256,
        observations.source_row_number,
        -- The later of two; greatest() passes over NULL.
        cast(greatest(observations.known_step, stages.valid_from_step) as bigint) as known_step,
        case
            when stages.valid_from_step > observations.known_step then stages.known_on
            else observations.known_on
        end as known_on
    from observations
    left join stages
        on observations.stage_name = stages.stage_name
        and {{ before_open_step('observations.known_step', 'stages.valid_until_step') }}
        and {{ before_open_step('stages.valid_from_step', 'observations.next_known_step') }}
    where stages.valid_from_step is null
        or stages.valid_from_step <= observations.known_step
        or stages.stage_number is distinct from stages.stage_number_before
        or coalesce(observations.is_closed_in_crm, stages.is_closed, false)
        <> coalesce(observations.is_closed_in_crm, stages.is_closed_before, false)
        or coalesce(observations.is_won_in_crm, stages.is_won, false)
        <> coalesce(observations.is_won_in_crm, stages.is_won_before, false)

)

select * from observed
{% if is_incremental() %}
where known_step > (select coalesce(max(known_step), 0) from {{ this }})
{% endif %}
