with

roles as (

    select * from {{ ref('int_crm_partner_roles_unified') }}

),

partner_organisations as (

    select * from {{ ref('int_partner_organisations_resolved') }}

),

roles_ranked as (

    select
        roles.*,
        row_number() over (
            partition by roles.partner_role_id, roles.known_step
            order by roles.batch_id desc nulls last, roles.source_row_number desc nulls last
        ) as rank_in_step
    from roles

),

versions as (

    select
        roles_ranked.partner_role_id as opportunity_partner_id,
        roles_ranked.opportunity_id,
        partner_organisations.partner_id,
        roles_ranked.role,
        coalesce(roles_ranked.is_primary, false)
        or lower(coalesce(roles_ranked.role, '')) like 'sourcing%' as is_primary_or_sourcing,
        roles_ranked.is_deleted,
        roles_ranked.known_step as valid_from_step,
        lead(roles_ranked.known_step) over (
            partition by roles_ranked.partner_role_id
            order by roles_ranked.known_step nulls last
        ) as valid_until_step
    from roles_ranked
    left join partner_organisations
        on roles_ranked.partner_crm_account_id = partner_organisations.partner_crm_account_id
    where roles_ranked.rank_in_step = 1

)

select * from versions
