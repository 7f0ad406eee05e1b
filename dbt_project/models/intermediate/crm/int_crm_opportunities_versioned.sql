with

observed as (

    select * from {{ ref('int_crm_opportunities_observed') }}

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
        is_closed,
        is_won,
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
    from observed

)

select * from versions
