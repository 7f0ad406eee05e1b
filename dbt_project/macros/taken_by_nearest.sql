{#- Which opportunity a touch belongs to, from step to step. `eligible` names a CTE with a row per touch
    and opportunity that may have it, with the steps in which that holds (`valid_from_step`,
    `valid_until_step`) and since and until when it follows from facts alone (`known_from_step`,
    `known_until_step`). Wherever one of them begins or ends, the first in `order_by` has the touch;
    what it has without a break is one row. `begins_by_fact` and `ends_by_fact` say whether a fact or
    a file of the policy was behind the change. -#}
{%- macro taken_by_nearest(eligible, order_by) -%}
(
    with

    boundaries as (

        select
            touch_id,
            boundary_step,
            max(facts_count) as facts_count
        from (
            select
                touch_id,
                valid_from_step as boundary_step,
                case when valid_from_step = known_from_step then 1 else 0 end as facts_count
            from {{ eligible }}
            union all
            select
                touch_id,
                valid_until_step as boundary_step,
                case when valid_until_step = known_until_step then 1 else 0 end as facts_count
            from {{ eligible }}
            where valid_until_step is not null
        ) as ends
        group by touch_id, boundary_step

    ),

    spans as (

        select
            touch_id,
            boundary_step as span_from_step,
            facts_count as facts_at_begin_count,
            lead(boundary_step) over (
                partition by touch_id order by boundary_step nulls last
            ) as span_until_step,
            lead(facts_count) over (
                partition by touch_id order by boundary_step nulls last
            ) as facts_at_end_count
        from boundaries

    ),

    contested as (

        select
            {{ eligible }}.*,
            spans.span_from_step,
            spans.span_until_step,
            spans.facts_at_begin_count,
            spans.facts_at_end_count,
            row_number() over (
                partition by spans.touch_id, spans.span_from_step
                order by {{ order_by }}
            ) as nearness
        from spans
        inner join {{ eligible }}
            on spans.touch_id = {{ eligible }}.touch_id
            and {{ eligible }}.valid_from_step <= spans.span_from_step
            and (
                {{ eligible }}.valid_until_step is null
                or spans.span_from_step < {{ eligible }}.valid_until_step
            )

    ),

    in_order as (

        select
            contested.*,
            lag(span_until_step) over (
                partition by touch_id, touch_known_step, opportunity_id, policy_version, policy_sha256
                order by span_from_step nulls last
            ) as previous_until_step
        from contested
        where nearness = 1

    ),

    numbered as (

        select
            in_order.*,
            sum(case when span_from_step = previous_until_step then 0 else 1 end) over (
                partition by touch_id, touch_known_step, opportunity_id, policy_version, policy_sha256
                order by span_from_step nulls last
                rows between unbounded preceding and current row
            ) as taking_number
        from in_order

    ),

    ranked as (

        select
            numbered.*,
            row_number() over (
                partition by
                    touch_id, touch_known_step, opportunity_id, policy_version, policy_sha256, taking_number
                order by span_from_step nulls last
            ) as place_from_begin,
            row_number() over (
                partition by
                    touch_id, touch_known_step, opportunity_id, policy_version, policy_sha256, taking_number
                order by span_from_step desc nulls last
            ) as place_from_end
        from numbered

    )

    select
        first_spans.*,
        first_spans.span_from_step as taken_from_step,
        last_spans.span_until_step as taken_until_step,
        first_spans.facts_at_begin_count = 1 as begins_by_fact,
        coalesce(last_spans.facts_at_end_count = 1, false) as ends_by_fact
    from ranked as first_spans
    inner join ranked as last_spans
        on first_spans.touch_id = last_spans.touch_id
        and first_spans.touch_known_step = last_spans.touch_known_step
        and first_spans.opportunity_id = last_spans.opportunity_id
        and first_spans.policy_version = last_spans.policy_version
        and coalesce(first_spans.policy_sha256, '') = coalesce(last_spans.policy_sha256, '')
        and first_spans.taking_number = last_spans.taking_number
        and last_spans.place_from_end = 1
    where first_spans.place_from_begin = 1
)
{%- endmacro -%}
