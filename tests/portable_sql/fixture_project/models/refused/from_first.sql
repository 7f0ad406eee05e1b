from {{ ref('touches') }}  -- refused
select touch_id
