with

splits as (

    select * from {{ ref('int_crm_opportunity_splits_validated') }}

),

published as (

    select
        opportunity_split_id,
        crm,
        opportunity_id,
        split_owner_user_id as split_owner_rep_id,
        split_type_name,
        split_share,
        split_amount,
        currency,
        is_revenue,
        split_type_share,
        is_additive,
        batch_id,
        source_file,
        source_row_number
    from splits

)

select * from published
