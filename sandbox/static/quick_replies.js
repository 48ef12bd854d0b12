// Answers offered under the last message. They go once one is tapped or anything else is said.

import { button, el, isAddress, picture } from "./dom.js";

// What a customer would have in their Facebook account: a number and an address that are nobody's.
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
