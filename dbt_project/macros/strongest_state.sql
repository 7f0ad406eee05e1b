{# The strongest of the states that a landed list of words names (case 3); unknown when it names
   none, because a population of another kind says nothing about the state. #}
{% macro strongest_state(states) -%}
case
            when '; ' || {{ states }} || ';' like '%; customer;%' then 'customer'
            when '; ' || {{ states }} || ';' like '%; open_opportunity;%' then 'open_opportunity'
            when '; ' || {{ states }} || ';' like '%; former_customer;%' then 'former_customer'
            when '; ' || {{ states }} || ';' like '%; prospect;%' then 'prospect'
            else 'unknown'
        end
{%- endmacro %}
