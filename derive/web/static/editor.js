// The editor: a plain text field, so that undoing, input methods, screen readers and phones work as everywhere, with a
// mirror behind it. It says "change" when the text changed and "caret" when the caret moved.

import { bracketsOf, pairAt } from "./brackets.js";
import { Mirror } from "./mirror.js";
import { passagesOf } from "./passages.js";
import { showWithin } from "./scrolling.js";
import { indentWithTab } from "./tabbing.js";
import { changeBetween, lineAt, lineStarts, moved, startOfLine } from "./text.js";
import { type } from "./typing.js";

// What is shown above and below a line that is gone to, in pixels.
const MARGIN = 48;

export class Editor extends EventTarget {
  #underlines = [];

  constructor(field, mirror, scroller) {
    super();
    this.field = field;
    this.scroller = scroller;
    this.mirror = new Mirror(mirror);
    this.isLatex = false;
    this.#read();
    indentWithTab(field);
    field.addEventListener("input", () => this.#changed());
    document.addEventListener("selectionchange", () => this.#caretMoved());
    field.addEventListener("focus", () => this.#caretMoved());
  }

  // The caret, or the start of what is selected.
  get caret() {
    return this.field.selectionStart;
  }

  get line() {
    return lineAt(this.starts, this.caret);
  }

  // Whether the text is LaTeX, in which a % begins a comment, or Markdown.
  setLatex(isLatex) {
    this.isLatex = isLatex;
    this.#read();
    this.#show();
  }

  // Underlines stretches of the text: {start, end, kind}.
  underline(marks) {
    this.#underlines = marks;
    this.#show();
  }

  // Puts another text in place of all. Nothing can be undone from there: browsers take seconds to type a long text.
  replaceAll(text) {
    this.field.value = text;
    this.field.focus();
    this.field.setSelectionRange(0, 0);
    this.scroller.scrollTop = 0;
    this.#changed();
  }

  // Puts another text in place of this one by typing where they differ: caret, focus and what is seen stay.
  replace(text) {
    const change = changeBetween(this.text, text);
    const { scrollTop } = this.scroller;
    const focused = document.activeElement;
    const [start, end] = [this.field.selectionStart, this.field.selectionEnd].map((offset) => moved(offset, change));
    this.field.focus({ preventScroll: true });
    this.field.setSelectionRange(change.start, change.start + change.removed);
    type(this.field, text.slice(change.start, change.start + change.added));
    this.field.setSelectionRange(start, end);
    this.scroller.scrollTop = scrollTop;
    focused?.focus({ preventScroll: true });
  }

  // Selects a stretch of the text and shows it.
  select(start, end) {
    this.field.focus({ preventScroll: true });
    this.field.setSelectionRange(start, end);
    this.reveal(lineAt(this.starts, start));
  }

  lineAt(offset) {
    return lineAt(this.starts, offset);
  }

  goToLine(line) {
    const start = startOfLine(this.starts, line);
    this.select(start, start);
  }

  // Scrolls as little as needed to show a line with a little around it.
  reveal(line) {
    const { top, height } = this.mirror.placeOf(line);
    showWithin(this.scroller, top - MARGIN, height + 2 * MARGIN);
  }

  // Whether the line of the caret is in view.
  isCaretShown() {
    const { top, height } = this.mirror.placeOf(this.line);
    const { scrollTop, clientHeight } = this.scroller;
    return scrollTop <= top && top + height <= scrollTop + clientHeight;
  }

  // The mathematics in which an offset stands: {start, end}, or undefined.
  passageAt(offset) {
    return this.passages.find(({ start, end, isSetting }) => !isSetting && start <= offset && offset <= end);
  }

  #read() {
    this.text = this.field.value;
    this.starts = lineStarts(this.text);
    this.passages = passagesOf(this.text, this.isLatex);
    this.brackets = bracketsOf(this.text, this.passages);
  }

  #changed() {
    const change = changeBetween(this.text, this.field.value);
    const { text, starts } = this;
    this.#read();
    const movedLine = (line) => lineAt(this.starts, moved(startOfLine(starts, line), change));
    if (text !== this.text) this.dispatchEvent(new CustomEvent("change", { detail: { change, movedLine } }));
    this.#show();
  }

  #caretMoved() {
    if (document.activeElement !== this.field || this.caret === this.lastCaret) return;
    this.#show();
    this.dispatchEvent(new Event("caret"));
  }

  #show() {
    this.lastCaret = this.caret;
    const pair = pairAt(this.brackets, this.caret);
    const alone = this.brackets.filter((bracket) => bracket.isAlone && !isAtCaret(bracket, this.caret));
    const marks = [
      ...this.#underlines,
      ...pair.map(({ start, end }) => ({ start, end, kind: "pair" })),
      ...alone.map(({ start, end }) => ({ start, end, kind: "alone" })),
    ];
    this.mirror.show(this.text.split("\n"), this.starts, marks);
    this.mirror.showCurrent(this.line);
  }
}

// A bracket that is just being typed has no partner yet, and is no mistake.
function isAtCaret({ start, end }, caret) {
  return start <= caret && caret <= end;
}
