// Quick replies under the last message. They disappear once one is tapped or another message is sent.

import { button, el, isAddress, picture } from "./dom.js";

// The phone number and e-mail address of the customer's account; neither is in use.
const PHONE = "+12025550143";
const emailOf = (name) => `${name.toLowerCase().normalize("NFD").replace(/[^a-z]+/g, ".").replace(/^\.|\.$/g, "") || "customer"}@example.com`;

const KINDS = {
  text: (reply) => reply,
  user_phone_number: () => ({ title: PHONE, payload: PHONE }),
  user_email: (_, customer) => ({ title: emailOf(customer.name), payload: emailOf(customer.name) }),
};

export function quickReplies(message, customer, acts) {
  const replies = message.quick_replies.map((reply) => {
    const known = KINDS[reply.content_type ?? "text"]?.(reply, customer);
    return known?.title && { ...known, image_url: reply.image_url };
  });
  return pills("Quick replies", replies.filter(Boolean), acts.reply);
}

// `choices`: [{title, payload, image_url?}]
export function pills(name, choices, chosen) {
  const group = el("div.pills", { role: "group", "aria-label": name });
  const choose = (choice) => () => {
    group.remove();
    chosen(choice);
  };
  group.append(...choices.map((choice) => button(".pill", choose(choice), {}, face(choice.image_url), choice.title)));
  return group;
}

const face = (url) => (isAddress(url) ? picture("", url, "") : "");
