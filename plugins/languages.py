"""The language of a page is the first part of its path: `/da/baltic/enterprises`; English has none.

The prefix is taken off before anything else looks at the address, and put on again by the links of
pages (`urls` in templates). Machine formats have no language, pictures excepted: requests for one
are sent on to the address without. Nothing else decides the language, no cookie and no header, so
that an address says all there is to say and a cache may keep the answer.

Last of the wrappers by its name, that is the outermost but for the headers.
"""

from datasette import hookimpl
from datasette.utils.asgi import Response

from portal import language
from portal.addresses import request_path
from portal.links import Links, speaks, stripped, with_mark


@hookimpl(trylast=True)
def asgi_wrapper(datasette):
    def wrap(app):
        async def spoken(scope, receive, send):
            if scope["type"] != "http":
                return await app(scope, receive, send)
            code, path = stripped(request_path(scope, datasette))
            if code is None:
                return await app(scope, receive, send)
            base = datasette.setting("base_url").rstrip("/")
            if code == language.ENGLISH or not speaks(path):
                query = scope["query_string"].decode("latin-1")
                address = f"{base}{path}{with_mark(query)}"
                return await Response.redirect(address, status=301).asgi_send(send)
            with language.speaking(code):
                raw = f"{base}{path}".encode("latin-1")
                rest = scope["path"].removeprefix(base).removeprefix(f"/{code}") or "/"
                inner = dict(scope, raw_path=raw, path=base + rest, language=code)

                async def answered(message):
                    # Datasette sends addresses that end with a slash on, without the language.
                    if message["type"] == "http.response.start":
                        message = message | {"headers": [*map(_localised, message["headers"])]}
                    await send(message)

                return await app(inner, receive, answered)

        def _localised(header):
            name, value = header
            if name.lower() == b"location":
                value = _again(value.decode("latin-1")).encode("latin-1")
            return name, value

        def _again(location):
            base = datasette.setting("base_url").rstrip("/")
            path = location.removeprefix(base)
            leads_on = path.startswith("/") and speaks(path) and stripped(path)[0] is None
            return Links(datasette).again(location) if leads_on else location

        return spoken

    return wrap


@hookimpl
def prepare_jinja2_environment(env):
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)
    env.filters |= {
        "day": language.day,
        "number": language.number,
        "weekday": language.weekday,
    }
    env.globals |= {
        "language": language.language,
        "languages": language.LANGUAGES,
        "period": language.period,
    }


@hookimpl
def extra_template_vars(datasette, request):
    links = Links(datasette)
    if not request:
        return {"urls": links}
    here = links.unprefixed(request)
    return {"urls": links, "here": here, "translations": links.translations(here)}
