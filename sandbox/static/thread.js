// The conversation. Known by mid: what did not change is not touched, so nothing flickers and focus stays.

import { el } from "./dom.js";
import { messageElement, quickReplies, typingElement } from "./message.js";

const PAUSE_MS = 15 * 60 * 1000; // a longer silence gets a time above what follows
const NEAR_END_PX = 80;

export class Thread {
  constructor(element, acts) {
    this.element = element;
    this.acts = acts;
    this.clear();
    document.addEventListener("click", (event) => this.closeMenus(event.target));
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.closeMenus(null));
    // A picture that arrives late makes its message taller, a keyboard or a notice the view lower.
    element.addEventListener("load", () => this.wasAtEnd && this.scrollToEnd(), true);
    new ResizeObserver(() => this.wasAtEnd && this.scrollToEnd()).observe(element);
    element.addEventListener("scroll", () => (this.wasAtEnd = this.isAtEnd()), { passive: true });
  }

  clear() {
    this.known = new Map(); // mid → {element, is}
    this.tail = null; // typing dots or quick replies, after the last message
    this.tailIs = "";
    this.wasAtEnd = true;
    this.element.replaceChildren();
  }

  show({ messages, typing }, page) {
    const follow = this.wasAtEnd;
    messages.forEach((message, place) => this.place(message, messages[place - 1], messages[place + 1], page));
    this.showTail(typing, messages.at(-1), page);
    if (follow) this.scrollToEnd();
  }

  place(message, before, after, page) {
    const is = JSON.stringify([{ ...message, read: 0, delivered: 0 }, page]);
    const known = this.known.get(message.mid);
    const element = known?.is === is ? known.element : messageElement(message, page, this.acts);
    const pause = !before || message.at - before.at > PAUSE_MS;
    element.classList.toggle("first", pause || !isSameRun(before, message));
    element.classList.toggle("last", !after || after.at - message.at > PAUSE_MS || !isSameRun(message, after));
    if (known?.element === element) return;
    if (known) known.element.replaceWith(element);
    else this.append(element, pause ? timeElement(message.at) : null);
    this.known.set(message.mid, { element, is });
  }

  append(element, time) {
    const parts = time ? [time, element] : [element];
    if (this.tail) this.tail.before(...parts);
    else this.element.append(...parts);
  }

  showTail(typing, last, page) {
    const is = typing.on ? JSON.stringify(typing.persona) : last?.quick_replies.length ? last.mid : "";
    if (is === this.tailIs) return;
    this.tailIs = is;
    this.tail?.remove();
    this.tail = !is ? null : typing.on ? typingElement(typing.persona, page) : quickReplies(last, this.acts);
    if (this.tail) this.element.append(this.tail);
  }

  isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  scrollToEnd() {
    this.element.scrollTop = this.element.scrollHeight;
    this.wasAtEnd = true;
  }

  closeMenus(except) {
    for (const menu of this.element.querySelectorAll("details[open]")) {
      if (!menu.contains(except)) menu.open = false;
    }
  }
}

function isSameRun(one, other) {
  return one.from === other.from && one.persona?.id === other.persona?.id;
}

function timeElement(at) {
  const time = new Date(at);
  const text = time.toLocaleString([], { weekday: "short", hour: "2-digit", minute: "2-digit" });
  return el("time.pause", { dateTime: time.toISOString() }, text);
}
