{{ config(materialized='view') }}

with

steps as (

    select * from {{ ref('int_knowledge_steps_ordered') }}

),

quarters as (

    select * from {{ ref('int_fiscal_quarters_closed') }}

),

-- The quarter that takes what belongs to a closed one: the first that has not ended and is open.
open_quarters_ranked as (

    select
        steps.known_step,
        steps.known_on,
        quarters.fiscal_quarter,
        row_number() over (
            partition by steps.known_step
            order by quarters.starts_on nulls last
        ) as quarter_rank
    from steps
    inner join quarters
        on steps.known_on <= quarters.ends_on
        and (quarters.closing_step is null or steps.known_step < quarters.closing_step)

),

posting_quarters as (

    select
        known_step,
        known_on,
        fiscal_quarter as open_quarter
    from open_quarters_ranked
    where quarter_rank = 1

)

select * from posting_quarters
