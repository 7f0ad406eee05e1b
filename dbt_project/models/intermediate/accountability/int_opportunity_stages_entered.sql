with

moves as (

    select * from {{ ref('fct_opportunity_stage_moves') }}

),

opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}
    where exclusion is null
        and not is_deleted

),

influencing as (

    select * from {{ ref('int_influencing_evidence_decided') }}
    where valid_until_step is null

),

forecasts as (

    select * from {{ ref('int_opportunity_forecasts_dated') }}

),

first_influenced as (

    select
        opportunity_id,
        min(occurred_at) as influenced_at
    from influencing
    group by opportunity_id

),

entries_ranked as (

    select
        opportunity_id,
        stage_number,
        stage_name,
        moved_at,
        moved_on,
        count(*) over (partition by opportunity_id, stage_number) as entries_count,
        row_number() over (
            partition by opportunity_id, stage_number order by moved_at nulls last
        ) as entry_rank
    from moves
    where not is_closed
        and stage_number is not null

),

-- Entered again is entered once: the first time counts, and the others are counted beside it.
entries as (

    select
        opportunity_id,
        stage_number,
        moved_at as entered_at,
        moved_on as entered_on,
        stage_name as entered_stage_name,
        cast(entries_count as bigint) as entries_count
    from entries_ranked
    where entry_rank = 1

),

-- Moved on: to a later open stage, or won. Lost is no progress, whatever number the stage has.
onward as (

    select
        entries.opportunity_id,
        entries.stage_number,
        min(moves.moved_on) as advanced_on
    from entries
    inner join moves
        on entries.opportunity_id = moves.opportunity_id
        and entries.entered_at < moves.moved_at
        and (moves.is_won or (not moves.is_closed and entries.stage_number < moves.stage_number))
    group by entries.opportunity_id, entries.stage_number

),

backward as (

    select
        opportunity_id,
        from_stage_number as stage_number,
        cast(count(*) as bigint) as went_back_count
    from moves
    where direction = 'backward'
    group by opportunity_id, from_stage_number

),

won as (

    select
        opportunity_id,
        max(moved_on) as won_on
    from moves
    where is_won
    group by opportunity_id

),

forecasts_ranked as (

    select
        entries.*,
        forecasts.forecast_category,
        forecasts.probability,
        row_number() over (
            partition by entries.opportunity_id, entries.stage_number
            order by forecasts.forecast_at nulls last
        ) as forecast_rank
    from entries
    left join forecasts
        on entries.opportunity_id = forecasts.opportunity_id
        and entries.entered_stage_name = forecasts.stage_name
        and entries.entered_at <= forecasts.forecast_at

),

-- A deal is partner-touched at a stage when a partner had earned credit by then. One that a partner
-- joins later is direct until that day: who is joined because the deal goes well proves nothing.
entered as (

    select
        forecasts_ranked.opportunity_id,
        forecasts_ranked.stage_number,
        forecasts_ranked.entered_at,
        forecasts_ranked.entered_on,
        forecasts_ranked.entries_count,
        onward.advanced_on,
        coalesce(backward.went_back_count, 0) as went_back_count,
        opportunities.is_closed,
        case when opportunities.is_won then won.won_on end as won_on,
        opportunities.is_closed and not opportunities.is_won as is_lost,
        case
            when opportunities.attribution_class = 'sourced' then 'partner_touched'
            when opportunities.attribution_class = 'influenced'
                and coalesce(first_influenced.influenced_at, forecasts_ranked.entered_at) <= forecasts_ranked.entered_at
            then 'partner_touched'
            else 'direct'
        end as deal_group,
        forecasts_ranked.forecast_category,
        forecasts_ranked.probability
    from forecasts_ranked
    inner join opportunities
        on forecasts_ranked.opportunity_id = opportunities.opportunity_id
    left join onward
        on forecasts_ranked.opportunity_id = onward.opportunity_id
        and forecasts_ranked.stage_number = onward.stage_number
    left join backward
        on forecasts_ranked.opportunity_id = backward.opportunity_id
        and forecasts_ranked.stage_number = backward.stage_number
    left join won
        on forecasts_ranked.opportunity_id = won.opportunity_id
    left join first_influenced
        on forecasts_ranked.opportunity_id = first_influenced.opportunity_id
    where forecasts_ranked.forecast_rank = 1

)

select * from entered
