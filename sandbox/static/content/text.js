// What was written. Addresses in it can be opened; one to three emoji alone are shown large.

import { el, link } from "../dom.js";

const ADDRESS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]'’”])/i;
const FEW_EMOJI = /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F?)(?:[\u200D\uFE0F]|\p{Emoji_Modifier}|\p{Emoji_Presentation}|\p{Extended_Pictographic}){0,7}$/u;

export function textElement(text) {
  const kind = FEW_EMOJI.test(text) ? "p.large" : "p.bubble.text";
  const parts = text.split(ADDRESS).map((part, place) => (place % 2 ? link("", part, part) : part));
  return el(kind, {}, ...parts);
}
