// A sheet that slides over the phone: a menu, a form. One at a time; what is behind it cannot be reached meanwhile.

import { $, el, iconButton } from "./dom.js";

let opened = null; // {veil, returnTo}

// `build(close)` makes what is in it; `back`, if given, is where the arrow leads.
export function openSheet(title, build, back) {
  const returnTo = opened?.returnTo ?? document.activeElement;
  remove();
  const head = el("header", {}, back && iconButton("back", "Back", back), el("h2", {}, title), iconButton("close", "Close", closeSheet));
  const sheet = el("section.sheet", { role: "dialog", "aria-modal": "true", "aria-label": title }, head, build(closeSheet));
  const veil = el("div.veil", {}, sheet);
  veil.addEventListener("click", (event) => event.target === veil && closeSheet());
  for (const other of $("phone").children) other.inert = true;
  $("phone").append(veil);
  opened = { veil, returnTo };
  (sheet.querySelector(":scope > header ~ * :is(button, a, input, textarea)") ?? sheet.querySelector("button")).focus();
}

export function closeSheet() {
  const returnTo = opened?.returnTo;
  remove();
  returnTo?.focus();
}

function remove() {
  if (!opened) return;
  opened.veil.remove();
  for (const other of $("phone").children) other.inert = false;
  opened = null;
}

document.addEventListener("keydown", (event) => event.key === "Escape" && opened && closeSheet());
