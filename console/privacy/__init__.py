"""Privacy: export one customer, and erase one with a receipt."""
