with

stage_history as (

    select * from {{ ref('stg_salesforce__opportunity_history') }}

),

versions as (

    select * from {{ ref('int_crm_opportunities_unified') }}

),

-- What the CRM forecast, and when: dated by its own history, else by the version of the record.
forecasts as (

    select
        opportunity_id,
        stage_name,
        changed_at as forecast_at,
        forecast_category,
        probability,
        false as is_of_record,
        known_step,
        batch_id,
        source_row_number
    from stage_history
    where not is_deleted

    union all

    select
        opportunity_id,
        stage_name,
        coalesce(modified_at, cast(known_on as timestamp)) as forecast_at,
        forecast_category,
        probability,
        true as is_of_record,
        known_step,
        batch_id,
        source_row_number
    from versions
    where not is_deleted

),

ranked as (

    select
        forecasts.*,
        row_number() over (
            partition by opportunity_id, stage_name, forecast_at
            order by
                is_of_record nulls last,
                known_step nulls last,
                batch_id nulls last,
                source_row_number nulls last
        ) as forecast_rank
    from forecasts
    where probability is not null

),

dated as (

    select
        opportunity_id,
        stage_name,
        forecast_at,
        forecast_category,
        probability
    from ranked
    where forecast_rank = 1

)

select * from dated
