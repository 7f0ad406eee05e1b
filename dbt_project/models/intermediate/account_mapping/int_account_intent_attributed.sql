with

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

intent_signals as (

    select * from {{ ref('int_intent_signals_normalized') }}

),

-- Case 42: a signal speaks of a company. Its oldest account is the one that shows interest; the
-- others of the company inherit it and say so.
accounts_of_companies as (

    select
        account_id,
        registrable_domain,
        first_value(account_id) over (
            partition by registrable_domain
            order by created_at nulls last, account_id nulls last
            rows between unbounded preceding and unbounded following
        ) as hub_account_id,
        cast(count(*) over (partition by registrable_domain) as bigint) as company_accounts_count
    from crm_accounts
    where registrable_domain is not null

),

attributed as (

    select
        accounts_of_companies.account_id,
        intent_signals.provider,
        intent_signals.signal_week_starts_on,
        accounts_of_companies.registrable_domain,
        intent_signals.score,
        intent_signals.strength,
        accounts_of_companies.account_id <> accounts_of_companies.hub_account_id
            as is_inherited_from_company,
        accounts_of_companies.hub_account_id,
        accounts_of_companies.company_accounts_count
    from accounts_of_companies
    inner join intent_signals
        on accounts_of_companies.registrable_domain = intent_signals.registrable_domain

)

select * from attributed
