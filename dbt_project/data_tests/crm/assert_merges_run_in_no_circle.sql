{{ config(severity='warn') }}
-- Case 8: accounts that name each other as winner have no survivor. They stay themselves, nothing
-- is lost, and the CRM's owner should be told.
select account_id
from {{ ref('int_crm_accounts_merged') }}
where is_in_cycle
