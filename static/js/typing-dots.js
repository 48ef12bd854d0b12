// Tells the server that keys move, for the customer's typing dots: at most once in a while, and once when they stop.

import { post } from "./csrf.js";

const TELL_EVERY = 10_500; // ms, a little more than the server's own limit, or every second word would be refused
const STOPPED_AFTER = 5_000; // ms without a key

export class TypingDots {
  constructor(url) {
    this.url = url;
    this.toldAt = -TELL_EVERY;
  }

  // Facebook is told as soon as the limit allows, if keys still move then.
  move() {
    this.isMoving = true;
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.stop(), STOPPED_AFTER);
    clearTimeout(this.due);
    this.due = setTimeout(() => this.isMoving && this.start(), Math.max(0, this.toldAt + TELL_EVERY - performance.now()));
  }

  start() {
    this.toldAt = performance.now();
    this.areShown = true;
    this.tell(1);
  }

  stop() {
    if (this.areShown) this.tell(0);
    this.end();
  }

  // A message ends the dots by itself.
  end() {
    clearTimeout(this.idle);
    clearTimeout(this.due);
    this.isMoving = this.areShown = false;
  }

  tell(on) {
    post(this.url, { on }).catch(() => {}); // a courtesy: nobody is told when it fails
  }
}
