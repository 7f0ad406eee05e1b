select
    Id as opportunity_id,
    AccountId as account_id,
    OwnerId as rep_id,
    IsClosed = 'true' as is_closed,
    cast(left(CreatedDate, 10) as date) as created_on,
    cast(CloseDate as date) as close_on,
    cast(Amount as decimal(18, 2)) as amount,
    CurrencyIsoCode as currency
from {{ newest_export('Opportunity') }}
