with

values_dated as (

    select * from {{ ref('fct_opportunity_history') }}
    where field_name = 'stage'

),

stages as (

    select * from {{ ref('int_stages_versioned') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

-- Case 28: a stage is read by the policy of the day on which it was told, so a name that left the
-- process still says which stage it was.
read_stages as (

    select
        values_dated.opportunity_id,
        values_dated.field_value as stage_name,
        values_dated.effective_at,
        values_dated.evidence,
        stages.stage_number,
        coalesce(stages.is_closed, false) as is_closed,
        coalesce(stages.is_won, false) as is_won
    from values_dated
    left join stages
        on values_dated.field_value = stages.stage_name
        and values_dated.known_step >= stages.valid_from_step
        and {{ before_open_step('values_dated.known_step', 'stages.valid_until_step') }}
    where values_dated.field_value is not null

),

compared as (

    select
        read_stages.*,
        lag(stage_number) over opportunity_stages as previous_number,
        lag(stage_name) over opportunity_stages as previous_name,
        lag(is_closed) over opportunity_stages as previous_is_closed,
        lag(effective_at) over opportunity_stages as previous_at
    from read_stages
    window opportunity_stages as (
        partition by opportunity_id order by effective_at nulls last
    )

),

-- A stage that only got another name was not moved to.
moved as (

    select *
    from compared
    where previous_name is null
        or stage_number is distinct from previous_number
        or stage_number is null

),

numbered as (

    select
        opportunity_id,
        effective_at as moved_at,
        {{ company_date('effective_at') }} as moved_on,
        previous_name as from_stage_name,
        previous_number as from_stage_number,
        stage_name,
        stage_number,
        is_closed,
        is_won,
        case
            when stage_number is null then 'unknown_stage'
            when is_won then 'won'
            when is_closed then 'lost'
            when previous_name is null then 'first'
            when previous_is_closed then 'reopened'
            when previous_number is null then 'from_unknown_stage'
            when stage_number > previous_number then 'forward'
            else 'backward'
        end as direction,
        row_number() over (
            partition by opportunity_id, stage_number
            order by effective_at nulls last
        ) as entry_number,
        lag(effective_at) over (
            partition by opportunity_id
            order by effective_at nulls last
        ) as entered_previous_at,
        lead(effective_at) over (
            partition by opportunity_id
            order by effective_at nulls last
        ) as left_at,
        evidence
    from moved

),

stage_moves as (

    select
        {{ hash_id(['numbered.opportunity_id', 'numbered.moved_at']) }} as stage_move_id,
        numbered.opportunity_id,
        numbered.moved_at,
        numbered.moved_on,
        fiscal_days.fiscal_quarter,
        numbered.from_stage_name,
        numbered.from_stage_number,
        numbered.stage_name,
        numbered.stage_number,
        numbered.is_closed,
        numbered.is_won,
        numbered.direction,
        cast(numbered.entry_number as bigint) as entry_number,
        {{ days_between(company_date('numbered.entered_previous_at'), 'numbered.moved_on') }}
            as previous_stage_days,
        numbered.left_at,
        numbered.evidence
    from numbered
    left join fiscal_days
        on numbered.moved_on = fiscal_days.day_on

)

select * from stage_moves
