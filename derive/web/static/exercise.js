// The page on which an exercise is answered: the state of its parts beside the equations, and handing in.

import { checking, contents, editor, keepAsSaved } from "./check.js";
import { HandingIn } from "./handing-in.js";
import { Parts } from "./parts.js";

const part = (name) => document.getElementById(name);
const list = part("parts");

if (list) {
  const parts = new Parts(list, part("marks"), part("whole"));
  const takers = { part: (event) => parts.take(event), marks: (event) => parts.finish(event), problem: () => parts.rest() };
  checking.addEventListener("begin", () => parts.begin());
  checking.addEventListener("events", ({ detail }) => detail.forEach((event) => takers[event.event]?.(event)));
}

const handingIn = new HandingIn(part("hand-in"), () => contents());
part("hand-in-button").addEventListener("click", () => handingIn.ask());
handingIn.addEventListener("handed-in", ({ detail }) => {
  keepAsSaved();
  if (detail === null) location.reload();
  else show(detail);
});

// Shows the marks in place of the editor, until the writer goes on.
function show(elements) {
  const result = part("result");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "chief";
  button.append("Back to the answer");
  button.addEventListener("click", () => {
    document.body.classList.remove("handed-in");
    result.hidden = true;
    editor.field.focus();
  });
  result.replaceChildren(elements, button);
  document.body.classList.add("handed-in");
  result.hidden = false;
  result.scrollTop = 0;
  result.focus();
}

// Where there is little room the question makes way for the writer, and is opened by whoever wants to read it again.
if (matchMedia("(max-width: 50rem)").matches) {
  if (list) list.open = false;
  editor.field.addEventListener("focus", () => (part("question").open = false), { once: true });
}
