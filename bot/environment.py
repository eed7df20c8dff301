"""Reading `Config` from the environment: a sentence for each setting that makes no sense, misspelt names included."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pydantic import ValidationError
from pydantic_settings import SettingsError
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein, Prefix

from bot.config import Config
from bot.credential import read_credential

PREFIX: Final = "CARNET_"
OF_TESTS: Final = "CARNET_TEST_"
LEAST_LIKENESS: Final = 0.3
LEAST_STEM: Final = 4
LEAST_LETTERS: Final = 6
"""Of a setting that is known by its name after another first letter: `GARNET_HOST` and its like are others'."""
PLACES: Final = frozenset({"address", "endpoint", "file", "host", "hostname", "link", "path", "uri", "url"})
"""Words for where something is: whoever knows a setting by what it is of takes one for the other."""
OWN_PLACES: Final = PLACES - {"file", "host", "hostname", "path"}
"""Those that, alone or with a word for the service, say where it is for others."""
OURSELVES: Final = frozenset({"base", "external", "host", "public", "server", "site", "web"})
_LETTERS: Final = re.compile(r"[^a-z]")
FOR_LINKS: Final = ("PORT_", "SERVICE_")
"""What Kubernetes makes of a service that is called `carnet`, in every pod beside it."""


def load_config() -> Config:
    """Read the settings; raises `ValueError` with a sentence that names each that makes no sense, and no secret."""
    if wrong := list(find_unknown_names(os.environ)):
        raise ValueError(" ".join(wrong))
    try:
        return Config()
    except ValidationError as error:
        wrong = list(dict.fromkeys(_describe(*map(str, each["loc"][:1]), error=each) for each in error.errors()))
    except SettingsError as error:
        wrong = [_describe(name) for name in Config.model_fields if f'field "{name}"' in str(error)]
    raise ValueError(f"This setting makes no sense as it is: {'; '.join(wrong)}.")


def _describe(name: str = "", *, error: Mapping[str, object] | None = None) -> str:
    """Say what is wrong with a setting; with several beside each other, where no name is given."""
    why = error.get("ctx", {}).get("error") if error else None  # type: ignore[attr-defined]
    if not name:
        return str(why)
    text = str(why) if isinstance(why, ValueError) else Config.model_fields[name].description
    return f"{PREFIX}{name.upper()} ({text})"


def find_unknown_names(names: Iterable[str]) -> Iterator[str]:
    """Say of each name that begins like a setting and is none which one may be meant."""
    given = sorted(names)
    yield from (f"There is no setting {name}: is {meant} meant?" for name in given if (meant := _find_meant(name)))
    for name in (name for name in given if name.upper().startswith(PREFIX)):
        word = name[len(PREFIX) :].lower()
        if name.startswith(OF_TESTS) or word in Config.model_fields:
            continue
        if name.removeprefix(PREFIX).startswith(FOR_LINKS):
            yield f"{name} is of Kubernetes, not a setting: say enableServiceLinks: false in the pod."
            continue
        yield f"There is no setting {name}{_suggest(word)}"


def _find_meant(name: str) -> str:
    """Return the setting that a name is but for its prefix: another sign in place of `_`, or a letter amiss."""
    if name.upper().startswith(PREFIX):
        return ""
    begun, _, rest = (word.lower() for word in name.partition("_"))
    for field in Config.model_fields:
        is_squeezed = _LETTERS.sub("", name.lower()) == _LETTERS.sub("", PREFIX.lower() + field)
        is_ours = len(rest) >= LEAST_LETTERS or begun[:1] == PREFIX[0].lower()
        is_near = rest == field and is_ours
        if is_squeezed or (is_near and DamerauLevenshtein.distance(begun, PREFIX[:-1].lower()) == 1):
            return PREFIX + field.upper()
    return ""


def _suggest(word: str) -> str:
    *whose, what = word.split("_")
    word = "public_url" if what in OWN_PLACES and OURSELVES.issuperset(whose) else word
    scored = process.extractOne(word, [*Config.model_fields], scorer=_compare, score_cutoff=LEAST_LIKENESS)
    return f": is {PREFIX}{scored[0].upper()} meant?" if scored else ", nor one like it."


def _compare(word: str, name: str, **_options: object) -> float:
    """What differs by signs alone is meant, then what is part of a name, else what has most words and least errors.

    A name may be longer than what was written: its first words are compared as well as all of it.
    """
    squeezed, meant = _LETTERS.sub("", word), _LETTERS.sub("", name)
    if (amiss := DamerauLevenshtein.distance(squeezed, meant)) == 0 or (amiss == 1 and len(meant) >= LEAST_LETTERS):
        return 3 - amiss
    parts, others = word.split("_"), name.split("_")
    common = sum(1 for one in parts if any(_is_same_word(one, other) for other in others))
    shared = 0.5 if word in name or name in word else 0.5 * common / (len(parts) + len(others) - common)
    begun = DamerauLevenshtein.normalized_similarity(word, "_".join(others[: len(parts)]))
    return shared + 0.5 * max(DamerauLevenshtein.normalized_similarity(word, name), 0.9 * begun)


def _is_same_word(one: str, other: str) -> bool:
    """`tenant` and `tenants` are one word, as are `cert` and `certificate`, `db` and `database`, `path` and `file`."""
    begun = Prefix.similarity(one, other)
    return (
        one == other
        or {one, other} <= PLACES
        or begun >= max(LEAST_STEM, min(len(one), len(other)) - 1)
        or _is_short_for(one, other)
    )


def _is_short_for(one: str, other: str) -> bool:
    """Return whether a word is left of another one: its first letter, and others of its letters in their order."""
    letters = iter(other)
    return len(one) > 1 and one[0] == other[0] and all(letter in letters for letter in one)


def read_config() -> Config:
    """Read the settings of a service; raises `ValueError` with a sentence for what it cannot do without."""
    config = load_config()
    if not config.app_id:
        raise ValueError("CARNET_APP_ID is not set: there is no service without authentication.")
    if not has_credential(config):
        others = "CARNET_APP_SECRET, CARNET_APP_TOKEN_FILE or CARNET_MANAGED_IDENTITY"
        raise ValueError(f"Set CARNET_APP_CERTIFICATE (better), {others}.")
    if not config.tenants:
        raise ValueError("CARNET_TENANTS is empty: name the Entra tenants to serve, as a JSON list.")
    read_credential(config)
    return config


def has_credential(config: Config) -> bool:
    """Return whether there is anything to sign in with."""
    given = (config.app_certificate, config.app_secret.get_secret_value(), config.app_secret_file)
    return any((*given, config.app_token_file, config.managed_identity))
