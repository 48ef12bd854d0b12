"""Import of the older history: messages from before the console knew the customer, fetched in the background."""
