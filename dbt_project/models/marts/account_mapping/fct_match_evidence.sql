with

matches as (

    select * from {{ ref('fct_account_matches') }}

),

compared as (

    select * from {{ ref('int_match_evidence_compared') }}

),

match_evidence as (

    select
        compared.crm_account_id,
        compared.partner_id,
        compared.partner_account_id,
        compared.comparison,
        compared.crm_value,
        compared.partner_value,
        compared.agreement,
        cast(compared.contribution as decimal(9, 4)) as contribution
    from compared
    inner join matches
        on compared.crm_account_id = matches.crm_account_id
        and compared.partner_id = matches.partner_id
        and compared.partner_account_id = matches.partner_account_id

)

select * from match_evidence
