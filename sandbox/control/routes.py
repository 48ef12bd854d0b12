"""The routes of the control plane, `/_sandbox/…`: JSON over HTTP for tests, the phone and other programs.

A bad request is answered 400, an unknown customer or Page 404, both with `{"error": "a sentence"}`.
"""

from . import customers, faults, pages, world

ROUTES = [*world.ROUTES, *pages.ROUTES, *customers.ROUTES, *faults.ROUTES]
