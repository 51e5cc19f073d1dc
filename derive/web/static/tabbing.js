// The Tab key: it indents, and after Escape it leaves the editor, so that nobody is trapped who has no mouse.

import { type } from "./typing.js";

const INDENT = "  ";

export function indentWithTab(field) {
  let leaves = false;
  field.addEventListener("keydown", (event) => {
    if (event.key === "Tab" && !leaves && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      if (event.shiftKey || spansLines(field)) indentLines(field, event.shiftKey);
      else type(field, INDENT);
    }
    if (event.key !== "Shift") leaves = event.key === "Escape";
  });
  field.addEventListener("blur", () => (leaves = false));
}

function spansLines(field) {
  return field.value.slice(field.selectionStart, field.selectionEnd).includes("\n");
}

// Indents all lines of the selection, or takes an indent away.
function indentLines(field, isOutwards) {
  const { value, selectionStart, selectionEnd } = field;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const lines = value.slice(start, selectionEnd);
  const indented = isOutwards ? lines.replace(/^(?: {1,2}|\t)/gm, "") : lines.replace(/^(?=[^\n])/gm, INDENT);
  if (indented === lines) return;
  field.setSelectionRange(start, selectionEnd);
  type(field, indented);
  const isOneLine = !lines.includes("\n");
  const caret = Math.max(selectionStart + indented.length - lines.length, start);
  field.setSelectionRange(isOneLine ? caret : start, start + indented.length);
}
