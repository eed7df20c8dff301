import pytest

from storage.text.addresses import parse_address
from storage.text.domains import find_company_domain, name_company
from storage.text.names import clean_text

ADDRESSES = [
    ("John.Doe@ACME.com", "john.doe@acme.com"),
    ("john+conference@acme.com", "john@acme.com"),
    ("john.doe@acme.com.", "john.doe@acme.com"),
    (" <john@acme.com> ", "john@acme.com"),
    ("'john@acme.com'", "john@acme.com"),
    ("mailto:john@acme.com", "john@acme.com"),
    ('"john.doe"@acme.com', "john.doe@acme.com"),
    ("john@acme.com\x00", "john@acme.com"),
    ("\x03john@acme.com", "john@acme.com"),
    ("jo\u202ehn@acme.com", "john@acme.com"),
    ("marie@müller.de", "marie@xn--mller-kva.de"),
    ("marie@MÜLLER.de", "marie@xn--mller-kva.de"),
    ("m.dupont@sous.domaine.fr", "m.dupont@sous.domaine.fr"),
    ("o'brien@acme.ie", "o'brien@acme.ie"),
    ("用户@例え.jp", "用户@xn--r8jz45g.jp"),
]

NO_ADDRESSES = [
    ("", "no_address"),
    ("   ", "no_address"),
    ("John Doe", "no_address"),
    ("/O=EXCHANGELABS/OU=EXCHANGE ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=JOHN", "x500"),
    ("EX:/O=ACME/CN=JOHN", "x500"),
    ("IMCEAEX-_O=ACME_CN=JOHN@eurprd01.prod.outlook.com", "x500"),
    ("undisclosed-recipients:;", "group"),
    ("Undisclosed recipients", "group"),
    ("team: john@acme.com, mary@acme.com;", "group"),
    ("john@", "malformed"),
    ("@acme.com", "malformed"),
    ("john@acme", "malformed"),
    ("john@[192.168.0.1]", "malformed"),
    ("john@192.168.0.1", "malformed"),
    ("john@acme..com", "malformed"),
    ("jo hn@acme.com", "malformed"),
    ("john@acme.com@evil.com", "malformed"),
    ("john%acme.com@relay.com", "malformed"),
    ("x" * 10_000 + "@acme.com", "no_address"),
    ("x" * 330 + "@acme.com", "malformed"),
    ("#@acme.com", "malformed"),
    ("john@\ud800\udfff", "malformed"),
]

COMPANY_DOMAINS = [
    ("acme.com", "acme.com"),
    ("mail.eu.acme.com", "acme.com"),
    ("acme-legal.co.uk", "acme-legal.co.uk"),
    ("london.acme-legal.co.uk", "acme-legal.co.uk"),
    ("acme.github.io", "acme.github.io"),
    ("github.io", "github.io"),
    ("co.uk", ""),
    ("gmail.com", ""),
    ("googlemail.com", ""),
    ("wanadoo.fr", ""),
    ("orange.fr", ""),
    ("gmx.de", ""),
    ("qq.com", ""),
    ("mail.ru", ""),
    ("yahoo.co.uk", ""),
    ("smtp.web.de", ""),
]

COMPANY_NAMES = [
    ("acme.com", "Acme"),
    ("acme-legal.co.uk", "Acme Legal"),
    ("dupont_associes.fr", "Dupont Associes"),
    ("ibm.com", "IBM"),
    ("xn--mller-kva.de", "Müller"),
    ("acme.github.io", "Acme"),
]


@pytest.mark.parametrize(("raw", "address"), ADDRESSES)
def test_B79_two_spellings_of_an_address_are_one_person(raw, address):
    assert parse_address(raw).address == address


@pytest.mark.parametrize(("raw", "reason"), NO_ADDRESSES)
def test_B80_what_is_no_address_is_skipped_with_a_reason(raw, reason):
    parsed = parse_address(raw)
    assert (parsed.address, parsed.reason) == ("", reason)


@pytest.mark.parametrize(("domain", "company"), COMPANY_DOMAINS)
def test_a_company_stands_behind_the_registrable_domain_and_none_behind_free_mail(domain, company):
    assert find_company_domain(domain) == company


@pytest.mark.parametrize(("domain", "name"), COMPANY_NAMES)
def test_a_company_is_called_after_its_domain(domain, name):
    assert name_company(domain) == name


@pytest.mark.parametrize("dirt", ["\x00", "\ud800", "\u202e", "\u200b", "\ufeff", "\x07", "\x85\u2028"])
def test_B83_nothing_invisible_is_left_in_a_text(dirt):
    assert clean_text(f"  Anne{dirt} Martin{dirt} ").replace(" ", "") == "AnneMartin"


def test_B77_a_text_of_a_megabyte_is_cut():
    assert clean_text("a" * 1_000_000) == "a" * 200
