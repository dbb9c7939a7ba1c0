"""Addresses are asked where their host is listed, and only where nobody could read another one."""

from __future__ import annotations

import pytest

from chalicelib.domain.addresses import is_allowed, is_public

HOSTS = ("lookaside.fbsbx.com", ".fbcdn.net", "http://127.0.0.1:8002", "https://desk.test")


@pytest.mark.parametrize(
    "url",
    [
        "https://lookaside.fbsbx.com/a?b=c#d",
        "https://LOOKASIDE.fbsbx.com:443/",
        "HTTPS://scontent.xx.fbcdn.net/v/1.jpg",
        "http://127.0.0.1:8002/media/1",
        "https://desk.test:443/media/1",
        "https://a.fbcdn.net?x=@evil.test/",
    ],
)
def test_a_listed_host_is_asked(url: str):
    assert is_allowed(url, hosts=HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "lookaside.fbsbx.com/a",
        "//lookaside.fbsbx.com/a",
        "ftp://lookaside.fbsbx.com/a",
        "file:///etc/passwd",
        "data:text/plain,a",
        "http://lookaside.fbsbx.com/a",
        "https://lookaside.fbsbx.com:8443/a",
        "https://lookaside.fbsbx.com./a",
        "https://lookaside.fbsbx.com.evil.test/a",
        "https://evil-lookaside.fbsbx.com/a",
        "https://x.lookaside.fbsbx.com/a",
        "https://fbcdn.net/a",
        "https://evilfbcdn.net/a",
        "https://.fbcdn.net.evil.test/a",
        "https://evil.test/.fbcdn.net",
        "https://evil.test#.fbcdn.net",
        "https://evil.test\\.fbcdn.net/a",
        "https://evil.test%2f.fbcdn.net/a",
        "https://user@a.fbcdn.net/a",
        "https://a.fbcdn.net@evil.test/a",
        "https://a.fbcdn.net:443@evil.test/a",
        "https://a.fbcdn.net:443:80/a",
        "https://a.fbcdn.net:/a",
        "https://a.fbcdn.net:99999999999/a",
        "https:// a.fbcdn.net/a",
        "https://a.fbcdn.net/a\r\nhost: evil.test",
        "https://\uff41.fbcdn.net/a",
        "https://[::1].fbcdn.net/a",
        "https://[::1/a",
        "https:///lookaside.fbsbx.com/a",
        "http://127.0.0.1/media/1",
        "http://127.0.0.1:80020/media/1",
        "https://127.0.0.1:8002/media/1",
        "http://127.1:8002/media/1",
        "http://2130706433:8002/media/1",
        "http://0x7f000001:8002/media/1",
        "http://localhost:8002/media/1",
        "http://127.0.0.1.:8002/media/1",
        "http://[::ffff:127.0.0.1]:8002/media/1",
        "http://169.254.169.254/latest/meta-data/",
        "http://desk.test/media/1",
        "https://sub.desk.test/media/1",
    ],
)
def test_any_other_address_is_not(url: str):
    assert not is_allowed(url, hosts=HOSTS)


def test_without_a_listed_host_nothing_is_asked():
    assert not is_allowed("https://a.fbcdn.net/", hosts=())
    assert not is_allowed("https://a.fbcdn.net/", hosts=("", "https://"))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_what_is_in_the_internet_is_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
        *("::", "::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "2001:db8::1"),
        *("2002:7f00:1::", "2002:a00:1::", "", "desk.test", "127.1", "0x7f.1"),
    ],
)
def test_what_is_not_is_not(address: str):
    assert not is_public(address)
