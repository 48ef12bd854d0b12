// Hears from the server what changed and tells this page by events on the body: live-queue, live-conversation-12.
// live-hello means: whatever may have been missed, ask for it. Of many tabs one holds the stream, because a browser
// opens only six connections to one place; it passes on what it hears.

class LiveStream extends HTMLElement {
  connectedCallback() {
    this.tabs = new BroadcastChannel("live");
    this.tabs.onmessage = ({ data }) => this.tell(data);
    document.addEventListener("visibilitychange", this.wake);
    addEventListener("online", this.wake);
    this.lead();
    this.tell("hello");
  }

  disconnectedCallback() {
    this.tabs.close();
    this.source?.close();
    document.removeEventListener("visibilitychange", this.wake);
    removeEventListener("online", this.wake);
  }

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
    if (topic === "goodbye") return this.leave();
    this.textContent = topic === "away" ? this.dataset.away : "";
    if (topic !== "away") document.body.dispatchEvent(new CustomEvent(`live-${topic}`));
  }

  // The server ended the stream for good: logged out, or about to answer again. Either way the page finds out.
  leave() {
    this.source?.close();
    this.textContent = this.dataset.away;
    setTimeout(() => location.reload(), 2000 + 3000 * Math.random());
  }
}

customElements.define("live-stream", LiveStream);
