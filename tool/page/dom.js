// Makes elements, and brings those on the page to what they should be without losing focus, selection or what is unfolded.
// Texts from outside become text nodes only.

const svgNamespace = 'http://www.w3.org/2000/svg';

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== null && value !== false)
      node.setAttribute(name, value === true ? '' : String(value));
  node.append(...children.flat(Infinity).filter(child => child !== undefined && child !== null && child !== false));
  return node;
}

export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function drawing(name, attributes = {}, ...children) {
  return filled(document.createElementNS(svgNamespace, name), attributes, children);
}

// A <details> keeps what its reader did to it.
const belongsToTheReader = (node, name) => node.localName === 'details' && name === 'open';

function takeAttributes(shown, wanted) {
  for (const {name} of [...shown.attributes])
    if (!wanted.hasAttribute(name) && !belongsToTheReader(shown, name))
      shown.removeAttribute(name);
  for (const {name, value} of wanted.attributes)
    if (shown.getAttribute(name) !== value)
      shown.setAttribute(name, value);
}

const isSameThing = (shown, wanted) => shown.nodeName === wanted.nodeName && shown.dataset?.key === wanted.dataset?.key;

function become(shown, wanted) {
  if (shown.nodeType === Node.TEXT_NODE) {
    if (shown.data !== wanted.data)
      shown.data = wanted.data;
    return;
  }
  takeAttributes(shown, wanted);
  showChildren(shown, [...wanted.childNodes]);
}

// Elements with a data-key are found again wherever they were among their siblings; all others by their place.
export function showChildren(parent, wanted) {
  const keyed = new Map([...parent.children].filter(child => child.dataset?.key).map(child => [child.dataset.key, child]));
  wanted.forEach((child, index) => {
    const there = parent.childNodes[index];
    const same = child.dataset?.key ? keyed.get(child.dataset.key) : there;
    if (!same || !isSameThing(same, child)) {
      parent.insertBefore(child, there ?? null);
      return;
    }
    if (same !== there)
      parent.insertBefore(same, there);
    become(same, child);
  });
  while (parent.childNodes.length > wanted.length)
    parent.lastChild.remove();
}
