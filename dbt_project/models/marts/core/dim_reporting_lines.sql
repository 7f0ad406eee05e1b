with

lines as (

    select * from {{ ref('int_crm_reporting_lines_resolved') }}

),

published as (

    select
        user_id as rep_id,
        manager_user_id as manager_id,
        depth,
        is_in_cycle
    from lines

)

select * from published
