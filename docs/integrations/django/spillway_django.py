"""Django REST framework: throttled clients, pages that lie too deep, and blocked programs are told where the files are.

Needs spillway_notices.py beside it. How to put it in: README.md in this folder.
"""
import re

from django.conf import settings
from django.http import HttpResponse
from rest_framework.exceptions import APIException, Throttled
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import PageNumberPagination
from rest_framework.views import exception_handler as framework_handler
from rest_framework.views import set_rollback

from spillway_notices import Notices

NOTICES = Notices(**settings.SPILLWAY_NOTICES)

# For people: {page} pages of {size} are asked for, {most} results is as far as it goes.
TOO_DEEP = getattr(
    settings,
    "SPILLWAY_TOO_DEEP",
    "Page {page} of {size} results each lies beyond the first {most} results, which is as far as this site pages.",
)


def refuse(request, status, retry_after=None, detail=None):
    """The answer for a request, also outside REST framework. Its type is decided here: no renderer touches it."""
    answer = NOTICES.answer(
        status,
        request.path,
        request.META.get("HTTP_ACCEPT"),
        request.META.get("HTTP_USER_AGENT"),
        retry_after,
        detail,
    )
    response = HttpResponse(answer.body, status=answer.status)
    for name, value in answer.headers.items():
        response[name] = value
    return response


class PageTooDeep(APIException):
    """Raised instead of reading a page that lies too deep."""

    status_code = 400
    default_code = "page_too_deep"


def exception_handler(exc, context):
    """For REST_FRAMEWORK["EXCEPTION_HANDLER"]. Whatever is not ours to answer is the framework's."""
    if isinstance(exc, Throttled):
        set_rollback()
        return refuse(context["request"], 429, retry_after=exc.wait)
    if isinstance(exc, PageTooDeep):
        set_rollback()
        return refuse(context["request"], 400, detail=str(exc.detail))
    return framework_handler(exc, context)


class CappedPagination(PageNumberPagination):
    """Pages as the framework's, but none that ends beyond so many results.

    The link to the next page leads there all the same: a program that follows it is told that there is more, and where.
    """

    max_results = getattr(settings, "SPILLWAY_MAX_RESULTS", 10_000)

    def get_page_number(self, request, paginator):
        number = super().get_page_number(request, paginator)
        try:
            page = int(number)
        except ValueError:
            return number  # not a number: the framework says so
        if page * paginator.per_page > self.max_results:
            raise PageTooDeep(TOO_DEEP.format(page=page, size=paginator.per_page, most=self.max_results))
        return number


class AnyAccept(DefaultContentNegotiation):
    """The framework negotiates before it throttles: an Accept that no renderer serves gets 406, is not counted and
    never sees a notice. With this, such a request gets the first renderer, as RFC 9110 allows, and counts.
    """

    def select_renderer(self, request, renderers, format_suffix=None):
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except APIException:
            return renderers[0], renderers[0].media_type


class BlockedAgents:
    """Middleware: 403 and the files for programs whose User-Agent matches, except where SPILLWAY_OPEN begins a path.

    Robots have to be able to read robots.txt, and the blocked ones how to do better.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        agents = getattr(settings, "SPILLWAY_BLOCKED_AGENTS", [])
        self.blocked = re.compile("|".join(map(re.escape, agents)), re.IGNORECASE) if agents else None
        self.open = tuple(getattr(settings, "SPILLWAY_OPEN", ["/robots.txt", "/sitemap", "/.well-known/"]))

    def __call__(self, request):
        agent = request.META.get("HTTP_USER_AGENT", "")
        if self.blocked and self.blocked.search(agent) and not request.path.startswith(self.open):
            return refuse(request, 403)
        return self.get_response(request)
