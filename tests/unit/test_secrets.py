"""What the rules find, where, and what they leave alone."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from heapnb.secrets import (
    compile_beside,
    families,
    find_secrets,
    is_secret_name,
    name_seed,
)
from heapnb.secrets.patterns import once

# In two parts, or services that look for leaked keys would take them for some.
JWT = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0In0." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
TOKENS = {
    "amazon": "AKIA" + "IOSFODNN7EXAMPLE",
    "jfrog": "AKC" + "p8ihXyZ12345678QwErTzUiO9vK3mNbX7L",
    "azure": "AccountKey=" + "a1B2" * 21 + "abcd",
    "discord": "MTk4NjIyNDgzNDcxOTI1MjQ4" + ".Cl2FMQ." + "ZnCjm1XVW7vRze4b7Cq4se7kKWs",
    "github": "ghp_" + "a1B2" * 9,
    "github fine-grained": "github_pat_" + "11ABX7G2Q0vK3mNbZ7L9_wq4hT8dRs",
    "gitlab": "glpat-" + "a1B2c3D4e5F6g7H8i9J0",
    "google": "AIza" + "SyA1234567890abcdefghijklmnopqrstu",
    "mailchimp": "0123456789abcdef0123456789abcdef" + "-us12",
    "npm": "npm_" + "a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7H8",
    "npmrc": "//registry.example/:_authToken=" + "123e4567-e89b-12d3-a456-426614174000",
    "openai": "sk-" + "abcdefghij1234567890T3BlbkFJabcdefghij1234567890",
    "pypi": "pypi-" + "AgEIcHlwaS5vcmc" + "a1B2" * 20,
    "sendgrid": "SG." + "a1B2c3D4e5F6g7H8i9J0aa." + "a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7H8i9J0abc",
    "slack": "xoxb-" + "123456789012-1234567890123-a1B2c3D4e5F6",
    "slack hook": "https://hooks.slack.com/services/" + "T0A1B2C3/B0A1B2C3/a1B2c3D4e5F6g7H8",
    "square": "sq0csp-" + "a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7H8i9J0abc",
    "stripe": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "telegram": "110201543:" + "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1",
    "twilio": "AC" + "0123456789abcdef0123456789abcdef",
    "json web token": JWT,
    "private key": "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----",
    "digest": "d41d8cd98f00b204e9800998ecf8427f",
    "random": "Ab3" * 14,
    "mail address": "ada.lovelace@example.com",
    "card": "4111 1111 1111 1111",
    "card without blanks": "378282246310005",
}


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize("around", ["%s", "before %s after", '{"a": "%s"}', "a=%s b=1"])
def test_what_has_a_shape_of_its_own_is_found_whole(token: str, around: str) -> None:
    text = around % token
    start = text.index(token)
    found = find_secrets(text)
    covered = set().union(*(range(one.start, one.stop) for one in found))
    core = token.index("=") + 1 if "=" in token else 0
    assert covered >= set(range(start + core, start + len(token)))
    assert 0 not in covered or start == 0 or around == "a=%s b=1"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("postgres://app:hunter2@db/shop", "hunter2"),
        ("redis://:hunter2@cache:6379", "hunter2"),
        ("password: hunter2", "hunter2"),
        ('{"password":"hunter 2; really"}', "hunter 2; really"),
        ("{'api_key': 'abc123'}", "abc123"),
        ("?user=ada&access_token=abc123&x=1", "abc123"),
        ("clientSecret=abc.def", "abc.def"),
        ("AWS_SECRET_ACCESS_KEY=abc/def+ghi", "abc/def+ghi"),
        ("STRIPE_KEY=abcdef", "abcdef"),
        ("Authorization: Bearer abc.def-123", "abc.def-123"),
        ("Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("Set-Cookie: sid=abc; Path=/", "sid=abc; Path=/"),
        ("https://host/?X-Amz-Signature=abcdef0123", "abcdef0123"),
    ],
)
def test_what_is_called_a_secret_is_found(text: str, secret: str) -> None:
    assert secret in [text[start:stop] for start, stop, _ in find_secrets(text)]


@pytest.mark.parametrize(
    "text",
    [
        "CachedSearch",
        "AsyncLocalStorageInstrumentationRegistry",
        "system / Context / scope @123456",
        "{sessionId, token, password}",
        "lib/handlers/ordersControllerV2.js:120:15",
        "makeSession (/srv/shop/shop.js:17:21)",
        "createToken (node:internal/loader:3:4)",
        "node:internal/modules/cjs/loader:297:16",
        "/app/node_modules/.pnpm/express@4.18.2/node_modules/express/lib/router.js",
        "git+https://host/path",
        "1 / part of key (Object @1) -> value (Object @2) pair in WeakMap (table @3)",
        "const token = getToken();",
        "this.password = options.password;",
        "password: string, token: undefined",
        "1700000000000",
        "4111 1111 1111 1112",
        "the token is expired",
        "Basic authentication",
        "%20of%20the%20time",
        'say \\"hello\\"\\n',
        base64.b64encode(b"the quick brown fox").decode(),
    ],
)
def test_what_tells_nothing_is_left_alone(text: str) -> None:
    assert find_secrets(text) == []


def _encodings(text: str) -> dict[str, str]:
    return {
        "percent": quote(text, safe=""),
        "percent twice": quote(quote(text, safe=""), safe=""),
        "json": json.dumps(text),
        "json twice": json.dumps(json.dumps(text)),
        "unicode": "".join(f"\\u{ord(one):04x}" for one in text),
        "base64": base64.b64encode(text.encode()).decode(),
        "base64 for urls": base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
        "base64 of percent": base64.b64encode(quote(text, safe="").encode()).decode(),
        "hex": text.encode().hex(),
    }


@pytest.mark.parametrize(
    "text",
    [
        *("Паролата за сървъра е {}", "Пароль від сервера — {}", "Лозинка за сервер је {}"),
        *("הסיסמה לשרת היא {}", "सर्वर का पासवर्ड {} है।", "รหัสผ่านของเซิร์ฟเวอร์คือ {}"),
        *("সার্ভারের পাসওয়ার্ড হল {}", "சேவையகத்தின் கடவுச்சொல் {} ஆகும்", "სერვერის პაროლი არის {}"),
        *("Սերվերի գաղտնաբառը {} է", "رمز عبور سرور {} است", "سرور کا پاس ورڈ {} ہے"),
        *("{} это пароль от сервера", "{} がサーバーのパスワードです", "A szerver jelszava {}"),
        *("jwt.sign({{ sub: 'a' }}, '{}')", 'createHmac("sha512", "{}")', "cookieParser('{}')"),
        *("cookieSession({{ keys: ['{}'] }})", "hash_hmac('sha256', $data, '{}')"),
        *('C: a002 LOGIN "ada" "{}"', "* 3 login ada {}", "NickServ :IDENTIFY ada {}"),
        *("AUTH\r\n$16\r\n{}\r\n", '[{{"op":"add","path":"/user/password","value":"{}"}}]'),
        *('{{"value":"{}","path":"/password"}}', '{{"key":"app/db/password","value":"{}"}}'),
        *('[secrets]\nstripe = "{}"\n', 'credentials {{\n  admin = "{}"\n}}'),
        "secrets:\n  db: {}\n  n: 3\n",
    ],
)
def test_what_a_sentence_a_call_or_a_block_says_is_secret(text: str) -> None:
    secret = "kettle.marble41!"
    whole = text.format(secret)
    start = whole.index(secret)
    covered = {i for one in find_secrets(whole) for i in range(one.start, one.stop)}
    assert covered >= set(range(start, start + len(secret) - 1))


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ('{"recoveryCodes":["trcui-fexfr"],"mfa":true}', ["trcui-fexfr"]),
        ("Recovery codes: 8f3k-29dk, 99ab-77ff", ["8f3k-29dk", "99ab-77ff"]),
        ("App password: abgd kwox pqrz mnlt", ["abgd kwox pqrz mnlt"]),
    ],
)
def test_drawn_codes_are_found(text: str, secrets: list[str]) -> None:
    assert [text[one.start : one.stop] for one in find_secrets(text)] == secrets


@pytest.mark.parametrize(
    "text",
    [
        *("API_KEY=${API_KEY}", "Authorization: Bearer YOUR_TOKEN", "password: !Ref DbPassword"),
        *('token: "%DEPLOY_TOKEN%"', "DB_PASSWORD=<set in your environment>", "API_KEY=replace-me"),
        *("curl --netrc https://api.example.com", "postgres://USER:PASSWORD@HOST:5432/DATABASE"),
        *("auth:\n  session:\n    maxAge: 86400\n", "secrets:\n  - db_password\n  - api_key\n"),
        *("md5 of a.zip: 9f8a7b6c5d4e3f2a1b0c9f8a7b6c5d4e", hashlib.sha256().hexdigest()),
        *("9f8a7b6c5d4e3f2a1b0c9f8a7b6c5d4e  dist/app.js", "jwt.sign({ sub: id }, key)"),
        *("createHmac('sha256', key).digest('hex')", "jwt.verify(t, k, { algorithms: ['RS256'] })"),
        *("Пароль отправлен на сервер db-01.example.com", "密码长度为8到16位，须包含a-z和0-9"),
        *("HTTP/2.0 代理令牌无效", "password reset-form2 loaded", "setToken('access')"),
        base64.b64encode(b"Sort order: price ascending, page 3 of 12, then by name").decode(),
        base64.b64encode(b'{"page":3,"sort":"price"}').decode(),
        "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURxVENDQXBHZ0F3",
    ],
)
def test_placeholders_and_public_values_are_left_alone(text: str) -> None:
    assert find_secrets(text) == []


@pytest.mark.parametrize("encoding", _encodings(""))
@pytest.mark.parametrize("secret", [f'{{"password":"hunter2","token":"{JWT}"}}', f"Bearer {JWT}"])
def test_encoded_secrets_are_found(secret: str, encoding: str) -> None:
    text = _encodings(secret)[encoding]
    rest = text
    for start, stop, _ in reversed(find_secrets(text)):
        rest = rest[:start] + rest[stop:]
    parts = [JWT, *JWT.split("."), "hunter2"] if "hunter2" in secret else [JWT, *JWT.split(".")]
    for part in parts:
        assert _encodings(part)[encoding].strip('"\\=') not in rest


@pytest.mark.parametrize(
    "text", ["x" * 1000 + " AKIA12", "x" * 1000 + " eyJhbGci", "eyJhbGciOiJ…", "d41d8cd98f00…"]
)
def test_what_is_cut_short_is_found(text: str) -> None:
    (found,) = find_secrets(text)
    assert text[found.start :] == re.split(" ", text)[-1]


@pytest.mark.parametrize("family", range(len(families(personal=True))))
@pytest.mark.parametrize("text", [*TOKENS.values(), "password=abc", "Bearer abc-1234"])
def test_no_seed_hides_what_its_family_finds(family: int, text: str) -> None:
    rules = families(personal=True)[family]
    if list(rules.find(text)):
        assert re.search(rules.seed, text)
        assert pc.match_substring_regex(pa.array([text]), rules.seed)[0].as_py()


@pytest.mark.parametrize(
    "name",
    [
        *("password", "userPassword", "passwordHash", "DB_PASS", "x-api-key", "apiKey"),
        *("accessToken", "Authorization", "set-cookie", "cookies", "clientSecret", "sessionId"),
        *("STRIPE_KEY", "connectionString", "refresh_token", "privateKey", "secretAccessKey"),
        "connect.sid",
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)
    assert pc.match_substring_regex(pa.array([name]), name_seed())[0].as_py()


@pytest.mark.parametrize(
    "name",
    [
        *("user", "key", "tokenType", "tokenizer", "passwordPolicy", "cookieParser"),
        *("tokenExpiresIn", "secretName", "maxTokensLimit", "ERR_CRYPTO_INVALID_KEY", "author"),
        "inside",
    ],
)
def test_names_of_no_secrets(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "eyJ", "eyJ.", "password=", "a@", "-----BEGIN ", "%41", "\\n", "4111", "x://a:"),
        *("Bearer ", "cookie:", "a/", "gh", "//", "sk-", "AP", "glagent-", "xoxb-1-", "://"),
    ],
)
def test_hostile_texts_are_looked_through_in_time(piece: str) -> None:
    # Quadratic rules would need minutes.
    for end in ("", "_authToken=", "T3BlbkFJ", "…", "@a.example"):
        find_secrets(piece * (50_000 // len(piece)) + end)


def test_patterns_are_compiled_once_for_all_threads() -> None:
    begun, made = threading.Barrier(4), []

    @once
    def make() -> int:
        time.sleep(0.05)
        made.append(1)
        return len(made)

    def ask() -> int:
        begun.wait()
        return make()

    with ThreadPoolExecutor(4) as pool:
        assert [one.result() for one in [pool.submit(ask) for _ in range(4)]] == [1] * 4
    assert compile_beside() is compile_beside()
    compile_beside().join(60)
    assert not compile_beside().is_alive()
