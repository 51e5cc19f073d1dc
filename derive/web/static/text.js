// Places in a text: what a change does to them, and in which line they stand. Offsets count UTF-16 units, lines from 1.
// And the words of an element.

// The one stretch in which two texts differ: where it starts, and how many characters went and came.
export function changeBetween(before, after) {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  let removed = before.length - start;
  let added = after.length - start;
  while (removed > 0 && added > 0 && before.charCodeAt(start + removed - 1) === after.charCodeAt(start + added - 1)) {
    removed -= 1;
    added -= 1;
  }
  return { start, removed, added };
}

// Where an offset stands after a change; one inside what went stands at the change's start.
export function moved(offset, { start, removed, added }) {
  if (offset <= start) return offset;
  return offset >= start + removed ? offset + added - removed : start;
}

// The offset at which each line starts.
export function lineStarts(text) {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

// The line in which an offset stands.
export function lineAt(starts, offset) {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

// The offset at which a line starts; the last line's, where there are not so many.
export function startOfLine(starts, line) {
  return starts[Math.min(Math.max(line, 1), starts.length) - 1];
}

// Says words in an element that holds nothing else. Its text stays the same node: see `newSlot` of the mirror.
export function setWords(element, words) {
  if (element.firstChild === null) element.append("");
  if (element.firstChild.data !== words) element.firstChild.data = words;
}
