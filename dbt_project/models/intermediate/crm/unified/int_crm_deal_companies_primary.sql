with

associations as (

    select * from {{ ref('stg_hubspot__deal_companies') }}

),

ranked as (

    select
        associations.*,
        row_number() over (
            partition by associations.opportunity_id, associations.known_step
            order by
                coalesce(
                    lower(associations.label) like 'primary%' or associations.association_type_id = '5',
                    false
                ) desc nulls last,
                (associations.label is null) desc nulls last,
                associations.account_id nulls last
        ) as company_rank
    from associations
    where not associations.is_deleted

),

-- A deal may have many companies: the primary one, else the one without a role, else the first.
-- What was known of the companies holds until they are landed again.
primary_companies as (

    select
        opportunity_id,
        account_id,
        known_step as valid_from_step,
        lead(known_step) over (
            partition by opportunity_id
            order by known_step nulls last
        ) as valid_until_step
    from ranked
    where company_rank = 1

)

select * from primary_companies
