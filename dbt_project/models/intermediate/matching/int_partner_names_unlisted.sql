with

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

offboardings as (

    select * from {{ ref('stg_cosell__partner_offboardings') }}

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
    union
    -- A name that only purged rows knew still says whose evidence it is (rules section 11).
    select partner_name from offboardings
    where is_platform_name

),

-- A name that nobody has listed is a partner of its own, never the one that it resembles.
unlisted_names as (

    select
        {{ name_key('partner_name') }} as partner_name_key,
        replace({{ name_key('partner_name') }}, ' ', '_') as partner_id,
        min(partner_name) as partner_name
    from platform_names
    where partner_name is not null
    group by {{ name_key('partner_name') }}

)

select * from unlisted_names
