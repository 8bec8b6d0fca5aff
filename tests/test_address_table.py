"""Which addresses may be asked, line by line: this machine, private networks, the internet, and URLs that are none."""

import pytest

from testkey_nb.addresses import is_loopback, is_private, may_be_at, origin
from testkey_nb.errors import AddressRefused
from testkey_nb.http.network import _anywhere, refuse_clear_text
from testkey_nb.http.proxies import Proxy, of_environment

# What a host is, also as resolvers read it: h(ere), p(rivate) or o(pen to the internet).

HOSTS = {
    "localhost": "h",
    "a.localhost": "h",
    "127.0.0.1": "h",
    "127.255.255.254": "h",
    "127.1": "h",
    "2130706433": "h",
    "0x7f.1": "h",
    "0177.0.0.1": "h",
    "127.0.0.1.": "h",
    "::1": "h",
    "::ffff:127.0.0.1": "h",
    "10.0.0.1": "p",
    "172.16.0.1": "p",
    "172.31.255.255": "p",
    "192.168.0.1": "p",
    "169.254.169.254": "p",
    "100.64.0.1": "p",
    "192.0.2.1": "p",
    "198.18.0.1": "p",
    "224.0.0.1": "p",
    "239.1.1.1": "p",
    "240.0.0.1": "p",
    "255.255.255.255": "p",
    "0.0.0.0": "p",  # noqa: S104 - nothing is bound
    "10.1": "p",
    "3232235521": "p",
    "0xa.0.0.1": "p",
    "10.0.0.1.": "p",
    "::": "p",
    "fe80::1": "p",
    "fe80::1%eth0": "p",
    "fc00::1": "p",
    "fd12:3456::1": "p",
    "fec0::1": "p",
    "ff02::1": "p",
    "ff0e::1": "p",
    "2001:db8::1": "p",
    "::ffff:10.0.0.1": "p",
    "::10.0.0.1": "p",
    "::127.0.0.1": "p",
    "64:ff9b::10.0.0.1": "p",
    "64:ff9b::127.0.0.1": "p",
    "2002:a00:1::": "p",
    "2002:7f00:1::": "p",
    "2002:808:808::": "p",
    "172.15.255.255": "o",
    "172.32.0.1": "o",
    "192.167.255.255": "o",
    "11.0.0.1": "o",
    "128.0.0.1": "o",
    "8.8.8.8": "o",
    "134744072": "o",
    "::ffff:8.8.8.8": "o",
    "64:ff9b::8.8.8.8": "o",
    "2606:4700::1111": "o",
    "huggingface.co": "o",
    "localhost.example.com": "o",
    "notlocalhost": "o",
    "10.example.com": "o",
    "": "o",
}


@pytest.mark.parametrize("host", HOSTS)
def test_what_a_host_is(host: str) -> None:
    assert (is_loopback(host), is_private(host)) == {"h": (True, True), "p": (False, True), "o": (False, False)}[
        HOSTS[host]
    ]


LEADS = (
    ("localhost", "127.0.0.1", True),
    ("localhost", "::1", True),
    ("localhost", "10.0.0.1", False),
    ("localhost", "8.8.8.8", False),
    ("127.0.0.1", "127.0.0.1", True),
    ("a.example", "8.8.8.8", True),
    ("a.example", "127.0.0.1", False),
    ("a.example", "10.0.0.1", False),
    ("a.example", "::ffff:10.0.0.1", False),
    ("10.0.0.1", "10.0.0.1", False),
)


@pytest.mark.parametrize(("host", "address", "may"), LEADS)
def test_where_a_host_may_be(host: str, address: str, may: bool) -> None:  # noqa: FBT001 - a column
    assert may_be_at(host, address) is may


# Base URLs: what is asked, or a word of why not; and what vouching for them changes.

WRITTEN, BARE, CLEAR, PRIVATE = "must be written as", "must hold no user name", "over https", "is a private address"
UNREAD, KEYED, ASKED = "cannot be read", "holds what looks like a key", ""
URLS = (
    ("https://a.example", ASKED, ASKED),
    ("https://a.example/", ASKED, ASKED),
    ("https://a.example:8443/v1/", ASKED, ASKED),
    ("https://8.8.8.8", ASKED, ASKED),
    ("http://localhost:80/v1", ASKED, ASKED),
    ("http://127.0.0.1", ASKED, ASKED),
    ("https://127.0.0.1", ASKED, ASKED),
    ("https://10.0.0.1", PRIVATE, ASKED),
    ("https://[fc00::1]:8443", PRIVATE, ASKED),
    ("https://169.254.169.254", PRIVATE, ASKED),
    ("http://a.example", CLEAR, CLEAR),
    ("http://10.0.0.1", CLEAR, CLEAR),
    ("http://8.8.8.8", CLEAR, CLEAR),
    ("ftp://a.example", WRITTEN, WRITTEN),
    ("//a.example", WRITTEN, WRITTEN),
    ("a.example", WRITTEN, WRITTEN),
    ("https://", WRITTEN, WRITTEN),
    ("https:///v1", WRITTEN, WRITTEN),
    ("https://ä.example", WRITTEN, WRITTEN),
    ("https://a.example/v 1", WRITTEN, WRITTEN),
    ("https://a.example/\x01", WRITTEN, WRITTEN),
    ("https://me@a.example", BARE, BARE),
    ("https://:word@a.example", BARE, BARE),
    ("https://a.example?q=1", BARE, BARE),
    ("https://a.example#part", BARE, BARE),
    ("https://a.example/hf_router/sk-west-gateway/v1", ASKED, ASKED),
    ("https://sk-gateway-2026-prod.example/v1", ASKED, ASKED),
    (f"https://a.example/v1/hf_{'aB3d' * 8}", KEYED, KEYED),
    (f"https://a.example/sk-proj-{'aB3' * 20}/v1", KEYED, KEYED),
    ("https://a.example:99999", UNREAD, UNREAD),
    ("https://[::1", UNREAD, UNREAD),
)


@pytest.mark.parametrize(("url", "fault", "vouched_fault"), URLS)
def test_which_base_urls_may_be_asked(url: str, fault: str, vouched_fault: str) -> None:
    for trusted, why in ((False, fault), (True, vouched_fault)):
        if why:
            with pytest.raises(AddressRefused, match=why):
                origin(url, trust_endpoint=trusted)
        else:
            assert origin(url, trust_endpoint=trusted) == url.rstrip("/")


def test_nobody_vouches_for_a_private_address_unless_it_is_said() -> None:
    with pytest.raises(AddressRefused, match="say so with --trust-endpoint"):
        origin("https://10.0.0.1")


NEAR, FAR = Proxy("http://127.0.0.1:3128"), Proxy("http://proxy.example:3128")
CLEAR_TEXT = (
    ("https", "a.example", None, ""),
    ("https", "a.example", FAR, ""),
    ("https", "a.example", NEAR, ""),
    ("http", "a.example", None, "a.example must be asked over https: "),
    ("http", "a.example", NEAR, "a.example must be asked over https: "),
    ("http", "10.0.0.1", None, "10.0.0.1 must be asked over https: "),
    ("http", "127.0.0.1", None, ""),
    ("http", "127.0.0.1", NEAR, ""),
    ("http", "127.0.0.1", FAR, "127.0.0.1 must be asked over https through "),
)


@pytest.mark.parametrize(("scheme", "host", "proxy", "fault"), CLEAR_TEXT)
def test_what_would_leave_this_machine_in_the_clear_is_refused(
    scheme: str, host: str, proxy: Proxy | None, fault: str
) -> None:
    if fault:
        with pytest.raises(AddressRefused, match=fault):
            refuse_clear_text(scheme, host, proxy)
    else:
        refuse_clear_text(scheme, host, proxy)


# Through a proxy, or where somebody vouches for a host, private addresses are asked; a name of this machine stays here.


@pytest.mark.parametrize(
    ("host", "address", "may"),
    [
        ("a.example", "10.0.0.1", True),
        ("a.example", "127.0.0.1", True),
        ("a.example", "8.8.8.8", True),
        ("localhost", "127.0.0.1", True),
        ("localhost", "10.0.0.1", False),
        ("localhost", "8.8.8.8", False),
        ("127.0.0.1", "8.8.8.8", False),
    ],
)
def test_where_a_host_may_be_that_somebody_vouches_for(host: str, address: str, *, may: bool) -> None:
    assert _anywhere(host, address) is may


HTTPS, ALL, NONE = "https_proxy", "all_proxy", "no_proxy"
ENVIRONMENT: tuple[tuple[dict[str, str], str, str, str | None], ...] = (
    ({}, "https", "a.example", None),
    ({HTTPS: "http://p.example:1"}, "https", "a.example", "http://p.example:1"),
    ({HTTPS: "p.example:1"}, "https", "a.example", "http://p.example:1"),
    ({HTTPS: "socks5://p.example"}, "https", "a.example", "socks5://p.example:1080"),
    ({HTTPS: "https://p.example"}, "https", "a.example", "https://p.example:443"),
    ({HTTPS: "http://p.example"}, "https", "a.example", "http://p.example:80"),
    ({ALL: "http://p.example:1"}, "https", "a.example", "http://p.example:1"),
    ({ALL: "http://p.example:1", HTTPS: "http://q.example:2"}, "https", "a.example", "http://q.example:2"),
    ({HTTPS: "http://p.example:1"}, "http", "a.example", None),
    ({"http_proxy": "http://p.example:1"}, "https", "a.example", None),
    ({HTTPS: "http://p.example:1"}, "https", "localhost", None),
    ({HTTPS: "http://p.example:1"}, "https", "127.0.0.1", None),
    ({HTTPS: "http://p.example:1", NONE: "a.example"}, "https", "a.example", None),
    ({HTTPS: "http://p.example:1", NONE: "b.example"}, "https", "a.example", "http://p.example:1"),
    ({HTTPS: "http://p.example:1", NONE: "*"}, "https", "a.example", None),
)


@pytest.mark.parametrize(("environment", "scheme", "host", "shown"), ENVIRONMENT)
def test_which_proxy_the_environment_names(
    environment: dict[str, str], scheme: str, host: str, shown: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = of_environment(scheme, host)
    assert (found.shown if found else None) == shown


PROXIES = {
    "http://p.example": ("http", "p.example", 80, False, False),
    "https://p.example:8443/": ("https", "p.example", 8443, False, False),
    "socks5h://me:word@127.0.0.1": ("socks5h", "127.0.0.1", 1080, True, True),
    "http://[::1]:3128": ("http", "::1", 3128, True, False),
    f"socks5://{'u' * 255}:{'p' * 255}@p.example:1": ("socks5", "p.example", 1, False, True),
    f"socks5://{'u' * 256}@p.example:1": None,
    f"socks5://u:{'p' * 256}@p.example:1": None,
    f"socks5://{'h' * 256}:1": None,
    "ftp://p.example": None,
    "p.example:3128": None,
    "http://": None,
    "http://p.example:0": None,
    "http://p.example:70000": None,
    "http://p.example/path": None,
    "http://p.example?q": None,
    "http://p.example#f": None,
    "http://p example": None,
    "http://pröxy.example": None,
}


@pytest.mark.parametrize("url", PROXIES)
def test_what_a_proxy_is(url: str) -> None:
    expected = PROXIES[url]
    if expected is None:
        with pytest.raises(AddressRefused, match="write a proxy as"):
            Proxy(url)
        return
    found = Proxy(url)
    assert (found.scheme, found.host, found.port, found.local, found.has_login) == expected
