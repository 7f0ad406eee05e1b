with states as (
    select records.*, matches.crm_account_id as account_id
    from {{ ref('stg_partner_records') }} as records
    left join {{ ref('matches') }} as matches
        on records.partner_id = matches.partner_id
        and records.partner_account_id = matches.partner_account_id
),

best as (
    select account_id, partner_id, partner_account_id, partner_state
    from states where account_id is not null
    qualify row_number() over (
        partition by account_id, partner_id
        order by case partner_state when 'customer' then 1 when 'open_opportunity' then 2
            when 'prospect' then 3 else 4 end, partner_account_id
    ) = 1
),

paired as (
    select
        accounts.account_id, partners.partner_id, best.partner_account_id, accounts.rep_id,
        accounts.our_state,
        coalesce(best.partner_state,
            case when partners.coverage = 'full_list' then 'absent' else 'unknown' end) as partner_state
    from {{ ref('stg_accounts') }} as accounts
    cross join {{ ref('stg_partners') }} as partners
    left join best
        on accounts.account_id = best.account_id and partners.partner_id = best.partner_id
    where partners.is_active
    union all
    select null, partner_id, partner_account_id, null, 'absent', partner_state
    from states where account_id is null
)

select
    *,
    case
        when partner_state = 'unknown' then 'unknown_coverage'
        when our_state = 'customer' and partner_state = 'customer' then 'shared_customer'
        when our_state = 'customer' and partner_state = 'absent' then 'our_customer_only'
        when our_state = 'customer' then 'our_customer_partner_prospect'
        when our_state = 'absent' and partner_state = 'customer' then 'partner_customer_only'
        when our_state = 'absent' then 'partner_prospect_only'
        when partner_state = 'customer' then 'partner_customer_our_prospect'
        when partner_state = 'absent' then 'our_prospect_only'
        else 'shared_prospect'
    end as cell
from paired
