with

opportunities as (

    select * from {{ ref('int_crm_opportunities_unified') }}

),

full_lists_known as (

    select * from {{ ref('int_crm_full_lists_known') }}

),

stages as (

    select * from {{ latest_batch(ref('stg_policy__stages')) }}

),

full_lists as (

    select * from full_lists_known
    where thing = 'opportunities'

),

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

observed as (

    select
        ranked.*,
        lead(ranked.known_step) over (
            partition by ranked.opportunity_id
            order by ranked.known_step nulls last
        ) as next_observed_step
    from ranked
    where ranked.rank_in_step = 1

),

-- Case 7: absent from the next full list means gone, at the step of that list.
absences as (

    select
        observed.opportunity_id,
        observed.known_step,
        min(full_lists.known_step) as absent_step
    from observed
    inner join full_lists
        on observed.crm = full_lists.crm
        and observed.known_step < full_lists.known_step
        and (
            observed.next_observed_step is null
            or observed.next_observed_step > full_lists.known_step
        )
    where not observed.is_deleted
    group by observed.opportunity_id, observed.known_step

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
        is_closed,
        is_won,
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
    from observed

    union all

    select
        observed.opportunity_id,
        observed.crm,
        observed.account_id,
        observed.opportunity_name,
        observed.stage_name,
        observed.amount,
        observed.currency,
        observed.close_on,
        observed.opportunity_type,
        observed.lead_source,
        observed.next_step,
        observed.is_closed,
        observed.is_won,
        observed.owner_user_id,
        observed.created_at,
        observed.modified_at,
        observed.last_activity_on,
        observed.push_count,
        true as is_deleted,
        observed.batch_id,
        observed.source_file,
        observed.source_sha256,
        observed.source_row_number,
        full_lists.known_step,
        full_lists.known_on
    from absences
    inner join observed
        on absences.opportunity_id = observed.opportunity_id
        and absences.known_step = observed.known_step
    inner join full_lists
        on observed.crm = full_lists.crm
        and absences.absent_step = full_lists.known_step

),

-- The CRM's own flags win; a file without them is read through the company's stage policy.
observations_with_stages as (

    select
        observations.*,
        stages.stage_number,
        coalesce(observations.is_closed, stages.is_closed, false) as is_closed_now,
        coalesce(observations.is_won, stages.is_won, false) as is_won_now
    from observations
    left join stages
        on observations.stage_name = stages.stage_name

),

versions as (

    select
        opportunity_id,
        crm,
        account_id,
        opportunity_name,
        stage_name,
        stage_number,
        amount,
        currency,
        close_on,
        {{ company_date('created_at') }} as created_on,
        created_at,
        opportunity_type,
        lead_source,
        next_step,
        is_closed_now as is_closed,
        is_won_now and is_closed_now as is_won,
        owner_user_id,
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
        lead(known_step) over (
            partition by opportunity_id
            order by known_step nulls last
        ) as superseded_step,
        row_number() over (
            partition by opportunity_id
            order by known_step nulls last
        ) as version_number
    from observations_with_stages

)

select * from versions
