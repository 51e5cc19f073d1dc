// Files that are opened or dropped: LaTeX, Markdown, notebooks. What cannot be read gets one line.

import { post } from "./stream.js";

const ENDINGS = [".md", ".tex", ".ipynb"];
const LARGEST = 50_000_000;

export class Opening extends EventTarget {
  constructor({ button, input, overlay }) {
    super();
    button.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.#open([...input.files]);
      input.value = "";
    });
    this.#takeDrops(overlay);
  }

  #takeDrops(overlay) {
    const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
    addEventListener("dragover", (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      overlay.hidden = false;
    });
    addEventListener("dragleave", (event) => (overlay.hidden ||= event.relatedTarget === null));
    addEventListener("drop", (event) => {
      overlay.hidden = true;
      if (!holdsFiles(event)) return;
      event.preventDefault();
      this.#open([...event.dataTransfer.files]);
    });
  }

  // Opens the first file of a kind that is read.
  async #open(files) {
    const file = files.find(({ name }) => ENDINGS.some((ending) => name.toLowerCase().endsWith(ending)));
    try {
      if (!files.length) return;
      if (!file) throw new Error(`${files[0].name}: only .md, .tex and .ipynb files can be opened.`);
      if (file.size > LARGEST) throw new Error(`${file.name}: the file is too large.`);
      const response = await post("/live/open", { name: file.name, text: withoutOutputs(await textOf(file), file.name) });
      this.dispatchEvent(new CustomEvent("opened", { detail: await response.json() }));
    } catch (error) {
      const message = error instanceof TypeError ? `${file.name}: the server does not answer.` : error.message;
      this.dispatchEvent(new CustomEvent("refused", { detail: message }));
    }
  }
}

async function textOf(file) {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${file.name}: the file is not a text in UTF-8.`);
  }
}

// A notebook without what its code has put out, which is most of it and is not read. The server says what is no notebook.
function withoutOutputs(text, name) {
  if (!name.toLowerCase().endsWith(".ipynb")) return text;
  try {
    return JSON.stringify(JSON.parse(text), (key, value) => (["outputs", "attachments"].includes(key) ? undefined : value));
  } catch {
    return text;
  }
}
