with

promises as (

    select * from {{ ref('int_partner_plan_metrics_versioned') }}
    where version_number > 1

),

reviews as (

    select * from {{ ref('fct_partner_plan_reviews') }}

),

plans as (

    select * from {{ ref('fct_partner_plans') }}

),

fields as (

    select
        promises.*,
        'target' as changed_field,
        cast(previous_target as {{ type_string() }}) as old_value,
        cast(target as {{ type_string() }}) as new_value
    from promises
    where target is distinct from previous_target

    union all

    select
        promises.*,
        'due_on' as changed_field,
        {{ text_from_day('previous_due_on') }} as old_value,
        {{ text_from_day('due_on') }} as new_value
    from promises
    where due_on is distinct from previous_due_on

    union all

    select
        promises.*,
        'metric' as changed_field,
        previous_metric as old_value,
        metric as new_value
    from promises
    where metric is distinct from previous_metric

    union all

    select
        promises.*,
        'side' as changed_field,
        previous_side as old_value,
        side as new_value
    from promises
    where side is distinct from previous_side

),

adjustments as (

    select
        {{ hash_id(['fields.plan_id', 'fields.metric_id', 'fields.version_number', 'fields.changed_field']) }}
            as plan_adjustment_id,
        fields.plan_id,
        fields.metric_id,
        plans.partner_id,
        cast(fields.version_number as bigint) as version_number,
        fields.changed_field,
        fields.old_value,
        fields.new_value,
        fields.known_on,
        fields.change_kind,
        fields.change_kind <> 'not_logged' as is_in_force,
        case when fields.change_kind = 'logged' then fields.reviewed_on end as reviewed_on,
        case when fields.change_kind = 'logged' then reviews.adjustment end as adjustment,
        case when fields.change_kind = 'logged' then reviews.reason end as reason,
        fields.batch_id,
        fields.source_file,
        fields.source_sha256,
        fields.source_row_number
    from fields
    left join plans
        on fields.plan_id = plans.plan_id
    left join reviews
        on fields.plan_id = reviews.plan_id
        and fields.reviewed_on = reviews.reviewed_on

)

select * from adjustments
