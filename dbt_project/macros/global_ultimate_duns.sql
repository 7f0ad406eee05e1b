{# What a data provider writes beside an account under its own header ("Global Ultimate DUNS",
   GlobalUltimateDunsNumber, dnb_global_ultimate_duns__c): digits as sent; NULL without such a
   column. `extra` is the landed JSON of undeclared columns. #}
{% macro global_ultimate_duns(extra) -%}
case
            when {{ regexp_matches_whole('lower(' ~ extra ~ ')', '.*"[^":]*global[ _]?ultimate[^":]*duns[^":]*"[ ]*:[ ]*"?[0-9].*') }}
                then {{ regexp_replace_all(
                    regexp_replace_all(
                        'lower(' ~ extra ~ ')',
                        '^.*"[^":]*global[ _]?ultimate[^":]*duns[^":]*"[ ]*:[ ]*"?'
                    , ''),
                    '[^0-9.-].*$', ''
                ) }}
        end
{%- endmacro %}
