"""What a person typed, as an `Ask`."""

from datetime import date

from bot.turn import Ask, Language


def understand(text: str, language: Language, today: date) -> Ask:
    """Return what a sentence asks for; pure, never raises, at most some milliseconds for 100,000 characters.

    Every language is understood at any time, mixed in one sentence too; `language` decides between two readings and is
    the language of suggestions. Names stay strings. Beside the data of each verb (see the README of this folder):

    * `list`: `filter` (JSON of `storage.filters`), `names` {`partner`, `known_by`, `company`}, `not_understood` [str]
      (only where there is something), `text` (the words without the verb: a saved view of that very name comes first),
      `is_scope_given` (mine or firm was said, not assumed), `group: "type"` ("by type");
    * `show`: `name`; `otherwise`, the data of a `list`, where the words may be a list if nothing has that name;
      `suggestions` where a bare name may as well be a sentence that was not understood;
    * writing verbs: `is_guess: True` where the sentence was understood through a typing error or by its gist, so that
      the command asks even if every name matches exactly;
    * `unknown`: `text`, `suggestions`.
    """
    raise NotImplementedError
