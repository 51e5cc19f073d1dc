// Files that the page hands out: the text, and the report as the server writes it.

import { post } from "./stream.js";

export function saveText(name, text) {
  hand(new Blob([text], { type: "text/plain" }), name);
}

// Throws as `post` does.
export async function saveReport(contents) {
  const response = await post("/live/report", contents);
  hand(await response.blob(), `${contents.name.replace(/\.[^.]*$/, "") || "derivation"}.html`);
}

function hand(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
