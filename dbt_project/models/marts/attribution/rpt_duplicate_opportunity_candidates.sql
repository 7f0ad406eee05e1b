with

opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}
    where not is_deleted
        and exclusion is null
        and account_id is not null
        and amount_company_currency <> 0

),

likeness as (

    select * from {{ policy_in_force(ref('stg_policy__duplicate_opportunities'), []) }}

),

-- Case 37: the distributor's deal and our own, or one deal that was registered twice. Both count
-- until a person decides; the CRM has no product on the deal, so its name stands for it.
pairs as (

    select
        {{ hash_id(['first_deals.opportunity_id', 'second_deals.opportunity_id']) }} as candidate_id,
        first_deals.account_id,
        first_deals.opportunity_id as first_opportunity_id,
        second_deals.opportunity_id as second_opportunity_id,
        {{ name_key('first_deals.opportunity_name') }} = {{ name_key('second_deals.opportunity_name') }}
            as is_same_name,
        first_deals.amount_company_currency as first_amount,
        second_deals.amount_company_currency as second_amount,
        abs({{ days_between('first_deals.close_on', 'second_deals.close_on') }}) as close_days_apart,
        first_deals.attribution_class as first_class,
        second_deals.attribution_class as second_class,
        first_deals.partner_id as first_partner_id,
        second_deals.partner_id as second_partner_id,
        first_deals.rep_id as first_rep_id,
        second_deals.rep_id as second_rep_id,
        likeness.policy_version
    from opportunities as first_deals
    inner join opportunities as second_deals
        on first_deals.account_id = second_deals.account_id
        and (
            first_deals.created_on < second_deals.created_on
            or (
                first_deals.created_on = second_deals.created_on
                and first_deals.opportunity_id < second_deals.opportunity_id
            )
        )
    inner join likeness
        on abs({{ days_between('first_deals.close_on', 'second_deals.close_on') }}) <= likeness.close_days
        and abs(first_deals.amount_company_currency - second_deals.amount_company_currency)
        <= likeness.amount_tolerance_share
        * greatest(
            abs(first_deals.amount_company_currency), abs(second_deals.amount_company_currency)
        )

)

select * from pairs
