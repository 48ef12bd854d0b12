"""The web server: uvicorn with the deadlines of http_connection.py. bin/run.py has its options."""

import sys

from uvicorn.config import HTTP_PROTOCOLS
from uvicorn.main import main

HTTP_PROTOCOLS["httptools"] = "console.infrastructure.http_connection:Connection"

if __name__ == "__main__":
    main(["--http", "httptools", *sys.argv[1:]])
