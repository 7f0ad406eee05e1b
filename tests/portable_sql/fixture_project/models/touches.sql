select
    cast(touch_id as {{ type_string() }}) as touch_id,
    cast(account_id as {{ type_string() }}) as account_id,
    cast(label as {{ type_string() }}) as label,
    cast(minutes_count as bigint) as minutes_count,
    cast(amount as {{ type_money() }}) as amount,
    cast(occurred_on as date) as occurred_on,
    cast(recorded_on as date) as recorded_on,
    cast(occurred_at as timestamp) as occurred_at,
    cast(is_strong as boolean) as is_strong,
    cast(details as {{ type_string() }}) as details
from (
    values
        ('t1', 'a1', 'Intro', 30, '1.50', '2026-01-31', '2026-02-02', '2026-01-31 10:00:05.5', 'true', '{}'),
        ('t2', 'a1', null, null, '2.25', '2026-03-01', '2026-03-01', '2026-03-01 23:30:00', 'false', '{}'),
        ('t3', 'a2', 'joint call', 45, null, '2026-03-02', null, '2026-03-02 08:15:59', 'true', '{}'),
        ('t4', null, 'Straße', 0, '3.00', '2026-03-02', '2026-03-05', '2026-03-02 08:15:59', 'true', '{}')
) as listed (
    touch_id, account_id, label, minutes_count, amount, occurred_on, recorded_on, occurred_at,
    is_strong, details
)
