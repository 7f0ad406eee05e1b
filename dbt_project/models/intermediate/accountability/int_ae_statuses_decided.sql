with

measured as (

    select * from {{ ref('int_ae_moments_measured') }}

),

thresholds as (

    select * from {{ policy_in_force(ref('stg_policy__status_thresholds'), ['status']) }}

),

reached as (

    select
        measured.moment_id,
        measured.rep_id,
        measured.metric,
        max(thresholds.minimum_pace) as reached_pace
    from measured
    inner join thresholds
        on measured.linear_pace >= thresholds.minimum_pace
    group by measured.moment_id, measured.rep_id, measured.metric

),

decided as (

    select
        measured.*,
        case
            when measured.not_judged_status is not null then measured.not_judged_status
            when measured.is_quarter_over and measured.moment_kind <> 'week'
                and measured.attainment >= 1
            then 'met'
            when measured.is_quarter_over and measured.moment_kind <> 'week' then 'missed'
            -- Nothing was due yet: the first working day has not come.
            when measured.elapsed_days_count = 0 then 'on_track'
            else coalesce(thresholds.status, 'off_track')
        end as status
    from measured
    left join reached
        on measured.moment_id = reached.moment_id
        and measured.rep_id = reached.rep_id
        and measured.metric = reached.metric
    left join thresholds
        on reached.reached_pace = thresholds.minimum_pace

)

select * from decided
