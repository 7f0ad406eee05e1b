with

bilateral as (

    select * from {{ ref('stg_bilateral__partner_accounts') }}

),

partnertap as (

    select * from {{ ref('stg_partnertap__accounts') }}

),

plan_rates as (

    select * from {{ policy_in_force(ref('stg_policy__plan_rates'), ['currency']) }}

),

-- Without a currency the amount is in the company's.
shared as (

    select
        bilateral.batch_id,
        bilateral.source_row_number,
        case
            when bilateral.open_pipeline_currency is null then bilateral.open_pipeline_amount
            else {{ convert_amount('bilateral.open_pipeline_amount', 'plan_rates.plan_rate') }}
        end as open_pipeline_amount
    from bilateral
    left join plan_rates
        on bilateral.open_pipeline_currency = lower(plan_rates.currency)
    where bilateral.open_pipeline_amount is not null

    union all

    select
        batch_id,
        source_row_number,
        partner_open_pipeline_amount as open_pipeline_amount
    from partnertap
    where partner_open_pipeline_amount is not null

)

select * from shared
