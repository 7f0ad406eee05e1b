with

matches as (

    select * from {{ ref('int_matches_decided') }}

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
    where matches.decision in ('automatic', 'accepted')

),

-- Case 3: several records of one partner about one account are one overlap.
records_per_account as (

    select
        account_id,
        partner_id,
        cast(count(*) as bigint) as partner_accounts_count,
        {{ ordered_list('partner_account_id', 'record_rank') }} as partner_account_ids,
        {{ ordered_list('listed_states', 'record_rank') }} as listed_states,
        min(customer_since_on) as customer_since_on
    from matched_records
    group by account_id, partner_id

),

sellers_ranked as (

    select
        account_id,
        partner_id,
        owner_name,
        row_number() over (
            partition by account_id, partner_id
            order by record_rank nulls last
        ) as seller_rank
    from matched_records
    where owner_name is not null

),

collapsed as (

    select
        matched_records.account_id,
        matched_records.partner_id,
        matched_records.partner_account_id,
        records_per_account.partner_account_ids,
        records_per_account.partner_accounts_count,
        matched_records.account_name as partner_account_name,
        matched_records.partner_state,
        records_per_account.listed_states,
        matched_records.first_observed_on as partner_state_since_on,
        case
            when matched_records.partner_state = 'customer'
            then records_per_account.customer_since_on
        end as customer_since_on,
        sellers_ranked.owner_name as partner_seller_name,
        matched_records.tier,
        matched_records.probability,
        matched_records.evidence,
        matched_records.batch_id,
        matched_records.source_row_number
    from matched_records
    inner join records_per_account
        on matched_records.account_id = records_per_account.account_id
        and matched_records.partner_id = records_per_account.partner_id
    left join sellers_ranked
        on matched_records.account_id = sellers_ranked.account_id
        and matched_records.partner_id = sellers_ranked.partner_id
        and sellers_ranked.seller_rank = 1
    where matched_records.record_rank = 1

)

select * from collapsed
