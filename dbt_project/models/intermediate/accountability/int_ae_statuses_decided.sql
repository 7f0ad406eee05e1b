with

measured as (

    select * from {{ ref('int_ae_moments_measured') }}

),

thresholds as (

    select
        status,
        minimum_pace,
        lead(minimum_pace) over (order by minimum_pace nulls last) as next_pace
    from {{ policy_in_force(ref('stg_policy__status_thresholds'), ['status']) }}

),

decided as (

    select
        measured.*,
        case
            when measured.not_judged_status is not null then measured.not_judged_status
            when measured.is_quarter_over and measured.moment_kind <> 'week'
            then case when measured.attainment >= 1 then 'met' else 'missed' end
            -- Nothing was due yet: the first working day has not come.
            when measured.elapsed_days_count = 0 then 'on_track'
            else coalesce(thresholds.status, 'off_track')
        end as status
    from measured
    left join thresholds
        on measured.linear_pace >= thresholds.minimum_pace
        and (thresholds.next_pace is null or measured.linear_pace < thresholds.next_pace)

)

select * from decided
