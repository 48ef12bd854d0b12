// One tab of a browser does something for all its tabs. Another tab takes its place when it is gone.

const LOOK_EVERY = 3_000; // ms, for the tab that does it, where there are no locks
const CLAIM_AFTER = 200; // ms, and up to twice as long, without its answer

export class OneTab {
  // channel: of all tabs. begin, end: called when this tab becomes the one, and when it no longer is.
  constructor(channel, question, begin, end) {
    Object.assign(this, { channel, question, begin, end });
  }

  // The lock is held as long as the tab lives; the next in line then takes over. Browsers have locks with https alone.
  wait() {
    if (navigator.locks) return navigator.locks.request("live", () => new Promise(this.begin));
    this.look();
    this.looking = setInterval(this.look, LOOK_EVERY);
  }

  leave() {
    clearInterval(this.looking);
    clearTimeout(this.claiming);
  }

  look = () => {
    if (this.since) return;
    this.channel.postMessage(this.question);
    this.claiming = setTimeout(() => this.claim(), CLAIM_AFTER * (1 + Math.random()));
  };

  claim() {
    this.since = Date.now() + Math.random(); // so that no two are equal
    this.channel.postMessage(`claimed ${this.since}`);
    this.begin();
  }

  // Another tab has answered the question.
  found() {
    clearTimeout(this.claiming);
  }

  // Another tab has claimed it. The later one of two goes on.
  yieldTo(since) {
    this.found();
    if (!this.since || since < this.since) return;
    this.since = null;
    this.end();
  }
}
