with

websites as (

    select * from {{ ref('int_websites_cleaned') }}

),

public_suffixes as (

    select * from {{ latest_batch(ref('stg_reference__public_suffixes')) }}

),

hosts as (

    select
        host,
        cast(length(host) - length(replace(host, '.', '')) + 1 as bigint) as labels_count
    from websites
    where host is not null
    group by host

),

-- Written the way the end of a host can equal it: '*.ck' says that every name with one label
-- more than 'ck' is a suffix, '!www.ck' that www.ck is not.
rules as (

    select distinct
        suffix,
        kind,
        section,
        cast(length(suffix) - length(replace(suffix, '.', '')) + 1 as bigint) as labels_count
    from public_suffixes

),

rule_lengths as (

    select distinct labels_count from rules

),

host_ends as (

    select
        hosts.host,
        hosts.labels_count as host_labels_count,
        rule_lengths.labels_count,
        {{ last_labels('hosts.host', 'rule_lengths.labels_count') }} as host_end
    from hosts
    inner join rule_lengths
        on hosts.labels_count >= rule_lengths.labels_count

),

rules_that_hold as (

    select
        host_ends.host,
        rules.section,
        rules.kind = 'exception' as is_exception,
        case rules.kind
            when 'wildcard' then rules.labels_count + 1
            when 'exception' then rules.labels_count - 1
            else rules.labels_count
        end as suffix_labels_count
    from host_ends
    inner join rules
        on host_ends.host_end = rules.suffix
    where rules.kind <> 'wildcard'
        or host_ends.host_labels_count > rules.labels_count

),

-- An exception beats every rule, then the longest rule wins.
rules_ranked as (

    select
        rules_that_hold.*,
        row_number() over (
            partition by host
            order by
                is_exception desc nulls last,
                suffix_labels_count desc nulls last,
                section nulls last
        ) as rule_rank
    from rules_that_hold

),

-- A host that no rule knows is treated as the list says: its last label is its suffix.
suffixes_decided as (

    select
        hosts.host,
        hosts.labels_count,
        coalesce(rules_ranked.section, 'unlisted') as suffix_section,
        cast(coalesce(rules_ranked.suffix_labels_count, 1) as bigint) as suffix_labels_count
    from hosts
    left join rules_ranked
        on hosts.host = rules_ranked.host
        and rules_ranked.rule_rank = 1

),

-- A host may be written in its own letters or in ASCII (xn--): records are compared by the former,
-- what was typed is kept as it was.
with_unicode as (

    select
        suffixes_decided.*,
        {{ unicode_host('host') }} as unicode_host
    from suffixes_decided

),

registered as (

    select
        host,
        {{ last_labels('host', 'suffix_labels_count') }} as public_suffix,
        suffix_section,
        case
            when labels_count > suffix_labels_count
            then {{ last_labels('host', 'suffix_labels_count + 1') }}
        end as registrable_domain,
        unicode_host,
        {{ last_labels('unicode_host', 'suffix_labels_count') }} as unicode_suffix,
        case
            when labels_count > suffix_labels_count
            then {{ last_labels('unicode_host', 'suffix_labels_count + 1') }}
        end as unicode_domain
    from with_unicode

)

select * from registered
