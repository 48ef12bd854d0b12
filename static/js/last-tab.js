// Finds out whether this is the only tab of this agent's desk in this browser. A closing tab cannot wait for the answer, so
// it is asked beforehand. Without https this is unknown, and every tab counts as the last.

import { agent } from "./csrf.js";

const NAME = `desk-${agent}`;

let others = 0;

navigator.locks?.request(NAME, { mode: "shared" }, () => new Promise(() => {}));

export const isLastTab = () => others < 1;

export async function countTabs() {
  const { held } = (await navigator.locks?.query()) ?? { held: [] };
  others = held.filter(({ name }) => name === NAME).length - 1;
}
