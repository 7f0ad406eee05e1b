with

lines as (

    select * from {{ ref('int_crm_reporting_lines_resolved') }}

),

published as (

    select
        user_id as rep_id,
        manager_user_id as manager_id,
        depth,
        is_in_cycle,
        observed_from,
        observed_to,
        observed_to is null as is_current
    from lines

)

select * from published
