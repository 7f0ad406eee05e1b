-- Rules section 8: the figure of a quarter on the day of its closing, plus what the report explains,
-- is its figure of today, per measure, class, rep, partner and exclusion, to the cent. Both figures
-- are taken from where the ledger should stand, not from its postings, so a posting that is missing
-- or has no reason shows.
with

positions as (

    select
        *,
        lead(known_step) over (
            partition by opportunity_id, measure, credit_number order by known_step nulls last
        ) as next_step
    from {{ ref('int_ledger_positions_evaluated') }}

),

quarters as (

    select
        fiscal_quarter,
        closing_step
    from {{ ref('int_fiscal_quarters_closed') }}
    where closing_step is not null

),

standing as (

    select
        positions.origin_quarter,
        positions.measure,
        positions.attribution_class,
        positions.rep_id,
        positions.partner_id,
        positions.exclusion,
        sum(case
            when positions.next_step is null then positions.amount_company_currency else 0
        end) as live_amount,
        sum(case
            when positions.known_step < quarters.closing_step
                and (positions.next_step is null or positions.next_step >= quarters.closing_step)
            then positions.amount_company_currency else 0
        end) as closed_amount
    from positions
    inner join quarters
        on positions.origin_quarter = quarters.fiscal_quarter
    where positions.is_standing
    group by
        positions.origin_quarter, positions.measure, positions.attribution_class,
        positions.rep_id, positions.partner_id, positions.exclusion

),

explained as (

    select
        fiscal_quarter,
        measure,
        attribution_class,
        rep_id,
        partner_id,
        exclusion,
        sum(movement_amount) as movement_amount,
        min(closed_amount) as closed_amount,
        min(live_amount) as live_amount,
        sum(case when cause is null then 1 else 0 end) as unexplained_count
    from {{ ref('rpt_restatements') }}
    group by fiscal_quarter, measure, attribution_class, rep_id, partner_id, exclusion

)

select
    coalesce(standing.origin_quarter, explained.fiscal_quarter) as fiscal_quarter,
    coalesce(standing.measure, explained.measure) as measure,
    coalesce(standing.rep_id, explained.rep_id) as rep_id,
    coalesce(standing.partner_id, explained.partner_id) as partner_id,
    standing.closed_amount,
    standing.live_amount,
    explained.movement_amount
from standing
full outer join explained
    on standing.origin_quarter = explained.fiscal_quarter
    and standing.measure = explained.measure
    and standing.attribution_class = explained.attribution_class
    and coalesce(standing.rep_id, '') = coalesce(explained.rep_id, '')
    and coalesce(standing.partner_id, '') = coalesce(explained.partner_id, '')
    and coalesce(standing.exclusion, '') = coalesce(explained.exclusion, '')
where coalesce(standing.live_amount, 0) - coalesce(standing.closed_amount, 0)
    <> coalesce(explained.movement_amount, 0)
    or coalesce(explained.unexplained_count, 0) <> 0
    or (
        explained.fiscal_quarter is not null
        and (
            explained.closed_amount <> coalesce(standing.closed_amount, 0)
            or explained.live_amount <> coalesce(standing.live_amount, 0)
        )
    )
