with

outcomes as (

    select * from {{ ref('fct_route_outcomes') }}

),

counted as (

    select
        partner_id,
        week_starts_on,
        cast(count(*) as bigint) as routed_count,
        cast(sum(case when partner_seller_name is not null then 1 else 0 end) as bigint)
            as named_seller_count,
        cast(sum(case when had_sellers_spoken_before then 1 else 0 end) as bigint)
            as spoken_before_count,
        cast(sum(case when sellers_spoke_on is not null then 1 else 0 end) as bigint)
            as activated_count,
        cast(
            sum({{ days_between('week_starts_on', 'sellers_spoke_on') }}) as bigint
        ) as days_to_activation,
        min(conversation_due_on) as conversation_due_on
    from outcomes
    group by partner_id, week_starts_on

),

activation as (

    select
        partner_id || '|' || {{ text_from_day('week_starts_on') }} as partner_activation_id,
        partner_id,
        week_starts_on,
        routed_count,
        named_seller_count,
        spoken_before_count,
        activated_count,
        {{ share('activated_count', 'routed_count') }} as activated_share,
        {{ ratio('days_to_activation', 'activated_count') }} as average_days_to_activation,
        conversation_due_on
    from counted

)

select * from activation
