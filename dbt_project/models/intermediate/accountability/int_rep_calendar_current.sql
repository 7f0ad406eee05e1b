with

versions as (

    select * from {{ ref('int_rep_calendar_versioned') }}

),

periods as (

    select
        rep_id,
        kind,
        starts_on,
        ends_on,
        factor,
        country,
        note,
        source_file,
        source_row_number
    from versions
    where valid_until_step is null

)

select * from periods
