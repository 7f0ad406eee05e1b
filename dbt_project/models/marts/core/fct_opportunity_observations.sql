with

observations as (

    select * from {{ ref('int_crm_opportunity_observations_dated') }}

),

published as (

    select
        opportunity_id,
        crm,
        state,
        owner_user_id as owner_rep_id,
        stage_name,
        amount,
        close_on,
        observed_on,
        observed_until_on,
        known_step,
        batch_id,
        source_file,
        source_row_number
    from observations

)

select * from published
