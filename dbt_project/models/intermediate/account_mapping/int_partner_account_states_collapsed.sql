with

matches as (

    select * from {{ ref('int_matches_settled') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_current') }}

),

observed_states as (

    select * from {{ ref('int_partner_account_states_observed') }}

),

-- Only what is certain: a pair that waits for review is no overlap yet.
matched_records as (

    select
        matches.crm_account_id as account_id,
        matches.partner_id,
        matches.partner_account_id,
        matches.tier,
        matches.probability,
        matches.evidence,
        partner_accounts.partner_state,
        partner_accounts.state_precedence,
        partner_accounts.listed_states,
        partner_accounts.customer_since_on,
        partner_accounts.owner_name,
        partner_accounts.account_name,
        partner_accounts.batch_id,
        partner_accounts.source_row_number,
        observed_states.first_observed_on,
        observed_states.last_observed_on,
        row_number() over (
            partition by matches.crm_account_id, matches.partner_id
            order by
                partner_accounts.state_precedence nulls last,
                matches.probability desc nulls last,
                matches.partner_account_id nulls last
        ) as record_rank
    from matches
    inner join partner_accounts
        on matches.partner_id = partner_accounts.partner_id
        and matches.partner_account_id = partner_accounts.partner_account_id
    left join observed_states
        on matches.partner_id = observed_states.partner_id
        and matches.partner_account_id = observed_states.partner_account_id
        and observed_states.is_current
    where matches.settled_decision in ('automatic', 'accepted')

),

several_records as (

    select
        account_id,
        partner_id
    from matched_records
    where record_rank = 2

),

-- Case 3: several records of one partner about one account are one overlap.
records_per_account as (

    select
        matched_records.account_id,
        matched_records.partner_id,
        cast(count(*) as bigint) as partner_accounts_count,
        {{ ordered_list('matched_records.partner_account_id', 'matched_records.record_rank') }}
            as partner_account_ids,
        {{ ordered_list('matched_records.listed_states', 'matched_records.record_rank') }}
            as listed_states,
        min(matched_records.customer_since_on) as customer_since_on,
        min(case when matched_records.owner_name is not null then matched_records.record_rank end)
            as seller_record_rank
    from matched_records
    inner join several_records
        on matched_records.account_id = several_records.account_id
        and matched_records.partner_id = several_records.partner_id
    group by matched_records.account_id, matched_records.partner_id

),

sellers as (

    select
        matched_records.account_id,
        matched_records.partner_id,
        matched_records.owner_name
    from matched_records
    inner join records_per_account
        on matched_records.account_id = records_per_account.account_id
        and matched_records.partner_id = records_per_account.partner_id
        and matched_records.record_rank = records_per_account.seller_record_rank

),

collapsed as (

    select
        matched_records.account_id,
        matched_records.partner_id,
        matched_records.partner_account_id,
        coalesce(records_per_account.partner_account_ids, matched_records.partner_account_id)
            as partner_account_ids,
        coalesce(records_per_account.partner_accounts_count, 1) as partner_accounts_count,
        matched_records.account_name as partner_account_name,
        matched_records.partner_state,
        coalesce(records_per_account.listed_states, matched_records.listed_states)
            as listed_states,
        matched_records.first_observed_on as partner_state_since_on,
        matched_records.last_observed_on as last_verified_on,
        case
            when matched_records.partner_state = 'customer'
            then coalesce(
                records_per_account.customer_since_on, matched_records.customer_since_on
            )
        end as customer_since_on,
        coalesce(sellers.owner_name, matched_records.owner_name) as partner_seller_name,
        matched_records.tier,
        matched_records.probability,
        matched_records.evidence,
        matched_records.batch_id,
        matched_records.source_row_number
    from matched_records
    left join records_per_account
        on matched_records.account_id = records_per_account.account_id
        and matched_records.partner_id = records_per_account.partner_id
    left join sellers
        on matched_records.account_id = sellers.account_id
        and matched_records.partner_id = sellers.partner_id
    where matched_records.record_rank = 1

)

select * from collapsed
