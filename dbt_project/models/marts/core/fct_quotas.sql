with

quotas as (

    select * from {{ ref('int_crm_quotas_converted') }}

),

published as (

    select
        quota_id,
        crm,
        owner_user_id as rep_id,
        period_type,
        starts_on,
        ends_on,
        product_family,
        quota_amount,
        currency,
        plan_rate,
        quota_amount_company_currency,
        quota_quantity,
        batch_id,
        source_file,
        source_row_number
    from quotas

)

select * from published
