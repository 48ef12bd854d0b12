// One message, as the customer sees it.

import { button, el, iconButton } from "./dom.js";
import { attachmentElements } from "./content/attachments.js";
import { textElement } from "./content/text.js";
import { chooseReaction, reactionChip } from "./reactions.js";
import { templateElements } from "./templates/index.js";

// `page`: name and face; `find(mid)`: another message; `acts`: see customer_actions.js.
export function messageElement(message, page, find, acts) {
  const isPage = message.from === "page";
  const name = isPage ? signature(message.persona, page) : "You";
  const said = el("div.said", {}, ...contents(message, acts));
  const parts = el("div.parts", {}, message.edited && el("p.edited", {}, "Edited"), quote(message, page, find), said);
  const row = el("div.row", {}, isPage && face(message.persona, page), parts, actions(message, acts));
  const element = el(`article.message.${message.from}`, { "aria-label": name }, isPage && el("p.signature", {}, name), row);
  showReaction(element, message, acts);
  return element;
}

// Apart from the rest, so that a film goes on and a carousel stays where it is.
export function showReaction(element, message, acts) {
  element.querySelector(".reaction")?.remove();
  element.classList.toggle("reacted", Boolean(message.reaction));
  if (message.reaction) element.querySelector(".said").append(reactionChip(message, acts));
  element.reacted = message;
}

export function typingElement(persona, page) {
  const label = `${persona ? persona.name : page.name} is typing`;
  const dots = el("div.bubble.dots", { role: "img", "aria-label": label }, el("i"), el("i"), el("i"));
  return el("div.message.page.typing.first.last", {}, el("div.row", {}, face(persona, page), dots));
}

// In a few words, for a quote.
export function summary({ text, attachments, template }) {
  return text || (template && "Card") || `Sent: ${attachments[0]?.type ?? "message"}`;
}

export function signature(persona, page) {
  return persona ? `${persona.name} from ${page.name}` : page.name;
}

function face(persona, page) {
  return el("img.face", { src: persona ? persona.picture : page.face, alt: "", width: 28, height: 28, loading: "lazy" });
}

function contents(message, acts) {
  return [
    ...attachmentElements(message.attachments, acts),
    message.text && textElement(message.text),
    ...(message.template ? templateElements(message.template, acts) : []),
  ];
}

function quote({ reply_to }, page, find) {
  const mid = reply_to?.mid ?? reply_to;
  if (!mid) return null;
  const quoted = find(mid);
  if (!quoted) return el("p.quote", {}, "An earlier message");
  const who = quoted.message.from === "page" ? (quoted.message.persona?.name ?? page.name) : "You";
  const show = () => find(mid).element.scrollIntoView({ block: "center", behavior: "smooth" });
  return button(".quote", show, { "aria-label": `Reply to ${who}: ${summary(quoted.message)}` }, el("strong", {}, who), summary(quoted.message));
}

function actions(message, acts) {
  const react = iconButton("smile", "React", () => chooseReaction(react, react.closest(".message").reacted, acts));
  const edit = () => iconButton("edit", `Edit: ${message.text}`, () => acts.edit(message), { title: "Edit" });
  const answer = iconButton("reply", "Reply", () => acts.replyTo(message));
  return el("div.actions", {}, message.from === "page" && react, message.from === "customer" && message.text && edit(), answer);
}
