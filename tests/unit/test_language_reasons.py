import re
from pathlib import Path

import pytest

from bot.graph.client.errors import GraphError, SignInError
from bot.graph.sync.failures import judge_error
from bot.language import LANGUAGES, say_reason, say_sign_in
from bot.language.texts import load_texts

HOUSE = Path(__file__).parent.parent.parent
WORDS = ("endlessRound", "foreignLink", "notAPage", "BodyTooLargeError", "DecodingError", "ConnectError")
ERRORS = [
    *(GraphError(0, word) for word in WORDS),
    *(GraphError(status, "aCode") for status in (403, 404, 410, 429, 503)),
    SignInError("7000222", is_refused=True),
    OSError(),
]
NUMBERS = ("AADSTS90002", "700016", "7000112", "7000215", "7000222", "700024", "700027", "70021", "53003")
"""One of Entra for each of our sentences on a refused sign-in."""
WRITERS = ("bot/graph/directory/keeper.py", "storage/queue/directory.py", "storage/firm/tenants.py")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_every_failure_of_a_sync_is_said_in_words_of_its_own(language, error):
    reason = judge_error(error, 0.0, 0).reason
    said = say_reason(language, reason)
    assert said.endswith(".")
    assert said != say_reason(language, "unknown")
    assert reason.partition(":")[2] in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_writer_and_words_that_differ_from_the_others(language):
    texts = {key.removeprefix("reasons."): text for key, text in load_texts(language).items() if "reasons." in key}
    files = (*WRITERS, "storage/firm/closing.py", "bot/graph/sync/failures.py")
    code = "".join((HOUSE / name).read_text(encoding="utf-8") for name in files)
    of_sign_in = {say_sign_in(language, number).replace(number, "{detail}") for number in NUMBERS}
    code += "".join(f'"{key}"' for key, text in texts.items() if text in of_sign_in)
    assert {key for key in texts if not re.search(rf'"{key}[":]', code)} == {"unknown"}
    assert len(set(texts.values())) == len(texts)


@pytest.mark.parametrize("stored", ["Microsoft did not answer (x)", "no_such_code", "no_such:detail", "a: {b} c"])
def test_what_is_no_code_refers_to_the_log(stored):
    assert say_reason("en", stored) == "The service's log says why."
    assert say_reason("fr", stored) == "Le journal du service dit pourquoi."


def test_no_reason_is_said_as_nothing():
    assert say_reason("en", "") == ""


def test_a_refused_mailbox_tells_the_administrator_to_look_at_the_permissions():
    said = say_reason("en", "forbidden:ErrorAccessDenied")
    assert "permissions" in said
    assert "ErrorAccessDenied" in said
