// The sound of one voice note, in parts, in this browser's IndexedDB. It belongs to an agent and a conversation; one tab
// at a time has it.

const PATIENCE = 1_000; // ms: a conversation that is opened anew gets it from the one that was left

export class KeptVoice {
  constructor(owner) {
    this.owner = owner;
  }

  // Open the note. Fails if another tab has it.
  async begin() {
    localStorage.setItem("has-recorded", "yes"); // on-demand.js looks for a note from before then
    if (!(await this.claim())) throw new DOMException("", "InUseError");
    this.parts = [];
  }

  // Return the parts of a note that was neither sent nor deleted.
  async restore() {
    return (await this.claim()) ? partsOf(this.owner).catch(() => []) : [];
  }

  // A browser without room keeps the note as long as the page is open.
  add(part) {
    this.parts.push(part);
    this.settled = Promise.allSettled([this.settled, addPart(this.owner, part)]);
  }

  async forget() {
    await forgetParts(this.owner).catch(() => {});
    this.free();
  }

  async claim() {
    this.claimed ??= hold(`voice-note-${this.owner}`);
    const hasIt = Boolean(await this.claimed);
    if (!hasIt) this.claimed = null;
    return hasIt;
  }

  async free() {
    const letGo = await this.claimed;
    this.claimed = null;
    letGo?.();
  }
}

// Return a function that releases the lock; null if another tab has it, or if the browser has no locks.
const hold = (name) =>
  new Promise((resolve) => {
    const has = () => new Promise((letGo) => resolve(letGo));
    if (!navigator.locks) resolve(null);
    navigator.locks?.request(name, { signal: AbortSignal.timeout(PATIENCE) }, has).catch(() => resolve(null));
  });

const addPart = (owner, part) => within("readwrite", (parts) => parts.add({ owner, part }));

async function partsOf(owner) {
  const rows = await within("readonly", (parts) => parts.index("owner").getAll(owner));
  return rows.map(({ part }) => part);
}

const forgetParts = (owner) =>
  within("readwrite", (parts) => {
    parts.index("owner").openKeyCursor(owner).onsuccess = ({ target: { result: found } }) => {
      if (!found) return;
      parts.delete(found.primaryKey);
      found.continue();
    };
  });

async function within(mode, work) {
  const database = await open();
  const transaction = database.transaction("parts", mode);
  const request = work(transaction.objectStore("parts"));
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  database.close();
  return request?.result;
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("voice-notes", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("parts", { autoIncrement: true }).createIndex("owner", "owner");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
