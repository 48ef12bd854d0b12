// The thread. Changes come by the live stream, with the revision that they follow. When a revision is missing, the list
// asks for all changes after the one it shows. Every message has an id and a place, so a message that comes twice or late
// stands once, where it belongs.

import { showGone } from "./conversation-gone.js";
import { headers, isOurs, leaveIfSentAway } from "./csrf.js";
import { jump, watchQuotes } from "./message-jump.js";
import { watchOlder } from "./older-messages.js";
import { place } from "./place-message.js";
import { Reading } from "./reading.js";
import { arrange } from "./thread-lines.js";

const NEAR = 120; // px from the end within which the reader counts as being there
const GONE = 404; // the agent may no longer see the conversation
const AGAIN = 2_000; // ms until it asks again when the console could not be reached

class MessageList extends HTMLElement {
  connectedCallback() {
    this.thread = this.querySelector(".thread");
    this.reading = new Reading(this);
    this.topics = [`live-conversation-${this.dataset.conversation}`, "live-hello"];
    for (const topic of this.topics) document.body.addEventListener(topic, this.refresh);
    this.changes = `live-thread-${this.dataset.conversation}`;
    document.body.addEventListener(this.changes, this.receive);
    this.addEventListener("scroll", this.scrolled, { passive: true });
    arrange(this.thread);
    this.stickToEnd();
    watchOlder(this);
    watchQuotes(this);
    this.reading.begin();
    this.refresh();
  }

  disconnectedCallback() {
    for (const topic of this.topics) document.body.removeEventListener(topic, this.refresh);
    document.body.removeEventListener(this.changes, this.receive);
    this.reading.stop();
    this.sizes.disconnect();
    this.observer?.disconnect();
  }

  // Times and pictures come late and make messages taller: a reader at the end stays there.
  stickToEnd() {
    this.sizes = new ResizeObserver(() => this.sticks && this.toEnd());
    this.sizes.observe(this);
    this.sizes.observe(this.thread);
    this.sizes.observe(this.querySelector(".outbox"));
  }

  toEnd() {
    this.sticks = true;
    this.scrollTop = this.scrollHeight;
    this.top = this.scrollTop;
    this.reading.see();
  }

  // Scroll to an entry, which then stands at the top (0), in the middle (0.5) or at the bottom. The page itself stays.
  bring(entry, where) {
    const [here, there] = [this, entry].map((element) => element.getBoundingClientRect());
    this.scrollTop += there.top - here.top - (this.clientHeight - there.height) * where;
    this.top = this.scrollTop;
    this.sticks = this.isAtEnd;
    this.reading.see();
  }

  jumpTo(id) {
    return jump(this, id);
  }

  // Only a reader who scrolls up leaves the end. When pictures come or the composer grows, the end itself moves away.
  scrolled = () => {
    const isUp = this.scrollTop < this.top;
    this.top = this.scrollTop;
    if (isUp || !this.sticks) this.sticks = this.isAtEnd;
    if (this.sticks) this.toEnd();
  };

  // Ask once at a time; a change meanwhile leads to one more request.
  refresh = async () => {
    if (!this.isConnected) return;
    if (this.asking) return (this.askAgain = true);
    this.asking = true;
    do {
      this.askAgain = false;
      const page = await this.fetch(`since=${this.thread.dataset.revision}`);
      if (page) this.add(page);
      else if (this.isConnected) setTimeout(this.refresh, AGAIN);
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
    if (this.scrollTop < this.top) this.scrolled(); // of which the browser has sent no event yet
    const entries = [...fresh.children];
    const added = entries.filter((entry) => !document.getElementById(entry.id));
    for (const entry of entries) {
      place(this.thread, entry, Boolean(this.link));
      htmx.process(document.getElementById(entry.id)); // of the whole thread, htmx would take as long as the rest together
    }
    arrange(this.thread);
    this.reading.note(added);
    this.thread.dataset.revision = fresh.dataset.revision;
    document.dispatchEvent(new CustomEvent("thread-changed", { detail: { entries } }));
    this.compareHeader(fresh);
    const isOurs = added.some((entry) => entry.matches(".is-outgoing:not(.is-imported)"));
    if (isOurs || (this.sticks && entries.length)) this.toEnd();
  }

  // The holder may have changed while the conversation was loading, before any change of it was sent here.
  compareHeader({ dataset }) {
    const shown = document.querySelector("#header [data-headline]")?.dataset.headline;
    if (shown !== dataset.headline) document.body.dispatchEvent(new CustomEvent(this.reading.holder));
  }

  get revision() {
    return Number(this.thread.dataset.revision);
  }

  async fetch(query) {
    try {
      const response = await fetch(`${this.dataset.url}?${query}`, { headers: headers() });
      if (response.status === GONE && isOurs(response)) showGone(this);
      if (leaveIfSentAway(response) || !response.ok || !isOurs(response)) return null;
      return new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      return null;
    }
  }

  // The number of messages from the customer that came while the end of the thread was not on the screen.
  countUnseen() {
    this.reading.noteShown();
    const incoming = [...this.thread.querySelectorAll(".is-incoming:not(.is-imported)")];
    return incoming.filter(({ id }) => Number(id.replace("message-", "")) > this.dataset.seen).length;
  }

  get isAtEnd() {
    return this.scrollHeight - this.scrollTop - this.clientHeight < NEAR;
  }
}

customElements.define("message-list", MessageList);
