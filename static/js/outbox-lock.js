// One tab of this browser at a time sends the entries of an outbox. The next tab goes on as soon as that one is gone.
// Without https there are no locks: then a tab takes the turn for a while, and renews it.

import { claim, giveBack } from "./outbox-store.js";

const TURN = 6_000; // ms
const tab = crypto.getRandomValues(new Uint32Array(2)).join("-");

export const underLock = (name, work) => (navigator.locks ? navigator.locks.request(name, work) : inTurn(name, work));

// A tab that was asleep may believe that it still has the turn. That does no harm: an entry that is sent twice has the
// same key.
async function inTurn(name, work) {
  while (!(await claimTurn(name))) await new Promise((resolve) => setTimeout(resolve, TURN / 4));
  const renewing = setInterval(claimTurn, TURN / 3, name);
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    await giveBack(name);
  }
}

const claimTurn = (name) => claim(name, tab, Date.now() + TURN);
