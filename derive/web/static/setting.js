// The setting as a table: what each name stands for, written, inferred or asked for. What is changed in it is written to
// the head of the text, as if it were typed: undoing in the editor takes it back.

import { checking, contents, editor } from "./check.js";
import { SettingTable } from "./setting-table.js";
import { post, Refusal } from "./stream.js";
import { setWords } from "./text.js";
import { withBothShown } from "./views.js";

const part = (name) => document.getElementById(name);
const details = part("setting");
const table = new SettingTable(details.querySelector(".rows"));
const said = part("setting-said");

checking.addEventListener("events", ({ detail }) => {
  const done = detail.find(({ event }) => event === "done");
  if (done?.setting) show(done.setting);
});
table.addEventListener("correct", ({ detail }) => correct(detail));
part("write-setting").addEventListener("click", () => correct({ all: true }));

function show(rows) {
  const count = (origin) => rows.filter((row) => row.origin === origin && row.section === "symbols").length;
  const counts = [["inferred", "inferred"], ["asked", "asked for"]].filter(([origin]) => count(origin) > 0);
  details.hidden = rows.length === 0;
  setWords(details.querySelector(".counts"), counts.map(([origin, words]) => `${count(origin)} ${words}`).join(", "));
  part("write-setting").disabled = count("inferred") === 0;
  table.show(rows);
}

// Asks the server for the text with a correction, and puts it into the editor.
async function correct({ row, value, all }) {
  const { name, text } = contents();
  const body = { name, text, all: Boolean(all), corrections: {}, sizes: {} };
  if (row) body[row.section === "dims" ? "sizes" : "corrections"][row.name] = value;
  said.textContent = "";
  try {
    const answer = await (await post("/live/setting", body)).json();
    if (editor.text !== text) return table.tell(row, "The text has changed meanwhile; try again.");
    withBothShown(document.querySelector("main"), () => editor.replace(answer.text));
    table.accept(row);
    said.textContent = row ? `${row.name} is written to the head of the text.` : "The setting is written to the head of the text.";
  } catch (error) {
    const words = error instanceof Refusal ? error.message : "The server does not answer.";
    if (row) table.tell(row, words);
    else said.textContent = words;
  }
}
