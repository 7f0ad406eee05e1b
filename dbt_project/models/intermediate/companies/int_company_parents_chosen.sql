with

claimed as (

    select * from {{ ref('int_company_parents_claimed') }}

),

partners_agreeing as (

    select
        company_id,
        parent_company_id,
        min(
            case relation_source
                when 'crm_parent' then 0
                when 'duns_ultimate' then 1
                else 2
            end
        ) as source_rank,
        cast(sum(claims_count) as bigint) as claims_count
    from claimed
    group by company_id, parent_company_id

),

-- Our CRM has the first word on a company's parent, then its DUNS number, then what most records
-- of partners say.
parents_ranked as (

    select
        company_id,
        parent_company_id,
        row_number() over (
            partition by company_id
            order by
                source_rank nulls last,
                claims_count desc nulls last,
                parent_company_id nulls last
        ) as parent_rank
    from partners_agreeing

),

chosen as (

    select
        company_id,
        parent_company_id
    from parents_ranked
    where parent_rank = 1

)

select * from chosen
