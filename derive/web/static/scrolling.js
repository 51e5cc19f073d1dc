// The text and the equations scroll together. The one that the reader touched last leads; the other one follows, and
// what it scrolls by itself moves nothing.

export function joinScrolling(editor, equations) {
  const topOf = ({ line }) => editor.mirror.placeOf(line).top;
  const text = { box: editor.scroller, heights: () => equations.places.map(topOf) };
  const read = { box: equations.element, heights: () => equations.places.map(({ top }) => top) };
  let leader = text;
  const scrollOther = (pane) => {
    follow(pane, pane === text ? read : text);
    if (pane === text && editor.isCaretShown()) equations.revealCurrent();
  };
  for (const pane of [text, read]) {
    const lead = () => (leader = pane);
    for (const event of ["pointerdown", "pointermove", "wheel", "touchstart", "keydown", "focusin"]) {
      pane.box.addEventListener(event, lead, { passive: true });
    }
    pane.box.addEventListener("scroll", () => leader === pane && scrollOther(pane), { passive: true });
  }
}

// Scrolls a box as little as needed to show what stands at a height in it; the top of what is higher than the box.
export function showWithin(box, top, height) {
  if (top < box.scrollTop || height > box.clientHeight) box.scrollTop = top;
  else if (top + height > box.scrollTop + box.clientHeight) box.scrollTop = top + height - box.clientHeight;
}

// Scrolls one pane to where the other one is. The point that is compared wanders from the top of the view to its bottom
// as the view does, so that both panes come to their ends together.
function follow(leader, follower) {
  const room = leader.box.scrollHeight - leader.box.clientHeight;
  if (room <= 0 || follower.box.clientHeight === 0) return;
  const share = leader.box.scrollTop / room;
  const from = stops(leader);
  const to = stops(follower);
  const wanted = interpolated(leader.box.scrollTop + share * leader.box.clientHeight, from, to);
  follower.box.scrollTop = wanted - share * follower.box.clientHeight;
}

// The heights that belong together in the two panes: the top, every equation, the bottom.
function stops({ box, heights }) {
  return [0, ...heights(), box.scrollHeight];
}

function interpolated(height, from, to) {
  let at = 1;
  while (at < from.length - 1 && from[at] < height) at += 1;
  const span = from[at] - from[at - 1];
  const part = span > 0 ? (height - from[at - 1]) / span : 1;
  return to[at - 1] + part * (to[at] - to[at - 1]);
}
