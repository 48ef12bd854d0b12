// One picture, or several side by side; a tap shows it large.

import { button, el, iconButton, isAddress, picture } from "../dom.js";

export function picturesElement(urls) {
  const count = urls.length === 1 ? "one" : "several";
  return el(`div.pictures.${count}`, {}, ...urls.map((url, place) => pictureElement(url, urls.length, place + 1)));
}

function pictureElement(url, count, number) {
  const name = count === 1 ? "Picture" : `Picture ${number} of ${count}`;
  if (!isAddress(url)) return el("p.bubble.quiet", {}, "Attachment unavailable");
  return button(".picture", () => showLarge(url, name), { "aria-label": name }, picture("", url, ""));
}

export function showLarge(url, name) {
  const viewer = el("dialog.viewer", { "aria-label": name, onclose: () => viewer.remove() });
  viewer.append(iconButton("close", "Close", () => viewer.close()), picture("", url, name));
  viewer.addEventListener("click", (event) => event.target === viewer && viewer.close());
  document.body.append(viewer);
  viewer.showModal();
}
