"""Web Push: the devices of agents, which are called while no desk is open in them."""
