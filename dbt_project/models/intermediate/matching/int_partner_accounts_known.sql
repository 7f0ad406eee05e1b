with

pairs as (

    select * from {{ ref('int_partner_pairs_reported') }}

),

-- A record of the partner that a platform pairs with several of ours is one account of theirs.
pairs_ranked as (

    select
        pairs.*,
        row_number() over (
            partition by partner_id, partner_account_id
            order by
                is_in_force desc nulls last,
                list_as_of desc nulls last,
                state_precedence nulls last,
                overlap_key nulls last
        ) as pair_rank
    from pairs

),

known as (

    select
        partner_id,
        partner_account_id,
        parent_partner_account_id,
        crm_account_id,
        account_name,
        website,
        country,
        state,
        city,
        industry,
        duns,
        phone,
        employees_count,
        partner_state,
        state_precedence,
        listed_states,
        customer_since_on,
        owner_name,
        owner_email,
        is_in_force,
        coverage,
        feed,
        list_as_of,
        batch_id,
        source_file,
        source_sha256,
        source_row_number,
        known_step,
        known_on
    from pairs_ranked
    where pair_rank = 1

)

select * from known
