// The Page's persistent menu: by the composer, or in place of it.

import { $, button, el, icon, link } from "./dom.js";
import { byLocale } from "./messenger_profile.js";
import { openSheet } from "./sheet.js";

let menu = null;
let tap;

export function listenForMenu(tapped) {
  tap = tapped;
  $("open-menu").onclick = $("only-menu").onclick = () => open(menu.call_to_actions);
}

// Show the menu's button; return whether the menu replaces the composer.
export function showMenu(persistent_menu) {
  menu = byLocale(persistent_menu);
  if (!menu?.call_to_actions?.length) menu = null;
  $("open-menu").hidden = !menu;
  return { isAlone: Boolean(menu?.composer_input_disabled) };
}

function open(items, title = "Menu", back) {
  const again = () => open(items, title, back);
  openSheet(title, (close) => el("ul.menu", {}, ...items.map((item) => el("li", {}, entry(item, close, again)))), back);
}

function entry(item, close, again) {
  if (item.type === "nested") return button("", () => open(item.call_to_actions, item.title, again), {}, item.title, icon("next"));
  if (item.type === "web_url") return link("", item.url, item.title, icon("link"));
  const tapped = () => {
    close();
    tap({ title: item.title, payload: item.payload });
  };
  return button("", tapped, {}, item.title);
}
