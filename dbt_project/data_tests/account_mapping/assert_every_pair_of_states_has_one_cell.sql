-- The segment table is total: what one side has, the other side may have or lack. Both sides
-- lacking an account is no account.
with

states as (

    select state from {{ ref('segment_states') }}

),

segment_cells as (

    select * from {{ ref('segment_cells') }}

)

select
    ours.state as our_state,
    theirs.state as partner_state
from states as ours
cross join states as theirs
left join segment_cells
    on ours.state = segment_cells.our_state
    and theirs.state = segment_cells.partner_state
where segment_cells.cell is null
    and not (ours.state = 'absent' and theirs.state = 'absent')
