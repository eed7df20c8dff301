"""The firm of a running `carnet demo`, for a test that acts beside a browser."""

import json
import urllib.request
import uuid

from tests.browser import find_bridge, open_window

WIDE = (1180, 760)


def get_json(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.loads(response.read())


def post_json(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as response:
        return json.loads(response.read())


class DemoFirm:
    """What a test asks of the running demo beside the browser."""

    def __init__(self, url):
        self.url = url
        self.people = get_json(f"{url}/demo/users")
        self.about = get_json(f"{url}/demo/about")

    def person(self, name):
        return next(person for person in self.people if person["name"] == name)

    def order_mail(self, **order):
        """Have a mail delivered; gives it as it was sent."""
        return post_json(f"{self.url}/demo/mail", order)

    def token(self, person):
        return get_json(f"{self.url}/demo/token?user={person['id']}")["token"]

    def mail_from(self, person, domain):
        """An outside person at a domain whom somebody has had a mail from."""
        items = get_json(f"{self.url}/demo/inbox?user={person['id']}")
        pairs = [pair for item in items for pair in [item["from"], *item["to"]] if pair and pair[1].endswith(domain)]
        return {"kind": "read", "from": pairs[0], "to": [[person["name"], person["mail"]]], "cc": []}

    def say(self, person, text, locale="en"):
        """Let somebody type to the bot; gives what came back as text."""
        activity = {
            "type": "message",
            "id": str(uuid.uuid4()),
            "channelId": "msteams",
            "serviceUrl": self.about["service_url"],
            "from": {"id": f"29:{person['id']}", "aadObjectId": person["id"]},
            "recipient": {"id": f"28:{self.about['app_id']}"},
            "conversation": {"id": "a:test", "conversationType": "personal", "tenantId": self.about["tenant_id"]},
            "channelData": {"tenant": {"id": self.about["tenant_id"]}},
            "locale": locale,
            "text": text,
            "deliveryMode": "expectReplies",
        }
        return json.dumps(post_json(f"{self.url}/api/messages", activity), ensure_ascii=False)


def tab_of(firm, person, **options):
    """Open the tab as a plain browser page, signed in as somebody of the demo's firm."""
    return open_window(firm.url, is_stubbed=False, size=options.pop("size", WIDE), **options)


async def open_tab(window, firm, person, query="locale=en-GB", place=""):
    await window.context.add_init_script(path=find_bridge())
    page = await window.open(f"/tab?{query}{place}", demoTokenValue=firm.token(person))
    await page.get_by_role("tab").first.wait_for()
    return page
