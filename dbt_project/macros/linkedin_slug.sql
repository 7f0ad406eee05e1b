{# The company's name in a LinkedIn address, NULL for any other address. #}
{% macro linkedin_slug(website) -%}
case
            when {{ regexp_matches_whole('lower(' ~ website ~ ')', '.*linkedin\\.com/(company|school|showcase)/[^/?#]+.*') }}
                then {{ regexp_replace_all('lower(trim(' ~ website ~ '))', '^.*linkedin\\.com/(company|school|showcase)/([^/?#]+).*$', '\\2') }}
        end
{%- endmacro %}
