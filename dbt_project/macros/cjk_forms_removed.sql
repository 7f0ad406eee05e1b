{# Legal forms that Chinese, Japanese and Korean names carry without a space before or
   behind. Takes a folded name: Korean syllables are written as their letters. #}
{% macro cjk_forms_removed(name) -%}
{{ regexp_replace_all(name, '(株式会社|有限会社|合同会社|合資会社|[(]株[)]|[(]有[)]|股份有限公司|有限责任公司|有限責任公司|有限公司|주식회사|유한회사|[(]주[)])', ' ') }}
{%- endmacro %}
