"""SiliconFlow.  Bodies: https://docs.siliconflow.cn/cn/api-reference/userinfo/get-user-info, issues named below."""

from __future__ import annotations

from testkey_nb.sandbox.persona import made_up_key
from testkey_nb.sandbox.vendor import Said, Situation, Vendor, personas

# Quoted by users of both platforms, for a wrong key and for a key of the other platform.
_REFUSED = '{"code":30014,"message":"Token is invalid.","data":null}'
_MODELS = (
    '{"object":"list","data":[{"id":"deepseek-ai/DeepSeek-V4-Pro","object":"model","created":0,"owned_by":""},'
    '{"id":"Qwen/Qwen3-8B","object":"model","created":0,"owned_by":""}]}'
)
# github.com/rikkahub/rikkahub/issues/1811: the Chinese platform stopped to answer this in August 2026.
_SWITCHED_OFF = '{"code":20092,"message":"endpoint is deprecated","data":null}'


def _info(granted: str, paid: str, total: str) -> Said:
    data = (
        '{"id":"userid","name":"username","image":"user_avatar_image_url","email":"user_email_address","isAdmin":false,'
        f'"balance":"{granted}","status":"normal","introduction":"","role":"","chargeBalance":"{paid}",'
        f'"totalBalance":"{total}"}}'
    )
    return Said(200, f'{{"code":20000,"message":"OK","status":true,"data":{data}}}')


_VENDOR = Vendor(
    key=lambda name: made_up_key("sk-", name, 48).lower(),
    refused=Said(401, _REFUSED),
    keyed={"/v1/models": Said(200, _MODELS), "/v1/user/info": _info("0.88", "88.00", "88.88")},
)

PERSONAS = personas(
    _VENDOR,
    "88.88 left, of which 0.88 was given",
    Situation(
        name="broke",
        says="nothing left in the fields that the API tells; vouchers are not in them",
        keyed={"/v1/user/info": _info("0", "0", "0")},
    ),
    Situation(
        name="no-balance-question",
        says="a platform that has switched its balance question off",
        keyed={"/v1/user/info": Said(410, _SWITCHED_OFF)},
    ),
    Situation(
        name="other-platform",
        says="a key of api.siliconflow.cn: refused at api.siliconflow.com",
        only_at="api.siliconflow.cn",
        keyed={"/v1/user/info": Said(410, _SWITCHED_OFF)},
    ),
)
