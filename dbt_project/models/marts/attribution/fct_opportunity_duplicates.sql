with

duplicates as (

    select * from {{ ref('int_opportunity_duplicates_found') }}

),

opportunity_duplicates as (

    select
        opportunity_id || '|' || duplicate_of_opportunity_id as opportunity_duplicate_id,
        opportunity_id,
        duplicate_of_opportunity_id,
        company_id,
        primary_opportunity_id,
        has_registration,
        amount_company_currency,
        duplicate_of_amount_company_currency,
        cast(close_days_apart as bigint) as close_days_apart,
        'review' as decision
    from duplicates

)

select * from opportunity_duplicates
