with

crm_accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_known') }}

),

intent_signals as (

    select * from {{ ref('int_intent_signals_unified') }}

),

contacts as (

    select * from {{ ref('int_crm_contacts_unified') }}

),

websites as (

    select website from crm_accounts
    where website is not null
    union
    select website from partner_accounts
    where website is not null
    union
    select domain as website from intent_signals
    where domain is not null
    union
    select {{ email_host('email') }} as website from contacts
    where {{ email_host('email') }} is not null

),

-- A field with several addresses speaks for the first.
first_addresses as (

    select
        website,
        {{ regexp_replace_all(
            regexp_replace_all("translate(lower(trim(website)), '。．｡', '...')", '^[\\s<(]+', ''),
            '[\\s,;<>()|].*$', ''
        ) }} as address
    from websites

),

-- http://https://acme.com carries two schemes.
without_scheme as (

    select
        website,
        {{ regexp_replace_all('address', '^([a-z][a-z0-9+.-]*:/+|//+)+', '') }} as address,
        {{ regexp_matches_whole('address', '([a-z][a-z0-9+.-]*:/+|//+).*') }} as has_scheme
    from first_addresses

),

without_path as (

    select
        website,
        has_scheme,
        {{ regexp_replace_all('address', '[/?#\\\\].*$', '') }} as authority
    from without_scheme

),

-- An e-mail address in the website field is a person's mailbox, not the company's site; only
-- behind a scheme is what stands before the @ a user name.
without_user as (

    select
        website,
        case
            when has_scheme then {{ regexp_replace_all('authority', '^.*@', '') }}
            when {{ regexp_matches_whole('authority', '.*(@|mailto:).*') }} then null
            else authority
        end as authority
    from without_path

),

-- A dot at the end is the root of all names; one at the beginning is no name.
without_port as (

    select
        website,
        {{ regexp_replace_all(
            regexp_replace_all('authority', ':[0-9]*$', ''), '\\.+$', ''
        ) }} as host
    from without_user

),

-- www.com is a domain of its own: the prefix only goes when a domain is left.
without_www as (

    select
        website,
        case
            when {{ regexp_matches_whole('host', 'www[0-9]?\\..+\\..+') }}
            then {{ regexp_replace_all('host', '^www[0-9]?\\.', '') }}
            else host
        end as host
    from without_port

),

-- Bare words, localhost and IP addresses name no company.
cleaned as (

    select
        website,
        case
            when {{ regexp_matches_whole(
                'host',
                '([^\\s.:@/\\[\\]]+\\.)+[^\\s.:@/\\[\\]]*[^\\s.:@/\\[\\]0-9][^\\s.:@/\\[\\]]*'
            ) }}
            then host
        end as host
    from without_www

)

select * from cleaned
