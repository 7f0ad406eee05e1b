{#- How a model is kept that others read once or twice: as a view, which costs nothing by itself.
    Spark would plan it again in every model that reads it, as often as its CTEs are used; there it
    is a table. -#}
{%- macro read_in_place() -%}
{{ adapter.dispatch('read_in_place', 'cosell')() }}
{%- endmacro -%}

{%- macro default__read_in_place() -%}view{%- endmacro -%}

{%- macro spark__read_in_place() -%}table{%- endmacro -%}
