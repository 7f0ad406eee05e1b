select touch_id from {{ ref('touches') }}
union by name  -- refused
select touch_id from {{ ref('touches') }}
