with

splits as (

    select * from {{ ref('stg_salesforce__opportunity_splits') }}

),

split_types as (

    select * from {{ ref('stg_salesforce__opportunity_split_types') }}

),

full_lists as (

    select * from {{ ref('int_crm_full_lists_known') }}
    where crm = 'salesforce'
        and thing = 'opportunity_splits'

),

splits_ranked as (

    select
        splits.*,
        row_number() over (
            partition by splits.opportunity_split_id, splits.known_step
            order by
                splits.modified_at desc nulls last,
                splits.batch_id desc nulls last,
                splits.source_row_number desc nulls last
        ) as rank_in_step
    from splits

),

split_versions as (

    select
        splits_ranked.*,
        lead(splits_ranked.known_step) over (
            partition by splits_ranked.opportunity_split_id
            order by splits_ranked.known_step nulls last
        ) as superseded_step
    from splits_ranked
    where splits_ranked.rank_in_step = 1

),

-- A whole list without the row says that the row is gone.
absences as (

    select
        split_versions.opportunity_split_id,
        split_versions.known_step,
        min(full_lists.known_step) as absent_step
    from split_versions
    cross join full_lists
    where split_versions.known_step < full_lists.known_step
    group by split_versions.opportunity_split_id, split_versions.known_step

),

types_ranked as (

    select
        split_types.*,
        row_number() over (
            partition by split_types.split_type_id, split_types.known_step
            order by
                split_types.modified_at desc nulls last,
                split_types.batch_id desc nulls last,
                split_types.source_row_number desc nulls last
        ) as rank_in_step
    from split_types

),

type_versions as (

    select
        types_ranked.*,
        lead(types_ranked.known_step) over (
            partition by types_ranked.split_type_id
            order by types_ranked.known_step nulls last
        ) as superseded_step
    from types_ranked
    where types_ranked.rank_in_step = 1

),

-- Case 26: only a type whose total the CRM validates carries revenue. An overlay split is a measure
-- of its own and takes nothing from anybody.
revenue_splits as (

    select
        split_versions.opportunity_id,
        split_versions.split_type_id,
        case when lower(type_versions.split_type_name) = 'revenue' then 0 else 1 end as type_order,
        split_versions.split_owner_user_id,
        split_versions.split_percentage,
        greatest(split_versions.known_step, type_versions.known_step) as valid_from_step,
        -- The first of what ends it; least() passes over NULL.
        least(
            split_versions.superseded_step, absences.absent_step, type_versions.superseded_step
        ) as valid_until_step
    from split_versions
    left join absences
        on split_versions.opportunity_split_id = absences.opportunity_split_id
        and split_versions.known_step = absences.known_step
    inner join type_versions
        on split_versions.split_type_id = type_versions.split_type_id
        and (
            type_versions.superseded_step is null
            or split_versions.known_step < type_versions.superseded_step
        )
        and (
            split_versions.superseded_step is null
            or split_versions.superseded_step > type_versions.known_step
        )
    where not split_versions.is_deleted
        and not type_versions.is_deleted
        and type_versions.is_total_validated

),

changes as (

    select opportunity_id, valid_from_step as known_step from revenue_splits
    union
    select opportunity_id, valid_until_step as known_step from revenue_splits
    where valid_until_step is not null

),

splits_at_step as (

    select
        changes.opportunity_id,
        changes.known_step,
        revenue_splits.type_order,
        revenue_splits.split_type_id,
        revenue_splits.split_owner_user_id as rep_id,
        sum(revenue_splits.split_percentage) as split_percentage
    from changes
    inner join revenue_splits
        on changes.opportunity_id = revenue_splits.opportunity_id
        and changes.known_step >= revenue_splits.valid_from_step
        and (
            revenue_splits.valid_until_step is null
            or changes.known_step < revenue_splits.valid_until_step
        )
    where revenue_splits.split_percentage <> 0
    group by
        changes.opportunity_id,
        changes.known_step,
        revenue_splits.type_order,
        revenue_splits.split_type_id,
        revenue_splits.split_owner_user_id

),

-- Money is split once: by the type called Revenue if it totals 100 %, else by the first that does.
types_totalled as (

    select
        opportunity_id,
        known_step,
        split_type_id,
        row_number() over (
            partition by opportunity_id, known_step
            order by type_order nulls last, split_type_id nulls last
        ) as type_rank
    from splits_at_step
    group by opportunity_id, known_step, type_order, split_type_id
    having sum(split_percentage) = 100
        and min(split_percentage) > 0
        and count(rep_id) = count(*)

),

shares as (

    select
        splits_at_step.opportunity_id,
        splits_at_step.known_step,
        splits_at_step.rep_id,
        cast(splits_at_step.split_percentage as decimal(18, 6)) as split_percentage,
        row_number() over (
            partition by splits_at_step.opportunity_id, splits_at_step.known_step
            order by splits_at_step.split_percentage desc nulls last, splits_at_step.rep_id nulls last
        ) as credit_number
    from splits_at_step
    inner join types_totalled
        on splits_at_step.opportunity_id = types_totalled.opportunity_id
        and splits_at_step.known_step = types_totalled.known_step
        and splits_at_step.split_type_id = types_totalled.split_type_id
        and types_totalled.type_rank = 1

),

next_changes as (

    select
        opportunity_id,
        known_step,
        lead(known_step) over (
            partition by opportunity_id order by known_step nulls last
        ) as next_step
    from changes

),

-- Each part of the deal runs from one hundredth to another, so that the parts of its money, each
-- the difference of two rounded amounts, are the whole to the cent.
versions as (

    select
        shares.opportunity_id,
        shares.rep_id,
        cast(shares.credit_number as bigint) as credit_number,
        shares.split_percentage,
        cast(sum(shares.split_percentage) over (
            partition by shares.opportunity_id, shares.known_step
            order by shares.credit_number nulls last
            rows between unbounded preceding and current row
        ) as decimal(18, 6)) as split_until_percentage,
        shares.known_step as valid_from_step,
        next_changes.next_step as valid_until_step
    from shares
    inner join next_changes
        on shares.opportunity_id = next_changes.opportunity_id
        and shares.known_step = next_changes.known_step

)

select * from versions
