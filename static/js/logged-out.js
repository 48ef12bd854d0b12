// Nobody is logged in here any more: a device that is offline shows no agent's unsent replies. They wait for their agent.

localStorage.removeItem("agent");
