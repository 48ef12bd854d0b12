// Receives changes from the server and dispatches them in this page as events on the body: live-row with a row of the
// queue, live-thread-12 with new entries of a thread. live-hello means: changes may have been missed, ask for everything.
// One of several tabs holds the stream, because a browser opens only six connections to one server; it passes on what it
// receives.

import { headers, leaveIfSentAway } from "./csrf.js";
import { OneTab } from "./one-tab.js";

const WHICH = "which stream?"; // a tab asks the one that holds it
const LISTEN_AGAIN = 1_000; // ms, and up to twice as long, so that not all browsers come back to a server at once
const GREET_WITHIN = 1_000; // ms in which all browsers ask for what they may have missed after the first hello of a page
const ASK_AGAIN = 3_000; // ms, after a question that the console did not answer
const ASK_ANYWAY = 300_000; // ms, in case an event of the server was lost

class LiveStream extends HTMLElement {
  connectedCallback() {
    this.tabs = new BroadcastChannel("live");
    this.tabs.onmessage = ({ data }) => this.receive(data);
    document.addEventListener("visibilitychange", this.wake);
    addEventListener("online", this.wake);
    addEventListener("offline", this.away);
    document.addEventListener("unanswered", this.unanswered);
    this.asking = setInterval(this.wake, ASK_ANYWAY);
    this.oneTab = new OneTab(this.tabs, WHICH, this.listen, this.stop);
    this.oneTab.wait();
    this.tabs.postMessage(WHICH);
  }

  disconnectedCallback() {
    this.tabs.close();
    this.source?.close();
    clearInterval(this.asking);
    this.oneTab.leave();
    document.removeEventListener("visibilitychange", this.wake);
    removeEventListener("online", this.wake);
    removeEventListener("offline", this.away);
    document.removeEventListener("unanswered", this.unanswered);
    clearTimeout(this.askingAgain);
  }

  away = () => this.handle("away");

  unanswered = () => {
    this.away();
    clearTimeout(this.askingAgain);
    this.askingAgain = setTimeout(this.wake, ASK_AGAIN);
  };

  wake = () => document.hidden || this.askAnew();

  // It is not known what was missed: rows that the console read for others before this moment are too old.
  askAnew() {
    delete document.body.dataset.hello;
    this.ask();
  }

  ask() {
    this.textContent = "";
    this.dispatch("hello");
  }

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
    this.source = new EventSource(this.getAttribute("src"));
    this.source.onmessage = ({ data }) => this.publish(data);
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
    this.textContent = name === "away" || name === "goodbye" ? this.dataset.away : "";
    if (name === "goodbye") this.askWhy();
    else if (name === "stream") this.learnStream(words);
    else if (name === "hello") this.greet(words);
    else if (name !== "away") this.dispatch(name, { words: words.split(" "), html });
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
    this.greeting = setTimeout(() => this.ask(), this.isGreeted ? Math.random() * GREET_WITHIN : 0);
    this.isGreeted = true;
  }

  dispatch(name, detail) {
    document.body.dispatchEvent(new CustomEvent(`live-${name}`, { detail }));
  }

  // The stream ended for good: this agent is logged out, or a proxy answers for a console that is being restarted.
  async askWhy() {
    this.source?.close();
    const response = await fetch(this.dataset.queue, { headers: headers() }).catch(() => null);
    if (response && leaveIfSentAway(response)) return;
    if (this.source) this.listening = setTimeout(this.listen, LISTEN_AGAIN * (1 + Math.random()));
  }
}

function split(text, by) {
  const at = text.indexOf(by);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

customElements.define("live-stream", LiveStream);
