{{ config(materialized=read_in_place()) }}

with

splits as (

    select * from {{ ref('stg_salesforce__opportunity_splits') }}

),

split_types as (

    select * from {{ ref('stg_salesforce__opportunity_split_types') }}

),

splits_ranked as (

    select
        splits.*,
        {{ newest_version('splits.opportunity_split_id', 'splits.modified_at', 'splits.') }} as version_rank
    from splits

),

types_ranked as (

    select
        split_types.*,
        {{ newest_version('split_types.split_type_id', 'split_types.modified_at', 'split_types.') }}
            as version_rank
    from split_types

),

-- Case 26: only a type whose total the CRM validates carries revenue. Overlay splits and splits of
-- an unknown type are a measure of their own.
typed as (

    select
        splits_ranked.*,
        types_ranked.split_type_name,
        coalesce(types_ranked.is_total_validated, false) as is_revenue
    from splits_ranked
    left join types_ranked
        on splits_ranked.split_type_id = types_ranked.split_type_id
        and types_ranked.version_rank = 1
    where splits_ranked.version_rank = 1
        and not splits_ranked.is_deleted

),

totals as (

    select
        typed.*,
        cast(sum(split_percentage) over (
            partition by opportunity_id, split_type_id
        ) as decimal(18, 6)) as split_type_percentage
    from typed

),

validated as (

    select
        opportunity_split_id,
        'salesforce' as crm,
        opportunity_id,
        split_owner_user_id,
        split_type_id,
        split_type_name,
        {{ ratio('split_percentage', '100') }} as split_share,
        split_amount,
        currency,
        is_revenue,
        {{ ratio('split_type_percentage', '100') }} as split_type_share,
        is_revenue and split_type_percentage = 100 as is_additive,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from totals

)

select * from validated
