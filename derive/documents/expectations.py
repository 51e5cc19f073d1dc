"""What a setting expects of its document's steps: the words behind each key of `expect`, each known.

Which steps a key means is known once the steps are: see `derive.checking.expectations`.
"""

from difflib import get_close_matches

from derive.documents.document import Expectation
from derive.errors import DocumentError
from derive.source import Text

VERDICTS = ("definition", "proved", "convention", "refuted", "unknown", "unreadable")
ACCEPTED = "accepted"  # one of the first three


def expectations(
    lists: tuple[tuple[Text, tuple[Text, ...]], ...], conventions: tuple[str, ...]
) -> tuple[Expectation, ...]:
    """The expectations that a mapping of keys to words says. Raises `DocumentError` where a word is not known."""
    known = (*VERDICTS, ACCEPTED, *conventions)
    return tuple(Expectation(key, _words(key, words, known)) for key, words in lists)


def _words(key: Text, words: tuple[Text, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """The words behind a key, at least one."""
    if not any(word.value for word in words):
        problem = f"nothing is expected of '{key.value}'; expected a verdict, as in '{key.value}: refuted'"
        raise DocumentError.at(key.source, key.start, problem)
    for word in words:
        if word.value not in known:
            raise DocumentError.at(word.source, word.start, f"unknown verdict '{word.value}'{_hint(word.value, known)}")
    return tuple(dict.fromkeys(word.value for word in words))


def _hint(word: str, known: tuple[str, ...]) -> str:
    """The known word that is near, or all that are expected."""
    near = get_close_matches(word.lower()[:40], known, n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; expected {', '.join(VERDICTS)}, {ACCEPTED} or the name of a convention"
