"""An exercise to start from: a template, every key of its setting explained by a comment."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

TEMPLATES: Mapping[str, str] = {
    "linear-regression": "mean squared error, one number predicted for each example",
    "logistic-regression": "a sigmoid and its cross-entropy, with a Hessian",
    "softmax": "softmax regression with a penalty, one example a row",
    "two-layer": "affine map, ReLU, affine map, softmax; a batch of rows",
    "rnn": "a recurrent network over two times, columns",
    "attention": "one head of attention, from its output back to queries and keys",
    "layer-norm": "layer normalization of one example, several paths",
}
"""The templates, with what each is about."""

USUAL = "linear-regression"

COMMENTS: Mapping[str, str] = {
    "title": "What reports and rubrics call the exercise.",
    "dims": (
        "The size at which each dimension is checked. Keep them all different, so that a wrong transpose has shapes "
        "that do not fit; none of them 1; and not 2 where the loss is a mean, or 1/N and 1/2 look alike."
    ),
    "symbols": (
        "What is given, by its name in LaTeX: N x D (a matrix; D x 1 is a column, 1 x D a row), scalar, positive "
        "scalar, labels N of C, one-hot N x C, symmetric D x D, function, and more."
    ),
    "model": (
        "What is computed from it, in order. Every right answer is derived from this: nobody writes a solution. Copy "
        "it to the text below, which is all that students see of it."
    ),
    "loss": "The scalar that is meant where a student writes no name behind the gradient sign.",
    "parts": (
        "What is asked. `ask` is the quantity in LaTeX, in single quotes. `form`, if there is one, is `no derivatives "
        "left` (explicit), `entries` (entry by entry) or `any`; without it, derivatives that are asked for or worked "
        "out elsewhere may stand in an answer. `points` may be a fraction. A part may have a `policy` of its own."
    ),
    "policy": (
        "What is earned by what is not simply right: full, half, none, review (a person decides), 2/3 or 60%. "
        "`convention`: right up to one, such as another layout. `follow_through`: wrong, but right from an earlier "
        "slip on. `unknown`: neither proved nor refuted. `unreadable`, `form`: not readable, not in the form that is "
        "asked for. `mistake`: wrong by one named mistake and nothing else; `derive explain` lists their names."
    ),
}
"""What a comment says of each key, above it."""

OTHER_KEYS = (
    "More keys, where they are needed: `notation` (abbreviations that students may use, such as "
    r"\delta: \frac{\partial L}{\partial S}), `layout` (gradient, numerator, denominator), `kink` (the derivative of a "
    "ReLU at 0), `index_base` (1 or 0), `allow` (conventions that count as right; leave it out for homework), `sheet` "
    "(other forms that its solution sheet shows too, such as {conventions: [local-factor, entrywise], chain: rows})."
)

_WIDTH = 98


class UnknownTemplateError(Exception):
    """No template has this name."""


def exercise_like(name: str) -> str:
    """The text of a template with its comments. Raises `UnknownTemplateError`."""
    if name not in TEMPLATES:
        raise UnknownTemplateError(name)
    _, setting, text = template(name).split("---\n", 2)
    return "".join(["---\n", *_commented(setting), *_comment(OTHER_KEYS), "---\n", text])


@cache
def template(name: str) -> str:
    """A template as it stands in the package."""
    return (files("derive.writing") / "templates" / "exercises" / f"{name}.md").read_text(encoding="utf-8")


def _commented(setting: str) -> Iterator[str]:
    """The lines of a setting, each key below the comment that explains it."""
    for line in setting.splitlines(keepends=True):
        key = re.match(r"\w+(?=:)", line)
        if key is not None:
            yield from _comment(COMMENTS[key[0]])
        yield line


def _comment(words: str) -> Iterator[str]:
    """Words as lines of a comment."""
    line = "#"
    for word in words.split():
        if len(line) + 1 + len(word) > _WIDTH:
            yield f"{line}\n"
            line = "#"
        line = f"{line} {word}"
    yield f"{line}\n"
