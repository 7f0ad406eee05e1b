with

routes_worked as (

    select * from {{ ref('int_routes_worked_dated') }}

),

stage_exits as (

    select * from {{ ref('int_stage_exits_decided') }}

),

process_looks as (

    select * from {{ ref('int_process_looks_taken') }}

),

-- Every metric that is a share brings its cases here: one row each, with what it is a share of.
results as (

    select
        'worked_routes_share' as metric,
        route_id as case_id,
        rep_id,
        fiscal_quarter,
        happened_on,
        known_step,
        value,
        base_value
    from routes_worked

    union all

    select
        'stage_conversion' as metric,
        case_id,
        rep_id,
        fiscal_quarter,
        happened_on,
        known_step,
        value,
        base_value
    from stage_exits

    union all

    select
        'process_adherence' as metric,
        rep_id || '|' || {{ text_from_day('happened_on') }} as case_id,
        rep_id,
        fiscal_quarter,
        happened_on,
        known_step,
        value,
        base_value
    from process_looks

)

select * from results
