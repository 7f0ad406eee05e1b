with

ranked as (

    select * from {{ ref('int_routes_ranked') }}

),

route_week as (

    select * from {{ ref('int_route_week_opened') }}

),

segmented as (

    select * from {{ ref('int_accounts_prioritizable') }}

),

prioritized as (

    select * from {{ ref('fct_prioritized_accounts') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

route_plays as (

    select * from {{ ref('route_plays') }}

),

-- A week that is frozen is never proposed again.
listed as (

    select
        ranked.*,
        route_week.week_starts_on,
        route_week.previous_week_starts_on,
        cast(
            row_number() over (
                partition by ranked.rep_id
                order by
                    ranked.score desc nulls last,
                    ranked.account_id nulls last,
                    ranked.partner_id nulls last
            ) as bigint
        ) as rank
    from ranked
    cross join route_week
    where ranked.list_rank <= route_week.list_size
        and not route_week.is_frozen

),

worded as (

    select
        listed.week_starts_on,
        listed.rep_id,
        listed.account_id,
        listed.partner_id,
        listed.rank,
        listed.previous_rank,
        listed.score,
        prioritized.relationship_depth_points,
        prioritized.in_market_points,
        prioritized.icp_fit_points,
        prioritized.strategic_importance_points,
        segmented.cell,
        segmented.roll_up,
        replace(
            replace(route_plays.listing_reason, '{partner}', segmented.partner_name),
            '{account}', crm_accounts.account_name
        )
        || coalesce(': ' || prioritized.relationship_depth_evidence, '')
        || coalesce('; ' || prioritized.in_market_evidence, '')
        || '.' as reason,
        segmented.partner_seller_name,
        replace(
            replace(
                case
                    when segmented.partner_seller_name is not null
                    then replace(
                        route_plays.next_step_with_seller,
                        '{seller}',
                        segmented.partner_seller_name
                    )
                    else route_plays.next_step_without_seller
                end,
                '{partner}', segmented.partner_name
            ),
            '{account}', crm_accounts.account_name
        ) || '.' as suggested_next_step,
        case
            when listed.previous_week_starts_on is null then 'first list'
            when listed.previous_rank is null and listed.is_reserved
            then 'new: among the best one-sided accounts'
            when listed.previous_rank is null then 'new: among the best scores'
            when listed.is_dwelling then 'kept: listed since '
            || {{ text_from_day('listed.previous_first_listed_on') }}
            else 'kept: still among the best'
        end as change_reason,
        coalesce(listed.previous_first_listed_on, listed.week_starts_on) as first_listed_on,
        {{ add_days('listed.week_starts_on', 6) }} as expires_on
    from listed
    inner join segmented
        on listed.account_id = segmented.account_id
        and listed.partner_id = segmented.partner_id
    inner join prioritized
        on listed.account_id = prioritized.account_id
        and listed.partner_id = prioritized.partner_id
    inner join crm_accounts
        on listed.account_id = crm_accounts.account_id
    inner join route_plays
        on segmented.cell = route_plays.cell

),

proposed as (

    select
        {{ hash_id(['week_starts_on', 'rep_id', 'account_id', 'partner_id']) }} as route_id,
        worded.*
    from worded

)

select * from proposed
