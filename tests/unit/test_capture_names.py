import pytest

from bot.graph.sync.names import DERIVED, FULL, SINGLE, clean_name

NAMES = [
    # the shapes of twentyhq/twenty pull request 20639
    ("Doe, John", "jd", "John Doe", FULL),
    ('"Doe, John"', "jd", "John Doe", FULL),
    ("John.Doe Doe", "jd", "John Doe", FULL),
    ("Mary Jane Watson", "mjw", "Mary Jane Watson", FULL),
    ("john.doe@x.com", "john.doe", "John Doe", DERIVED),
    ("Doe, John:GROUP", "jd", "John Doe", FULL),
    ("john.doe", "jd", "John Doe", FULL),
    # degrees and suffixes
    ("Smith, Jane, Jr.", "js", "Jane Smith", FULL),
    ("O'Brien, Mary, MD", "mo", "Mary O'Brien", FULL),
    ("John Doe, PhD", "jd", "John Doe", FULL),
    ("Jean Dupont, Avocat", "jd", "Jean Dupont", FULL),
    ("Dr. John Doe", "jd", "John Doe", FULL),
    ("Maître Anne Martin", "am", "Anne Martin", FULL),
    # what belongs to the sending programme
    ("'John Doe'", "jd", "John Doe", FULL),
    ("« Jean Dupont »", "jd", "Jean Dupont", FULL),
    ("“John Doe”", "jd", "John Doe", FULL),
    ("Doe, John (Acme)", "jd", "John Doe", FULL),
    ("John Doe [Acme Legal]", "jd", "John Doe", FULL),
    ("John Doe <john@acme.com>", "jd", "John Doe", FULL),
    ("John Doe [mailto:john@acme.com]", "jd", "John Doe", FULL),
    ("john@acme.com (John Doe)", "jd", "John Doe", FULL),
    ("John Doe via LinkedIn", "jd", "John Doe", FULL),
    ("'John Doe' via Litigation", "jd", "John Doe", FULL),
    ("Anne Martin on behalf of Paul Roy", "am", "Anne Martin", FULL),
    ("Anne Martin pour le compte de Paul Roy", "am", "Anne Martin", FULL),
    ("John Doe | Acme Legal", "jd", "John Doe", FULL),
    ("Hang Tran/VNM", "ht", "Hang Tran", FULL),
    ("=?UTF-8?Q?J=C3=A9r=C3=B4me_Petit?=", "jp", "Jérôme Petit", FULL),
    ("Polstra; John", "jp", "John Polstra", FULL),
    # loud and quiet voices
    ("JOHN DOE", "jd", "John Doe", FULL),
    ("john doe", "jd", "John Doe", FULL),
    ("DUPONT Jean", "jean.dupont", "Jean Dupont", FULL),
    ("Jean DUPONT", "jdupont", "Jean Dupont", FULL),
    ("GNU C Library", "libc", "GNU C Library", FULL),
    ("JEAN DE LA FONTAINE", "jf", "Jean de la Fontaine", FULL),
    ("MCDONALD RONALD", "rm", "McDonald Ronald", FULL),
    ("O'BRIEN-SMITH MARY", "mo", "O'Brien-Smith Mary", FULL),
    ("van der Berg, Jan", "jb", "Jan van der Berg", FULL),
    ("QUANG NGUYEN", "qn", "Quang Nguyen", FULL),
    # names that are right as they are
    ("H. Peter Anvin", "hpa", "H. Peter Anvin", FULL),
    ("J.R.R. Tolkien", "jrrt", "J.R.R. Tolkien", FULL),
    ("Jean-Luc Picard", "jlp", "Jean-Luc Picard", FULL),
    ("Acme Corp, Legal Department of Europe", "acme", "Acme Corp Legal Department of Europe", FULL),
    ("長谷川一郎", "ih", "長谷川一郎", SINGLE),
    ("Łukasz Żółw", "lz", "Łukasz Żółw", FULL),
    ("John", "jd", "John", SINGLE),
    # no name at all
    ("", "john.doe", "John Doe", DERIVED),
    ("", "john.doe2", "John Doe", DERIVED),
    ("", "t.sailer", "T. Sailer", DERIVED),
    ("", "jdoe", "jdoe", DERIVED),
    ("jdoe", "jdoe", "jdoe", DERIVED),
    ("---", "jane_roe", "Jane Roe", DERIVED),
    ("????", "jane.roe", "Jane Roe", DERIVED),
    ("partner@firm.example", "evil", "evil", DERIVED),
    # hostile ones
    ("John \u202eeoD\u202c\x00 Doe", "jd", "John eoD Doe", FULL),
    ("\ud800Jane\udfff Roe", "jr", "Jane Roe", FULL),
    ("Partner partner@firm.example", "evil", "Partner", SINGLE),
    ("${user.name} Doe", "jd", "${user.name} Doe", FULL),
    ("**John** Doe", "jd", "**John** Doe", FULL),
]


@pytest.mark.parametrize(("raw", "local", "name", "quality"), NAMES)
def test_a_name_is_made_fit_to_be_read(raw, local, name, quality):
    assert clean_name(raw, local) == (name, quality)


def test_B77_a_name_of_a_megabyte_is_cut():
    name, _ = clean_name("Anne " + "x" * 1_000_000, "anne")
    assert len(name) == 200


STRANGE = ["=?x?y?z?=", "=?utf-8?B?!!!?=", "=?bad-charset?Q?a?=", "((((", "a" * 5000 + "@", ",,,;;;:::"]


@pytest.mark.parametrize("raw", STRANGE)
def test_B83_no_header_is_too_strange(raw):
    name, _ = clean_name(raw, "jane.roe")
    assert name.isprintable()
