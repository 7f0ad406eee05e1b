{# Every delivery of a partner that sends text, each row with the file that it came in. #}
{% macro text_files(partner_id, ending) %}
read_csv(
    '{{ var("inbox") }}/{{ partner_id }}/*/accounts.{{ ending }}',
    all_varchar = true, union_by_name = true, filename = true
)
{% endmacro %}
