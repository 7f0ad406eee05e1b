with

claimed as (

    select * from {{ ref('int_company_parents_claimed') }}

),

chosen as (

    select * from {{ ref('int_company_parents_chosen') }}

),

families as (

    select * from {{ ref('int_company_families_resolved') }}

),

relations as (

    select
        claimed.company_id
        || '|' || claimed.parent_company_id
        || '|' || claimed.relation_source
        || '|' || coalesce(claimed.partner_id, '') as company_relation_id,
        claimed.company_id,
        claimed.parent_company_id,
        'family' as relation,
        claimed.relation_source,
        claimed.partner_id,
        claimed.claims_count,
        claimed.record_id,
        claimed.parent_record_id,
        chosen.company_id is not null as is_followed,
        families.family_company_id
    from claimed
    left join chosen
        on claimed.company_id = chosen.company_id
        and claimed.parent_company_id = chosen.parent_company_id
    left join families
        on claimed.company_id = families.company_id

)

select * from relations
