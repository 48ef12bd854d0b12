// Hears from the server what changed and tells this page by events on the body: live-queue, live-conversation-12.
// live-hello means: whatever may have been missed, ask for it. Of many tabs one holds the stream, because a browser
// opens only six connections to one place; it passes on what it hears.

import { headers, leaveIfSentAway } from "./csrf.js";

const LISTEN_AGAIN = 3_000; // ms
const ASK_AGAIN = 3_000; // ms, after a question that the console did not answer
const ASK_ANYWAY = 60_000; // ms, in case a word of the server was lost

class LiveStream extends HTMLElement {
  connectedCallback() {
    this.tabs = new BroadcastChannel("live");
    this.tabs.onmessage = ({ data }) => this.tell(data);
    document.addEventListener("visibilitychange", this.wake);
    addEventListener("online", this.wake);
    addEventListener("offline", this.away);
    document.addEventListener("unanswered", this.unanswered);
    this.asking = setInterval(this.wake, ASK_ANYWAY);
    this.lead();
    this.tell("hello");
  }

  disconnectedCallback() {
    this.tabs.close();
    this.source?.close();
    clearInterval(this.asking);
    document.removeEventListener("visibilitychange", this.wake);
    removeEventListener("online", this.wake);
    removeEventListener("offline", this.away);
    document.removeEventListener("unanswered", this.unanswered);
    clearTimeout(this.askingAgain);
  }

  away = () => this.tell("away");

  unanswered = () => {
    this.away();
    clearTimeout(this.askingAgain);
    this.askingAgain = setTimeout(this.wake, ASK_AGAIN);
  };

  wake = () => document.hidden || this.tell("hello");

  // The lock is held as long as the tab lives; the next in line then takes over. Without https there are no locks.
  lead() {
    if (navigator.locks) navigator.locks.request("live", () => new Promise(() => this.listen()));
    else this.listen();
  }

  listen() {
    this.source = new EventSource(this.getAttribute("src"));
    this.source.onmessage = ({ data }) => this.tellAll(data);
    this.source.onerror = () => this.tellAll(this.source.readyState === EventSource.CLOSED ? "goodbye" : "away");
  }

  tellAll(topic) {
    this.tabs.postMessage(topic);
    this.tell(topic);
  }

  tell(topic) {
    this.textContent = topic === "away" || topic === "goodbye" ? this.dataset.away : "";
    if (topic === "goodbye") this.askWhy();
    else if (topic !== "away") document.body.dispatchEvent(new CustomEvent(`live-${topic}`));
  }

  // The stream ended for good: this agent is logged out, or a proxy answers for a console that is being restarted.
  async askWhy() {
    this.source?.close();
    const response = await fetch(this.dataset.queue, { headers: headers() }).catch(() => null);
    if (response && leaveIfSentAway(response)) return;
    if (this.source) setTimeout(() => this.listen(), LISTEN_AGAIN);
  }
}

customElements.define("live-stream", LiveStream);
