with

gaps as (

    select * from {{ ref('int_support_gaps_found') }}

),

decided as (

    select
        moment_id,
        moment_kind,
        rep_id,
        fiscal_quarter,
        case
            when count(case when is_gap then support_kind end) > 0 then 'support_gap' else 'delivered'
        end as support_status,
        {{ ordered_list("case when is_gap then support_kind end", "support_kind") }} as support_gaps
    from gaps
    group by moment_id, moment_kind, rep_id, fiscal_quarter

)

select * from decided
