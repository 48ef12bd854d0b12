"""Privacy: erase one customer, with a receipt."""
