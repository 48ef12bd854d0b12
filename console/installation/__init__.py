"""The console as an app on a computer or phone: its manifest, and the page that it shows while it is offline."""
