with

overlapping as (

    select * from {{ ref('int_partner_account_states_collapsed') }}

),

our_states as (

    select * from {{ ref('int_our_account_states_decided') }}

),

coverage as (

    select * from {{ ref('int_partner_coverage_decided') }}

),

segment_cells as (

    select * from {{ ref('segment_cells') }}

),

segmented as (

    select
        overlapping.account_id,
        overlapping.partner_id,
        coverage.partner_name,
        overlapping.partner_account_id,
        overlapping.partner_account_ids,
        overlapping.partner_accounts_count,
        overlapping.partner_account_name,
        our_states.our_state,
        our_states.our_state_since_on,
        our_states.is_partner_organisation,
        overlapping.partner_state,
        overlapping.listed_states,
        overlapping.partner_state_since_on,
        overlapping.last_verified_on,
        overlapping.customer_since_on,
        overlapping.partner_seller_name,
        segment_cells.cell,
        segment_cells.roll_up,
        segment_cells.roll_up_side,
        overlapping.tier,
        overlapping.evidence,
        overlapping.batch_id,
        overlapping.source_row_number
    from overlapping
    inner join our_states
        on overlapping.account_id = our_states.account_id
    inner join coverage
        on overlapping.partner_id = coverage.partner_id
    inner join segment_cells
        on our_states.our_state = segment_cells.our_state
        and overlapping.partner_state = segment_cells.partner_state

)

select * from segmented
