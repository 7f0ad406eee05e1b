-- A match that counts and the company behind it say the same.
with

matches as (

    select * from {{ ref('fct_account_matches') }}
    where decision in ('automatic', 'accepted')

),

companies as (

    select * from {{ ref('int_companies_identified') }}

)

select
    matches.account_match_id,
    matches.company_id,
    companies.company_id as company_id_of_the_record
from matches
inner join companies
    on 'partner|' || matches.partner_id || '|' || matches.partner_account_id = companies.record_id
where matches.company_id <> companies.company_id
