with

ledger as (

    select * from {{ ref('fct_attribution_ledger') }}

),

quarters as (

    select * from {{ ref('int_fiscal_quarters_closed') }}

),

freezes as (

    select * from {{ ref('stg_cosell__quarter_freezes') }}

),

positions as (

    select * from {{ ref('int_ledger_positions_evaluated') }}

),

closed_quarters as (

    select * from quarters
    where closing_step is not null

),

-- Two rounds of hashing: no text grows longer than the postings of one two-digit group, and the
-- order of the rows does not matter.
posting_groups as (

    select
        posted_quarter,
        substr(posting_id, 1, 2) as posting_group,
        count(*) as postings_count,
        {{ sha256_text(ordered_list(sha256_text(posting_text()), 'posting_id')) }} as group_sha256
    from ledger
    group by posted_quarter, substr(posting_id, 1, 2)

),

quarter_hashes as (

    select
        posted_quarter,
        cast(sum(postings_count) as bigint) as postings_count,
        {{ sha256_text(ordered_list('group_sha256', 'posting_group')) }} as postings_sha256
    from posting_groups
    group by posted_quarter

),

-- What was posted before the close, and what has been posted since for the same quarter of origin.
balances as (

    select
        ledger.origin_quarter,
        sum(case
            when ledger.measure = 'pipeline_created' and ledger.known_step < closed_quarters.closing_step
            then ledger.amount_company_currency else 0
        end) as pipeline_frozen_amount,
        sum(case
            when ledger.measure = 'pipeline_created' and ledger.known_step >= closed_quarters.closing_step
            then ledger.amount_company_currency else 0
        end) as pipeline_adjustments_amount,
        sum(case
            when ledger.measure = 'bookings' and ledger.known_step < closed_quarters.closing_step
            then ledger.amount_company_currency else 0
        end) as bookings_frozen_amount,
        sum(case
            when ledger.measure = 'bookings' and ledger.known_step >= closed_quarters.closing_step
            then ledger.amount_company_currency else 0
        end) as bookings_adjustments_amount,
        sum(case when ledger.known_step >= closed_quarters.closing_step then 1 else 0 end)
            as adjustments_count
    from ledger
    inner join closed_quarters
        on ledger.origin_quarter = closed_quarters.fiscal_quarter
    group by ledger.origin_quarter

),

-- Where every amount stands now, from the evaluated positions and not from the ledger.
positions_ranked as (

    select
        origin_quarter,
        measure,
        is_standing,
        amount_company_currency,
        row_number() over (
            partition by opportunity_id, measure, credit_number order by known_step desc nulls last
        ) as position_rank
    from positions

),

live as (

    select
        origin_quarter,
        sum(case when measure = 'pipeline_created' then amount_company_currency else 0 end)
            as pipeline_live_amount,
        sum(case when measure = 'bookings' then amount_company_currency else 0 end)
            as bookings_live_amount
    from positions_ranked
    where position_rank = 1
        and is_standing
    group by origin_quarter

),

freezes_ranked as (

    select
        freezes.*,
        row_number() over (
            partition by fiscal_quarter
            order by known_step desc nulls last, batch_id desc nulls last
        ) as freeze_rank
    from freezes

),

closes as (

    select
        closed_quarters.fiscal_quarter,
        closed_quarters.starts_on,
        closed_quarters.ends_on,
        closed_quarters.closed_by,
        closed_quarters.signed_by,
        closed_quarters.signed_on,
        closed_quarters.closing_step,
        coalesce(quarter_hashes.postings_count, 0) as postings_count,
        coalesce(quarter_hashes.postings_sha256, {{ sha256_text("''") }}) as postings_sha256,
        freezes_ranked.postings_sha256 as signed_postings_sha256,
        freezes_ranked.release_id as signed_release_id,
        cast(coalesce(balances.pipeline_frozen_amount, 0) as {{ type_money() }})
            as pipeline_frozen_amount,
        cast(coalesce(balances.pipeline_adjustments_amount, 0) as {{ type_money() }})
            as pipeline_adjustments_amount,
        cast(coalesce(live.pipeline_live_amount, 0) as {{ type_money() }}) as pipeline_live_amount,
        cast(coalesce(balances.bookings_frozen_amount, 0) as {{ type_money() }})
            as bookings_frozen_amount,
        cast(coalesce(balances.bookings_adjustments_amount, 0) as {{ type_money() }})
            as bookings_adjustments_amount,
        cast(coalesce(live.bookings_live_amount, 0) as {{ type_money() }}) as bookings_live_amount,
        cast(coalesce(balances.adjustments_count, 0) as bigint) as adjustments_count
    from closed_quarters
    left join quarter_hashes
        on closed_quarters.fiscal_quarter = quarter_hashes.posted_quarter
    left join balances
        on closed_quarters.fiscal_quarter = balances.origin_quarter
    left join live
        on closed_quarters.fiscal_quarter = live.origin_quarter
    left join freezes_ranked
        on closed_quarters.fiscal_quarter = freezes_ranked.fiscal_quarter
        and freezes_ranked.freeze_rank = 1

)

select * from closes
