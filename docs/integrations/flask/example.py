"""The smallest site with it: LINKS=/srv/dumps/links.json SITE=https://dumps.example.org/ python3 example.py

Three requests a day and client. Debian: python3-flask-limiter.
"""
import os
import pathlib
import sys

from flask import Flask, jsonify
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "python")]

from spillway_flask import tell_throttled  # noqa: E402

app = Flask(__name__)
limiter = Limiter(get_remote_address, app=app, default_limits=["3 per day"], storage_uri="memory://")
tell_throttled(
    app,
    limiter,
    links=os.environ["LINKS"],
    site=os.environ.get("SITE"),
    documentation="https://example.org/docs/limits",
    contact="mailto:data@example.org",
    check=os.environ.get("CHECK"),
)


@app.route("/<path:path>")
def search(path):
    return jsonify(results=[])


if __name__ == "__main__":
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", int(os.environ.get("PORT", 0)), app, threaded=True)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
