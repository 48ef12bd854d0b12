"""What a customer and a Page said before the console knew the customer, fetched from Facebook in the background."""
