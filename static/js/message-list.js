// The thread. What changes comes by the live stream, with the revision after which it follows. When a revision is missing,
// the list asks for all that changed after the one it shows. Every message has an id and a place, so whatever comes twice
// or late ends up once, where it belongs.

import { headers, isOurs, leaveIfSentAway, post } from "./csrf.js";
import { watchOlder } from "./older-messages.js";
import { place } from "./place-message.js";

const NEAR = 120; // px from the end within which the reader counts as being there
const AGAIN = 2_000; // ms until it asks again when the console could not be reached

class MessageList extends HTMLElement {
  connectedCallback() {
    this.thread = this.querySelector(".thread");
    this.newest = this.parentElement.querySelector(".conversation-newest");
    this.newest.onclick = () => this.toEnd();
    this.topics = [`live-conversation-${this.dataset.conversation}`, "live-hello"];
    for (const topic of this.topics) document.body.addEventListener(topic, this.refresh);
    this.changes = `live-thread-${this.dataset.conversation}`;
    document.body.addEventListener(this.changes, this.receive);
    document.addEventListener("visibilitychange", this.see);
    this.holder = `live-holder-${this.dataset.conversation}`;
    document.body.addEventListener(this.holder, this.seeAnew);
    this.addEventListener("scroll", this.scrolled, { passive: true });
    this.stickToEnd();
    watchOlder(this);
    this.refresh();
  }

  disconnectedCallback() {
    for (const topic of this.topics) document.body.removeEventListener(topic, this.refresh);
    document.body.removeEventListener(this.changes, this.receive);
    document.removeEventListener("visibilitychange", this.see);
    document.body.removeEventListener(this.holder, this.seeAnew);
    this.sizes.disconnect();
    this.observer?.disconnect();
  }

  // Times and pictures come late and make messages taller: whoever reads the end stays there.
  stickToEnd() {
    this.sticks = true;
    this.sizes = new ResizeObserver(() => this.sticks && this.toEnd());
    this.sizes.observe(this);
    this.sizes.observe(this.thread);
  }

  toEnd() {
    this.sticks = true;
    this.newest.hidden = true;
    this.scrollTop = this.scrollHeight;
    this.top = this.scrollTop;
    this.see();
  }

  // Only a reader who scrolls up leaves the end. When pictures come or the composer grows, the end itself moves away.
  scrolled = () => {
    const isUp = this.scrollTop < this.top;
    this.top = this.scrollTop;
    if (isUp || !this.sticks) this.sticks = this.isAtEnd;
    if (this.sticks) this.toEnd();
  };

  // One question at a time; whatever happens meanwhile leads to one more.
  refresh = async () => {
    if (!this.isConnected) return;
    if (this.asking) return (this.askAgain = true);
    this.asking = true;
    do {
      this.askAgain = false;
      const page = await this.fetch(`since=${this.thread.dataset.revision}`);
      if (page) this.add(page);
      else setTimeout(this.refresh, AGAIN);
    } while (this.askAgain);
    this.asking = false;
  };

  receive = ({ detail: { html } }) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    if (page.querySelector(".thread").dataset.since > this.revision) this.refresh();
    else this.add(page);
  };

  add(page) {
    const fresh = page.querySelector(".thread");
    if (fresh.dataset.revision < this.revision) return; // what it says is known, and more
    if (this.scrollTop < this.top) this.scrolled(); // of which the browser has not told yet
    const messages = [...fresh.children];
    const isNew = messages.some((message) => !document.getElementById(message.id));
    const isOurs = messages.some((message) => !document.getElementById(message.id) && message.matches(".is-outgoing"));
    for (const message of messages) place(this.thread, message, Boolean(this.link));
    this.thread.dataset.revision = fresh.dataset.revision;
    htmx.process(this.thread);
    this.compareHeader(fresh);
    if (isOurs || (this.sticks && messages.length)) this.toEnd();
    else if (isNew) this.newest.hidden = false;
  }

  // The holder may have changed while the conversation was loading, before any change of it was sent here.
  compareHeader({ dataset }) {
    const shown = document.querySelector("#header [data-headline]")?.dataset.headline;
    if (shown !== dataset.headline) document.body.dispatchEvent(new CustomEvent(this.holder));
  }

  get revision() {
    return Number(this.thread.dataset.revision);
  }

  async fetch(query) {
    try {
      const response = await fetch(`${this.dataset.url}?${query}`, { headers: headers() });
      if (leaveIfSentAway(response) || !response.ok || !isOurs(response)) return null;
      return new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      return null;
    }
  }

  // The holder has read what came, once it was on screen. The server knows whether this agent is the holder.
  see = () => {
    if (!document.hidden && this.isAtEnd) this.dataset.seen = this.numbers.reduce((most, number) => Math.max(most, number), 0);
    const last = [...this.thread.querySelectorAll(".is-incoming")].at(-1)?.id ?? "nothing";
    if (document.hidden || !this.isAtEnd || last === this.seen) return;
    this.seen = last;
    post(this.dataset.seeUrl).catch(() => (this.seen = null));
  };

  // Who only looked on may have become the holder.
  seeAnew = () => {
    this.seen = null;
    this.see();
  };

  get numbers() {
    return [...this.thread.querySelectorAll(".message")].map((message) => Number(message.id.replace("message-", "")));
  }

  get isAtEnd() {
    return this.scrollHeight - this.scrollTop - this.clientHeight < NEAR;
  }
}

customElements.define("message-list", MessageList);
