// Building elements. Texts are set as text: what a customer or a Page writes is never markup.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = "/_sandbox/static/icons.svg";

export const $ = (id) => document.getElementById(id);

// el("button.link", { title: "Edit", onclick }, "Edit", child…); a property or a child that is undefined, null or
// false is left out.
export function el(kind, properties = {}, ...children) {
  const [tag, ...classes] = kind.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter(isThere));
  return element;
}

export function button(kind, onclick, properties, ...children) {
  return el(`button${kind}`, { type: "button", onclick, ...properties }, ...children);
}

export function iconButton(name, label, onclick, properties = {}) {
  return button(".icon-button", onclick, { "aria-label": label, title: label, ...properties }, icon(name));
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

// Only the web and the sandbox's own files are ever linked to: no `javascript:`.
export const isAddress = (url) => typeof url === "string" && /^(https?:\/\/|\/_sandbox\/)/i.test(url);

export function link(kind, url, ...children) {
  const href = isAddress(url) ? url : undefined;
  return el(`a${kind}`, { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

// A picture that cannot be had says so instead of breaking.
export function picture(kind, url, alt) {
  const image = el(`img${kind}`, { src: isAddress(url) ? url : undefined, alt, loading: "lazy" });
  image.onerror = () => image.replaceWith(el(`span${kind}.lost`, { role: "img", "aria-label": alt || "Picture" }, icon("picture")));
  return image;
}

const isThere = (child) => child !== undefined && child !== null && child !== false;
