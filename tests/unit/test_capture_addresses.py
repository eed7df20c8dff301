import pytest

from storage.text.addresses import parse_address
from storage.text.domains import find_company_domain, is_below, name_company
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
    ("\uff2a\uff21\uff2e\uff25\uff20acme.com", "jane@acme.com"),
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

JANE = [
    "x-smtp:jane@acme.example",
    "SMTP:jane@acme.example",
    "smtp:Jane@Acme.example",
    "SMTP: jane@acme.example",
    "sip:jane@acme.example",
    "rfc822;jane@acme.example",
    "MAILTO:jane%40acme.example",
    "mailto:jane@acme.example?subject=Hello%20you",
    "mailto:<jane@acme.example>",
    "<mailto:jane@acme.example>",
    "[SMTP:jane@acme.example]",
    "jane@acme.example [SMTP]",
    "To: jane@acme.example",
    "Jane Roe (jane@acme.example)",
    "Jane Roe [mailto:jane@acme.example]",
    "Roe, Jane [jane@acme.example]",
    "jane@acme.example [mailto:jane@acme.example]",
    "jane_acme.example%23EXT%23@firm.onmicrosoft.com",
    "jane_acme.example_EXT_@firm.onmicrosoft.com",
    "courriel: jane@acme.example",
    "Email jane@acme.example",
    "EUM:jane@acme.example",
    "jane@acme.example?subject=Hello",
    "i:0#.f|membership|jane@acme.example",
    "jane@acme.example!",
    'jane@"acme.example"',
    "mailto://jane@acme.example",
    "jane@acme.example;",
    "jane@acme.example,",
    "jane@acme.example>",
    "<jane@acme.example",
    "jane@acme.example:",
    "jane@acme.example\\",
    "jane@acme.example (Jane Roe)",
    "jane@acme.example (Jane (work))",
    "(jane@acme.example)",
    "jane(work)@acme.example",
    '"jane@acme.example"',
    "'jane@acme.example",
    "''jane@acme.example''",
    "\u201cjane@acme.example\u201d",
    "\xabjane@acme.example\xbb",
    "jane@acme.example\u2019",
    "Jane Roe <jane@acme.example>",
    '"Roe, Jane" <jane@acme.example>',
    '"<ceo@firm.example>" <jane@acme.example>',
    "jane@acme.example<mailto:jane@acme.example>",
    "jane@acme.example jane@acme.example",
    "jane @ acme.example",
    "jane\uff20acme.example",
    "jane@acme\u3002example",
    "\xa0jane@acme.example\xa0",
    "\u200bjane@acme.example",
    "jane@acme.example&gt;",
    "&lt;jane@acme.example&gt;",
    "jane&#64;acme.example",
    "jane%40acme.example",
    "=?utf-8?Q?jane?=@acme.example",
    "=?utf-8?Q?jane=40acme.example?=",
    "jane@=?utf-8?Q?acme=2Eexample?=",
    "jane@=?utf-8?Q?acme?=.example",
    "=?utf-8?Q?ja?= =?utf-8?Q?ne?=@=?utf-8?B?YWNtZQ==?=.example",
    "\u27e8jane@acme.example\u27e9",
    "=?utf-8?B?amFuZUBhY21lLmV4YW1wbGU=?=",
    "IMCEASMTP-jane+40acme+2Eexample@eurprd01.prod.outlook.com",
    "IMCEAMAILTO-jane+40acme+2Eexample@acme.onmicrosoft.com",
    "IMCEAINVALID-jane+40acme+2Eexample@x.example",
    "jane_acme.example#EXT#@firm.onmicrosoft.com",
    "jane_acme.example#ext#@firm.onmicrosoft.com",
    "live.com#jane@acme.example",
    "jane+invoices@acme.example;",
]
"""What programmes make of one address on its way."""

NOT_ONE = [
    ("jane@acme.example, bob@acme.example", "malformed"),
    ("jane@acme.example;bob@acme.example", "malformed"),
    ("X500:/o=Acme/cn=jane", "x500"),
    ("IMCEANOTES-Jane+20Roe_Acme@x.example", "x500"),
    ("NOTES:Jane Roe/Acme@Acme", "group"),
    ("john%acme.com@relay.com", "malformed"),
]

SHARED_DOMAINS = [
    ("justice.nsw.gov.au", "justice.nsw.gov.au", "Justice"),
    ("contoso-legal.onmicrosoft.com", "contoso-legal.onmicrosoft.com", "Contoso Legal"),
    ("mail.smithlaw.example.cjsm.net", "smithlaw.example", "Smithlaw"),
    ("smithlaw.cjsm.net", "smithlaw.cjsm.net", "Smithlaw"),
    ("crown.court.somewhere.cjsm.net", "somewhere.cjsm.net", "Somewhere"),
    ("hants.pnn.police.uk.cjsm.net", "hants.police.uk", "Hants"),
    ("legal.contoso-legal.onmicrosoft.com", "contoso-legal.onmicrosoft.com", "Contoso Legal"),
    ("contoso-legal.mail.onmicrosoft.com", "contoso-legal.onmicrosoft.com", "Contoso Legal"),
    ("acme.partner.onmschina.cn", "acme.partner.onmschina.cn", "Acme"),
    ("smithlaw.co.uk.cjsm.net", "smithlaw.co.uk", "Smithlaw"),
    ("mail.smithlaw.co.uk.cjsm.net", "smithlaw.co.uk", "Smithlaw"),
    ("acme.com.test-google-a.com", "acme.com", "Acme"),
    ("met.pnn.police.uk", "met.police.uk", "MET"),
    ("hmcts.gsi.gov.uk", "hmcts.gsi.gov.uk", "Hmcts"),
    ("curia.europa.eu", "curia.europa.eu", "Curia"),
    ("bj.admin.ch", "bj.admin.ch", "BJ"),
    ("justice.ge.ch", "justice.ge.ch", "Justice GE"),
    ("etat.ge.ch", "etat.ge.ch", "Etat GE"),
    ("smtp.justice.ge.ch", "justice.ge.ch", "Justice GE"),
    ("zh.ch", "zh.ch", "ZH"),
    ("ji.zh.ch", "ji.zh.ch", "JI ZH"),
    ("gerichte-zh.ch", "gerichte-zh.ch", "Gerichte Zh"),
    ("math.ethz.ch", "ethz.ch", "Ethz"),
    ("doj.ca.gov", "doj.ca.gov", "DOJ CA"),
    ("lg-koeln.nrw.de", "lg-koeln.nrw.de", "Lg Koeln"),
    ("nysd.uscourts.gov", "nysd.uscourts.gov", "Nysd"),
    ("kanzlei-weber.de-mail.de", "kanzlei-weber.de-mail.de", "Kanzlei Weber"),
    ("acme.wixsite.com", "acme.wixsite.com", "Acme"),
    ("acme.wordpress.com", "acme.wordpress.com", "Acme"),
    ("pec.studiorossi.it", "studiorossi.it", "Studiorossi"),
    ("st-annes.ox.ac.uk", "ox.ac.uk", "OX"),
]

NOBODYS = """
    pec.ordineavvocatitrani.it odcecbergamo.it nhs.net yopmail.com mail.tempr.email une.net.co
    pec.it arubapec.it studio.pec.it legalmail.it cert.legalmail.it milano.pecavvocati.it postecert.it
    cjsm.net lawlibrary.ie adv.oa.pt hin.ch incamail.com gmx.de-mail.de privaterelay.appleid.com addy.io
    anne.addy.io passmail.net sl.email mozmail.com netplus.ch vtxnet.ch romandie.com caramail.fr sunrise.ch
    bluemail.ch freesurf.ch netcourrier.com laposte.net dbmail.com ewetel.net netcologne.de btconnect.com
    talk21.com pobox.com videotron.ca telepac.pt tiscalinet.it saunalahti.fi abv.bg vip.qq.com hanmail.net
    in.gr oi.com.br t-2.net aikq.de t-com.me mts.rs apollo.lv one.lt simnet.is rcsmail.ro k.ro
    walla.co.il telkomsa.net vtr.net orcon.net.nz pop.agri.ch
"""

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
    ("hotmail.rs", ""),
    ("yahoo.com.pe", ""),
    ("cybernet.ch", ""),
    ("vodafonemail.de", ""),
    ("luxembourg.lu", ""),
    ("versateladsl.be", ""),
    ("vodafone.it", ""),
    ("orange.es", ""),
    ("vianet.ca", ""),
    ("smith.plus.com", ""),
    ("frontiernet.net", ""),
    ("laposte.fr", "laposte.fr"),
    ("yahoo-inc.com", "yahoo-inc.com"),
    ("paris.notaires.fr", ""),
    ("doj.ca.gov", "doj.ca.gov"),
    ("ag.state.ny.us", "ag.state.ny.us"),
    ("mj.etat.lu", "mj.etat.lu"),
    ("justice.gouv.qc.ca", "justice.gouv.qc.ca"),
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


@pytest.mark.parametrize("raw", JANE)
def test_what_programmes_put_around_an_address_is_taken_away(raw):
    assert parse_address(raw).address == "jane@acme.example"


@pytest.mark.parametrize(("raw", "reason"), NOT_ONE)
def test_what_is_not_one_address_is_not_guessed_at(raw, reason):
    parsed = parse_address(raw)
    assert (parsed.address, parsed.reason) == ("", reason)


@pytest.mark.parametrize(
    "raw",
    [
        "IMCEANOTES-Ada+20Roe_Units@lex.example",
        "SMTP:IMCEANOTES-Ada+20Roe@lex.example",
        "'IMCEAFAX-Ada+20Roe+40+2B41@lex.example'",
        "IMCEAX400-c=CH_a=400NET_p=LEX_s=Roe_g=Ada@lex.example",
        "IMCEACCMAIL-Roe+2C+20Ada+20at+20LEX@lex.example",
        "imceamsmail-lex_po_roe@lex.example",
        "IMCEAMAPIPDL-0001@lex.example",
    ],
)
def test_a_name_in_another_directory_is_a_path_and_no_address(raw):
    assert parse_address(raw).reason == "x500"


@pytest.mark.parametrize(
    "raw",
    [
        "meier#EXT#@lex.onmicrosoft.com",
        "jo.roe%23EXT%23@acme.onmicrosoft.com",
        "roe_kestrel#EXT#@lex.example",
        "meier_ext_@lex.onmicrosoft.com",
    ],
)
def test_a_guests_name_without_a_domain_is_no_address(raw):
    assert parse_address(raw).reason == "no_address"


@pytest.mark.parametrize("raw", ["imcea.rossi@x.example", "meier_ext@x.example", "meier_ext_@x.example"])
def test_an_address_that_only_looks_like_one_of_exchange_stays(raw):
    assert parse_address(raw).address == raw


@pytest.mark.parametrize(("domain", "company", "name"), SHARED_DOMAINS)
def test_a_domain_that_many_share_is_a_company_each(domain, company, name):
    assert (find_company_domain(domain), name_company(company)) == (company, name)


@pytest.mark.parametrize(
    "raw",
    [
        "undisclosed-recipients:;",
        "Undisclosed Recipients: ;",
        '"undisclosed-recipients:;"@x.example',
        "unlisted-recipients:; (no To-header on input)",
        "recipient list not shown: ;",
        "Verborgene_Empfaenger:;",
        "destinataires inconnus:;",
        "hidden recipients",
    ],
)
def test_a_group_with_nobody_in_it_is_a_group(raw):
    assert parse_address(raw).reason == "group"


MORE_OF_NOBODYS = """
    posteo.ch posteo.at posteo.us posteo.li posteo.pm posteo.uk 123mail.org mailcan.com sent.as live.at live.com.au
    outlook.co.th fastmail.de eml.cc tiscali.lu usa.com counsellor.com nycmail.com passmail.net tutamail.com
    slmails.com addymail.com mozmail.com duck.com swissonline.ch bbox.fr hetnet.nl bigpond.net.au optushome.com.au
    blueyonder.co.uk videotron.ca nb.sympatico.ca tdcadsl.dk registerpec.it pecsicura.it studiopec.it pec-qualcosa.it
    rpost.biz
"""


@pytest.mark.parametrize("domain", MORE_OF_NOBODYS.split())
def test_the_many_names_of_providers_make_no_company(domain):
    assert find_company_domain(domain) == ""


@pytest.mark.parametrize(
    ("domain", "company"),
    [
        ("pec.acme.it", "acme.it"),
        ("cert.acme.it", "acme.it"),
        ("pecorino.it", "pecorino.it"),
        ("prospec.it", "prospec.it"),
        ("pectoral.com", "pectoral.com"),
        ("live.law", "live.law"),
        ("posteo.legal", "posteo.legal"),
        ("skylaw.com", "skylaw.com"),
        ("lex.co.uk.rpost.org", "lex.co.uk"),
        ("lex.example.rmail.com", "lex.example"),
    ],
)
def test_a_firm_that_is_called_nearly_as_a_provider_stays_a_firm(domain, company):
    assert find_company_domain(domain) == company


@pytest.mark.parametrize("domain", NOBODYS.split())
def test_private_and_certified_mail_makes_no_company(domain):
    assert find_company_domain(domain) == ""


@pytest.mark.parametrize(
    "domain", ["lex.example", "paris.lex.example", "lex.example.cjsm.net", "lexfirm.mail.onmicrosoft.com"]
)
def test_the_firms_domain_stays_its_own_behind_a_gateway(domain):
    assert is_below(domain, {"lex.example", "lexfirm.onmicrosoft.com"})


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
