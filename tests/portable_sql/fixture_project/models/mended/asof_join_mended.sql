with

ranked as (

    select
        touches.touch_id,
        earlier.touch_id as earlier_touch_id,
        row_number() over (
            partition by touches.touch_id
            order by earlier.occurred_at desc nulls last, earlier.touch_id nulls last
        ) as earlier_rank
    from {{ ref('touches') }} as touches
    inner join {{ ref('touches') }} as earlier
        on touches.account_id = earlier.account_id
        and touches.occurred_at >= earlier.occurred_at

)

select
    touch_id,
    earlier_touch_id
from ranked
where earlier_rank = 1
