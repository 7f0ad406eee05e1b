with

accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

account_rows as (

    select * from {{ ref('stg_salesforce__accounts') }}

),

companies as (

    select * from {{ ref('stg_hubspot__companies') }}

),

profile as (

    select * from {{ policy_in_force(ref('stg_policy__icp_fit'), ['dimension', 'value']) }}

),

texts as (

    select
        batch_id,
        source_row_number,
        technologies
    from account_rows
    where technologies is not null

    union all

    select
        batch_id,
        source_row_number,
        technologies
    from companies
    where technologies is not null

),

-- Tags stand in one field, parted by semicolon, comma or bar; a tag is a whole one or none.
tagged as (

    select
        accounts.account_id,
        ';' || {{ regexp_replace_all('texts.technologies', '[ ]*[;,|][ ]*', ';') }} || ';' as tags
    from accounts
    inner join texts
        on accounts.batch_id = texts.batch_id
        and accounts.source_row_number = texts.source_row_number

),

named as (

    select
        tagged.account_id,
        profile.value as technology,
        profile.points_share,
        row_number() over (
            partition by tagged.account_id
            order by profile.points_share desc nulls last, profile.value nulls last
        ) as technology_rank
    from tagged
    inner join profile
        on profile.dimension = 'technology'
        and (
            profile.value = '*'
            or tagged.tags like '%;' || lower(profile.value) || ';%'
        )

),

known as (

    select
        account_id,
        technology,
        points_share
    from named
    where technology_rank = 1

)

select * from known
