// Requests to receive notifications: once, or regularly.

import { button, el } from "../dom.js";
import { card, cardHead } from "./card.js";

const WEEK_S = 7 * 24 * 3600;

export function oneTimeNotification({ title, payload }, acts) {
  return [request({ title }, "Notify me", () => ({ type: "one_time_notif_req", payload, one_time_notif_token: token() }), acts)];
}

export function recurringNotifications({ title, image_url, payload }, acts) {
  const optin = () => ({
    type: "notification_messages",
    payload,
    title,
    notification_messages_token: token(),
    notification_messages_timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    token_expiry_timestamp: String(Date.now() + WEEK_S * 1000),
    user_token_status: "NOT_REFRESHED",
  });
  return [request({ title: title ?? "Updates and offers", image_url }, "Get messages", optin, acts)];
}

function request(head, word, optin, acts) {
  const agree = button("", () => {
    acts.sendEvent({ optin: optin() }, "You will hear from this Page");
    agree.disabled = true;
    agree.textContent = "Agreed";
  }, {}, word);
  return card(cardHead(head), el("div.buttons", {}, agree));
}

const token = () => crypto.randomUUID?.().replaceAll("-", "") ?? String(Math.random()).slice(2);
