"""One API.  Bodies: https://github.com/songquanpeng/one-api (`middleware/utils.go`, `controller`), issue 1692."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

_TIME = "20261123100000"
_STATUS = (
    '{"success":true,"message":"","data":{"version":"v0.6.10","start_time":1732270000,"email_verification":false,'
    '"github_oauth":false,"github_client_id":"","lark_client_id":"","system_name":"One API","logo":"",'
    '"footer_html":"","wechat_qrcode":"","wechat_login":false,"server_address":"http://localhost:3000",'
    '"turnstile_check":false,"turnstile_site_key":"","top_up_link":"","chat_link":"","quota_per_unit":500000,'
    '"display_in_currency":true}}'
)


def refusal(words: str, kind: str, more: str = "") -> Said:
    """Return a refusal as this family writes it."""
    message = f"{words} (request id: {_TIME}123456789)"
    return Said(401, f'{{"error":{{"message":"{message}","type":"{kind}"{more}}}}}')


def subscription(limit: float) -> Said:
    """Return what a key may spend in all."""
    names = ("soft_limit_usd", "hard_limit_usd", "system_hard_limit_usd")
    limits = ",".join(f'"{name}":{limit}' for name in names)
    return Said(200, f'{{"object":"billing_subscription","has_payment_method":true,{limits},"access_until":0}}')


def usage(hundredths: float) -> Said:
    """Return what a key has spent."""
    return Said(200, f'{{"object":"list","total_usage":{hundredths}}}')


def model(name: str, more: str = "") -> str:
    """Return an entry of the list: every model of one second."""
    return f'{{"id":"{name}","object":"model","created":1626777600,"owned_by":"openai"{more}}}'


BILLING = "/v1/dashboard/billing/"
UNKNOWN = Said(
    404,
    '{"error":{"message":"Invalid URL (GET /testkey-no-such-path)","type":"invalid_request_error","param":"",'
    '"code":""}}',
)
_VENDOR = Vendor(
    key=lambda name: made_up_key("sk-", name, 48),
    refused=refusal("无效的令牌", "one_api_error"),
    keyed={
        "/v1/models": Said(200, f'{{"object":"list","data":[{model("gpt-4o-mini")},{model("gpt-4o")}]}}'),
        f"{BILLING}subscription": subscription(100),
        f"{BILLING}usage": usage(1250),
    },
    public={"/api/status": Said(200, _STATUS)},
    unknown=UNKNOWN,
    headers={"x-oneapi-request-id": f"{_TIME}123456789"},
    models=("gpt-4o-mini",),
)
_USED_UP = refusal("该令牌额度已用尽", "one_api_error")

PERSONAS = personas(
    _VENDOR,
    "a quota of 100 in the site's unit, 12.50 of it used",
    Situation(name="broke", says="its quota is used up", keyed={f"{BILLING}usage": usage(10000)}),
    Situation(
        name="used-up",
        says="401 to every question: the quota is used up",
        keyed=dict.fromkeys(_VENDOR.keyed, _USED_UP),
    ),
    Situation(name="unlimited", says="no quota of its own", keyed={f"{BILLING}subscription": subscription(100000000)}),
)
