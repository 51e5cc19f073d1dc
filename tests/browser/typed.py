"""What a person does on the page, in the tests' words."""

SETTING = r"""---
symbols:
  X: N x D
  W: D x C
  T: N x C
model:
  S: X W
  L: \frac{1}{2} \|S - T\|^2
loss: L
---

"""
RIGHT = r"$$\frac{\partial L}{\partial S} = S - T$$"
SLIP = r"$$\frac{\partial L}{\partial W} = X^T (T - S)$$"
MENDED = r"$$\frac{\partial L}{\partial W} = X^T (S - T)$$"
DOCUMENT = f"{SETTING}{RIGHT}\n\n{SLIP}\n"


def editor(page):
    return page.get_by_role("textbox", name="Derivation")


def write(page, text):
    """Puts a text at the caret in one go, as pasting does."""
    editor(page).focus()
    page.keyboard.insert_text(text)


def put(page, text):
    """Puts a text in place of all, however long it is; a browser would take seconds to type it."""
    editor(page).evaluate(
        "(field, text) => { field.value = text; field.dispatchEvent(new InputEvent('input')); field.focus(); }", text
    )


def replace(page, old, new):
    """Selects some words of the text and types others."""
    start = text_of(page).index(old)
    select(page, start, start + len(old))
    if new:
        page.keyboard.insert_text(new)
    else:
        page.keyboard.press("Delete")


def select(page, start, end=None):
    """Puts the caret at an offset, or selects up to another one."""
    editor(page).focus()
    editor(page).evaluate("(field, [start, end]) => field.setSelectionRange(start, end)", [start, end or start])


def text_of(page):
    return editor(page).input_value()


def selected(page):
    return editor(page).evaluate("(field) => field.value.slice(field.selectionStart, field.selectionEnd)")


def caret(page):
    return editor(page).evaluate("(field) => field.selectionStart")


def equations(page):
    return page.locator("#equations .equation")


def marked(page, kind):
    """The texts that are marked in the editor."""
    return page.locator(f"#mirror .{kind}")


def call(page, module, expression, *values):
    """What an expression gives of a script of the page, whose name in it is `it`."""
    wanted = f"async ([module, values]) => {{ const it = await import(module); return {expression}; }}"
    return page.evaluate(wanted, [f"/static/{module}", values])
