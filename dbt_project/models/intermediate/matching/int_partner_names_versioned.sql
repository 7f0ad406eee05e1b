with

partner_versions as (

    select * from {{ ref('stg_templates__partners') }}

),

stated_names as (

    select * from {{ ref('int_partner_names_stated') }}

),

unlisted_names as (

    select * from {{ ref('int_partner_names_unlisted') }}

),

partners_ranked as (

    select
        partner_versions.*,
        row_number() over (
            partition by partner_id, known_step
            order by batch_id desc nulls last, source_row_number desc nulls last
        ) as rank_in_step
    from partner_versions

),

partnerships as (

    select
        partner_id,
        successor_partner_id,
        valid_to_on,
        known_step as held_from_step,
        lead(known_step) over (
            partition by partner_id order by known_step nulls last
        ) as held_until_step
    from partners_ranked
    where rank_in_step = 1

),

-- Every step from which a name may lead elsewhere.
reading_steps as (

    select partner_name_key, cast(0 as bigint) as reading_step from unlisted_names
    union
    select partner_name_key, stated_from_step as reading_step from stated_names
    union
    select partner_name_key, stated_until_step as reading_step from stated_names
    where stated_until_step is not null
    union
    select stated_names.partner_name_key, partnerships.held_from_step as reading_step
    from stated_names
    inner join partnerships
        on stated_names.partner_id = partnerships.partner_id

),

stated_at_step as (

    select
        reading_steps.partner_name_key,
        reading_steps.reading_step,
        stated_names.partner_id,
        stated_names.partner_name,
        stated_names.known_from,
        row_number() over (
            partition by reading_steps.partner_name_key, reading_steps.reading_step
            order by stated_names.known_from nulls last
        ) as statement_rank
    from reading_steps
    inner join stated_names
        on reading_steps.partner_name_key = stated_names.partner_name_key
        and reading_steps.reading_step >= stated_names.stated_from_step
        and (
            stated_names.stated_until_step is null
            or reading_steps.reading_step < stated_names.stated_until_step
        )

),

-- What a platform still calls by the name of a partner that was acquired is its successor's from
-- the day after the last one of the partnership.
readings as (

    select
        reading_steps.partner_name_key,
        reading_steps.reading_step,
        coalesce(
            stated_at_step.partner_id,
            case when stated_at_step.known_from is null then unlisted_names.partner_id end
        ) as partner_id,
        coalesce(stated_at_step.partner_name, unlisted_names.partner_name) as partner_name,
        coalesce(
            stated_at_step.known_from,
            case when unlisted_names.partner_id is not null then 'platform' end
        ) as known_from,
        case
            when partnerships.successor_partner_id is not null then partnerships.valid_to_on
        end as succeeded_after_on,
        partnerships.successor_partner_id
    from reading_steps
    left join stated_at_step
        on reading_steps.partner_name_key = stated_at_step.partner_name_key
        and reading_steps.reading_step = stated_at_step.reading_step
        and stated_at_step.statement_rank = 1
    left join unlisted_names
        on reading_steps.partner_name_key = unlisted_names.partner_name_key
    left join partnerships
        on stated_at_step.partner_id = partnerships.partner_id
        and reading_steps.reading_step >= partnerships.held_from_step
        and {{ before_open_step('reading_steps.reading_step', 'partnerships.held_until_step') }}
    where reading_steps.partner_name_key <> ''

),

compared as (

    select
        readings.*,
        lag(partner_id) over in_order as previous_partner_id,
        lag(known_from) over in_order as previous_known_from,
        lag(succeeded_after_on) over in_order as previous_succeeded_after_on,
        lag(successor_partner_id) over in_order as previous_successor_partner_id
    from readings
    window in_order as (partition by partner_name_key order by reading_step nulls last)

),

-- A file that says the same as the one before begins nothing.
versioned as (

    select
        partner_name_key,
        partner_id,
        partner_name,
        known_from,
        succeeded_after_on,
        successor_partner_id,
        reading_step as valid_from_step,
        lead(reading_step) over (
            partition by partner_name_key order by reading_step nulls last
        ) as valid_until_step
    from compared
    where partner_id is distinct from previous_partner_id
        or known_from is distinct from previous_known_from
        or succeeded_after_on is distinct from previous_succeeded_after_on
        or successor_partner_id is distinct from previous_successor_partner_id

)

select * from versioned
where known_from is not null
