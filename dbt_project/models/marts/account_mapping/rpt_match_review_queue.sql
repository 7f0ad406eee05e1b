with

matches as (

    select * from {{ ref('fct_account_matches') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_current') }}

),

opportunities as (

    select * from {{ ref('int_crm_opportunities_current') }}

),

attributed_opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}

),

decisions as (

    select * from {{ ref('fct_match_decisions') }}

),

-- What is at stake is what is still open: renewals and tests are nobody's reason to hurry.
open_pipeline as (

    select
        opportunities.account_id,
        cast(sum(attributed_opportunities.amount_company_currency) as {{ type_money() }})
            as open_pipeline_amount,
        cast(count(*) as bigint) as open_opportunities_count
    from opportunities
    inner join attributed_opportunities
        on opportunities.opportunity_id = attributed_opportunities.opportunity_id
    where not opportunities.is_closed
        and not opportunities.is_deleted
        and attributed_opportunities.exclusion is null
    group by opportunities.account_id

),

-- Where else the partner's record could belong: the best other account that was considered.
other_accounts as (

    select
        considered.crm_account_id,
        considered.partner_id,
        considered.partner_account_id,
        others.crm_account_id as other_crm_account_id,
        others.decision as other_decision,
        row_number() over (
            partition by
                considered.crm_account_id,
                considered.partner_id,
                considered.partner_account_id
            order by
                (others.decision in ('accepted', 'automatic')) desc nulls last,
                (others.decision = 'review') desc nulls last,
                others.probability desc nulls last,
                others.crm_account_id nulls last
        ) as other_rank
    from matches as considered
    inner join matches as others
        on considered.partner_id = others.partner_id
        and considered.partner_account_id = others.partner_account_id
        and considered.crm_account_id <> others.crm_account_id
    where considered.decision = 'review'

),

earlier_decisions as (

    select
        crm_account_id,
        partner_id,
        partner_account_id,
        max(expires_on) as decision_expired_on
    from decisions
    where status = 'expired'
    group by crm_account_id, partner_id, partner_account_id

),

queue as (

    select
        matches.account_match_id,
        matches.crm_account_id,
        matches.partner_id,
        matches.partner_account_id,
        cast(row_number() over (
            order by
                coalesce(open_pipeline.open_pipeline_amount, 0) desc nulls last,
                matches.probability desc nulls last,
                matches.account_match_id nulls last
        ) as bigint) as queue_rank,
        coalesce(open_pipeline.open_pipeline_amount, cast(0 as {{ type_money() }}))
            as open_pipeline_amount,
        coalesce(open_pipeline.open_opportunities_count, 0) as open_opportunities_count,
        matches.tier,
        matches.probability,
        matches.rule_id,
        matches.evidence,
        crm_accounts.account_name as crm_account_name,
        crm_accounts.website as crm_website,
        crm_accounts.country as crm_country,
        crm_accounts.city as crm_city,
        crm_accounts.industry as crm_industry,
        crm_accounts.employees_count as crm_employees_count,
        crm_accounts.duns as crm_duns,
        partner_accounts.account_name as partner_account_name,
        partner_accounts.website as partner_website,
        partner_accounts.country as partner_country,
        partner_accounts.city as partner_city,
        partner_accounts.industry as partner_industry,
        partner_accounts.employees_count as partner_employees_count,
        partner_accounts.duns as partner_duns,
        partner_accounts.partner_state,
        other_accounts.other_crm_account_id,
        other_accounts.other_decision,
        earlier_decisions.decision_expired_on
    from matches
    inner join crm_accounts
        on matches.crm_account_id = crm_accounts.account_id
    inner join partner_accounts
        on matches.partner_id = partner_accounts.partner_id
        and matches.partner_account_id = partner_accounts.partner_account_id
    left join open_pipeline
        on matches.crm_account_id = open_pipeline.account_id
    left join other_accounts
        on matches.crm_account_id = other_accounts.crm_account_id
        and matches.partner_id = other_accounts.partner_id
        and matches.partner_account_id = other_accounts.partner_account_id
        and other_accounts.other_rank = 1
    left join earlier_decisions
        on matches.crm_account_id = earlier_decisions.crm_account_id
        and matches.partner_id = earlier_decisions.partner_id
        and matches.partner_account_id = earlier_decisions.partner_account_id
    where matches.decision = 'review'

)

select * from queue
