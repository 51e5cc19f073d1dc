// Makes one element like another by changing as little as possible, so that what has the focus keeps it, and whatever
// the reader opened stays open.

export function patch(element, wanted) {
  if (element.isEqualNode(wanted)) return;
  patchAttributes(element, wanted);
  const children = [...element.childNodes];
  [...wanted.childNodes].forEach((child, at) => patchChild(element, children[at], child));
  for (const surplus of children.slice(wanted.childNodes.length)) surplus.remove();
}

function patchChild(element, child, wanted) {
  if (!child) element.append(wanted);
  else if (child.nodeName !== wanted.nodeName) child.replaceWith(wanted);
  else if (child.nodeType === Node.ELEMENT_NODE) patch(child, wanted);
  else if (child.nodeValue !== wanted.nodeValue) child.nodeValue = wanted.nodeValue;
}

function patchAttributes(element, wanted) {
  for (const { name } of [...element.attributes]) {
    if (name !== "open" && !wanted.hasAttribute(name)) element.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (name !== "open" && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}
