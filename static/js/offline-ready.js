// Has the service worker show the page of offline-page.js from now on, with the unsent replies of this agent.

import { agent } from "./csrf.js";

localStorage.setItem("agent", agent);
navigator.serviceWorker?.register("/service-worker.js").catch(() => null); // without it the browser says that it is offline
