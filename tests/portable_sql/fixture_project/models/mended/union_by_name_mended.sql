select touch_id from {{ ref('touches') }}
union all
select touch_id from {{ ref('touches') }}
