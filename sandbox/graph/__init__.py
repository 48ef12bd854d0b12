"""The Graph API: one module for each capability, and the endpoint that leads to them."""
