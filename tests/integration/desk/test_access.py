"""Who may see and do what at the desk."""

from __future__ import annotations

import httpx
import pytest
from bs4 import BeautifulSoup

from tests.integration.desk.desk import Agent, ApiUser, DeskProcess

pytestmark = pytest.mark.integration

TICKETS_PAGES = [
    "/",
    "/tickets/",
    "/tickets/1/",
    "/tickets/submit/",
    "/tickets/submit_iframe/",
    "/tickets/my-tickets/",
    "/view/?ticket=messaging-1&email=whatsapp-15550001111@desk.invalid",
    "/dashboard/",
    "/kanban/",
    "/rss/recent_activity/",
    "/rss/user/alice/",
    "/reports/",
    "/admin/",
]


@pytest.fixture(scope="module", autouse=True)
def ticket(bridge: ApiUser) -> int:
    return int(bridge.open_ticket("Something private")["id"])


@pytest.mark.parametrize("path", TICKETS_PAGES)
def test_a_visitor_gets_the_login_page_and_nothing_else(desk: DeskProcess, path: str):
    page = httpx.get(desk.url + path, follow_redirects=True)

    assert page.url.path in {"/login/", "/admin/login/"}
    assert "Something private" not in page.text
    assert BeautifulSoup(page.text, "html.parser").select_one("input[name=password]")


@pytest.mark.parametrize("path", ["/tickets/submit/", "/tickets/submit_iframe/"])
def test_a_visitor_cannot_open_a_ticket(desk: DeskProcess, bridge: ApiUser, path: str):
    before = bridge.http.get("/api/tickets/").json()["count"]
    with httpx.Client(base_url=desk.url) as visitor:
        token = visitor.get("/login/").cookies["csrftoken"]
        form = {
            "queue": "1",
            "title": "t",
            "body": "b",
            "priority": "3",
            "submitter_email": "a@example.com",
            "csrfmiddlewaretoken": token,
        }
        answer = visitor.post(path, data=form)

    assert answer.headers.get("location") == "/login/"
    assert bridge.http.get("/api/tickets/").json()["count"] == before


@pytest.mark.parametrize("header", [None, "Token wrong", "Bearer local-desk-token", "Token"])
def test_the_api_answers_401_without_a_right_token(desk: DeskProcess, header: str | None):
    headers = {"Authorization": header} if header else {}

    for path in ("tickets", "tickets/1", "followups", "followups-attachments"):
        assert httpx.get(f"{desk.url}/api/{path}/", headers=headers).status_code == 401


@pytest.mark.parametrize("name", ["bridge", "observer"])
@pytest.mark.parametrize("password", ["", "None", "bridge", "observer", "alice-local"])
def test_users_of_the_api_cannot_log_in(desk: DeskProcess, name: str, password: str):
    with httpx.Client(base_url=desk.url) as visitor:
        token = visitor.get("/login/").cookies["csrftoken"]
        answer = visitor.post(
            "/login/",
            data={"username": name, "password": password, "csrfmiddlewaretoken": token},
        )

    assert answer.status_code == 200  # the form again, with an error: success would redirect
    assert "sessionid" not in answer.cookies


def test_nobody_at_the_desk_may_make_users_or_see_the_administration(
    bridge: ApiUser, observer: ApiUser, agent: Agent
):
    user = {"username": "mallory", "password": "a-long-password", "email": "m@desk.invalid"}

    assert bridge.http.post("/api/users/", json=user).status_code == 403
    assert observer.http.post("/api/users/", json=user).status_code == 403
    assert agent.http.get("/admin/auth/user/").status_code == 403
    assert agent.http.get("/admin/authtoken/tokenproxy/").status_code == 403


def test_a_request_for_another_host_is_refused(desk: DeskProcess):
    answer = httpx.get(f"{desk.url}/login/", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "DisallowedHost" not in answer.text  # no page for developers


def test_an_agents_form_without_its_token_is_refused(agent: Agent, ticket: int):
    answer = agent.http.post(f"/tickets/{ticket}/update/", data={"comment": "forged"})

    assert answer.status_code == 403


def test_a_file_is_for_users_of_the_desk(desk: DeskProcess, bridge, observer, agent, ticket):
    written = bridge.http.post(
        "/api/followups/",
        data={"ticket": str(ticket), "public": "true"},
        files=[("attachments", ("photo.png", b"\x89PNG", "image/png"))],
    ).json()
    url = written["followupattachment_set"][0]["file"]

    assert [user.http.get(url).status_code for user in (bridge, observer, agent)] == [200] * 3
    assert httpx.get(url).status_code == 403
    assert httpx.get(url, headers={"Authorization": "Token wrong"}).status_code == 403
    assert agent.http.get(f"{desk.url}/media/%2e%2e/desk.sqlite3").status_code == 404
