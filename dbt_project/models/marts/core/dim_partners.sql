with

partner_versions as (

    select * from {{ ref('stg_templates__partners') }}

),

feeds as (

    select * from {{ latest_batch(ref('stg_settings__feeds')) }}

),

landed_batches as (

    select * from {{ ref('stg_cosell__landed_batches') }}

),

partner_names as (

    select * from {{ ref('int_partner_names_resolved') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_unified') }}

),

refresh as (

    select * from {{ ref('int_refresh_current') }}

),

offboardings as (

    select
        partner_id,
        min(offboarded_on) as offboarded_on
    from {{ ref('stg_cosell__partner_offboardings') }}
    group by partner_id

),

partners_ranked as (

    select
        partner_versions.*,
        {{ newest_version('partner_id') }} as version_rank
    from partner_versions

),

listed_partners as (

    select * from partners_ranked
    where version_rank = 1

),

feeds_ranked as (

    select
        feeds.*,
        row_number() over (
            partition by feeds.partner_id
            order by
                case when feeds.source = 'templates' then 1 else 0 end nulls last,
                feeds.feed nulls last
        ) as feed_rank
    from feeds
    where feeds.partner_id is not null

),

partner_feeds as (

    select * from feeds_ranked
    where feed_rank = 1

),

batches_of_partners as (

    select
        batch_id,
        partner_id,
        cast(null as {{ type_string() }}) as coverage
    from landed_batches
    where partner_id is not null
    union
    select
        batch_id,
        partner_id,
        coverage
    from partner_accounts

),

landings as (

    select
        batches_of_partners.partner_id,
        min(batches_of_partners.coverage) as coverage,
        min(landed_batches.as_of) as first_landed_on,
        max(landed_batches.as_of) as last_landed_on
    from batches_of_partners
    inner join landed_batches
        on batches_of_partners.batch_id = landed_batches.batch_id
    group by batches_of_partners.partner_id

),

unlisted_partners as (

    select
        partner_id,
        min(partner_name) as partner_name
    from partner_names
    where known_from = 'platform'
    group by partner_id

),

partner_ids as (

    select partner_id from listed_partners
    union
    select partner_id from partner_feeds
    union
    select partner_id from unlisted_partners

),

-- A partner is known from the master list, from the declaration of its feed, from a platform that
-- names it, or from several of these.
partners as (

    select
        partner_ids.partner_id,
        coalesce(
            listed_partners.partner_name,
            partner_feeds.partner_name,
            unlisted_partners.partner_name,
            partner_ids.partner_id
        ) as partner_name,
        listed_partners.crm_account_id,
        coalesce(
            case when partner_feeds.source <> 'templates' then partner_feeds.coverage end,
            listed_partners.coverage,
            landings.coverage
        ) as coverage,
        coalesce(partner_feeds.mode, listed_partners.mode) as mode,
        partner_feeds.cadence_days,
        listed_partners.partner_manager_email,
        listed_partners.valid_from_on,
        listed_partners.valid_to_on,
        listed_partners.successor_partner_id,
        coalesce(listed_partners.valid_from_on <= refresh.as_of, true)
        and coalesce(listed_partners.valid_to_on >= refresh.as_of, true)
        -- What was purged is unknown for every day, so nobody may take it for an empty list.
        and offboardings.offboarded_on is null as is_active,
        offboardings.offboarded_on,
        landings.first_landed_on,
        landings.last_landed_on
    from partner_ids
    cross join refresh
    left join listed_partners
        on partner_ids.partner_id = listed_partners.partner_id
    left join partner_feeds
        on partner_ids.partner_id = partner_feeds.partner_id
    left join unlisted_partners
        on partner_ids.partner_id = unlisted_partners.partner_id
    left join landings
        on partner_ids.partner_id = landings.partner_id
    left join offboardings
        on partner_ids.partner_id = offboardings.partner_id

)

select * from partners
