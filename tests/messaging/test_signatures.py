"""Our signatures equal those that the providers' own documentation computes."""

import hashlib

from survey_app.messaging.channels import aliyun, gateway, tencent, twilio

EMPTY = hashlib.sha256(b"").hexdigest()


def test_aliyun_signature_v3_is_that_of_its_documented_example() -> None:
    query = aliyun.canonical_query(
        {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    )
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": EMPTY,
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    made = aliyun.authorization(
        method="POST",
        query=query,
        headers=headers,
        body=b"",
        key_id="YourAccessKeyId",
        key_secret="YourAccessKeySecret",
    )
    assert made == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_aliyun_encodes_as_rfc_3986_wants() -> None:
    assert aliyun.canonical_query({"b": "a b*~/+", "a": "禾木"}) == "a=%E7%A6%BE%E6%9C%A8&b=a%20b%2A~%2F%2B"


def test_tencent_signature_v3_is_that_of_its_documented_examples() -> None:
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    headers = {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"}
    made = tencent.authorization(
        service="cvm", headers=headers, body=body, timestamp=1551113065,
        key_id="AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", key_secret="Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
    )  # fmt: skip
    assert made == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )
    made = tencent.authorization(
        service="cvm", headers=headers | {"x-tc-action": "DescribeInstances"}, body=body, timestamp=1551113065,
        key_id="AKID", key_secret="*" * 32,
    )  # fmt: skip
    assert made.endswith("Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f")


def test_twilio_signature_is_that_of_its_documented_example() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert (
        twilio.signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    )


def test_the_signature_of_our_own_gateway_covers_time_and_body() -> None:
    one = gateway.signature("secret", "1700000000", b"{}")
    assert len(one) == 64
    assert (
        len({one, gateway.signature("secret", "1700000001", b"{}"), gateway.signature("secret", "1700000000", b"[]")})
        == 3
    )
