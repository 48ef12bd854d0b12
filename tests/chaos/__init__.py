"""The real stack under everything that may go wrong at once; then what each customer sees, what each agent sees and
what was typed are compared, message by message. `bin/chaos --help` runs it long."""
