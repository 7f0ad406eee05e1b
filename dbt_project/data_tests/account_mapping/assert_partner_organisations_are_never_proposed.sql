-- Case 29: a partner is a seller beside us, never an account to sell to.
select
    proposed.route_id,
    proposed.account_id
from {{ ref('int_routes_proposed') }} as proposed
inner join {{ ref('dim_accounts') }} as accounts
    on proposed.account_id = accounts.account_id
where accounts.is_partner_organisation
