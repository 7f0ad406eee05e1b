-- A record of a partner that counted as two of our accounts would be credited twice. People may
-- accept several pairs (a duplicate account that is not merged yet); rules never decide beside
-- them.
with

matches as (

    select * from {{ ref('fct_account_matches') }}

),

certain_pairs as (

    select
        partner_id,
        partner_account_id,
        sum(case when decision = 'automatic' then 1 else 0 end) as automatic_count,
        sum(case when decision = 'accepted' then 1 else 0 end) as accepted_count
    from matches
    group by partner_id, partner_account_id

)

select *
from certain_pairs
where automatic_count > 1
    or (automatic_count > 0 and accepted_count > 0)
