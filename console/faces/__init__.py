"""Faces of colleagues who look at a conversation at this moment, and whether they type there.

A desk looks when it opens a conversation (views.py), looks on every few seconds, and looks away when it leaves
(endpoint.py). Redis remembers it for ten seconds (looks.py), and no database row is written. Once a second each web
process compares what Redis has with what it sent last (console/live/hub.py), and sends the faces of those
conversations that differ to the desks that may see them (faces.py).
"""
