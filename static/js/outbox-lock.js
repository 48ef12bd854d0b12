// One tab of this browser at a time sends what an outbox has. The next in line goes on as soon as that tab is gone. Without
// https there are no locks: then a tab has the turn for a while, and renews it.

const TURN = 6_000; // ms
const tab = crypto.getRandomValues(new Uint32Array(2)).join("-");

export const underLock = (name, work) => (navigator.locks ? navigator.locks.request(name, work) : inTurn(name, work));

// Two tabs may both think that it is theirs. That does no harm: whatever is sent twice has the same key.
async function inTurn(name, work) {
  while (!claim(name)) await new Promise((resolve) => setTimeout(resolve, TURN / 4));
  const renewing = setInterval(claim, TURN / 3, name);
  try {
    return await work();
  } finally {
    clearInterval(renewing);
    localStorage.removeItem(name);
  }
}

function claim(name) {
  const turn = JSON.parse(localStorage.getItem(name));
  const isFree = !turn || turn.tab === tab || turn.until < Date.now();
  if (isFree) localStorage.setItem(name, JSON.stringify({ tab, until: Date.now() + TURN }));
  return isFree;
}
