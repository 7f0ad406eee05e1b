with

partner_versions as (

    select * from {{ ref('stg_templates__partners') }}

),

partners as (

    select * from {{ ref('dim_partners') }}

),

ledger as (

    select * from {{ ref('fct_attribution_ledger') }}
    where exclusion is null
        and partner_id is not null

),

opportunities as (

    select * from {{ ref('fct_attributed_opportunities') }}
    where exclusion is null
        and not is_deleted
        and partner_id is not null

),

touches as (

    select * from {{ ref('fct_partner_touches') }}

),

support_versions as (

    select * from {{ ref('stg_templates__support_log') }}

),

users as (

    select * from {{ ref('int_crm_users_versioned') }}

),

fiscal_days as (

    select * from {{ ref('dim_fiscal_days') }}

),

managers_compared as (

    select
        partner_id,
        lower(partner_manager_email) as manager_key,
        known_on,
        known_step,
        row_number() over (
            partition by partner_id order by known_step nulls last, source_row_number nulls last
        ) as version_number,
        lag(lower(partner_manager_email)) over (
            partition by partner_id order by known_step nulls last, source_row_number nulls last
        ) as previous_manager_key
    from partner_versions

),

-- A partner's manager of a day is the one whom the partner master named then; before the first list,
-- the first. A partner that no list names has none.
managers_dated as (

    select
        partner_id,
        manager_key,
        case when version_number = 1 then cast('0001-01-01' as date) else known_on end as manages_from_on,
        coalesce(
            lead(known_on) over (partition by partner_id order by version_number nulls last),
            cast('9999-12-31' as date)
        ) as manages_before_on
    from managers_compared
    where version_number = 1
        or manager_key is distinct from previous_manager_key

    union all

    select
        partners.partner_id,
        cast(null as {{ type_string() }}) as manager_key,
        cast('0001-01-01' as date) as manages_from_on,
        cast('9999-12-31' as date) as manages_before_on
    from partners
    left join (select distinct partner_id from partner_versions) as listed
        on partners.partner_id = listed.partner_id
    where listed.partner_id is null

),

support_ranked as (

    select
        support_versions.*,
        {{ newest_version('support_id') }} as version_rank
    from support_versions
    where partner_id is not null
        and kind = 'intro'

),

-- The partnerships team is measured on rows of its own: the rep's credit stays with the rep, and
-- nothing here is added to it (rules section 7.5).
contributions as (

    select
        partner_id,
        event_on as happened_on,
        cast(1 as bigint) as is_money,
        measure,
        attribution_class,
        amount_company_currency as amount,
        cast(null as bigint) as touches_count,
        cast(null as bigint) as back_dated_count,
        cast(null as bigint) as opportunities_count,
        cast(null as bigint) as intros_asked_count,
        cast(null as bigint) as intros_given_count,
        cast(null as bigint) as intro_days
    from ledger

    union all

    select
        partner_id,
        occurred_on as happened_on,
        cast(0 as bigint) as is_money,
        cast(null as {{ type_string() }}) as measure,
        cast(null as {{ type_string() }}) as attribution_class,
        cast(0 as {{ type_money() }}) as amount,
        cast(1 as bigint) as touches_count,
        cast(case when is_back_dated then 1 else 0 end as bigint) as back_dated_count,
        cast(null as bigint) as opportunities_count,
        cast(null as bigint) as intros_asked_count,
        cast(null as bigint) as intros_given_count,
        cast(null as bigint) as intro_days
    from touches
    where strength in ('strong', 'qualifying', 'engagement')

    union all

    select
        partner_id,
        created_on as happened_on,
        cast(0 as bigint) as is_money,
        cast(null as {{ type_string() }}) as measure,
        attribution_class,
        cast(0 as {{ type_money() }}) as amount,
        cast(null as bigint) as touches_count,
        cast(null as bigint) as back_dated_count,
        cast(1 as bigint) as opportunities_count,
        cast(null as bigint) as intros_asked_count,
        cast(null as bigint) as intros_given_count,
        cast(null as bigint) as intro_days
    from opportunities

    union all

    select
        partner_id,
        {{ company_date('asked_at') }} as happened_on,
        cast(0 as bigint) as is_money,
        cast(null as {{ type_string() }}) as measure,
        cast(null as {{ type_string() }}) as attribution_class,
        cast(0 as {{ type_money() }}) as amount,
        cast(null as bigint) as touches_count,
        cast(null as bigint) as back_dated_count,
        cast(null as bigint) as opportunities_count,
        cast(1 as bigint) as intros_asked_count,
        cast(case when given_at is not null then 1 else 0 end as bigint) as intros_given_count,
        {{ days_between(company_date('asked_at'), company_date('given_at')) }} as intro_days
    from support_ranked
    where version_rank = 1

),

managed as (

    select
        managers_dated.manager_key,
        fiscal_days.fiscal_quarter,
        contributions.*
    from contributions
    inner join fiscal_days
        on contributions.happened_on = fiscal_days.day_on
    left join managers_dated
        on contributions.partner_id = managers_dated.partner_id
        and contributions.happened_on >= managers_dated.manages_from_on
        and contributions.happened_on < managers_dated.manages_before_on

),

users_by_email as (

    select
        lower(email) as email_key,
        min(user_id) as user_id
    from users
    where email is not null
    group by lower(email)

),

performance as (

    select
        {{ hash_id(['managed.manager_key', 'managed.fiscal_quarter']) }}
            as partner_manager_quarter_id,
        managed.manager_key as partner_manager_email,
        min(users_by_email.user_id) as partner_manager_id,
        managed.fiscal_quarter,
        cast(count(distinct managed.partner_id) as bigint) as partners_count,
        cast(coalesce(sum(managed.touches_count), 0) as bigint) as partner_touches_count,
        cast(coalesce(sum(managed.back_dated_count), 0) as bigint) as back_dated_touches_count,
        {{ share(
            'cast(coalesce(sum(managed.back_dated_count), 0) as decimal(18,0))',
            'cast(coalesce(sum(managed.touches_count), 0) as decimal(18,0))'
        ) }} as back_dated_share,
        cast(coalesce(sum(case
            when managed.attribution_class = 'sourced' then managed.opportunities_count
        end), 0) as bigint) as sourced_opportunities_count,
        cast(coalesce(sum(case
            when managed.attribution_class = 'influenced' then managed.opportunities_count
        end), 0) as bigint) as influenced_opportunities_count,
        cast(sum(case
            when managed.measure = 'pipeline_created' and managed.attribution_class = 'sourced'
            then managed.amount else 0
        end) as {{ type_money() }}) as sourced_pipeline_amount,
        cast(sum(case
            when managed.measure = 'pipeline_created' and managed.attribution_class = 'influenced'
            then managed.amount else 0
        end) as {{ type_money() }}) as influenced_pipeline_amount,
        cast(sum(case
            when managed.measure = 'bookings' and managed.attribution_class = 'sourced'
            then managed.amount else 0
        end) as {{ type_money() }}) as sourced_bookings_amount,
        cast(sum(case
            when managed.measure = 'bookings' and managed.attribution_class = 'influenced'
            then managed.amount else 0
        end) as {{ type_money() }}) as influenced_bookings_amount,
        cast(coalesce(sum(managed.intros_asked_count), 0) as bigint) as intros_asked_count,
        cast(coalesce(sum(managed.intros_given_count), 0) as bigint) as intros_given_count,
        {{ ratio(
            'cast(sum(managed.intro_days) as decimal(18,0))',
            'cast(sum(managed.intros_given_count) as decimal(18,0))'
        ) }} as days_to_give_an_intro
    from managed
    left join users_by_email
        on managed.manager_key = users_by_email.email_key
    group by managed.manager_key, managed.fiscal_quarter

)

select * from performance
