-- A column that no contract declares is read by what its header says; none, or an empty one, is NULL.
with

examples as (

    select
        'between others' as example,
        {{ undeclared_value("'{\"Tier\": \"A\", \"Technologies__c\": \"Kubernetes; Snowflake\", \"x\": \"1\"}'", 'technolog') }} as actual,
        'kubernetes; snowflake' as expected

    union all

    select
        'a number' as example,
        {{ undeclared_value("'{\"Open Pipeline (USD)\": 1200.50}'", 'open[ _]pipeline') }} as actual,
        '1200.50' as expected

    union all

    select
        'the first of two' as example,
        {{ undeclared_value("'{\"open_pipeline\":\"10\",\"open_pipeline_currency\":\"EUR\"}'", 'open[ _]pipeline') }} as actual,
        '10' as expected

    union all

    select
        'its currency' as example,
        {{ undeclared_value("'{\"open_pipeline\":\"10\",\"open_pipeline_currency\":\"EUR\"}'", 'pipeline[ _]currency') }} as actual,
        'eur' as expected

    union all

    select
        'an empty one' as example,
        {{ undeclared_value("'{\"technologies\": \"\", \"x\": \"9\"}'", 'technolog') }} as actual,
        cast(null as {{ type_string() }}) as expected

    union all

    select
        'a word in a value' as example,
        {{ undeclared_value("'{\"industry\": \"technology\"}'", 'technolog') }} as actual,
        cast(null as {{ type_string() }}) as expected

    union all

    select
        'no undeclared columns' as example,
        {{ undeclared_value('cast(null as ' ~ type_string() ~ ')', 'technolog') }} as actual,
        cast(null as {{ type_string() }}) as expected

)

select * from examples
where actual is distinct from expected
