{# The host of a website without www and its like; free mail is nobody's own. #}
{% macro domain_of(website) %}
nullif(regexp_replace(split_part(split_part(
    regexp_replace(lower(trim({{ website }})), '^[a-z]+://', ''), '/', 1), ':', 1),
    '^(www|shop|store|info|app)\.|^(gmail|outlook|hotmail|yahoo|aol|icloud)\.com$', ''), '')
{% endmacro %}
