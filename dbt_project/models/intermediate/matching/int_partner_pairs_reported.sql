with

partner_accounts as (

    select * from {{ ref('int_partner_accounts_unified') }}

),

lists as (

    select
        ordered_lists.*,
        case when ordered_lists.mode = 'full' then '' else ordered_lists.batch_id end as file_order
    from {{ ref('int_partner_lists_ordered') }} as ordered_lists

),

partners as (

    select * from {{ ref('dim_partners') }}

),

states as (

    select * from {{ ref('segment_states') }}

),

-- Case 30: nothing of a partner that has left is used any more. Files of one full list count
-- together; of several deltas the last one has the word.
rows_that_count as (

    select
        partner_accounts.*,
        lists.as_of as list_as_of,
        lists.is_current and not partner_accounts.is_deleted as is_in_force,
        states.precedence as state_precedence,
        rank() over (
            partition by
                partner_accounts.partner_id,
                partner_accounts.partner_account_id,
                partner_accounts.overlap_key
            order by
                lists.as_of desc nulls last,
                partner_accounts.known_step desc nulls last,
                lists.file_order desc nulls last
        ) as list_rank
    from partner_accounts
    inner join lists
        on partner_accounts.batch_id = lists.batch_id
    left join partners
        on partner_accounts.partner_id = partners.partner_id
    left join states
        on partner_accounts.partner_state = states.state
    where coalesce(partners.is_active, true)

),

-- Case 3: one list may name an account in several populations; the strongest state counts.
rows_ranked as (

    select
        rows_that_count.*,
        row_number() over (
            partition by partner_id, partner_account_id, overlap_key
            order by
                is_in_force desc nulls last,
                state_precedence nulls last,
                batch_id nulls last,
                source_row_number nulls last
        ) as state_rank
    from rows_that_count
    where list_rank = 1

),

several_populations as (

    select
        partner_id,
        partner_account_id,
        overlap_key
    from rows_ranked
    where state_rank = 2

),

states_listed as (

    select
        rows_ranked.partner_id,
        rows_ranked.partner_account_id,
        rows_ranked.overlap_key,
        rows_ranked.partner_state,
        rows_ranked.state_precedence,
        min(rows_ranked.customer_since_on) as customer_since_on
    from rows_ranked
    inner join several_populations
        on rows_ranked.partner_id = several_populations.partner_id
        and rows_ranked.partner_account_id = several_populations.partner_account_id
        and rows_ranked.overlap_key = several_populations.overlap_key
    group by
        rows_ranked.partner_id,
        rows_ranked.partner_account_id,
        rows_ranked.overlap_key,
        rows_ranked.partner_state,
        rows_ranked.state_precedence

),

populations as (

    select
        partner_id,
        partner_account_id,
        overlap_key,
        min(customer_since_on) as customer_since_on,
        {{ ordered_list('partner_state', 'state_precedence') }} as listed_states
    from states_listed
    group by partner_id, partner_account_id, overlap_key

),

reported as (

    select
        rows_ranked.partner_id,
        rows_ranked.partner_account_id,
        rows_ranked.overlap_key,
        rows_ranked.parent_partner_account_id,
        rows_ranked.crm_account_id,
        rows_ranked.account_name,
        rows_ranked.website,
        rows_ranked.country,
        rows_ranked.state,
        rows_ranked.city,
        rows_ranked.industry,
        rows_ranked.duns,
        rows_ranked.phone,
        rows_ranked.employees_count,
        rows_ranked.partner_state,
        rows_ranked.state_precedence,
        coalesce(populations.listed_states, rows_ranked.partner_state) as listed_states,
        coalesce(populations.customer_since_on, rows_ranked.customer_since_on) as customer_since_on,
        rows_ranked.owner_name,
        rows_ranked.owner_email,
        rows_ranked.is_in_force,
        rows_ranked.source,
        rows_ranked.coverage,
        rows_ranked.feed,
        rows_ranked.list_as_of,
        rows_ranked.batch_id,
        rows_ranked.source_file,
        rows_ranked.source_sha256,
        rows_ranked.source_row_number,
        rows_ranked.known_step,
        rows_ranked.known_on
    from rows_ranked
    left join populations
        on rows_ranked.partner_id = populations.partner_id
        and rows_ranked.partner_account_id = populations.partner_account_id
        and rows_ranked.overlap_key = populations.overlap_key
    where rows_ranked.state_rank = 1

)

select * from reported
