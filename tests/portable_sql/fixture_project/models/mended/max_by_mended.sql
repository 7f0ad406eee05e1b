with

ranked as (

    select
        account_id,
        label,
        row_number() over (
            partition by account_id order by occurred_at desc nulls last, touch_id nulls last
        ) as touch_rank
    from {{ ref('touches') }}

)

select
    account_id,
    label
from ranked
where touch_rank = 1
