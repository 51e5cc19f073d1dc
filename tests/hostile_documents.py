"""Documents that mean harm, or are broken: what the other tests have of them, and what is meant for a page."""

import json
from collections.abc import Iterator

from marked_pages import ATTACKS
from test_bad_input import HEAD, STEPS
from test_cheating import EMPTY_ANSWERS, HIDDEN

ON_PAGES = (
    *(attack for attack in ATTACKS if attack.isprintable()),
    r"\href{javascript:alert(1)}{a}",
    r"\htmlClass{evil}{a} \htmlStyle{color: red}{a} \htmlData{x=1}{a} \includegraphics{x.png}",
    r"\style{position: fixed}{a} \class{equation}{a} \cssId{editor}{a}",
    r"\mathchoice{<b>}{</section>}{a}{a}",
    r"\unicode{x3c}\char`\<img src=x onerror=alert(1)\char`\>",
    '" onclick="alert(1)" data-x="',
    "</code></summary></details></section><section onclick=alert(1)>",
    "<svg onload=alert(1)><foreignObject><iframe srcdoc=x>",
    "<math><mtext><mglyph><style><img src=x onerror=alert(1)></style>",
    "<annotation-xml encoding='text/html'><script>alert(1)</script>",
    "&#x3c;script&#x3e; &lt;img&gt; %3Cscript%3E",
)
"""What would be markup if it were copied as it stands."""

BOMBS = {
    "macros.tex": r"\def\a{\b\b\b\b}\def\b{\c\c\c\c}\def\c{\d\d\d\d}\def\d{\e\e\e\e}\def\e{xxxxxxxxxx}"
    r"\def\loop{\loop\loop}$$ \a\a\a\a = \loop $$",
    "aliases.md": "---\nsymbols: &a {x: scalar}\nmodel: {<<: *a}\n"
    + "".join(f"k{n}: [*a, *a]\n" for n in range(9))
    + "---\n",
    "deep.md": HEAD + "$$" + "\\frac{" * 900 + "a" + "}{b}" * 900 + " = a $$\n",
    "wide.md": HEAD + "".join(f"$$ a_{{{n}}} = {n} $$\n" for n in range(200)),
    "long-line.md": HEAD + "x" * 200_000 + " $a = b$\n",
    "lines.md": "\n" * 100_001,
    "open.md": HEAD + "$$ a = b " * 300,
    "numbers.md": HEAD + f"$$ a = {'9' * 5000} $$\n\n$$ a = 10^{{10^{{10^{{10}}}}}} $$\n",
    "dims.md": "---\ndims: {n: 99999999999}\nsymbols: {A: n x n}\n---\n$$ A A = A $$\n",
    "sizes.md": f"---\nsymbols: {{A: n x {'9' * 5000}, B: ² x n}}\n---\n$A \\in \\mathbb{{R}}^{{{'9' * 5000} \\times ²}}$\n",
    "sums.md": HEAD + r"$$ \sum_{i=1}^{999999999} \sum_{j=1}^{999999999} i j = a $$" + "\n",
    "names.md": "---\nsymbols: {" + ", ".join(f"x_{{{n}}}: scalar" for n in range(2000)) + "}\n---\n$$ x_1 = x_2 $$\n",
    "accents.md": HEAD + "$$ a" + "\u0301" * 3000 + " = \u202ea\u2066 $$\n",
    "deep.ipynb": "[" * 50_000,
    "cells.ipynb": json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": [3, None, {}]}]}),
    "list.ipynb": "[]",
    "number.ipynb": '{"nbformat": 1e999, "cells": 3}',
    "nul.md": "\0",
    "none.exe": "MZ",
    "setting.md": "---\n!!python/object/apply:os.system ['id']\n---\n",
    "tags.md": "---\nsymbols: !!python/name:os.system {x: scalar}\n---\n$$ x = x $$\n",
}


def for_pages() -> Iterator[str]:
    """Each attack in every place from which text comes to a page."""
    for attack in ON_PAGES:
        quoted = attack.replace("'", "''")
        yield f"---\nsymbols: {{'{quoted}': scalar}}\n---\n$$ a = a $$\n"
        yield (
            f"---\ntitle: '{quoted}'\nsource: '{quoted}'\nsymbols: {{a: scalar, b: scalar}}\n---\n"
            f"{attack}\n\n$$ {attack} = a \\tag{{{attack}}} $$\n\n$$ a = 2 a \\label{{{attack}}} $$ {{#eq-{attack}}}\n\n"
            f"$$ \\text{{{attack}}} = b $$\n\n$$ \\operatorname{{{attack}}}(a) = \\mathrm{{{attack}}} $$\n\n"
            f"$$ a = b \\quad \\text{{if }} {attack} $$\n\n$${attack}$$\n\n$$ q_{{{attack}}} = a + $$\n"
        )


def broken() -> Iterator[str]:
    """What the tests of bad input and of cheating send through the command line."""
    for each in STEPS:
        display = getattr(each, "values", each)[0]
        if "A B C" not in display:
            yield f"{HEAD}$$ {display} $$\n\n$$ a + a = 2 a $$\n"
    yield from (text for text, _ in EMPTY_ANSWERS)
    yield from (text for _, text in HIDDEN)
