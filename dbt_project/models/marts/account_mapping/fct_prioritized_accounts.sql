with

accounts as (

    select * from {{ ref('int_accounts_prioritizable') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

relationship_depth as (

    select * from {{ ref('int_priority_relationship_depth') }}

),

in_market as (

    select * from {{ ref('int_priority_in_market') }}

),

icp_fit as (

    select * from {{ ref('int_priority_icp_fit') }}

),

strategic_importance as (

    select * from {{ ref('int_priority_strategic_importance') }}

),

signals as (

    select * from {{ ref('int_priority_signals_in_force') }}

),

all_points as (

    select cast(sum(signal_points) as {{ type_score() }}) as most_points from signals

),

combined as (

    select
        accounts.account_id || '|' || accounts.partner_id as segment_id,
        accounts.account_id,
        accounts.partner_id,
        crm_accounts.owner_user_id as rep_id,
        accounts.cell,
        accounts.roll_up,
        relationship_depth.points as relationship_depth_points,
        in_market.points as in_market_points,
        icp_fit.points as icp_fit_points,
        strategic_importance.points as strategic_importance_points,
        cast(
            coalesce(relationship_depth.points, cast(0 as {{ type_score() }}))
            + coalesce(in_market.points, cast(0 as {{ type_score() }}))
            + coalesce(icp_fit.points, cast(0 as {{ type_score() }}))
            + coalesce(strategic_importance.points, cast(0 as {{ type_score() }}))
            as {{ type_score() }}
        ) as score,
        coalesce(relationship_depth.known_points, cast(0 as {{ type_score() }}))
        + coalesce(in_market.known_points, cast(0 as {{ type_score() }}))
        + coalesce(icp_fit.known_points, cast(0 as {{ type_score() }}))
        + coalesce(strategic_importance.known_points, cast(0 as {{ type_score() }}))
            as known_points,
        relationship_depth.evidence as relationship_depth_evidence,
        in_market.evidence as in_market_evidence,
        icp_fit.evidence as icp_fit_evidence,
        strategic_importance.evidence as strategic_importance_evidence
    from accounts
    inner join crm_accounts
        on accounts.account_id = crm_accounts.account_id
    left join relationship_depth
        on accounts.account_id = relationship_depth.account_id
        and accounts.partner_id = relationship_depth.partner_id
    left join in_market
        on accounts.account_id = in_market.account_id
    left join icp_fit
        on accounts.account_id = icp_fit.account_id
    left join strategic_importance
        on accounts.account_id = strategic_importance.account_id

),

prioritized as (

    select
        combined.segment_id,
        combined.account_id,
        combined.partner_id,
        combined.rep_id,
        combined.cell,
        combined.roll_up,
        combined.score,
        combined.relationship_depth_points,
        combined.in_market_points,
        combined.icp_fit_points,
        combined.strategic_importance_points,
        {{ share('combined.known_points', 'all_points.most_points') }} as coverage_share,
        combined.relationship_depth_evidence,
        combined.in_market_evidence,
        combined.icp_fit_evidence,
        combined.strategic_importance_evidence,
        cast(
            row_number() over (
                partition by combined.rep_id
                order by
                    combined.score desc nulls last,
                    combined.account_id nulls last,
                    combined.partner_id nulls last
            ) as bigint
        ) as rep_rank,
        cast(
            row_number() over (
                partition by combined.partner_id
                order by combined.score desc nulls last, combined.account_id nulls last
            ) as bigint
        ) as partner_rank
    from combined
    cross join all_points

)

select * from prioritized
