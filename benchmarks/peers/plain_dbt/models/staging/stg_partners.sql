select *, coalesce(valid_to >= '{{ var("as_of") }}', true) as is_active
from read_csv('{{ var("inbox") }}/partners/*/partners.csv', all_varchar = true, filename = true)
qualify filename = max(filename) over ()
