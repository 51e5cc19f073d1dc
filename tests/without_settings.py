"""Documents whose declarations and forward pass stand in their text, made from those that have them in a setting."""

import re
from pathlib import Path

import yaml

_FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
KEPT = ("title", "source", "dims", "notation", "layout", "vectors", "index_base", "kink", "allow", "expect")


def in_the_text(path: Path) -> str | None:
    """The document with its symbols and its model as mathematics in the text; null where that cannot say them."""
    text = path.read_text(encoding="utf-8")
    found = _FRONT.match(text)
    if found is None:
        return None
    setting = yaml.load(found[1], Loader=yaml.BaseLoader)
    declarations = [declaration(name, words) for name, words in setting.get("symbols", {}).items()]
    if None in declarations:
        return None
    model = setting.get("model", {})
    kept = yaml.safe_dump({key: setting[key] for key in KEPT if key in setting}, allow_unicode=True, width=1000)
    forward = [f"$${name} = {expression}$$" for name, expression in model.items()]
    loss = [f"The loss is $${setting['loss']}$$"] if "loss" in setting else []
    head = [f"---\n{kept}---", "Let " + ", ".join(map(str, declarations)) + ".", *forward, *loss]
    return "\n\n".join([*head, text[found.end() :]])


def declaration(name: str, words: str) -> str | None:
    """A declaration of a setting as inline mathematics."""
    if words == "scalar":
        return rf"${name} \in \mathbb{{R}}$"
    if words == "positive scalar":
        return f"${name} > 0$"
    if match := re.fullmatch(r"labels (\w+) of (\w+)", words):
        return rf"${name}_i \in \{{1, \dots, {match[2]}\}}$ with $i = 1, \dots, {match[1]}$"
    if match := re.fullmatch(r"label of (\w+)", words):
        return rf"${name} \in \{{1, \dots, {match[1]}\}}$"
    if match := re.fullmatch(r"function (\w+) -> (\w+)", words):
        return rf"${name}: \mathbb{{R}}^{{{match[1]}}} \to \mathbb{{R}}^{{{match[2]}}}$"
    if match := re.fullmatch(r"one-hot (\w+) x (\w+)", words):
        return rf"the one-hot ${name}$, where ${name} \in \mathbb{{R}}^{{{match[1]} \times {match[2]}}}$"
    if match := re.fullmatch(r"(\w+) x (\w+)", words):
        return rf"${name} \in \mathbb{{R}}^{{{match[1]} \times {match[2]}}}$"
    return None
