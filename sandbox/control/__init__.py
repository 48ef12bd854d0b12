"""The control plane, `/_sandbox/…`: what tests and the phone use to act as customers and to change the world."""
