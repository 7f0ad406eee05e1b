with

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

companies as (

    select * from {{ ref('int_crm_companies_identified') }}

),

intent_signals as (

    select * from {{ ref('int_intent_signals_normalized') }}

),

domains_of_companies as (

    select distinct
        companies.company_id,
        crm_accounts.registrable_domain
    from crm_accounts
    inner join companies
        on crm_accounts.account_id = companies.account_id
    where crm_accounts.registrable_domain is not null

),

-- A company with several websites shows one interest: the strongest of the week.
signals_ranked as (

    select
        domains_of_companies.company_id,
        intent_signals.provider,
        intent_signals.signal_week_starts_on,
        intent_signals.registrable_domain,
        intent_signals.score,
        intent_signals.strength,
        row_number() over (
            partition by
                domains_of_companies.company_id,
                intent_signals.provider,
                intent_signals.signal_week_starts_on
            order by
                intent_signals.strength desc nulls last,
                intent_signals.registrable_domain nulls last
        ) as signal_rank
    from domains_of_companies
    inner join intent_signals
        on domains_of_companies.registrable_domain = intent_signals.registrable_domain

),

-- Case 42: a signal speaks of one company. All accounts it reaches are counted: those of the
-- company, whatever website their own record names, and those of another company that names the
-- same website. The oldest shows the interest; the others inherit it and say so.
attributed as (

    select
        companies.account_id,
        signals_ranked.provider,
        signals_ranked.signal_week_starts_on,
        signals_ranked.registrable_domain,
        signals_ranked.score,
        signals_ranked.strength,
        first_value(companies.account_id) over (
            partition by
                signals_ranked.provider,
                signals_ranked.signal_week_starts_on,
                signals_ranked.registrable_domain
            order by crm_accounts.created_at nulls last, companies.account_id nulls last
        ) as hub_account_id,
        cast(count(*) over (
            partition by
                signals_ranked.provider,
                signals_ranked.signal_week_starts_on,
                signals_ranked.registrable_domain
        ) as bigint) as company_accounts_count
    from companies
    inner join crm_accounts
        on companies.account_id = crm_accounts.account_id
    inner join signals_ranked
        on companies.company_id = signals_ranked.company_id
        and signals_ranked.signal_rank = 1

),

flagged as (

    select
        account_id,
        provider,
        signal_week_starts_on,
        registrable_domain,
        score,
        strength,
        account_id <> hub_account_id as is_inherited_from_company,
        hub_account_id,
        company_accounts_count
    from attributed

)

select * from flagged
