// Reactions: the other side's emoji on a message, and the choice of one's own.

import { button, el } from "./dom.js";

const EMOJIS = [["❤️", "Love"], ["😆", "Laugh"], ["😮", "Wow"], ["😢", "Sad"], ["😡", "Angry"], ["👍", "Like"]];

let choice; // the popover, made when first needed

// The customer's own reaction, on the Page's message, can be taken back by a tap.
export function reactionChip(message, acts) {
  const { reaction } = message;
  if (message.from === "customer") return el("span.reaction", { role: "img", "aria-label": `Reaction ${reaction}` }, reaction);
  return button(".reaction", () => acts.react(message, ""), { "aria-label": `Take back ${reaction}`, title: "Take back" }, reaction);
}

export function chooseReaction(opener, message, acts) {
  choice ??= document.body.appendChild(el("div.emojis", { popover: "auto", role: "group", "aria-label": "Reactions" }));
  choice.replaceChildren(...EMOJIS.map(([emoji, name]) => emojiButton(emoji, name, message, acts)));
  choice.showPopover();
  stand(choice, opener.getBoundingClientRect(), opener.closest(".thread").getBoundingClientRect());
  choice.firstElementChild.focus();
}

function emojiButton(emoji, name, message, acts) {
  const isOurs = message.reaction === emoji;
  const chosen = () => {
    choice.hidePopover();
    acts.react(message, isOurs ? "" : emoji);
  };
  return button("", chosen, { "aria-label": name, title: name, "aria-pressed": String(isOurs) }, emoji);
}

// Above the opener, or under it where there is no room; never beside the phone.
function stand(element, at, within) {
  const { offsetWidth: width, offsetHeight: height } = element;
  const left = Math.min(Math.max(at.left - width / 2, within.left + 8), within.right - width - 8);
  element.style.left = `${left}px`;
  element.style.top = `${at.top - height - 4 > within.top ? at.top - height - 4 : at.bottom + 4}px`;
}
