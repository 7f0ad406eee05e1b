{# Partners write countries as they please. #}
{% macro country_key(country) %}
case lower(trim({{ country }}))
    when 'usa' then 'us' when 'united states' then 'us' when 'uk' then 'gb'
    when 'united kingdom' then 'gb' when 'germany' then 'de' when 'deutschland' then 'de'
    when 'france' then 'fr' when 'frankreich' then 'fr' when 'canada' then 'ca'
    when 'netherlands' then 'nl' when 'switzerland' then 'ch' when 'schweiz' then 'ch'
    when 'australia' then 'au' when 'japan' then 'jp' else lower(trim({{ country }}))
end
{% endmacro %}
