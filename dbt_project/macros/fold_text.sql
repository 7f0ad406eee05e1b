{# Case 44: a text without case, accents and compatibility forms (fullwidth letters, ligatures), the
   same on both engines: neither has all of NFKC, so the letters are listed. Plain text pays nothing. #}
{% macro fold_text(value) -%}
{%- set folded -%}
translate({{ regexp_replace_all('lower(' ~ value ~ ')', '[\\x{0300}-\\x{036f}]', '') }}, 'ª²³µ¹ºàáâãäåçèéêëìíîïðñòóôõöøùúûüýÿāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįıĵķĸĺļľłńņňŋōŏőŕŗřśŝşšţťŧũūŭůűųŵŷźżžſƒơưǎǐǒǔǖǘǚǜǟǡǣǧǩǫǭǯǰǵǹǻǽǿȁȃȅȇȉȋȍȏȑȓȕȗșțȟȧȩȫȭȯȱȳʹΐάέήίΰςϊϋόύώϐϑϒϓϔϕϖϰϱϲϵḁḃḅḇḉḋḍḏḑḓḕḗḙḛḝḟḡḣḥḧḩḫḭḯḱḳḵḷḹḻḽḿṁṃṅṇṉṋṍṏṑṓṕṗṙṛṝṟṡṣṥṧṩṫṭṯṱṳṵṷṹṻṽṿẁẃẅẇẉẋẍẏẑẓẕẖẗẘẙẛạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹἀἁἂἃἄἅἆἇἐἑἒἓἔἕἠἡἢἣἤἥἦἧἰἱἲἳἴἵἶἷὀὁὂὃὄὅὐὑὒὓὔὕὖὗὠὡὢὣὤὥὦὧὰάὲέὴήὶίὸόὺύὼώᾰᾱᾶιῆῐῑῒΐῖῗῠῡῢΰῤῥῦῧῶё⁰ⁱ⁴⁵⁶⁷⁸⁹ⁿ₀₁₂₃₄₅₆₇₈₉ₐₑₒₓₔₕₖₗₘₙₚₛₜ①②③④⑤⑥⑦⑧⑨０１２３４５６７８９ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚⅰⅴⅹⅼⅽⅾⅿ', 'a23μ1oaaaaaaceeeeiiiidnoooooouuuuyyaaaccccddeeeeegggghhiiiiijkkllllnnnnooorrrsssstttuuuuuuwyzzzsfouaiouuuuuaaægkooʒjgnaæøaaeeiioorruusthaeooooyʹιαεηιυσιυουωβθυυυφπκρσεabbbcdddddeeeeefghhhhhiikkkllllmmmnnnnoooopprrrrsssssttttuuuuuvvwwwwwxxyzzzhtwysaaaaaaaaaaaaeeeeeeeeiioooooooooooouuuuuuuyyyyααααααααεεεεεεηηηηηηηηιιιιιιιιοοοοοουυυυυυυυωωωωωωωωααεεηηιιοουυωωαααιηιιιιιιυυυυρρυυωе0i456789n0123456789aeoxəhklmnpst1234567890123456789abcdefghijklmnopqrstuvwxyzivxlcdm')
{%- endset -%}
case
            when {{ regexp_matches_whole(value, '[ -~]*') }} then lower({{ value }})
            else replace(replace(replace(replace(replace(replace(replace({{ folded }}, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ﬁ', 'fi'), 'ﬂ', 'fl'), 'ﬀ', 'ff')
        end
{%- endmacro %}
