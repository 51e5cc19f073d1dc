r"""The YAML setting of a document -> `Setting`, every scalar of it text with its place.

The YAML is composed, never constructed: there are no types, no aliases, no
tags, only mappings, lists and text. A value that stands on one line is its
source character by character, so that a message about the LaTeX in it can
point at the very character.

>>> from derive.source import Source, Text
>>> source = Source("notes.md", "dims: {N: 2, D: 3}\nmodel:\n  J: -\\sum_i x_i\n")
>>> setting = make_setting(read_entries(Text(source.text, source, 0)))
>>> [(name.value, formula.value, formula.place().line) for name, formula in setting.model]
[('J', '-\\sum_i x_i', 3)]
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Literal, cast

import yaml
from yaml.composer import Composer
from yaml.resolver import BaseResolver

from derive.documents.document import Aside, AsideList, AsideMapping, Setting
from derive.documents.expectations import expectations
from derive.errors import DocumentError
from derive.records import dataclass
from derive.source import Text

LARGEST_SETTING = 100_000
DEEPEST_SETTING = 12
LARGEST_DIMENSION = 50

LAYOUTS = ("gradient", "numerator", "denominator")
VECTORS = ("column", "row")
INDICES = ("written", "einstein")
CONVENTIONS = (
    "transposed",
    "layout",
    "kink",
    "local-factor",
    "operator-scope",
    "entrywise",
    "entrywise-product",
    "stacked",
    "held-fixed",
    "one-term",
    "broadcast",
    "distinct-index",
)

Kind = Literal["text", "sizes", "pairs", "words", "lists", "aside"]

KEYS: Mapping[str, Kind] = {
    "title": "text",
    "source": "text",
    "dims": "sizes",
    "symbols": "pairs",
    "model": "pairs",
    "loss": "text",
    "notation": "pairs",
    "layout": "text",
    "vectors": "text",
    "index_base": "text",
    "indices": "text",
    "kink": "text",
    "allow": "words",
    "parts": "aside",
    "policy": "aside",
    "code": "aside",
    "sheet": "aside",
    "expect": "lists",
    "derive": "aside",
}

Pairs = tuple[tuple[Text, Text], ...]
Lists = tuple[tuple[Text, tuple[Text, ...]], ...]


@dataclass(frozen=True)
class Entry:
    """One key of a setting with what stands behind it; `pairs` for a mapping, `words` for a list or one word.

    `lists` is for a mapping to lists.
    """

    key: Text
    words: tuple[Text, ...] = ()
    pairs: Pairs = ()
    lists: Lists = ()
    aside: Aside | None = None


Entries = Mapping[str, Entry]


def make_setting(entries: Entries) -> Setting:
    """The setting that entries say, each value checked."""
    return Setting(
        title=_plain(entries, "title"),
        source_note=_plain(entries, "source"),
        dims={name.value: (_size(name, size), name) for name, size in _pairs(entries, "dims")},
        symbols=_pairs(entries, "symbols"),
        model=_pairs(entries, "model"),
        loss=_text(entries, "loss"),
        notation=_pairs(entries, "notation"),
        layout=cast(Literal["gradient", "numerator", "denominator"], _choice(entries, "layout", LAYOUTS)),
        vectors=cast(Literal["column", "row"], _choice(entries, "vectors", VECTORS)),
        index_base=int(_choice(entries, "index_base", ("1", "0"))),
        indices=cast(Literal["written", "einstein"], _choice(entries, "indices", INDICES)),
        kink=_rational(entries, "kink", "0"),
        allow=_conventions(entries),
        expect=expectations(entries["expect"].lists if "expect" in entries else (), CONVENTIONS),
        aside={name: entry.aside for name, entry in entries.items() if entry.aside is not None},
    )


# --- YAML to entries -----------------------------------------------------------------------------


def read_entries(text: Text, *, others_allowed: bool = False) -> dict[str, Entry]:
    """The keys of a YAML text, each known, none twice, each value of its kind.

    With `others_allowed` keys that are none of a setting are passed over: `author` and `tags` of a note.
    """
    root = compose(text)
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise _error(text, root, "the setting is not a mapping; expected lines such as 'dims: {N: 2}'")
    entries: dict[str, Entry] = {}
    for key, value in _items(text, root):
        if key.value not in KEYS and others_allowed:
            continue
        if key.value not in KEYS:
            raise _error_at(key, f"unknown key '{_short(key.value)}'{_did_you_mean(key.value, KEYS)}")
        entries[key.value] = _read_entry(text, key, value, KEYS[key.value])
    return entries


def _read_entry(text: Text, key: Text, value: yaml.Node, kind: Kind) -> Entry:
    """One key's value, read as its kind asks."""
    if kind == "aside":
        return Entry(key, aside=_aside(text, value))
    if kind == "sizes" and isinstance(value, yaml.SequenceNode):
        names = _words(text, key, value)
        return Entry(key, pairs=_unique([(name, name.part(len(name.value), len(name.value))) for name in names]))
    if kind in ("sizes", "pairs"):
        return Entry(key, pairs=_read_pairs(text, key, value, may_be_empty=kind == "sizes"))
    if kind == "words":
        return Entry(key, words=_words(text, key, value))
    if kind == "lists":
        return Entry(key, lists=_read_lists(text, key, value))
    if not isinstance(value, yaml.ScalarNode):
        raise _error(text, value, f"'{key.value}' is {_article(value)}; expected text{_quote_hint(value)}")
    scalar = _scalar(text, value)
    return Entry(key, words=(scalar,) if scalar.value else ())


def _read_pairs(text: Text, key: Text, value: yaml.Node, *, may_be_empty: bool) -> Pairs:
    """A mapping of names to text."""
    if _is_empty(value):
        return ()
    if not isinstance(value, yaml.MappingNode):
        raise _error(text, value, f"'{key.value}' is {_article(value)}; expected a mapping of names, 'name: value'")
    pairs = []
    for name, node in _items(text, value):
        if not isinstance(node, yaml.ScalarNode):
            problem = f"'{_short(name.value)}' in '{key.value}' is {_article(node)}; expected text{_quote_hint(node)}"
            raise _error(text, node, problem)
        scalar = _scalar(text, node)
        if not scalar.value and not may_be_empty:
            raise _error_at(name, f"'{_short(name.value)}' in '{key.value}' has no value")
        pairs.append((name, scalar))
    return tuple(pairs)


def _read_lists(text: Text, key: Text, value: yaml.Node) -> Lists:
    """A mapping of names to one text or to several."""
    if _is_empty(value):
        raise _error_at(key, f"'{key.value}' is empty; a name that begins with # stands in quotes")
    if not isinstance(value, yaml.MappingNode):
        raise _error(text, value, f"'{key.value}' is {_article(value)}; expected a mapping of names, 'name: value'")
    return tuple((name, _words(text, name, node)) for name, node in _items(text, value))


def _words(text: Text, key: Text, value: yaml.Node) -> tuple[Text, ...]:
    """A list of text, or one text alone."""
    if _is_empty(value):
        return ()
    words = []
    for node in value.value if isinstance(value, yaml.SequenceNode) else [value]:
        if not isinstance(node, yaml.ScalarNode):
            raise _error(text, node, f"'{key.value}' holds {_article(node)}; expected a list of names")
        words.append(_scalar(text, node))
    return tuple(words)


def _aside(text: Text, node: yaml.Node) -> Aside:
    """A value of any form, as text with places."""
    at = text.part(node.start_mark.index, node.start_mark.index)
    if isinstance(node, yaml.MappingNode):
        return AsideMapping(at, tuple((key, _aside(text, value)) for key, value in _items(text, node)))
    if isinstance(node, yaml.SequenceNode):
        return AsideList(at, tuple(_aside(text, item) for item in node.value))
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(text, node)


def _items(text: Text, node: yaml.MappingNode) -> Iterator[tuple[Text, yaml.Node]]:
    """The keys and values of a mapping; every key is text, not empty, and stands once."""
    seen: dict[str, Text] = {}
    for key_node, value in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            problem = f"a name can not be {_article(key_node)}{_quote_hint(key_node)}"
            raise _error(text, key_node, problem)
        key = _scalar(text, key_node)
        if not key.value:
            raise _error_at(key, "a name is missing before this ':'")
        if key.value in seen:
            raise _error_at(key, f"'{_short(key.value)}' stands twice, here and in line {seen[key.value].place().line}")
        seen[key.value] = key
        yield key, value


def _unique(pairs: list[tuple[Text, Text]]) -> Pairs:
    """The pairs, or the error that a name stands twice."""
    seen: dict[str, Text] = {}
    for name, _ in pairs:
        if name.value in seen:
            line = seen[name.value].place().line
            raise _error_at(name, f"'{_short(name.value)}' stands twice, here and in line {line}")
        seen[name.value] = name
    return tuple(pairs)


def _scalar(text: Text, node: yaml.ScalarNode) -> Text:
    """A scalar as its source spells it where YAML changes nothing but white space, else as YAML reads it."""
    start, raw = node.start_mark.index, text.value[node.start_mark.index : node.end_mark.index]
    if node.style in ("'", '"'):
        start, raw = start + 1, raw[1:-1]
    elif node.style in ("|", ">"):
        start, raw = start + raw.find("\n") + 1, raw[raw.find("\n") + 1 :]
    if raw.split() == node.value.split():
        return text.part(start + len(raw) - len(raw.lstrip()), start + len(raw.rstrip()))
    return Text(node.value, text.source, text.offset(start))


# --- Composing, within limits --------------------------------------------------------------------


def compose(text: Text) -> yaml.Node | None:
    """The YAML's tree, after its size, depth and features were looked at."""
    if len(text.value) > LARGEST_SETTING:
        problem = f"the setting has {len(text.value)} characters; at most {LARGEST_SETTING} are read"
        raise DocumentError.at(text.source, text.start, problem)
    try:
        return _Composer(_events(text)).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        offset = min(mark.index, len(text.value)) if mark is not None else 0
        raise DocumentError.at(text.source, text.offset(offset), _in_plain_words(error)) from None
    except yaml.reader.ReaderError as error:
        character = ord(error.character) if isinstance(error.character, str) else int(error.character)
        problem = f"invalid YAML: the character U+{character:04X} is not allowed"
        raise DocumentError.at(text.source, text.offset(int(error.position)), problem) from None


class _Composer(Composer, BaseResolver):
    """Makes a tree of events that were looked at."""

    def __init__(self, events: list[yaml.Event]) -> None:
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self._events = events[::-1]

    def check_event(self, *kinds: type[yaml.Event]) -> bool:
        """Whether the next event is of one of these kinds."""
        return isinstance(self._events[-1], kinds)

    def peek_event(self) -> yaml.Event:
        """The next event, which stays."""
        return self._events[-1]

    def get_event(self) -> yaml.Event:
        """The next event."""
        return self._events.pop()


def _events(text: Text) -> list[yaml.Event]:
    """What the YAML consists of. Refuses what a setting never needs: aliases, tags, a second document, great depth."""
    found: list[yaml.Event] = []
    depth = documents = 0
    for event in yaml.parse(text.value, Loader=yaml.BaseLoader):
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        problem = _unsupported(event)
        if documents > 1:
            problem = "a second YAML document begins here; expected one"
        elif depth > DEEPEST_SETTING:
            problem = f"nested more than {DEEPEST_SETTING} deep"
        if problem is not None:
            assert event.start_mark is not None
            raise DocumentError.at(text.source, text.offset(event.start_mark.index), problem)
        found.append(event)
    return found


def _unsupported(event: yaml.Event) -> str | None:
    """What is wrong with an alias, an anchor or a tag; null for anything else."""
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if isinstance(event, yaml.AliasEvent):
        return f"'*{anchor}' is a YAML alias, which is not supported; put LaTeX that begins with * in single quotes"
    if anchor is not None:
        return f"'&{anchor}' is a YAML anchor, which is not supported; put LaTeX that begins with & in single quotes"
    if tag is not None:
        return f"'{_short(tag)}' is a YAML tag, which is not supported; put LaTeX that begins with ! in single quotes"
    return None


# What PyYAML says (the beginning of it) -> what it means to the author of a setting.
_QUOTES = "put the value in single quotes"
_PLAIN_WORDS: tuple[tuple[str, str], ...] = (
    ("mapping values are not allowed here", f"a second ': ' in one line; {_QUOTES}"),
    ("found unknown escape character", "a backslash in double quotes begins an escape; use single quotes for LaTeX"),
    ("expected escape sequence", "a backslash in double quotes begins an escape; use single quotes for LaTeX"),
    ("found character '\\t'", "a tab where only spaces may indent"),
    ("found character", f"a value can not begin with this character; {_QUOTES}"),
    ("found unexpected end of stream", "a quoted value is never closed"),
    ("expected ',' or '}'", f"a {{...}} that is not closed or misses a comma; if it is LaTeX, {_QUOTES}"),
    ("expected ',' or ']'", f"a [...] that is not closed or misses a comma; if it is LaTeX, {_QUOTES}"),
    ("could not find expected ':'", "a line without ':'; expected 'name: value'"),
    ("expected <block end>", "this line does not fit the lines above it; look at its indentation and quotes"),
    ("expected chomping or indentation indicators", f"a value that begins with | or > is a YAML block; {_QUOTES}"),
    ("expected a comment or a line break", f"a value that begins with | or > is a YAML block; {_QUOTES}"),
    ("expected alphabetic or numeric character", f"a value that begins with & or * has a meaning in YAML; {_QUOTES}"),
    (
        "expected the node content",
        f"a value is missing or begins with a character that has a meaning in YAML; {_QUOTES}",
    ),
)


def _in_plain_words(error: yaml.MarkedYAMLError) -> str:
    """YAML's problem as one line for a person who writes LaTeX."""
    problem = " ".join((error.problem or error.context or "it can not be read").split())
    for beginning, meaning in _PLAIN_WORDS:
        if problem.startswith(beginning):
            return f"invalid YAML: {meaning}"
    return f"invalid YAML: {problem}"


# --- Entries to values ---------------------------------------------------------------------------


def _pairs(entries: Entries, key: str) -> Pairs:
    return entries[key].pairs if key in entries else ()


def _text(entries: Entries, key: str) -> Text | None:
    """The one text of a key, null where it is left out or empty."""
    words = entries[key].words if key in entries else ()
    return words[0] if words else None


def _plain(entries: Entries, key: str) -> str | None:
    """A text for people, on one line."""
    text = _text(entries, key)
    return None if text is None else " ".join(text.value.split())


def _choice(entries: Entries, key: str, choices: tuple[str, ...]) -> str:
    """One of a few words; the first of them where the key is left out."""
    text = _text(entries, key)
    if text is None:
        return choices[0]
    if text.value not in choices:
        listed = f"{', '.join(choices[:-1])} or {choices[-1]}"
        problem = f"'{key}' is '{_short(text.value)}'; expected {listed}{_did_you_mean(text.value, choices)}"
        raise _error_at(text, problem)
    return text.value


def _size(name: Text, size: Text) -> int | None:
    """The size of a dimension, null where it is to be chosen."""
    if size.value in ("", "null", "~"):
        return None
    if not re.fullmatch(r"[0-9]+", size.value) or not size.value.strip("0"):
        problem = f"the size of dimension '{_short(name.value)}' is '{_short(size.value)}'; expected 1, 2, 3, ..."
        raise _error_at(size, problem)
    digits = size.value.lstrip("0")
    if len(digits) > len(str(LARGEST_DIMENSION)) or int(digits) > LARGEST_DIMENSION:
        problem = (
            f"the size of dimension '{_short(name.value)}' is {_short(size.value)}; "
            f"sizes up to {LARGEST_DIMENSION} are checked, and small ones are as good"
        )
        raise _error_at(size, problem)
    return int(digits)


def _rational(entries: Entries, key: str, default: str) -> str:
    """A rational number as text: `0`, `-1`, `1/2`, `0.5`."""
    text = _text(entries, key)
    if text is None:
        return default
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(?:/0*[1-9][0-9]{0,8}|\.[0-9]{1,9})?", text.value):
        raise _error_at(text, f"'{key}' is '{_short(text.value)}'; expected a number such as 0, 1/2 or 0.5")
    return str(Fraction(text.value))


def _conventions(entries: Entries) -> tuple[str, ...]:
    """The conventions that a setting allows, each known."""
    words = entries["allow"].words if "allow" in entries else ()
    for word in words:
        if word.value not in CONVENTIONS:
            hint = _did_you_mean(word.value, CONVENTIONS) or f"; known are {', '.join(CONVENTIONS)}"
            raise _error_at(word, f"unknown convention '{_short(word.value)}'{hint}")
    return tuple(dict.fromkeys(word.value for word in words))


# --- Two settings for one document ---------------------------------------------------------------

_OF_NAMES = ("symbols", "model", "notation")
_OF_THE_EXERCISE = ("parts", "policy", "code", "expect")
_DEFAULTS = {"layout": LAYOUTS[0], "vectors": VECTORS[0], "index_base": "1", "kink": "0"}


def fill_entries(own: Entries, given: Entries) -> dict[str, Entry]:
    """A document's own entries and those of a settings file; what both say they must say alike."""
    return _merged(own, given, "is given differently in {place}")


def take_exercise(own: Entries, exercise: Entries) -> dict[str, Entry]:
    """An exercise's entries with what a submission adds; a submission changes nothing that the exercise says.

    What an exercise leaves out, it says by its default: a submission can not choose
    another layout, nor allow itself a convention. Its title is its own.
    """
    for key in own:
        if key in _OF_THE_EXERCISE:
            raise _error_at(own[key].key, f"'{key}' belongs to an exercise; a submission can not give it")
        default = _DEFAULTS.get(key)
        if default is not None and key not in exercise and _choice_differs(own[key], default):
            problem = f"the exercise leaves '{key}' at {default}, and a submission can not change it"
            raise _error_at(own[key].key, problem)
    allowed = {word.value for word in exercise["allow"].words} if "allow" in exercise else set()
    for word in own["allow"].words if "allow" in own else ():
        if word.value not in allowed:
            raise _error_at(word, f"the exercise does not allow '{_short(word.value)}', and a submission can not")
    added = {key: entry for key, entry in own.items() if key not in ("title", "source", "allow")}
    merged = _merged(added, exercise, "is given by the exercise in {place}, and a submission can not change it")
    merged.pop("expect", None)  # said of the exercise's own steps
    titles = {key: own[key] for key in ("title", "source") if key in own}
    return {**{key: entry for key, entry in merged.items() if key != "title"}, **titles}


def ignored_entries(own: Entries, exercise: Entries) -> tuple[Text, ...]:
    """The keys of a submission's setting that say something else than the exercise does, which is not followed.

    What only names or repeats is left out: its title, and what it copied from the exercise.
    """
    return tuple(
        entry.key
        for key, entry in own.items()
        if key not in ("title", "source") and not _is_repeated(entry, exercise.get(key), _DEFAULTS.get(key))
    )


def _is_repeated(own: Entry, given: Entry | None, default: str | None) -> bool:
    """Whether an entry says nothing that the given one does not say; one that is left out says its default."""
    if given is None:
        return own.aside is None and not own.pairs and not own.lists and not _choice_differs(own, default or "")
    known = {_spelling(name): (value,) for name, value in given.pairs}
    words = [text.value.split() for text in given.words]
    return (
        all(_say_the_same((value,), known.get(_spelling(name), ())) for name, value in own.pairs)
        and all(text.value.split() in words for text in own.words)
        and [(name.value, _values(texts)) for name, texts in own.lists]
        == [(name.value, _values(texts)) for name, texts in given.lists]
        and _leaves(own.aside) == _leaves(given.aside)
    )


def _values(texts: tuple[Text, ...]) -> list[str]:
    return [text.value for text in texts]


def _leaves(aside: Aside | None) -> list[str]:
    """All texts in a value that is kept aside, in order."""
    match aside:
        case None:
            return []
        case AsideMapping(_, pairs):
            return [text for key, value in pairs for text in (key.value, *_leaves(value))]
        case AsideList(_, items):
            return [text for item in items for text in _leaves(item)]
    return [" ".join(aside.value.split())]


def _choice_differs(entry: Entry, default: str) -> bool:
    """Whether a key's word says something else than its default."""
    return bool(entry.words) and entry.words[0].value != default


def _merged(own: Entries, given: Entries, contradiction: str) -> dict[str, Entry]:
    """All entries of two settings, those given first; the error at the own place where they contradict each other."""
    _check_names(own, given, contradiction)
    merged = dict(given)
    for key, entry in own.items():
        other = given.get(key)
        if other is None:
            merged[key] = entry
        elif KEYS[key] in ("sizes", "pairs"):
            merged[key] = Entry(other.key, pairs=_merged_pairs(entry.pairs, other.pairs, contradiction))
        elif not _say_the_same(entry.words, other.words) or entry.aside is not None or entry.lists:
            raise _error_at(entry.key, f"'{key}' {contradiction.format(place=_place(other.key))}")
    return merged


def _merged_pairs(own: Pairs, given: Pairs, contradiction: str) -> Pairs:
    """The pairs given, then the own ones with new names."""
    known = {_spelling(name): (name, value) for name, value in given}
    added = []
    for name, value in own:
        other = known.get(_spelling(name))
        if other is None:
            added.append((name, value))
        elif not _say_the_same((value,), (other[1],)):
            raise _error_at(name, f"'{_short(name.value)}' {contradiction.format(place=_place(other[0]))}")
    return (*given, *added)


def _check_names(own: Entries, given: Entries, contradiction: str) -> None:
    """No name that one setting declares is computed or abbreviated in the other, nor the other way round."""
    known = {_spelling(name): (key, name) for key in _OF_NAMES for name, _ in _pairs(given, key)}
    for key in _OF_NAMES:
        for name, _ in _pairs(own, key):
            where, other = known.get(_spelling(name), (key, name))
            if where != key:
                raise _error_at(name, f"'{_short(name.value)}' {contradiction.format(place=_place(other))}")


def _spelling(name: Text) -> tuple[str, ...]:
    """A name's tokens without spaces and without braces around one token: `W_{1}` and `W_1` are one name."""
    plain = re.sub(r"\{\s*(\\[A-Za-z]+|[^\s{}\\])\s*\}", r" \1 ", name.value)
    return tuple(re.findall(r"\\[A-Za-z]+|\S", plain))


def _say_the_same(one: tuple[Text, ...], other: tuple[Text, ...]) -> bool:
    return [text.value.split() for text in one] == [text.value.split() for text in other]


# --- Words for errors ----------------------------------------------------------------------------


def _error(text: Text, node: yaml.Node, problem: str) -> DocumentError:
    """The error that points at a node."""
    return DocumentError.at(text.source, text.offset(node.start_mark.index), problem)


def _error_at(text: Text, problem: str) -> DocumentError:
    return DocumentError.at(text.source, text.start, problem)


def _place(text: Text) -> str:
    place = text.place()
    return f"{text.source.name}:{place.line}:{place.column}"


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value in ("", "null", "~")


def _article(node: yaml.Node) -> str:
    """What a node is, with its article."""
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    return "a list" if isinstance(node, yaml.SequenceNode) else "text"


def _quote_hint(node: yaml.Node) -> str:
    """What to try where LaTeX that begins with a bracket was read as YAML."""
    flow = isinstance(node, yaml.CollectionNode) and node.flow_style
    return "; put LaTeX that begins with { or [ in single quotes" if flow else ""


def _short(text: str) -> str:
    """At most forty characters of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:37] + "..."


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion, where one of the known words is near."""
    near = get_close_matches(word.lower()[:40], list(known), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""
