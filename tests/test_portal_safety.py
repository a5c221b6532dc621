"""Every answer keeps the reader on our origin; nothing tells what is behind."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from datasette.app import Datasette

from portal.app import create_datasette

ANSWERS = ["/", "/baltic/enterprises", "/baltic/enterprises.json", "/nope", "/static/portal.css",
           "/baltic/enterprises?nope=1", "/baltic/enterprises.csv", "/-/threads"]  # fmt: skip


@pytest.mark.parametrize("path", ANSWERS)
async def test_every_answer_carries_the_headers(portal: Datasette, path: str):
    headers = (await portal.client.get(path)).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    "path",
    ["/-/threads", "/-/threads.json", "/-/databases.json", "/-/password-tool", "/-/messages",
     "/-/allow-debug", "/-/permissions", "/-/patterns", "/-/login", "/-/logout",
     "/%5Cexample.com/", "/a%5c"],
)  # fmt: skip
async def test_pages_that_are_nobody_s_business_are_closed(portal: Datasette, path: str):
    assert (await portal.client.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/-/versions.json", "/-/plugins.json", "/-/settings.json", "/-/metadata.json", "/.json",
     "/baltic.json", "/baltic/enterprises.json"],
)  # fmt: skip
async def test_what_is_open_tells_no_path_of_a_file(portal: Datasette, path: str, published: Path):
    response = await portal.client.get(path)
    assert response.status_code == 200
    assert str(published.parent) not in response.text
    assert str(Path(__file__).parent.parent) not in response.text


@pytest.mark.parametrize("value", ["Basic z", "Basic é", "Basic YTpi", "Bearer x"])
async def test_credentials_change_nothing(portal: Datasette, value: str):
    response = await portal.client.get("/", headers={"Authorization": value.encode()})
    assert response.status_code == 200
    assert response.headers["cache-control"] == "max-age=60"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_nothing_but_reading_is_answered(portal: Datasette, method: str):
    for path in ("/", "/baltic/enterprises.csv", "/baltic/enterprises.geojson", "/-/metadata"):
        assert (await portal.client.request(method, path)).status_code == 405


async def test_options_cost_nothing(portal: Datasette):
    response = await portal.client.options("/baltic/enterprises.csv")
    assert (response.status_code, response.text) == (204, "")
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("extension", ["", ".json", ".csv"])
@pytest.mark.parametrize(
    "sql",
    ["select zeroblob(900000000)", "select hex(zeroblob(100000000))",
     "select printf('%.*c', 100000000, 'x')", "select group_concat(body.a) from (with recursive "
     "c(a) as (select 1 union all select a+1 from c limit 900000) select a from c) body"],
)  # fmt: skip
async def test_sql_makes_no_giants(portal: Datasette, extension: str, sql: str):
    response = await portal.client.get(f"/baltic{extension}", params={"sql": sql})
    assert len(response.content) < 10_000


@pytest.mark.parametrize("extension", ["", ".json", ".csv"])
async def test_sql_without_an_end_is_stopped_in_words(published: Path, extension: str):
    portal = create_datasette(published, settings={"sql_time_limit_ms": 50})
    endless = "with recursive c(x) as (select 1 union all select x+1 from c) select count(*) from c"
    response = await portal.client.get(f"/baltic{extension}", params={"sql": endless})
    assert response.status_code == 400
    assert "longer than it may here, 0.05 s" in response.text
    assert "<textarea" not in response.text
    assert "&lt;p" not in response.text


async def test_a_head_is_answered_without_a_body(portal: Datasette):
    for path in ("/", "/baltic/enterprises.csv", "/baltic/enterprises.geojson"):
        response = await portal.client.head(path)
        assert response.status_code == 200


async def test_a_cookie_changes_nothing(portal: Datasette):
    response = await portal.client.get("/baltic/enterprises", cookies={"x": "y"})
    assert response.headers["cache-control"] == "max-age=60"


async def test_an_operator_s_tile_server_is_admitted_and_no_other(published: Path, tmp_path: Path):
    metadata = tmp_path / "metadata.yml"
    tiles = {"tile_url": "https://{s}.tiles.example.org/{z}/{x}/{y}.png", "attribution": "© <T>"}
    metadata.write_text(yaml.safe_dump({"plugins": {"baltic-map": tiles}}))
    response = await create_datasette(published, metadata=metadata).client.get("/")
    policy = response.headers["content-security-policy"]
    assert "img-src 'self' data: https://*.tiles.example.org;" in policy
    assert "tiles.example.org" in response.text


def test_nothing_we_serve_names_another_host():
    root = Path(__file__).parent.parent
    for file in [*(root / "static").glob("*"), *(root / "templates").glob("*")]:
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            for word in ('src="http', "url(http", 'import "http', 'fetch("http', "@import"):
                assert word not in text, file


@pytest.mark.parametrize(
    "path",
    ["//example.org", "/en//example.org", "/da//example.org/x.csv", "//example.org/?utm_source=1",
     "/da//example.org?fbclid=1", "/lt//", "/pl/\\example.org", "/da/%5cexample.org"],
)  # fmt: skip
async def test_no_redirect_leads_abroad(portal: Datasette, path: str):
    response = await portal.client.get(f"http://localhost{path}")
    assert response.status_code == 404
    assert "location" not in response.headers


@pytest.mark.parametrize("prefix", ["", "/da", "/lt"])
@pytest.mark.parametrize("path", ["/-/login", "/-/databases", "/-/threads", "/-/password-tool"])
async def test_what_is_closed_is_closed_in_all_languages(portal: Datasette, prefix: str, path: str):
    response = await portal.client.get(prefix + path)
    assert response.status_code == 404
    assert "set-cookie" not in response.headers


async def test_answers_do_not_differ_by_who_asks(portal: Datasette):
    for path in ("/", "/baltic/enterprises", "/baltic/sources", "/baltic/enterprises.json"):
        response = await portal.client.get(path, headers={"Cookie": "a=b"})
        assert "cookie" not in response.headers.get("vary", "").lower()
        assert "private" not in response.headers.get("cache-control", "")


async def test_only_the_embedded_map_may_be_framed(portal: Datasette):
    for path in ("/embed/map", "/da/embed/map"):
        policy = (await portal.client.get(path)).headers["content-security-policy"]
        assert "frame-ancestors *" in policy
    for path in ("/", "/xx/embed/map", "/baltic/enterprises", "/embed/map/x"):
        policy = (await portal.client.get(path)).headers["content-security-policy"]
        assert "frame-ancestors 'self'" in policy


async def test_a_failure_before_datasette_takes_over_is_answered_in_words(
    portal: Datasette, monkeypatch: pytest.MonkeyPatch
):
    async def broken(*_: object, **__: object) -> bool:
        raise RuntimeError("made up")

    monkeypatch.setattr("portal.compat.may_view", broken)
    response = await portal.client.get("/baltic/enterprises")
    assert response.status_code == 500
    assert "it is not your mistake" in response.text
    assert "made up" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"
