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
        opportunity_id,
        split_type_id,
        cast(sum(split_percentage) as decimal(18, 6)) as split_type_percentage
    from typed
    group by opportunity_id, split_type_id

),

validated as (

    select
        typed.opportunity_split_id,
        'salesforce' as crm,
        typed.opportunity_id,
        typed.split_owner_user_id,
        typed.split_type_id,
        typed.split_type_name,
        {{ ratio('typed.split_percentage', '100') }} as split_share,
        typed.split_amount,
        typed.currency,
        typed.is_revenue,
        {{ ratio('totals.split_type_percentage', '100') }} as split_type_share,
        typed.is_revenue and totals.split_type_percentage = 100 as is_additive,
        typed.batch_id,
        typed.source_file,
        typed.source_sha256,
        typed.source_row_number,
        typed.known_step,
        typed.known_on
    from typed
    left join totals
        on typed.opportunity_id = totals.opportunity_id
        and typed.split_type_id is not distinct from totals.split_type_id

)

select * from validated
