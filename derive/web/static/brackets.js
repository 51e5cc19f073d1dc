// Brackets of mathematics: which belong together, which stand alone, and the pair at the caret.

const SIDE = /\\(left|right)(?![A-Za-z])\s*(?:\\[A-Za-z]+|\\?[^\s])/;
const EDGE = /\\(begin|end)\s*\{([^{}\n]*)\}/;
const OTHER = /\\[{}]|\\[A-Za-z]+|\\[^]|%[^\n]*|[()[\]{}]|\$\$?/;
const TOKEN = new RegExp([SIDE, EDGE, OTHER].map(({ source }) => source).join("|"), "g");
const PARTNERS = { "{": "}", "\\{": "\\}" };

// All brackets of some passages, in the text's order: {start, end, partner, isAlone}. A half-open interval [a, b) is
// a pair; round and square brackets never close across a brace, \left or \begin.
export function bracketsOf(text, passages) {
  return passages.flatMap((passage) => bracketsIn(text.slice(passage.start, passage.end), passage));
}

function bracketsIn(text, passage) {
  const found = [];
  const open = [];
  for (const match of text.matchAll(TOKEN)) {
    const bracket = bracketOf(match, passage, text.length);
    if (!bracket) continue;
    found.push(bracket);
    if (bracket.closes) close(bracket, open);
    else open.push(bracket);
  }
  for (const bracket of open) bracket.isAlone = true;
  return found;
}

// A token as a bracket, with what closes it or what it closes; null for any other token.
function bracketOf(match, { start, isOpen }, length) {
  const [word, side, edge, environment] = match;
  const place = { start: start + match.index, end: start + match.index + word.length, partner: null, isAlone: false };
  if (side) return { ...place, [side === "left" ? "opens" : "closes"]: "left" };
  if (edge) return { ...place, [edge === "begin" ? "opens" : "closes"]: `begin ${environment}` };
  if (word === "(" || word === "[") return { ...place, opens: "round", isSoft: true };
  if (word === ")" || word === "]") return { ...place, closes: "round", isSoft: true };
  if (word in PARTNERS) return { ...place, opens: PARTNERS[word] };
  if (word === "}" || word === "\\}") return { ...place, closes: word };
  return delimiterOf(word, place, match.index === 0, match.index + word.length === length && !isOpen);
}

// The delimiters of a formula are a pair as well: those at its two ends.
function delimiterOf(word, place, isFirst, isLast) {
  const kind = { $: "$", $$: "$$", "\\(": "\\(", "\\)": "\\(", "\\[": "\\[", "\\]": "\\[" }[word];
  if (!kind) return null;
  if (isFirst) return { ...place, opens: kind };
  return isLast ? { ...place, closes: kind } : null;
}

// Joins a closing bracket with the open one that it closes; soft ones in between stand alone.
function close(bracket, open) {
  const at = open.findLastIndex((other) => other.opens === bracket.closes || (bracket.isSoft && !other.isSoft));
  if (at < 0 || open[at].opens !== bracket.closes) {
    bracket.isAlone = true;
    return;
  }
  for (const alone of open.splice(at + 1)) alone.isAlone = true;
  const partner = open.pop();
  partner.partner = bracket;
  bracket.partner = partner;
}

// The bracket just before the caret, or else just behind it, with its partner; none where there is none.
export function pairAt(brackets, caret) {
  const here = brackets.find((each) => each.end === caret) ?? brackets.find((each) => each.start === caret);
  return here?.partner ? [here, here.partner] : [];
}
