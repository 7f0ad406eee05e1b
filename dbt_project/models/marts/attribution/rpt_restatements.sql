with

ledger as (

    select * from {{ ref('fct_attribution_ledger') }}

),

quarters as (

    select * from {{ ref('int_fiscal_quarters_closed') }}
    where closing_step is not null

),

reasons as (

    select * from {{ ref('posting_reasons') }}

),

-- Every posting of a quarter that was closed by then: the quarter's figure of the day of closing and
-- these, and nothing else, make its figure of today.
restated as (

    select
        ledger.*
    from ledger
    inner join quarters
        on ledger.origin_quarter = quarters.fiscal_quarter
    where ledger.known_step >= quarters.closing_step

),

figures as (

    select
        ledger.origin_quarter,
        ledger.measure,
        ledger.attribution_class,
        ledger.rep_id,
        ledger.partner_id,
        ledger.exclusion,
        sum(case
            when ledger.known_step < quarters.closing_step then ledger.amount_company_currency else 0
        end) as closed_amount,
        sum(ledger.amount_company_currency) as live_amount
    from ledger
    inner join quarters
        on ledger.origin_quarter = quarters.fiscal_quarter
    group by
        ledger.origin_quarter, ledger.measure, ledger.attribution_class, ledger.rep_id,
        ledger.partner_id, ledger.exclusion

),

movements as (

    select
        restated.origin_quarter,
        restated.measure,
        restated.attribution_class,
        restated.rep_id,
        restated.partner_id,
        restated.exclusion,
        reasons.cause,
        restated.reason,
        sum(restated.amount_company_currency) as movement_amount,
        cast(count(*) as bigint) as postings_count,
        cast(count(distinct restated.opportunity_id) as bigint) as opportunities_count,
        min(restated.posted_at) as first_posted_at,
        max(restated.posted_at) as last_posted_at,
        min(restated.posted_quarter) as first_posted_quarter,
        max(restated.posted_quarter) as last_posted_quarter
    from restated
    left join reasons
        on restated.reason = reasons.reason
    group by
        restated.origin_quarter, restated.measure, restated.attribution_class, restated.rep_id,
        restated.partner_id, restated.exclusion, reasons.cause, restated.reason

),

restatements as (

    select
        {{ hash_id([
            'movements.origin_quarter', 'movements.measure', 'movements.attribution_class',
            'movements.rep_id', 'movements.partner_id', 'movements.exclusion', 'movements.reason',
        ]) }} as restatement_id,
        movements.origin_quarter as fiscal_quarter,
        movements.measure,
        movements.attribution_class,
        movements.rep_id,
        movements.partner_id,
        movements.exclusion,
        movements.cause,
        movements.reason,
        cast(movements.movement_amount as {{ type_money() }}) as movement_amount,
        movements.postings_count,
        movements.opportunities_count,
        movements.first_posted_quarter,
        movements.last_posted_quarter,
        movements.first_posted_at,
        movements.last_posted_at,
        cast(figures.closed_amount as {{ type_money() }}) as closed_amount,
        cast(figures.live_amount as {{ type_money() }}) as live_amount
    from movements
    inner join figures
        on movements.origin_quarter = figures.origin_quarter
        and movements.measure = figures.measure
        and movements.attribution_class = figures.attribution_class
        and movements.rep_id is not distinct from figures.rep_id
        and movements.partner_id is not distinct from figures.partner_id
        and movements.exclusion is not distinct from figures.exclusion

)

select * from restatements
