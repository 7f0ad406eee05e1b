with

routes_worked as (

    select * from {{ ref('int_routes_worked_dated') }}

),

-- Every metric that is a share brings its cases here: one row each, with what it is a share of.
results as (

    select
        route_id as case_id,
        rep_id,
        'worked_routes_share' as metric,
        fiscal_quarter,
        happened_on,
        known_step,
        value,
        base_value
    from routes_worked

)

select * from results
