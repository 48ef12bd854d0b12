"""Signatures of webhooks and proofs for calls, against vectors with known answers."""

import json

import pytest

from messenger.appsecret_proof import appsecret_proof
from messenger.webhook_signature import sign, sign_sha1, verify

SECRET = "test_app_secret"
BODY = (
    rb'{"object":"page","entry":[{"id":"102030405060708","time":1790000000123,"messaging":[{"sender":{"id":'
    rb'"7001002003004005"},"recipient":{"id":"102030405060708"},"timestamp":1790000000000,"message":{"mid":"m_demo1",'
    rb'"text":"Gr\u00fc\u00dfe \ud83d\udc4b https:\/\/ex.am\/p"}}]}]}'
)
SIGNATURE = "sha256=31bbc48bc30c8b8a4d7d7a14c9be5bea278ace528bfd6c3a046d06620e9e5da6"
OF_THE_SAME_JSON_REWRITTEN = "sha256=0a06d4f76e3a90342176d300320ff8c009cd8e3ef8590455d1e75511f6d6c076"


def test_the_signature_of_the_raw_escaped_body_is_accepted():
    assert sign(BODY, SECRET) == SIGNATURE
    assert verify(BODY, SIGNATURE, SECRET)


def test_a_signature_of_the_same_json_written_differently_is_rejected():
    rewritten = json.dumps(json.loads(BODY), ensure_ascii=False, separators=(",", ":")).encode()
    assert sign(rewritten, SECRET) == OF_THE_SAME_JSON_REWRITTEN
    assert not verify(rewritten, SIGNATURE, SECRET)
    assert not verify(BODY, OF_THE_SAME_JSON_REWRITTEN, SECRET)


@pytest.mark.parametrize("changed", [b"", BODY + b"\n", BODY[:-1], BODY.replace(b"m_demo1", b"m_demo2")])
def test_a_signature_is_rejected_if_one_byte_of_the_body_changed(changed):
    assert not verify(changed, SIGNATURE, SECRET)


def test_no_signature_is_accepted_without_an_app_secret():
    assert not verify(BODY, sign(BODY, ""), "")


def test_a_signature_made_with_another_secret_is_rejected():
    assert not verify(BODY, sign(BODY, "another secret"), SECRET)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        "sha256",
        SIGNATURE.removeprefix("sha256="),
        SIGNATURE.upper(),
        SIGNATURE.replace("sha256", "sha1"),
        SIGNATURE[:-1],
        SIGNATURE + "0",
        " " + SIGNATURE,
        f"{SIGNATURE},{SIGNATURE}",
        "sha256=ü",
        sign_sha1(BODY, SECRET),
    ],
)
def test_a_malformed_signature_header_is_rejected(header):
    assert not verify(BODY, header, SECRET)


@pytest.mark.parametrize(
    ("secret", "token", "proof"),
    [
        ("test_app_secret", "EAATESTTOKEN", "bad6df0b858104754a0ffde2f0c05fe9731f1a5e141ee1bccf316d05f28d5135"),
        ("shhhhh!is.my.secret", "foo_token", "796ba0d8a6b339e476a7b166a9e8ac0a395f7de736dc37de5f2f4397f5854eb8"),
    ],
)
def test_the_appsecret_proof_is_the_hmac_of_the_token_under_the_secret(secret, token, proof):
    assert appsecret_proof(token, secret) == proof
