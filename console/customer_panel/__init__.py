"""The panel beside a thread: who the customer is, how they came, what they sent, and their earlier conversations."""
