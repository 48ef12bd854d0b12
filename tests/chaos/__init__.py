"""The real stack under everything that may go wrong at once; then what each customer sees, what each agent sees, what
each bot heard and what was typed are compared, message by message and hand by hand. `bin/chaos --help` runs it long."""
