"""A document -> the setting that it has and the one that it implies: declarations, the forward pass, the loss.

A setting of the document's own stands above all that is inferred; where it has a model, that is all that is computed,
and only declarations are taken from the text. A submission to an exercise takes its setting from there.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import field, replace

from derive.certificates import key_of
from derive.checking.built import built
from derive.checking.inference.declaring import Declarations, DeclaredName
from derive.checking.inference.gathered import Gathered, Sign
from derive.checking.inference.gathering import Recalled, anew, first_use, gather
from derive.checking.inference.grams import in_order_of_size
from derive.checking.inference.names import named, spelled
from derive.checking.inference.own_functions import own_functions
from derive.checking.inference.passes import forward_pass, possible_losses
from derive.checking.inference.unknowns import Unknowns, dims_of, readable, words_of
from derive.checking.memory import Memory
from derive.checking.results import Inferred
from derive.documents.document import Document, Setting
from derive.errors import DocumentError, FormulaError
from derive.models.declarations import read_declaration
from derive.models.members import read_member
from derive.models.model import Model
from derive.models.numbered import read_counted
from derive.notation import names as latex_names
from derive.notation.names import canonical, plain, read_name
from derive.notation.symbols import SymbolTable, shown
from derive.records import dataclass
from derive.source import Text


@dataclass(frozen=True)
class Inference:
    """The setting with all that was inferred, and what that was.

    `declares`: the signs of declarations, each with what it declares in words, none where that is to be looked up;
    `defines`: the signs of equations that the model was taken from, each with its name. `possible`: a shape that fits,
    for names of which several do. `told`: how the names may be written that have an equation. `values`: the signs of
    equations that say at which value of a given name something holds. `withheld`: the
    signs of declarations of many vectors by one index. `asks`: whether an unknown name is asked for. `letters` are
    indices, and `sizes` are what they count to. `model` is built from the setting, where that was tried.
    """

    setting: Setting
    inferred: tuple[Inferred, ...] = ()
    declares: Mapping[Sign, str] = field(default_factory=dict)
    defines: Mapping[Sign, str] = field(default_factory=dict)
    possible: Mapping[str, str] = field(default_factory=dict)
    differentiated: tuple[str, ...] = ()
    told: frozenset[str] = frozenset()
    values: Mapping[Sign, str] = field(default_factory=dict)
    withheld: Mapping[Sign, str] = field(default_factory=dict)
    asks: bool = False
    letters: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()
    model: Model | None = None


def infer(document: Document, memory: Memory | None = None) -> Inference:
    """What a document implies; nothing where its setting declares layers or times by their number.

    Raises `DocumentError` where its own setting cannot be used. A `memory` holds what was found in documents before.
    """
    setting = replace(document.setting, own=own_functions(document))
    if document.exercise is not None or any(read_counted(name, text) for name, text in setting.symbols):
        return Inference(setting)
    found = _inferred(document, setting, memory)
    if setting.model or setting.vectors != "column" or found.setting.model:
        return found
    rows = _inferred(document, replace(setting, vectors="row"), memory)
    if not rows.setting.model:
        return found
    said = replace(
        rows.inferred[0],
        name="vectors",
        declaration="row",
        because="as columns, the vectors of the forward pass do not fit",
    )
    return replace(rows, inferred=(said, *rows.inferred))


def _inferred(document: Document, setting: Setting, memory: Memory | None) -> Inference:
    """What is inferred under a setting; less of it where all of it is no setting that can be used."""
    attempt = _Inferring(document, setting, memory)
    for inference in (attempt.inference, attempt.declarations_alone):
        found = inference()
        try:
            return replace(found, model=built(found.setting, memory))
        except DocumentError:
            continue
    return Inference(setting)


class _Inferring:
    """One attempt, with vectors that stand as the setting says. Raises `DocumentError` where that cannot be used."""

    def __init__(self, document: Document, setting: Setting, memory: Memory | None) -> None:
        self.document = document
        self.setting = setting
        self.memory = memory
        declared = replace(setting, model=(), loss=None, notation=())
        self.table = built(declared, memory).table
        names = [name for name, _ in (*setting.model, *setting.notation)]
        words = latex_names.words_of([name.value for name in names])
        table = replace(self.table, words=self.table.words | words)
        self.gathered = gather(document, table, anew if memory is None else _recalling(memory, declared, words))
        self.taken = [*self.table.meanings, *_keys(name for name, _ in setting.model)]
        abbreviations = _keys(name for name, _ in setting.notation)
        self.declarations = Declarations(
            self.gathered, self.taken, abbreviations, list(self.table.dims), setting.vectors
        )
        self.declarations.read(document.passages)
        sizes = [*self.table.dims, *_keys_of(self.declarations.dims), *_keys_of(self.gathered.ranges.values())]
        self.found = forward_pass(self.gathered, self.taken, abbreviations, sizes, list(self.declarations.names))
        computed = spelled(self.found.equations)
        self.symbols = {key: item for key, item in self.declarations.names.items() if plain(key) not in computed}
        self.entries = self.declarations.entries()

    def inference(self) -> Inference:
        """All that can be inferred."""
        if self.setting.model:
            return self.declarations_alone()
        loss, order, possible = self._loss()
        return replace(
            self._inference(self._setting(loss, order)),
            inferred=self._said(loss),
            declares=self._declares({plain(key): self.found.equations[key].sign for key in order}),
            defines={self.found.equations[key].sign: key for key in order},
            possible=possible,
            values={equation.sign: equation.key for equation in self.found.values},
        )

    def declarations_alone(self) -> Inference:
        """What the text declares, and no forward pass."""
        setting = self._setting(None, [])
        return self._inference(replace(setting, loss=self.setting.loss if self.setting.model else None))

    def _inference(self, setting: Setting) -> Inference:
        return Inference(
            setting,
            self._said(None),
            self._declares({}),
            differentiated=tuple(canonical(item.of).strip() for item in self.gathered.differentiated),
            told=self.gathered.told - frozenset(spelled(equation.key for equation in self.found.values)),
            withheld=self.declarations.withheld,
            asks=not self.setting.model,
            letters=frozenset(self.gathered.letters | self.gathered.indexing),
            sizes=frozenset(self.gathered.ranges.values()),
        )

    # ── the loss and what leads to it ──

    def _loss(self) -> tuple[str | None, list[str], Mapping[str, str]]:
        """The loss, the names to be computed, and what may be where nothing is certain.

        Where no scalar is certain to be the loss, all is computed that can be read of what leads to one that may be.
        """
        wanted = [] if self.setting.loss is None else _keys([self.setting.loss])
        unknowns = Unknowns(self.gathered, self.found, self.setting.vectors)
        table, loss, order = self._table(), None, []
        losses = [key for key in wanted if key in self.found.equations] or possible_losses(self.gathered, self.found)
        for key in losses:
            leading = self.found.leading_to(key) or []
            order += [name for name in leading if name not in order]
            if leading and unknowns.settle(table, leading):
                loss, order = key, leading
                break
        self._learn(unknowns)
        return loss, readable(self._table(), self.found, order), unknowns.possible

    def _table(self) -> SymbolTable:
        """All that is declared so far, with sizes."""
        table = built(replace(self._setting(None, []), model=(), loss=None), self.memory).table
        return replace(table, words=table.words | self.gathered.words)

    def _learn(self, unknowns: Unknowns) -> None:
        """Takes over what is certain."""
        for key, meaning in unknowns.certain.items():
            at = self._first_use(key)
            for name in dims_of(meaning):
                self.declarations.dimension(name, at)
            because = "no other shape fits where the forward pass uses it"
            self.symbols[key] = DeclaredName(key, words_of(meaning), because, at)

    def _first_use(self, key: str) -> Text:
        """Where a name stands for the first time."""
        own = spelled([key])
        places = (first_use(passage.text, own, self.gathered.words) for passage in self.document.passages)
        return next((place for place in places if place is not None), self.document.passages[0].text)

    # ── the setting ──

    def _setting(self, loss: str | None, order: Sequence[str]) -> Setting:
        setting = self.setting
        symbols = [
            (_placed(shown(item.key), item.at), _placed(item.declaration, item.at)) for item in self.symbols.values()
        ]
        from_zero = self.gathered.counts_from_zero and not self.gathered.counts_from_one
        base = 0 if from_zero else setting.index_base
        entries = [(_placed(item.key, item.at), _placed(item.declaration, item.at)) for item in self.entries]
        setting = replace(
            setting,
            dims=self._dims(),
            symbols=(*setting.symbols, *symbols),
            notation=(*setting.notation, *entries),
            index_base=base,
        )
        if not order:
            return setting
        equations = [self.found.equations[key] for key in order]
        model = tuple((equation.name, _flat(equation.value)) for equation in equations)
        return replace(setting, model=model, loss=None if loss is None else self.found.equations[loss].name)

    def _dims(self) -> dict[str, tuple[int | None, Text]]:
        """All dimensions by name: those of the setting, then those of the text."""
        dims = dict(self.setting.dims)
        if not dims and self.setting.symbols:
            at = self.setting.symbols[0][1]
            dims = {shown(key): (None, _placed(shown(key), at)) for key in self.table.dims}
        for name, at in self.declarations.dims.items():
            dims.setdefault(name, (None, _placed(name, at)))
        order = in_order_of_size(list(dims), self.gathered.grams, self._sizes_of_matrices())
        return {name: dims[name] for name in order}

    def _sizes_of_matrices(self) -> dict[str, tuple[str, str]]:
        """The dimensions of everything that is declared as a matrix, as they are written."""
        written = [(name.value, text.value) for name, text in self.setting.symbols]
        written += [(shown(item.key), item.declaration) for item in self.declarations.names.values()]
        found = {}
        for name, words in written:
            dims = () if read_member(words) is not None else read_declaration(words).dims
            if len(dims) == 2:
                found[next(iter(_keys_of([name])), name)] = (dims[0], dims[1])
        return found

    def _said(self, loss: str | None) -> tuple[Inferred, ...]:
        """Each inferred declaration, and the loss."""
        said = []
        for item in (*self.symbols.values(), *self.entries):
            place = item.at.place()
            said.append(Inferred(shown(item.key), item.declaration, item.because, place.line, place.column))
        if loss is not None:
            place = self.found.equations[loss].name.place()
            is_differentiated = any(named(item.of, spelled([loss])) for item in self.gathered.differentiated)
            because = "the text differentiates it" if is_differentiated else "the forward pass leads to it"
            said.append(Inferred(shown(loss), "the loss", because, place.line, place.column))
        return tuple(said)

    def _declares(self, computed: Mapping[str, Sign]) -> dict[Sign, str]:
        """What each declaration says, where all its names are taken over from it; nothing where some are computed."""
        words: dict[Sign, str] = {}
        for sign, keys in _by_sign(self.gathered).items():
            own = [item for item in self.symbols.values() if item.sign == sign]
            if len(own) == len(keys):
                names = _listed([shown(item.key) for item in own])
                words[sign] = f"{names} {'is' if len(own) == 1 else 'are'} declared as {own[0].declaration}."
            elif own or any(sign < computed.get(plain(key), sign) for key in keys):
                words[sign] = ""
        return words


def _recalling(memory: Memory, setting: Setting, words: frozenset[str]) -> Recalled:
    """What a passage says under a setting that has more words, recalled where that was read before."""
    under = memory.number(("gathered", key_of(setting), setting.indices, words))

    def recalled(key: Hashable, read: Callable[[], Gathered]) -> Gathered:
        known: Gathered | None = memory.recall((under, key))
        if known is None:
            known = read()
            memory.keep((under, key), known)
        return known

    return recalled


def _by_sign(gathered: Gathered) -> dict[Sign, list[str]]:
    found: dict[Sign, list[str]] = {}
    for item in gathered.declared:
        if item.sign is not None:
            found.setdefault(item.sign, []).append(item.key)
    return found


def _keys(texts: Iterable[Text]) -> list[str]:
    return list(_keys_of(text.value for text in texts))


def _keys_of(names: Iterable[str]) -> Iterable[str]:
    """The canonical forms of those names that are names."""
    for name in names:
        try:
            yield read_name(name)
        except FormulaError:
            continue


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _placed(words: str, at: Text) -> Text:
    """Words that stand nowhere, at the place that they were inferred from."""
    return Text(words, at.source, at.start)


_ARRANGING = re.compile(r"\\\\|\\nonumber|\\notag|(?<!\\)&|\n")


def _flat(text: Text) -> Text:
    """An expression on one line, without the marks that arrange rows, every character where it was."""
    return replace(text, value=_ARRANGING.sub(lambda mark: " " * len(mark.group()), text.value))
