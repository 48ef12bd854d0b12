// Receives changes from the server and dispatches them in this page as events on the body: live-row with a row of the
// queue, live-thread-12 with new entries of a thread. live-hello means: changes may have been missed, ask for everything.
// live-open and live-lost say whether there is a stream (connection-pill.js shows it). One of several tabs holds the stream,
// because a browser opens only six connections to one server; it passes on what it receives.

import { headers, leaveIfSentAway } from "./csrf.js";
import { OneTab } from "./one-tab.js";

const WHICH = "which stream?"; // a tab asks the one that holds it
const LISTEN_AGAIN = 1_000; // ms, and up to twice as long, so that not all browsers come back to a server at once
const GREET_WITHIN = 1_000; // ms in which all browsers ask for what they may have missed after the first hello of a page
const ASK_AGAIN = 3_000; // ms, after a question that the console did not answer
const ASK_ANYWAY = 300_000; // ms, in case an event of the server was lost
const LOOK_EVERY = 2_000; // ms
const SILENT = 35_000; // ms, of two heartbeats of the server and some delay: the connection is dead, after a sleep say

class LiveStream extends HTMLElement {
  connectedCallback() {
    this.tabs = new BroadcastChannel("live");
    this.tabs.onmessage = ({ data }) => this.receive(data);
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    document.addEventListener("visibilitychange", this.wake, { signal });
    addEventListener("online", this.reconnect, { signal });
    document.addEventListener("unanswered", this.unanswered, { signal });
    this.timers = [setInterval(this.wake, ASK_ANYWAY), setInterval(this.look, LOOK_EVERY)];
    this.oneTab = new OneTab(this.tabs, WHICH, this.listen, this.stop);
    this.oneTab.wait();
    this.tabs.postMessage(WHICH);
  }

  disconnectedCallback() {
    this.tabs.close();
    this.source?.close();
    this.timers.forEach(clearInterval);
    this.oneTab.leave();
    this.listeners.abort();
    for (const timer of [this.askingAgain, this.listening]) clearTimeout(timer);
  }

  unanswered = () => {
    clearTimeout(this.askingAgain);
    this.askingAgain = setTimeout(this.wake, ASK_AGAIN);
  };

  wake = () => document.hidden || this.askAnew();

  // It is not known what was missed: rows that the console read for others before this moment are too old.
  askAnew() {
    delete document.body.dataset.hello;
    this.dispatch("hello");
  }

  // The time of day goes on while a computer sleeps, other clocks do not.
  look = () => {
    if (this.source && Date.now() - this.heardAt > SILENT) this.reconnect();
  };

  // A dead connection says nothing: it would be noticed after minutes.
  reconnect = () => {
    if (!this.source) return this.wake();
    this.publish("away");
    this.listen();
  };

  introduce() {
    if (this.source && document.body.dataset.stream) this.tabs.postMessage(`stream ${document.body.dataset.stream}`);
  }

  receive(data) {
    const [name, at] = split(data, " ");
    if (data === WHICH) this.introduce();
    else if (name === "claimed") this.oneTab.yieldTo(Number(at));
    else this.handle(data);
    if (name === "stream") this.oneTab.found();
  }

  listen = () => {
    clearTimeout(this.listening);
    this.source?.close();
    this.heardAt = Date.now();
    this.source = new EventSource(this.getAttribute("src"));
    this.source.onmessage = ({ data }) => {
      this.heardAt = Date.now();
      this.publish(data);
    };
    this.source.onerror = () => this.listenAgain(this.source.readyState === EventSource.CLOSED ? "goodbye" : "away");
  };

  stop = () => {
    clearTimeout(this.listening);
    this.source.close();
    this.source = null;
  };

  // A browser alone would reconnect after a fixed time, and so at the same moment as all others.
  listenAgain(topic) {
    this.source.close();
    this.publish(topic);
    if (topic === "away") this.listening = setTimeout(this.listen, LISTEN_AGAIN * (1 + Math.random()));
  }

  publish(topic) {
    this.tabs.postMessage(topic);
    this.handle(topic);
  }

  handle(event) {
    const [topic, html] = split(event, "\n");
    const [name, words] = split(topic, " ");
    this.dispatch(name === "away" || name === "goodbye" ? "lost" : "open");
    if (name === "goodbye") this.askWhy();
    else if (name === "stream") this.learnStream(words);
    else if (name === "hello") this.greet(words);
    else if (name !== "away" && name !== "beat") this.dispatch(name, { words: words.split(" "), html });
  }

  learnStream(id) {
    if (document.body.dataset.stream === id) return;
    document.body.dataset.stream = id;
    if (!this.source) this.greet(); // another tab holds it, and may have had its hello before this one was there
  }

  greet(moment) {
    if (moment) document.body.dataset.hello = moment;
    else delete document.body.dataset.hello;
    clearTimeout(this.greeting);
    this.greeting = setTimeout(() => this.dispatch("hello"), this.isGreeted ? Math.random() * GREET_WITHIN : 0);
    this.isGreeted = true;
  }

  dispatch(name, detail) {
    document.body.dispatchEvent(new CustomEvent(`live-${name}`, { detail }));
  }

  // The stream ended for good: this agent is logged out, or a proxy answers for a console that is being restarted.
  async askWhy() {
    const { source } = this;
    const response = await fetch(this.dataset.queue, { headers: headers() }).catch(() => null);
    if (response && leaveIfSentAway(response)) return;
    if (source && source === this.source) this.listening = setTimeout(this.listen, LISTEN_AGAIN * (1 + Math.random()));
  }
}

function split(text, by) {
  const at = text.indexOf(by);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

customElements.define("live-stream", LiveStream);
