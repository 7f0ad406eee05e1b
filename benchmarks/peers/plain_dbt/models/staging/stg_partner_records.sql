{% set english = {'partner_account_id': 'Account ID', 'name': 'Account Name', 'website': 'Website', 'country': 'Country', 'duns': 'DUNS', 'status': 'Status', 'crm_account_id': 'Your CRM ID'} %}
{% set consulting = {'partner_account_id': 'Client No.', 'name': 'Client', 'website': 'Web Address', 'country': 'Country', 'duns': 'D&B Number', 'status': 'Relationship'} %}
{% set german = {'partner_account_id': 'Kundennummer', 'name': 'Firma', 'website': 'Webseite', 'country': 'Land', 'duns': 'D-U-N-S', 'status': 'Status'} %}
{% set technical = {'partner_account_id': 'account_key', 'name': 'company', 'website': 'domain_url', 'country': 'country_code', 'duns': 'duns_number', 'status': 'lifecycle'} %}

with listed as (
    {{ newest_list('skybridge', text_files('skybridge', 'csv'), english) }}
    union all
    {{ newest_list('marisol', text_files('marisol', 'csv'), english, mode='delta') }}
    union all
    {{ newest_list('harborview', text_files('harborview', 'csv'), dict(consulting, crm_account_id='Vendor Account Id')) }}
    union all
    {{ newest_list('copperfield', text_files('copperfield', 'csv'), dict(consulting, crm_account_id='Vendor Account Id')) }}
    union all
    {{ newest_list('kestrelworks', text_files('kestrelworks', 'tsv'), consulting) }}
    union all
    {{ newest_list('alpenglow', text_files('alpenglow', 'tsv'), german) }}
    union all
    {{ newest_list('brightloom', "read_json('" ~ var("inbox") ~ "/brightloom/*/accounts.jsonl', filename = true)", technical) }}
    union all
    {{ newest_list('quillstream', "read_json('" ~ var("inbox") ~ "/quillstream/*/accounts.jsonl', filename = true)", technical) }}
    union all
    {{ newest_list('tessellate', "read_parquet('" ~ var("inbox") ~ "/tessellate/*/accounts.parquet', filename = true)", technical) }}
    union all
    select partner_id, "Account ID", "Account Name", "Website", "Country", "DUNS", "Status", "Your CRM ID"
    from {{ ref('stg_partner_spreadsheets') }}
)

select
    listed.partner_id,
    listed.partner_account_id,
    listed.crm_account_id,
    {{ name_core('listed.name') }} as name_core,
    {{ domain_of('listed.website') }} as domain,
    {{ country_key('listed.country') }} as country,
    {{ duns_key('listed.duns') }} as duns,
    case
        when lower(status) in ('customer', 'active client', 'bestandskunde', 'active') then 'customer'
        when lower(status) in ('open opportunity', 'in negotiation', 'offene chance', 'pipeline')
            then 'open_opportunity'
        when lower(status) in ('prospect', 'target', 'interessent') then 'prospect'
        when lower(status) in ('churned', 'past client', 'ehemaliger kunde') then 'former_customer'
    end as partner_state
from listed
inner join {{ ref('stg_partners') }} as partners
    on listed.partner_id = partners.partner_id and partners.is_active
qualify row_number() over (partition by listed.partner_id, listed.partner_account_id order by status) = 1
