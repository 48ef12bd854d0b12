// Cards side by side, swiped, scrolled with the arrow keys, or turned with the buttons.

import { el, iconButton } from "../dom.js";
import { buttonRow } from "./buttons.js";
import { card, cardHead } from "./card.js";

export function carousel({ elements, image_aspect_ratio }, acts) {
  const cards = elements.map((element) => card(cardHead(element), buttonRow(element.buttons, acts)));
  if (image_aspect_ratio === "square") cards.forEach((element) => element.classList.add("square"));
  return cards.length === 1 ? cards[0] : strip(cards);
}

export function strip(cards) {
  cards.forEach((element, place) => {
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", `${place + 1} of ${cards.length}`);
  });
  const track = el("div.track", { tabIndex: 0, role: "group", "aria-label": `${cards.length} cards, side by side` }, ...cards);
  const turn = (way) => () => track.scrollBy({ left: way * (cards[0].offsetWidth + 8), behavior: "smooth" });
  const back = iconButton("back", "Card before", turn(-1), { hidden: true });
  const next = iconButton("next", "Next card", turn(1));
  const showEnds = () => {
    back.hidden = track.scrollLeft < 8;
    next.hidden = track.scrollLeft + track.clientWidth > track.scrollWidth - 8;
  };
  track.addEventListener("scroll", showEnds, { passive: true });
  return el("div.carousel", {}, track, back, next);
}
