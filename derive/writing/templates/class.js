"use strict";
// Sorts the list of students by any column, and shows those that hold some words.
(() => {
  const table = document.querySelector("#students table");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row, at) => ({ row, at, text: row.textContent.toLowerCase() }));
  const order = ["right", "partial", "review", "wrong", "missing"];

  const field = document.querySelector(".find input");
  const shown = document.querySelector(".find output");
  const filter = () => {
    const words = field.value.trim().toLowerCase();
    let count = 0;
    for (const each of rows) {
      each.row.hidden = !each.text.includes(words);
      count += !each.row.hidden;
    }
    shown.textContent = `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")}`;
  };
  field.addEventListener("input", filter);
  document.querySelector(".find").hidden = false;
  filter();

  const keyOf = (row, column) => {
    const cell = row.cells[column];
    const status = order.indexOf(cell.className);
    if (status >= 0) return status;
    return cell.classList.contains("points") ? parseFloat(cell.textContent) : cell.textContent.trim().toLowerCase();
  };
  const heads = [...table.tHead.rows[0].cells];
  const sort = (column) => {
    const direction = heads[column].getAttribute("aria-sort") === "ascending" ? -1 : 1;
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    for (const each of rows) each.key = keyOf(each.row, column);
    const ordered = [...rows].sort((a, b) => direction * (a.key > b.key ? 1 : a.key < b.key ? -1 : 0) || a.at - b.at);
    body.append(...ordered.map((each) => each.row));
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });
})();
