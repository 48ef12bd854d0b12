// Products: of a catalogue that only Facebook has, so an app's are known by their ids; a customer's come with words.

import { el } from "../dom.js";
import { card, cardHead } from "./card.js";
import { strip } from "./carousel.js";

export function products(payload) {
  const elements = payload.product?.elements ?? payload.elements;
  const cards = elements.map((product) => card(product.title ? cardHead(product) : unnamed(product)));
  return [cards.length === 1 ? cards[0] : strip(cards)];
}

const unnamed = ({ id }) => el("div.head", {}, el("p.label", {}, "Product"), el("strong", {}, id), el("p.quiet", {}, "From the catalogue"));
