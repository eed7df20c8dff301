"""Filling mailboxes from real headers: who has a mailbox, and which copies are in it."""

import gzip
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from bot.demo.corpus import load_corpus, normalise_date
from bot.demo.invented_firm import invent_firm, list_seeds
from bot.demo.start import open_firm

ANNE, BOB, CARL = ["Anne Martin", "anne@lex.example"], ["Bob", "BOB@lex.example"], ["Carl", "carl@acme.example"]
CORPUS = Path(os.environ.get("CARNET_TEST_CORPUS", "../shared/corpus/linux-mips.jsonl.gz"))


def _write(path, *mails):
    lines = [
        mail if isinstance(mail, str) else json.dumps({"message_id": "<m>", "date": None} | mail) for mail in mails
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _load(tmp_path, *mails):
    return load_corpus(_write(tmp_path / "mail.jsonl", *mails), ["lex.example"])


def _list(firm):
    return [(fact.user_id, fact.folder, fact.message_id) for fact in firm.truth.list_mail()]


def test_copies_go_where_exchange_would_put_them(tmp_path):
    mail = {"from": ANNE, "to": [CARL, BOB], "cc": [["B", "bob@lex.example"], ANNE], "bcc": [["D", "dora@lex.example"]]}
    firm = _load(tmp_path, mail)
    anne, bob, dora = (firm.get_person(f"{name}@lex.example") for name in ("anne", "bob", "dora"))
    assert _list(firm) == [
        (anne.id, "sentitems", "<m>"),
        (bob.id, "inbox", "<m>"),
        (anne.id, "inbox", "<m>"),
        (dora.id, "inbox", "<m>"),
    ]
    assert [len(fact.bcc) for fact in firm.truth.list_mail()] == [1, 0, 0, 0]


def test_only_addresses_at_the_domain_itself_are_people(tmp_path):
    others = [["x", "x@sub.lex.example"], ["y", "y@notlex.example"], ["z", "lex.example"], ["", "@lex.example"]]
    firm = _load(tmp_path, {"from": CARL, "to": [ANNE, *others]}, {"from": CARL, "to": [["x", "x@other.example"]]})
    assert [(person.address, person.name) for person in firm.list_people()] == [("anne@lex.example", "Anne Martin")]
    assert firm.domains == ["lex.example"]


def test_a_person_has_the_name_that_is_written_most(tmp_path):
    names = ["A. Martin", "Anne", "Anne", ""]
    firm = _load(tmp_path, *({"from": CARL, "to": [[name, "anne@lex.example"]]} for name in names))
    assert [person.name for person in firm.list_people()] == ["Anne"]


@pytest.mark.parametrize(
    "mail",
    [
        {"from": None, "to": [ANNE], "cc": None},
        {"from": ["", ""], "to": [ANNE, ["No address", ""], ["", None], [None, None]]},
        {"from": ["x"], "to": [ANNE, None, "x", ["a", "b", "c"]]},
        {"to": [ANNE] + [["", f"p{number}@acme.example"] for number in range(1000)]},
        {"from": ["\ud800", "x@acme.example"], "to": [ANNE], "subject": "\x00 \ud800"},
    ],
)
def test_dirty_mail_is_let_through(tmp_path, mail):
    assert [fact[1:] for fact in _list(_load(tmp_path, mail))] == [("inbox", "<m>")]


def test_lines_that_are_no_mail_are_passed_over(tmp_path):
    firm = _load(tmp_path, "{", "[]", "null", "", {"from": CARL, "to": [ANNE]})
    assert len(firm.truth.copies) == 1


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("2019-11-28T20:11:09Z", "2019-11-28T20:11:09Z"),
        ("2019-11-28T20:11:09+02:00", "2019-11-28T18:11:09Z"),
        ("2019-11-28T20:11:09", "2019-11-28T20:11:09Z"),
        ("1656-01-02T03:04:05Z", "1656-01-02T03:04:05Z"),
        ("2102-01-02T03:04:05Z", "2102-01-02T03:04:05Z"),
        ("102-05-30T21:35:21Z", "0102-05-30T21:35:21Z"),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (None, None),
        (5, None),
    ],
)
def test_dates_are_written_as_graph_does(given, wanted):
    assert normalise_date(given) == wanted


def test_a_compressed_corpus_is_the_same(tmp_path):
    plain = _write(tmp_path / "mail.jsonl", {"from": CARL, "to": [ANNE]})
    packed = tmp_path / "mail.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    firms = [load_corpus(path, ["lex.example"]) for path in (plain, packed)]
    assert _list(firms[0]) == _list(firms[1])
    assert firms[0].tenant_id == firms[1].tenant_id


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real headers is not on this machine")
def test_the_real_corpus_gives_every_copy_once():
    firm = load_corpus(CORPUS, ["mips.com", "imgtec.com"])
    wanted = Counter()
    with gzip.open(CORPUS, "rt", encoding="utf-8") as file:
        for line in file:
            mail = json.loads(line)
            sender = (mail["from"] or ["", ""])[1].lower()
            reached = {address.lower() for _, address in mail["to"] + mail["cc"]}
            wanted.update((mail["message_id"], "inbox", address) for address in reached if _is_inside(address))
            wanted.update([(mail["message_id"], "sentitems", sender)] if _is_inside(sender) else [])
    people = {person.id: person.address for person in firm.list_people()}
    assert Counter((fact.message_id, fact.folder, people[fact.user_id]) for fact in firm.truth.list_mail()) == wanted


def _is_inside(address):
    return address.rpartition("@")[2] in ("mips.com", "imgtec.com")


def test_the_invented_firm_is_rich_and_the_same_each_time():
    firms = [invent_firm(clock=lambda: 1_800_000_000.0, born_at=1_800_000_000.0) for _ in range(2)]
    assert list(firms[0].truth.list_mail()) == list(firms[1].truth.list_mail())
    assert list(firms[0].truth.list_meetings()) == list(firms[1].truth.list_meetings())
    firm = firms[0]
    assert len(firm.list_people()) == 12
    assert {(person.language or "")[:2] for person in firm.list_people()} == {"fr", "en"}
    assert len({fact.message_id for fact in firm.truth.list_mail()}) > 350
    assert {fact.sensitivity for fact in firm.truth.list_meetings()} == {"normal", "private"}
    assert any(fact.is_cancelled for fact in firm.truth.list_meetings())


def test_every_seed_names_a_company_and_a_person_of_the_invented_firm():
    firm = invent_firm(clock=lambda: 1_800_000_000.0, born_at=1_800_000_000.0)
    written = {pair[1].rpartition("@")[2] for fact in firm.truth.list_mail() for pair in (*fact.to, *fact.cc)}
    seeds = list_seeds()
    assert {seed.type for seed in seeds} == {
        "client",
        "prospect",
        "referral_source",
        "provider",
        "court",
        "counterpart",
    }
    assert all(seed.domain in written for seed in seeds)
    assert all(firm.get_person(seed.partner) for seed in seeds if seed.partner)


def test_a_corpus_needs_a_domain(tmp_path):
    with pytest.raises(ValueError, match="--domain"):
        open_firm(tmp_path, corpus=tmp_path / "mail.jsonl")


def test_a_demo_opened_again_is_as_old_as_it_was(tmp_path):
    first, _ = open_firm(tmp_path, clock=lambda: 1_800_000_000.0)
    second, _ = open_firm(tmp_path, clock=lambda: 1_800_086_400.0)
    assert list(first.truth.list_mail()) == list(second.truth.list_mail())
