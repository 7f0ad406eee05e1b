select
    accounts.Id as account_id,
    accounts.OwnerId as rep_id,
    {{ name_core('accounts.Name') }} as name_core,
    {{ domain_of('accounts.Website') }} as domain,
    {{ country_key('accounts.BillingCountry') }} as country,
    {{ duns_key('accounts.DunsNumber') }} as duns,
    case
        when accounts.Type like 'Customer%' then 'customer'
        when accounts.Id in (select account_id from {{ ref('stg_opportunities') }} where not is_closed)
            then 'open_opportunity'
        when accounts.Type = 'Former Customer' then 'former_customer'
        else 'prospect'
    end as our_state
from {{ newest_export('Account') }} as accounts
where coalesce(accounts.IsPartner, 'false') <> 'true' and coalesce(accounts.Type, '') not like '%Partner%'
