// Templates: cards that an app sends. Each kind is a function from the payload to the elements that show it.

import { el } from "../dom.js";
import { boardingPass, checkin, flightUpdate, itinerary } from "./airline.js";
import { buttonRow } from "./buttons.js";
import { carousel } from "./carousel.js";
import { card, cardHead } from "./card.js";
import { coupon } from "./coupon.js";
import { feedback } from "./feedback.js";
import { media, openGraph } from "./media.js";
import { imageGrid } from "./image_grid.js";
import { recurringNotifications, oneTimeNotification } from "./notifications.js";
import { products } from "./products.js";
import { receipt } from "./receipt.js";

const KINDS = {
  generic: (payload, acts) => [carousel(payload, acts)],
  button: ({ text, buttons }, acts) => [card(el("p.lead", {}, text), buttonRow(buttons, acts))],
  media,
  open_graph: openGraph,
  receipt,
  coupon,
  customer_feedback: feedback,
  product: products,
  image_grid: imageGrid,
  list: ({ elements, buttons }, acts) => [card(...elements.flatMap((entry) => cardHead(entry, acts)), buttonRow(buttons, acts))],
  airline_itinerary: itinerary,
  airline_checkin: checkin,
  airline_boardingpass: boardingPass,
  airline_update: flightUpdate,
  one_time_notif_req: oneTimeNotification,
  notification_messages: recurringNotifications,
};

export function templateElements(payload, acts) {
  const kind = payload.product ? "product" : payload.template_type;
  try {
    return (KINDS[kind] ?? unknown)(payload, acts).filter(Boolean);
  } catch {
    return unknown(payload, acts); // a payload that Facebook would not have let through
  }
}

// What we cannot draw is named, with whatever words it has.
function unknown(payload, acts) {
  const words = [payload.title, payload.subtitle, payload.text].filter((word) => typeof word === "string");
  const name = el("p.label", {}, `Template: ${payload.template_type ?? "without a type"}`);
  const [first, ...rest] = words;
  return [
    card(name, first && el("strong", {}, first), ...rest.map((word) => el("p.quiet", {}, word)), buttonRow(payload.buttons, acts)),
  ];
}

