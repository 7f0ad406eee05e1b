-- Promise 6: a frozen list reads the same after every later refresh.
with

frozen as (

    select
        route_id, rep_id, account_id, partner_id, rank, score, reason, suggested_next_step
    from {{ ref('stg_cosell__weekly_routes') }}

),

published as (

    select
        route_id, rep_id, account_id, partner_id, rank, score, reason, suggested_next_step
    from {{ ref('fct_weekly_routes') }}
    where is_frozen

),

missing as (

    select * from frozen
    except
    select * from published

),

added as (

    select * from published
    except
    select * from frozen

)

select * from missing
union all
select * from added
