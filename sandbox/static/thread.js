// The thread. Messages are known by mid; unchanged ones are not touched, so nothing flickers and focus stays.

import { el } from "./dom.js";
import { introElement } from "./intro.js";
import { messageElement, showReaction, typingElement } from "./message.js";
import { questions } from "./messenger_profile.js";
import { pills, quickReplies } from "./quick_replies.js";

const PAUSE_MS = 15 * 60 * 1000; // a longer silence gets a time above what follows
const NEAR_END_PX = 80;

export class Thread {
  constructor(element, acts) {
    this.element = element;
    this.acts = acts;
    this.clear();
    // A picture that arrives late makes its message taller, a keyboard or a notice the view lower.
    element.addEventListener("load", () => this.wasAtEnd && this.scrollToEnd(), true);
    element.addEventListener("loadedmetadata", () => this.wasAtEnd && this.scrollToEnd(), true);
    new ResizeObserver(() => this.wasAtEnd && this.scrollToEnd()).observe(element);
    element.addEventListener("scroll", () => (this.wasAtEnd = this.isAtEnd()), { passive: true });
    element.addEventListener("click", (event) => this.pick(event.target));
  }

  clear() {
    this.known = new Map(); // mid → {element, message, is}
    this.wasAtEnd = true;
    this.intro = el("div");
    this.tail = el("div.tail"); // seen, typing dots, quick replies: after the last message
    this.introIs = this.tailIs = "";
    this.element.replaceChildren(this.intro, this.tail);
  }

  show({ messages, typing, page: profile }, page, customer) {
    const follow = this.wasAtEnd;
    this.showIntro(messages.length === 0, profile, page, customer);
    messages.forEach((message, place) => this.place(message, messages[place - 1], messages[place + 1], page));
    this.showTail(typing, messages.at(-1), profile, page, customer);
    if (follow) this.scrollToEnd();
  }

  showIntro(isEmpty, profile, page, customer) {
    const is = JSON.stringify([isEmpty, isEmpty && profile, page, customer]);
    if (is === this.introIs) return;
    this.introIs = is;
    const intro = introElement(page, profile, customer, isEmpty);
    this.intro.replaceWith(intro);
    this.intro = intro;
  }

  place(message, before, after, page) {
    const is = JSON.stringify([{ ...message, read: 0, delivered: 0, reaction: 0 }, page]);
    const known = this.known.get(message.mid);
    const find = (mid) => this.known.get(mid);
    const element = known?.is === is ? known.element : messageElement(message, page, find, this.acts);
    const pause = !before || message.at - before.at > PAUSE_MS;
    element.classList.toggle("first", pause || !isSameRun(before, message));
    element.classList.toggle("last", !after || after.at - message.at > PAUSE_MS || !isSameRun(message, after));
    if (known?.element === element && known.message.reaction !== message.reaction) showReaction(element, message, this.acts);
    if (known && known.element !== element) known.element.replaceWith(element);
    if (!known) this.tail.before(...(pause ? [timeElement(message.at), element] : [element]));
    this.known.set(message.mid, { element, message, is });
  }

  // A tapped quick reply stays hidden until something new comes.
  showTail(typing, last, profile, page, customer) {
    const breakers = last ? [] : questions(profile);
    const is = JSON.stringify([typing, last?.mid, last?.from === "customer" && last.read, breakers]);
    if (is === this.tailIs) return;
    this.tailIs = is;
    const ask = ({ title, payload }) => this.acts.tap({ title, payload });
    const parts = [
      last?.from === "customer" && el("p.seen", {}, last.read ? "Seen" : "Sent"),
      typing.on && typingElement(typing.persona, page),
      !typing.on && last?.quick_replies?.length && quickReplies(last, customer, this.acts),
      breakers.length && pills("Questions to start with", breakers.map(({ question, payload }) => ({ title: question, payload })), ask),
    ];
    this.tail.replaceChildren(...parts.filter(Boolean));
  }

  // After an error show again what was tapped.
  restoreTail() {
    this.tailIs = "";
  }

  // On a touch screen a tap on a message shows what can be done with it.
  pick(target) {
    const message = target.closest(".message");
    if (target.closest("button, a, input, video")) return;
    for (const other of this.element.querySelectorAll(".picked")) if (other !== message) other.classList.remove("picked");
    message?.classList.toggle("picked");
  }

  isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  scrollToEnd() {
    this.element.scrollTop = this.element.scrollHeight;
    this.wasAtEnd = true;
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
