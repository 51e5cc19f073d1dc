// Typing by program.

// Puts a text in place of what is selected, as if it were typed. The old command alone can be undone by the reader.
export function type(field, text) {
  const command = text === "" ? "delete" : "insertText";
  if (document.activeElement === field && document.execCommand(command, false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
