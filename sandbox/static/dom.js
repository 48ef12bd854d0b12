// Building elements. Texts are set as text: what a customer or a Page writes is never markup.

export const $ = (id) => document.getElementById(id);

// el("button.link", { title: "Edit", onclick }, "Edit", child…); a property that is undefined is left out.
export function el(kind, properties = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const isWebAddress = (url) => /^https?:\/\//i.test(url);
