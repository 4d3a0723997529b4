"""Flask with Flask-Limiter: throttled clients are told where the files are.

Needs spillway_notices.py beside it. How to put it in: README.md in this folder.
"""
import time

from flask import Response, request

from spillway_notices import Notices


def tell_throttled(app, limiter, **settings):
    """Answers every 429 of the application, the limiter's and its own. Returns the notices, for answers of other kinds.

    settings: those of Notices.
    """
    notices = Notices(**settings)

    @app.errorhandler(429)
    def throttled(error):
        limit = limiter.current_limit
        return refuse(notices, 429, retry_after=limit.reset_at - time.time() if limit and limit.breached else None)

    return notices


def refuse(notices, status, retry_after=None, detail=None):
    """The answer for the present request."""
    headers = request.headers
    answer = notices.answer(
        status, request.path, headers.get("Accept"), headers.get("User-Agent"), retry_after, detail
    )
    return Response(answer.body, answer.status, answer.headers)
