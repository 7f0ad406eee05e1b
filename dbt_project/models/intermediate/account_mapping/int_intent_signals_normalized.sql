with

intent_signals as (

    select * from {{ ref('int_intent_signals_unified') }}

),

websites as (

    select * from {{ ref('int_websites_cleaned') }}

),

hosts as (

    select * from {{ ref('int_hosts_registered') }}

),

shared_domains as (

    select * from {{ ref('int_domains_shared') }}

),

refresh_current as (

    select * from {{ ref('int_refresh_current') }}

),

-- The best topic of a company and week; an access provider's domain is nobody's interest.
scores_per_week as (

    select
        intent_signals.provider,
        intent_signals.signal_week_starts_on,
        hosts.unicode_domain as registrable_domain,
        max(intent_signals.score) as score
    from intent_signals
    cross join refresh_current
    inner join websites
        on intent_signals.domain = websites.website
    inner join hosts
        on websites.host = hosts.host
    left join shared_domains
        on hosts.unicode_domain = shared_domains.domain
    where intent_signals.score is not null
        and intent_signals.score > 0
        and intent_signals.signal_week_starts_on <= refresh_current.as_of
        and hosts.unicode_domain is not null
        and shared_domains.domain is null
    group by
        intent_signals.provider,
        intent_signals.signal_week_starts_on,
        hosts.unicode_domain

),

-- The scales of providers differ, so a score only says where a company stands among all that the
-- provider named in that week.
counted as (

    select
        scores_per_week.*,
        count(*) over (
            partition by provider, signal_week_starts_on
            order by score nulls last
        ) as not_above_count,
        count(*) over (
            partition by provider, signal_week_starts_on
        ) as companies_count
    from scores_per_week

),

normalized as (

    select
        provider,
        signal_week_starts_on,
        registrable_domain,
        score,
        {{ share('not_above_count', 'companies_count') }} as strength
    from counted

)

select * from normalized
