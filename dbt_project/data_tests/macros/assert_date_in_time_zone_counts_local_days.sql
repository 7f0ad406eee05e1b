-- Case 39: an instant belongs to the day that the company's clock shows, daylight saving included.
with

examples as (

    select
        'late evening in New York in winter' as example,
        {{ date_in_time_zone(
            "cast('2026-02-01 04:30:00' as timestamp)",
            "'America/New_York'"
        ) }} as actual,
        cast('2026-01-31' as date) as expected

    union all

    select
        'late evening in New York in summer' as example,
        {{ date_in_time_zone(
            "cast('2026-08-01 03:59:59' as timestamp)",
            "'America/New_York'"
        ) }} as actual,
        cast('2026-07-31' as date) as expected

    union all

    select
        'midnight in New York in summer' as example,
        {{ date_in_time_zone(
            "cast('2026-08-01 04:00:00' as timestamp)",
            "'America/New_York'"
        ) }} as actual,
        cast('2026-08-01' as date) as expected

    union all

    select
        'morning in Tokyo' as example,
        {{ date_in_time_zone(
            "cast('2026-01-31 15:00:00' as timestamp)",
            "'Asia/Tokyo'"
        ) }} as actual,
        cast('2026-02-01' as date) as expected

    union all

    select
        'no instant' as example,
        {{ date_in_time_zone("cast(null as timestamp)", "'Asia/Tokyo'") }} as actual,
        cast(null as date) as expected

)

select * from examples
where actual is distinct from expected
