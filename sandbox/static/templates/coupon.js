// A coupon. Its code shows when asked for, and the app hears of that.

import { button, el, link } from "../dom.js";
import { textElement } from "../content/text.js";
import { card, cardHead } from "./card.js";

export function coupon(payload, acts) {
  const { title, subtitle = "Terms may apply.", image_url, coupon_pre_message, coupon_url, coupon_url_button_title } = payload;
  const actions = [
    payload.coupon_code && reveal(payload, acts),
    coupon_url && link("", coupon_url, coupon_url_button_title ?? "Shop now"),
  ];
  const shown = card(cardHead({ title, subtitle, image_url }), el("div.buttons", {}, ...actions.filter(Boolean)));
  return [coupon_pre_message && textElement(coupon_pre_message), shown];
}

function reveal({ coupon_code, payload }, acts) {
  const ask = button("", () => {
    ask.replaceWith(el("output.code", { tabIndex: -1 }, coupon_code));
    acts.tap({ title: "Reveal code", payload: payload ?? coupon_code });
  }, {}, "Reveal code");
  return ask;
}
