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

refresh as (

    select * from {{ ref('int_refresh_current') }}

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
            order by feeds.feed nulls last
        ) as feed_rank
    from feeds
    where feeds.partner_id is not null

),

partner_feeds as (

    select * from feeds_ranked
    where feed_rank = 1

),

landings as (

    select
        partner_id,
        min(as_of) as first_landed_on,
        max(as_of) as last_landed_on
    from landed_batches
    where partner_id is not null
    group by partner_id

),

partner_ids as (

    select partner_id from listed_partners
    union
    select partner_id from partner_feeds

),

-- A partner is known from the master list, from the declaration of its feed, or from both.
partners as (

    select
        partner_ids.partner_id,
        coalesce(listed_partners.partner_name, partner_feeds.partner_name, partner_ids.partner_id)
            as partner_name,
        listed_partners.crm_account_id,
        coalesce(partner_feeds.coverage, listed_partners.coverage) as coverage,
        coalesce(partner_feeds.mode, listed_partners.mode) as mode,
        partner_feeds.cadence_days,
        listed_partners.partner_manager_email,
        listed_partners.valid_from_on,
        listed_partners.valid_to_on,
        listed_partners.successor_partner_id,
        coalesce(listed_partners.valid_from_on <= refresh.as_of, true)
        and coalesce(listed_partners.valid_to_on >= refresh.as_of, true) as is_active,
        landings.first_landed_on,
        landings.last_landed_on
    from partner_ids
    cross join refresh
    left join listed_partners
        on partner_ids.partner_id = listed_partners.partner_id
    left join partner_feeds
        on partner_ids.partner_id = partner_feeds.partner_id
    left join landings
        on partner_ids.partner_id = landings.partner_id

)

select * from partners
