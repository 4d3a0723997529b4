"""The smallest site with it: LINKS=/srv/dumps/links.json SITE=https://dumps.example.org/ python3 example.py

Three requests a day and client; blocked programs, a page cap. SETTINGS=FILE reads more settings from a file, such as
docs/sites/civic-data/settings.py. Debian: python3-djangorestframework.
"""
import os
import pathlib
import runpy
import sys

import django
from django.conf import settings

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "python")]

SETTINGS = {
    "SPILLWAY_NOTICES": {"documentation": "https://example.org/docs/limits", "contact": "mailto:data@example.org"},
    "SPILLWAY_BLOCKED_AGENTS": ["BadBot", "HTTrack"],
    "SPILLWAY_MAX_RESULTS": 1000,
}
if "SETTINGS" in os.environ:
    read = runpy.run_path(os.environ["SETTINGS"])
    SETTINGS.update({name: value for name, value in read.items() if name.startswith("SPILLWAY_")})
for name in ("links", "site", "check"):
    if name.upper() in os.environ:
        SETTINGS["SPILLWAY_NOTICES"][name] = os.environ[name.upper()]

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="example_urls",
    SECRET_KEY="only an example",
    INSTALLED_APPS=["rest_framework"],
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    MIDDLEWARE=["spillway_django.BlockedAgents"],
    REST_FRAMEWORK={
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
        "DEFAULT_THROTTLE_RATES": {"anon": "3/day"},
        "DEFAULT_CONTENT_NEGOTIATION_CLASS": "spillway_django.AnyAccept",
        "DEFAULT_PAGINATION_CLASS": "spillway_django.CappedPagination",
        "EXCEPTION_HANDLER": "spillway_django.exception_handler",
        "PAGE_SIZE": 100,
    },
    **SETTINGS,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import re_path  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from spillway_django import CappedPagination  # noqa: E402


class Search(APIView):
    def get(self, request):
        paginator = CappedPagination()
        page = paginator.paginate_queryset(range(5000), request, self)
        return paginator.get_paginated_response(list(page))


class Unthrottled(Search):
    throttle_classes = []


class example_urls:
    urlpatterns = [re_path("^unthrottled|^robots.txt", Unthrottled.as_view()), re_path("", Search.as_view())]


sys.modules["example_urls"] = example_urls

if __name__ == "__main__":
    from wsgiref.simple_server import make_server

    with make_server("127.0.0.1", int(os.environ.get("PORT", 0)), get_wsgi_application()) as server:
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        server.serve_forever()
