"""Secrets are changed with an overlap, and forgotten in a second step."""

from __future__ import annotations

import pytest

from chalicelib.domain import rotation
from tests.fakes.keyring import MemoryKeyring
from tests.fakes.secrets import MemorySecrets

NAME = "accounts/instagram/1"


@pytest.fixture
def keyring() -> MemoryKeyring:
    return MemoryKeyring(MemorySecrets({NAME: {"app_secrets": ("s1",)}}))


def test_the_new_value_stands_in_front_and_the_old_one_stays_good(keyring):
    assert rotation.add(keyring, NAME, {"app_secrets": "s2"})
    assert keyring.read(NAME)["app_secrets"] == ("s2", "s1")


def test_the_same_value_again_writes_nothing(keyring):
    assert not rotation.add(keyring, NAME, {"app_secrets": "s1"})
    assert keyring.writes == []


def test_an_old_value_comes_back_to_the_front_once(keyring):
    rotation.add(keyring, NAME, {"app_secrets": "s2"})
    rotation.add(keyring, NAME, {"app_secrets": "s1"})
    assert keyring.read(NAME)["app_secrets"] == ("s1", "s2")


def test_a_secret_that_is_not_there_is_made(keyring):
    rotation.add(keyring, "meta", {"app_secrets": "a", "verify_tokens": "v"})
    assert keyring.read("meta") == {"app_secrets": ("a",), "verify_tokens": ("v",)}


def test_a_token_keeps_its_end_beside_it(keyring):
    rotation.add(keyring, NAME, {"access_tokens": "t1"})
    rotation.add(keyring, NAME, {"access_tokens": "t2"}, ends=5000)
    rotation.add(keyring, NAME, {"access_tokens": "t3"}, ends=9000)
    fields = keyring.read(NAME)
    assert fields["access_tokens"] == ("t3", "t2", "t1")
    assert fields[rotation.ENDS] == ("9000", "5000", "0")
    assert rotation.end_of(fields) == 9000


def test_what_stood_there_without_an_end_has_none(keyring):
    keyring.secrets.put(NAME, "access_tokens", "t1")
    assert rotation.end_of(keyring.read(NAME)) == 0
    rotation.add(keyring, NAME, {"access_tokens": "t2"}, ends=7)
    assert keyring.read(NAME)[rotation.ENDS] == ("7", "0")


@pytest.mark.parametrize("ends", ["soon", "", "²", "-1"])
def test_an_end_that_is_no_number_is_none(ends):
    assert rotation.end_of({rotation.ENDS: (ends,)}) == 0


def test_retiring_leaves_the_newest_and_its_end(keyring):
    for number in (1, 2, 3):
        rotation.add(keyring, NAME, {"access_tokens": f"t{number}"}, ends=number)
    assert rotation.retire(keyring, NAME, "access_tokens") == 2
    fields = keyring.read(NAME)
    assert (fields["access_tokens"], fields[rotation.ENDS]) == (("t3",), ("3",))
    assert fields["app_secrets"] == ("s1",)
    assert rotation.retire(keyring, NAME, "access_tokens") == 0


def test_a_secret_does_not_grow_for_ever(keyring):
    for number in range(30):
        rotation.add(keyring, NAME, {"app_secrets": f"n{number}"})
    values = keyring.read(NAME)["app_secrets"]
    assert (len(values), values[0]) == (10, "n29")
