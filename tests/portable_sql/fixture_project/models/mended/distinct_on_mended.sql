with

ranked as (

    select
        touch_id,
        row_number() over (
            partition by account_id order by occurred_on nulls last, touch_id nulls last
        ) as touch_rank
    from {{ ref('touches') }}

)

select touch_id from ranked where touch_rank = 1
