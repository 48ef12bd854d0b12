"""Links by which agents choose a password: an invitation, or a new password for one who forgot theirs."""
