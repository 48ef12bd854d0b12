// Notes how far the agent has read a thread. It notifies the server, puts a line above messages that were unread on
// opening or came while nobody looked, and counts the messages below on a button.

import { post } from "./csrf.js";
import { addOlder } from "./older-messages.js";
import { newLine, placeAbove } from "./thread-lines.js";

const MOST_PAGES = 4; // that are loaded at once to find the first unread message

export class Reading {
  constructor(list) {
    this.list = list;
    this.unseen = 0;
    this.above = 0; // unread messages that are not loaded
    this.button = list.parentElement.querySelector(".conversation-newest");
    this.button.onclick = () => list.toEnd();
    this.holder = `live-holder-${list.dataset.conversation}`;
    document.addEventListener("visibilitychange", this.see);
    document.body.addEventListener(this.holder, this.seeAnew);
  }

  stop() {
    document.removeEventListener("visibilitychange", this.see);
    document.body.removeEventListener(this.holder, this.seeAnew);
  }

  // Open the thread at the first message that nobody has read, or at its end.
  async begin() {
    const unread = Number(this.list.dataset.unread ?? 0);
    if (!unread) return (this.list.sticks = true); // goes to the end with the first picture
    for (let page = 0; page < MOST_PAGES && this.asked.length < unread && this.list.link; page++) await addOlder(this.list);
    const first = this.asked.at(-unread) ?? this.asked[0];
    if (!first) return this.list.toEnd();
    this.mark(first);
    this.list.bring(this.list.thread.querySelector(".thread-new"), 0);
    this.above = Math.max(0, unread - this.asked.length);
  }

  // An older page has come: the line goes up with the messages that were unread too.
  noteOlder(entries) {
    if (!this.above) return;
    const asked = entries.filter((entry) => entry.matches(".is-incoming:not(.is-imported)"));
    const first = asked.at(-this.above) ?? asked[0];
    this.above = Math.max(0, this.above - asked.length);
    if (first) this.mark(first);
  }

  get asked() {
    return [...this.list.thread.querySelectorAll(".is-incoming:not(.is-imported)")];
  }

  // New entries have come. The ones that a reader does not see are counted.
  note(entries) {
    if (entries.some((entry) => entry.matches(".is-outgoing:not(.is-by-bot, .is-imported)"))) this.unmark();
    const messages = entries.filter((entry) => entry.matches(".message:not(.is-imported)") && entry.isConnected);
    if (!messages.length || (this.list.sticks && !document.hidden)) return;
    if (!this.unseen) this.mark(messages[0]);
    this.unseen += messages.length;
    if (!this.list.sticks) this.show();
  }

  mark(message) {
    const line = this.list.thread.querySelector(".thread-new") ?? newLine("new");
    line.dataset.place = placeAbove(message);
    message.before(line);
  }

  unmark() {
    this.list.thread.querySelector(".thread-new")?.remove();
    this.above = 0;
  }

  show() {
    this.button.querySelector("span").textContent = this.button.dataset.words.replace("#", this.unseen);
    this.button.hidden = false;
  }

  // The holder has read new messages once they were on the screen. The server knows whether this agent is the holder.
  see = () => {
    if (document.hidden || !this.list.isAtEnd) return;
    this.unseen = 0;
    this.button.hidden = true;
    this.list.dataset.seen = this.numbers.reduce((most, number) => Math.max(most, number), 0);
    const last = [...this.list.thread.querySelectorAll(".is-incoming, .note")].at(-1)?.id ?? "nothing";
    if (last === this.seen) return;
    this.seen = last;
    post(this.list.dataset.seeUrl).catch(() => (this.seen = null));
  };

  // Note, before a Send, that all messages on the screen, or above it, were seen.
  noteShown() {
    const end = this.list.getBoundingClientRect().bottom;
    const shown = [...this.list.thread.querySelectorAll(".message")].filter((message) => message.getBoundingClientRect().top < end);
    this.list.dataset.seen = Math.max(this.list.dataset.seen ?? 0, ...shown.map(numberOf));
  }

  // An agent who only looked on may have become the holder.
  seeAnew = () => {
    this.seen = null;
    this.see();
  };

  get numbers() {
    return [...this.list.thread.querySelectorAll(".message")].map(numberOf);
  }
}

const numberOf = ({ id }) => Number(id.replace("message-", ""));
