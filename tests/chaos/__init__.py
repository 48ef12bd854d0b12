"""The real stack under everything that may go wrong at once; then what each customer sees, what each agent sees, what
each bot received and what was typed are compared by message and handover. `bin/chaos --help` runs it long."""
