with

opportunities as (

    select * from {{ ref('int_crm_opportunities_current') }}

),

amounts as (

    select * from {{ ref('fct_attributed_opportunities') }}

),

companies as (

    select * from {{ ref('int_crm_companies_identified') }}

),

registrations as (

    select * from {{ ref('stg_templates__deal_registrations') }}

),

parameters as (

    select * from {{ policy_in_force(ref('stg_policy__opportunity_duplicates'), []) }}

),

registered as (

    select opportunity_id from registrations
    where opportunity_id is not null
    group by opportunity_id

),

-- A deal that was lost, deleted or excluded is no second count of anything; an empty amount
-- resembles nothing.
deals as (

    select
        opportunities.opportunity_id,
        companies.company_id,
        opportunities.opportunity_type,
        opportunities.close_on,
        opportunities.created_at,
        amounts.amount_company_currency,
        registered.opportunity_id is not null as is_registered,
        row_number() over (
            partition by companies.company_id
            order by
                opportunities.created_at nulls last,
                opportunities.opportunity_id nulls last
        ) as deal_number
    from opportunities
    inner join companies
        on opportunities.account_id = companies.account_id
    inner join amounts
        on opportunities.opportunity_id = amounts.opportunity_id
    left join registered
        on opportunities.opportunity_id = registered.opportunity_id
    where not opportunities.is_deleted
        and (not opportunities.is_closed or opportunities.is_won)
        and amounts.exclusion is null
        and amounts.amount_company_currency > 0
        and opportunities.close_on is not null

),

pairs as (

    select
        earlier.opportunity_id as earlier_opportunity_id,
        later.opportunity_id as later_opportunity_id,
        earlier.company_id,
        earlier.is_registered as is_earlier_registered,
        later.is_registered as is_later_registered,
        earlier.amount_company_currency as earlier_amount,
        later.amount_company_currency as later_amount,
        abs({{ days_between('earlier.close_on', 'later.close_on') }}) as close_days_apart
    from deals as earlier
    inner join deals as later
        on earlier.company_id = later.company_id
        and earlier.deal_number < later.deal_number
        and earlier.opportunity_type is not distinct from later.opportunity_type

),

-- Case 37: one company, one kind of deal, nearly one amount, nearly one day. The one that a
-- partner registered is the deal, else the one that was there first.
found as (

    select
        pairs.later_opportunity_id as opportunity_id,
        pairs.earlier_opportunity_id as duplicate_of_opportunity_id,
        pairs.company_id,
        case
            when pairs.is_later_registered and not pairs.is_earlier_registered
            then pairs.later_opportunity_id
            else pairs.earlier_opportunity_id
        end as primary_opportunity_id,
        pairs.is_earlier_registered or pairs.is_later_registered as has_registration,
        pairs.later_amount as amount_company_currency,
        pairs.earlier_amount as duplicate_of_amount_company_currency,
        pairs.close_days_apart
    from pairs
    cross join parameters
    where abs(pairs.earlier_amount - pairs.later_amount)
        <= greatest(pairs.earlier_amount, pairs.later_amount) * parameters.amount_tolerance_share
        and pairs.close_days_apart <= parameters.close_tolerance_days

)

select * from found
