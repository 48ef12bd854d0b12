// One message, as the customer sees it.

import { el, isWebAddress } from "./dom.js";

const EMOJIS = ["❤️", "😆", "😮", "😢", "😡", "👍"];

// `acts`: react(message, emoji), edit(message), tap({title, payload}); `page`: name and face.
export function messageElement(message, page, acts) {
  const isPage = message.from === "page";
  const bubble = el("div.bubble", {}, ...contents(message, acts), reaction(message));
  const row = el("div.row", {}, isPage ? face(message.persona, page) : null, bubble, actions(message, acts));
  const signed = isPage ? el("p.signature", {}, signature(message.persona, page)) : null;
  return el(`article.message.${message.from}`, { "aria-label": isPage ? signature(message.persona, page) : "You" }, signed, row);
}

export function typingElement(persona, page) {
  const label = `${persona ? persona.name : page.name} is typing`;
  const dots = el("div.bubble.dots", { role: "img", "aria-label": label }, el("i"), el("i"), el("i"));
  return el("div.message.page.typing.first.last", {}, el("div.row", {}, face(persona, page), dots));
}

export function quickReplies(message, acts) {
  const replies = message.quick_replies.filter((reply) => reply.title);
  const buttons = replies.map((reply) => el("button.pill", { type: "button", onclick: () => acts.reply(reply) }, reply.title));
  return el("div.pills", { role: "group", "aria-label": "Quick replies" }, ...buttons);
}

function signature(persona, page) {
  return persona ? `${persona.name} from ${page.name}` : page.name;
}

function face(persona, page) {
  return el("img.face", { src: persona ? persona.picture : page.face, alt: "", width: 28, height: 28, loading: "lazy" });
}

function contents(message, acts) {
  const parts = message.attachments.map(attachment);
  if (message.text) parts.push(el("p.text", {}, message.text));
  if (message.template) parts.push(...template(message.template, acts));
  if (message.edited) parts.push(el("p.edited", {}, "Edited"));
  return parts;
}

function attachment({ type, url }) {
  if (!url) return el("p.text", {}, "Attachment unavailable");
  if (type === "image" || type === "sticker") return el(`img.${type}`, { src: url, alt: "Picture", loading: "lazy" });
  if (type === "video" || type === "audio") return el(type, { src: url, controls: true, preload: "metadata" });
  return link(url, "📎 File");
}

function template(payload, acts) {
  if (Array.isArray(payload.elements)) return payload.elements.map((card) => cardElement(card, acts));
  return [payload.text ? el("p.text", {}, payload.text) : null, buttons(payload.buttons, acts)];
}

function cardElement(card, acts) {
  const picture = card.image_url ? el("img", { src: card.image_url, alt: "", loading: "lazy" }) : null;
  const title = card.title ? el("strong", {}, card.title) : null;
  const subtitle = card.subtitle ? el("span", {}, card.subtitle) : null;
  return el("div.card", {}, picture, title, subtitle, buttons(card.buttons, acts));
}

function buttons(list, acts) {
  return Array.isArray(list) ? el("div.buttons", {}, ...list.map((button) => buttonElement(button, acts))) : null;
}

function buttonElement(button, acts) {
  if (button.type === "web_url") return link(button.url, button.title);
  if (button.type === "phone_number") return el("a", { href: `tel:${button.payload}` }, button.title);
  const tap = () => acts.tap({ title: button.title, payload: button.payload });
  return el("button", { type: "button", disabled: button.type !== "postback", onclick: tap }, button.title || button.type);
}

function link(url, title) {
  return el("a", { href: isWebAddress(url) ? url : undefined, target: "_blank", rel: "noopener noreferrer" }, title);
}

function reaction(message) {
  return message.reaction ? el("span.reaction", { role: "img", "aria-label": `Reaction ${message.reaction}` }, message.reaction) : null;
}

function actions(message, acts) {
  if (message.from === "page") return reactMenu(message, acts);
  if (!message.text) return null;
  return el("button.action", { type: "button", "aria-label": `Edit: ${message.text}`, title: "Edit", onclick: () => acts.edit(message) }, "✎");
}

// The same emoji again takes the reaction back.
function reactMenu(message, acts) {
  const menu = el("details.react", {}, el("summary.action", { title: "React", "aria-label": "React" }, "☺"));
  const choose = (emoji) => () => {
    menu.open = false;
    acts.react(message, emoji === message.reaction ? "" : emoji);
  };
  const choices = EMOJIS.map((emoji) =>
    el("button", { type: "button", "aria-pressed": String(emoji === message.reaction), onclick: choose(emoji) }, emoji));
  menu.append(el("div.emojis", {}, ...choices));
  return menu;
}
