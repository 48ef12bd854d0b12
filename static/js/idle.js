// Seconds since this agent last did something in this tab. Requests carry them: the console logs out agents who do
// nothing, however often their desk asks for changes.

const ACTS = ["keydown", "pointerdown", "pointermove", "wheel"];

let actedAt = Date.now();

for (const act of ACTS) addEventListener(act, ({ isTrusted }) => isTrusted && (actedAt = Date.now()), { capture: true, passive: true });

export const idleSeconds = () => Math.max(0, Math.round((Date.now() - actedAt) / 1000));
