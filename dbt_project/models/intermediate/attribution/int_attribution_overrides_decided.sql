with

overrides as (

    select * from {{ ref('stg_templates__attribution_overrides') }}

),

steps as (

    select * from {{ ref('int_knowledge_steps_ordered') }}

),

ranked as (

    select
        overrides.*,
        row_number() over (
            partition by overrides.override_id, overrides.known_step
            order by overrides.batch_id desc nulls last, overrides.source_row_number desc nulls last
        ) as rank_in_step
    from overrides

),

versions as (

    select
        ranked.*,
        lead(ranked.known_step) over (
            partition by ranked.override_id
            order by ranked.known_step nulls last
        ) as superseded_step
    from ranked
    where ranked.rank_in_step = 1

),

expiry_steps as (

    select
        versions.override_id,
        versions.known_step,
        min(steps.known_step) as expired_step
    from versions
    cross join steps
    where versions.expires_on < steps.known_on
        and versions.known_step <= steps.known_step
    group by versions.override_id, versions.known_step

),

-- Two people, a reason and an end: anything less is refused, and says why.
decided as (

    select
        versions.override_id,
        versions.opportunity_id,
        versions.attribution_class,
        versions.partner_id,
        versions.reason,
        versions.requested_by,
        versions.requested_at,
        versions.approved_by,
        versions.approved_at,
        versions.expires_on,
        case
            when versions.attribution_class not in ('sourced', 'influenced', 'direct')
                or versions.attribution_class is null
            then 'the class is none of sourced, influenced, direct'
            when versions.attribution_class <> 'direct' and versions.partner_id is null
            then 'no partner is named'
            when versions.requested_by is null then 'nobody requested it'
            when versions.approved_by is null or versions.approved_at is null
            then 'nobody approved it'
            when lower(trim(versions.approved_by)) = lower(trim(versions.requested_by))
            then 'requester and approver are the same person'
            when versions.reason is null then 'no reason is given'
            when versions.expires_on is null then 'no expiry is given'
        end as refusal,
        versions.known_step as valid_from_step,
        -- The earlier of two ends; least() passes over NULL.
        least(versions.superseded_step, expiry_steps.expired_step) as valid_until_step,
        versions.batch_id,
        versions.source_file,
        versions.source_sha256,
        versions.source_row_number
    from versions
    left join expiry_steps
        on versions.override_id = expiry_steps.override_id
        and versions.known_step = expiry_steps.known_step

)

select * from decided
