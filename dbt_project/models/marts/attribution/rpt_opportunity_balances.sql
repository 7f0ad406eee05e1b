with

ledger as (

    select * from {{ ref('fct_attribution_ledger') }}

),

newest_first as (

    select
        ledger.*,
        row_number() over (
            partition by
                opportunity_id, measure, attribution_class, partner_id, rep_id, manager_id,
                origin_quarter, currency, exclusion
            order by known_step desc nulls last, posting_id nulls last
        ) as posting_rank
    from ledger

),

balances as (

    select
        {{ hash_id([
            'opportunity_id', 'measure', 'attribution_class', 'partner_id', 'rep_id', 'manager_id',
            'origin_quarter', 'currency', 'exclusion',
        ]) }} as balance_id,
        opportunity_id,
        measure,
        attribution_class,
        partner_id,
        rep_id,
        manager_id,
        origin_quarter,
        exclusion,
        currency,
        cast(sum(amount) as {{ type_money() }}) as balance_amount,
        cast(sum(amount_company_currency) as {{ type_money() }}) as balance_amount_company_currency,
        cast(sum(case
            when posted_quarter = origin_quarter then amount_company_currency else 0
        end) as {{ type_money() }}) as posted_in_origin_quarter_amount,
        cast(sum(case
            when posted_quarter <> origin_quarter then amount_company_currency else 0
        end) as {{ type_money() }}) as posted_later_amount,
        cast(count(*) as bigint) as postings_count,
        min(posted_at) as first_posted_at,
        max(posted_at) as last_posted_at,
        max(case when posting_rank = 1 then rule_id end) as rule_id,
        max(case when posting_rank = 1 then posting_id end) as last_posting_id
    from newest_first
    group by
        opportunity_id, measure, attribution_class, partner_id, rep_id, manager_id, origin_quarter,
        currency, exclusion
    having sum(amount) <> 0 or sum(amount_company_currency) <> 0

)

select * from balances
