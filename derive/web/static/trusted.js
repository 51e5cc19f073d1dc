// The one place where markup becomes elements. It comes from the server, which has escaped every text in it; everything
// else on the page is written as text.

const asItIs = { createHTML: (html) => html };
const policy = globalThis.trustedTypes?.createPolicy("derive", asItIs) ?? asItIs;

export function elementFrom(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  return template.content.firstElementChild;
}
