{# A name without case, accents, punctuation and legal form. #}
{% macro name_core(name) %}
nullif(trim(regexp_replace(regexp_replace(regexp_replace(
    lower(strip_accents({{ name }})), '[^a-z0-9]+', ' ', 'g'),
    '\b(inc|incorporated|corp|corporation|co|company|llc|llp|ltd|limited|plc|gmbh|ag|se|kg|sa|sas|sarl|bv|nv|pty|kk|l l c|l l p|s a|s a r l|b v|n v)\b', ' ', 'g'),
    ' +', ' ', 'g')), '')
{% endmacro %}
