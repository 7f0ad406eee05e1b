with

account_intent as (

    select * from {{ ref('int_account_intent_attributed') }}

),

published as (

    select
        account_id || '|' || provider || '|' || {{ text_from_day('signal_week_starts_on') }}
            as account_intent_id,
        account_id,
        provider,
        signal_week_starts_on,
        registrable_domain,
        score,
        strength,
        is_inherited_from_company,
        hub_account_id,
        company_accounts_count
    from account_intent

)

select * from published
