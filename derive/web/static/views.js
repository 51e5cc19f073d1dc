// What is shown where there is little room: the text, the equations, or one below the other.

export function chooseViews(buttons, main) {
  const show = (view) => {
    main.dataset.view = view;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === view));
  };
  for (const button of buttons) button.addEventListener("click", () => show(button.value));
  show("both");
  // Shows a pane that is hidden.
  return (pane) => main.dataset.view !== "both" && main.dataset.view !== pane && show(pane);
}

// Does something for which both panes must be there, as one that has the focus must; nothing of it is seen.
export function withBothShown(main, act) {
  const { view } = main.dataset;
  main.dataset.view = "both";
  act();
  main.dataset.view = view;
}
