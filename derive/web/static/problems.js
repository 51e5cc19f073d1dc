// The steps that somebody should look at, as places in the text: to underline, to step through, to say at the caret.

import { lineAt, startOfLine } from "./text.js";

const VERDICTS = ["refuted", "unknown", "unreadable"];

export class Problems {
  #list = [];

  constructor(editor) {
    this.editor = editor;
  }

  // Takes the steps' problems, by their places.
  take(steps) {
    const problems = steps.filter(({ verdict }) => VERDICTS.includes(verdict)).map((step) => placed(step, this.editor));
    this.#list = problems.sort((a, b) => a.start - b.start);
    this.editor.underline(this.#list.map(({ start, end, verdict }) => ({ start, end, kind: verdict })));
  }

  get count() {
    return this.#list.length;
  }

  // The problem at the caret: the one that holds it, else one that begins in its line.
  atCaret() {
    const { caret, line, starts } = this.editor;
    const holding = this.#list.findLast(({ start, end }) => start <= caret && caret <= end);
    return holding ?? this.#list.find(({ start }) => lineAt(starts, start) === line) ?? null;
  }

  // The next problem behind the caret, or the one before it; at the end it goes on from the other end.
  neighbour(isBackwards) {
    const { caret } = this.editor;
    if (isBackwards) return this.#list.findLast(({ start }) => start < caret) ?? this.#list.at(-1);
    return this.#list.find(({ start }) => start > caret) ?? this.#list[0];
  }
}

// A step with the stretch of text that it is about: its own, or the line of its equation; never without a character.
function placed(step, { starts, text }) {
  const start = step.start ?? startOfLine(starts, step.line);
  const newline = text.indexOf("\n", start);
  const end = step.end ?? (newline < 0 ? text.length : newline);
  if (end > start) return { ...step, start, end };
  const isAtEnd = start >= text.length || text[start] === "\n";
  return { ...step, start: isAtEnd ? Math.max(start - 1, 0) : start, end: isAtEnd ? start : start + 1 };
}

// A problem in one line of plain words.
export function wordsOf({ verdict, message, start }, starts) {
  return `Line ${lineAt(starts, start)}, ${verdict}: ${message}`;
}
