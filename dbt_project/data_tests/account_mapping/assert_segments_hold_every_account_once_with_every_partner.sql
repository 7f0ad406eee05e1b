-- Total and exclusive: accounts times active partners, and every account that only a partner lists.
with

segments as (

    select * from {{ ref('fct_account_segments') }}

),

accounts as (

    select count(*) as accounts_count from {{ ref('int_crm_accounts_current') }}

),

partners as (

    select count(*) as partners_count from {{ ref('int_partner_coverage_decided') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_current') }}

),

certain_pairs as (

    select distinct
        partner_id,
        partner_account_id
    from {{ ref('fct_account_matches') }}
    where decision in ('automatic', 'accepted')

),

partner_only as (

    select count(*) as partner_only_count
    from partner_accounts
    left join certain_pairs
        on partner_accounts.partner_id = certain_pairs.partner_id
        and partner_accounts.partner_account_id = certain_pairs.partner_account_id
    where certain_pairs.partner_id is null

),

counted as (

    select
        coalesce(sum(case when account_id is not null then 1 else 0 end), 0) as account_rows_count,
        coalesce(sum(case when account_id is null then 1 else 0 end), 0) as partner_only_rows_count
    from segments

)

select
    counted.account_rows_count,
    accounts.accounts_count,
    partners.partners_count,
    counted.partner_only_rows_count,
    partner_only.partner_only_count
from counted
cross join accounts
cross join partners
cross join partner_only
where counted.account_rows_count <> accounts.accounts_count * partners.partners_count
    or counted.partner_only_rows_count <> partner_only.partner_only_count
