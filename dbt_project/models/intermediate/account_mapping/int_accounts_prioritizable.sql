with

segmented as (

    select * from {{ ref('int_overlaps_segmented') }}

),

-- Partner organisations are never sold to (case 29). A score needs an overlap: where the partner
-- is absent or unknown there is nobody to work with, and a partner-only account has no seller yet.
prioritizable as (

    select
        account_id,
        partner_id,
        partner_name,
        partner_account_id,
        our_state,
        partner_state,
        cell,
        roll_up,
        customer_since_on,
        last_verified_on,
        partner_seller_name
    from segmented
    where not is_partner_organisation
        and partner_state <> 'unknown'

)

select * from prioritizable
