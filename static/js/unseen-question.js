// Asks before a Send if the customer has written below the visible part of the thread: the agent reads that first. The
// console asks the same about messages that have not reached this browser yet (outbox.js).

export class UnseenQuestion {
  constructor(composer, sendAnyway) {
    this.shown = composer.querySelector(".composer-notice-question");
    this.shown.querySelector("button").onclick = sendAnyway;
    this.customer = composer.dataset.customer;
    this.list = composer.closest(".conversation").querySelector("message-list");
  }

  // Return whether the question is asked now.
  ask() {
    const count = this.list.countUnseen();
    if (count) this.list.toEnd();
    this.show(count);
    return count > 0;
  }

  show(count) {
    this.shown.hidden = !count;
    if (!count) return; // each key comes here: new words, though hidden, would have the browser look at the styles of all rows
    const { one, many } = this.shown.dataset;
    const words = { "#": count, "@": this.customer }; // a name may have either in it
    this.shown.querySelector("span").textContent = (count === 1 ? one : many).replace(/[#@]/g, (mark) => words[mark]);
  }
}
