with

segments as (

    select * from {{ ref('fct_account_segments') }}

),

records as (

    select * from {{ ref('int_overlap_records_homed') }}

),

coverage as (

    select * from {{ ref('int_partner_coverage_decided') }}

),

segment_cells as (

    select * from {{ ref('segment_cells') }}

),

attributed_opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}

),

pipeline_shared as (

    select * from {{ ref('int_partner_pipeline_shared') }}

),

open_pipeline as (

    select
        account_id,
        cast(sum(amount_company_currency) as {{ type_money() }}) as open_pipeline_amount
    from attributed_opportunities
    where not is_closed
        and not is_deleted
        and exclusion is null
        and account_id is not null
    group by account_id

),

-- Our side: every account once with every partner. An account whose state rests on a record that
-- is counted at another account of ours shares that record.
our_side as (

    select
        segments.partner_id,
        segments.our_state,
        segments.partner_state,
        cast(count(*) as bigint) as our_accounts_count,
        cast(
            sum(case when segments.partner_account_id is not null then 1 else 0 end) as bigint
        ) as overlapping_accounts_count,
        cast(
            sum(
                case when records.home_account_id <> segments.account_id then 1 else 0 end
            ) as bigint
        ) as sharing_accounts_count,
        cast(sum(open_pipeline.open_pipeline_amount) as {{ type_money() }})
            as our_open_pipeline_amount
    from segments
    left join open_pipeline
        on segments.account_id = open_pipeline.account_id
    left join records
        on segments.partner_id = records.partner_id
        and segments.partner_account_id = records.partner_account_id
    where segments.account_id is not null
    group by segments.partner_id, segments.our_state, segments.partner_state

),

-- Their side: every row of the partner's list once, in the state that the row itself says.
partner_side as (

    select
        records.partner_id,
        coalesce(records.home_our_state, coverage.our_absence_state) as our_state,
        records.partner_state,
        cast(count(*) as bigint) as partner_records_count,
        cast(
            sum(
                case
                    when records.home_account_id is not null
                        and not records.gives_the_state_of_its_home
                    then 1
                    else 0
                end
            ) as bigint
        ) as additional_records_count,
        cast(
            sum(case when records.home_account_id is null then 1 else 0 end) as bigint
        ) as unmatched_records_count,
        cast(sum(pipeline_shared.open_pipeline_amount) as {{ type_money() }})
            as partner_open_pipeline_amount
    from records
    inner join coverage
        on records.partner_id = coverage.partner_id
    left join pipeline_shared
        on records.batch_id = pipeline_shared.batch_id
        and records.source_row_number = pipeline_shared.source_row_number
    group by
        records.partner_id,
        coalesce(records.home_our_state, coverage.our_absence_state),
        records.partner_state

),

cells as (

    select
        partner_id,
        our_state,
        partner_state
    from our_side
    union
    select
        partner_id,
        our_state,
        partner_state
    from partner_side

),

-- Case 33: of a partner that gives counts or nothing, what it has is NULL and never 0.
counted as (

    select
        cells.partner_id,
        coverage.coverage,
        cells.our_state,
        cells.partner_state,
        segment_cells.cell,
        segment_cells.roll_up,
        segment_cells.roll_up_side,
        coalesce(our_side.our_accounts_count, 0) as our_accounts_count,
        case
            when coverage.newest_list_on is not null
            then coalesce(partner_side.partner_records_count, 0)
        end as partner_records_count,
        case
            when coverage.newest_list_on is not null
            then coalesce(our_side.overlapping_accounts_count, 0)
        end as overlapping_accounts_count,
        case
            when coverage.newest_list_on is not null
            then coalesce(our_side.sharing_accounts_count, 0)
        end as sharing_accounts_count,
        case
            when coverage.newest_list_on is not null
            then coalesce(partner_side.additional_records_count, 0)
        end as additional_records_count,
        case
            when coverage.newest_list_on is not null
            then coalesce(partner_side.unmatched_records_count, 0)
        end as unmatched_records_count,
        our_side.our_open_pipeline_amount,
        partner_side.partner_open_pipeline_amount
    from cells
    inner join coverage
        on cells.partner_id = coverage.partner_id
    inner join segment_cells
        on cells.our_state = segment_cells.our_state
        and cells.partner_state = segment_cells.partner_state
    left join our_side
        on cells.partner_id = our_side.partner_id
        and cells.our_state = our_side.our_state
        and cells.partner_state = our_side.partner_state
    left join partner_side
        on cells.partner_id = partner_side.partner_id
        and cells.our_state = partner_side.our_state
        and cells.partner_state = partner_side.partner_state

),

explained as (

    select
        partner_id || '|' || our_state || '|' || partner_state as matrix_cell_id,
        partner_id,
        coverage,
        our_state,
        partner_state,
        cell,
        roll_up,
        roll_up_side,
        our_accounts_count,
        partner_records_count,
        overlapping_accounts_count,
        sharing_accounts_count,
        additional_records_count,
        unmatched_records_count,
        case
            when partner_records_count is null then 'The partner shares no rows to count'
            when sharing_accounts_count = 0 and additional_records_count = 0 then null
            else cast(overlapping_accounts_count as {{ type_string() }}) || ' accounts, less '
                || cast(sharing_accounts_count as {{ type_string() }})
                || ' that share a record counted at another account, and '
                || cast(additional_records_count as {{ type_string() }})
                || ' further records of accounts counted once, make '
                || cast(
                    partner_records_count - unmatched_records_count as {{ type_string() }}
                ) || ' matched records'
        end as bridge,
        our_open_pipeline_amount,
        partner_open_pipeline_amount
    from counted

)

select * from explained
