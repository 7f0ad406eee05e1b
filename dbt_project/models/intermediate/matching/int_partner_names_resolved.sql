with

partner_versions as (

    select * from {{ ref('stg_templates__partners') }}

),

feeds as (

    select * from {{ latest_batch(ref('stg_settings__feeds')) }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

crossbeam_overlaps as (

    select * from {{ ref('stg_crossbeam__account_overlaps') }}

),

crossbeam_signals as (

    select * from {{ ref('stg_crossbeam__signals') }}

),

reveal_accounts as (

    select * from {{ ref('stg_reveal__accounts') }}

),

partnertap_accounts as (

    select * from {{ ref('stg_partnertap__accounts') }}

),

partnertap_events as (

    select * from {{ ref('stg_partnertap__attribution_events') }}

),

-- Case 29: every name that the partner master ever gave a partner leads to it, the newest first.
-- What is our own company is no partner, however a platform shows it back (case 35).
stated_names as (

    select
        {{ name_key('company_name') }} as partner_name_key,
        cast(null as {{ type_string() }}) as partner_id,
        company_name as partner_name,
        'company' as known_from,
        cast(null as bigint) as known_step
    from company

    union all

    select
        {{ name_key('partner_name') }} as partner_name_key,
        partner_id,
        partner_name,
        'partners' as known_from,
        known_step
    from partner_versions

    union all

    select
        {{ name_key('partner_name') }} as partner_name_key,
        partner_id,
        partner_name,
        'feeds' as known_from,
        known_step
    from feeds
    where partner_id is not null
        and partner_name is not null

),

stated_ranked as (

    select
        stated_names.*,
        row_number() over (
            partition by partner_name_key
            order by
                known_from nulls last,
                known_step desc nulls last,
                partner_id nulls last
        ) as name_rank
    from stated_names
    where partner_name_key <> ''

),

platform_names as (

    select {{ platform_partner_name() }} as partner_name from crossbeam_overlaps
    union
    select {{ each_of('customer_of') }} as partner_name from crossbeam_overlaps
    union
    select {{ each_of('opportunity_of') }} as partner_name from crossbeam_overlaps
    union
    select {{ each_of('prospect_of') }} as partner_name from crossbeam_overlaps
    union
    select {{ platform_partner_name() }} as partner_name from crossbeam_signals
    union
    select partner_name from reveal_accounts
    union
    select {{ platform_partner_name() }} as partner_name from partnertap_accounts
    union
    select {{ platform_partner_name() }} as partner_name from partnertap_events

),

keyed as (

    select
        {{ name_key('partner_name') }} as partner_name_key,
        min(partner_name) as partner_name
    from platform_names
    where partner_name is not null
    group by {{ name_key('partner_name') }}

),

-- A name that nobody has listed is a partner of its own, never the one that it resembles.
unlisted as (

    select
        keyed.partner_name_key,
        replace(keyed.partner_name_key, ' ', '_') as partner_id,
        keyed.partner_name,
        'platform' as known_from
    from keyed
    where keyed.partner_name_key <> ''
        and not exists (
            select 1 from stated_ranked
            where stated_ranked.partner_name_key = keyed.partner_name_key
        )

),

versions_ranked as (

    select
        partner_versions.*,
        {{ newest_version('partner_id') }} as version_rank
    from partner_versions

),

-- What a platform still calls by the name of a partner that was acquired is its successor's from
-- the day after the last one of the partnership.
resolved as (

    select
        stated_ranked.partner_name_key,
        stated_ranked.partner_id,
        stated_ranked.partner_name,
        stated_ranked.known_from,
        case
            when versions_ranked.successor_partner_id is not null then versions_ranked.valid_to_on
        end as succeeded_after_on,
        versions_ranked.successor_partner_id
    from stated_ranked
    left join versions_ranked
        on stated_ranked.partner_id = versions_ranked.partner_id
        and versions_ranked.version_rank = 1
    where stated_ranked.name_rank = 1

    union all

    select
        partner_name_key,
        partner_id,
        partner_name,
        known_from,
        cast(null as date) as succeeded_after_on,
        cast(null as {{ type_string() }}) as successor_partner_id
    from unlisted

)

select * from resolved
