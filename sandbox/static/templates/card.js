// The parts that cards are made of.

import { el, link, picture } from "../dom.js";

export const card = (...parts) => el("div.card", {}, ...parts);

// Picture, title and subtitle; all of it opens `default_action`.
export function cardHead({ image_url, title, subtitle, default_action }) {
  const parts = [
    image_url && picture(".cover", image_url, ""),
    title && el("strong", {}, title),
    subtitle && el("p.quiet", {}, subtitle),
    default_action && el("p.host", {}, hostOf(default_action.url)),
  ];
  return default_action ? link(".head", default_action.url, ...parts.filter(Boolean)) : el("div.head", {}, ...parts);
}

// Names and what they are: [["Order", "1234"], …]; what is missing is left out.
export function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return el("dl.facts", {}, ...known.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

export function money(amount, currency) {
  if (amount === undefined || amount === null || amount === "") return undefined;
  try {
    return new Intl.NumberFormat([], { style: "currency", currency }).format(amount);
  } catch {
    return [amount, currency].filter(Boolean).join(" ");
  }
}

export function moment(text) {
  const time = new Date(text);
  return Number.isNaN(time.valueOf()) ? text : time.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

function hostOf(url) {
  try {
    return new URL(url).host;
  } catch {
    return null;
  }
}
