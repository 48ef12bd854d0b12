"""The control plane, `/_sandbox/…`. Tests and the phone use it to act as customers and to change the world."""
