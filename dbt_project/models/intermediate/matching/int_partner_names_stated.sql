with

partner_versions as (

    select * from {{ ref('stg_templates__partners') }}

),

feeds as (

    select * from {{ ref('stg_settings__feeds') }}

),

feed_files as (

    select * from {{ policy_files(ref('stg_settings__feeds')) }}

),

company as (

    select * from {{ ref('stg_settings__company') }}

),

-- Case 29: every name that the partner master ever gave a partner leads to it, the newest first.
names_in_master as (

    select
        partner_versions.*,
        {{ name_key('partner_name') }} as partner_name_key,
        row_number() over (
            partition by {{ name_key('partner_name') }}, known_step
            order by partner_id nulls last
        ) as rank_in_step
    from partner_versions

),

names_in_feeds as (

    select
        feeds.*,
        {{ name_key('partner_name') }} as partner_name_key,
        row_number() over (
            partition by {{ name_key('partner_name') }}, known_step
            order by partner_id nulls last
        ) as rank_in_step
    from feeds
    where partner_id is not null
        and partner_name is not null

),

-- What is our own company is no partner, however a platform shows it back (case 35).
stated_names as (

    select
        {{ name_key('company_name') }} as partner_name_key,
        cast(null as {{ type_string() }}) as partner_id,
        company_name as partner_name,
        'company' as known_from,
        cast(0 as bigint) as stated_from_step,
        cast(null as bigint) as stated_until_step
    from company

    union all

    select
        partner_name_key,
        partner_id,
        partner_name,
        'partners' as known_from,
        known_step as stated_from_step,
        lead(known_step) over (
            partition by partner_name_key order by known_step nulls last
        ) as stated_until_step
    from names_in_master
    where rank_in_step = 1

    union all

    select
        names_in_feeds.partner_name_key,
        names_in_feeds.partner_id,
        names_in_feeds.partner_name,
        'feeds' as known_from,
        feed_files.valid_from_step as stated_from_step,
        feed_files.valid_until_step as stated_until_step
    from names_in_feeds
    inner join feed_files
        on names_in_feeds.known_step = feed_files.valid_from_step
    where names_in_feeds.rank_in_step = 1

)

select * from stated_names
