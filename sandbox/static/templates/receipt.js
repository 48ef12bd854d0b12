// What was bought, where it goes, what it cost.

import { el, link, picture } from "../dom.js";
import { card, facts, money } from "./card.js";

export function receipt(payload) {
  const { merchant_name, order_number, order_url, recipient_name, payment_method, timestamp, currency } = payload;
  const number = order_url ? link("", order_url, order_number) : order_number;
  return [
    el("section.card.receipt", { "aria-label": "Receipt" },
      el("p.label", {}, "Receipt"),
      el("strong", {}, merchant_name ?? "Order confirmation"),
      lines(payload.elements ?? [], currency),
      facts([
        ["Order", number],
        ["Ordered", timestamp && new Date(timestamp * 1000).toLocaleDateString([], { dateStyle: "medium" })],
        ["Paid with", payment_method],
        ["Ship to", address(recipient_name, payload.address)],
      ]),
      totals(payload),
    ),
  ];
}

function lines(elements, currency) {
  const line = ({ image_url, title, subtitle, quantity, price, currency: own }) => {
    const about = [subtitle, quantity && `Qty ${quantity}`].filter(Boolean).join(" · ");
    return el("li", {},
      image_url && picture("", image_url, ""),
      el("span.words", {}, el("strong", {}, title), about && el("small", {}, about)),
      el("span", {}, money(price, own ?? currency)));
  };
  return elements.length ? el("ul.lines", {}, ...elements.map(line)) : null;
}

function address(name, where) {
  if (!where) return name;
  const { street_1, street_2, city, state, postal_code, country } = where;
  const parts = [name, street_1, street_2, [city, state, postal_code].filter(Boolean).join(" "), country];
  return el("span.address", {}, parts.filter(Boolean).join("\n"));
}

function totals({ summary = {}, adjustments = [], currency }) {
  const off = adjustments.map(({ name, amount }) => [name ?? "Discount", amount && `−${money(amount, currency)}`]);
  const sums = facts([
    ["Subtotal", money(summary.subtotal, currency)],
    ["Shipping", money(summary.shipping_cost, currency)],
    ["Tax", money(summary.total_tax, currency)],
    ...off,
    ["Total", money(summary.total_cost, currency)],
  ]);
  sums.classList.add("totals");
  return sums;
}
