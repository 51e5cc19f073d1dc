r"""The macros of an author: what `\newcommand` and its kin define, and where that holds.

A macro has patterns, tried in order: the arguments that it takes, and what it
yields for them. One whose definition is not followed holds a refusal instead;
to use it is unreadable, to have it is not.

>>> macros = Macros({})
>>> read_definition(Stream(r"\newcommand{\pd}[2][L]{\frac{\partial #1}{\partial #2}}", 0), macros)
>>> [parameter.kind for parameter in macros.known["\\pd"].patterns[0].parameters]
['default', 'argument']
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Literal

from derive.documents.lexing import Piece, Stream, pieces_of, text_of
from derive.records import dataclass

ParameterKind = Literal["argument", "group", "optional", "default", "star", "delimited", "token"]


@dataclass(frozen=True)
class Parameter:
    """How one argument is taken.

    `argument`: the next token or group. `group`: a group in braces. `delimited`: what stands between two characters.
    `token`: one character. `optional`, `star`: the last two where they may be missing. `default`: what stands for the
    argument if it is missing.
    """

    kind: ParameterKind
    between: str = "[]"
    default: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Pattern:
    """Parameters, and the tokens that they are put into."""

    parameters: tuple[Parameter, ...]
    body: tuple[Piece, ...]


@dataclass(frozen=True)
class Macro:
    """A command's patterns, or why it is refused. `place` is where it was defined, null for those of packages."""

    patterns: tuple[Pattern, ...] = ()
    refusal: str = ""
    place: int | None = None


@dataclass(frozen=True)
class MacroEnvironment:
    """What `\\begin{name}` takes and yields, and what `\\end{name}` yields."""

    opening: Macro
    closing: tuple[Piece, ...] = ()


class DefinitionError(Exception):
    """A definition that no one can follow, as one whose braces never close."""

    def __init__(self, problem: str, piece: Piece, *, is_unclosed: bool = False) -> None:
        self.problem = problem
        self.piece = piece
        self.is_unclosed = is_unclosed
        super().__init__(problem)


@dataclass
class Macros:
    """The macros and environments that hold where a reader stands; what a group defines is forgotten behind it."""

    known: dict[str, Macro]
    environments: dict[str, MacroEnvironment] = field(default_factory=dict)
    _undone: list[list[tuple[str, Macro | None]]] = field(default_factory=list)

    def define(self, name: str, macro: Macro) -> None:
        """Give a command a meaning, up to the end of the group."""
        if self._undone:
            self._undone[-1].append((name, self.known.get(name)))
        self.known[name] = macro

    def open_group(self) -> None:
        self._undone.append([])

    def close_group(self) -> None:
        """Forget what was defined since the group was opened; without a group nothing is."""
        for name, before in reversed(self._undone.pop() if self._undone else []):
            if before is None:
                del self.known[name]
            else:
                self.known[name] = before

    def copy(self) -> "Macros":
        """What holds now, by itself."""
        return Macros(dict(self.known), dict(self.environments))

    @property
    def depth(self) -> int:
        """How many groups are open."""
        return len(self._undone)


# --- Definitions ---------------------------------------------------------------------------------


def is_definition(name: str) -> bool:
    """Whether a command defines another."""
    return name in _DEFINITIONS


def read_definition(stream: Stream, macros: Macros) -> None:
    """The definition that begins here. Raises `DefinitionError` where it can not be followed at all."""
    first = stream.next()
    if first is None or not is_definition(first.text):
        raise DefinitionError("no definition begins here", first or Piece("other", ""))
    _DEFINITIONS[first.text](_Definition(stream, macros, first))


@dataclass
class _Definition:
    """A definition while it is read."""

    stream: Stream
    macros: Macros
    first: Piece

    def name(self) -> str:
        """The command to be defined: `{\\foo}` or `\\foo`."""
        taken = self.stream.argument()
        inside = [] if taken is None else [piece for piece in _without_braces(taken) if piece.kind != "space"]
        if len(inside) != 1 or inside[0].kind not in ("word", "symbol"):
            raise DefinitionError(f"{self.first.text} is not followed by the command that it defines", self.first)
        return inside[0].text

    def body(self) -> tuple[Piece, ...]:
        """An argument without its braces."""
        taken = self.stream.argument()
        if taken is None:
            problem = f"the definition that {self.first.text} begins here is never closed; expected }}"
            raise DefinitionError(problem, self.first, is_unclosed=True)
        return tuple(_without_braces(taken))

    def optional(self) -> tuple[Piece, ...] | None:
        """What stands in brackets here, without them."""
        taken = self.stream.bracketed("[", "]")
        return None if taken is None else tuple(taken[1:-1])

    def parameters(self) -> tuple[Parameter, ...]:
        """`[2][default]`: how many arguments, and what the first is if it is left out."""
        count = text_of(self.optional() or ()).strip() or "0"
        if not re.fullmatch("[0-9]", count):
            raise DefinitionError(f"{self.first.text} says [{count}]; expected the number of arguments", self.first)
        default = self.optional()
        plain = (Parameter("argument"),) * int(count)
        return plain if default is None or not plain else (Parameter("default", default=default), *plain[1:])

    def define(self, name: str, parameters: tuple[Parameter, ...], body: tuple[Piece, ...]) -> None:
        self.macros.define(name, Macro((Pattern(parameters, body),), place=self.first.start))

    def refuse(self, name: str, reason: str) -> None:
        self.macros.define(name, Macro(refusal=reason, place=self.first.start))


Rule = Callable[[_Definition], None]


def _without_braces(pieces: list[Piece]) -> list[Piece]:
    return pieces[1:-1] if pieces and pieces[0].kind == "open" else pieces


def _new_command(definition: _Definition) -> None:
    definition.stream.take("*")
    name, parameters = definition.name(), definition.parameters()
    definition.define(name, parameters, definition.body())


def _provided(rule: "Rule") -> "Rule":
    """A rule of which what the author has defined already stays as it is."""

    def provide(definition: _Definition) -> None:
        own = Macros({})
        rule(_Definition(definition.stream, own, definition.first))
        for name, macro in own.known.items():
            known = definition.macros.known.get(name)
            if known is None or known.place is None:
                definition.macros.define(name, macro)

    return provide


def _def(definition: _Definition) -> None:
    """`\\def\\foo#1#2{…}`; text between the parameters delimits arguments, and that is not followed."""
    name, between, body = _plain_definition(definition)
    if between != [f"#{number}" for number in range(1, len(between) + 1)]:
        definition.refuse(name, "its arguments are delimited by text; define it with \\newcommand")
    else:
        definition.define(name, (Parameter("argument"),) * len(between), body)


def _expanded_def(definition: _Definition) -> None:
    """`\\edef` puts in at once what its macros mean, by rules that are not followed here."""
    name, _, _ = _plain_definition(definition)
    definition.refuse(name, f"{definition.first.text} defines it; define it with \\newcommand")


def _plain_definition(definition: _Definition) -> tuple[str, list[str], tuple[Piece, ...]]:
    """The name behind `\\def`, what stands between it and the body, and the body."""
    definition.stream.skip_space()
    piece = definition.stream.next()
    if piece is None or piece.kind not in ("word", "symbol"):
        raise DefinitionError(
            f"{definition.first.text} is not followed by the command that it defines", definition.first
        )
    between: list[str] = []
    while (following := definition.stream.peek()) is not None and following.kind not in ("open", "paragraph", "close"):
        between.append(following.text)
        definition.stream.next()
    return piece.text, between, definition.body()


def _let(definition: _Definition) -> None:
    """`\\let\\a=\\b`: what `\\b` means now."""
    name = definition.name()
    definition.stream.take("=")
    definition.stream.skip_space()
    meaning = definition.stream.next()
    if meaning is None:
        raise DefinitionError(f"nothing follows \\let{name}", definition.first)
    known = definition.macros.known.get(meaning.text)
    definition.macros.define(
        name, known or Macro((Pattern((), (meaning._replace(is_final=True),)),), place=definition.first.start)
    )


def _copy(definition: _Definition) -> None:
    """`\\NewCommandCopy{\\a}{\\b}`."""
    name, meaning = definition.name(), definition.name()
    known = definition.macros.known.get(meaning)
    final = Piece("word", meaning, is_final=True)
    definition.macros.define(name, known or Macro((Pattern((), (final,)),), place=definition.first.start))


def _operator(definition: _Definition) -> None:
    """`\\DeclareMathOperator*{\\argmin}{arg\\,min}`: an upright word, its spaces left out."""
    star = "*" if definition.stream.take("*") else ""
    name = definition.name()
    word = tuple(piece for piece in definition.body() if piece.text not in _SPACES and piece.kind != "space")
    definition.define(name, (), (*pieces_of(f"\\operatorname{star}{{"), *word, *pieces_of("}")))


_SPACES = ("\\,", "\\!", "\\ ", "\\:", "\\;", "~")


def _delimiters(definition: _Definition) -> None:
    """`\\DeclarePairedDelimiter{\\norm}{\\lVert}{\\rVert}`: `\\norm{x}`, `\\norm*{x}`, `\\norm[\\big]{x}`."""
    name, left, right = definition.name(), definition.body(), definition.body()
    _paired(definition, name, (Parameter("argument"),), left, right, pieces_of("#1"))


def _delimiters_with_body(definition: _Definition) -> None:
    """`\\DeclarePairedDelimiterX{\\inner}[2]{\\langle}{\\rangle}{#1, #2}`."""
    name, parameters = definition.name(), definition.parameters()
    left, right, body = definition.body(), definition.body(), definition.body()
    _paired(definition, name, parameters, left, right, body)


def _paired(
    definition: _Definition,
    name: str,
    parameters: tuple[Parameter, ...],
    left: tuple[Piece, ...],
    right: tuple[Piece, ...],
    body: tuple[Piece, ...],
) -> None:
    stretched = Pattern((Parameter("token", "*"), *parameters), _shifted((*_LEFT, *left, *body, *_RIGHT, *right), 1))
    sized = Pattern((Parameter("optional"), *parameters), _shifted((*left, *body, *right), 1))
    definition.macros.define(name, Macro((stretched, sized), place=definition.first.start))


_LEFT, _RIGHT = pieces_of("\\left"), pieces_of("\\right")


def _shifted(body: tuple[Piece, ...], by: int) -> tuple[Piece, ...]:
    """A body whose parameters have later numbers; sizes that a delimiter asks for are left out."""
    moved = (_later(piece, by) for piece in body if piece.text not in ("\\delimsize", "\\nonscript"))
    return tuple(moved)


def _later(piece: Piece, by: int) -> Piece:
    if piece.kind != "parameter" or not piece.text[1:].isdigit():
        return piece
    return piece._replace(text=f"#{int(piece.text[1:]) + by}")


def _document_command(definition: _Definition) -> None:
    """`\\NewDocumentCommand{\\foo}{s O{L} m}{…}`."""
    name, specification, body = definition.name(), definition.body(), definition.body()
    parameters = _specified(specification)
    if parameters is None:
        reason = f"its arguments '{text_of(specification).strip()}' are of a kind that is not followed"
        definition.refuse(name, f"{reason}; define it with m, o, O and s alone")
    else:
        definition.define(name, parameters, body)


def _specified(specification: tuple[Piece, ...]) -> tuple[Parameter, ...] | None:
    """The parameters that xparse's letters name; null if one of them is not followed."""
    stream = Stream(text_of(specification), 0)
    parameters: list[Parameter] = []
    while (piece := stream.next()) is not None:
        letter = piece.text
        if piece.kind == "space" or letter in "+!":
            continue
        if letter in "mos":
            parameters.append(Parameter({"m": "argument", "o": "optional", "s": "star"}[letter]))  # type: ignore[arg-type]
        elif letter == "g":
            parameters.append(Parameter("group"))
        elif letter == "O" and (default := stream.argument()) is not None:
            parameters.append(Parameter("default", default=tuple(_without_braces(default))))
        else:
            return None
    return tuple(parameters)


def _environment(definition: _Definition) -> None:
    """`\\newenvironment{name}[1][default]{begin}{end}`."""
    definition.stream.take("*")
    name, parameters = text_of(definition.body()).strip(), definition.parameters()
    opening, closing = definition.body(), definition.body()
    macro = Macro((Pattern(parameters, opening),), place=definition.first.start)
    definition.macros.environments[name] = MacroEnvironment(macro, closing)


def _document_environment(definition: _Definition) -> None:
    """`\\NewDocumentEnvironment{name}{m}{begin}{end}`."""
    name, specification = text_of(definition.body()).strip(), definition.body()
    opening, closing = definition.body(), definition.body()
    parameters = _specified(specification)
    patterns = () if parameters is None else (Pattern(parameters, opening),)
    refusal = "" if patterns else "its arguments are of a kind that is not followed"
    macro = Macro(patterns, refusal, place=definition.first.start)
    definition.macros.environments[name] = MacroEnvironment(macro, closing)


def _bold(definition: _Definition) -> None:
    """`\\bmdefine{\\bw}{w}`: a bold form of a letter."""
    name, body = definition.name(), definition.body()
    definition.define(name, (), (*pieces_of("\\bm{"), *body, *pieces_of("}")))


def _unfollowed(definition: _Definition) -> None:
    """A way to define that is not followed: the name is known to be the author's."""
    definition.refuse(definition.name(), f"{definition.first.text} defines it; define it with \\newcommand")


_DEFINITIONS: Mapping[str, Rule] = {
    "\\newcommand": _new_command,
    "\\renewcommand": _new_command,
    "\\DeclareRobustCommand": _new_command,
    "\\providecommand": _provided(_new_command),
    "\\def": _def,
    "\\gdef": _def,
    "\\edef": _expanded_def,
    "\\xdef": _expanded_def,
    "\\let": _let,
    "\\NewCommandCopy": _copy,
    "\\RenewCommandCopy": _copy,
    "\\DeclareMathOperator": _operator,
    "\\DeclarePairedDelimiter": _delimiters,
    "\\DeclarePairedDelimiterX": _delimiters_with_body,
    "\\NewDocumentCommand": _document_command,
    "\\RenewDocumentCommand": _document_command,
    "\\DeclareDocumentCommand": _document_command,
    "\\ProvideDocumentCommand": _provided(_document_command),
    "\\NewExpandableDocumentCommand": _document_command,
    "\\newenvironment": _environment,
    "\\renewenvironment": _environment,
    "\\NewDocumentEnvironment": _document_environment,
    "\\RenewDocumentEnvironment": _document_environment,
    "\\bmdefine": _bold,
    "\\DeclareBoldMathCommand": _bold,
    "\\newcommandx": _unfollowed,
    "\\renewcommandx": _unfollowed,
    "\\DeclarePairedDelimiterXPP": _unfollowed,
}
