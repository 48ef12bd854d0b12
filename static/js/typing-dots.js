// Notifies the server that the agent types, for the customer's typing dots and for colleagues: at most once in a while,
// and once when they stop.

import { post } from "./csrf.js";
import { desk } from "./desk.js";

const SEND_EVERY = 10_500; // ms, a little more than the server's own limit, or every second word would be refused
const STOPPED_AFTER = 5_000; // ms without a key

export class TypingDots {
  constructor(url) {
    this.url = url;
    this.sentAt = -SEND_EVERY;
  }

  // Facebook is notified as soon as the limit allows, if the agent still types then.
  move() {
    this.isMoving = true;
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.stop(), STOPPED_AFTER);
    clearTimeout(this.due);
    this.due = setTimeout(() => this.isMoving && this.start(), Math.max(0, this.sentAt + SEND_EVERY - performance.now()));
  }

  start() {
    this.sentAt = performance.now();
    this.areShown = true;
    this.send(1);
  }

  stop() {
    if (this.areShown) this.send(0);
    this.end();
  }

  // A message ends the dots by itself.
  end() {
    clearTimeout(this.idle);
    clearTimeout(this.due);
    this.isMoving = this.areShown = false;
  }

  send(on) {
    post(this.url, { on, desk }).catch(() => {}); // a courtesy: nobody is notified when it fails
  }
}
