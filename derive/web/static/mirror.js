// The layer behind the text: the same characters in the same places, unseen, which carries the numbers of lines, the
// underlines and the boxes around brackets. Only lines that changed are written again.

export class Mirror {
  #lines = [];

  constructor(element) {
    this.element = element;
  }

  // Shows a text, given as its lines, with marks: {start, end, kind}, offsets of the whole text.
  show(lines, starts, marks) {
    this.#keepWhatIsTheSame(lines);
    const ofLine = marksByLine(lines, starts, marks);
    lines.forEach((text, at) => write(this.#lines[at], text, ofLine.get(at) ?? []));
    this.element.parentElement.style.setProperty("--digits", String(lines.length).length);
  }

  // The place of a line in the layer, in pixels from its top; lines count from 1.
  placeOf(line) {
    const element = this.#element(line);
    return { top: element.offsetTop, height: element.offsetHeight };
  }

  // Marks one line as the caret's, and no other.
  showCurrent(line) {
    const element = this.#element(line);
    if (this.current === element) return;
    this.current?.classList.remove("current");
    this.current = element;
    element.classList.add("current");
  }

  #element(line) {
    return this.#lines[Math.min(line, this.#lines.length) - 1].element;
  }

  // Keeps the elements of the lines before and behind the change; makes or takes away those between.
  #keepWhatIsTheSame(lines) {
    const former = this.#lines;
    const behind = linesBehind(former, lines);
    const following = former.length - behind;
    const surplus = Math.max(former.length - lines.length, 0);
    const added = Array.from({ length: Math.max(lines.length - former.length, 0) }, newLine);
    const fragment = document.createDocumentFragment();
    for (const { element } of added) fragment.append(element);
    this.element.insertBefore(fragment, former[following]?.element ?? null);
    for (const { element } of former.slice(following - surplus, following)) element.remove();
    this.#lines = [...former.slice(0, following - surplus), ...added, ...former.slice(following)];
  }
}

// How many lines at the end are the same, not counting those that are the same from the start.
function linesBehind(former, lines) {
  const most = Math.min(former.length, lines.length);
  let before = 0;
  while (before < most && former[before].text === lines[before]) before += 1;
  let behind = 0;
  while (behind < most - before && former.at(-1 - behind).text === lines.at(-1 - behind)) behind += 1;
  return behind;
}

function newLine() {
  return { element: document.createElement("div"), text: null, key: null };
}

// The marks of each line, by the line's place in the list, with offsets in that line.
function marksByLine(lines, starts, marks) {
  const found = new Map();
  for (const { start, end, kind } of marks) {
    for (let at = lastAtMost(starts, start); at < lines.length && (starts[at] < end || starts[at] === start); at += 1) {
      const from = Math.max(start - starts[at], 0);
      const to = Math.min(end - starts[at], lines[at].length);
      if (!found.has(at)) found.set(at, []);
      found.get(at).push({ from, to, kind });
    }
  }
  return found;
}

function lastAtMost(starts, offset) {
  let at = 0;
  let step = 1 << 30;
  for (; step > 0; step >>= 1) if (at + step < starts.length && starts[at + step] <= offset) at += step;
  return at;
}

// Writes one line, if its text or its marks are other than before.
function write(line, text, marks) {
  const key = marks.map(({ from, to, kind }) => `${from}-${to}-${kind}`).join();
  if (line.text === text && line.key === key) return;
  line.text = text;
  line.key = key;
  const pieces = piecesOf(text, marks);
  pieces.forEach((piece, at) => fill(line.element.childNodes[at] ?? line.element.appendChild(newSlot(at)), piece));
  [...line.element.childNodes].slice(pieces.length).forEach((slot) => fill(slot, { text: "", kinds: "" }));
  line.element.dataset.kinds = [...new Set(marks.map(({ kind }) => kind))].join(" ");
}

// A line's text cut where marks begin and end: {text, kinds}, in turn without marks and with some.
function piecesOf(text, marks) {
  const cuts = [...new Set([0, text.length, ...marks.flatMap(({ from, to }) => [from, to])])].sort((a, b) => a - b);
  const pieces = [{ text: "", kinds: "" }];
  cuts.slice(1).forEach((cut, at) => {
    const kinds = marks.filter(({ from, to }) => from <= cuts[at] && cut <= to).map(({ kind }) => kind);
    const piece = { text: text.slice(cuts[at], cut), kinds: kinds.join(" ") };
    if (piece.kinds) pieces.push(piece, { text: "", kinds: "" });
    else pieces.at(-1).text += piece.text;
  });
  return pieces;
}

// The places of a line's pieces, in turn a text and a span. They stay when they are empty: wherever an element of the
// page goes, a browser takes what is typed from then on for another thing to undo.
function newSlot(at) {
  if (at % 2 === 0) return document.createTextNode("");
  const span = document.createElement("span");
  span.append("");
  return span;
}

function fill(slot, { text, kinds }) {
  const node = slot.firstChild ?? slot;
  if (node.data !== text) node.data = text;
  if (node !== slot) slot.className = kinds;
}
