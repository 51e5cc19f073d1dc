// Where mathematics stands in a document: its displays, its formulas within lines, and the lines of its setting.
// This is for showing brackets and the equation at the caret; what is checked, the server reads by itself.

const FENCE = /^(```+|~~~+)[ \t]*(\{?math\}?)?[^\n]*\n/;
const ENVIRONMENT = /\\begin\s*\{((?:equation|align|alignat|aligned|gather|multline|split|eqnarray|flalign)\*?)\}/y;
const OPENER = /\\\[|\\\(|\\begin\s*\{|\\[^]|\$\$?|`+|<!--|%|^(?:```|~~~)/gm;
const CLOSERS = { "\\[": "\\]", "\\(": "\\)", "$$": "$$", $: "$" };

// The stretches of mathematics in a text, in its order: {start, end}; isOpen where the end is missing.
export function passagesOf(text, isLatex) {
  const found = settingOf(text, isLatex);
  const next = finderIn(text);
  let at = found.length ? found.at(-1).end : 0;
  while (at < text.length) {
    OPENER.lastIndex = at;
    const opener = OPENER.exec(text);
    if (!opener) break;
    const passage = passageAt(text, opener, isLatex, next);
    if (passage.isMathematics) found.push(passage);
    at = Math.max(passage.end, opener.index + opener[0].length);
  }
  return found;
}

// The lines of the setting at the head of a document: each may hold a formula.
function settingOf(text, isLatex) {
  const head = isLatex ? /^(?:%[^\n]*\n)+/.exec(text) : /^---[ \t]*\n[^]*?\n---[ \t]*(?:\n|$)/.exec(text);
  if (!head) return [];
  const lines = [...head[0].matchAll(/[^\n]+/g)];
  return lines.map(({ 0: line, index }) => ({ start: index, end: index + line.length, isSetting: true }));
}

// What begins at an opener: mathematics, or something to be passed over.
function passageAt(text, opener, isLatex, next) {
  const start = opener.index;
  const word = opener[0];
  if (word in CLOSERS) return mathematics(text, start, word.length, CLOSERS[word], next);
  if (word.startsWith("\\begin")) {
    ENVIRONMENT.lastIndex = start;
    const environment = ENVIRONMENT.exec(text);
    if (environment) return mathematics(text, start, 0, `\\end{${environment[1]}}`, next);
  }
  if (word === "%") return { end: isLatex ? next("\n", start) : start + 1 };
  if (isLatex || word.startsWith("\\")) return { end: start + word.length };
  if (word === "<!--") return { end: next("-->", start) };
  return fenced(text, start, next) ?? { end: next(word, start + word.length) + word.length };
}

// Mathematics up to its closer, which stands before the next blank line; else up to there, and open.
function mathematics(text, start, skipped, closer, next) {
  const blank = next("\n\n", start + skipped);
  const stop = next(closer, start + skipped);
  const isOpen = stop >= blank;
  return { start, end: isOpen ? blank : stop + closer.length, isMathematics: true, isOpen };
}

// A fence of code, of mathematics or of anything else; null where none begins.
function fenced(text, start, next) {
  const opening = FENCE.exec(text.slice(start, start + 200));
  if (!opening || (start > 0 && text[start - 1] !== "\n")) return null;
  const stop = next(`\n${opening[1]}`, start + opening[0].length - 1);
  const end = Math.min(stop + 1 + opening[1].length, text.length);
  return { start, end, isMathematics: Boolean(opening[2]), isOpen: stop === text.length };
}

// Finds the next of some words, or the text's end. Asked for places in rising order, it looks at no character twice.
function finderIn(text) {
  const last = new Map();
  return (word, from) => {
    const known = last.get(word);
    if (known >= from) return known;
    const at = text.indexOf(word, from);
    last.set(word, at < 0 ? text.length : at);
    return last.get(word);
  };
}
