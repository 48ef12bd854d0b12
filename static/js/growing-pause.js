// Pauses between attempts, each twice as long as the one before it.

const FIRST = 1_000; // ms
const LONGEST = 30_000; // ms

export class GrowingPause {
  constructor() {
    this.begin();
  }

  begin() {
    this.next = FIRST;
  }

  grow() {
    const { next } = this;
    this.next = Math.min(2 * next, LONGEST);
    return this.rest(next);
  }

  rest(ms) {
    return new Promise((resolve) => {
      this.end = resolve;
      setTimeout(resolve, ms);
    });
  }
}
