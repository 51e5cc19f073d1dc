r"""The commands of well-known packages, written as macros that yield notation which is read everywhere.

An author's own definition of such a name stands above these. The arguments in a
row are a command's pattern: `{}` a group in braces, `m` the next token or group, `[]`, `()`, `||` what stands
between these, `*` a star. Of several rows for one command the first that fits counts.
"""

from collections.abc import Iterator
from functools import cache

from derive.documents.lexing import pieces_of
from derive.documents.macros import Macro, MacroEnvironment, Macros, Parameter, Pattern

# command, its arguments, what it yields                                                            (physics, derivatives)
_PHYSICS = (
    ("\\pdv", "*[]{}{}", r"{\partial^{#2} #3}/{\partial #4^{#2}}"),
    ("\\pdv", "[]{}{}", r"\frac{\partial^{#1} #2}{\partial #3^{#1}}"),
    ("\\pdv", "[]{}", r"\frac{\partial^{#1}}{\partial #2^{#1}}"),
    ("\\pdv", "*{}{}", r"{\partial #2}/{\partial #3}"),
    ("\\pdv", "{}{}{}", r"\frac{\partial^2 #1}{\partial #2 \partial #3}"),
    ("\\pdv", "{}{}", r"\frac{\partial #1}{\partial #2}"),
    ("\\pdv", "{}", r"\frac{\partial}{\partial #1}"),
    ("\\dv", "*[]{}{}", r"{\mathrm{d}^{#2} #3}/{\mathrm{d} #4^{#2}}"),
    ("\\dv", "[]{}{}", r"\frac{\mathrm{d}^{#1} #2}{\mathrm{d} #3^{#1}}"),
    ("\\dv", "[]{}", r"\frac{\mathrm{d}^{#1}}{\mathrm{d} #2^{#1}}"),
    ("\\dv", "*{}{}", r"{\mathrm{d} #2}/{\mathrm{d} #3}"),
    ("\\dv", "{}{}", r"\frac{\mathrm{d} #1}{\mathrm{d} #2}"),
    ("\\dv", "{}", r"\frac{\mathrm{d}}{\mathrm{d} #1}"),
    ("\\dd", "[]{}", r"\mathrm{d}^{#1} #2"),
    ("\\dd", "()", r"\mathrm{d}(#1)"),
    ("\\dd", "{}", r"\mathrm{d} #1"),
    ("\\dd", "", r"\mathrm{d}"),
    ("\\grad", "{}", r"\nabla #1"),
    ("\\grad", "()", r"\nabla (#1)"),
    ("\\grad", "", r"\nabla"),
    ("\\laplacian", "", r"\nabla^2"),
    # brackets
    ("\\qty", "()", r"\left( #1 \right)"),
    ("\\qty", "[]", r"\left[ #1 \right]"),
    ("\\qty", "||", r"\left| #1 \right|"),
    ("\\qty", "{}", r"\left\{ #1 \right\}"),
    ("\\pqty", "{}", r"\left( #1 \right)"),
    ("\\bqty", "{}", r"\left[ #1 \right]"),
    ("\\Bqty", "{}", r"\left\{ #1 \right\}"),
    ("\\vqty", "{}", r"\left| #1 \right|"),
    ("\\abs", "*m", r"\lvert #2 \rvert"),
    ("\\abs", "m", r"\left\lvert #1 \right\rvert"),
    ("\\norm", "*m", r"\lVert #2 \rVert"),
    ("\\norm", "m", r"\left\lVert #1 \right\rVert"),
    # vectors and matrices
    ("\\vb", "*m", r"\boldsymbol{#2}"),
    ("\\vb", "m", r"\mathbf{#1}"),
    ("\\va", "*m", r"\vec{\boldsymbol{#2}}"),
    ("\\va", "m", r"\vec{\mathbf{#1}}"),
    ("\\vu", "*m", r"\hat{\boldsymbol{#2}}"),
    ("\\vu", "m", r"\hat{\mathbf{#1}}"),
    ("\\vdot", "", r"\cdot"),
    ("\\cross", "", r"\times"),
    ("\\mqty", "()", r"\begin{pmatrix} #1 \end{pmatrix}"),
    ("\\mqty", "[]", r"\begin{bmatrix} #1 \end{bmatrix}"),
    ("\\mqty", "||", r"\begin{vmatrix} #1 \end{vmatrix}"),
    ("\\mqty", "{}", r"\begin{matrix} #1 \end{matrix}"),
    ("\\pmqty", "{}", r"\begin{pmatrix} #1 \end{pmatrix}"),
    ("\\bmqty", "{}", r"\begin{bmatrix} #1 \end{bmatrix}"),
    ("\\trace", "", r"\operatorname{tr}"),
    ("\\Trace", "", r"\operatorname{tr}"),
    ("\\flatfrac", "mm", r"{#1}/{#2}"),
    # words between equations
    ("\\qq", "*m", r"\text{#2}\quad"),
    ("\\qq", "m", r"\quad\text{#1}\quad"),
    ("\\qcomma", "", r",\quad"),
)
_PHYSICS_LONG_NAMES = {
    "\\partialderivative": "\\pdv", "\\pderivative": "\\pdv", "\\derivative": "\\dv", "\\differential": "\\dd",
    "\\gradient": "\\grad", "\\quantity": "\\qty", "\\absolutevalue": "\\abs", "\\vectorbold": "\\vb",
    "\\vectorarrow": "\\va", "\\vectorunit": "\\vu", "\\dotproduct": "\\vdot", "\\crossproduct": "\\cross",
    "\\matrixquantity": "\\mqty",
}  # fmt: skip
_PHYSICS_WORDS = ("if", "and", "or", "for", "where", "with", "when", "otherwise", "since", "then", "as", "let", "given")

# mathtools, IEEEtran, breqn, siunitx, xspace, and what only arranges a page
_OTHERS = (
    ("\\vcentcolon", "", ":"),
    ("\\ordinarycolon", "", ":"),
    ("\\Coloneqq", "", r"\coloneqq"),
    ("\\mathllap", "m", "#1"),
    ("\\mathrlap", "m", "#1"),
    ("\\mathclap", "m", "#1"),
    ("\\MoveEqLeft", "[]", ""),
    ("\\MoveEqLeft", "", ""),
    ("\\splitfrac", "mm", "#1 #2"),
    ("\\IEEEyesnumber", "", ""),
    ("\\IEEEnonumber", "", ""),
    ("\\IEEEyessubnumber", "", ""),
    ("\\IEEEeqnarraynumspace", "", ""),
    ("\\IEEEeqnarraymulticol", "mmm", "#3"),
    ("\\yesnumber", "", ""),
    ("\\condition", "*m", r"\quad #2"),
    ("\\condition", "m", r"\quad \text{for } #1"),
    ("\\num", "m", "#1"),
    ("\\xspace", "", ""),
    ("\\protect", "", ""),
    ("\\qedhere", "", ""),
    ("\\mspace", "m", ""),
    ("\\displaybreak", "[]", ""),
    ("\\displaybreak", "", ""),
    ("\\raisetag", "m", ""),
)

# environment, the arguments of its \begin, the environment that reads like it
_ENVIRONMENTS = (
    ("IEEEeqnarray", "[]m", "align"),
    ("IEEEeqnarray", "m", "align"),
    ("dmath", "[]", "equation"),
    ("dmath", "", "equation"),
    ("dgroup", "[]", "gathered"),
    ("dgroup", "", "gathered"),
    ("xalignat", "m", "align"),
    ("xxalignat", "m", "align"),
    ("empheq", "[]m", "align"),
    ("empheq", "m", "align"),
    ("multlined", "[]", "multline"),
    ("multlined", "", "multline"),
    ("lgathered", "", "gathered"),
    ("rgathered", "", "gathered"),
)
STARRED = ("IEEEeqnarray", "dmath", "dgroup", "xalignat", "xxalignat")

# How many arguments a command of LaTeX takes: where one is a bare macro, it is all that this yields.
ARGUMENTS = {
    **dict.fromkeys((
        "\\frac", "\\dfrac", "\\tfrac", "\\cfrac", "\\nicefrac", "\\sfrac", "\\stackrel", "\\overset", "\\underset",
        "\\textcolor", "\\colorbox",
    ), 2),
    **dict.fromkeys((
        "\\sqrt", "\\hat", "\\widehat", "\\tilde", "\\widetilde", "\\bar", "\\overline", "\\vec", "\\overrightarrow",
        "\\dot", "\\ddot", "\\check", "\\breve", "\\underline", "\\mathbf", "\\boldsymbol", "\\bm", "\\pmb", "\\mathrm",
        "\\mathit", "\\mathnormal", "\\mathcal", "\\mathscr", "\\mathsf", "\\mathtt", "\\mathbb", "\\mathds", "\\mathfrak",
        "\\text", "\\textrm", "\\textbf", "\\textit", "\\textsf", "\\texttt", "\\operatorname", "\\mbox", "\\textnormal",
        "\\boxed", "\\fbox", "\\cancel", "\\mathop", "\\mathrel", "\\mathbin", "\\mathord", "\\ensuremath", "\\smash",
        "\\underbrace", "\\overbrace", "\\phantom", "\\hphantom", "\\vphantom",
    ), 1),
}  # fmt: skip


def package_macros() -> Macros:
    """What holds before a document says anything, for the document to change."""
    return _of_packages().copy()


@cache
def _of_packages() -> Macros:
    known: dict[str, Macro] = {}
    for name, parameters, body in _rows():
        before = known[name].patterns if name in known else ()
        known[name] = Macro((*before, Pattern(_parameters(parameters), pieces_of(body))))
    for long_name, name in _PHYSICS_LONG_NAMES.items():
        known[long_name] = known[name]
    environments: dict[str, MacroEnvironment] = {}
    for name, parameters, like in _ENVIRONMENTS:
        for star in ("", "*") if name in STARRED else ("",):
            before = environments[name + star].opening.patterns if name + star in environments else ()
            opening = Macro((*before, Pattern(_parameters(parameters), pieces_of(f"\\begin{{{like}}}"))))
            environments[name + star] = MacroEnvironment(opening, pieces_of(f"\\end{{{like}}}"))
    return Macros(known, environments)


def _rows() -> Iterator[tuple[str, str, str]]:
    yield from _PHYSICS
    yield from ((f"\\q{word}", "", f"\\quad\\text{{{word}}}\\quad") for word in _PHYSICS_WORDS)
    yield from _OTHERS


def _parameters(written: str) -> tuple[Parameter, ...]:
    """The arguments that a row names."""
    kinds = {"m": Parameter("argument"), "{": Parameter("group"), "*": Parameter("token", "*")}
    openers = {"[": "[]", "(": "()", "|": "||"}
    found = []
    at = 0
    while at < len(written):
        opener = written[at]
        found.append(kinds[opener] if opener in kinds else Parameter("delimited", openers[opener]))
        at += 1 if opener in "m*" else 2
    return tuple(found)
