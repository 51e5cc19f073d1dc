"""`derive plot`: functions of one variable and their derivatives."""

from fractions import Fraction
from typing import TYPE_CHECKING

import click

from derive.commands.pictures import check_output, read_number, write_picture
from derive.commands.speaking import BAD_INPUT, NOTHING_WRONG, one_line_for_errors

if TYPE_CHECKING:
    from derive.figures.scene import Scene
    from derive.writing.findings import Outcome

EXIT_STATUS = """\b
A FUNCTION is a name, as relu, leaky-relu(0.1), softplus(1), gelu, sigmoid,
tanh, elu, silu, abs, sign, hinge, sin; or LaTeX with one free letter:
  derive plot relu 'leaky-relu(0.1)' '\\max(0, 1 - z)' -o plots.svg

\b
Exit status:
  0  the picture is written
  2  a function or the command line is wrong
"""

MOST_FUNCTIONS = 12


@click.command(epilog=EXIT_STATUS)
@click.argument("functions", metavar="FUNCTION...", nargs=-1, required=True)
@click.option("-o", "--output", metavar="FILE", help="Write to this .svg, .tex or .pdf file.  [default: SVG, printed]")
@click.option("--range", "span", metavar="A,B", default="-4,4", show_default=True, help="From where to where.")
@click.option("--kink", metavar="NUMBER", default="0", show_default=True, help="The derivative where there is none.")
@click.option("--together", is_flag=True, help="Draw a function and its derivative over each other.")
@click.option("--bare", is_flag=True, help="Write the tikzpicture alone to a .tex file, for a document of your own.")
@click.option("--debug", is_flag=True, envvar="DERIVE_DEBUG", help="Show the traceback of an internal error.")
def plot(
    functions: tuple[str, ...],
    output: str | None,
    span: str,
    kink: str,
    together: bool,
    bare: bool,
    debug: bool,
) -> int:
    """Plot each FUNCTION beside its derivative, with open and closed points where one of them breaks."""
    outcomes: list[Outcome] = []
    with one_line_for_errors("derive plot", debug, outcomes):
        check_output(output, bare=bare)
        write_picture(_plot(functions, span, kink, together=together), output, bare=bare)
    return BAD_INPUT if outcomes else NOTHING_WRONG


def _plot(functions: tuple[str, ...], span: str, kink: str, *, together: bool) -> "Scene":
    from derive.errors import DocumentError
    from derive.figures.plot import plot_of

    if len(functions) > MOST_FUNCTIONS:
        raise DocumentError("derive plot", f"at most {MOST_FUNCTIONS} functions stand in one picture")
    value = read_number(kink)
    if value is None:
        raise DocumentError("derive plot", f"--kink is a number such as 0 or 1/2, not {kink[:40]}")
    return plot_of(_checked(functions, value), _span(span), value, together=together)


def _checked(functions: tuple[str, ...], kink: Fraction) -> tuple[str, ...]:
    """The functions, each of which can be plotted. Raises `DocumentError`, with the one that can not."""
    from derive.errors import DocumentError, FormulaError
    from derive.figures.curves import curve
    from derive.figures.functions import read_function

    for text in functions:
        try:
            function = read_function(text, kink)
            for value in (function.value, function.slope):
                curve(value, function.variable, (Fraction(0), Fraction(1)))
        except FormulaError as error:
            raise DocumentError(f"derive plot: {text[:60]}", error.problem) from None
    return functions


def _span(text: str) -> tuple[Fraction, Fraction]:
    from derive.errors import DocumentError

    ends = [read_number(part.strip()) for part in text.split(",")]
    if len(ends) == 2 and ends[0] is not None and ends[1] is not None and ends[0] < ends[1]:
        return ends[0], ends[1]
    raise DocumentError("derive plot", f"--range is two numbers, the smaller one first, such as -4,4, not {text[:40]}")
