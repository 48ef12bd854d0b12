// Two to six pictures in one message; a tap opens a page, sends a postback, or shows the picture.

import { button, el, link, picture } from "../dom.js";
import { showLarge } from "../content/pictures.js";
import { buttonRow } from "./buttons.js";
import { card, cardHead } from "./card.js";

export function imageGrid(payload, acts) {
  const { images, title, subtitle, buttons } = payload.elements?.[0] ?? payload;
  const cells = images.map((image, place) => cell(image, `Picture ${place + 1} of ${images.length}`, acts));
  const words = title || subtitle ? cardHead({ title, subtitle }) : null;
  return [card(el("div.grid", {}, ...cells), words, buttonRow(buttons, acts))];
}

function cell({ url, action, is_hero_image }, name, acts) {
  const kind = is_hero_image ? ".hero" : "";
  const shown = picture("", url, action?.title ?? name);
  if (action?.type === "web_url") return link(kind, action.url, shown);
  const tap = () => (action?.type === "postback" ? acts.tap({ title: action.title ?? name, payload: action.payload }) : showLarge(url, name));
  return button(kind, tap, {}, shown);
}
