with

matches as (

    select * from {{ ref('int_matches_settled') }}

),

crm_accounts as (

    select * from {{ ref('int_crm_accounts_normalized') }}

),

partner_accounts as (

    select * from {{ ref('int_partner_accounts_normalized') }}

),

companies as (

    select * from {{ ref('int_crm_companies_identified') }}

),

account_matches as (

    select
        matches.crm_account_id || '|' || matches.partner_id || '|' || matches.partner_account_id
            as account_match_id,
        matches.crm_account_id,
        matches.partner_id,
        matches.partner_account_id,
        companies.company_id,
        matches.tier,
        matches.probability,
        matches.settled_decision as decision,
        matches.evidence || coalesce('; ' || matches.company_conflict, '') as evidence,
        matches.settled_rule_id as rule_id,
        coalesce(matches.company_conflict, matches.reason) as reason,
        matches.threshold,
        matches.runner_up_crm_account_id,
        matches.runner_up_probability,
        matches.decided_by,
        greatest(crm_accounts.known_on, partner_accounts.known_on) as known_on,
        crm_accounts.batch_id as crm_batch_id,
        crm_accounts.source_file as crm_source_file,
        crm_accounts.source_sha256 as crm_source_sha256,
        crm_accounts.source_row_number as crm_source_row_number,
        partner_accounts.batch_id as partner_batch_id,
        partner_accounts.source_file as partner_source_file,
        partner_accounts.source_sha256 as partner_source_sha256,
        partner_accounts.source_row_number as partner_source_row_number
    from matches
    inner join crm_accounts
        on matches.crm_account_id = crm_accounts.account_id
    inner join companies
        on matches.crm_account_id = companies.account_id
    inner join partner_accounts
        on matches.partner_id = partner_accounts.partner_id
        and matches.partner_account_id = partner_accounts.partner_account_id
    where partner_accounts.is_in_force

)

select * from account_matches
