with

override_versions as (

    select * from {{ ref('int_attribution_overrides_decided') }}

),

opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}

),

ledger as (

    select * from {{ ref('fct_attribution_ledger') }}
    where override_id is not null

),

overrides_ranked as (

    select
        override_versions.*,
        row_number() over (
            partition by override_id order by valid_from_step desc nulls last
        ) as version_rank
    from override_versions

),

-- What an override moved: the first bookings under it, not what took them back.
moved as (

    select
        override_id,
        cast(count(*) as bigint) as postings_count,
        min(posted_at) as first_posted_at
    from ledger
    where posting_kind <> 'reversal'
    group by override_id

),

-- Rules section 7.12: two people, a reason and an end, or it does not count. Of several that count,
-- the one approved last decides; the others stay listed.
overrides as (

    select
        overrides_ranked.override_id,
        overrides_ranked.opportunity_id,
        case
            when overrides_ranked.refusal is not null then 'rejected'
            when overrides_ranked.valid_until_step is not null then 'expired'
            when opportunities.opportunity_id is null then 'waiting'
            when opportunities.override_id = overrides_ranked.override_id then 'in_force'
            else 'outranked'
        end as status,
        case
            when overrides_ranked.refusal is not null then overrides_ranked.refusal
            when overrides_ranked.valid_until_step is not null then 'its last day has passed'
            when opportunities.opportunity_id is null then 'the opportunity has not landed'
            when opportunities.override_id = overrides_ranked.override_id then null
            else 'an override that was approved later decides'
        end as not_in_force_reason,
        overrides_ranked.attribution_class as requested_class,
        overrides_ranked.partner_id as requested_partner_id,
        opportunities.attribution_class as present_class,
        opportunities.partner_id as present_partner_id,
        overrides_ranked.reason,
        overrides_ranked.requested_by,
        overrides_ranked.requested_at,
        overrides_ranked.approved_by,
        overrides_ranked.approved_at,
        overrides_ranked.expires_on,
        coalesce(moved.postings_count, 0) as postings_count,
        moved.first_posted_at,
        overrides_ranked.batch_id,
        overrides_ranked.source_file,
        overrides_ranked.source_sha256,
        overrides_ranked.source_row_number
    from overrides_ranked
    left join opportunities
        on overrides_ranked.opportunity_id = opportunities.opportunity_id
    left join moved
        on overrides_ranked.override_id = moved.override_id
    where overrides_ranked.version_rank = 1

)

select * from overrides
